//! Guided first-time setup as state: probe, plan, review, run, resume. The
//! engine runs outside and tells what happens; leaving the screen stops nothing.

mod draft;
mod fields;
mod keys;
mod order;
mod run;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use draft::{Draft, Row};
pub use fields::{Column, FieldId};
pub use keys::Did;
pub use order::{Failure, News, Order, Run};
pub use run::{Choice, Deed, Line as StepLine, Running, Standing, title};
pub use sheet::Sheet;

use super::input::Line;
use crate::fleet::Address;
use crate::fleet::host::HostInfo;
use crate::setup::addresses::{self, AddressMistake};
use crate::setup::findings::{self, Finding, Probed};
use crate::setup::journal::Journal;
use crate::setup::runs::Unfinished;
use crate::setup::{Plan, PlanFile, Step};

/// Addresses that are being typed are asked after this pause.
const PAUSE_MS: i64 = 700;
/// More agents than this are no first-time setup but a mistake.
const AGENTS: usize = 200;

/// A page of the guided setup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Addresses, and who answers there.
    #[default]
    Probe,
    /// Zones, ports, sizes, passwords.
    Plan,
    /// The requests, before they are sent.
    Review,
    /// The run.
    Run,
}

impl Stage {
    /// In their order.
    pub const ALL: [Self; 4] = [Self::Probe, Self::Plan, Self::Review, Self::Run];
}

/// Where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// An unfinished setup, by its place among them.
    Unfinished(usize),
    /// A line of addresses.
    Line(usize),
    /// An agent that was asked.
    Agent(Address),
    /// A finding.
    Note(usize),
    /// Something that only a shell can tell.
    ByHand(usize),
    /// A field of the cluster.
    Field(FieldId),
    /// A cell of the table of servers.
    Cell(usize, Column),
    /// A request of the review.
    Request(usize),
    /// Where the plan file goes.
    Path,
    /// Where the work is, until the operator moves.
    Follow,
    /// A step of the run.
    Step(String),
    /// Something that can be done where the run stopped.
    Choice(usize),
    /// The name that confirms abandoning.
    Confirm,
    /// The button at the end.
    Button,
}

/// What the agents have told.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    asked: BTreeSet<Address>,
    probed: BTreeMap<Address, (Probed, i64)>,
    hosts: BTreeMap<Address, HostInfo>,
    listens: BTreeSet<Address>,
}

/// The guided setup.
#[derive(Clone, Debug)]
pub struct Setup {
    stage: Stage,
    spot: Spot,
    text: Sheet,
    edited_at: Timestamp,
    heard: Heard,
    draft: Draft,
    /// Everything that is missing is said, not only what is typed wrong.
    strict: bool,
    path: Option<Line>,
    began: Option<Plan>,
    unfinished: Vec<Unfinished>,
    running: Option<Running>,
    confirm: Option<Line>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            stage: Stage::Probe,
            spot: Spot::Line(0),
            text: Sheet::default(),
            edited_at: Timestamp::UNIX_EPOCH,
            heard: Heard::default(),
            draft: Draft::default(),
            strict: false,
            path: None,
            began: None,
            unfinished: Vec::new(),
            running: None,
            confirm: None,
        }
    }
}

impl Setup {
    /// The page.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Where the cursor is.
    #[must_use]
    pub fn spot(&self) -> &Spot {
        &self.spot
    }

    /// The addresses as typed.
    #[must_use]
    pub fn text(&self) -> &Sheet {
        &self.text
    }

    /// The plan as typed.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Where the plan file goes, while that is asked.
    #[must_use]
    pub fn path(&self) -> Option<&Line> {
        self.path.as_ref()
    }

    /// The name that confirms abandoning, while that is asked.
    #[must_use]
    pub fn confirm(&self) -> Option<&Line> {
        self.confirm.as_ref()
    }

    /// The run.
    #[must_use]
    pub fn running(&self) -> Option<&Running> {
        self.running.as_ref()
    }

