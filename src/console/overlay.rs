//! What lies over a screen and takes the keys: help, palette, command line,
//! filter, a question.

use super::action::Action;
use super::caution::{Caution, NewKey};
use super::input::Line;
use super::listing::Listing;
use super::message::SendId;
use crate::fleet::task::TaskId;

/// One thing at a time lies over the screen.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Every key; the first line that is shown.
    Help(usize),
    /// Everything that can be done here.
    Palette(Palette),
    /// `:`
    Command(CommandLine),
    /// `/`, with what the filter was before.
    Filter {
        /// What is typed.
        line: Line,
        /// What `esc` brings back.
        before: String,
    },
    /// A question with a safe answer preselected.
    Confirm(Confirm),
    /// Something that cannot be taken back, before it is sent.
    Caution(Box<Caution>),
    /// Another key than the trusted one.
    NewKey(Box<NewKey>),
}

/// Something that the palette, the menu and the welcome page offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An action of the table.
    Act(Action),
    /// A form, by its name.
    Form(&'static str),
    /// A form with values in it.
    Fill(Filling),
    /// A task.
    Task(TaskId),
    /// A list.
    List(Listing),
    /// The command line with this beginning.
    Command(&'static str),
    /// The embedded simulator.
    Demo,
    /// An unfinished setup, by its place among them.
    Resume(usize),
}

/// A form that is opened with values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Its name.
    pub form: &'static str,
    /// Fields and what stands in them.
    pub values: Vec<(&'static str, String)>,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it does.
    pub choice: Choice,
    /// What it is called.
    pub title: String,
    /// Its key or what it is about.
    pub hint: String,
}

/// A search over offers.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What is typed.
    pub line: Line,
    /// The selected one of those that match.
    pub selected: usize,
    /// Only what changes or opens something, without movement.
    pub deeds_only: bool,
}

/// The command line.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    /// What is typed.
    pub line: Line,
    /// Which completion `tab` has put in, and what was typed before it.
    pub completing: Option<(String, usize)>,
    /// How far back in the history `up` has gone.
    pub recalled: Option<usize>,
    /// Why the last command was none.
    pub error: Option<String>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Requests that change something, on production.
    AllowChanges,
    /// Requests that change something, on another cluster than before.
    AllowOnOther,
    /// Leaving while a request has no answer yet.
    QuitWhileSending,
    /// Leaving while a file is sent.
    QuitWhileUploading,
    /// A file that is sent.
    GiveUp(SendId),
    /// Leaving while a guided setup runs.
    QuitWhileSettingUp,
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// What it is about.
    pub question: Question,
    /// Whether the deed is selected; the safe answer is at first.
    pub yes: bool,
}
