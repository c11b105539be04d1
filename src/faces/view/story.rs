//! A task of a file with its earlier pictures, and when each was taken: a saved
//! task is as old as its answer, it does not run on while somebody looks at it.

use jiff::{Span, Timestamp};
use serde_json::Value;

use crate::fleet::task::Task;

/// A task as a file tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its last picture that has nodes.
    pub task: Task,
    /// When that one was taken.
    pub at: Timestamp,
    /// The pictures before it that have nodes, oldest first.
    pub before: Vec<(Timestamp, Task)>,
}

impl Story {
    /// A first picture.
    pub(super) fn new(at: Timestamp, task: Task) -> Self {
        Self {
            task,
            at,
            before: Vec::new(),
        }
    }

    /// The next picture of the same task.
    pub(super) fn goes_on(&mut self, at: Timestamp, task: Task) {
        if task.nodes.is_empty() && !self.task.nodes.is_empty() {
            return;
        }
        let earlier = std::mem::replace(&mut self.task, task);
        if !earlier.nodes.is_empty() {
            self.before.push((self.at, earlier));
        }
        self.at = at;
    }
}

/// When the picture was taken: what the recorder or the server says, else so many
/// milliseconds behind the beginning of a watch, else the last moment that the
/// task itself names.
pub(super) fn taken(value: &Value, task: &Task, origin: Option<Timestamp>) -> Timestamp {
    let body = value
        .get("response")
        .and_then(|response| response.get("body"));
    let said = [
        value.get("at"),
        value.get("timestamp"),
        body.and_then(|body| body.get("timestamp")),
    ];
    let said = said
        .into_iter()
        .flatten()
        .find_map(|text| text.as_str()?.parse().ok());
    let behind = || {
        origin?
            .checked_add(Span::new().milliseconds(ms(value)?))
            .ok()
    };
    said.or_else(behind).unwrap_or_else(|| last_moment(task))
}

/// When a watch began: as early as it can have, since no picture shows what had not
/// happened yet.
pub(super) fn origin(pictures: &[(&Value, Task)]) -> Option<Timestamp> {
    let began = |(value, task): &(&Value, Task)| {
        last_moment(task)
            .checked_sub(Span::new().milliseconds(ms(value)?))
            .ok()
    };
    pictures.iter().filter_map(began).max()
}

fn ms(value: &Value) -> Option<i64> {
    // Centuries are no watch, and would not fit a span.
    value.get("ms")?.as_i64().filter(|ms| ms.abs() < 1 << 50)
}

fn last_moment(task: &Task) -> Timestamp {
    let nodes = task
        .nodes
        .iter()
        .flat_map(|node| [node.started_at, node.ended_at]);
    let own = [task.started_at, task.ended_at];
    nodes
        .chain(own)
        .flatten()
        .max()
        .unwrap_or_else(Timestamp::now)
}
