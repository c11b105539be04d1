//! How a state looks: glyph, word, colour, in that order of trust.

use rust_i18n::t;

use crate::fleet::task::plain::state_word;
use crate::fleet::task::{Node, Phase, State, Task};
use crate::view::{Glyph, Name};

pub(super) fn glyph(state: State) -> Glyph {
    match state {
        State::Pending | State::Ready => Glyph::Pending,
        State::Running | State::Cancelling => Glyph::Running,
        State::Waiting => Glyph::Waiting,
        State::Succeeded => Glyph::Done,
        State::Failed => Glyph::Failed,
        State::Cancelled => Glyph::Cancelled,
        State::RollingBack => Glyph::RollingBack,
        State::RolledBack => Glyph::RolledBack,
        State::Skipped => Glyph::Skipped,
        State::Unknown => Glyph::Unknown,
    }
}

pub(super) fn name(state: State) -> Name {
    match state {
        State::Pending | State::Ready => Name::Pending,
        State::Running | State::Cancelling | State::RollingBack => Name::Running,
        State::Waiting => Name::Waiting,
        State::Succeeded => Name::Done,
        State::Failed => Name::Failed,
        State::Cancelled | State::RolledBack | State::Skipped => Name::Stopped,
        State::Unknown => Name::Unknown,
    }
}

/// State and direction of a whole task.
pub(super) fn task_word(task: &Task) -> String {
    match (task.state, task.phase) {
        (State::Running, Phase::Forward) => t!("running forward").into_owned(),
        (State::Running, Phase::Retrying) => t!("running again").into_owned(),
        (State::Running | State::RollingBack, Phase::RollingBack) => {
            t!("rolling back").into_owned()
        }
        (State::Failed, Phase::RollingBack) => t!("failed while rolling back").into_owned(),
        (State::Unknown, _) => t!("unknown state %{word}", word = task.raw.state).into_owned(),
        (state, _) => state_word(state),
    }
}

/// State of a node; what nobody knows is said as the server said it.
pub(super) fn node_word(node: &Node) -> String {
    match node.state {
        State::Unknown => t!("unknown state %{word}", word = node.raw.state).into_owned(),
        state => state_word(state),
    }
}
