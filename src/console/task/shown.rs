//! A task with everything the screen works out of it, renewed when an answer
//! comes or the operator looks another way, never while a frame is drawn.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::fleet::task::cause::{self, Cause};
use crate::fleet::task::counts::Counts;
use crate::fleet::task::reason::Reasons;
use crate::fleet::task::tree::{Branch, Fold, Folding, Item, Row};
use crate::fleet::task::{Graph, Key, Node, NodeKind, State, Task, Tree};

use super::copy;
use super::lens::{Lens, Look, Only, Side};
use super::menu::Entry;

/// A task, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Shown {
    task: Task,
    graph: Graph,
    tree: Tree,
    reasons: Reasons,
    cause: Option<Cause>,
    rows: Vec<Row>,
    /// Row of each node; an only sub-task has its stage's.
    row_of: Vec<Option<usize>>,
    /// Order of the table. Kept over answers: a row must not move under the cursor.
    table: Vec<usize>,
}

impl Shown {
    /// Works everything out.
    #[must_use]
    pub fn new(task: Task, lens: &Lens) -> Self {
        let graph = Graph::of(&task);
        let tree = Tree::of(&task, &graph);
        let table = longest_first(&task);
        let reasons = Reasons::of(&task, &graph);
        let cause = cause::first(&task, &graph);
        let mut shown = Self {
            task,
            graph,
            tree,
            reasons,
            cause,
            rows: Vec::new(),
            row_of: Vec::new(),
            table,
        };
        shown.look(lens);
        shown
    }

    /// A newer answer. What depends on the shape of the graph alone is kept.
    #[must_use]
    pub fn renewed(self, task: Task, lens: &Lens) -> Self {
        if !self.tree.fits(&task) {
            return Self::new(task, lens);
        }
        let mut shown = Self {
            reasons: Reasons::of(&task, &self.graph),
            cause: cause::first(&task, &self.graph),
            task,
            ..self
        };
        shown.look(lens);
        shown
    }

    /// Lays the rows out again: the operator looks another way.
    pub fn look(&mut self, lens: &Lens) {
        self.rows = match lens.look {
            Look::Table => self.table.iter().map(|node| flat(*node)).collect(),
            Look::Tree | Look::Timeline => self.tree.rows(&self.task, &self.folding(lens)),
        };
        if let Some(only) = &lens.only {
            let inside = self.side(only);
            self.rows
                .retain(|row| row.item.node().is_none_or(|node| inside.contains(&node)));
        }
        if !lens.search.is_empty() {
            let wanted = lens.search.to_lowercase();
            let task = &self.task;
            self.rows.retain(|row| found(task, row, &wanted));
        }
        self.row_of = vec![None; self.task.nodes.len()];
        for (at, row) in self.rows.iter().enumerate() {
            if let Item::Node { node, work } = row.item {
                for node in std::iter::once(node).chain(work) {
                    if let Some(slot) = self.row_of.get_mut(node) {
                        *slot = Some(at);
                    }
                }
            }
        }
    }

    /// Orders the table by what is longest now.
    pub fn sort_table(&mut self) {
        self.table = longest_first(&self.task);
    }

    /// The task.
    #[must_use]
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// Its graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Every row that is left after folding and filtering.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The node with that key.
    #[must_use]
    pub fn node(&self, key: &Key) -> Option<&Node> {
        self.task.nodes.get(self.graph.find(key)?)
    }

    /// The node that does the work of `key`: the only sub-task of a stage, else itself.
    #[must_use]
    pub fn work(&self, key: &Key) -> Option<&Node> {
        let at = self.graph.find(key)?;
        match self.graph.children(at) {
            [only] => self.task.nodes.get(*only),
            _ => self.task.nodes.get(at),
        }
    }

    /// The row of a node, or of what encloses it where it is folded away.
    #[must_use]
    pub fn row(&self, key: &Key) -> Option<usize> {
        let mut at = self.graph.find(key);
        while let Some(node) = at {
            if let Some(row) = self.row_of.get(node).copied().flatten() {
                return Some(row);
            }
            at = self.graph.parent(node);
        }
        None
    }

    /// What encloses a row: the nearest one above it that is less deep.
    #[must_use]
    pub fn outer(&self, row: usize) -> Option<usize> {
        let depth = self.rows.get(row)?.depth;
        (0..row).rev().find(|at| self.rows[*at].depth < depth)
    }

    /// Keys of the stages around a node, to be opened so that it can be seen.
    #[must_use]
    pub fn around(&self, key: &Key) -> Vec<Key> {
        let mut out = Vec::new();
        let mut at = self
            .graph
            .find(key)
            .and_then(|node| self.graph.parent(node));
        while let Some(node) = at {
            out.extend(self.task.nodes.get(node).map(|node| node.key.clone()));
            at = self.graph.parent(node);
        }
        out
    }

    /// What is going on: where the cursor goes while it follows the work.
    #[must_use]
    pub fn work_now(&self) -> Option<&Key> {
        let live = self.task.is_live();
        // A stage can be active while no sub-task of it is: the engine needs its tick.
        let moves = [
            State::is_active as fn(State) -> bool,
            |state| state == State::Waiting,
            |state| state == State::Ready,
        ];
        let moving = || moves.iter().find_map(|wanted| self.first(*wanted));
        let next = || {
            live.then(|| self.first(|state| state == State::Pending))
                .flatten()
        };
        let trouble = || {
            (!live)
                .then(|| self.problems().into_iter().next())
                .flatten()
        };
        moving()
            .or_else(next)
            .or_else(trouble)
            .or_else(|| self.last_touched())
    }