    /// Whether something is under way outside.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.running.as_ref().is_some_and(Running::is_live)
    }

    /// Whether requests of this setup were sent before.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.began.is_some()
    }

    /// Setups of earlier sessions that can go on.
    #[must_use]
    pub fn unfinished(&self) -> &[Unfinished] {
        &self.unfinished
    }

    /// The agents that are typed, or what cannot be read.
    ///
    /// # Errors
    /// Every mistake with its line.
    pub fn agents(&self) -> Result<Vec<Address>, Vec<AddressMistake>> {
        addresses::read(&self.text.text())
    }

    /// What an agent said; `None` while it is asked.
    #[must_use]
    pub fn probed(&self, agent: &Address) -> Option<&Probed> {
        self.heard.probed.get(agent).map(|(probed, _)| probed)
    }

    /// How far the clock of an agent is ahead of ours; 0 where that is no more
    /// than the error of measuring it, or does no harm.
    #[must_use]
    pub fn clock_ahead_ms(&self, agent: &Address) -> i64 {
        match self.heard.probed.get(agent) {
            Some((Ok(probe), error_ms))
                if probe.clock_ahead_ms.abs() - error_ms > findings::CLOCK_LIMIT_MS =>
            {
                probe.clock_ahead_ms
            }
            _ => 0,
        }
    }

    /// What the host of an agent has.
    #[must_use]
    pub fn host(&self, agent: &Address) -> Option<&HostInfo> {
        self.heard.hosts.get(agent)
    }

    /// The plan as it stands.
    #[must_use]
    pub fn file(&self) -> PlanFile {
        self.draft.file()
    }

    /// Every request in its order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        self.file().plan.steps(&self.draft.secrets())
    }

    /// What is wrong, or may be: the blocking ones first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let plan = self.file().plan;
        if plan.servers.is_empty() {
            return Vec::new();
        }
        let (probed, begun) = (&self.heard.probed, self.has_begun());
        let mut found = findings::find(&plan, probed, begun);
        found.extend(findings::hosts(&plan, &self.heard.hosts));
        if !begun {
            found.extend(findings::taken(&plan, &self.heard.listens));
            let typed = self.draft.secrets().master_agent.is_some();
            found.extend(findings::passwords(&plan, probed, |_| typed));
            let none = Journal::in_memory();
            found.extend(findings::dead_ends(&plan, probed, &none, None));
        }
        found.sort_by_key(|finding| finding.weight);
        found
    }

    /// What only a shell on the hosts can tell.
    #[must_use]
    pub fn by_hand(&self) -> Vec<(String, String)> {
        let plan = self.file().plan;
        if plan.servers.is_empty() {
            return Vec::new();
        }
        findings::by_hand(&plan)
    }

    /// What is to be said of a field: an empty one is no mistake while the
    /// operator is still on the way to it.
    #[must_use]
    pub fn field_problem(&self, id: FieldId) -> Option<String> {
        let typed = !self.draft.field(id).is_empty();
        let again = id == FieldId::Again && !self.draft.field(FieldId::Root).is_empty();
        let said = self.strict || typed && !(again && self.spot == Spot::Field(id));
        said.then(|| self.draft.field_problem(id)).flatten()
    }

    /// The first place whose check does not pass.
    fn first_problem(&self) -> Option<Spot> {
        let field = FieldId::ALL
            .into_iter()
            .find(|id| self.draft.field_problem(*id).is_some())
            .map(Spot::Field);
        field.or_else(|| {
            (0..self.draft.rows().len())
                .flat_map(|row| Column::ALL.map(|column| (row, column)))
                .find(|(row, column)| self.draft.cell_problem(*row, *column).is_some())
                .map(|(row, column)| Spot::Cell(row, column))
        })
    }

    /// Every place where the cursor may stand, from top to bottom.
    #[must_use]
    pub fn spots(&self) -> Vec<Spot> {
        let mut spots: Vec<Spot> = Vec::new();
        match self.stage {
            Stage::Probe => {
                if !self.has_begun() {
                    spots.extend((0..self.unfinished.len()).map(Spot::Unfinished));
                }
                spots.extend((0..self.text.lines().len()).map(Spot::Line));
                spots.extend(
                    self.draft
                        .rows()
                        .iter()
                        .map(|row| Spot::Agent(row.agent.clone())),
                );
                spots.extend((0..self.findings().len()).map(Spot::Note));
                spots.extend((0..self.by_hand().len()).map(Spot::ByHand));
                spots.push(Spot::Button);
            }
            Stage::Plan => {
                spots.extend(FieldId::ALL.map(Spot::Field));
                for row in 0..self.draft.rows().len() {
                    spots.extend(Column::ALL.map(|column| Spot::Cell(row, column)));
                }
                spots.extend((0..self.findings().len()).map(Spot::Note));
                spots.push(Spot::Button);
            }
            Stage::Review => {
                spots.extend((0..self.steps().len()).map(Spot::Request));
                spots.extend((0..self.findings().len()).map(Spot::Note));
                spots.extend(self.path.as_ref().map(|_| Spot::Path));
                spots.push(Spot::Button);
            }
            Stage::Run => {
                if let Some(running) = &self.running {
                    let steps = running.lines.iter().map(|line| Spot::Step(line.id.clone()));
                    spots.extend(steps);
                    let choices = running.choices(&self.file().plan.name);
                    spots.extend((0..choices.len()).map(Spot::Choice));
                }
                spots.extend(self.confirm.as_ref().map(|_| Spot::Confirm));
            }
        }
        spots
    }

    /// The run that the plan makes now.
    fn run(&self) -> Box<Run> {
        Box::new(Run {
            file: self.file(),
            secrets: self.draft.secrets(),
            before: self.began.clone(),
        })
    }

    /// The screen is opened.
    pub fn opened(&mut self) -> Vec<Order> {
        if self.is_live() {
            return Vec::new();
        }
        vec![Order::Look]
    }

    /// Goes on with a setup of an earlier session; its secrets are typed again.
    pub fn resume(&mut self, unfinished: Unfinished) -> Vec<Order> {
        let plan = unfinished.file.plan.clone();
        let agents: Vec<_> = plan
            .servers
            .iter()
            .map(|server| server.agent.clone())
            .collect();
        let lines: Vec<_> = agents.iter().map(ToString::to_string).collect();
        *self = Self {
            stage: Stage::Plan,
            spot: Spot::Field(FieldId::Root),
            text: Sheet::of(&lines.join("\n")),
            draft: Draft::of(unfinished.file),
            began: Some(plan),
            unfinished: std::mem::take(&mut self.unfinished),
            ..Self::default()
        };
        self.ask()
    }

    /// Time goes on: addresses that were typed a moment ago are asked.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Order> {
        let paused = now.as_millisecond() - self.edited_at.as_millisecond() >= PAUSE_MS;
        if self.stage == Stage::Probe && paused {
            self.ask()
        } else {
            Vec::new()
        }
    }

    /// Asks agents that were not asked yet.
    fn ask(&mut self) -> Vec<Order> {
        let Ok(agents) = self.agents() else {
            return Vec::new();
        };
        let agents: Vec<_> = agents.into_iter().take(AGENTS).collect();
        self.draft.set_agents(&agents);
        let fresh: Vec<_> = agents
            .into_iter()
            .filter(|agent| self.heard.asked.insert(agent.clone()))
            .collect();
        if fresh.is_empty() {
            return Vec::new();
        }
        vec![Order::Probe(fresh)]
    }

    /// Asks all agents again.
    pub fn ask_again(&mut self) -> Vec<Order> {
        self.heard.asked.clear();
        self.ask()
    }

    /// Takes in what was heard from outside.
    pub fn heard(&mut self, news: News, now: Timestamp) -> Vec<Order> {
        match news {
            News::Around { doors, unfinished } => {
                self.unfinished = unfinished;
                if self.text.is_empty() && !doors.is_empty() && self.running.is_none() {
                    let lines: Vec<_> = doors.iter().map(ToString::to_string).collect();
                    self.text = Sheet::of(&lines.join("\n"));
                    self.spot = Spot::Line(lines.len() - 1);
                    return self.ask();
                }
            }
            News::Probed {
                agent,
                probe,
                error_ms,
            } => {
                self.heard.probed.insert(agent, (*probe, error_ms));
            }
            News::Host { agent, host } => {
                self.heard.hosts.insert(agent, *host);
                let Heard { hosts, .. } = &self.heard;
                self.draft.propose(|agent| hosts.get(agent));
            }
            News::Listens(listens) => self.heard.listens = listens,
            News::Saved(Ok(_)) => {
                self.path = None;
                self.spot = Spot::Button;
            }
            News::Saved(Err(_)) => {}
            News::Progress(progress) => {
                if let Some(running) = &mut self.running {
                    running.heard(*progress, now);
                }
            }
            News::Ended(end) => {
                if let Some(running) = &mut self.running {
                    running.ended(end, now);
                    self.spot = Spot::Choice(0);
                }
            }
            News::Abandoned(Ok(())) => {
                let text = std::mem::take(&mut self.text);
                *self = Self {
                    text,
                    ..Self::default()
                };
                return self.ask();
            }
            News::Abandoned(Err(_)) => {
                if let Some(running) = &mut self.running {
                    running.leaving = false;
                }
            }
        }
        self.settle();
        Vec::new()
    }

    /// Brings the cursor back onto something that is there.
    fn settle(&mut self) {
        if self.spot == Spot::Follow && self.is_live() {
            return;
        }
        let spots = self.spots();
        if !spots.contains(&self.spot)
            && let Some(last) = spots.last()
        {
            self.spot = last.clone();
        }
    }
}
