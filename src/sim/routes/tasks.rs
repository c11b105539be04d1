//! Tasks: shown, listed, operated on.

use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, required};
use super::super::task::{Dag, GLOBAL, GenericId, Home};
use super::super::world::{Identity, World};

impl World {
    pub(super) fn tasks(
        &mut self,
        agent: usize,
        call: &Call,
        label: &str,
        words: &[&str],
    ) -> Answer {
        let Some(details) = call.details() else {
            return Answer::panic();
        };
        let answer = match label {
            "task/dag/:id" | "task/node/:id" | "task/sub_task/:id" | "task/sub_task/:id/logs" => {
                self.one(
                    agent,
                    call,
                    label,
                    words.get(2).copied().unwrap_or_default(),
                    details,
                )
            }
            "task/dags/agent" => Ok(self.list(agent, details, |_| true)),
            "task/dags/ob" => self
                .of_cluster(agent)
                .map(|store| self.list(store, details, |_| true)),
            "task/dag/ob/unfinish" => self
                .of_cluster(agent)
                .map(|store| self.list(store, details, Dag::unfinished)),
            "task/dag/agent/unfinish" => Ok(self.list(agent, details, Dag::unfinished)),
            "task/dag/agent/main_dags" => Ok(self.main_dags(agent, details)),
            "task/dag/unfinish" => self.unfinished(agent, details),
            "task/dag/maintain/ob" => self.of_cluster(agent).and_then(|store| {
                self.last(store, details)
                    .map(Answer::data)
                    .ok_or_else(|| Refusal::not_found("Cluster is not under maintenance"))
            }),
            "task/dag/maintain/agent" => self
                .last(agent, details)
                .map(Answer::data)
                .ok_or_else(|| Refusal::not_found("Agent is not under maintenance")),
            _ => {
                // Without a task of its own the agent falls over.
                if self.last(agent, details).is_none() {
                    return Answer::panic();
                }
                let known = self.known(agent);
                Ok(Answer::contents(
                    known
                        .into_iter()
                        .filter(|known| self.agents.get(*known).is_some_and(|own| !own.dead))
                        .filter_map(|known| self.last(known, details))
                        .collect(),
                ))
            }
        };
        answer.unwrap_or_else(|refusal| Answer {
            data: (label == "task/dag/ob/unfinish" && refusal.name != "Common.Unexpected")
                .then(|| json!({ "contents": null })),
            ..refusal.into()
        })
    }

    /// Handlers of cluster tasks answer nothing on other agents.
    fn of_cluster(&self, agent: usize) -> Result<usize, Refusal> {
        let cluster = self
            .cluster_agent(agent)
            .map_err(|_| Refusal::unexpected("ocsagent cannot build response body"))?;
        self.database(agent)?;
        Ok(self.cluster_store(cluster))
    }

    fn list(&self, store: usize, details: bool, wanted: impl Fn(&Dag) -> bool) -> Answer {
        Answer::contents(self.shown(store, details, wanted))
    }

    fn shown(&self, store: usize, details: bool, wanted: impl Fn(&Dag) -> bool) -> Vec<Value> {
        let show = self.show(store, details);
        self.stores
            .get(store)
            .map(|kept| {
                kept.dags
                    .iter()
                    .filter(|dag| wanted(dag))
                    .map(|dag| show.dag(dag))
                    .collect()
            })
            .unwrap_or_default()
    }

    /// The main DAGs behind the unfinished sub DAGs of an agent.
    fn main_dags(&self, agent: usize, details: bool) -> Answer {
        let dags = self.stores.get(agent).map(|store| &store.dags);
        let mut mains: Vec<&str> = dags
            .into_iter()
            .flatten()
            .filter(|dag| dag.unfinished())
            .filter_map(|dag| dag.data.get("main_dag_id").and_then(Value::as_str))
            .collect();
        mains.dedup();
        let shown = mains.into_iter().filter_map(|main| {
            let id = GenericId::parse(main)?;
            let Home::Agent(address) = id.home else {
                return None;
            };
            let store = self.find(address)?;
            let dag = self.dag(store, usize::try_from(id.id).ok()?.checked_sub(1)?)?;
            Some(self.show(store, details).dag(dag))
        });
        Answer::contents(shown.collect())
    }

    fn last(&self, store: usize, details: bool) -> Option<Value> {
        let dag = self
            .stores
            .get(store)?
            .dags
            .iter()
            .rev()
            .find(|dag| dag.maintenance >= GLOBAL)?;
        Some(self.show(store, details).dag(dag))
    }

    fn unfinished(&self, agent: usize, details: bool) -> Result<Answer, Refusal> {
        let Some(own) = self.agents.get(agent) else {
            return Ok(Answer::panic());
        };
        let local = Dag::unfinished;
        match own.identity {
            Identity::ScalingOut | Identity::ScalingIn => Err(Refusal::new(
                500,
                "Agent.Identify.Unknown",
                format!("Agent identify is unknown: {}", own.identity.word()),
            )),
            Identity::ClusterAgent => {
                let mut all: Vec<Value> = self
                    .known(agent)
                    .into_iter()
                    .filter(|known| self.agents.get(*known).is_some_and(|own| !own.dead))
                    .flat_map(|known| self.shown(known, details, local))
                    .collect();
                if let Some(cluster) = own.cluster {
                    all.extend(self.shown(self.cluster_store(cluster), details, Dag::unfinished));
                }
                // A list that nothing was put into is none.
                let contents = if all.is_empty() {
                    Value::Null
                } else {
                    all.into()
                };
                Ok(Answer::data(json!({ "contents": contents })))
            }
            _ => Ok(self.list(agent, details, local)),
        }
    }

