//! What differs between two pictures of a task. Everything that is kept between
//! polls asks this once, so that a poll that moved three nodes costs three.

use super::model::{Node, Task};

/// What a newer picture means for what was worked out of the older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Other nodes or other edges: everything must be worked out again.
    Shape,
    /// The same graph; these nodes, by their position, say something else.
    Nodes(Vec<usize>),
}

/// Compares two pictures in one pass. No hash: equal strings compare as memory.
#[must_use]
pub fn between(before: &Task, now: &Task) -> Difference {
    if before.nodes.len() != now.nodes.len() {
        return Difference::Shape;
    }
    let mut changed = Vec::new();
    for (at, (old, new)) in before.nodes.iter().zip(&now.nodes).enumerate() {
        // What was read by what is known already is the very same node.
        if std::ptr::eq(old, new) {
            continue;
        }
        if !same_place(old, new) {
            return Difference::Shape;
        }
        if old != new {
            changed.push(at);
        }
    }
    Difference::Nodes(changed)
}

/// Whether a node stands where it stood: the layout asks for nothing else.
fn same_place(old: &Node, new: &Node) -> bool {
    old.key == new.key
        && old.parent == new.parent
        && old.upstream == new.upstream
        && old.downstream == new.downstream
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Pending, Running};
    use super::super::sample;
    use super::*;

    #[test]
    fn states_and_logs_are_changes_and_edges_are_another_shape() {
        let before = sample::graph("A>B>C");
        let mut now = before.clone();
        assert_eq!(between(&before, &now), Difference::Nodes(Vec::new()));
        now.nodes[0].state = Running;
        now.nodes[2].logs.push("begin".into());
        assert_eq!(between(&before, &now), Difference::Nodes(vec![0, 2]));
        now.nodes[0].state = Pending;
        now.nodes[2].upstream.clear();
        assert_eq!(between(&before, &now), Difference::Shape);
        now = before.clone();
        now.nodes.pop();
        assert_eq!(between(&before, &now), Difference::Shape);
    }
}
