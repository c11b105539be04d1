//! Places the nodes of a graph in lines: who stands under whom, how deep.

use super::graph::Graph;
use super::tree::{Branch, Item, Line};

/// References of one node that get a line each; the rest shares one.
const REFERENCES: usize = 3;

/// A fork: from here depth grows by one.
struct Fork {
    /// Depth of what forks.
    depth: u16,
    /// Guide lines and enclosing fork of what forks.
    outside: Place,
    /// Where each branch begins and ends in the walk.
    branches: Vec<(usize, usize)>,
}

/// Where a node stands: in which branch of which fork.
#[derive(Clone, Copy)]
struct Place {
    fork: Option<usize>,
    /// In the last branch of that fork.
    last: bool,
    guides: u64,
}

struct Visit {
    item: Item,
    depth: u16,
    branch: Branch,
    place: Place,
}

struct Layout<'a> {
    graph: &'a Graph,
    /// Tree children of each node; references of each node.
    stands: Vec<Vec<usize>>,
    refers: Vec<Vec<usize>>,
    /// Begin and end of each node in the walk over tree children.
    walk: Vec<(usize, usize)>,
    forks: Vec<Fork>,
    stack: Vec<Visit>,
    lines: Vec<Line>,
}

/// The lines of the whole graph.
pub(super) fn lines(graph: &Graph) -> Vec<Line> {
    let mut layout = Layout {
        graph,
        stands: vec![Vec::new(); graph.len()],
        refers: vec![Vec::new(); graph.len()],
        walk: vec![(0, 0); graph.len()],
        forks: Vec::new(),
        stack: Vec::new(),
        lines: Vec::with_capacity(graph.len()),
    };
    let roots = layout.find_parents();
    layout.number(&roots);
    let outside = Place {
        fork: None,
        last: true,
        guides: 0,
    };
    for &root in roots.iter().rev() {
        if graph.parent(root).is_none() {
            layout.push(layout.item(root), 0, Branch::None, outside);
        }
    }
    while let Some(visit) = layout.stack.pop() {
        layout.lines.push(Line {
            item: visit.item,
            depth: visit.depth,
            guides: visit.place.guides,
            branch: visit.branch,
            end: 0,
        });
        if let Item::Node { node, work } = visit.item {
            layout.open(node, work, visit.depth, visit.place);
        }
    }
    set_ends(&mut layout.lines);
    layout.lines
}

