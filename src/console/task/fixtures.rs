//! Small tasks for tests, made by hand.

use jiff::{Span, Timestamp};
use serde_json::Map;

use crate::fleet::Address;
use crate::fleet::task::{
    Extra, Key, Kind, Lock, Node, NodeKind, Nodes, Phase, Raw, Source, State, Task, TaskId,
};

/// When every fixture starts.
pub(crate) fn start() -> Timestamp {
    "2026-11-21T01:11:46Z".parse().unwrap()
}

/// Some milliseconds after the start.
pub(crate) fn after(ms: i64) -> Timestamp {
    start().checked_add(Span::new().milliseconds(ms)).unwrap()
}

fn raw(state: State) -> Raw {
    let (word, operator) = match state {
        State::Pending => ("PENDING", "RUN"),
        State::Ready => ("READY", "RUN"),
        State::Running | State::Waiting => ("RUNNING", "RUN"),
        State::Succeeded => ("SUCCEED", "RUN"),
        State::Failed => ("FAILED", "RUN"),
        State::Cancelling => ("RUNNING", "CANCEL"),
        State::Cancelled => ("FAILED", "CANCEL"),
        State::RollingBack => ("RUNNING", "ROLLBACK"),
        State::RolledBack => ("SUCCEED", "ROLLBACK"),
        State::Skipped => ("SUCCEED", "PASS"),
        State::Unknown => ("DREAMING", "RUN"),
    };
    Raw {
        state: word.into(),
        operator: Some(operator.into()),
    }
}

/// A node of its own: no parent, no edges.
pub(crate) fn node(kind: NodeKind, id: &str, name: &str, state: State) -> Node {
    let prefix = match kind {
        NodeKind::Node => "node",
        NodeKind::SubTask => "sub_task",
        NodeKind::Subtask => "subtask",
    };
    Node {
        key: Key::from(format!("{prefix}:{id}")),
        kind,
        id: id.into(),
        name: name.into(),
        state,
        raw: raw(state),
        parent: None,
        agent: None,
        attempt: None,
        upstream: Vec::new(),
        downstream: Vec::new(),
        started_at: None,
        ended_at: None,
        logs: Vec::new(),
        sub_dags: Vec::new(),
        extra: Extra::default(),
    }
}

fn time(node: &mut Node, from: i64, to: i64) {
    if !matches!(node.state, State::Pending | State::Ready) {
        node.started_at = Some(after(from));
    }
    if node.state.is_terminal() {
        node.ended_at = Some(after(to));
    }
}

/// A task without nodes.
pub(crate) fn task(name: &str, state: State) -> Task {
    Task {
        source: Source::Obshell,
        id: TaskId("22130706433028868".into()),
        name: name.into(),
        kind: Kind::Dag,
        state,
        phase: Phase::Forward,
        raw: raw(state),
        stage: 0,
        stages: 0,
        started_at: Some(start()),
        ended_at: None,
        lock: Some(Lock::Global),
        main: None,
        detailed: true,
        nodes: Nodes::default(),
        problems: Vec::new(),
        extra: Map::new(),
    }
}

/// A stage: its name, its state and the states of its sub-tasks, one an agent.
pub(crate) type Stage<'a> = (&'a str, State, &'a [State]);

