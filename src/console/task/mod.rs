//! One task on the screen: selection, folds, follow, filter, detail, log.

use jiff::Timestamp;

use super::{Action, Effect, Room};
use crate::fleet::task::{LogLine, Task, TaskId};
use crate::link::Ask;

/// The state of the view of one task.
#[derive(Clone, Debug)]
pub struct TaskScreen {
    id: TaskId,
    task: Option<Task>,
}

impl TaskScreen {
    /// A view that has seen nothing yet.
    #[must_use]
    pub fn new(id: TaskId) -> Self {
        Self { id, task: None }
    }

    /// The task it shows.
    #[must_use]
    pub fn id(&self) -> &TaskId {
        &self.id
    }

    /// What it has of the task.
    #[must_use]
    pub fn task(&self) -> Option<&Task> {
        self.task.as_ref()
    }

    /// What must be asked for while it is on the screen.
    #[must_use]
    pub fn asks(&self) -> Vec<Ask> {
        vec![Ask::Task(self.id.clone())]
    }

    /// A newer picture of the task.
    pub fn arrived(&mut self, task: Task, _at: Timestamp) {
        self.task = Some(task);
    }

    /// The whole log of a sub-task that it asked for.
    pub fn log_arrived(&mut self, _sub_task: &str, _lines: Vec<LogLine>) {}

    /// Does an action. `None`: it is not for this screen (`Back` when nothing is open in it).
    pub fn act(&mut self, _action: Action, _at: Timestamp, _room: Room) -> Option<Vec<Effect>> {
        None
    }

    /// Filters, or searches the log, as it is typed; an empty text ends it.
    pub fn search(&mut self, _text: &str) {}
}
