//! How a scale-out is undone: the cluster's DAG leads, the new agent's follows.

use std::sync::Arc;

use super::super::engine::Place;
use super::super::task::{Operator, State};
use super::super::world::World;
use super::Step;
use super::scale::{ScaleOrder, ScaleStep};

impl World {
    pub(super) fn roll_back_scale(
        &mut self,
        place: Place,
        step: ScaleStep,
        new: usize,
        order: &Arc<ScaleOrder>,
    ) {
        let retrying = self
            .dag(place.store, place.dag)
            .is_some_and(|dag| dag.operator != Operator::Rollback);
        match step {
            ScaleStep::Integrate | ScaleStep::Prepare => self.after(place, 1, Step::Done),
            ScaleStep::Watch if retrying => self.after(place, 140, Step::Done),
            ScaleStep::Watch => {
                self.log(place, "try rollback coordinate dag successfully");
                self.after(place, 500, Step::Wait);
            }
            ScaleStep::BeScaling => {
                let sql = self.agents.get(new).map_or(0, |own| own.observer.sql_port);
                self.make_single(new);
                // The port of the observer that was here is remembered.
                if let Some(own) = self.agents.get_mut(new) {
                    own.observer.sql_port = sql;
                }
                self.lines_then_done(place, &["try rollback coordinate dag successfully"]);
            }
            ScaleStep::Sync => self.after(place, 0, Step::Done),
            _ if retrying => {
                if let Some(local) = self.local_of(new, order)
                    && self
                        .dag(new, local)
                        .is_some_and(|dag| dag.state == State::Failed && dag.stage > 4)
                {
                    self.set_retry(new, local);
                }
                self.after(place, 1_030, Step::Done);
            }
            _ => self.after(place, 10, Step::Wait),
        }
    }

    /// A step of the cluster's DAG is undone once the local DAG is on its way back too.
    pub(super) fn wait_back(
        &mut self,
        place: Place,
        step: ScaleStep,
        new: usize,
        order: &Arc<ScaleOrder>,
    ) {
        if step == ScaleStep::Watch {
            let main = self
                .main_of(order)
                .and_then(|(store, index)| self.dag(store, index));
            let there = main.is_none_or(|dag| dag.stage <= 5 || dag.state.ended());
            let next = if there { Step::Done } else { Step::Wait };
            self.after(place, if there { 0 } else { 500 }, next);
            return;
        }
        if let Some(local) = self.local_of(new, order)
            && let Some((state, operator)) =
                self.dag(new, local).map(|dag| (dag.state, dag.operator))
            && operator != Operator::Rollback
        {
            if state == State::Failed {
                self.set_rollback(new, local);
            }
            self.after(place, 1_000, Step::Wait);
            return;
        }
        if self.local_of(new, order).is_some() {
            self.log(place, "try rollback coordinate dag successfully");
        }
        match step {
            ScaleStep::AddZone => {
                self.log(place, "AddZoneTask rollback");
                if let Some(cluster) = self.clusters.get_mut(order.cluster) {
                    cluster.zones.retain(|zone| *zone != order.zone);
                }
            }
            ScaleStep::StartZone => self.log(place, "StartZoneTask rollback"),
            ScaleStep::AddAgent => {
                if let Some(cluster) = self.clusters.get_mut(order.cluster) {
                    cluster.members.retain(|member| *member != new);
                }
            }
            ScaleStep::AddServer => {
                if let Some(agent) = self.agents.get_mut(new) {
                    agent.observer.id = 0;
                    agent.cluster = None;
                }
            }
            _ => {}
        }
        self.after(place, 10, Step::Done);
    }
}
