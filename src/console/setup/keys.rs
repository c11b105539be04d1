//! What keys do to the guided setup.

use jiff::Timestamp;

use super::{Column, Deed, FieldId, Order, Running, Setup, Spot, Stage};
use crate::console::input::Line;
use crate::console::key::{Code, Key};
use crate::fleet::task::Task;
use crate::setup::findings;

/// What a key came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    /// It was taken in.
    Taken,
    /// It is not for the setup.
    Nothing,
    /// Something is to be done outside.
    Orders(Vec<Order>),
    /// The task of a step shall be opened.
    Tree(Box<Task>),
    /// The finished cluster shall be opened.
    Cluster,
    /// It would send something, and that is not allowed.
    ReadOnly,
    /// Something blocks; the sentence says what.
    Blocked(String),
}

impl Setup {
    /// A key. `wide`: servers stand in a table, so that up and down keep the column.
    pub fn key(&mut self, key: Key, now: Timestamp, wide: bool, may_write: bool) -> Did {
        let back = key.code == Code::Tab && key.shift;
        match key.code {
            Code::Esc => return self.back(),
            Code::Tab => self.leap(back),
            Code::Up => self.walk(-1, wide),
            Code::Down => self.walk(1, wide),
            Code::PageUp => self.walk(-8, false),
            Code::PageDown => self.walk(8, false),
            _ if self.types() => return self.typed(key, now, may_write),
            Code::Char('k') if !key.ctrl => self.walk(-1, wide),
            Code::Char('j') if !key.ctrl => self.walk(1, wide),
            Code::Char('f') if self.stage == Stage::Run && !key.ctrl => {
                self.go(Stage::Run, Spot::Follow);
            }
            Code::Char('R') => return Did::Orders(self.ask_again()),
            Code::Char('s') if self.stage == Stage::Review && !key.ctrl => {
                let name = format!("{}.toml", self.file().plan.name);
                self.path = Some(Line::open(&name));
                self.spot = Spot::Path;
            }
            Code::Enter => return self.enter(may_write),
            _ => return Did::Nothing,
        }
        match self.stage {
            // Who leaves the text wants its agents asked at once.
            Stage::Probe if !matches!(self.spot, Spot::Line(_)) => {
                let orders = self.ask();
                self.settle();
                if orders.is_empty() {
                    Did::Taken
                } else {
                    Did::Orders(orders)
                }
            }
            _ => Did::Taken,
        }
    }

    /// Text that came in one piece.
    pub fn paste(&mut self, text: &str, now: Timestamp) {
        self.edited_at = now;
        if let Spot::Line(at) = self.spot {
            self.spot = Spot::Line(self.text.paste(at, text));
        } else if let Some(line) = self.line_mut() {
            line.paste(text);
        }
    }

    fn line_mut(&mut self) -> Option<&mut Line> {
        match &self.spot {
            Spot::Field(id) if !id.is_flag() => Some(self.draft.field_mut(*id)),
            Spot::Cell(row, column) => self.draft.cell_mut(*row, *column),
            Spot::Path => self.path.as_mut(),
            Spot::Confirm => self.confirm.as_mut(),
            _ => None,
        }
    }

    /// Whether the cursor stands where printable keys are typed.
    fn types(&self) -> bool {
        matches!(
            self.spot,
            Spot::Line(_) | Spot::Field(_) | Spot::Cell(..) | Spot::Path | Spot::Confirm
        )
    }

    fn typed(&mut self, key: Key, now: Timestamp, may_write: bool) -> Did {
        if let Spot::Line(at) = self.spot {
            return match self.text.key(at, key) {
                Some(at) => {
                    self.edited_at = now;
                    self.spot = Spot::Line(at);
                    Did::Taken
                }
                None => Did::Nothing,
            };
        }
        if key.code == Code::Enter {
            return self.enter(may_write);
        }
        if let Spot::Field(id) = self.spot
            && id.is_flag()
        {
            let Some(c) = key.typed() else {
                return Did::Nothing;
            };
            let yes = match c {
                'y' => true,
                'n' => false,
                _ => !self.draft.says_yes(id),
            };
            self.draft.put(id, if yes { "yes" } else { "no" });
            return Did::Taken;
        }
        if self.line_mut().is_some_and(|line| line.key(key)) {
            Did::Taken
        } else {
            Did::Nothing
        }
    }

