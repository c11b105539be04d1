//! How the operator looks at the task: which drawing, which part of it, what is folded.

use crate::fleet::task::Key;
use crate::fleet::task::tree::Folding;

/// Which drawing of the same rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Guide lines, state, reason.
    #[default]
    Tree,
    /// The same rows over time.
    Timeline,
    /// The work alone, longest first.
    Table,
}

impl Look {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Tree => Self::Timeline,
            Self::Timeline => Self::Table,
            Self::Table => Self::Tree,
        }
    }
}

/// Which way from a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What it waits for.
    Upstream,
    /// What waits for it.
    Downstream,
    /// Both.
    Both,
}

/// Only a node and what is on one side of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The node.
    pub key: Key,
    /// The side.
    pub side: Side,
}

/// How the operator looks at the task.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    /// Which drawing.
    pub look: Look,
    /// Only a part of the graph.
    pub only: Option<Only>,
    /// Only rows with this text in them; empty for all.
    pub search: String,
    /// What the operator folded and unfolded; all else follows the rules of the tree.
    pub folding: Folding,
}

impl Lens {
    /// Whether the whole tree is shown.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.look == Look::Tree && self.only.is_none() && self.search.is_empty()
    }
}