impl Layout<'_> {
    /// Puts each node under its last parent; returns those without one.
    fn find_parents(&mut self) -> Vec<usize> {
        let mut roots = Vec::new();
        for &node in self.graph.order() {
            let mut last = None;
            let graph = self.graph;
            for &up in before(graph, node).rev() {
                if last.is_none() {
                    last = Some(up);
                    self.stands[up].push(node);
                } else {
                    self.refers[up].push(node);
                }
            }
            if last.is_none() {
                roots.push(node);
            }
        }
        roots
    }

    fn number(&mut self, roots: &[usize]) {
        let mut clock = 0;
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for &root in roots {
            stack.push((root, 0));
            self.walk[root].0 = clock;
            clock += 1;
            while let Some(top) = stack.last_mut() {
                let node = top.0;
                if let Some(&next) = self.stands[node].get(top.1) {
                    top.1 += 1;
                    self.walk[next].0 = clock;
                    clock += 1;
                    stack.push((next, 0));
                } else {
                    self.walk[node].1 = clock;
                    stack.pop();
                }
            }
        }
    }

    fn item(&self, node: usize) -> Item {
        let work = match self.graph.children(node) {
            [only] if self.graph.children(*only).is_empty() => Some(*only),
            _ => None,
        };
        Item::Node { node, work }
    }

    fn push(&mut self, item: Item, depth: u16, branch: Branch, place: Place) {
        self.stack.push(Visit {
            item,
            depth,
            branch,
            place,
        });
    }

    /// Puts what belongs to a node on the stack, last first.
    fn open(&mut self, node: usize, work: Option<usize>, depth: u16, place: Place) {
        let stands = std::mem::take(&mut self.stands[node]);
        let (base, outer) = self.close_forks(&stands, depth, place);
        let inner = self.inner(node, work);
        let forks = stands.len() > 1;
        let shares_column = forks && base == depth;
        if forks {
            let fork = self.forks.len();
            self.forks.push(Fork {
                depth: base,
                outside: outer,
                branches: stands.iter().map(|at| self.walk[*at]).collect(),
            });
            for (at, &next) in stands.iter().enumerate().rev() {
                let last = at + 1 == stands.len();
                self.push_branch(self.item(next), base, outer, last, Some(fork));
            }
        } else if let Some(&next) = stands.first() {
            self.push(self.item(next), base, Branch::None, outer);
        }
        for (at, &item) in inner.iter().enumerate().rev() {
            let last = at + 1 == inner.len() && !shares_column;
            self.push_branch(item, depth, place, last, None);
        }
    }

    /// Sub-tasks and references of a node.
    fn inner(&self, node: usize, work: Option<usize>) -> Vec<Item> {
        let mut inner = Vec::new();
        if work.is_none() {
            // A sub-task that waits for another one of its stage stands under it.
            let roots = self.graph.children(node).iter();
            let roots = roots.filter(|child| before(self.graph, **child).next().is_none());
            inner.extend(roots.map(|child| self.item(*child)));
        }
        let refers = &self.refers[node];
        let shown = if refers.len() > REFERENCES + 1 {
            REFERENCES
        } else {
            refers.len()
        };
        inner.extend(refers[..shown].iter().map(|&node| Item::Reference { node }));
        if refers.len() > shown {
            let count = refers.len() - shown;
            inner.push(Item::MoreReferences { count });
        }
        inner
    }

    fn push_branch(
        &mut self,
        item: Item,
        depth: u16,
        outside: Place,
        last: bool,
        fork: Option<usize>,
    ) {
        let line = if last { 0 } else { bit(depth) };
        let place = Place {
            fork,
            last,
            guides: outside.guides | line,
        };
        let branch = if last { Branch::Elbow } else { Branch::Tee };
        self.push(item, depth.saturating_add(1), branch, place);
    }

    /// Leaves every fork whose branches all lead to what comes next.
    fn close_forks(&self, next: &[usize], depth: u16, place: Place) -> (u16, Place) {
        let (mut depth, mut place) = (depth, place);
        while let Some(fork) = place.fork.and_then(|at| self.forks.get(at)) {
            if next.is_empty() || !place.last || !next.iter().all(|node| self.joins(*node, fork)) {
                break;
            }
            depth = fork.depth;
            place = fork.outside;
        }
        (depth, place)
    }

    /// Whether a node waits for something in every branch.
    fn joins(&self, node: usize, fork: &Fork) -> bool {
        let mut hit: Vec<usize> = before(self.graph, node)
            .filter_map(|up| {
                let at = self.walk[*up].0;
                let branch = fork.branches.partition_point(|(from, _)| *from <= at);
                let branch = branch.checked_sub(1)?;
                (at < fork.branches[branch].1).then_some(branch)
            })
            .collect();
        hit.sort_unstable();
        hit.dedup();
        hit.len() == fork.branches.len()
    }
}

/// The parents of a node in its own group, without those that a circle puts
/// after it.
fn before(graph: &Graph, node: usize) -> impl DoubleEndedIterator<Item = &usize> {
    graph.up(node).iter().filter(move |up| {
        graph.rank(**up) < graph.rank(node) && graph.parent(**up) == graph.parent(node)
    })
}

fn bit(depth: u16) -> u64 {
    1_u64.checked_shl(u32::from(depth)).unwrap_or(0)
}

/// A line folds the deeper lines below it.
fn set_ends(lines: &mut [Line]) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..lines.len() {
        while let Some(&top) = open.last() {
            if lines[top].depth < lines[at].depth {
                break;
            }
            lines[top].end = at;
            open.pop();
        }
        open.push(at);
    }
    for at in open {
        lines[at].end = lines.len();
    }
}
