//! What must hold for any graph in any state.

use std::collections::HashSet;

use proptest::prelude::*;

use super::budget;
use super::difference;
use super::graph::Graph;
use super::model::{Key, Node, NodeKind, Source, State, Task};
use super::sample;
use super::tree::{Branch, Fold, Folding, Item, Row, Tree, position};

const STATES: [State; 12] = [
    State::Pending,
    State::Ready,
    State::Running,
    State::Waiting,
    State::Succeeded,
    State::Failed,
    State::Cancelling,
    State::Cancelled,
    State::RollingBack,
    State::RolledBack,
    State::Skipped,
    State::Unknown,
];

fn any_state() -> impl Strategy<Value = State> {
    prop::sample::select(STATES.to_vec())
}

/// Chains, diamonds, layers and noise, with edges into nothing, repeated keys,
/// circles, and sub-tasks in sub-tasks.
fn any_task() -> impl Strategy<Value = Task> {
    (0_usize..40).prop_flat_map(|count| {
        let nodes = prop::collection::vec((any_state(), 0_usize..60, 0_u8..8), count);
        let edges = prop::collection::vec((0_usize..45, 0_usize..45, any::<bool>()), 0..90);
        let shape = 0_u8..5;
        (nodes, edges, shape).prop_map(|(nodes, edges, shape)| {
            let mut task = sample::task(Source::Ocp);
            for (at, (state, parent, odd)) in nodes.iter().enumerate() {
                let id = if *odd == 0 { at / 2 } else { at };
                let mut node: Node =
                    sample::node(NodeKind::Subtask, &id.to_string(), "step", *state);
                if *odd == 1 {
                    node.parent = Some(Key::from(format!("subtask:{parent}")));
                }
                task.nodes.push(node);
            }
            let count = task.nodes.len();
            let mut join = |from: usize, to: usize, forth: bool| {
                let (up, down) = (format!("subtask:{from}"), format!("subtask:{to}"));
                if forth && from < count {
                    task.nodes[from].downstream.push(Key::from(down));
                } else if to < count {
                    task.nodes[to].upstream.push(Key::from(up));
                }
            };
            for at in 1..count {
                match shape {
                    0 => join(at - 1, at, at % 2 == 0),
                    1 => join((at - 1) / 3 * 3, at, true),
                    2 => (at / 4 * 4..at / 4 * 4 + 4)
                        .filter_map(|from| from.checked_sub(4))
                        .for_each(|from| join(from, at, false)),
                    _ => {}
                }
            }
            if shape > 2 {
                for (from, to, forth) in edges {
                    // Half of the noise runs forward only, so that it has few circles.
                    if shape == 4 || from < to {
                        join(from, to, forth);
                    }
                }
            }
            task
        })
    })
}

fn node_items(rows: impl IntoIterator<Item = Item>) -> Vec<usize> {
    rows.into_iter()
        .flat_map(|item| match item {
            Item::Node { node, work } => [Some(node), work],
            _ => [None, None],
        })
        .flatten()
        .collect()
}

/// Rows that stand for nodes, and what is said to be hidden.
fn sum(rows: &[Row]) -> usize {
    rows.iter()
        .map(|row| usize::from(matches!(row.item, Item::Node { .. })) + row.hidden.total as usize)
        .sum()
}

