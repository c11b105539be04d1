//! `Start OB` and `Stop OB`: a main DAG on the agent that was asked, and a sub
//! DAG on every agent that waits at its first and last node for the main one.

use std::sync::Arc;

use serde_json::Value;

use super::super::engine::{Draft, Place};
use super::super::task::State;
use super::super::world::World;
use super::{Flags, Step, Work, flags};

/// What is done to the processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Power {
    Start,
    /// SQL only.
    StopService,
    /// A minor freeze, then the processes.
    StopFrozen,
    /// The processes at once.
    StopNow,
    /// A zone with its processes; with or without a freeze.
    StopZone(bool),
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct PowerOrder {
    pub(in super::super) cluster: usize,
    pub(in super::super) power: Power,
    /// GLOBAL, ZONE or SERVER.
    pub(in super::super) scope: String,
    /// The zones of a scope that names some.
    pub(in super::super) zones: Vec<String>,
    /// The agents whose observers are meant.
    pub(in super::super) targets: Vec<usize>,
    /// Main DAGs whose leftovers may be passed.
    pub(in super::super) pass_first: Vec<String>,
}

/// The nodes of both DAGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum PowerStep {
    Inform,
    Ready,
    Freeze,
    Advance,
    Await,
    StopSql,
    StartZone,
    End,
    Prepare,
    CheckProcess,
    StartProcess,
    StartSql,
    StopProcess,
    WaitEnd,
}

impl PowerStep {
    /// The table of `api/obshell.md` §6.5.
    pub(super) fn flags(self) -> Flags {
        match self {
            Self::Prepare | Self::StopProcess => flags(false, true, true, true),
            Self::CheckProcess | Self::StartSql | Self::WaitEnd => flags(false, false, true, true),
            Self::StartProcess | Self::Freeze => flags(true, true, true, true),
            Self::StartZone => flags(false, true, true, false),
            _ => flags(false, false, true, false),
        }
    }
}

impl PowerOrder {
    fn starts(&self) -> bool {
        self.power == Power::Start
    }

    pub(super) fn sub_name(&self) -> &'static str {
        if self.starts() {
            "Start observer"
        } else {
            "Stop observer"
        }
    }

    pub(super) fn work(self: &Arc<Self>, step: PowerStep) -> Work {
        Work::Power {
            step,
            order: Arc::clone(self),
        }
    }
}

/// The main DAG.
pub(in super::super) fn power_draft(
    agent: usize,
    members: &[usize],
    order: &Arc<PowerOrder>,
) -> Draft {
    use PowerStep as S;
    let everyone = |step| -> Vec<(usize, Work)> {
        let each = members.iter().map(|member| (*member, order.work(step)));
        each.collect()
    };
    let (name, inform) = if order.starts() {
        ("Start OB", "Inform all agents to start observer")
    } else {
        ("Stop OB", "Inform all agents to prepare to stop observer")
    };
    let mut draft = Draft::new(name).parallel(inform, everyone(S::Inform)).node(
        "Make sure all agents are ready",
        agent,
        order.work(S::Ready),
    );
    let freeze = "Minor freeze before stop server";
    match order.power {
        Power::StopFrozen => draft = draft.node(freeze, agent, order.work(S::Freeze)),
        Power::StopZone(frozen) => {
            draft = draft.node("Execute stop sql", agent, order.work(S::StopSql));
            if frozen {
                draft = draft.node(freeze, agent, order.work(S::Freeze));
            }
        }
        _ => {}
    }
    draft = draft
        .node(
            "Advance agents to execute the task",
            agent,
            order.work(S::Advance),
        )
        .parallel(
            "Wait for all agents to execute tasks successfully",
            everyone(S::Await),
        );
    match order.power {
        Power::StopService => {
            draft = draft.node("Execute stop sql", agent, order.work(S::StopSql));
        }
        Power::Start if order.scope != "SERVER" => {
            draft = draft.node("Start Zone", agent, order.work(S::StartZone));
        }
        _ => {}
    }
    draft = draft.node(
        "Inform all agents to end the task",
        agent,
        order.work(S::End),
    );
    draft.maintenance = 1;
    draft
}

impl World {
    pub(super) fn run_power(&mut self, place: Place, step: PowerStep, order: &Arc<PowerOrder>) {
        let Some(agent) = self.task(place).map(|task| task.agent) else {
            return;
        };
        match step {
            PowerStep::Inform => {
                let name = self.name(agent);
                self.log(place, format!("Inform {name} to create the task"));
                self.inform_agent(place, agent, order, 1);
            }
            PowerStep::Ready => self.await_all(place, order),
            PowerStep::Freeze => self.freeze(place, order),
            PowerStep::Advance => {
                for (member, sub) in self.subs(place) {
                    let name = self.name(member);
                    self.log(place, format!("advance {name} to execute the task"));
                    self.set_retry(member, sub);
                }
                self.after(place, 12, Step::Done);
            }
            PowerStep::Await => {
                self.log(place, "Wait for task to succeed");
                self.after(place, 1_000, Step::Wait);
            }
            PowerStep::StopSql => self.stop_sql(place, order),
            PowerStep::StartZone => {
                self.log(place, "start zone");
                self.open_zones(order);
                self.after(place, 20, Step::Done);
            }
            PowerStep::End => self.end_all(place),
            PowerStep::Prepare => {
                if self.task(place).is_some_and(|task| task.times > 1) {
                    self.log(place, "start to execute the task");
                    self.after(place, 2, Step::Done);
                    return;
                }
                self.log(place, "wait for notification to start task");
                self.log(place, "wait operator to advance");
                self.after(place, 0, Step::Fail(String::new()));
            }
            PowerStep::WaitEnd => {
                self.log(place, "wait operator to advance");
                self.after(place, 0, Step::Fail(String::new()));
            }
            _ => self.run_process(place, agent, step, order),
        }
    }

