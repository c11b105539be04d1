//! `Cluster scale in` and `Delete zone`: both in the cluster's store.

use std::sync::Arc;

use super::super::engine::{Draft, Place};
use super::super::world::{Identity, World};
use super::{Flags, Step, Work, flags};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct ShrinkOrder {
    pub(in super::super) cluster: usize,
    /// The agents that leave.
    pub(in super::super) agents: Vec<usize>,
    /// The zone that goes with them.
    pub(in super::super) zone: Option<String>,
    /// The observer is killed before anything is moved away from it.
    pub(in super::super) forced: bool,
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
    let mut draft = Draft::new("Cluster scale in");
    draft.frees = 1;
    nodes.into_iter().fold(draft, |draft, (name, step)| {
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
            ShrinkStep::DeleteObserver(leaving) => {
                self.set_deleting(leaving, true);
                self.after(place, 10, Step::Done);
            }
            ShrinkStep::CheckAlive => self.after(place, 10, Step::Done),
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
                self.stop_observer(place, agent);
            }
        }
    }

    /// The database moves the units away.
    fn set_deleting(&mut self, leaving: usize, deleting: bool) {
        if let Some(own) = self.agents.get_mut(leaving) {
            own.observer.deleting = deleting;
        }
    }

    fn tell_to_kill(&mut self, place: Place, order: &Arc<ShrinkOrder>) {
        for agent in &order.agents {
            if self.agents.get(*agent).is_none_or(|own| own.dead) {
                continue;
            }
            let name = self.name(*agent);
            let observer = self.agents.get(*agent).map(|own| &own.observer);
            // One that is no server any more has no right to more than its process.
            let state = observer.map_or(0, |own| match (own.state, own.id) {
                (0, _) => 0,
                (_, 0) => 2,
                _ if own.deleting => 1,
                (state, _) => state,
            });
            self.log(place, format!("agent {name} ob state: {state}"));
            if self.lock(*agent).is_none() {
                let mut draft = Draft::new("Kill observer").node(
                    "Kill observer",
                    *agent,
                    work(ShrinkStep::KillHere, order),
                );
                draft.frees = 1;
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
        if order.forced {
            let line = format!("observer '{server}' is already not in cluster.");
            self.log(place, line);
        }
        let line = format!("observer '{server}' has been deleted successfully");
        self.log(place, line);
        if let Some(own) = self.agents.get_mut(leaving) {
            own.observer.id = 0;
            own.observer.deleting = false;
        }
        self.after(place, 0, Step::Done);
    }

    /// A cancelled wait takes the deletion back, a moment after it was cancelled.
    pub(in super::super) fn give_up_wait(&mut self, place: Place) {
        let Some(Work::Shrink {
            step: ShrinkStep::Wait(leaving),
            ..
        }) = self.task(place).map(|task| task.work.clone())
        else {
            return;
        };
        self.set_deleting(leaving, false);
        if let Some(own) = self.agents.get(leaving) {
            let server = format!("{}:{}", own.address.ip(), own.observer.rpc_port);
            self.log(place, format!("cancel delete observer {server} start"));
        }
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
            }
            ShrinkStep::DeleteObserver(leaving) => self.set_deleting(leaving, false),
            _ => {}
        }
        self.after(place, 10, Step::Done);
    }
}
