//! The graph over a task's nodes: who waits for whom, and one stable order.
//!
//! Everything works on positions in [`Task::nodes`]. Edges into nothing are
//! left out, cycles are cut at their smallest node: a broken answer must still
//! be readable. Building is linear but for one sort.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::model::{Key, Node, Task};

/// Edges, nesting and order of the nodes of one task.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    index: HashMap<Key, usize>,
    up: Vec<Vec<usize>>,
    down: Vec<Vec<usize>>,
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    order: Vec<usize>,
    rank: Vec<usize>,
    cyclic: bool,
}

impl Graph {
    /// Reads the edges of a task.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        let count = task.nodes.len();
        let mut index = HashMap::with_capacity(count);
        for (at, node) in task.nodes.iter().enumerate() {
            index.entry(node.key.clone()).or_insert(at);
        }
        let mut graph = Self {
            index,
            up: vec![Vec::new(); count],
            down: vec![Vec::new(); count],
            parent: vec![None; count],
            children: vec![Vec::new(); count],
            order: Vec::with_capacity(count),
            rank: vec![0; count],
            cyclic: false,
        };
        graph.read_edges(task);
        graph.sort(task);
        graph.read_nesting(task);
        graph
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.up.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.up.is_empty()
    }

    /// Position of the node with that key.
    #[must_use]
    pub fn find(&self, key: &Key) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// What must end before this node starts, in order.
    #[must_use]
    pub fn up(&self, node: usize) -> &[usize] {
        self.up.get(node).map_or(&[], Vec::as_slice)
    }

    /// What starts after this node, in order.
    #[must_use]
    pub fn down(&self, node: usize) -> &[usize] {
        self.down.get(node).map_or(&[], Vec::as_slice)
    }

    /// The stage that holds this sub-task.
    #[must_use]
    pub fn parent(&self, node: usize) -> Option<usize> {
        self.parent.get(node).copied().flatten()
    }

    /// The sub-tasks of this stage, in order.
    #[must_use]
    pub fn children(&self, node: usize) -> &[usize] {
        self.children.get(node).map_or(&[], Vec::as_slice)
    }

    /// All nodes: topological, then by id. No state has a say in it, so no row
    /// moves because something happened.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Place of a node in [`Graph::order`].
    #[must_use]
    pub fn rank(&self, node: usize) -> usize {
        self.rank.get(node).copied().unwrap_or(usize::MAX)
    }

    /// Whether some edge had to be ignored because it closed a circle.
    #[must_use]
    pub fn is_cyclic(&self) -> bool {
        self.cyclic
    }

    /// Everything that must end before this node starts, nearest first, with
    /// its distance. A sub-task waits for what its stage waits for.
    #[must_use]
    pub fn upstream(&self, node: usize) -> Vec<(usize, usize)> {
        self.reach(node, &self.up)
    }

    /// Everything that starts after this node, nearest first, with its distance.
    #[must_use]
    pub fn downstream(&self, node: usize) -> Vec<(usize, usize)> {
        self.reach(node, &self.down)
    }

    fn reach(&self, node: usize, edges: &[Vec<usize>]) -> Vec<(usize, usize)> {
        let mut seen = vec![false; self.len()];
        let mut found = Vec::new();
        let mut queue = VecDeque::new();
        let mut start = Some(node).filter(|at| *at < self.len());
        while let Some(at) = start {
            seen[at] = true;
            queue.push_back((at, 0));
            start = self.parent(at);
        }
        while let Some((at, distance)) = queue.pop_front() {
            for &next in &edges[at] {
                if !seen[next] {
                    seen[next] = true;
                    found.push((next, distance + 1));
                    queue.push_back((next, distance + 1));
                }
            }
        }
        found
    }

    fn read_edges(&mut self, task: &Task) {
        for (at, node) in task.nodes.iter().enumerate() {
            // Of two nodes with one key the second cannot be meant by an edge.
            for key in &node.upstream {
                if let Some(from) = self.find(key) {
                    self.down[from].push(at);
                }
            }
            for key in &node.downstream {
                if let Some(to) = self.find(key) {
                    self.down[at].push(to);
                }
            }
        }
        for at in 0..self.down.len() {
            let mut to = std::mem::take(&mut self.down[at]);
            to.retain(|other| *other != at);
            to.sort_unstable();
            to.dedup();
            for &other in &to {
                self.up[other].push(at);
            }
            self.down[at] = to;
        }
    }

    /// Kahn's algorithm; where a circle stops it, the smallest node goes first.
    fn sort(&mut self, task: &Task) {
        let mut by_id: Vec<usize> = (0..self.len()).collect();
        by_id.sort_by(|a, b| tie(&task.nodes[*a], &task.nodes[*b]).then(a.cmp(b)));
        let mut place = vec![0; self.len()];
        for (at, &node) in by_id.iter().enumerate() {
            place[node] = at;
        }
        let mut waits: Vec<usize> = self.up.iter().map(Vec::len).collect();
        let mut done = vec![false; self.len()];
        let mut ready: BinaryHeap<Reverse<usize>> = by_id
            .iter()
            .filter(|node| waits[**node] == 0)
            .map(|node| Reverse(place[*node]))
            .collect();
        let mut smallest = 0;
        while self.order.len() < self.len() {
            let Some(node) = ready.pop().map(|Reverse(at)| by_id[at]).or_else(|| {
                self.cyclic = true;
                while by_id.get(smallest).is_some_and(|node| done[*node]) {
                    smallest += 1;
                }
                by_id.get(smallest).copied()
            }) else {
                break;
            };
            if done[node] {
                continue;
            }
            done[node] = true;
            self.rank[node] = self.order.len();
            self.order.push(node);
            for &next in &self.down[node] {
                waits[next] = waits[next].saturating_sub(1);
                if waits[next] == 0 && !done[next] {
                    ready.push(Reverse(place[next]));
                }
            }
        }
        let rank = &self.rank;
        for edges in self.up.iter_mut().chain(self.down.iter_mut()) {
            edges.sort_unstable_by_key(|node| rank[*node]);
        }
    }

    fn read_nesting(&mut self, task: &Task) {
        for (at, node) in task.nodes.iter().enumerate() {
            self.parent[at] = node
                .parent
                .as_ref()
                .and_then(|key| self.find(key))
                .filter(|parent| *parent != at);
        }
        self.cut_nesting_circles();
        for &at in &self.order {
            if let Some(parent) = self.parent[at] {
                self.children[parent].push(at);
            }
        }
    }

    fn cut_nesting_circles(&mut self) {
        // 0: not seen; otherwise the number of the walk that came by.
        let mut walk = vec![0_usize; self.len()];
        for start in 0..self.len() {
            let mut at = start;
            while walk[at] == 0 {
                walk[at] = start + 1;
                match self.parent[at] {
                    Some(up) if walk[up] == start + 1 => {
                        self.parent[at] = None;
                        self.cyclic = true;
                    }
                    Some(up) => at = up,
                    None => break,
                }
            }
        }
    }
}

/// Order of nodes that do not wait for each other: ids as numbers, which is the
/// order in which the servers made them; the order of an answer may change.
fn tie(a: &Node, b: &Node) -> std::cmp::Ordering {
    let number = |id: &str| {
        let digits = id.trim_start_matches('0');
        (digits.len(), digits.to_owned())
    };
    let is_number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number(&a.id), is_number(&b.id)) {
        (true, true) => number(&a.id).cmp(&number(&b.id)),
        (true, false) => std::cmp::Ordering::Less,
        (false, true) => std::cmp::Ordering::Greater,
        (false, false) => a.id.cmp(&b.id),
    }
    .then_with(|| a.key.cmp(&b.key))
}