    /// The first piece of work in such a state, else the first stage.
    fn first(&self, wanted: impl Fn(State) -> bool) -> Option<&Key> {
        let wanted = |at: &usize| wanted(self.task.nodes[*at].state);
        let leaf = |at: &usize| self.graph.children(*at).is_empty();
        let order = || self.graph.order().iter().copied();
        let found = order()
            .find(|at| leaf(at) && wanted(at))
            .or_else(|| order().find(wanted))?;
        Some(&self.task.nodes[found].key)
    }

    /// Of what has ended, the last thing that was touched says how far it came.
    fn last_touched(&self) -> Option<&Key> {
        let order = self.graph.order();
        let leaf = |at: &&usize| self.graph.children(**at).is_empty();
        let touched = |at: &&usize| self.task.nodes[**at].state != State::Pending && leaf(at);
        let last = order.iter().rev().find(touched);
        let found = last.or_else(|| order.iter().find(leaf)).or(order.first())?;
        Some(&self.task.nodes[*found].key)
    }

    /// What failed while something beside it still works: a first warning. A
    /// sub-task alone in its stage can be failed for a tick without meaning it
    /// (`api/obshell.md §14.4`).
    #[must_use]
    pub fn failed_early(&self) -> usize {
        let nodes = &self.task.nodes;
        let counts = |at: &usize| {
            let beside = self
                .graph
                .parent(*at)
                .map(|stage| self.graph.children(stage));
            nodes[*at].state == State::Failed
                && beside.is_none_or(|beside| beside.iter().any(|at| nodes[*at].state.is_active()))
        };
        self.graph.order().iter().filter(|at| counts(at)).count()
    }

    /// The error that came first, and where.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }

    /// The node whose error came first.
    #[must_use]
    pub fn first_cause(&self) -> Option<&Key> {
        let node = self.task.nodes.get(self.cause.as_ref()?.node)?;
        Some(&node.key)
    }

    /// Everything that went wrong, in the tree's order.
    #[must_use]
    pub fn problems(&self) -> Vec<&Key> {
        let found = cause::problems(&self.task, &self.graph).into_iter();
        found
            .filter_map(|node| self.task.nodes.get(node))
            .map(|node| &node.key)
            .collect()
    }

    /// What went wrong in a node, in the server's words.
    #[must_use]
    pub fn error(&self, node: &Node) -> Option<String> {
        let troubled = matches!(node.state, State::Failed | State::Cancelled)
            || self.first_cause() == Some(&node.key);
        let found = troubled.then(|| cause::error_of(node)).flatten();
        found.map(|error| error.words())
    }

    /// Why a node stands as it stands; empty where its state says it all.
    #[must_use]
    pub fn why(&self, node: usize, now: Timestamp) -> String {
        self.reasons
            .why(&self.task, &self.graph, node)
            .words(&self.task, now)
    }

    /// What may be done with the task now, and with that node.
    #[must_use]
    pub fn actions(&self, key: Option<&Key>) -> Vec<Entry> {
        copy::actions(self, key)
    }

    fn folding(&self, lens: &Lens) -> Folding {
        if lens.search.is_empty() && lens.only.is_none() {
            return lens.folding.clone();
        }
        // What is searched for may be inside of what is folded.
        let stages = self
            .task
            .nodes
            .iter()
            .filter_map(|node| node.parent.clone());
        Folding {
            folded: HashSet::new(),
            opened: stages.collect(),
        }
    }

    fn side(&self, only: &Only) -> HashSet<usize> {
        let Some(node) = self.graph.find(&only.key) else {
            return (0..self.task.nodes.len()).collect();
        };
        let up = matches!(only.side, Side::Upstream | Side::Both)
            .then(|| self.graph.upstream(node))
            .unwrap_or_default();
        let down = matches!(only.side, Side::Downstream | Side::Both)
            .then(|| self.graph.downstream(node))
            .unwrap_or_default();
        let mut inside: HashSet<usize> = up.into_iter().chain(down).map(|(node, _)| node).collect();
        inside.insert(node);
        let stages: Vec<usize> = inside
            .iter()
            .filter_map(|node| self.graph.parent(*node))
            .collect();
        let inner: Vec<usize> = inside
            .iter()
            .flat_map(|node| self.graph.children(*node))
            .copied()
            .collect();
        inside.extend(stages);
        inside.extend(inner);
        inside
    }
}

fn flat(node: usize) -> Row {
    Row {
        item: Item::Node { node, work: None },
        depth: 0,
        guides: 0,
        branch: Branch::None,
        fold: Fold::None,
        hidden: Counts::default(),
    }
}

/// What did work, longest first; what runs is taken as longer than what ended.
fn longest_first(task: &Task) -> Vec<usize> {
    let mut order: Vec<usize> = (0..task.nodes.len())
        .filter(|at| task.nodes[*at].kind != NodeKind::Node)
        .collect();
    order.sort_by_cached_key(|at| {
        let node = &task.nodes[*at];
        let took = match (node.started_at, node.ended_at) {
            (Some(from), Some(to)) => to.as_millisecond() - from.as_millisecond(),
            (Some(from), None) => i64::MAX / 2 - from.as_millisecond(),
            _ => -1,
        };
        (-took, *at)
    });
    order
}

fn found(task: &Task, row: &Row, wanted: &str) -> bool {
    let Item::Node { node, .. } = row.item else {
        return false;
    };
    task.nodes.get(node).is_some_and(|node| {
        let work = row.work(task);
        node.name.to_lowercase().contains(wanted)
            || node.id.contains(wanted)
            || work
                .and_then(|work| work.agent.as_ref())
                .is_some_and(|agent| agent.to_string().to_lowercase().contains(wanted))
    })
}
