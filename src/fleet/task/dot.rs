//! A task as a picture in other programs' languages: Graphviz and mermaid.

use std::fmt::Write as _;

use super::graph::Graph;
use super::model::{Node, State, Task};
use super::plain::state_word;

/// For Graphviz.
#[must_use]
pub fn dot(task: &Task, graph: &Graph) -> String {
    let mut out = format!(
        "digraph task {{\n  label=\"{}\";\n  rankdir=TB;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
        quoted(&format!("{} {}", task.name, state_word(task.state)))
    );
    for &at in graph.order() {
        let _ = writeln!(
            out,
            "  n{at} [label=\"{}\", fillcolor=\"{}\"];",
            quoted(&label(&task.nodes[at])),
            colour(task.nodes[at].state)
        );
    }
    for &at in graph.order() {
        for &to in graph.down(at) {
            let _ = writeln!(out, "  n{at} -> n{to};");
        }
        for &child in graph.children(at) {
            let _ = writeln!(out, "  n{at} -> n{child} [style=dotted, arrowhead=none];");
        }
    }
    out.push_str("}\n");
    out
}

/// For mermaid.
#[must_use]
pub fn mermaid(task: &Task, graph: &Graph) -> String {
    let mut out = String::from("flowchart TD\n");
    for &at in graph.order() {
        let node = &task.nodes[at];
        let _ = writeln!(
            out,
            "  n{at}[\"{}\"]:::{}",
            escaped(&label(node)),
            node.state.word()
        );
    }
    for &at in graph.order() {
        for &to in graph.down(at) {
            let _ = writeln!(out, "  n{at} --> n{to}");
        }
        for &child in graph.children(at) {
            let _ = writeln!(out, "  n{at} -.- n{child}");
        }
    }
    let mut states: Vec<State> = task.nodes.iter().map(|node| node.state).collect();
    states.sort_unstable();
    states.dedup();
    for state in states {
        let _ = writeln!(
            out,
            "  classDef {} fill:{},color:#000",
            state.word(),
            colour(state)
        );
    }
    out
}

fn label(node: &Node) -> String {
    let mut label = node.name.clone();
    if let Some(agent) = &node.agent {
        let _ = write!(label, " @ {agent}");
    }
    format!("{label}\n{}", state_word(node.state))
}

/// Safe for the eyes of the colour-blind: light and dark differ too.
fn colour(state: State) -> &'static str {
    match state {
        State::Failed => "#f4a3a3",
        State::Running => "#8fd3f4",
        State::Waiting | State::Cancelling | State::RollingBack => "#f6dd8f",
        State::Succeeded => "#cfe8cf",
        State::Skipped | State::Cancelled | State::RolledBack => "#d9d0e6",
        State::Pending | State::Ready | State::Unknown => "#eeeeee",
    }
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            '"' | '#' | '&' | '<' | '>' | ';' | '`' | '\\' => {
                let _ = write!(out, "#{};", c as u32);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn names_cannot_break_out() {
        let mut task = sample::graph("A>B");
        task.nodes[0].name = "say \"hi\"; <b>\\".into();
        let graph = Graph::of(&task);
        assert_eq!(
            dot(&task, &graph).lines().skip(4).collect::<Vec<_>>(),
            [
                r##"  n0 [label="say \"hi\"; <b>\\\npending", fillcolor="#eeeeee"];"##,
                r##"  n1 [label="B\npending", fillcolor="#eeeeee"];"##,
                "  n0 -> n1;",
                "}"
            ]
        );
        assert_eq!(
            mermaid(&task, &graph),
            "flowchart TD\n  n0[\"say #34;hi#34;#59; #60;b#62;#92;<br/>pending\"]:::pending\n  n1[\"B<br/>pending\"]:::pending\n  n0 --> n1\n  classDef pending fill:#eeeeee,color:#000\n"
        );
    }
}
