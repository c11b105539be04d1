//! What each action does to the screen.

use jiff::Timestamp;

use super::copy;
use super::lens::{Look, Only, Side};
use super::log::LogView;
use super::menu::{Deed, Menu, Purpose};
use super::parts::Parts;
use super::place::top_after;
use super::{Past, TaskScreen};
use crate::console::message::SendId;
use crate::console::{Action, Effect, Room};
use crate::fleet::task::tree::{Fold, Item};
use crate::fleet::task::{Key, State};
use crate::link::Ask;

impl TaskScreen {
    /// Does an action. `None`: it is not for this screen (`Back` when nothing is
    /// open in it). A request to send carries the number 0: the session numbers it.
    pub fn act(&mut self, action: Action, at: Timestamp, room: Room) -> Option<Vec<Effect>> {
        if self.open.menu.is_some() {
            return self.act_in_menu(action);
        }
        if self.open.log.is_some() {
            return self.act_in_log(action, room);
        }
        let height = self.tree_height(room);
        let half = isize::try_from(height / 2).unwrap_or(1).max(1);
        match action {
            Action::Down => self.step(1, height),
            Action::Up => self.step(-1, height),
            Action::HalfDown => self.step(half, height),
            Action::HalfUp => self.step(-half, height),
            Action::Top => self.step(isize::MIN, height),
            Action::Bottom => self.step(isize::MAX, height),
            Action::Fold => self.fold(height),
            Action::Unfold => self.unfold(height),
            Action::Open => self.enter(),
            Action::Back | Action::Leave => return self.back().then(Vec::new),
            Action::Follow => self.follow(),
            Action::NextProblem => self.next_problem(height),
            Action::FirstCause => self.go_to_cause(height),
            Action::Upstream => self.only(Side::Upstream),
            Action::Downstream => self.only(Side::Downstream),
            Action::Around => self.only(Side::Both),
            Action::CycleLook => {
                self.lens.look = self.lens.look.next();
                self.sort();
            }
            Action::Sort => self.sort(),
            Action::Earlier => self.scrub(-1),
            Action::Later => self.scrub(1),
            Action::Log => self.open_log(),
            Action::Actions => self.open_menu(Purpose::Actions, at),
            Action::Copy => self.open_menu(Purpose::Copy, at),
            Action::AskNow => return Some(vec![Effect::AskNow(Ask::Task(self.id.clone()))]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn tree_height(&self, room: Room) -> usize {
        let failed = self.task().is_some_and(|task| task.state == State::Failed);
        // The timeline has its axis above the rows.
        let axis = u16::from(self.lens.look == Look::Timeline);
        usize::from(Parts::of(room, failed).tree.saturating_sub(axis))
    }

    fn select(&mut self, row: usize, height: usize) {
        let Some(shown) = self.shown() else { return };
        let Some(chosen) = shown.rows().get(row) else {
            return;
        };
        let Some(key) = chosen.key(shown.task()).cloned() else {
            return;
        };
        let reference = matches!(chosen.item, Item::Reference { .. }).then_some(row);
        let len = shown.rows().len();
        self.place.key = Some(key);
        self.place.reference = reference;
        self.place.moved = true;
        self.place.top = top_after(self.place.top, row, height, len);
    }

    /// Goes to a node, unfolding and unfiltering what hides it.
    fn go_to(&mut self, key: &Key, height: usize) {
        let hidden = |screen: &Self| {
            let shown = screen.shown();
            let row = shown.and_then(|shown| shown.row(key));
            row.is_none()
                || row
                    == shown.and_then(|shown| {
                        let outer = shown.around(key);
                        outer.first().and_then(|outer| shown.row(outer))
                    })
        };
        if hidden(self) {
            let around = self
                .shown()
                .map(|shown| shown.around(key))
                .unwrap_or_default();
            for key in around {
                self.lens.folding.folded.remove(&key);
                self.lens.folding.opened.insert(key);
            }
            self.look_again();
        }
        if self.shown().is_some_and(|shown| shown.row(key).is_none()) {
            self.lens.only = None;
            self.lens.search.clear();
            if self.lens.look == Look::Table {
                self.lens.look = Look::Tree;
            }
            self.look_again();
        }
        if let Some(row) = self.shown().and_then(|shown| shown.row(key)) {
            self.select(row, height);
            // The row may be the stage's; the selection is what was asked for.
            self.place.key = Some(key.clone());
        }
    }

    /// Moves over rows that can be selected, stopping at the ends.
    /// Selects a row by its place among those that are shown in this room; whether
    /// it was the selected one. `None`: there is no node on it.
    pub fn point(&mut self, row: usize, room: Room) -> Option<bool> {
        let height = self.tree_height(room);
        let row = *self.window(height).rows.get(row)?;
        row.item.node()?;
        let mut rows = self.shown()?.rows().iter();
        let at = rows.position(|other| other.item == row.item && other.depth == row.depth)?;
        let same = self.selected_row() == Some(at);
        self.select(at, height);
        Some(same)
    }

    fn step(&mut self, by: isize, height: usize) {
        if self.open.detail {
            let by = by.clamp(-1_000, 1_000);
            self.open.detail_top = self.open.detail_top.saturating_add_signed(by).min(10_000);
            return;
        }
        let Some(shown) = self.shown() else { return };
        let rows = shown.rows();
        let selectable = |at: &usize| rows[*at].item.node().is_some();
        let from = self.selected_row();
        let target = match (by, from) {
            (isize::MIN, _) | (1.., None) => (0..rows.len()).find(selectable),
            (isize::MAX, _) | (_, None) => (0..rows.len()).rev().find(selectable),
            (by, Some(from)) if by > 0 => {
                let to = from
                    .saturating_add_signed(by)
                    .min(rows.len().saturating_sub(1));
                (to..rows.len())
                    .find(selectable)
                    .or_else(|| (from..to).rev().find(selectable))
            }
            (by, Some(from)) => {
                let to = from.saturating_add_signed(by);
                (0..=to)
                    .rev()
                    .find(selectable)
                    .or_else(|| (to..=from).find(selectable))
            }
        };
        if let Some(row) = target {
            self.select(row, height);
        }
    }

    fn set_fold(&mut self, row: usize, open: bool, height: usize) {
        let key = self
            .shown()
            .and_then(|shown| shown.rows().get(row)?.key(shown.task()).cloned());
        if let Some(key) = key {
            self.lens.folding.toggle(&key, !open);
            self.look_again();
            self.place.moved = true;
            self.select(row, height);
        }
    }

    /// Folds the row, or goes to what encloses it.
    fn fold(&mut self, height: usize) {
        let Some(row) = self.selected_row() else {
            return;
        };
        let Some(shown) = self.shown() else { return };
        if shown.rows()[row].fold == Fold::Open {
            self.set_fold(row, false, height);
        } else if let Some(outer) = shown.outer(row) {
            self.select(outer, height);
        }
    }

    /// Unfolds the row, or follows a reference to where its node stands.
    fn unfold(&mut self, height: usize) {
        let Some(row) = self.selected_row() else {
            return;
        };
        let Some(shown) = self.shown() else { return };
        let chosen = shown.rows()[row];
        match (chosen.item, chosen.fold) {
            (_, Fold::Folded) => self.set_fold(row, true, height),
            (Item::Reference { .. }, _) => {
                if let Some(key) = chosen.key(shown.task()).cloned() {
                    self.go_to(&key, height);
                }
            }
            (_, Fold::Open) => self.step(1, height),
            _ => {}
        }
    }

    fn enter(&mut self) {
        if self.place.reference.take().is_some() {
            // A reference is a way to the node, not a thing of its own.
            return;
        }
        if self.open.detail {
            self.open_log();
        } else {
            self.open.detail = true;
            self.open.detail_top = 0;
        }
    }

    /// Closes what was opened last; says whether there was something.
    fn back(&mut self) -> bool {
        if std::mem::take(&mut self.open.detail) {
            return true;
        }
        if self.past.take().is_some() {
            self.hold();
            return true;
        }
        if !self.lens.search.is_empty() {
            self.lens.search.clear();
            self.look_again();
            return true;
        }
        if self.lens.only.take().is_some() {
            self.look_again();
            return true;
        }
        if self.lens.look != Look::Tree {
            self.lens.look = Look::Tree;
            self.look_again();
            return true;
        }
        false
    }

    fn follow(&mut self) {
        self.past = None;
        self.lens.only = None;
        self.lens.search.clear();
        self.look_again();
        self.place.moved = false;
        self.go_to_work();
    }

    fn next_problem(&mut self, height: usize) {
        let Some(shown) = self.shown() else { return };
        let problems = shown.problems();
        let here = problems
            .iter()
            .position(|key| Some(*key) == self.selected());
        let next = here.map_or(0, |at| (at + 1) % problems.len());
        if let Some(key) = problems.get(next).copied().cloned() {
            self.go_to(&key, height);
        }
    }

    fn go_to_cause(&mut self, height: usize) {
        let cause = self.shown().and_then(|shown| shown.first_cause()).cloned();
        if let Some(key) = cause {
            self.go_to(&key, height);
        }
    }

    /// Shows one side of the selected node; the same again shows all.
    fn only(&mut self, side: Side) {
        let Some(key) = self.place.key.clone() else {
            return;
        };
        let same = self
            .lens
            .only
            .as_ref()
            .is_some_and(|only| only.side == side);
        self.lens.only = (!same).then_some(Only { key, side });
        self.place.moved = true;
        self.look_again();
    }

    fn sort(&mut self) {
        for shown in self
            .live
            .iter_mut()
            .chain(self.past.iter_mut().map(|past| &mut past.shown))
        {
            shown.sort_table();
        }
        self.look_again();
    }

    /// Steps through what was seen, by change of state; past the last one is now.
    fn scrub(&mut self, by: isize) {
        let last = self.history.len();
        let from = self
            .past
            .as_ref()
            .map_or(last.saturating_sub(1), |past| past.number);
        let to = from.saturating_add_signed(by);
        self.past = if to + 1 >= last {
            None
        } else {
            self.history.moment(to).map(|moment| Past {
                number: to,
                at: moment.at,
                changed: moment.changed.into_iter().collect(),
                shown: super::Shown::new(moment.task, &self.lens),
            })
        };
        // The cursor goes to what changed, so that stepping needs no search.
        let changed = self.past.as_ref().and_then(|past| {
            let mut keys = past.shown.graph().order().iter();
            let nodes = &past.shown.task().nodes;
            let leaf = |node: &&usize| past.shown.graph().children(**node).is_empty();
            keys.by_ref()
                .filter(leaf)
                .map(|node| &nodes[*node].key)
                .find(|key| past.changed.contains(key))
                .cloned()
        });
        if let Some(key) = changed {
            self.place.key = Some(key);
            self.place.reference = None;
        }
        self.hold();
    }

    fn open_log(&mut self) {
        let Some(shown) = self.shown() else { return };
        let Some(work) = self.selected().and_then(|key| shown.work(key)) else {
            return;
        };
        let title = copy::named(work);
        let log = LogView::new(work.key.clone(), work.id.clone(), title, &work.logs);
        self.open.log = Some(log);
    }

    fn open_menu(&mut self, purpose: Purpose, at: Timestamp) {
        let Some(shown) = self.shown() else { return };
        let entries = match purpose {
            Purpose::Actions => shown.actions(self.selected()).to_vec(),
            Purpose::Copy => copy::texts(shown, self.selected(), at),
        };
        self.open.menu = Some(Menu::new(purpose, entries));
    }

    fn act_in_menu(&mut self, action: Action) -> Option<Vec<Effect>> {
        let menu = self.open.menu.as_mut()?;
        match action {
            Action::Down => menu.step(1),
            Action::Up => menu.step(-1),
            Action::Top | Action::HalfUp => menu.step(isize::MIN),
            Action::Bottom | Action::HalfDown => menu.step(isize::MAX),
            Action::Open => {
                let chosen = menu.selected().map(|entry| entry.deed.clone());
                match chosen {
                    Some(Deed::Send(_)) if !menu.confirming => menu.confirming = true,
                    Some(Deed::Fill(filling)) => {
                        self.open.menu = None;
                        self.open.filling = Some(filling);
                    }
                    Some(deed) => {
                        self.open.menu = None;
                        return Some(vec![match deed {
                            Deed::Send(request) => Effect::Send {
                                id: SendId(0),
                                request,
                            },
                            Deed::Copy(text) => Effect::Copy(text),
                            Deed::Fill(_) => return None,
                        }]);
                    }
                    None => self.open.menu = None,
                }
            }
            Action::Back | Action::Leave if menu.confirming => menu.confirming = false,
            Action::Back | Action::Leave | Action::Actions | Action::Copy => self.open.menu = None,
            // Whatever else is global (quit, redraw, help) stays global.
            _ => return None,
        }
        Some(Vec::new())
    }

    fn act_in_log(&mut self, action: Action, room: Room) -> Option<Vec<Effect>> {
        let log = self.open.log.as_mut()?;
        let height = usize::from(room.height.saturating_sub(1)).max(1);
        let half = isize::try_from(height / 2).unwrap_or(1).max(1);
        match action {
            Action::Down => log.scroll(1, height),
            Action::Up => log.scroll(-1, height),
            Action::HalfDown => log.scroll(half, height),
            Action::HalfUp => log.scroll(-half, height),
            Action::Top => log.scroll(isize::MIN, height),
            Action::Bottom => log.scroll(isize::MAX, height),
            Action::Follow => log.follow = true,
            Action::Open | Action::CycleLook => log.wrap = !log.wrap,
            Action::NextProblem | Action::FirstCause => {
                log.next_error();
            }
            Action::NextMatch => {
                log.next_match(1);
            }
            Action::PreviousMatch => {
                log.next_match(-1);
            }
            Action::Copy => return Some(vec![Effect::Copy(log.text())]),
            Action::Save => {
                let (name, text) = (log.file_name(), log.text());
                return Some(vec![Effect::Save { name, text }]);
            }
            Action::Back | Action::Leave if !log.searched.is_empty() => log.search(""),
            Action::Back | Action::Leave | Action::Log => self.open.log = None,
            Action::AskNow => return Some(vec![Effect::AskNow(Ask::Log(log.id.clone()))]),
            // Keys of the tree do nothing here; all others are for the session.
            Action::Fold
            | Action::Unfold
            | Action::Upstream
            | Action::Downstream
            | Action::Around
            | Action::Actions
            | Action::Sort
            | Action::Earlier
            | Action::Later => {}
            _ => return None,
        }
        Some(Vec::new())
    }
}
