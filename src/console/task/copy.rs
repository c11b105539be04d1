//! What may be copied and what may be done, as entries of a menu.

use std::fmt::Write as _;

use jiff::Timestamp;
use rust_i18n::t;

use super::Shown;
use super::log::fold;
use super::menu::{Deed, Entry};
use crate::base::words;
use crate::console::overlay::Filling;
use crate::fleet::request::Request;
use crate::fleet::task::{Key, Node, NodeKind, Operation, State, Task, operations};

/// How many lines of a log go into a diagnosis.
const LOG_LINES: usize = 20;

/// `Start observer @ 10.0.0.7:2886`.
pub(super) fn named(node: &Node) -> String {
    match &node.agent {
        Some(agent) => format!("{} @ {agent}", node.name),
        None => node.name.clone(),
    }
}

/// The request as one can type it again: method, path and masked body.
pub fn request_text(request: &Request) -> String {
    let mut out = format!("{} ", request.method.word());
    if let Some(target) = &request.target {
        let _ = write!(out, "http://{target}");
    }
    out.push_str(&request.path);
    if let Some(body) = &request.body {
        let body = serde_json::to_string_pretty(&body.masked()).unwrap_or_default();
        let _ = write!(out, "\n{body}");
    }
    out
}

fn copy(title: impl Into<String>, text: String) -> Entry {
    let about = text.lines().next().unwrap_or_default().to_owned();
    Entry {
        title: title.into(),
        about,
        deed: Deed::Copy(text),
    }
}

/// Texts to copy: ids, the error, a diagnosis, the read that shows the task.
pub(super) fn texts(shown: &Shown, key: Option<&Key>, at: Timestamp) -> Vec<Entry> {
    let task = shown.task();
    let mut out = vec![copy(t!("Id of the task"), task.id.to_string())];
    if let Some(node) = key.and_then(|key| shown.node(key)) {
        out.push(copy(t!("Id of the node"), node.id.clone()));
    }
    if let Some(work) = key.and_then(|key| shown.work(key)) {
        if key != Some(&work.key) {
            out.push(copy(t!("Id of the sub-task"), work.id.clone()));
        }
        if let Some(error) = shown.error(work) {
            out.push(copy(t!("Error"), error));
        }
    }
    out.push(Entry {
        title: t!("Diagnosis").into_owned(),
        about: t!("task, node, agent, attempt, error, last log lines").into_owned(),
        deed: Deed::Copy(diagnosis(shown, key, at)),
    });
    for entry in shown.actions(key).iter() {
        if let Deed::Send(request) = &entry.deed {
            let title = t!("Request: %{deed}", deed = entry.title).into_owned();
            out.push(copy(title, request_text(request)));
        }
    }
    out
}

/// Everything somebody else needs to say what is wrong.
fn diagnosis(shown: &Shown, key: Option<&Key>, at: Timestamp) -> String {
    let task = shown.task();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "task {} \"{}\" {} ({}{}) stage {} of {}",
        task.id,
        task.name,
        task.state.word(),
        task.raw.state,
        task.raw
            .operator
            .as_ref()
            .map(|word| format!("/{word}"))
            .unwrap_or_default(),
        task.stage,
        task.stages,
    );
    let time =
        |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
    let _ = writeln!(
        out,
        "started {} ended {} seen {at}",
        time(task.started_at),
        time(task.ended_at)
    );
    let chosen = key.and_then(|key| shown.work(key));
    let cause = shown.first_cause().and_then(|key| shown.work(key));
    if let Some(cause) = cause.filter(|cause| chosen.is_none_or(|node| node.key != cause.key)) {
        out.push_str("\nfirst cause:\n");
        describe(&mut out, shown, cause);
    }
    if let Some(node) = chosen {
        out.push_str("\nnode:\n");
        describe(&mut out, shown, node);
    }
    for problem in &task.problems {
        let _ = writeln!(out, "problem: {problem}");
    }
    for entry in shown.actions(key).iter() {
        if let Deed::Send(request) = &entry.deed {
            let _ = writeln!(out, "\n{}: {}", entry.title, request_text(request));
        }
    }
    out
}