/// An obshell task: a chain of stages, two seconds each, three agents at most.
pub(crate) fn chain(name: &str, state: State, stages: &[Stage<'_>]) -> Task {
    let mut task = task(name, state);
    task.stages = stages.len() as u32;
    let mut nodes = Vec::<Node>::new();
    let mut stage_keys = Vec::<Key>::new();
    for (index, (name, state, agents)) in stages.iter().enumerate() {
        let from = index as i64 * 2_000;
        let mut whole = node(NodeKind::Node, &format!("{}", 18 + index), name, *state);
        time(&mut whole, from, from + 1_900);
        if !matches!(state, State::Pending) {
            task.stage = index as u32 + 1;
        }
        stage_keys.push(whole.key.clone());
        let parent = whole.key.clone();
        nodes.push(whole);
        for (agent, state) in agents.iter().enumerate() {
            let id = format!("{}{agent}", 26 + index);
            let mut work = node(NodeKind::SubTask, &id, name, *state);
            work.parent = Some(parent.clone());
            work.agent = format!("10.0.0.{}:2886", 5 + agent).parse::<Address>().ok();
            work.attempt = Some(u32::from(work.state != State::Pending));
            time(&mut work, from, from + 1_000 + 200 * agent as i64);
            if work.state == State::Failed {
                work.logs = vec![
                    "start observer".into(),
                    "check if first start".into(),
                    "wait for observer to start".into(),
                    "wait for observer to start".into(),
                    "ERROR: [Common.Unexpected]: connect: connection refused".into(),
                ];
            } else if work.state == State::Running {
                work.logs = vec!["start observer".into()];
                work.logs.extend(std::iter::repeat_n(
                    "wait for observer to start".to_owned(),
                    31,
                ));
            }
            nodes.push(work);
        }
    }
    for pair in stage_keys.windows(2) {
        for node in &mut nodes {
            if node.key == pair[0] {
                node.downstream.push(pair[1].clone());
            } else if node.key == pair[1] {
                node.upstream.push(pair[0].clone());
            }
        }
    }
    if state.is_terminal() {
        task.ended_at = Some(after(i64::from(task.stage) * 2_000));
    }
    task.nodes = nodes.into();
    task
}

/// The init of three agents, in `Start observer` or past it.
pub(crate) fn init(state: State, third: [State; 3]) -> Task {
    use State::{Pending, Succeeded};
    let one = [Pending];
    let three = [Pending; 3];
    let stage_three = if third.contains(&State::Running) {
        State::Running
    } else {
        third[2]
    };
    chain(
        "Initialize cluster",
        state,
        &[
            ("Integrate config", Succeeded, &[Succeeded]),
            ("Create observer workdir", Succeeded, &[Succeeded; 3]),
            ("Start observer", stage_three, &third),
            ("Cluster boostrap", Pending, &one),
            ("Migrate table", Pending, &one),
            ("Modify password", Pending, &one),
            ("Migrate data", Pending, &one),
            ("Convert follower to cluster agent", Pending, &one),
            ("Synchronize agent from cluster", Pending, &three),
            ("Convert master to cluster agent", Pending, &one),
            ("Synchronize agent from cluster", Pending, &three),
        ],
    )
}

/// An init that works at its third stage.
pub(crate) fn running() -> Task {
    init(
        State::Running,
        [State::Succeeded, State::Succeeded, State::Running],
    )
}

/// An init that failed at its third stage.
pub(crate) fn failed() -> Task {
    init(
        State::Failed,
        [State::Succeeded, State::Succeeded, State::Failed],
    )
}

/// An OCP task: nodes by name with what they wait for, any graph.
pub(crate) fn forked(nodes: &[(&str, State, &[&str])]) -> Task {
    let mut task = task("Add OBServer", State::Running);
    task.source = Source::Ocp;
    task.kind = Kind::Task;
    task.id = TaskId("1042".into());
    task.nodes = nodes
        .iter()
        .enumerate()
        .map(|(index, (name, state, upstream))| {
            let mut made = node(NodeKind::Subtask, &format!("{}", 100 + index), name, *state);
            time(&mut made, index as i64 * 1_000, index as i64 * 1_000 + 900);
            made.upstream = keys(nodes, |(other, ..)| upstream.contains(other));
            made.downstream = keys(nodes, |(_, _, its)| its.contains(name));
            made
        })
        .collect();
    task
}

fn keys(
    nodes: &[(&str, State, &[&str])],
    wanted: impl Fn(&(&str, State, &[&str])) -> bool,
) -> Vec<Key> {
    nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| wanted(node))
        .map(|(index, _)| Key::from(format!("subtask:{}", 100 + index)))
        .collect()
}