    pub(super) fn wait_power(&mut self, place: Place, step: PowerStep, order: &Arc<PowerOrder>) {
        let Some(agent) = self.task(place).map(|task| task.agent) else {
            return;
        };
        match step {
            PowerStep::Inform => {
                let tries = self.task(place).map_or(1, |task| task.logs.len());
                self.inform_agent(place, agent, order, tries);
            }
            PowerStep::Ready => self.await_all(place, order),
            _ => self.await_one(place, agent),
        }
    }

    /// Creates the sub DAG on one agent; a locked agent is asked three times,
    /// and the sub-task ends well although nothing was created.
    fn inform_agent(&mut self, place: Place, agent: usize, order: &Arc<PowerOrder>, tries: usize) {
        let route = if order.starts() { "start" } else { "stop" };
        let name = self.name(agent);
        let url = format!("/rpc/v1/ob/{route}");
        if self.agents.get(agent).is_none_or(|own| own.dead) {
            let why = format!(
                "Request [POST]{name} to {url} failed: Post \"http://{name}{url}\": dial tcp {name}: connect: connection refused"
            );
            self.refused(place, agent, &why, tries);
            return;
        }
        if let Some(dag) = self.pass_leftovers(agent, &order.pass_first) {
            let why = format!("Pass {dag} timeout after 300 seconds");
            if place.store == agent {
                let line = format!("ERROR: [Task.Dag.PassTimeout]: {why}");
                self.after(place, 2_900, Step::Log(line));
                self.after(place, 2_900, Step::Done);
                return;
            }
            self.refused(
                place,
                agent,
                &format!("Request [POST]{url} to {name} error: {why}"),
                tries,
            );
            return;
        }
        let Some(held) = self.lock(agent) else {
            let id = self.create_sub(place, agent, order);
            self.log(place, format!("create task {id} successfully"));
            self.after(place, 4, Step::Done);
            return;
        };
        let main = held.data.get("main_dag_id").and_then(Value::as_str);
        let id = main.map_or_else(|| self.generic(agent, held), str::to_owned);
        let by = format!("{name} is under maintenance by DAG [{id}:{}]", held.name);
        if place.store == agent {
            self.log(place, format!("ERROR: [Agent.UnderMaintenanceDag]: {by}"));
            self.after(place, 1, Step::Done);
            return;
        }
        self.refused(
            place,
            agent,
            &format!("Request [POST]{url} to {name} error: {by}"),
            tries,
        );
    }

    /// An agent that makes no sub DAG is asked three times.
    fn refused(&mut self, place: Place, agent: usize, why: &str, tries: usize) {
        let name = self.name(agent);
        self.log(
            place,
            format!(
                "ERROR: [Common.Unexpected]: Unexpected error: {name} failed to create the task due to '{why}' and will try again[{tries}/3]."
            ),
        );
        let next = if tries >= 3 { Step::Done } else { Step::Wait };
        self.after(place, 3_000, next);
    }

    fn await_all(&mut self, place: Place, order: &Arc<PowerOrder>) {
        let subs = self.subs(place);
        let members = self
            .clusters
            .get(order.cluster)
            .map(|cluster| cluster.members.clone())
            .unwrap_or_default();
        let lacking: Vec<String> = members
            .iter()
            .filter(|member| !subs.iter().any(|(agent, _)| agent == *member))
            .map(|member| self.name(*member))
            .collect();
        if !lacking.is_empty() {
            self.end_subs(place);
            let error = format!(
                "[Task.SubDag.NotAllCreated]: check sub dag created failed: Sub DAG of agents: [{}] not created, main DAG failed",
                lacking.join(" ")
            );
            self.after(place, 3, Step::Fail(error));
            return;
        }
        let waits = |(agent, sub): &(usize, usize)| {
            self.dag(*agent, *sub)
                .is_some_and(|dag| dag.state == State::Failed)
        };
        if !subs.iter().all(waits) {
            self.after(place, 500, Step::Wait);
            return;
        }
        self.log(place, "All agents have created the tasks successfully");
        self.log(place, "Check if all agents can be advanced");
        for (agent, _) in subs {
            let name = self.name(agent);
            self.log(place, format!("{name} is ready"));
        }
        self.after(place, 10, Step::Done);
    }

