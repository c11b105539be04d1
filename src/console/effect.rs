//! What the session wants done outside. Effects are values: whoever runs the
//! session carries them out and answers with messages.

use std::collections::BTreeSet;

use super::message::SendId;
use super::setup::Order;
use crate::config::Draft;
use crate::fleet::request::Request;
use crate::fleet::task::TaskId;
use crate::fleet::task::estimate::Lesson;
use crate::link::Ask;

/// Something to do outside the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// These questions are on the screen now; stop asking all others.
    Follow(BTreeSet<Ask>),
    /// Ask this out of turn.
    AskNow(Ask),
    /// Send this, once. Answer with `Event::Sent` and the same id.
    Send {
        /// The number for the answer.
        id: SendId,
        /// The request, which the operator has seen.
        request: Box<Request>,
    },
    /// Give up the file that this request sends; its answer comes all the same.
    GiveUp(SendId),
    /// Read-only was switched: a new `WriteAccess` is needed, or none.
    ReadOnly(bool),
    /// Open these addresses in place of what is open. Answer with `Event::Connected`.
    Connect(Vec<String>),
    /// Trust this key of an agent from now on, in place of the one before, and
    /// go on. Answer with `Event::Connected`.
    Trust {
        /// The agent.
        endpoint: String,
        /// What it shows now.
        fingerprint: String,
    },
    /// Ask the operator for the password again: it was refused.
    Password {
        /// The agent's, not root's.
        agent: bool,
    },
    /// Open the embedded simulator. Answer with `Event::Connected`.
    Demo,
    /// Keep what a task that has ended taught about durations.
    Learn {
        /// The task.
        task: TaskId,
        /// What it taught.
        lessons: Vec<Lesson>,
    },
    /// Ring the bell, and tell the desktop this sentence where that is wished.
    Ring(String),
    /// Keep what stands in a form, its secrets left out; nothing: forget it.
    Draft {
        /// The form.
        form: &'static str,
        /// Values by field name.
        draft: Draft,
    },
    /// Keep a command that was typed.
    Typed(String),
    /// Something that the guided setup wants. Answer with `Event::Setup`.
    Setup(Box<Order>),
    /// Write this into a new file of the working directory.
    Save {
        /// Its name, while no file of that name is there.
        name: String,
        /// What stands in it.
        text: String,
    },
    /// Put this on the operator's clipboard.
    Copy(String),
    /// Clear the terminal and draw everything.
    Redraw,
    /// Stop the process as ctrl-z does.
    Suspend,
    /// Leave the console.
    Quit,
}
