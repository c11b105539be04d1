//! One task on paper: tree, JSON, Graphviz, Mermaid, SVG.

mod picture;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cli::TaskOutput;
use super::view::story::Story;
use crate::fleet::task::estimate::remaining;
use crate::fleet::task::plain::{self, Style};
use crate::fleet::task::tree::Folding;
use crate::fleet::task::{Graph, History, Task, Tree, budget, dot};

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
pub fn task(
    task: &Task,
    output: TaskOutput,
    manner: Manner,
    history: &History,
    now: Timestamp,
) -> String {
    match output {
        TaskOutput::Tree => whole(task, manner, now, history),
        TaskOutput::Json => json(task, history, now).to_string(),
        TaskOutput::Dot => dot::dot(task, &Graph::of(task)),
        TaskOutput::Mermaid => dot::mermaid(task, &Graph::of(task)),
        TaskOutput::Svg => picture::svg(task, manner.ascii, now, history),
    }
}

/// Several saved tasks in that form.
#[must_use]
pub fn tasks(stories: &[Story], output: TaskOutput, manner: Manner) -> String {
    let history = History::default();
    match output {
        TaskOutput::Json => {
            let items: Vec<Value> = stories
                .iter()
                .map(|story| json(&story.task, &history, story.at))
                .collect();
            json!({ "schema": "obdeck.tasks/1", "items": items }).to_string()
        }
        _ => stories
            .iter()
            .map(|story| task(&story.task, output, manner, &history, story.at))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// The object of the promise (`obdeck.task/1`).
#[must_use]
pub fn json(task: &Task, history: &History, now: Timestamp) -> Value {
    let graph = Graph::of(task);
    crate::fleet::task::json::task_json(task, &graph, &remaining(task, &graph, history, now), now)
}

/// One line: name, state, stage, time, id.
#[must_use]
pub fn header(task: &Task, now: Timestamp, manner: Manner, history: &History) -> String {
    let graph = Graph::of(task);
    let estimate = remaining(task, &graph, history, now);
    plain::header(task, &estimate, manner.style(now))
}

/// The task within a height, as it stands now: what a live tree shows.
#[must_use]
pub fn live(
    task: &Task,
    now: Timestamp,
    height: usize,
    manner: Manner,
    history: &History,
) -> Vec<String> {
    let graph = Graph::of(task);
    let rows = Tree::of(&graph).rows(task, &Folding::default());
    let rows = budget::fit(&rows, task, height.saturating_sub(1), None);
    let mut lines = vec![header(task, now, manner, history)];
    lines.extend(plain::lines(task, &graph, &rows, manner.style(now)));
    // A crowd of running rows is never hidden by the layout; a live tree that
    // is taller than the terminal cannot be redrawn in place.
    lines.truncate(height);
    lines
}

/// The whole task, nothing folded.
fn whole(task: &Task, manner: Manner, now: Timestamp, history: &History) -> String {
    let mut folding = Folding::default();
    let keys = task.nodes.iter().map(|node| node.key.clone());
    folding.opened.extend(keys);
    let estimate = remaining(task, &Graph::of(task), history, now);
    plain::show(task, &folding, &estimate, history, manner.style(now))
}
