//! Edges between subtasks. The array's order and `seriesId` are no order
//! (`api/ocp.md §3.4`); only `upstreams` and `downstreams` tell.

use std::collections::{HashMap, HashSet};

use crate::fleet::task::{Key, Nodes};

/// The ids that a subtask names, as they came.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub upstreams: Vec<String>,
    pub downstreams: Vec<String>,
}

/// Joins the nodes. An edge that only one end names stands at both; what
/// leads to an id that is not there becomes a sentence.
pub(super) fn join(nodes: &mut Nodes, named: &[Named]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut first: HashMap<String, usize> = HashMap::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        first.entry(node.id.clone()).or_insert(index);
    }
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (index, ends) in named.iter().enumerate().take(nodes.len()) {
        let id = &nodes[index].id;
        for other in &ends.upstreams {
            match first.get(other) {
                Some(&up) => edges.push((up, index)),
                None => problems.push(format!(
                    "subtask {id} names an upstream {other} that is not here"
                )),
            }
        }
        for other in &ends.downstreams {
            match first.get(other) {
                Some(&down) => edges.push((index, down)),
                None => problems.push(format!(
                    "subtask {id} names a downstream {other} that is not here"
                )),
            }
        }
    }
    let mut seen = HashSet::with_capacity(edges.len());
    edges.retain(|edge| seen.insert(*edge));
    for &(up, down) in &edges {
        let (above, below): (Key, Key) = (nodes[up].key.clone(), nodes[down].key.clone());
        nodes[up].downstream.push(below);
        nodes[down].upstream.push(above);
    }
    problems.extend(circle(nodes, &edges));
    problems
}

/// Peels what waits for nothing, then what nothing waits for; what stays
/// waits for itself.
fn circle(nodes: &Nodes, edges: &[(usize, usize)]) -> Option<String> {
    let forward: Vec<(usize, usize)> = edges.to_vec();
    let backward: Vec<(usize, usize)> = edges.iter().map(|&(up, down)| (down, up)).collect();
    let behind = peel(nodes.len(), &forward);
    let before = peel(nodes.len(), &backward);
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
fn peel(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut open = vec![0_usize; count];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in edges {
        open[to] += 1;
        next[from].push(to);
    }
    let mut queue: Vec<usize> = (0..count).filter(|node| open[*node] == 0).collect();
    let mut left = vec![true; count];
    while let Some(node) = queue.pop() {
        left[node] = false;
        for &to in &next[node] {
            open[to] -= 1;
            if open[to] == 0 {
                queue.push(to);
            }
        }
    }
    left
}
