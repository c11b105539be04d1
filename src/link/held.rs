//! Which task holds what a refused change needs. The server says that
//! something does; which one is looked up among its unfinished tasks, and
//! where they leave a doubt the doubt is said.

use std::time::Duration;

use rust_i18n::t;

use super::LinkError;
use crate::fleet::task::plain::state_word;
use crate::fleet::task::{State, Task, TaskId};

/// A refusal is told at once: the look for its reason may take no longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A task that holds what somebody else needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub id: TaskId,
    /// Its name.
    pub name: String,
    /// How it stood when it was looked up.
    pub state: State,
}

impl Holder {
    /// The task as a holder.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        Self {
            id: task.id.clone(),
            name: task.name.clone(),
            state: task.state,
        }
    }

    /// `Initialize cluster (failed), 22130706433028868`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} ({}), {}", self.name, state_word(self.state), self.id)
    }
}

/// What was found out about a lock that refused a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// This task has it: no other can.
    By(Holder),
    /// One of these has it; which one the server does not tell.
    Among(Vec<Holder>),
    /// Nobody can tell; why.
    CannotTell(String),
}

impl Held {
    /// What is known when these are the tasks that can have it; `sure` where
    /// the server tells what a task locks.
    pub(super) fn one_of(holders: Vec<Holder>, sure: bool) -> Self {
        match (<[Holder; 1]>::try_from(holders), sure) {
            (Ok([only]), true) => Self::By(only),
            (Ok(only), false) => Self::Among(only.into()),
            (Err(none), _) if none.is_empty() => Self::CannotTell(
                t!("no unfinished task of the server has it now; it may have just ended")
                    .into_owned(),
            ),
            (Err(several), _) => Self::Among(several),
        }
    }

    /// What is known when the list of tasks did not come.
    pub(super) fn not_told(error: &LinkError) -> Self {
        Self::CannotTell(error.to_string())
    }

    /// What is known when the list of tasks did not come in time.
    pub(super) fn too_slow() -> Self {
        let s = PATIENCE.as_secs();
        Self::CannotTell(
            t!(
                "the server did not list its unfinished tasks within %{s} s",
                s = s
            )
            .into_owned(),
        )
    }

    /// The task, or those that come into question.
    #[must_use]
    pub fn holders(&self) -> &[Holder] {
        match self {
            Self::By(holder) => std::slice::from_ref(holder),
            Self::Among(holders) => holders,
            Self::CannotTell(_) => &[],
        }
    }

    /// For the operator, a sentence a line.
    #[must_use]
    pub fn words(&self) -> String {
        let named = || -> Vec<String> { self.holders().iter().map(Holder::words).collect() };
        match self {
            Self::By(holder) => t!("Held by task %{task}", task = holder.words()).into_owned(),
            Self::Among(holders) if holders.len() == 1 => t!(
                "Perhaps held by task %{task}: the server does not tell what a task locks",
                task = named().concat()
            )
            .into_owned(),
            Self::Among(_) => t!(
                "Held by one of these tasks, the server does not tell by which: %{tasks}",
                tasks = named().join("; ")
            )
            .into_owned(),
            Self::CannotTell(why) => {
                t!("Which task holds it cannot be told: %{why}", why = why).into_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(id: &str) -> Holder {
        Holder {
            id: TaskId(id.into()),
            name: "Cluster scale out".into(),
            state: State::Failed,
        }
    }

    #[test]
    fn a_doubt_is_said() {
        let one = || vec![holder("112")];
        assert_eq!(Held::one_of(one(), true), Held::By(holder("112")));
        let doubtful = Held::one_of(one(), false);
        assert!(doubtful.words().starts_with("Perhaps"), "{doubtful:?}");
        let two = Held::one_of(vec![holder("112"), holder("113")], true);
        let words = two.words();
        assert!(
            words.contains("112") && words.contains("113") && words.contains("one of these"),
            "{words}"
        );
        let none = Held::one_of(Vec::new(), true);
        assert!(none.holders().is_empty());
        assert!(none.words().contains("cannot be told"), "{none:?}");
    }
}
