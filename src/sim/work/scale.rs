//! `Cluster scale out` and the `Local scale out` that it drives on the new agent.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::engine::{Draft, Place};
use super::super::task::{Operator, State};
use super::super::world::{Identity, Setting, World};
use super::init::good_port;
use super::{Effect, Step, Work};

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ScaleOrder {
    pub(in super::super) cluster: usize,
    pub(in super::super) zone: String,
    pub(in super::super) configs: indexmap::IndexMap<String, String>,
    pub(in super::super) agent_password: Option<String>,
    pub(in super::super) uuid: String,
}

/// The nodes of both DAGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum ScaleStep {
    Integrate,
    CreateLocal,
    WaitReady,
    WaitDeploy,
    WaitStart,
    Check,
    AddZone,
    StartZone,
    AddServer,
    AddAgent,
    Finish,
    BeScaling,
    Prepare,
    Watch,
    Sync,
}

/// The nodes of the DAG in the cluster's store.
pub(in super::super) fn cluster_draft(
    maintainer: usize,
    new: usize,
    order: &Arc<ScaleOrder>,
    fresh_zone: bool,
) -> Draft {
    use ScaleStep as S;
    let mut nodes = vec![
        ("Integrate server config", S::Integrate),
        ("Create local scale out dag", S::CreateLocal),
        ("Wait scale out ready", S::WaitReady),
        ("Wait remote deploy finish", S::WaitDeploy),
        ("Wait remote start finish", S::WaitStart),
        ("Prev check for scale_out", S::Check),
    ];
    if fresh_zone {
        nodes.push(("Add new zone for scale_out", S::AddZone));
        nodes.push(("Start new zone for scale_out", S::StartZone));
    }
    nodes.push(("Add server for scale_out", S::AddServer));
    nodes.push(("Add agent for scale_out", S::AddAgent));
    nodes.push(("Check cluster scale_out whether finished", S::Finish));
    nodes
        .into_iter()
        .fold(Draft::new("Cluster scale out"), |draft, (name, step)| {
            let work = Work::Scale {
                step,
                new,
                order: Arc::clone(order),
            };
            draft.node(name, maintainer, work)
        })
}

impl World {
    pub(super) fn run_scale(
        &mut self,
        place: Place,
        step: ScaleStep,
        new: usize,
        order: &Arc<ScaleOrder>,
    ) {
        match step {
            ScaleStep::Integrate => {
                for key in ["mysql_port", "rpc_port"] {
                    if let Some(port) = order.configs.get(key)
                        && !good_port(port)
                    {
                        let error = format!(
                            "[Common.InvalidPort]: fill port failed: The port '{port}' is invalid, must be in [1024, 65535]"
                        );
                        self.after(place, 12, Step::Fail(error));
                        return;
                    }
                }
                self.after(place, 12, Step::Done);
            }
            ScaleStep::CreateLocal => self.create_local(place, new, order),
            ScaleStep::WaitReady | ScaleStep::WaitDeploy | ScaleStep::WaitStart => {
                self.after(place, 20, Step::Wait);
            }
            ScaleStep::Check => {
                self.log(place, "PrevCheckTask execute");
                self.after(place, 16, Step::Done);
            }
            ScaleStep::AddZone => {
                self.log(place, "AddZoneTask execute");
                if let Some(cluster) = self.clusters.get_mut(order.cluster)
                    && !cluster.zones.contains(&order.zone)
                {
                    cluster.zones.push(order.zone.clone());
                }
                self.after(place, 50, Step::Done);
            }
            ScaleStep::StartZone => {
                self.log(place, "StartZoneTask execute");
                self.after(place, 110, Step::Done);
            }
            ScaleStep::AddServer => {
                self.log(place, "AddServerTask execute");
                self.after(place, 50, Step::Do(Effect::ServerAdded(new)));
                self.after(place, 50, Step::Done);
            }
            ScaleStep::AddAgent => {
                if let Some(cluster) = self.clusters.get_mut(order.cluster)
                    && !cluster.members.contains(&new)
                {
                    cluster.members.push(new);
                }
                self.after(place, 10, Step::Done);
            }
            ScaleStep::Finish => {
                self.log(place, "FinishTask execute");
                self.after(place, 1_100, Step::Wait);
            }
            ScaleStep::BeScaling => {
                if let Some(agent) = self.agents.get_mut(new) {
                    agent.identity = Identity::ScalingOut;
                    agent.zone.clone_from(&order.zone);
                }
                self.lines_then_done(place, &["set agent identity to follower"]);
            }
            ScaleStep::Prepare => self.prepare(place),
            ScaleStep::Watch => {
                self.log(place, "Watch cluster scale out dag");
                self.after(place, 500, Step::Wait);
            }
            ScaleStep::Sync => {
                self.log(
                    place,
                    "get ocs instance failed: Agent is not holding OceanBase, try to connect",
                );
                self.log(place, "dump password");
                let of = self
                    .clusters
                    .get(order.cluster)
                    .and_then(|cluster| cluster.members.first());
                if let Some(of) = of.copied() {
                    self.apply(Effect::Synchronized(new, of));
                }
                self.after(place, 10, Step::Done);
            }
        }
    }

