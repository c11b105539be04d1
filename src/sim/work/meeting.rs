//! The sub DAGs of a start or stop: made, found, advanced and ended by the main
//! one, and what they do to the observer beside their agent.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::engine::{Draft, Place};
use super::super::task::{GenericId, State};
use super::super::world::World;
use super::power::{Power, PowerOrder, PowerStep};
use super::{Effect, Step};

impl World {
    /// What happens to the observer itself.
    pub(super) fn run_process(
        &mut self,
        place: Place,
        agent: usize,
        step: PowerStep,
        order: &Arc<PowerOrder>,
    ) {
        let runs = self
            .agents
            .get(agent)
            .is_some_and(|own| own.observer.state > 0);
        match step {
            PowerStep::CheckProcess => {
                self.log(place, "check if first start");
                self.log(place, "check observer process config");
                if runs {
                    self.log(place, "observer process exist");
                }
                self.after(place, 4, Step::Done);
            }
            PowerStep::StartProcess if runs => self.lines_then_done(place, &["observer started."]),
            PowerStep::StartProcess => {
                self.command_lines(place, agent);
                let (now, pid) = (self.now(), 12_000 + self.sequence as u32 % 20_000);
                if let Some(own) = self.agents.get_mut(agent) {
                    own.observer.state = 1;
                    own.observer.pid = pid;
                    own.observer.started = now;
                    own.observer.turned = now;
                }
                self.after(place, 200, Step::Do(Effect::Quorum(order.cluster)));
                self.after(place, 220, Step::Log("update self OB port".into()));
                self.after(place, 220, Step::Log("update OB port in all_agent".into()));
                self.after(place, 230, Step::Done);
            }
            PowerStep::StartSql => {
                self.log(place, "exec start server sql");
                if let Some(own) = self.agents.get_mut(agent) {
                    own.observer.out_of_service = None;
                }
                self.after(place, 8, Step::Done);
            }
            _ => {
                let pid = self.agents.get(agent).map_or(0, |own| own.observer.pid);
                self.log(place, "Get observer Pid");
                self.log(place, format!("Kill observer process {pid}"));
                self.log(place, "Check observer process");
                self.apply(Effect::ObserverDown(agent));
                self.after(place, 5, Step::Do(Effect::Quorum(order.cluster)));
                let line = "Successfully killed the observer process";
                self.after(place, 1_004, Step::Log(line.into()));
                self.after(place, 1_004, Step::Done);
            }
        }
    }

    /// What comes before an observer is started again.
    pub(super) fn command_lines(&mut self, place: Place, agent: usize) {
        let home = self.agents.get(agent).map(|own| own.home.clone());
        let home = home.unwrap_or_default();
        for line in [
            "start observer",
            "check if first start",
            "not first start, skip require check",
            "generate start cmd",
        ] {
            self.log(place, line);
        }
        let line =
            format!("start cmd: export LD_LIBRARY_PATH='{home}/lib'; {home}/bin/observer   ");
        self.log(place, line);
    }

    pub(super) fn create_sub(
        &mut self,
        place: Place,
        agent: usize,
        order: &Arc<PowerOrder>,
    ) -> String {
        let main = self
            .dag(place.store, place.dag)
            .map(|dag| self.generic(place.store, dag))
            .unwrap_or_default();
        let meant = order.targets.contains(&agent);
        let node = |draft: Draft, name: &str, step| draft.node(name, agent, order.work(step));
        let mut draft = node(
            Draft::new(order.sub_name()),
            "Start preparations",
            PowerStep::Prepare,
        );
        match order.power {
            Power::Start if meant => {
                draft = node(
                    draft,
                    "Check ob process and config",
                    PowerStep::CheckProcess,
                );
                draft = node(draft, "Start observer", PowerStep::StartProcess);
                draft = node(draft, "Execute start observer sql", PowerStep::StartSql);
            }
            Power::StopFrozen | Power::StopNow | Power::StopZone(_) if meant => {
                draft = node(draft, "Stop observer", PowerStep::StopProcess);
            }
            _ => {}
        }
        draft = node(draft, "Wait for task to end", PowerStep::WaitEnd);
        draft.data = Map::from_iter([("main_dag_id".to_owned(), Value::from(main))]);
        let sub = self.create(agent, draft);
        let id = self
            .dag(agent, sub)
            .map(|dag| self.generic(agent, dag))
            .unwrap_or_default();
        let name = self.name(agent);
        if let Some(dag) = self.dag_mut(place.store, place.dag) {
            let subs = dag
                .data
                .entry("sub_dags")
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(subs) = subs {
                subs.insert(name, Value::from(id.clone()));
            }
        }
        id
    }

