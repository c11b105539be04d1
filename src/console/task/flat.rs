//! The flat table of a task.

use crate::fleet::task::counts::Counts;
use crate::fleet::task::tree::{Branch, Fold, Item, Row};
use crate::fleet::task::{NodeKind, Task};

/// A row of the table.
pub(super) fn flat(node: usize) -> Row {
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
pub(super) fn longest_first(task: &Task) -> Vec<usize> {
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
