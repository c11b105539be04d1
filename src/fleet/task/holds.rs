//! What a task changes elsewhere while it lasts: what it locks, whose agents it
//! works on, and who is refused because of it (`api/obshell.md §5.7`).

use rust_i18n::t;

use super::model::{Lock, NodeKind, Source, State, Task};
use crate::fleet::Address;

/// Agents that are named; the rest is a number.
const NAMED: usize = 4;

/// Whether its lock is held now. It is kept until the task has succeeded, also
/// by one that failed; a roll-back or a pass to the end frees it.
#[must_use]
pub fn holds_lock(task: &Task) -> bool {
    let locks = !matches!(task.lock, None | Some(Lock::None));
    let over = matches!(
        task.state,
        State::Succeeded | State::Skipped | State::RolledBack
    );
    locks && !over && !frees_at_failure(task)
}

/// Some first nodes give the lock back when they fail.
fn frees_at_failure(task: &Task) -> bool {
    let name = task.name.as_str();
    let gives_back =
        matches!(name, "Cluster scale in" | "Kill observer") || name.ends_with("obproxy");
    gives_back && task.state == State::Failed && task.stage <= 1
}

/// The agents that work for it, each once, in the order of the graph.
#[must_use]
pub fn agents(task: &Task) -> Vec<&Address> {
    let mut found: Vec<&Address> = Vec::new();
    let working = task.nodes.iter().filter(|node| node.kind != NodeKind::Node);
    for agent in working.filter_map(|node| node.agent.as_ref()) {
        if !found.contains(&agent) {
            found.push(agent);
        }
    }
    found
}

/// In words, a sentence each: what it locks and who is refused, whose agents
/// work for it.
#[must_use]
pub fn words(task: &Task) -> Vec<String> {
    let mut out = Vec::new();
    let over = matches!(
        task.state,
        State::Succeeded | State::Skipped | State::RolledBack
    );
    if holds_lock(task) {
        out.extend(lock_words(task));
    }
    let agents = agents(task);
    if !over && !agents.is_empty() {
        let mut names: Vec<String> = agents.iter().take(NAMED).map(ToString::to_string).collect();
        if agents.len() > NAMED {
            names.push(t!("%{n} more", n = agents.len() - NAMED).into_owned());
        }
        let names = names.join(", ");
        out.push(t!("it works on %{agents}", agents = names).into_owned());
    }
    out
}

fn lock_words(task: &Task) -> Option<String> {
    let what = match task.lock.as_ref()? {
        Lock::None => return None,
        Lock::Global if task.source == Source::Obshell && is_local(task) => {
            t!("the agent: other tasks on it are refused with Agent.UnderMaintenance")
        }
        Lock::Global => {
            t!("the whole cluster: other changes are refused with OB.Cluster.UnderMaintenance")
        }
        Lock::Tenant(name) => t!(
            "tenant %{name}: other changes of it are refused with OB.Tenant.UnderMaintenance",
            name = name
        ),
        Lock::Obproxy => {
            t!(
                "the OBProxy of the agent: other changes of it are refused with Agent.UnderMaintenance"
            )
        }
    };
    Some(
        if task.state == State::Failed || task.state == State::Cancelled {
            t!(
                "%{what}, until it is retried, rolled back or passed",
                what = what
            )
            .into_owned()
        } else {
            what.into_owned()
        },
    )
}

/// A task that an agent keeps itself: ids of cluster tasks begin with 1.
fn is_local(task: &Task) -> bool {
    task.id.0.len() >= 17 && !task.id.0.starts_with('1')
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_lock_is_held_until_success_also_by_what_failed() {
        let mut task = sample::stages(&[
            ("Start observer", State::Running, &[State::Running]),
            ("End", State::Pending, &[State::Pending]),
        ]);
        task.stage = 2;
        assert!(!holds_lock(&task), "it names no lock");
        task.lock = Some(Lock::Global);
        assert!(holds_lock(&task));
        assert!(words(&task)[0].starts_with("the agent:"), "a local id");
        task.state = State::Failed;
        assert!(holds_lock(&task));
        assert!(words(&task)[0].ends_with("until it is retried, rolled back or passed"));
        for over in [State::Succeeded, State::Skipped, State::RolledBack] {
            task.state = over;
            assert!(!holds_lock(&task) && words(&task).is_empty(), "{over:?}");
        }
        task.state = State::Failed;
        task.name = "Cluster scale in".into();
        task.stage = 1;
        assert!(!holds_lock(&task), "its first node gives the lock back");
        task.stage = 2;
        task.id = super::super::TaskId("112".into());
        assert!(words(&task)[0].starts_with("the whole cluster:"));
    }

    #[test]
    fn each_agent_is_named_once_and_many_are_counted() {
        let works = [State::Running; 6];
        let task = sample::stages(&[("A", State::Running, &works), ("B", State::Pending, &works)]);
        assert_eq!(agents(&task).len(), 6);
        let words = words(&task);
        assert!(words[0].ends_with("10.0.0.8:2886, 2 more"), "{words:?}");
    }
}