    fn back(&mut self) -> Did {
        if self.path.take().is_some() || self.confirm.take().is_some() {
            self.settle();
            return Did::Taken;
        }
        match self.stage {
            Stage::Probe | Stage::Run => return Did::Nothing,
            Stage::Plan => self.go(Stage::Probe, Spot::Button),
            Stage::Review => self.go(Stage::Plan, Spot::Button),
        }
        Did::Taken
    }

    pub(super) fn go(&mut self, stage: Stage, spot: Spot) {
        self.stage = stage;
        self.spot = spot;
        self.settle();
    }

    /// One place up or down. In the table the column stays.
    fn walk(&mut self, by: isize, wide: bool) {
        if let (Spot::Cell(row, column), true) = (&self.spot, wide) {
            let (row, column) = (row.checked_add_signed(by), *column);
            self.spot = match row {
                Some(row) if row < self.draft.rows().len() => Spot::Cell(row, column),
                Some(_) => self.after_table(),
                None => Spot::Field(FieldId::ALL[FieldId::ALL.len() - 1]),
            };
            return;
        }
        let spots = self.spots();
        let at = spots
            .iter()
            .position(|spot| *spot == self.spot)
            .unwrap_or(0);
        let mut to = at
            .saturating_add_signed(by)
            .min(spots.len().saturating_sub(1));
        if wide && by < 0 && matches!(spots.get(to), Some(Spot::Cell(..))) {
            to = to.saturating_sub(Column::ALL.len() - 1);
        }
        if let Some(spot) = spots.get(to) {
            self.spot = spot.clone();
        }
    }

    fn after_table(&self) -> Spot {
        let spots = self.spots();
        let last = spots
            .iter()
            .rposition(|spot| matches!(spot, Spot::Cell(..)));
        last.and_then(|at| spots.get(at + 1))
            .cloned()
            .unwrap_or(Spot::Button)
    }

    /// To the next group of places: from field to field, along a row of the table
    /// and then out of it.
    fn leap(&mut self, back: bool) {
        let spots = self.spots();
        let Some(at) = spots.iter().position(|spot| *spot == self.spot) else {
            return self.settle();
        };
        let here = &self.spot;
        let leaves = |spot: &Spot| match (here, spot) {
            (Spot::Field(_), Spot::Field(_)) => true,
            (Spot::Cell(row, _), Spot::Cell(other, _)) => row == other,
            _ => std::mem::discriminant(here) != std::mem::discriminant(spot),
        };
        let to = if back {
            spots[..at].iter().rposition(leaves)
        } else {
            spots[at + 1..]
                .iter()
                .position(leaves)
                .map(|step| at + 1 + step)
        };
        let around = if back {
            spots.len().checked_sub(1)
        } else {
            Some(0)
        };
        if let Some(spot) = to.or(around).and_then(|to| spots.get(to)) {
            self.spot = spot.clone();
        }
    }

    fn enter(&mut self, may_write: bool) -> Did {
        match (&self.spot, self.stage) {
            (Spot::Unfinished(at), _) => match self.unfinished.get(*at).cloned() {
                Some(unfinished) => Did::Orders(self.resume(unfinished)),
                None => Did::Taken,
            },
            (Spot::Button, Stage::Probe) => self.plan_page(),
            (Spot::Button, Stage::Plan) => self.review_page(),
            (Spot::Button, Stage::Review) => self.begin(may_write),
            (Spot::Path, _) => match &self.path {
                Some(path) if !path.value().trim().is_empty() => Did::Orders(vec![Order::Save {
                    path: path.value().trim().to_owned(),
                    text: self.file().text(),
                }]),
                _ => Did::Taken,
            },
            (Spot::Step(step), _) => {
                let tree = self
                    .running
                    .as_ref()
                    .and_then(|running| running.tree_of(step));
                match tree.and_then(|tree| tree.task()) {
                    Some(task) => Did::Tree(Box::new(task.clone())),
                    None => Did::Taken,
                }
            }
            (Spot::Choice(at), _) => self.choose(*at, may_write),
            (Spot::Confirm, _) => self.abandon(may_write),
            _ => {
                self.walk(1, false);
                Did::Taken
            }
        }
    }

