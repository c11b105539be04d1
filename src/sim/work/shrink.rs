//! `Cluster scale in` and `Delete zone`: both in the cluster's store.

use std::sync::Arc;

use super::super::engine::{Draft, Place};
use super::super::world::{Identity, World};
use super::{Effect, Flags, Step, Work, flags};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct ShrinkOrder {
    pub(in super::super) cluster: usize,
    /// The agents that leave.
    pub(in super::super) agents: Vec<usize>,
    /// The zone that goes with them.
    pub(in super::super) zone: Option<String>,
}

/// The nodes of both DAGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum ShrinkStep {
    DeleteObserver(usize),
    SetScalingIn,
    CheckAlive,
    Wait(usize),
    DeleteAgent,
    Kill,
    StopZone,
    DeleteZone,
    /// On the agent that left.
    KillHere,
}

impl ShrinkStep {
    /// The table of `api/obshell.md` §6.4.
    pub(super) fn flags(self) -> Flags {
        let back = !matches!(self, Self::DeleteAgent | Self::DeleteZone | Self::KillHere);
        flags(back, true, true, true)
    }
}

fn work(step: ShrinkStep, order: &Arc<ShrinkOrder>) -> Work {
    Work::Shrink {
        step,
        order: Arc::clone(order),
    }
}

/// The DAG of a scale-in.
pub(in super::super) fn scale_in_draft(
    maintainer: usize,
    leaving: usize,
    force_kill: bool,
    order: &Arc<ShrinkOrder>,
) -> Draft {
    use ShrinkStep as S;
    let mut nodes = vec![
        ("Delete observer", S::DeleteObserver(leaving)),
        ("Set agent to 'SCALING IN'", S::SetScalingIn),
    ];
    let wait = ("Wait delete observer success", S::Wait(leaving));
    let kill = ("Try to inform to kill observer", S::Kill);
    let delete = ("Delete agent", S::DeleteAgent);
    if force_kill {
        nodes.push(("Check multi paxos member alive", S::CheckAlive));
        nodes.extend([kill, wait, delete]);
    } else {
        nodes.extend([wait, delete, kill]);
    }
    nodes
        .into_iter()
        .fold(Draft::new("Cluster scale in"), |draft, (name, step)| {
            draft.node(name, maintainer, work(step, order))
        })
}

/// The DAG that deletes a zone.
pub(in super::super) fn zone_draft(
    maintainer: usize,
    zone: &str,
    order: &Arc<ShrinkOrder>,
) -> Draft {
    use ShrinkStep as S;
    let add = |draft: Draft, name: &str, step| draft.node(name, maintainer, work(step, order));
    let mut draft = Draft::new("Delete zone");
    let empty = order.agents.is_empty();
    if !empty {
        draft = add(draft, "Set agent to 'SCALING IN'", S::SetScalingIn);
    }
    draft = add(draft, &format!("Stop zone {zone}"), S::StopZone);
    for agent in &order.agents {
        draft = add(draft, "Delete observer", S::DeleteObserver(*agent));
        draft = add(draft, "Wait delete observer success", S::Wait(*agent));
    }
    draft = add(draft, &format!("Delete zone {zone}"), S::DeleteZone);
    if !empty {
        draft = add(draft, "Delete agent", S::DeleteAgent);
        draft = add(draft, "Try to inform to kill observers", S::Kill);
    }
    draft
}

