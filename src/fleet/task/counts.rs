//! How many of what: the counts of a task and of what a roll-up stands for.

use rust_i18n::t;
use serde::Serialize;

use super::model::{NodeKind, State, Task};

/// A number for each group of states; `total` is their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub total: u32,
    /// Succeeded.
    pub done: u32,
    /// Running, cancelling, rolling back.
    pub running: u32,
    /// Failed.
    pub failed: u32,
    /// Pending, ready, waiting.
    pub waiting: u32,
    /// Declared done by an operator.
    pub skipped: u32,
    /// Stopped by an operator.
    pub cancelled: u32,
    /// Undone.
    pub rolled_back: u32,
    /// In a state that is not in the facts.
    pub unknown: u32,
}

impl Counts {
    /// The counts of a task, over the things that do the work: sub-tasks
    /// (obshell) or subtasks (OCP), not stages.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        task.nodes
            .iter()
            .filter(|node| node.kind != NodeKind::Node)
            .map(|node| node.state)
            .collect()
    }

    /// Counts one more.
    pub fn add(&mut self, state: State) {
        self.total += 1;
        *match state {
            State::Succeeded => &mut self.done,
            State::Running | State::Cancelling | State::RollingBack => &mut self.running,
            State::Failed => &mut self.failed,
            State::Pending | State::Ready | State::Waiting => &mut self.waiting,
            State::Skipped => &mut self.skipped,
            State::Cancelled => &mut self.cancelled,
            State::RolledBack => &mut self.rolled_back,
            State::Unknown => &mut self.unknown,
        } += 1;
    }

    /// Adds what another counted.
    pub fn join(&mut self, other: &Self) {
        self.total += other.total;
        self.done += other.done;
        self.running += other.running;
        self.failed += other.failed;
        self.waiting += other.waiting;
        self.skipped += other.skipped;
        self.cancelled += other.cancelled;
        self.rolled_back += other.rolled_back;
        self.unknown += other.unknown;
    }

    /// In words, worst first: `1 failed, 14 done, 3 waiting`.
    #[must_use]
    pub fn words(&self) -> String {
        let groups = [
            (self.failed, t!("%{n} failed", n = self.failed)),
            (self.running, t!("%{n} running", n = self.running)),
            (self.unknown, t!("%{n} unknown", n = self.unknown)),
            (self.done, t!("%{n} done", n = self.done)),
            (self.skipped, t!("%{n} skipped", n = self.skipped)),
            (self.cancelled, t!("%{n} cancelled", n = self.cancelled)),
            (
                self.rolled_back,
                t!("%{n} rolled back", n = self.rolled_back),
            ),
            (self.waiting, t!("%{n} waiting", n = self.waiting)),
        ];
        groups
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, words)| words.as_ref())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl FromIterator<State> for Counts {
    fn from_iter<T: IntoIterator<Item = State>>(states: T) -> Self {
        let mut counts = Self::default();
        for state in states {
            counts.add(state);
        }
        counts
    }
}
