//! What stands open over the tree: what may be done here, and what may be copied.

use crate::console::overlay::Filling;
use crate::fleet::request::Request;

/// What choosing an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Sends a request, after it was confirmed.
    Send(Box<Request>),
    /// Opens a form with values in it.
    Fill(Filling),
    /// Puts a text on the clipboard.
    Copy(String),
}

/// One line of a menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `Retry`, `Diagnosis`.
    pub title: String,
    /// What it will do, in a sentence.
    pub about: String,
    /// What choosing it does.
    pub deed: Deed,
}

/// Why a menu was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Actions that are legal here.
    Actions,
    /// Texts to copy.
    Copy,
}

/// An open menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// Why it was opened.
    pub purpose: Purpose,
    /// Its lines; none where nothing is legal, and the view says so.
    pub entries: Vec<Entry>,
    /// The selected one.
    pub at: usize,
    /// The request of the selected one is shown and the next `enter` sends it.
    pub confirming: bool,
}

impl Menu {
    /// A menu at its first entry.
    #[must_use]
    pub fn new(purpose: Purpose, entries: Vec<Entry>) -> Self {
        Self {
            purpose,
            entries,
            at: 0,
            confirming: false,
        }
    }

    /// The selected entry.
    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.entries.get(self.at)
    }

    pub(super) fn step(&mut self, by: isize) {
        if !self.confirming {
            let last = self.entries.len().saturating_sub(1);
            self.at = self.at.saturating_add_signed(by).min(last);
        }
    }
}