proptest! {
    #[test]
    fn each_node_once(task in any_task()) {
        let graph = Graph::of(&task);
        let tree = Tree::of(&graph);
        let mut shown = node_items(tree.lines().iter().map(|line| line.item));
        shown.sort_unstable();
        prop_assert_eq!(shown, (0..task.nodes.len()).collect::<Vec<_>>());
        let mut order = graph.order().to_vec();
        order.sort_unstable();
        prop_assert_eq!(order, (0..task.nodes.len()).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_respects_edges(task in any_task()) {
        let graph = Graph::of(&task);
        if !graph.is_cyclic() {
            for node in 0..graph.len() {
                for &up in graph.up(node) {
                    prop_assert!(graph.rank(up) < graph.rank(node));
                    prop_assert!(graph.down(up).contains(&node));
                }
            }
        }
    }

    #[test]
    fn a_node_stands_below_its_last_parent(task in any_task()) {
        let graph = Graph::of(&task);
        let tree = Tree::of(&graph);
        for node in 0..graph.len() {
            let last = graph.up(node).iter().rev().find(|up| {
                graph.rank(**up) < graph.rank(node) && graph.parent(**up) == graph.parent(node)
            });
            if let Some(&last) = last {
                prop_assert!(tree.line_of(last) < tree.line_of(node));
            }
        }
    }

    #[test]
    fn states_move_no_line(task in any_task(), states in prop::collection::vec(any_state(), 40)) {
        let tree = Tree::of(&Graph::of(&task));
        let mut later = task.clone();
        for (node, state) in later.nodes.iter_mut().zip(states) {
            node.state = state;
        }
        let same = difference::between(&task, &later);
        prop_assert!(matches!(same, difference::Difference::Nodes(_)));
        let again = Tree::of(&Graph::of(&later));
        prop_assert_eq!(tree.lines(), again.lines());
    }

    #[test]
    fn depth_grows_by_one_and_guides_lead_to_a_branch(task in any_task()) {
        let tree = Tree::of(&Graph::of(&task));
        let lines = tree.lines();
        for (at, line) in lines.iter().enumerate() {
            let before = at.checked_sub(1).map_or(0, |at| lines[at].depth);
            prop_assert!(line.depth <= before + 1);
            prop_assert!(line.end > at && line.end <= lines.len());
            prop_assert!(line.guides >> line.depth.min(63) <= 1);
            // A guide line ends in a branch of its column further down.
            for column in 0..line.depth {
                if line.guides & (1 << column) != 0 {
                    let end = lines[at + 1..].iter().find(|next| {
                        next.depth == column + 1 && next.branch != Branch::None
                    });
                    prop_assert!(end.is_some(), "column {column} of line {at}: {lines:?}");
                }
            }
        }
    }

    #[test]
    fn folding_loses_nothing(task in any_task(), fold in any::<u64>()) {
        let tree = Tree::of(&Graph::of(&task));
        let mut folding = Folding::default();
        for (at, node) in task.nodes.iter().enumerate() {
            let set = if fold >> at & 1 == 1 { &mut folding.folded } else { &mut folding.opened };
            set.insert(node.key.clone());
        }
        for folding in [folding, Folding::default()] {
            let rows = tree.rows(&task, &folding);
            let lines = tree.lines().iter().filter(|line| line.item.state(&task).is_some()).count();
            prop_assert_eq!(sum(&rows), lines);
            prop_assert!(rows.iter().all(|row| row.fold == Fold::Folded || row.hidden.total == 0));
        }
    }

    #[test]
    fn a_budget_hides_no_news_and_adds_up(task in any_task(), height in 3_usize..30, at in any::<prop::sample::Index>()) {
        let graph = Graph::of(&task);
        let tree = Tree::of(&graph);
        let rows = tree.rows(&task, &Folding::default());
        let focus = (!rows.is_empty()).then(|| at.index(rows.len()));
        let fitted = budget::fit(&rows, &task, height, focus);
        prop_assert_eq!(sum(&fitted), sum(&rows));
        let news = |row: &&Row| row.item.state(&task).is_some_and(|state| state == State::Failed || state.is_active());
        prop_assert_eq!(fitted.iter().filter(news).count(), rows.iter().filter(news).count());
        if let Some(focus) = focus {
            prop_assert!(fitted.contains(&rows[focus]));
        }
        let musts = rows.iter().enumerate().filter(|(at, row)| news(row) || focus == Some(*at) || row.hidden.failed + row.hidden.running > 0).count();
        prop_assert!(fitted.len() <= height.max(musts + 1), "{} rows for {height}, {musts} must stay", fitted.len());
        // What is left keeps its order.
        let kept: Vec<_> = fitted.iter().filter(|row| row.item != Item::RollUp).collect();
        let mut all = rows.iter();
        prop_assert!(kept.iter().all(|kept| all.any(|row| row == *kept)));
    }

    #[test]
    fn reach_is_symmetric(task in any_task()) {
        let graph = Graph::of(&task);
        for node in (0..graph.len()).filter(|node| graph.parent(*node).is_none()) {
            for (up, distance) in graph.upstream(node) {
                prop_assert!(distance >= 1);
                // What is nested also waits for what its stage waits for.
                if graph.parent(up).is_some() {
                    continue;
                }
                let back: HashSet<usize> = graph.downstream(up).into_iter().map(|(at, _)| at).collect();
                prop_assert!(back.contains(&node));
            }
        }
        let tree = Tree::of(&graph);
        let rows = tree.rows(&task, &Folding::default());
        for node in 0..graph.len() {
            if let Some(at) = position(&rows, node) {
                prop_assert!(node_items([rows[at].item]).contains(&node));
            }
        }
    }
}