    fn create_local(&mut self, place: Place, new: usize, order: &Arc<ScaleOrder>) {
        let address = self.name(new);
        let wanted = self
            .agents
            .get(new)
            .and_then(|agent| agent.agent_password.clone());
        if wanted.is_some() && wanted != order.agent_password {
            let error = format!(
                "[Agent.RPC.RequestError]: send scale out rpc to target agent failed: Request [POST]/rpc/v1/ob/scale_out to {address} error: Unauthorized: Agent password is incorrect"
            );
            self.after(place, 30, Step::Fail(error));
            return;
        }
        if self.lock(new).is_some() {
            let error = format!(
                "[Agent.RPC.RequestError]: send scale out rpc to target agent failed: Request [POST]/rpc/v1/ob/scale_out to {address} error: {address} is under maintenance"
            );
            self.after(place, 30, Step::Fail(error));
            return;
        }
        let Some(cluster) = self.clusters.get(order.cluster) else {
            return;
        };
        let plan = (cluster.id, cluster.name.clone());
        let password = cluster
            .members
            .first()
            .and_then(|member| self.agents.get(*member))
            .and_then(|agent| agent.root_password.clone());
        if let Some(agent) = self.agents.get_mut(new) {
            agent.root_password = password;
            agent.sessions.clear();
            agent.plan.cluster = Some(plan);
            agent.plan.settings = vec![Setting {
                scope: "GLOBAL".into(),
                target: String::new(),
                values: order.configs.clone(),
            }];
        }
        let main = self
            .dag(place.store, place.dag)
            .map(|dag| self.generic(place.store, dag))
            .unwrap_or_default();
        let scale = |step| Work::Scale {
            step,
            new,
            order: Arc::clone(order),
        };
        let mut draft = Draft::new("Local scale out")
            .node("Be scaling agent", new, scale(ScaleStep::BeScaling))
            .node("Start preparations", new, scale(ScaleStep::Prepare))
            .node("Create observer workdir", new, Work::Workdir { owner: new })
            .node("Start preparations", new, scale(ScaleStep::Prepare))
            .node("Start observer", new, Work::StartObserver { owner: new })
            .node("Watch cluster scale_out dag", new, scale(ScaleStep::Watch))
            .node("Sync from observer", new, scale(ScaleStep::Sync));
        draft.data = Map::from_iter([
            ("main_dag_id".to_owned(), Value::from(main)),
            ("scaleOutUUID".to_owned(), Value::from(order.uuid.clone())),
        ]);
        let index = self.create(new, draft);
        if let Some(id) = self.dag(new, index).map(|dag| self.generic(new, dag)) {
            self.log(
                place,
                format!("create local scale out dag success, genericID:{id}"),
            );
        }
        self.after(place, 30, Step::Done);
    }

    /// A rendezvous: it fails without an error until the cluster's DAG retries it.
    fn prepare(&mut self, place: Place) {
        if self.task(place).is_some_and(|task| task.times > 1) {
            self.after(place, 45, Step::Log("start to execute the task".into()));
            self.after(place, 45, Step::Done);
            return;
        }
        self.log(place, "wait for notification to start task");
        self.log(place, "wait operator to advance");
        self.after(place, 30, Step::Fail(String::new()));
    }

    pub(super) fn local_of(&self, new: usize, order: &ScaleOrder) -> Option<usize> {
        let dags = &self.stores.get(new)?.dags;
        dags.iter().rposition(|dag| {
            dag.data.get("scaleOutUUID").and_then(Value::as_str) == Some(order.uuid.as_str())
        })
    }

    pub(super) fn main_of(&self, order: &ScaleOrder) -> Option<(usize, usize)> {
        let store = self.cluster_store(order.cluster);
        let index = self.stores.get(store)?.dags.iter().rposition(|dag| {
            dag.nodes.iter().flat_map(|node| &node.tasks).any(
                |task| matches!(&task.work, Work::Scale { order: of, .. } if of.uuid == order.uuid),
            )
        })?;
        Some((store, index))
    }

    /// Lines of one node of the local DAG, as the cluster's DAG repeats them.
    fn copied(&self, new: usize, dag: usize, node: usize) -> Vec<String> {
        let Some(node) = self.dag(new, dag).and_then(|dag| dag.nodes.get(node)) else {
            return Vec::new();
        };
        let logs = node.tasks.iter().flat_map(|task| &task.logs);
        logs.map(|line| format!("task {}: {}", node.name, line.text))
            .collect()
    }

