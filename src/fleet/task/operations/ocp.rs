//! What OCP allows: the task as a whole, and each subtask.

use rust_i18n::t;
use serde_json::Value;

use super::super::graph::Graph;
use super::super::model::{Node, Operation, Phase, State, Task};
use super::{Offer, change};
use crate::fleet::request::Auth;

/// Everything that OCP allows now.
pub(super) fn offers(task: &Task, graph: &Graph) -> Vec<Offer> {
    let mut offers = Vec::new();
    let base = format!("/api/v2/tasks/instances/{}", task.id);
    let rolling_back = task.phase == Phase::RollingBack;
    // A task is cancelled by cancelling what runs; to the server it failed.
    let fell = |state| matches!(state, State::Failed | State::Cancelled);
    if fell(task.state) {
        let failed = task.nodes.iter().filter(|node| fell(node.state)).count();
        let ran = task.nodes.iter().filter(|node| has_run(node)).count();
        if !rolling_back {
            offers.push(Offer {
                operation: Operation::Retry,
                node: None,
                words: if failed == 1 {
                    t!("runs the failed subtask again, then goes on")
                } else {
                    t!("runs %{n} failed subtasks again, then goes on", n = failed)
                }
                .into_owned(),
                warning: None,
                request: change(Auth::Root, format!("{base}/retry"), None),
            });
        }
        if !prohibits_rollback(task) {
            offers.push(Offer {
                operation: Operation::Rollback,
                node: None,
                words: if ran == 1 {
                    t!("gives up: undoes one subtask")
                } else {
                    t!(
                        "gives up: undoes %{n} subtasks, the last one first",
                        n = ran
                    )
                }
                .into_owned(),
                warning: None,
                request: change(Auth::Root, format!("{base}/rollback"), None),
            });
        }
    }
    for &at in graph.order() {
        let node = &task.nodes[at];
        let path = |verb: &str| format!("{base}/subtasks/{}/{verb}", node.id);
        let mut offer = |operation, verb: &str, words: String| {
            offers.push(Offer {
                operation,
                node: Some(node.key.clone()),
                words,
                warning: None,
                request: change(Auth::Root, path(verb), None),
            });
        };
        let name = &node.name;
        match node.state {
            State::Failed | State::Cancelled => {
                if !rolling_back {
                    let words = t!("undoes %{name} and runs it again", name = name);
                    offer(Operation::Retry, "retry", words.into_owned());
                }
                let words = t!("declares %{name} done; nothing runs", name = name);
                offer(Operation::Pass, "skip", words.into_owned());
            }
            State::Running | State::RollingBack => {
                let words = t!(
                    "stops %{name}; it ends as failed, and so does the task",
                    name = name
                );
                offer(Operation::Cancel, "cancel", words.into_owned());
            }
            _ => {}
        }
    }
    offers
}

fn has_run(node: &Node) -> bool {
    !matches!(
        node.state,
        State::Pending | State::Ready | State::RolledBack | State::Unknown
    )
}

fn prohibits_rollback(task: &Task) -> bool {
    let said = |value: &Value| match value {
        Value::Bool(said) => *said,
        Value::String(said) => said.eq_ignore_ascii_case("true"),
        _ => false,
    };
    task.extra.get("prohibitRollback").is_some_and(said)
}
