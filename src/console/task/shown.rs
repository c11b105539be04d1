//! A task with everything the screen works out of it, renewed when an answer
//! comes or the operator looks another way, never while a frame is drawn.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use jiff::Timestamp;

use crate::fleet::task::cause::{self, Cause};
use crate::fleet::task::counts::Counts;
use crate::fleet::task::difference::Difference;
use crate::fleet::task::reason::Reasons;
use crate::fleet::task::tree::{Folding, Item, Row};
use crate::fleet::task::{Graph, Key, Node, State, Task, Tree, budget, joined};

use super::copy;
use super::flat::{flat, longest_first};
use super::lens::{Lens, Look, Only, Side};
use super::menu::Entry;

/// A task, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Shown {
    task: Task,
    graph: Graph,
    tree: Tree,
    news: News,
    rows: Vec<Row>,
    /// Row of each node; an only sub-task has its stage's.
    row_of: Vec<Option<usize>>,
    /// Order of the table. Kept over answers: a row must not move under the cursor.
    table: Vec<usize>,
    memo: Memo,
}

/// What an answer says, worked out once.
#[derive(Clone, Debug, Default)]
struct News {
    reasons: Reasons,
    cause: Option<Cause>,
    counts: Counts,
    failed_early: usize,
}

impl News {
    fn of(task: &Task, graph: &Graph) -> Self {
        let counts = Counts::of(task);
        let failed = counts.failed > 0 || task.state == State::Failed;
        Self {
            reasons: Reasons::of(task, graph),
            cause: failed.then(|| cause::first(task, graph)).flatten(),
            failed_early: if failed { failed_early(task, graph) } else { 0 },
            counts,
        }
    }
}

/// Both sides of a node, nearest first, with the distance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// What it waits for.
    pub up: Vec<(usize, usize)>,
    /// What waits for it.
    pub down: Vec<(usize, usize)>,
}

/// The last answer to what a frame asks again and again: a frame must cost its
/// rows, not the graph.
#[derive(Clone, Debug, Default)]
struct Memo {
    /// Rows that fit, by height and focus.
    fitted: Last<(usize, Option<usize>), Rc<[Row]>>,
    /// By node.
    reach: Last<usize, Rc<Reach>>,
    /// By the selected node.
    actions: Last<Option<Key>, Rc<[Entry]>>,
}

/// The last question and its answer.
type Last<Q, A> = RefCell<Option<(Q, A)>>;

impl Shown {
    /// Works everything out.
    #[must_use]
    pub fn new(task: Task, lens: &Lens) -> Self {
        let graph = Graph::of(&task);
        let tree = Tree::of(&graph);
        let table = longest_first(&task);
        let news = News::of(&task, &graph);
        let mut shown = Self {
            task,
            graph,
            tree,
            news,
            rows: Vec::new(),
            row_of: Vec::new(),
            table,
            memo: Memo::default(),
        };
        shown.look(lens);
        shown
    }

    /// A newer answer. What depends on the shape of the graph alone is kept,
    /// and the rows where no row depends on what changed.
    #[must_use]
    pub fn renewed(mut self, task: Task, difference: &Difference, lens: &Lens) -> Self {
        let Difference::Nodes(places) = difference else {
            return Self::new(task, lens);
        };
        let nests =
            |at: &usize| self.graph.parent(*at).is_some() || !self.graph.children(*at).is_empty();
        let rows_change = places.iter().any(nests)
            || !places.is_empty() && (!lens.search.is_empty() || !lens.folding.folded.is_empty());
        self.task = task;
        self.news = News::of(&self.task, &self.graph);
        self.memo.actions.take();
        self.memo.fitted.take();
        if rows_change {
            self.look(lens);
        }
        self
    }

    /// The rows for a height with that one in focus.
    #[must_use]
    pub fn fitted(&self, height: usize, focus: Option<usize>) -> Rc<[Row]> {
        let mut memo = self.memo.fitted.borrow_mut();
        if let Some(((at, on), rows)) = &*memo
            && (*at, *on) == (height, focus)
        {
            return Rc::clone(rows);
        }
        let rows: Rc<[Row]> = budget::fit(&self.rows, &self.task, height, focus).into();
        *memo = Some(((height, focus), Rc::clone(&rows)));
        rows
    }

