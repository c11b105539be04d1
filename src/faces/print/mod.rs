//! One task on paper: tree, JSON, Graphviz, Mermaid, SVG.

mod picture;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cli::TaskOutput;
use crate::fleet::task::estimate::remaining;
use crate::fleet::task::plain::{self, Style};
use crate::fleet::task::tree::Folding;
use crate::fleet::task::{Estimate, Graph, History, Task, Tree, budget, dot};

/// How a task is printed to this stdout.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// ASCII only.
    pub ascii: bool,
    /// Columns to keep within; `None` where nobody looks.
    pub columns: Option<usize>,
}

impl Manner {
    fn style(self, now: Timestamp) -> Style {
        Style {
            ascii: self.ascii,
            width: self.columns,
            now,
        }
    }
}

/// The task in that form.
#[must_use]
pub fn task(task: &Task, output: TaskOutput, manner: Manner) -> String {
    let now = Timestamp::now();
    match output {
        TaskOutput::Tree => whole(task, manner, now),
        TaskOutput::Json => json(task).to_string(),
        TaskOutput::Dot => dot::dot(task, &Graph::of(task)),
        TaskOutput::Mermaid => dot::mermaid(task, &Graph::of(task)),
        TaskOutput::Svg => picture::svg(task, manner, now),
    }
}

/// Several tasks in that form.
#[must_use]
pub fn tasks(tasks: &[Task], output: TaskOutput, manner: Manner) -> String {
    match output {
        TaskOutput::Json => {
            let items: Vec<Value> = tasks.iter().map(json).collect();
            json!({ "schema": "obdeck.tasks/1", "items": items }).to_string()
        }
        _ => tasks
            .iter()
            .map(|one| task(one, output, manner))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// The object of the promise (`obdeck.task/1`).
#[must_use]
pub fn json(task: &Task) -> Value {
    let now = Timestamp::now();
    let graph = Graph::of(task);
    crate::fleet::task::json::task_json(task, &graph, &estimate(task, &graph, now), now)
}

/// One line: name, state, stage, time, id.
#[must_use]
pub fn header(task: &Task, now: Timestamp, manner: Manner) -> String {
    let graph = Graph::of(task);
    plain::header(task, &estimate(task, &graph, now), manner.style(now))
}

/// The task within a height, as it stands now: what a live tree shows.
#[must_use]
pub fn live(task: &Task, now: Timestamp, height: usize, manner: Manner) -> Vec<String> {
    let graph = Graph::of(task);
    let rows = Tree::of(&graph).rows(task, &Folding::default());
    let rows = budget::fit(&rows, task, height.saturating_sub(1), None);
    let mut lines = vec![header(task, now, manner)];
    lines.extend(plain::lines(task, &graph, &rows, manner.style(now)));
    // A crowd of running rows is never hidden by the layout; a live tree that
    // is taller than the terminal cannot be redrawn in place.
    lines.truncate(height);
    lines
}

/// The whole task, nothing folded.
fn whole(task: &Task, manner: Manner, now: Timestamp) -> String {
    let mut folding = Folding::default();
    let keys = task.nodes.iter().map(|node| node.key.clone());
    folding.opened.extend(keys);
    let graph = Graph::of(task);
    let rows = Tree::of(&graph).rows(task, &folding);
    let mut lines = vec![header(task, now, manner)];
    lines.extend(plain::lines(task, &graph, &rows, manner.style(now)));
    lines.extend(task.problems.iter().map(|problem| format!("! {problem}")));
    lines.join("\n") + "\n"
}

fn estimate(task: &Task, graph: &Graph, now: Timestamp) -> Estimate {
    remaining(task, graph, &History::default(), now)
}