    /// Where an id leads: the store, and the number in it.
    fn locate(
        &mut self,
        agent: usize,
        text: &str,
        dag: bool,
        path: &str,
    ) -> Result<(usize, GenericId), Refusal> {
        let id = GenericId::parse(text).ok_or_else(|| {
            Refusal::new(
                400,
                "Task.GenericID.Invalid",
                format!("Invalid ID: {text}: invalid generic id"),
            )
            .zh(format!("无效的任务通用 ID：{text}: invalid generic id"))
        })?;
        match id.home {
            Home::Agent(at) => {
                let Some(store) = self.find(at) else {
                    return Err(Refusal::new(
                        500,
                        "Common.Unexpected",
                        format!(
                            "Get \"http://{at}{path}\": dial tcp {at}: connect: connection refused"
                        ),
                    ));
                };
                Ok((store, id))
            }
            Home::Cluster => {
                let cluster = self
                    .agents
                    .get(agent)
                    .and_then(|own| own.cluster)
                    .or_else(|| {
                        // An agent that scales out asks its coordinator.
                        self.scaling_into(agent)
                    });
                let awake = self
                    .known(agent)
                    .into_iter()
                    .chain(cluster.and_then(|cluster| self.maintainer(cluster)))
                    .any(|known| {
                        self.agents
                            .get(known)
                            .is_some_and(|known| known.observer.state == 3)
                    });
                if dag && !awake {
                    return Err(self.dangerous(
                        "a cluster's DAG while no agent has a connection to the database",
                    ));
                }
                let cluster = cluster.ok_or_else(|| Refusal::not_found("record not found"))?;
                Ok((self.cluster_store(cluster), id))
            }
        }
    }

    fn scaling_into(&self, agent: usize) -> Option<usize> {
        let own = self.agents.get(agent)?;
        if own.identity != Identity::ScalingOut {
            return None;
        }
        let plan = own.plan.cluster.as_ref()?;
        self.clusters
            .iter()
            .position(|cluster| cluster.id == plan.0 && cluster.name == plan.1)
    }

    /// What would have hurt the real agent is only noted here.
    fn dangerous(&mut self, what: &str) -> Refusal {
        self.dangerous += 1;
        tracing::error!(%what, "a request that a real agent never answers");
        Refusal::unexpected(&format!(
            "the simulator does not follow the agent into {what}"
        ))
    }

    fn one(
        &mut self,
        agent: usize,
        call: &Call,
        label: &str,
        text: &str,
        details: bool,
    ) -> Result<Answer, Refusal> {
        let is_dag = label == "task/dag/:id";
        let post = call.request.method == "POST";
        let path = call.request.path().to_owned();
        let operator = if post {
            Some(operator(call, is_dag))
        } else {
            None
        };
        let (store, id) = self.locate(agent, text, is_dag, &path)?;
        if is_dag {
            let found = self.stores.get(store).and_then(|kept| {
                kept.dags
                    .iter()
                    .position(|dag| dag.id == id.id && dag.proxy == id.proxy)
            });
            let Some(index) = found else {
                let own = self.agents.get(agent);
                let ring = own
                    .is_some_and(|own| own.identity == Identity::Master && own.members.len() > 1);
                if ring && id.home != Home::Cluster {
                    return Err(self.dangerous(
                        "a local DAG that nobody knows, between a master and its followers",
                    ));
                }
                return Err(Refusal::not_found("record not found"));
            };
            if let Some(operator) = operator {
                self.operate(store, index, &operator?)?;
                return Ok(Answer::empty());
            }
            let shown = self
                .dag(store, index)
                .map(|dag| self.show(store, details).dag(dag));
            return Ok(Answer::data(shown.unwrap_or(Value::Null)));
        }
        let place = self.stores.get(store).and_then(|kept| {
            kept.dags
                .iter()
                .enumerate()
                .filter(|(_, dag)| dag.proxy == id.proxy)
                .find_map(|(dag, kept)| {
                    kept.nodes.iter().enumerate().find_map(|(node, kept)| {
                        if label == "task/node/:id" {
                            return (kept.id == id.id).then_some((dag, node, 0));
                        }
                        kept.tasks
                            .iter()
                            .position(|task| task.id == id.id)
                            .map(|task| (dag, node, task))
                    })
                })
        });
        let Some((dag, node, task)) = place else {
            return Err(Refusal::not_found("record not found"));
        };
        if let Some(operator) = operator {
            self.operate_node(store, dag, node, &operator?)?;
            return Ok(Answer::empty());
        }
        let show = self.show(store, true);
        let Some(found) = self.dag(store, dag).and_then(|dag| dag.nodes.get(node)) else {
            return Ok(Answer::panic());
        };
        if label == "task/node/:id" {
            return Ok(if details {
                Answer::data(show.node(id.proxy, found, false))
            } else {
                Answer::panic()
            });
        }
        let Some(found) = found.tasks.get(task) else {
            return Ok(Answer::panic());
        };
        if label == "task/sub_task/:id" {
            return Ok(Answer::data(show.task(id.proxy, found)));
        }
        let lines = found.logs.iter().map(|line| {
            json!({
                "id": line.id,
                "sub_task_id": found.id,
                "execute_times": line.attempt,
                "log_content": line.text,
                "is_sync": id.home != Home::Cluster,
                "create_time": show.time(line.at),
                "update_time": show.time(line.at),
            })
        });
        Ok(Answer::contents(lines.collect()))
    }
}

fn operator(call: &Call, dag: bool) -> Result<String, Refusal> {
    let kind = if dag { "DagOperator" } else { "NodeOperator" };
    let operator = call.fields(kind)?.text("operator")?;
    if operator.is_empty() {
        required(&[format!("{kind}.Operator")])?;
    }
    Ok(operator)
}
