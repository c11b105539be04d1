//! The tree: one line a node, laid out once for a shape of the graph.
//!
//! 1. Each node once, under the parent that is last in the order; a dim
//!    reference at its other parents.
//! 2. A chain stays at one depth. Depth grows at forks and shrinks where a
//!    node waits for every branch of a fork, so repeated diamonds stay narrow.
//! 3. Sub-tasks are nested in their stage; a stage with one sub-task is one line.
//!
//! No state has a say in the layout: a poll that changes states costs nothing
//! here. [`Tree::rows`] applies the folding, [`super::budget`] the height.

use std::collections::HashSet;

use super::counts::Counts;
use super::graph::Graph;
use super::layout;
use super::model::{Key, Node, State, Task};

/// What a line or a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A node, by its position in [`Task::nodes`]. `work` is the only sub-task
    /// of a stage: agent, attempt and log come from it.
    Node {
        /// The node itself.
        node: usize,
        /// Its only sub-task.
        work: Option<usize>,
    },
    /// A node that stands elsewhere and also waits for the line above.
    Reference {
        /// The node that stands elsewhere.
        node: usize,
    },
    /// More references than are worth a line each.
    MoreReferences {
        /// How many.
        count: usize,
    },
    /// Stands for rows that are hidden; how many is in [`Row::hidden`].
    RollUp,
}

/// How a line hangs on the one it belongs to. Drawn in column `depth - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// It does not: a root, or the next step of a chain.
    None,
    /// One of several, not the last: `├`.
    Tee,
    /// The last: `└`.
    Elbow,
}

/// Whether something can be folded into a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Nothing to fold.
    None,
    /// Open: `▾`.
    Open,
    /// Folded: `▸`; what is in it is counted in [`Row::hidden`].
    Folded,
}

/// One line of the complete tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it shows.
    pub item: Item,
    /// Columns of guide lines before it.
    pub depth: u16,
    /// Bit `n`: a line runs down through column `n`. Columns from 64 on have none.
    pub guides: u64,
    /// How it hangs on its owner.
    pub branch: Branch,
    /// The line after the last one that folds into this one.
    pub end: usize,
}

/// One row to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it shows.
    pub item: Item,
    /// Columns of guide lines before it.
    pub depth: u16,
    /// Bit `n`: a line runs down through column `n`.
    pub guides: u64,
    /// How it hangs on its owner.
    pub branch: Branch,
    /// Whether it folds.
    pub fold: Fold,
    /// What is folded into it or rolled up in it.
    pub hidden: Counts,
}

/// What the operator folded and unfolded; the rest follows the policy: a stage
/// is open while something in it is news.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// Folded by hand.
    pub folded: HashSet<Key>,
    /// Unfolded by hand.
    pub opened: HashSet<Key>,
}

impl Folding {
    /// Whether a node is open; `nests`: what folds into it are its sub-tasks;
    /// `inside`: whether one of them is news.
    fn is_open(
        &self,
        task: &Task,
        node: &Node,
        nests: bool,
        inside: impl FnOnce() -> bool,
    ) -> bool {
        // Most often nothing is folded by hand: no key is hashed then.
        if !self.folded.is_empty() && self.folded.contains(&node.key) {
            return false;
        }
        !self.opened.is_empty() && self.opened.contains(&node.key)
            || !nests
            || is_news(node.state)
            || task.nodes.len() == 1
            || inside()
    }

    /// Folds what is open and opens what is folded.
    pub fn toggle(&mut self, key: &Key, open_now: bool) {
        self.folded.remove(key);
        self.opened.remove(key);
        if open_now {
            self.folded.insert(key.clone());
        } else {
            self.opened.insert(key.clone());
        }
    }
}

fn is_news(state: State) -> bool {
    !matches!(
        state,
        State::Pending
            | State::Ready
            | State::Succeeded
            | State::Skipped
            | State::RolledBack
            | State::Cancelled
    )
}

/// The laid out tree of one shape of a graph.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    lines: Vec<Line>,
    at: Vec<Option<usize>>,
}