impl World {
    pub(super) fn run_shrink(&mut self, place: Place, step: ShrinkStep, order: &Arc<ShrinkOrder>) {
        match step {
            ShrinkStep::DeleteObserver(_) | ShrinkStep::CheckAlive => {
                self.after(place, 10, Step::Done);
            }
            ShrinkStep::SetScalingIn => {
                for agent in &order.agents {
                    if let Some(own) = self.agents.get_mut(*agent) {
                        own.identity = Identity::ScalingIn;
                    }
                }
                self.log(place, "change agent identity to 'SCALING IN' success");
                self.after(place, 1_010, Step::Done);
            }
            ShrinkStep::Wait(_) => self.after(place, 1_000, Step::Wait),
            ShrinkStep::DeleteAgent => {
                if let Some(cluster) = self.clusters.get_mut(order.cluster) {
                    cluster
                        .members
                        .retain(|member| !order.agents.contains(member));
                }
                self.log(place, "delete agents success");
                self.after(place, 20, Step::Done);
            }
            ShrinkStep::Kill => self.tell_to_kill(place, order),
            ShrinkStep::StopZone => {
                let zone = order.zone.clone().unwrap_or_default();
                self.log(place, format!("stop zone {zone}"));
                self.log(place, format!("wait for {zone} to be inactive"));
                self.after(place, 15, Step::Done);
            }
            ShrinkStep::DeleteZone => {
                if let Some(cluster) = self.clusters.get_mut(order.cluster) {
                    let stays = |name: &String| Some(name) != order.zone.as_ref();
                    cluster.zones.retain(stays);
                    cluster.stopped_zones.retain(stays);
                }
                self.after(place, 20, Step::Done);
            }
            ShrinkStep::KillHere => {
                let Some(agent) = self.task(place).map(|task| task.agent) else {
                    return;
                };
                self.apply(Effect::ObserverDown(agent));
                self.after(place, 1_000, Step::Done);
            }
        }
    }

    fn tell_to_kill(&mut self, place: Place, order: &Arc<ShrinkOrder>) {
        for agent in &order.agents {
            let name = self.name(*agent);
            let state = self.agents.get(*agent).map_or(0, |own| own.observer.state);
            self.log(place, format!("agent {name} ob state: {}", state.min(2)));
            if self.lock(*agent).is_none() {
                let mut draft = Draft::new("Kill observer").node(
                    "Kill observer",
                    *agent,
                    work(ShrinkStep::KillHere, order),
                );
                draft.frees = true;
                self.create(*agent, draft);
            }
        }
        self.after(place, 15, Step::Done);
    }

    /// Data moves only where the zone has another server for it.
    pub(super) fn wait_shrink(&mut self, place: Place, step: ShrinkStep, order: &Arc<ShrinkOrder>) {
        let ShrinkStep::Wait(leaving) = step else {
            return;
        };
        let Some(own) = self.agents.get(leaving) else {
            return;
        };
        let server = format!("{}:{}", own.address.ip(), own.observer.rpc_port);
        let killed = own.observer.state == 0;
        let zone = own.zone.clone();
        let home = self.clusters.get(order.cluster).is_some_and(|cluster| {
            let kept = |member: &&usize| {
                **member != leaving
                    && self.agents.get(**member).is_some_and(|own| {
                        own.zone == zone && own.identity == Identity::ClusterAgent
                    })
            };
            let held = cluster.first_zones().contains(&zone);
            !held || cluster.members.iter().any(|member| kept(&member))
        });
        if !home && !killed {
            self.after(place, 1_000, Step::Wait);
            return;
        }
        if killed {
            let line = format!("observer '{server}' is already not in cluster.");
            self.log(place, line);
        }
        let line = format!("observer '{server}' has been deleted successfully");
        self.log(place, line);
        if let Some(own) = self.agents.get_mut(leaving) {
            own.observer.id = 0;
        }
        self.after(place, 0, Step::Done);
    }

    pub(super) fn roll_back_shrink(
        &mut self,
        place: Place,
        step: ShrinkStep,
        order: &Arc<ShrinkOrder>,
    ) {
        match step {
            ShrinkStep::SetScalingIn => {
                for agent in &order.agents {
                    if let Some(own) = self.agents.get_mut(*agent) {
                        own.identity = Identity::ClusterAgent;
                    }
                }
                self.log(place, "change agent identity to 'SCALING IN' success");
            }
            ShrinkStep::Wait(leaving) => {
                if let Some(own) = self.agents.get(leaving) {
                    let server = format!("{}:{}", own.address.ip(), own.observer.rpc_port);
                    self.log(place, format!("cancel delete observer {server} start"));
                }
            }
            _ => {}
        }
        self.after(place, 10, Step::Done);
    }
}
