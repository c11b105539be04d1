//! Edges between subtasks. The array's order and `seriesId` are no order
//! (`api/ocp.md §3.4`); only `upstreams` and `downstreams` tell.

use std::collections::{HashMap, HashSet};

use crate::fleet::task::{Key, Nodes};

/// The ids that the subtasks name, as they came: one text, cut up at the ends
/// of the ids. As texts of their own they would weigh ten times as much.
#[derive(Default)]
pub(super) struct Named {
    text: String,
    /// Which subtask names it, whether as one above, and where it ends.
    cuts: Vec<(usize, bool, usize)>,
}

impl Named {
    /// One id that the subtask at that place names.
    pub fn add(&mut self, place: usize, above: bool, id: &str) {
        self.text.push_str(id);
        self.cuts.push((place, above, self.text.len()));
    }

    fn each(&self) -> impl Iterator<Item = (usize, bool, &str)> {
        let mut start = 0;
        self.cuts.iter().map(move |&(place, above, end)| {
            let id = self.text.get(start..end).unwrap_or_default();
            start = end;
            (place, above, id)
        })
    }
}

/// Joins the nodes. An edge that only one end names stands at both; what
/// leads to an id that is not there becomes a sentence.
///
/// Ten thousand nodes are joined beside those of the answer before, so each
/// thing that is needed on the way goes before the next one is made.
pub(super) fn join(nodes: &mut Nodes, named: Named) -> Vec<String> {
    let mut problems = Vec::new();
    let edges = edges(nodes, named, &mut problems);
    problems.extend(circle(nodes, &edges));
    let mut counts = vec![(0, 0); nodes.len()];
    for &(up, down) in &edges {
        counts[up].1 += 1;
        counts[down].0 += 1;
    }
    for (node, (above, below)) in nodes.iter_mut().zip(counts) {
        node.upstream.reserve_exact(above);
        node.downstream.reserve_exact(below);
    }
    for (up, down) in edges {
        let (above, below): (Key, Key) = (nodes[up].key.clone(), nodes[down].key.clone());
        nodes[up].downstream.push(below);
        nodes[down].upstream.push(above);
    }
    problems
}

/// Each edge once, as places of the upper and the lower node, in the order in
/// which they are named.
fn edges(nodes: &Nodes, named: Named, problems: &mut Vec<String>) -> Vec<(usize, usize)> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        first.entry(node.id.as_str()).or_insert(index);
    }
    let mut edges = Vec::with_capacity(named.cuts.len());
    for (index, above, other) in named.each() {
        match first.get(other) {
            Some(&up) if above => edges.push((up, index)),
            Some(&down) => edges.push((index, down)),
            None => {
                let (id, which) = (
                    &nodes[index].id,
                    if above { "an upstream" } else { "a downstream" },
                );
                problems.push(format!(
                    "subtask {id} names {which} {other} that is not here"
                ));
            }
        }
    }
    drop(named);
    drop(first);
    let mut seen = HashSet::with_capacity(edges.len());
    edges.retain(|edge| seen.insert(*edge));
    edges
}

/// Peels what waits for nothing, then what nothing waits for; what stays
/// waits for itself.
fn circle(nodes: &Nodes, edges: &[(usize, usize)]) -> Option<String> {
    let behind = peel(nodes.len(), || edges.iter().copied());
    let before = peel(nodes.len(), || edges.iter().map(|&(up, down)| (down, up)));
    let mut stuck: Vec<&str> = (0..nodes.len())
        .filter(|index| behind[*index] && before[*index])
        .map(|index| nodes[index].id.as_str())
        .collect();
    if stuck.is_empty() {
        return None;
    }
    stuck.sort_unstable();
    let some = stuck.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let count = stuck.len();
    Some(format!(
        "{count} subtasks wait for each other in a circle: {some}"
    ))
}

/// Which nodes are left when those without an open edge into them are taken away.
fn peel<E: Iterator<Item = (usize, usize)>>(count: usize, edges: impl Fn() -> E) -> Vec<bool> {
    let mut open = vec![0_usize; count];
    // The ends of each node's edges stand together in one list.
    let mut starts = vec![0_usize; count + 1];
    for (from, to) in edges() {
        open[to] += 1;
        starts[from + 1] += 1;
    }
    for node in 0..count {
        starts[node + 1] += starts[node];
    }
    let mut free = starts.clone();
    let mut ends = vec![0_usize; starts[count]];
    for (from, to) in edges() {
        ends[free[from]] = to;
        free[from] += 1;
    }
    drop(free);
    let mut queue: Vec<usize> = (0..count).filter(|node| open[*node] == 0).collect();
    let mut left = vec![true; count];
    while let Some(node) = queue.pop() {
        left[node] = false;
        for &to in &ends[starts[node]..starts[node + 1]] {
            open[to] -= 1;
            if open[to] == 0 {
                queue.push(to);
            }
        }
    }
    left
}