impl Tree {
    /// Lays the tree out.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let lines = layout::lines(graph);
        let mut at = vec![None; graph.len()];
        for (line, Line { item, .. }) in lines.iter().enumerate() {
            if let Item::Node { node, work } = *item {
                at[node] = Some(line);
                if let Some(work) = work {
                    at[work] = Some(line);
                }
            }
        }
        Self { lines, at }
    }

    /// Every line, nothing folded.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The line that shows a node (for an only sub-task: its stage's).
    #[must_use]
    pub fn line_of(&self, node: usize) -> Option<usize> {
        self.at.get(node).copied().flatten()
    }

    /// The rows that are left after folding.
    #[must_use]
    pub fn rows(&self, task: &Task, folding: &Folding) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.lines.len());
        let mut at = 0;
        while let Some(line) = self.lines.get(at) {
            let inside = at + 1..line.end.max(at + 1);
            let fold = match line.item {
                Item::Node { node, .. } if !inside.is_empty() => {
                    let nests = self
                        .lines
                        .get(at + 1)
                        .is_some_and(|next| nests(task, node, next));
                    let news = || self.holds_news(task, inside.clone());
                    match task.nodes.get(node) {
                        Some(node) if !folding.is_open(task, node, nests, news) => Fold::Folded,
                        _ => Fold::Open,
                    }
                }
                _ => Fold::None,
            };
            let mut row = Row {
                item: line.item,
                depth: line.depth,
                guides: line.guides,
                branch: line.branch,
                fold,
                hidden: Counts::default(),
            };
            if fold == Fold::Folded {
                for hidden in &self.lines[inside.clone()] {
                    if let Some(state) = hidden.item.state(task) {
                        row.hidden.add(state);
                    }
                }
                at = inside.end;
            } else {
                at += 1;
            }
            rows.push(row);
        }
        rows
    }

    /// A sub DAG can work inside of a stage that has ended.
    fn holds_news(&self, task: &Task, inside: std::ops::Range<usize>) -> bool {
        let mut states = self.lines[inside]
            .iter()
            .filter_map(|line| line.item.state(task));
        states.any(|state| state == State::Failed || state.is_active())
    }
}

impl Item {
    /// The node that it shows or points to.
    #[must_use]
    pub fn node(self) -> Option<usize> {
        match self {
            Self::Node { node, .. } | Self::Reference { node } => Some(node),
            Self::MoreReferences { .. } | Self::RollUp => None,
        }
    }

    /// The state of the node that stands here; `None` for everything else.
    #[must_use]
    pub fn state(self, task: &Task) -> Option<State> {
        match self {
            Self::Node { node, .. } => task.nodes.get(node).map(|node| node.state),
            _ => None,
        }
    }
}

impl Row {
    /// The key of the node that it shows or points to.
    #[must_use]
    pub fn key<'a>(&self, task: &'a Task) -> Option<&'a Key> {
        task.nodes.get(self.item.node()?).map(|node| &node.key)
    }

    /// The node that it shows or points to.
    #[must_use]
    pub fn node<'a>(&self, task: &'a Task) -> Option<&'a Node> {
        task.nodes.get(self.item.node()?)
    }

    /// The node that does the work of this row: the only sub-task of a stage,
    /// else the node itself.
    #[must_use]
    pub fn work<'a>(&self, task: &'a Task) -> Option<&'a Node> {
        match self.item {
            Item::Node {
                work: Some(work), ..
            } => task.nodes.get(work),
            Item::Node { node, .. } => task.nodes.get(node),
            _ => None,
        }
    }
}

/// Where a node's row is (for an only sub-task: its stage's).
#[must_use]
pub fn position(rows: &[Row], node: usize) -> Option<usize> {
    rows.iter().position(|row| match row.item {
        Item::Node { node: at, work } => at == node || work == Some(node),
        _ => false,
    })
}

/// Whether the line below a node is one of its sub-tasks.
fn nests(task: &Task, node: usize, next: &Line) -> bool {
    let parent = match next.item {
        Item::Node { node, .. } => task.nodes.get(node).and_then(|node| node.parent.as_ref()),
        _ => None,
    };
    parent.is_some() && parent == task.nodes.get(node).map(|node| &node.key)
}
