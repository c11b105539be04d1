//! What the console says: some seconds in the last line, then in `:messages`.

use jiff::Timestamp;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something ended well.
    Good,
    /// Needs a look.
    Warning,
    /// Did not work.
    Error,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When it was said.
    pub at: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// The sentence; lines kept.
    pub text: String,
}

/// How long a sentence takes the last line.
const SHOWN_MS: i64 = 8_000;
/// How many are kept.
const KEPT: usize = 500;

/// All sentences, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    all: Vec<Notice>,
    dismissed: bool,
}

impl Notices {
    /// Says a sentence.
    pub fn say(&mut self, at: Timestamp, level: Level, text: impl Into<String>) {
        if self.all.len() >= KEPT {
            self.all.remove(0);
        }
        self.all.push(Notice {
            at,
            level,
            text: text.into(),
        });
        self.dismissed = false;
    }

    /// Takes the sentence out of the last line; it stays in the list.
    pub fn dismiss(&mut self) {
        self.dismissed = true;
    }

    /// The sentence that has the last line now.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> Option<&Notice> {
        self.all.last().filter(|notice| {
            !self.dismissed && now.as_millisecond() - notice.at.as_millisecond() < SHOWN_MS
        })
    }

    /// All of them, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Notice] {
        &self.all
    }
}