    fn plan_page(&mut self) -> Did {
        match self.agents() {
            Err(mistakes) => {
                let line = mistakes.first().map_or(0, |mistake| mistake.line - 1);
                self.spot = Spot::Line(line);
                Did::Blocked(
                    mistakes
                        .first()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                )
            }
            Ok(agents) if agents.is_empty() => {
                self.spot = Spot::Line(0);
                Did::Blocked(rust_i18n::t!("Type the addresses of the agents first").into_owned())
            }
            Ok(_) => {
                let orders = self.ask();
                self.go(Stage::Plan, Spot::Field(FieldId::Name));
                Did::Orders(orders)
            }
        }
    }

    fn review_page(&mut self) -> Did {
        self.strict = true;
        if let Some(spot) = self.first_problem() {
            let said = match &spot {
                Spot::Field(id) => self.draft.field_problem(*id),
                Spot::Cell(row, column) => self.draft.cell_problem(*row, *column),
                _ => None,
            };
            self.spot = spot;
            return Did::Blocked(said.unwrap_or_default());
        }
        self.go(Stage::Review, Spot::Request(0));
        if self.has_begun() {
            return Did::Taken;
        }
        Did::Orders(vec![Order::Doors(findings::doors(&self.file().plan))])
    }

    fn begin(&mut self, may_write: bool) -> Did {
        let found = self.findings();
        if findings::block(&found) {
            self.spot = Spot::Note(0);
            let first = found.into_iter().next();
            let said = first.map(|finding| match finding.agent {
                Some(agent) => format!("{agent}: {}", finding.sentence),
                None => finding.sentence,
            });
            return Did::Blocked(said.unwrap_or_default());
        }
        if !may_write {
            return Did::ReadOnly;
        }
        let run = self.run();
        self.restart();
        Did::Orders(vec![Order::Run(run)])
    }

    /// The plan is the one that runs from here on.
    fn restart(&mut self) {
        let steps = self.steps();
        self.began = Some(self.file().plan);
        self.running = Some(Running::new(&steps));
        self.go(Stage::Run, Spot::Follow);
    }

    fn choose(&mut self, at: usize, may_write: bool) -> Did {
        let name = self.file().plan.name;
        let running = self.running.as_ref();
        let choice = running.and_then(|running| running.choices(&name).into_iter().nth(at));
        let Some(choice) = choice else {
            return Did::Taken;
        };
        match choice.deed {
            Deed::Cluster => Did::Cluster,
            Deed::Edit => {
                self.go(Stage::Plan, Spot::Field(FieldId::Name));
                Did::Taken
            }
            Deed::Abandon => {
                self.confirm = Some(Line::default());
                self.spot = Spot::Confirm;
                Did::Taken
            }
            _ if !may_write => Did::ReadOnly,
            Deed::GoOn => {
                let run = self.run();
                self.restart();
                Did::Orders(vec![Order::Run(run)])
            }
            Deed::Operate(request) => {
                let Some((step, task)) = running.and_then(Running::failed_task) else {
                    return Did::Taken;
                };
                let run = self.run();
                self.restart();
                Did::Orders(vec![Order::Operate {
                    step,
                    task,
                    request,
                    run,
                }])
            }
        }
    }

    fn abandon(&mut self, may_write: bool) -> Did {
        let name = self.file().plan.name;
        let typed = self.confirm.as_ref().map(Line::value).unwrap_or_default();
        if typed.trim() != name {
            return Did::Blocked(
                rust_i18n::t!("Type %{name} to confirm, esc to stay", name = name).into_owned(),
            );
        }
        if !may_write {
            return Did::ReadOnly;
        }
        self.confirm = None;
        if let Some(running) = &mut self.running {
            running.leaving = true;
        }
        let run = self.run();
        self.settle();
        Did::Orders(vec![Order::Abandon(run)])
    }
}
