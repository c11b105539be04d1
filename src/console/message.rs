//! What can happen to a session. Time comes in with it, so that a recorded
//! session plays back without a clock.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::geometry::Geometry;
use super::key::Key;
use super::pointer::Spot;
use super::setup::News;
use crate::config::Draft;
use crate::fleet::task::{History, Origin, TaskId};
use crate::fleet::transfer::Progress;
use crate::link::{Ask, Asked, LinkError, SendError, Sent};

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// When, by our clock.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// The number of a request that the console wanted sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SendId(pub u64);

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// Text came in one piece.
    Paste(String),
    /// The pointer's button was pressed on what stands there (`view::under`).
    Pressed(Spot),
    /// The terminal has this size now.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The view says how much room lists have (`view::geometry`).
    Geometry(Geometry),
    /// Time went on: ages grow, notices fade.
    Tick,
    /// A question was answered, or not.
    Asked {
        /// The question.
        ask: Ask,
        /// The answer.
        result: Result<Asked, LinkError>,
    },
    /// A change was answered, or not.
    Sent {
        /// Which one.
        id: SendId,
        /// What came of it.
        result: Result<Sent, SendError>,
    },
    /// The file of a request has come so far.
    Moved {
        /// Which request.
        id: SendId,
        /// How far.
        progress: Progress,
    },
    /// Something was heard of the guided setup.
    Setup(News),
    /// The session points somewhere else now (after [`super::Effect::Connect`] or `Demo`).
    Connected(super::Place),
    /// What is known of how long tasks take here.
    Learned(Box<History>),
    /// Requests of this console that made tasks which are on the screen.
    CameFrom(Vec<(TaskId, Origin)>),
    /// What was kept of earlier sessions here.
    Remembered {
        /// Drafts by the name of their form.
        drafts: BTreeMap<String, Draft>,
        /// Commands, oldest first.
        commands: Vec<String>,
    },
    /// Something outside wants to say a sentence (copied, cannot suspend, cannot connect).
    Notice(super::Level, String),
    /// The console has the terminal again after a suspend.
    Resumed,
}

impl Message {
    /// A message.
    #[must_use]
    pub fn new(at: Timestamp, event: Event) -> Self {
        Self { at, event }
    }
}
