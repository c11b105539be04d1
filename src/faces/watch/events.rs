//! What happened between two pictures of a task.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_i18n::t;
use serde_json::{Value, json};

use crate::faces::print::tree;
use crate::fleet::task::{Key, Node, State, Task, TaskId};

/// A change of state, of the task or of a node of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was seen, by our clock.
    pub at: Timestamp,
    /// The task.
    pub task: TaskId,
    /// The node; `None` for the task itself.
    pub key: Option<Key>,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub agent: Option<String>,
    /// How it stood; `None` when it was not known.
    pub from: Option<State>,
    /// How it stands.
    pub to: State,
    /// Why it failed.
    pub reason: Option<String>,
}

/// The events between two pictures, in the order of the nodes. The first
/// picture tells of the task and of what has moved already.
#[must_use]
pub fn between(last: Option<&Task>, task: &Task, at: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let before = last.map(|last| last.state);
    if before != Some(task.state) {
        events.push(Event {
            at,
            task: task.id.clone(),
            key: None,
            name: task.name.clone(),
            agent: None,
            from: before,
            to: task.state,
            reason: None,
        });
    }
    for (place, node) in task.nodes.iter().enumerate() {
        let before = last
            .and_then(|last| same(last, place, node))
            .map(|n| n.state);
        let news = match before {
            Some(state) => state != node.state,
            None => node.state != State::Pending,
        };
        if news {
            events.push(Event {
                at,
                task: task.id.clone(),
                key: Some(node.key.clone()),
                name: node.name.clone(),
                agent: node.agent.as_ref().map(ToString::to_string),
                from: before,
                to: node.state,
                reason: tree::reason(node).map(str::to_owned),
            });
        }
    }
    events
}

/// The same node in the earlier picture: mostly at the same place.
fn same<'a>(last: &'a Task, place: usize, node: &Node) -> Option<&'a Node> {
    last.nodes
        .get(place)
        .filter(|old| old.key == node.key)
        .or_else(|| last.node(&node.key))
}

impl Event {
    /// One line for eyes.
    #[must_use]
    pub fn line(&self, ascii: bool) -> String {
        let time = self.at.to_zoned(TimeZone::system()).strftime("%H:%M:%S");
        let mut line = format!("{time}  {}  {}", tree::state(self.to, ascii), self.name);
        if let Some(agent) = &self.agent {
            line.push_str(&format!(" @ {agent}"));
        }
        if let Some(from) = self.from {
            line.push_str(&format!(
                "  ({})",
                t!("was %{state}", state = t!(from.word()))
            ));
        }
        if let Some(reason) = &self.reason {
            line.push_str(&format!("  {reason}"));
        }
        line
    }

    /// One object for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "schema": "obdeck.event/1",
            "at": self.at,
            "task": self.task,
            "key": self.key,
            "name": self.name,
            "agent": self.agent,
            "from": self.from.map(State::word),
            "to": self.to.word(),
            "reason": self.reason,
        })
    }
}