fn describe(out: &mut String, shown: &Shown, node: &Node) {
    let kind = match node.kind {
        NodeKind::Node => "node",
        NodeKind::SubTask => "sub-task",
        NodeKind::Subtask => "subtask",
    };
    let attempt = node
        .attempt
        .map_or_else(|| "-".to_owned(), |attempt| attempt.to_string());
    let _ = writeln!(
        out,
        "{kind} {} \"{}\" {} attempt {attempt}",
        node.id,
        named(node),
        node.state.word()
    );
    if let (Some(from), Some(to)) = (node.started_at, node.ended_at) {
        let took = words::duration(to.as_millisecond() - from.as_millisecond());
        let _ = writeln!(out, "started {from} ended {to} took {took}");
    } else if let Some(from) = node.started_at {
        let _ = writeln!(out, "started {from}");
    }
    if let Some(error) = shown.error(node) {
        let _ = writeln!(out, "error: {error}");
    }
    let lines = fold(node.logs.iter().map(|text| (None, None, text.as_str())));
    for line in &lines[lines.len().saturating_sub(LOG_LINES)..] {
        let times = if line.times > 1 {
            format!(" ({} times)", line.times)
        } else {
            String::new()
        };
        let _ = writeln!(out, "  | {}{times}", line.text);
    }
}

/// What may be done here and now, each with what it will do: with the task, and
/// with the selected node or the stage around it.
pub(super) fn actions(shown: &Shown, key: Option<&Key>) -> Vec<Entry> {
    let stage = key.and_then(|key| shown.node(key)?.parent.as_ref());
    let here = |node: Option<&Key>| node.is_none() || node == key || node == stage;
    operations::offers(shown.task(), shown.graph())
        .into_iter()
        .filter(|offer| here(offer.node.as_ref()))
        .map(|offer| {
            let node = offer.node.as_ref().and_then(|key| shown.node(key));
            let title = title(offer.operation, node);
            let about = match offer.warning {
                Some(warning) => format!("{}. {warning}", offer.words),
                None => offer.words,
            };
            Entry {
                title,
                about,
                deed: Deed::Send(Box::new(offer.request)),
            }
        })
        .chain(cures(shown.task()))
        .collect()
}

/// A start or stop that did not reach its end has left sub DAGs that hold all
/// agents: only the next start or stop can pass them (`api/obshell.md §14.4`).
fn cures(task: &Task) -> Vec<Entry> {
    let over = matches!(task.state, State::Failed | State::Cancelled);
    let powers = matches!(task.name.as_str(), "Start OB" | "Stop OB");
    if !over || !powers || task.stage >= task.stages {
        return Vec::new();
    }
    let cure = |form, title: String| Entry {
        title,
        about: t!("its sub tasks still hold all agents; this lets go of them first (forcePassDag)")
            .into_owned(),
        deed: Deed::Fill(Filling {
            form,
            values: vec![("forcePassDag.id", task.id.0.clone())],
        }),
    };
    vec![
        cure(
            "start",
            t!("Start servers, passing what it left").into_owned(),
        ),
        cure(
            "stop",
            t!("Stop servers, passing what it left").into_owned(),
        ),
    ]
}

fn title(operation: Operation, node: Option<&Node>) -> String {
    let name = node.map(|node| node.name.as_str());
    match (operation, name) {
        (Operation::Retry, None) => t!("Retry"),
        (Operation::Retry, Some(name)) => t!("Retry %{name}", name = name),
        (Operation::Rollback, _) => t!("Roll back"),
        (Operation::Cancel, None) => t!("Cancel"),
        (Operation::Cancel, Some(name)) => t!("Cancel %{name}", name = name),
        (Operation::Pass, None) => t!("Pass"),
        (Operation::Pass, Some(name)) => t!("Pass %{name}", name = name),
    }
    .into_owned()
}
