//! What a sub-task does that a fault meets: its first lines, then the error.

use super::super::engine::Place;
use super::super::world::World;
use super::power::{PowerOrder, PowerStep};
use super::proxy::ProxyStep;
use super::scale::ScaleStep;
use super::{Effect, Step, Work};

/// How a fault meets an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Doom {
    Hangs,
    /// With the fault's own words for the error, if it has some.
    Fails(Option<String>),
}

impl World {
    pub(super) fn run_doomed(
        &mut self,
        place: Place,
        agent: usize,
        work: &Work,
        words: Option<String>,
    ) {
        let mut after = 1;
        let mut error = words.unwrap_or_else(|| {
            let name = self.task(place).map(|task| task.name.clone());
            format!(
                "[Common.Unexpected]: Unexpected error: simulated failure of {}",
                name.unwrap_or_default()
            )
        });
        match work {
            Work::StartObserver { owner } => {
                if !self.start_lines(place, *owner, agent) {
                    return;
                }
                after = 4;
                if error.contains("simulated failure") {
                    error = "[Common.Unexpected]: Unexpected error: observer cannot start: no such license\n: exit status 1".into();
                }
            }
            Work::Workdir { owner } => {
                let data = self.dirs(*owner, agent).1;
                self.log(place, format!("mkdir data_dir: {data}"));
            }
            Work::Bootstrap => {
                if !self.bootstrap_lines(place) {
                    return;
                }
                self.apply(Effect::ObserverState(place.store, 2));
                after = 300;
            }
            Work::JoinMaster { .. } => self.log(place, "creating token"),
            Work::Power { step, order } => {
                error = self.doomed_power(place, agent, *step, order, error);
            }
            Work::Scale { step, .. } => {
                let word = match step {
                    ScaleStep::AddZone => "AddZoneTask execute",
                    ScaleStep::StartZone => "StartZoneTask execute",
                    ScaleStep::AddServer => "AddServerTask execute",
                    _ => "",
                };
                if !word.is_empty() {
                    self.log(place, word);
                    after = 30;
                }
            }
            Work::Proxy {
                step: ProxyStep::First(command),
            } => self.log(place, format!("start obproxy cmd: {command}")),
            _ => {}
        }
        self.after(place, after, Step::Fail(error));
    }

    /// An observer that does not come up: asked every two seconds, three hundred times.
    pub(super) fn wait_observer(&mut self, place: Place, owner: usize) {
        let Some(agent) = self.task(place).map(|task| task.agent) else {
            return;
        };
        let asked = self.task(place).map_or(0, |task| {
            let lines = task.logs.iter().filter(|line| line.attempt == task.times);
            lines
                .filter(|line| line.text.contains("health check"))
                .count()
        });
        // Every tenth time nothing is written.
        let count = asked + asked / 9 + 1;
        self.log(place, format!("observer health check, retry [{count}/300]"));
        if self.doom(place) == Some(Doom::Hangs) {
            let next = if count < 300 {
                Step::Wait
            } else {
                Step::Fail(
                    "[Common.Unexpected]: Unexpected error: observer health check timeout".into(),
                )
            };
            let silent = count % 10 == 9;
            self.after(place, if silent { 4_000 } else { 2_000 }, next);
            return;
        }
        self.apply(Effect::ObserverUp(agent, owner));
        self.log(place, "update self OB port");
        self.log(place, "update OB port in all_agent");
        self.after(place, 10, Step::Done);
    }

    /// What fails at the database ends the sub DAGs; what fails before leaves them waiting.
    fn doomed_power(
        &mut self,
        place: Place,
        agent: usize,
        step: PowerStep,
        order: &PowerOrder,
        error: String,
    ) -> String {
        match step {
            PowerStep::StartProcess => self.command_lines(place, agent),
            PowerStep::Freeze => self.first_checkpoint(place, order),
            PowerStep::StopSql if order.scope == "ZONE" => {
                self.log(place, "Stop Zone");
                self.end_subs(place);
            }
            PowerStep::StopSql => {
                self.log(place, "Stop observer");
                if let Some(first) = order.targets.first() {
                    let line = format!("Stop {}", self.name(*first));
                    self.log(place, line);
                }
                self.end_subs(place);
            }
            PowerStep::StartZone => {
                self.log(place, "start zone");
                self.log(place, format!("ERROR: {error}"));
                self.end_subs(place);
                return "[Common.Unexpected]: Unexpected error: start zone failed".into();
            }
            _ => {}
        }
        error
    }
}
