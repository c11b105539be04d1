//! What happened between two pictures of a task, for `task watch` and for the
//! marks of the scrubber.

use std::collections::HashMap;

use jiff::Timestamp;
use rust_i18n::t;
use serde_json::{Value, json};

use super::cause;
use super::fold_log;
use super::graph::Graph;
use super::model::{Key, Node, Phase, State, Task};
use super::plain::{phase_word, state_word};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When: the server's time where it says one, else the time of the picture.
    pub at: Timestamp,
    /// The node; `None`: the task.
    pub node: Option<Key>,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub agent: Option<String>,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The first picture of the task, or a node that was not there before.
    Seen {
        /// How it stands.
        state: State,
    },
    /// It stands differently.
    State {
        /// Before.
        from: State,
        /// Now.
        to: State,
        /// Why it failed.
        error: Option<String>,
    },
    /// The task moves another way.
    Phase {
        /// Which way.
        to: Phase,
    },
    /// It was started again.
    Attempt {
        /// Which attempt.
        attempt: u32,
    },
    /// It wrote a line.
    Log {
        /// The line.
        line: String,
    },
}

/// The events between two pictures, in the order of the tree, the task's own
/// last. Without an older picture: the task, and what is not pending in it.
#[must_use]
pub fn between(before: Option<&Task>, now: &Task, at: Timestamp) -> Vec<Event> {
    let graph = Graph::of(now);
    let old = before.map(|task| (task, Graph::of(task)));
    let mut events = Vec::new();
    if before.is_none() {
        events.push(of_task(now, at, What::Seen { state: now.state }));
    }
    for &index in graph.order() {
        if graph.parent(index).is_some() {
            continue;
        }
        // Sub DAGs stand in the work that started them, at any depth.
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            open.extend(graph.children(index).iter().rev());
            let node = &now.nodes[index];
            let was = old
                .as_ref()
                .and_then(|(task, graph)| task.nodes.get(graph.find(&node.key)?));
            node_events(was, node, before.is_some(), at, &mut events);
        }
    }
    if let Some(before) = before {
        if before.phase != now.phase {
            events.push(of_task(now, at, What::Phase { to: now.phase }));
        }
        if before.state != now.state {
            let error = (now.state == State::Failed)
                .then(|| cause::first(now, &graph)?.error)
                .flatten();
            let what = What::State {
                from: before.state,
                to: now.state,
                error: error.map(|error| error.words()),
            };
            events.push(of_task(now, now.ended_at.unwrap_or(at), what));
        }
    }
    events
}

fn of_task(task: &Task, at: Timestamp, what: What) -> Event {
    Event {
        at,
        node: None,
        name: task.name.clone(),
        agent: None,
        what,
    }
}

fn node_events(was: Option<&Node>, node: &Node, follows: bool, at: Timestamp, to: &mut Vec<Event>) {
    let mut push = |at: Timestamp, what: What| {
        to.push(Event {
            at,
            node: Some(node.key.clone()),
            name: node.name.clone(),
            agent: node.agent.as_ref().map(ToString::to_string),
            what,
        });
    };
    let moment = match node.state {
        state if state.is_terminal() => node.ended_at,
        state if state.is_active() => node.started_at,
        _ => None,
    };
    let moment = moment.unwrap_or(at);
    let again = was.and_then(|was| was.attempt) < node.attempt;
    if let Some(attempt) = node
        .attempt
        .filter(|attempt| follows && again && *attempt > 1)
    {
        push(node.started_at.unwrap_or(at), What::Attempt { attempt });
    }
    for line in new_lines(was.map_or(&[], |was| &was.logs), &node.logs) {
        push(at, What::Log { line: line.clone() });
    }
    match was {
        None if node.state != State::Pending => push(moment, What::Seen { state: node.state }),
        Some(was) if was.state != node.state => push(
            moment,
            What::State {
                from: was.state,
                to: node.state,
                error: (node.state == State::Failed)
                    .then(|| cause::error_of(node))
                    .flatten()
                    .map(|error| error.words()),
            },
        ),
        _ => {}
    }
}

/// The lines that were added. A log that was started over is new as a whole.
fn new_lines<'a>(was: &[String], now: &'a [String]) -> &'a [String] {
    if now.starts_with(was) {
        &now[was.len()..]
    } else {
        now
    }
}

/// Leaves out of the events what a person would have to skip: the old log of
/// work that was over before the watch began, and lines that only count on.
#[derive(Debug, Default)]
pub struct Reader {
    began: bool,
    last: HashMap<Key, String>,
}

impl Reader {
    /// The events that are worth a line each.
    pub fn worth_reading(&mut self, events: Vec<Event>, now: &Task) -> Vec<Event> {
        let began = std::mem::replace(&mut self.began, true);
        let moves: HashMap<&Key, bool> = if began {
            HashMap::new()
        } else {
            let moves = |node: &Node| (!node.state.is_terminal(), node.state == State::Failed);
            let nodes = now.nodes.iter();
            nodes
                .map(|node| (&node.key, moves(node).0 || moves(node).1))
                .collect()
        };
        let mut worth = Vec::with_capacity(events.len());
        for event in events {
            let (Some(key), What::Log { line }) = (&event.node, &event.what) else {
                worth.push(event);
                continue;
            };
            if !began && !moves.get(key).copied().unwrap_or(true) {
                continue;
            }
            let pair = [self.last.get(key).map_or("", String::as_str), line.as_str()];
            let counts_on = !pair[0].is_empty() && fold_log::fold(pair).len() == 1;
            self.last.insert(key.clone(), line.clone());
            if !counts_on {
                worth.push(event);
            }
        }
        worth
    }
}