    /// `forcePassDag`: what earlier main DAGs have left on this agent is passed. One that
    /// goes on is cancelled first, which this attempt does not live to see: its number.
    pub(super) fn pass_leftovers(&mut self, agent: usize, mains: &[String]) -> Option<u64> {
        let left: Vec<usize> = self
            .stores
            .get(agent)
            .into_iter()
            .flat_map(|store| store.dags.iter().enumerate())
            .filter(|(_, dag)| dag.locks())
            .filter(|(_, dag)| {
                let main = dag.data.get("main_dag_id").and_then(Value::as_str);
                main.is_some_and(|main| mains.iter().any(|id| id == main))
            })
            .map(|(index, _)| index)
            .collect();
        let mut going = None;
        for index in left {
            if self
                .dag(agent, index)
                .is_some_and(|dag| dag.state == State::Failed)
            {
                self.set_pass(agent, index);
                continue;
            }
            // What cannot be cancelled goes on to its end.
            let _refused = self.order_cancel(agent, index);
            going = self.dag(agent, index).map(|dag| dag.id);
        }
        going
    }

    /// The sub DAGs of a main one: whose, and where there.
    pub(super) fn subs(&self, place: Place) -> Vec<(usize, usize)> {
        let Some(Value::Object(subs)) = self
            .dag(place.store, place.dag)
            .and_then(|dag| dag.data.get("sub_dags"))
        else {
            return Vec::new();
        };
        let mut found: Vec<(usize, usize)> = subs
            .iter()
            .filter_map(|(name, id)| {
                let agent = self.find(name.parse().ok()?)?;
                let id = GenericId::parse(id.as_str()?)?;
                Some((agent, usize::try_from(id.id).ok()?.checked_sub(1)?))
            })
            .collect();
        found.sort_unstable();
        found
    }

    /// Looks at one sub DAG until it stands at its end, or has failed before.
    pub(super) fn await_one(&mut self, place: Place, agent: usize) {
        let sub = self
            .subs(place)
            .into_iter()
            .find(|(member, _)| *member == agent);
        let Some((dag, id)) = sub
            .and_then(|(member, sub)| self.dag(member, sub))
            .map(|dag| (dag, self.generic(agent, dag)))
        else {
            return;
        };
        if dag.state != State::Failed {
            self.after(place, 1_000, Step::Wait);
            return;
        }
        let there = dag.stage == dag.nodes.len();
        let lines: Vec<String> = dag
            .nodes
            .iter()
            .flat_map(|node| node.tasks.iter().map(move |task| (node, task)))
            .flat_map(|(node, task)| {
                let lines = task.logs.iter();
                lines.map(move |line| format!("{}: {}", node.name, line.text))
            })
            .collect();
        for line in lines {
            self.log(place, line);
        }
        if there {
            self.log(place, format!("{id} succeed"));
        }
        self.after(place, 0, Step::Done);
    }

    /// Passes the sub DAGs; says whether all of them were there to be passed.
    pub(super) fn end_subs(&mut self, place: Place) -> bool {
        let mut all = true;
        for (agent, sub) in self.subs(place) {
            let name = self.name(agent);
            let Some((state, id)) = self
                .dag(agent, sub)
                .map(|dag| (dag.state, self.generic(agent, dag)))
            else {
                continue;
            };
            if state == State::Failed {
                self.set_pass(agent, sub);
            } else {
                all = false;
                let here = self.name(place.store);
                let line = format!(
                    "ERROR: [Common.Unexpected]: Unexpected error: {name} failed to end the task : Request [POST]/api/v1/task/dag/{id} to {here} error: Failed to pass DAG: DAG is not failed"
                );
                self.log(place, line);
            }
            self.log(place, format!("{name} end the task"));
        }
        all
    }

    /// Observers that run are available while a majority of zones has one.
    pub(in super::super) fn quorum(&mut self, cluster: usize) {
        let Some(known) = self.clusters.get(cluster) else {
            return;
        };
        let zones = known.zones.clone();
        let runs = |zone: &String| {
            self.agents.iter().any(|own| {
                own.cluster == Some(cluster) && own.zone == *zone && own.observer.state > 0
            })
        };
        let alive = zones.iter().filter(|zone| runs(zone)).count();
        let state = if alive * 2 > zones.len() { 3 } else { 2 };
        for own in &mut self.agents {
            if own.cluster == Some(cluster) && own.observer.state > 0 {
                own.observer.state = state;
            }
        }
    }
}
