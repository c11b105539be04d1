//! Tasks from before the simulation: shown, never run.

use serde_json::{Map, Value};

use super::engine::{Draft, Place};
use super::task::{Operator, Span, State};
use super::work::Work;
use super::world::World;

const SECOND: u64 = 1_000_000_000;

/// How a sub-task of the past ended.
struct Past<'a> {
    state: State,
    operator: Operator,
    times: u32,
    lines: &'a [String],
}

impl<'a> Past<'a> {
    const fn done(lines: &'a [String]) -> Self {
        Self {
            state: State::Succeed,
            operator: Operator::Run,
            times: 1,
            lines,
        }
    }
}

/// Yesterday's `Stop OB`: one observer could not be stopped, and all agents were told to end.
pub(super) fn failed_stop(world: &mut World) {
    let members = world.known(0);
    let Some((&last, _)) = members.split_last() else {
        return;
    };
    let mut subs = Map::new();
    let mut ids = Vec::new();
    for member in &members {
        let index = sub_dag(world, *member, *member == last);
        let id = world
            .dag(*member, index)
            .map(|dag| world.generic(*member, dag))
            .unwrap_or_default();
        subs.insert(world.name(*member), Value::from(id.clone()));
        ids.push((*member, index, id));
    }
    let past = |agent: usize| (agent, Work::Past);
    let everyone = || {
        members
            .iter()
            .map(|member| past(*member))
            .collect::<Vec<_>>()
    };
    let mut draft = Draft::new("Stop OB")
        .parallel("Inform all agents to prepare to stop observer", everyone())
        .node("Make sure all agents are ready", 0, Work::Past)
        .node("Advance agents to execute the task", 0, Work::Past)
        .parallel(
            "Wait for all agents to execute tasks successfully",
            everyone(),
        )
        .node("Inform all agents to end the task", 0, Work::Past);
    draft.maintenance = 1;
    draft.data = Map::from_iter([("sub_dags".to_owned(), Value::Object(subs))]);
    let dag = world.create_past(0, draft);
    let main = world
        .dag(0, dag)
        .map(|dag| world.generic(0, dag))
        .unwrap_or_default();
    for (member, index, _) in &ids {
        if let Some(sub) = world.dag_mut(*member, *index) {
            sub.data.insert("main_dag_id".into(), main.clone().into());
        }
    }
    let names: Vec<String> = members.iter().map(|member| world.name(*member)).collect();
    write_beginning(world, dag, &names, &ids);
    write_end(world, dag, &names, &ids);
    world.close_past(0, dag, State::Failed, Operator::Run, 25);
}

/// A sub DAG: its agent, its place there, its id.
type Sub = (usize, usize, String);

fn write_beginning(world: &mut World, dag: usize, names: &[String], ids: &[Sub]) {
    for (task, (_, _, id)) in ids.iter().enumerate() {
        let name = names.get(task).cloned().unwrap_or_default();
        let lines = [
            format!("Inform {name} to create the task"),
            format!("create task {id} successfully"),
        ];
        world.write_past(
            Place {
                store: 0,
                dag,
                node: 0,
                task,
            },
            1,
            1,
            &Past::done(&lines),
        );
    }
    let mut ready = vec![
        "All agents have created the tasks successfully".to_owned(),
        "Check if all agents can be advanced".to_owned(),
    ];
    ready.extend(names.iter().map(|name| format!("{name} is ready")));
    world.write_past(
        Place {
            store: 0,
            dag,
            node: 1,
            task: 0,
        },
        4,
        5,
        &Past::done(&ready),
    );
    let advance: Vec<String> = names
        .iter()
        .map(|name| format!("advance {name} to execute the task"))
        .collect();
    world.write_past(
        Place {
            store: 0,
            dag,
            node: 2,
            task: 0,
        },
        7,
        7,
        &Past::done(&advance),
    );
}