    pub(super) fn wait_scale(&mut self, place: Place) {
        let Some(Work::Scale { step, new, order }) = self.task(place).map(|task| task.work.clone())
        else {
            return;
        };
        if self
            .task(place)
            .is_some_and(|task| task.operator == Operator::Rollback)
        {
            self.wait_back(place, step, new, &order);
            return;
        }
        if step == ScaleStep::Watch {
            self.watch(place, &order);
            return;
        }
        let Some(local) = self.local_of(new, &order) else {
            self.after(place, 1_000, Step::Wait);
            return;
        };
        let Some((state, reached)) = self.dag(new, local).map(|dag| (dag.state, dag.stage)) else {
            return;
        };
        let failed = state == State::Failed;
        match step {
            ScaleStep::WaitReady if reached > 1 => {
                self.log(
                    place,
                    "local scale out dag task Be scaling agent is succeed",
                );
                self.after(place, 0, Step::Done);
            }
            ScaleStep::WaitDeploy if failed && reached == 2 => self.nudge(place, new, local, 2),
            ScaleStep::WaitDeploy if failed && reached == 4 => {
                self.copy_then_done(place, new, local, 2);
            }
            ScaleStep::WaitStart if failed && reached == 4 => self.nudge(place, new, local, 4),
            ScaleStep::WaitStart if reached > 5 => self.copy_then_done(place, new, local, 4),
            ScaleStep::Finish if self.synced(new, local) => self.after(place, 0, Step::Done),
            ScaleStep::WaitDeploy | ScaleStep::WaitStart | ScaleStep::Finish if failed => {
                self.report_local_failure(place, new, local, reached - 1);
            }
            _ => self.after(place, 1_030, Step::Wait),
        }
    }

    fn synced(&self, new: usize, local: usize) -> bool {
        self.dag(new, local)
            .and_then(|dag| dag.nodes.last()?.tasks.first())
            .is_some_and(|task| task.state == State::Succeed)
    }

    fn nudge(&mut self, place: Place, new: usize, local: usize, stage: usize) {
        self.set_retry(new, local);
        self.log(place, format!("retry stage: {stage} successfully"));
        self.after(place, 1_030, Step::Wait);
    }

    fn copy_then_done(&mut self, place: Place, new: usize, local: usize, node: usize) {
        for line in self.copied(new, local, node) {
            self.log(place, line);
        }
        self.after(place, 0, Step::Done);
    }

    fn report_local_failure(&mut self, place: Place, new: usize, local: usize, node: usize) {
        let lines = self.copied(new, local, node);
        let Some(dag) = self.dag(new, local) else {
            return;
        };
        let (id, name) = (self.generic(new, dag), dag.name.clone());
        let at = dag
            .nodes
            .get(node)
            .map(|node| node.name.clone())
            .unwrap_or_default();
        let cause = lines
            .last()
            .and_then(|line| line.split_once(": "))
            .map(|(_, text)| text.to_owned())
            .unwrap_or_default();
        for line in lines {
            self.log(place, line);
        }
        let error = format!(
            "[Common.Unexpected]: Unexpected error: dag {id} {name} failed: [{at}] {cause}"
        );
        self.after(place, 0, Step::Fail(error));
    }

    fn watch(&mut self, place: Place, order: &ScaleOrder) {
        let Some((store, index)) = self.main_of(order) else {
            return;
        };
        let Some(dag) = self.dag(store, index) else {
            return;
        };
        let last = dag.stage == dag.nodes.len();
        if dag.state == State::Failed {
            let id = self.generic(store, dag);
            let error = format!(
                "[Task.DagFailed]: watch dag failed: DAG {id} {} failed",
                dag.name
            );
            self.after(place, 0, Step::Fail(error));
        } else if last {
            self.after(place, 0, Step::Done);
        } else {
            self.after(place, 500, Step::Wait);
        }
    }

    pub(super) fn add_server(&mut self, new: usize) {
        let found =
            self.stores
                .iter()
                .enumerate()
                .skip(self.agents.len())
                .find_map(|(store, kept)| {
                    let fits = kept.dags.iter().filter(|dag| dag.active()).any(|dag| {
                        dag.nodes.iter().flat_map(|node| &node.tasks).any(
                            |task| matches!(&task.work, Work::Scale { new: to, .. } if *to == new),
                        )
                    });
                    fits.then_some(store - self.agents.len())
                });
        let Some(index) = found else { return };
        if let Some(cluster) = self.clusters.get_mut(index) {
            let id = cluster.next_server;
            cluster.next_server += 1;
            if let Some(agent) = self.agents.get_mut(new) {
                agent.observer.id = id;
                agent.cluster = Some(index);
                agent.observer.state = 3;
            }
        }
    }
}
