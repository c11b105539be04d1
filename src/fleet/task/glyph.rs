//! Glyph and ASCII twin of each state. All are one column wide in CJK
//! terminals too.

use super::model::State;

/// The glyphs that a tree needs, in one of two alphabets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Only ASCII.
    pub ascii: bool,
}

impl Glyphs {
    /// The glyph of a state.
    #[must_use]
    pub fn state(self, state: State) -> &'static str {
        let (glyph, twin) = match state {
            State::Pending => ("◌", "."),
            State::Ready => ("∙", ":"),
            State::Running => ("◉", "*"),
            State::Waiting => ("⧗", "~"),
            State::Succeeded => ("✓", "+"),
            State::Failed => ("✗", "x"),
            State::Cancelling | State::Cancelled => ("⊘", "/"),
            State::RollingBack | State::RolledBack => ("⟲", "<"),
            State::Skipped => ("⤼", "-"),
            State::Unknown => ("?", "?"),
        };
        self.pick(glyph, twin)
    }

    /// Something folded.
    #[must_use]
    pub fn folded(self) -> &'static str {
        self.pick("▸", ">")
    }

    /// Something open.
    #[must_use]
    pub fn open(self) -> &'static str {
        self.pick("▾", "v")
    }

    /// A reference to a node that stands elsewhere.
    #[must_use]
    pub fn reference(self) -> &'static str {
        self.pick("⤷", "@")
    }

    /// What was cut.
    #[must_use]
    pub fn ellipsis(self) -> &'static str {
        self.pick("⋯", "~")
    }

    fn pick(self, glyph: &'static str, twin: &'static str) -> &'static str {
        if self.ascii { twin } else { glyph }
    }
}