    fn freeze(&mut self, place: Place, order: &Arc<PowerOrder>) {
        let before = self.now().as_nanosecond();
        let servers: Vec<(String, bool)> = order
            .targets
            .iter()
            .filter_map(|target| {
                let own = self.agents.get(*target)?;
                let holds = self.holds(*target, order.cluster, self.clusters.get(order.cluster)?);
                let name = format!("{}:{}", own.address.ip(), own.observer.rpc_port);
                Some((name, holds))
            })
            .collect();
        for (server, holds) in &servers {
            let before = if *holds { before } else { 0 };
            self.log(
                place,
                format!("[server: {server}] checkpoint_scn before minor freeze: {before}"),
            );
        }
        for (server, _) in &servers {
            self.log(place, format!("minor freeze server: {server}"));
        }
        // Where there is no unit there is nothing to wait for.
        for (server, _) in servers.iter().filter(|(_, holds)| *holds) {
            let line = format!(
                "[server: {server}]smallest checkpoint_scn {} bigger than expired timestamp {before}, check pass ",
                before + 10_000_000_000
            );
            self.after(place, 10_010, Step::Log(line));
        }
        self.after(place, 10_020, Step::Done);
    }

    /// The line that a freeze begins with.
    pub(super) fn first_checkpoint(&mut self, place: Place, order: &PowerOrder) {
        let before = self.now().as_nanosecond();
        let first = order
            .targets
            .first()
            .and_then(|first| self.agents.get(*first));
        if let Some(own) = first {
            let server = format!("{}:{}", own.address.ip(), own.observer.rpc_port);
            self.log(
                place,
                format!("[server: {server}] checkpoint_scn before minor freeze: {before}"),
            );
        }
    }

    fn stop_sql(&mut self, place: Place, order: &Arc<PowerOrder>) {
        let now = self.now();
        if order.scope == "ZONE" {
            self.log(place, "Stop Zone");
            for zone in &order.zones {
                if let Some(cluster) = self.clusters.get_mut(order.cluster)
                    && !cluster.stopped_zones.contains(zone)
                {
                    cluster.stopped_zones.push(zone.clone());
                }
                self.log(place, format!("{zone} stopped"));
            }
        } else {
            self.log(place, "Stop observer");
            for target in &order.targets {
                let name = self.name(*target);
                if let Some(own) = self.agents.get_mut(*target) {
                    own.observer.out_of_service = Some(now);
                }
                self.log(place, format!("Stop {name}"));
            }
        }
        self.after(place, 12, Step::Done);
    }

    fn open_zones(&mut self, order: &Arc<PowerOrder>) {
        if let Some(cluster) = self.clusters.get_mut(order.cluster) {
            let all = order.scope == "GLOBAL";
            let kept = |zone: &String| !all && !order.zones.contains(zone);
            cluster.stopped_zones.retain(kept);
        }
    }

    fn end_all(&mut self, place: Place) {
        let failed: Vec<String> = self
            .subs(place)
            .into_iter()
            .filter(|(agent, sub)| {
                let dag = self.dag(*agent, *sub);
                dag.is_none_or(|dag| dag.stage != dag.nodes.len())
            })
            .map(|(agent, _)| self.name(agent))
            .collect();
        if failed.is_empty() {
            self.log(place, "Check the final result: SUCCEED!");
            self.log(place, "End all tasks");
            let all = self.end_subs(place);
            let next = if all {
                Step::Done
            } else {
                Step::Fail(
                    "[Task.SubDag.NotAllPassed]: Not all sub DAGs passed, main DAG failed".into(),
                )
            };
            self.after(place, 250, next);
            return;
        }
        for name in &failed {
            let line =
                format!("ERROR: [Common.Unexpected]: Unexpected error: agent {name} not succeed");
            self.log(place, line);
        }
        self.end_subs(place);
        let error = format!(
            "[Task.SubDag.NotAllSucceed]: check sub dag succeed failed: Sub DAG of agents: [{}] failed, main DAG failed",
            failed.join(" ")
        );
        self.after(place, 250, Step::Fail(error));
    }

    /// The start or stop that a server or zone of a cluster waits for, with the id of
    /// its main DAG: it shows from the first sub DAG on until the last one has ended.
    pub(in super::super) fn powering(
        &self,
        cluster: usize,
        meant: impl Fn(&PowerOrder) -> bool,
    ) -> Option<(Arc<PowerOrder>, String)> {
        let members = &self.clusters.get(cluster)?.members;
        members.iter().find_map(|member| {
            let dags = &self.stores.get(*member)?.dags;
            dags.iter().filter(|dag| dag.locks()).find_map(|dag| {
                let main = dag.data.get("main_dag_id").and_then(Value::as_str)?;
                let task = dag.nodes.first()?.tasks.first()?;
                match &task.work {
                    Work::Power {
                        step: PowerStep::Prepare,
                        order,
                    } if meant(order) => Some((Arc::clone(order), main.to_owned())),
                    _ => None,
                }
            })
        })
    }
}
