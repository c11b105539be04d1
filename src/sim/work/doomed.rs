//! What a sub-task does that a fault meets: its first lines, then the error.

use super::super::engine::Place;
use super::super::world::World;
use super::power::{PowerOrder, PowerStep};
use super::proxy::ProxyStep;
use super::scale::ScaleStep;
use super::{Step, Work};

/// How a fault meets an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doom {
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
