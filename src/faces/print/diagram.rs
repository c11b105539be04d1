//! A task as Graphviz and Mermaid source.

use std::fmt::Write as _;

use crate::fleet::task::{Graph, Node, State, Task};

/// Graphviz: stages hold their sub-tasks as clusters of rows.
#[must_use]
pub fn dot(task: &Task) -> String {
    let graph = Graph::of(task);
    let mut text = format!(
        "digraph task {{\n  label=\"{}\";\n  rankdir=TB;\n  node [shape=box, style=filled];\n",
        quoted(&format!("{} ({})", task.name, task.state.word()))
    );
    for &at in graph.order() {
        let node = &task.nodes[at];
        let _ = writeln!(
            text,
            "  \"{}\" [label=\"{}\", fillcolor=\"{}\"];",
            quoted(&node.key.0),
            quoted(&label(node)),
            colour(node.state)
        );
        for &next in graph.down(at) {
            let _ = writeln!(
                text,
                "  \"{}\" -> \"{}\";",
                quoted(&node.key.0),
                quoted(&task.nodes[next].key.0)
            );
        }
        if let Some(stage) = graph.parent(at) {
            let _ = writeln!(
                text,
                "  \"{}\" -> \"{}\" [style=dashed, arrowhead=none];",
                quoted(&task.nodes[stage].key.0),
                quoted(&node.key.0)
            );
        }
    }
    text.push_str("}\n");
    text
}

/// Mermaid: nodes are numbered, their names stand in labels.
#[must_use]
pub fn mermaid(task: &Task) -> String {
    let graph = Graph::of(task);
    let mut text = String::from("flowchart TD\n");
    for &at in graph.order() {
        let node = &task.nodes[at];
        let _ = writeln!(
            text,
            "  n{at}[\"{}\"]:::{}",
            entities(&label(node)),
            node.state.word()
        );
        for &next in graph.down(at) {
            let _ = writeln!(text, "  n{at} --> n{next}");
        }
        if let Some(stage) = graph.parent(at) {
            let _ = writeln!(text, "  n{stage} -.- n{at}");
        }
    }
    for state in used(task) {
        let _ = writeln!(text, "  classDef {} fill:{}", state.word(), colour(state));
    }
    text
}

fn used(task: &Task) -> Vec<State> {
    let mut states: Vec<State> = task.nodes.iter().map(|node| node.state).collect();
    states.sort();
    states.dedup();
    states
}

fn label(node: &Node) -> String {
    match &node.agent {
        Some(agent) => format!("{} @ {agent}: {}", node.name, node.state.word()),
        None => format!("{}: {}", node.name, node.state.word()),
    }
}

fn colour(state: State) -> &'static str {
    match state {
        State::Succeeded => "#cfe8c6",
        State::Failed => "#f5c0c0",
        State::Running | State::Cancelling | State::RollingBack => "#bfe3f2",
        State::Waiting => "#f6e6b4",
        State::Skipped | State::Cancelled | State::RolledBack => "#dddddd",
        State::Pending | State::Ready | State::Unknown => "#ffffff",
    }
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn entities(text: &str) -> String {
    text.replace('&', "#amp;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}
