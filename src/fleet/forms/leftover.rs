//! What cancelled or failed starts and stops have left on the agents.

use crate::fleet::task::{State, Task, TaskId};

/// Main tasks that are over while their sub DAGs still hold the agents: the
/// next start or stop fails unless it passes them (`forcePassDag`,
/// `api/obshell.md §14.4`).
#[must_use]
pub fn leftovers(tasks: &[Task]) -> Vec<TaskId> {
    let mut found = Vec::new();
    for sub in tasks {
        let Some(main) = &sub.main else { continue };
        let holds = matches!(sub.state, State::Waiting | State::Failed)
            && matches!(sub.name.as_str(), "Start observer" | "Stop observer");
        // A main task that nobody lists any more is over as well.
        let at_work = tasks
            .iter()
            .any(|task| task.id == *main && !task.state.is_terminal());
        if holds && !at_work && !found.contains(main) {
            found.push(main.clone());
        }
    }
    found
}
