//! One task on paper: tree, JSON, Graphviz, Mermaid, SVG.

mod diagram;
mod json;
mod picture;
pub mod tree;

use serde_json::{Value, json};

use super::cli::TaskOutput;
use crate::fleet::task::Task;

/// How a task is printed to this stdout.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// ASCII only.
    pub ascii: bool,
    /// Columns to keep within; `None` where nobody looks.
    pub columns: Option<usize>,
}

/// The task in that form.
#[must_use]
pub fn task(task: &Task, output: TaskOutput, manner: Manner) -> String {
    match output {
        TaskOutput::Tree => tree::whole(task, manner),
        TaskOutput::Json => json(task).to_string(),
        TaskOutput::Dot => diagram::dot(task),
        TaskOutput::Mermaid => diagram::mermaid(task),
        TaskOutput::Svg => picture::svg(task, manner),
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
    json::object(task)
}