    /// What is upstream and downstream of a node.
    #[must_use]
    pub fn reach(&self, key: &Key) -> Rc<Reach> {
        let Some(node) = self.graph.find(key) else {
            return Rc::default();
        };
        let mut memo = self.memo.reach.borrow_mut();
        if let Some((at, reach)) = &*memo
            && *at == node
        {
            return Rc::clone(reach);
        }
        let reach = Rc::new(Reach {
            up: self.graph.upstream(node),
            down: self.graph.downstream(node),
        });
        *memo = Some((node, Rc::clone(&reach)));
        reach
    }

    /// How many of what the task has.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.news.counts
    }

    /// Lays the rows out again: the operator looks another way.
    pub fn look(&mut self, lens: &Lens) {
        self.memo.fitted.take();
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
        // A main DAG only waits for its sub DAGs: the work is in them.
        let inside = || self.first_in_sub_dag(State::is_active);
        let moving = || inside().or_else(|| moves.iter().find_map(|wanted| self.first(*wanted)));
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

    fn first_in_sub_dag(&self, wanted: impl Fn(State) -> bool) -> Option<&Key> {
        let order = || self.graph.order().iter().copied();
        let inside = |at: &usize| {
            let node = &self.task.nodes[*at];
            joined::is_inside(&node.key) && !joined::is_head(&node.key) && wanted(node.state)
        };
        let leaf = |at: &usize| self.graph.children(*at).is_empty();
        let found = order()
            .find(|at| inside(at) && leaf(at))
            .or_else(|| order().find(inside))?;
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

    /// What failed while something beside it still works: a first warning.
    #[must_use]
    pub fn failed_early(&self) -> usize {
        self.news.failed_early
    }

    /// The error that came first, and where.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        self.news.cause.as_ref()
    }

    /// The node whose error came first.
    #[must_use]
    pub fn first_cause(&self) -> Option<&Key> {
        let node = self.task.nodes.get(self.news.cause.as_ref()?.node)?;
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
        self.trouble(node).map(|error| error.words())
    }

    /// The same for a narrow place: what happened, without its code.
    #[must_use]
    pub fn short_error(&self, node: &Node) -> Option<String> {
        let short = |error: cause::ErrorLine| match error.short() {
            "" => error.words(),
            short => short.to_owned(),
        };
        self.trouble(node).map(short)
    }

    fn trouble(&self, node: &Node) -> Option<cause::ErrorLine> {
        let troubled = matches!(node.state, State::Failed | State::Cancelled)
            || self.first_cause() == Some(&node.key);
        troubled.then(|| cause::error_of(node)).flatten()
    }

    /// Why a node stands as it stands; empty where its state says it all.
    #[must_use]
    pub fn why(&self, node: usize, now: Timestamp) -> String {
        self.news
            .reasons
            .why(&self.task, &self.graph, node)
            .words(&self.task, now)
    }

    /// What may be done with the task now, and with that node.
    #[must_use]
    pub fn actions(&self, key: Option<&Key>) -> Rc<[Entry]> {
        let mut memo = self.memo.actions.borrow_mut();
        if let Some((of, entries)) = &*memo
            && of.as_ref() == key
        {
            return Rc::clone(entries);
        }
        let entries: Rc<[Entry]> = copy::actions(self, key).into();
        *memo = Some((key.cloned(), Rc::clone(&entries)));
        entries
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
        // A row without what it stands in would hang in the air.
        let mut around = Vec::new();
        for node in &inside {
            let mut outer = self.graph.parent(*node);
            while let Some(at) = outer.filter(|at| !around.contains(at)) {
                around.push(at);
                outer = self.graph.parent(at);
            }
        }
        let inner: Vec<usize> = inside
            .iter()
            .flat_map(|node| self.graph.children(*node))
            .copied()
            .collect();
        inside.extend(around);
        inside.extend(inner);
        inside
    }
}

/// A sub-task alone in its stage can be failed for a tick without meaning it
/// (`api/obshell.md §14.4`): it counts only while something beside it works.
fn failed_early(task: &Task, graph: &Graph) -> usize {
    let nodes = &task.nodes;
    let counts = |at: &usize| {
        let beside = graph.parent(*at).map(|stage| graph.children(stage));
        nodes[*at].state == State::Failed
            && beside.is_none_or(|beside| beside.iter().any(|at| nodes[*at].state.is_active()))
    };
    (0..nodes.len()).filter(counts).count()
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