fn write_end(world: &mut World, dag: usize, names: &[String], ids: &[Sub]) {
    let last = ids.last().map(|(member, _, _)| *member);
    let failing = names.last().cloned().unwrap_or_default();
    for (task, (member, _, id)) in ids.iter().enumerate() {
        let mut lines: Vec<String> = [
            "Wait for task to succeed",
            "Start preparations: wait for notification to start task",
            "Start preparations: wait operator to advance",
            "Start preparations: start to execute the task",
        ]
        .map(str::to_owned)
        .to_vec();
        if Some(*member) == last {
            lines.extend(
                stop_lines()
                    .into_iter()
                    .map(|line| format!("Stop observer: {line}")),
            );
        } else {
            lines.push("Wait for task to end: wait operator to advance".into());
            lines.push(format!("{id} succeed"));
        }
        world.write_past(
            Place {
                store: 0,
                dag,
                node: 3,
                task,
            },
            9,
            21,
            &Past::done(&lines),
        );
    }
    let mut end = vec![format!(
        "ERROR: [Common.Unexpected]: Unexpected error: agent {failing} not succeed"
    )];
    end.extend(names.iter().map(|name| format!("{name} end the task")));
    end.push(format!(
        "ERROR: [Task.SubDag.NotAllSucceed]: check sub dag succeed failed: Sub DAG of agents: [{failing}] failed, main DAG failed"
    ));
    let failed = Past {
        state: State::Failed,
        operator: Operator::Run,
        times: 1,
        lines: &end,
    };
    world.write_past(
        Place {
            store: 0,
            dag,
            node: 4,
            task: 0,
        },
        24,
        24,
        &failed,
    );
}

fn stop_lines() -> Vec<String> {
    [
        "Get observer Pid",
        "Kill observer process 12704",
        "Check observer process",
        "ERROR: [Common.Unexpected]: Unexpected error: kill observer process 12704 failed: operation not permitted",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn sub_dag(world: &mut World, agent: usize, stops: bool) -> usize {
    let mut draft = Draft::new("Stop observer").node("Start preparations", agent, Work::Past);
    if stops {
        draft = draft.node("Stop observer", agent, Work::Past);
    }
    let dag = world.create_past(agent, draft.node("Wait for task to end", agent, Work::Past));
    let place = |node| Place {
        store: agent,
        dag,
        node,
        task: 0,
    };
    let lines = [
        "wait for notification to start task",
        "wait operator to advance",
        "start to execute the task",
    ]
    .map(str::to_owned);
    let prepared = Past {
        state: State::Succeed,
        operator: Operator::Run,
        times: 3,
        lines: &lines,
    };
    world.write_past(place(0), 2, 10, &prepared);
    if let Some(node) = world
        .dag_mut(agent, dag)
        .and_then(|dag| dag.nodes.first_mut())
    {
        node.operator = Operator::Retry;
    }
    if stops {
        let lines = stop_lines();
        let passed = Past {
            state: State::Succeed,
            operator: Operator::Pass,
            times: 1,
            lines: &lines,
        };
        world.write_past(place(1), 12, 24, &passed);
        let untouched = Past {
            state: State::Succeed,
            operator: Operator::Pass,
            times: 0,
            lines: &[],
        };
        world.write_past(place(2), 1, 24, &untouched);
    } else {
        let lines = ["wait operator to advance".to_owned()];
        let passed = Past {
            state: State::Succeed,
            operator: Operator::Pass,
            times: 1,
            lines: &lines,
        };
        world.write_past(place(1), 12, 24, &passed);
    }
    world.close_past(agent, dag, State::Succeed, Operator::Pass, 24);
    dag
}

impl World {
    /// A DAG that the engine does not touch.
    fn create_past(&mut self, store: usize, draft: Draft) -> usize {
        let index = self.create(store, draft);
        if let Some(dag) = self.dag_mut(store, index) {
            dag.state = State::Failed;
        }
        index
    }

    fn write_past(&mut self, place: Place, start: u64, end: u64, past: &Past<'_>) {
        let (from, to) = (
            self.at(self.clock + start * SECOND),
            self.at(self.clock + end * SECOND),
        );
        if let Some(task) = self.task_mut(place) {
            task.times = past.times;
            task.state = past.state;
            task.operator = past.operator;
            task.span = Span {
                start: from,
                end: to,
            };
        }
        for line in past.lines {
            self.log(place, line.as_str());
        }
        if let Some(node) = self
            .dag_mut(place.store, place.dag)
            .and_then(|dag| dag.nodes.get_mut(place.node))
        {
            node.state = past.state;
            node.operator = past.operator;
            node.span = Span {
                start: from,
                end: to,
            };
        }
    }

    fn close_past(
        &mut self,
        store: usize,
        index: usize,
        state: State,
        operator: Operator,
        end: u64,
    ) {
        let (from, to) = (
            self.at(self.clock + SECOND),
            self.at(self.clock + end * SECOND),
        );
        if let Some(dag) = self.dag_mut(store, index) {
            dag.stage = dag.nodes.len();
            dag.state = state;
            dag.operator = operator;
            dag.span = Span {
                start: from,
                end: to,
            };
        }
    }
}