impl Event {
    /// One object of `task watch --json`.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = json!({
            "schema": "obdeck.event/1",
            "at": self.at,
            "event": self.word(),
            "node": self.node,
            "name": self.name,
            "agent": self.agent,
        });
        let more = match &self.what {
            What::Seen { state } => json!({"state": state.word()}),
            What::State { from, to, error } => {
                json!({"from": from.word(), "state": to.word(), "error": error})
            }
            What::Phase { to } => json!({"phase": to}),
            What::Attempt { attempt } => json!({"attempt": attempt}),
            What::Log { line } => json!({"line": line}),
        };
        if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
            object.extend(more);
        }
        object
    }

    fn word(&self) -> &'static str {
        match self.what {
            What::Seen { .. } => "seen",
            What::State { .. } => "state",
            What::Phase { .. } => "phase",
            What::Attempt { .. } => "attempt",
            What::Log { .. } => "log",
        }
    }

    /// One line of `task watch --plain`, without its time.
    #[must_use]
    pub fn words(&self) -> String {
        let who = match (&self.node, &self.agent) {
            (_, Some(agent)) => format!("{} @ {agent}", self.name),
            (Some(_), None) => self.name.clone(),
            // A task is often called as its first node.
            (None, None) => t!("task %{name}", name = self.name).into_owned(),
        };
        match &self.what {
            What::Seen { state } => format!("{who}: {}", state_word(*state)),
            What::State { to, error, .. } => match error {
                Some(error) => format!("{who}: {}: {error}", state_word(*to)),
                None => format!("{who}: {}", state_word(*to)),
            },
            What::Phase { to } => format!("{who}: {}", phase_word(*to)),
            What::Attempt { attempt } => format!("{who}: {}", t!("attempt %{n}", n = attempt)),
            What::Log { line } => format!("{who}| {line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Failed, Pending, Running, Succeeded};
    use super::super::sample;
    use super::*;

    fn words(before: Option<&Task>, now: &Task) -> Vec<String> {
        let at = Timestamp::UNIX_EPOCH;
        let events = between(before, now, at);
        events.iter().map(Event::words).collect()
    }

    #[test]
    fn a_failure_and_a_retry_are_told() {
        let first = sample::stages(&[("a", Running, &[Running]), ("b", Pending, &[Pending])]);
        assert_eq!(
            words(None, &first),
            [
                "task Initialize cluster: running",
                "a: running",
                "a @ 10.0.0.5:2886: running"
            ]
        );
        assert!(words(Some(&first), &first).is_empty());
        let mut second = sample::stages(&[("a", Failed, &[Failed]), ("b", Pending, &[Pending])]);
        second.state = Failed;
        second.nodes[1].logs = vec!["begin".into(), "ERROR: [A.B]: full".into()];
        assert_eq!(
            words(Some(&first), &second),
            [
                "a: failed",
                "a @ 10.0.0.5:2886| begin",
                "a @ 10.0.0.5:2886| ERROR: [A.B]: full",
                "a @ 10.0.0.5:2886: failed: [A.B] full",
                "task Initialize cluster: failed: [A.B] full"
            ]
        );
        let mut third = second.clone();
        third.state = Running;
        third.phase = Phase::Retrying;
        third.nodes[1].attempt = Some(2);
        third.nodes[1].state = Running;
        assert_eq!(
            words(Some(&second), &third),
            [
                "a @ 10.0.0.5:2886: attempt 2",
                "a @ 10.0.0.5:2886: running",
                "task Initialize cluster: retrying",
                "task Initialize cluster: running"
            ]
        );
        third.nodes[0].state = Succeeded;
        let json = between(Some(&second), &third, Timestamp::UNIX_EPOCH)[0].json();
        assert_eq!(
            json.to_string(),
            r#"{"schema":"obdeck.event/1","at":"1970-01-01T00:00:00Z","event":"state","node":"node:1","name":"a","agent":null,"from":"failed","state":"succeeded","error":null}"#
        );
    }

    #[test]
    fn old_logs_and_lines_that_count_on_are_left_out() {
        let mut now = sample::stages(&[("a", Succeeded, &[Succeeded]), ("b", Running, &[Running])]);
        now.nodes[1].logs = vec!["long ago".into()];
        now.nodes[3].logs = [
            "begin",
            "retry [1/30]",
            "retry [2/30]",
            "retry [3/30]",
            "done",
        ]
        .map(Into::into)
        .into();
        let mut reader = Reader::default();
        let mut said = |before: Option<&Task>, now: &Task| {
            let events = between(before, now, Timestamp::UNIX_EPOCH);
            let events = reader.worth_reading(events, now).into_iter();
            let logs = events.filter_map(|event| match event.what {
                What::Log { line } => Some(line),
                _ => None,
            });
            logs.collect::<Vec<_>>()
        };
        assert_eq!(said(None, &now), ["begin", "retry [1/30]", "done"]);
        let mut next = now.clone();
        next.nodes[1].logs.push("after all".into());
        next.nodes[3].logs.push("done".into());
        assert_eq!(said(Some(&now), &next), ["after all"]);
    }
}
