//! A task in each of its seven shapes (`api/ocp.md §3.3`): two keys of the list
//! of subtasks, three shapes of context, two of creator, ids as numbers or
//! texts. Nothing that it carries is dropped: what has no place of its own in
//! the model stands under `extra`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::again::{Known, Prints};
use super::edges::{self, Named};
use super::envelope::{Answer, Rows, rows};
use super::fields::{Fields, scalar};
use super::raw::{self, Raw};
use super::state::Words;
use crate::fleet::task::{
    self as model, Key, Kind, Node, NodeKind, Nodes, Source, State, Task, TaskId,
};

/// The keys under which the subtasks stand; one of them marks a task.
const LISTS: [&str; 2] = ["subtasks", "tasks"];

/// The task in `data`; `None` where it is none.
pub fn task(data: &Value) -> Option<Task> {
    let members = data.as_object()?;
    let is_list = |key: &&str| members.get(*key).is_some_and(Value::is_array);
    let list = LISTS.into_iter().find(is_list);
    let items = list.and_then(|key| members.get(key)?.as_array());
    let parts = items.is_some_and(|items| {
        let mut items = items.iter();
        items.all(|item| item.is_object() || item.is_null())
    });
    let head = members.iter().filter(|(key, _)| Some(key.as_str()) != list);
    let head = head.map(|(key, value)| (key.clone(), value.clone()));
    let nodes = items.into_iter().flatten().cloned();
    build(Fields::from(head.collect::<Map<_, _>>()), parts, nodes).map(Loose::joined)
}

/// A task whose nodes are not joined yet. It borrows nothing of the body, which
/// can go before the joining asks for room.
pub struct Loose {
    fields: Fields,
    read: Read,
    problems: Vec<String>,
    prints: Prints,
}

/// [`task`] of one that was not read yet: its subtasks are taken one by one.
fn read(raw: Raw<'_>) -> Option<Loose> {
    read_since(raw, None)
}

/// [`read`], only what is not `known` of an answer before it.
fn read_since(raw: Raw<'_>, known: Option<&Known>) -> Option<Loose> {
    let mut members = raw::object(raw)?;
    let is_list = |key: &&str| {
        let raw = members.get(*key);
        raw.is_some_and(|raw| raw.get().starts_with('['))
    };
    let list = LISTS.into_iter().find(is_list);
    let items = list
        .and_then(|key| members.shift_remove(key))
        .and_then(raw::list);
    let parts = items
        .as_ref()
        .is_some_and(|items| items.iter().all(|item| raw::is_object_or_null(item)));
    let head = members
        .into_iter()
        .filter_map(|(key, raw)| Some((key, raw::value(raw).ok()?)));
    let fields = Fields::from(head.collect::<Map<_, _>>());
    let items = items.unwrap_or_default();
    let prints = Prints::of(&items, known);
    if let Some(read) = known.and_then(|known| known.read(&items, &prints)) {
        let whole = looks_like_a_task(&fields, parts);
        return whole.then_some(Loose {
            fields,
            read,
            problems: Vec::new(),
            prints,
        });
    }
    let nodes = items.into_iter();
    let nodes = nodes.filter_map(|raw| raw::value(raw).ok());
    let loose = build(fields, parts, nodes)?;
    Some(Loose { prints, ..loose })
}

/// One task, of which something may be known since an answer before.
pub fn read_again(
    data: Raw<'_>,
    known: Option<&Known>,
) -> Result<Option<Loose>, serde_json::Error> {
    match read_since(data, known) {
        Some(loose) => Ok(Some(loose)),
        None => Ok(read_tasks(data)?.into_iter().next()),
    }
}

/// The tasks of a payload that was not read yet: [`tasks`] for the large ones,
/// each to be joined when the body is gone.
pub fn read_tasks(data: Raw<'_>) -> Result<Vec<Loose>, serde_json::Error> {
    let contents = raw::object(data).and_then(|members| raw::list(members.get("contents")?));
    let items = contents.or_else(|| raw::list(data));
    Ok(items
        .unwrap_or_else(|| vec![data])
        .into_iter()
        .filter_map(read)
        .collect())
}

/// A task of its own fields and its subtasks; `parts` where these are such.
fn build(fields: Fields, parts: bool, items: impl Iterator<Item = Value>) -> Option<Loose> {
    if !looks_like_a_task(&fields, parts) {
        return None;
    }
    let mut problems = Vec::new();
    let read = nodes(items, &mut problems);
    Some(Loose {
        fields,
        read,
        problems,
        prints: Prints::default(),
    })
}

impl Loose {
    /// [`Self::joined`], and what the next answer can be read by.
    #[must_use]
    pub fn joined_and_known(mut self) -> (Task, Option<Known>) {
        let prints = std::mem::take(&mut self.prints);
        let task = self.joined();
        let known = prints.known(&task);
        (task, known)
    }

    /// The task with its edges and what follows from them.
    #[must_use]
    pub fn joined(self) -> Task {
        let Self {
            mut fields,
            read,
            mut problems,
            prints: _,
        } = self;
        let Read {
            mut nodes,
            named,
            detailed,
        } = read;
        if let Some(named) = named {
            problems.extend(edges::join(&mut nodes, named));
        }

        let status = fields.text("status");
        let operation = fields.peek("operation").and_then(Value::as_str);
        let words = Words::new(&status, operation);
        let (state, phase) = (words.task(&nodes), words.phase(&nodes));
        Task {
            source: Source::Ocp,
            id: TaskId(fields.text("id")),
            name: fields.text("name"),
            kind: Kind::Task,
            state,
            phase,
            raw: model::Raw {
                state: status,
                operator: None,
            },
            stage: 0,
            stages: 0,
            started_at: fields.time("startTime"),
            ended_at: ended(state, &mut fields),
            lock: None,
            main: None,
            detailed,
            nodes,
            problems,
            extra: fields.rest(),
        }
    }
}

/// All tasks of an answer: one, or several under `contents`.
pub fn tasks(data: &Value) -> Rows<Task> {
    rows(data, task)
}

/// The tasks that an operation made, each with who answered and the trace id
/// of the answer. An answer may hold one task, several, an entity, or nothing.
pub fn made(answer: &Answer) -> Vec<Task> {
    let mut made = tasks(&answer.data).items;
    for task in &mut made {
        note(task, answer);
    }
    made
}

/// Puts the envelope's words beside the task's own.
pub fn note<T>(task: &mut Task, answer: &Answer<T>) {
    for (key, text) in [("server", &answer.server), ("traceId", &answer.trace)] {
        if !text.is_empty() && !task.extra.contains_key(key) {
            task.extra.insert(key.to_owned(), text.as_str().into());
        }
    }
}

/// A cluster has an id, a name and a status too, so one key of a task's own
/// must be there as well.
fn looks_like_a_task(fields: &Fields, parts: bool) -> bool {
    let scalar_at = |key: &str| fields.peek(key).and_then(scalar).is_some();
    let own = ["taskDefinitionId", "prohibitRollback"]
        .into_iter()
        .any(scalar_at);
    // A subtask alone carries `prohibitRollback` too, but never stands for a task.
    let subtask = ["upstreams", "downstreams", "seriesId"]
        .into_iter()
        .any(|key| fields.peek(key).is_some());
    scalar_at("id") && scalar_at("status") && !subtask && (parts || own)
}

fn ended(state: State, fields: &mut Fields) -> Option<jiff::Timestamp> {
    if state.is_terminal() || state == State::Unknown {
        fields.time("finishTime")
    } else {
        None
    }
}

/// The subtasks of a task.
pub(super) struct Read {
    pub nodes: Nodes,
    /// What they name of each other; `None` where they are joined already.
    pub named: Option<Named>,
    /// The list items of `GET /tasks/instances` carry no edges: their nodes are
    /// there, how they hang together is not.
    pub detailed: bool,
}

fn nodes(items: impl Iterator<Item = Value>, problems: &mut Vec<String>) -> Read {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut nodes = Nodes::default();
    let mut named = Named::default();
    let mut detailed = false;
    for (index, value) in items.enumerate() {
        detailed |= value.get("upstreams").is_some() || value.get("downstreams").is_some();
        let Some(mut fields) = Fields::owned(value) else {
            problems.push(format!("entry {} of the subtasks is no subtask", index + 1));
            continue;
        };
        let id = fields.text("id");
        if id.is_empty() {
            problems.push(format!("entry {} of the subtasks has no id", index + 1));
        }
        let times = seen.entry(id.clone()).or_insert(0);
        *times += 1;
        if *times == 2 && !id.is_empty() {
            problems.push(format!("the id {id} stands at more than one subtask"));
        }
        let key = if *times == 1 {
            format!("subtask:{id}")
        } else {
            format!("subtask:{id}#{times}")
        };
        for (key, above) in [("upstreams", true), ("downstreams", false)] {
            for other in ids(&mut fields, key) {
                named.add(nodes.len(), above, &other);
            }
        }
        nodes.push(node(Key::from(key), id, fields));
    }
    Read {
        nodes,
        named: Some(named),
        detailed,
    }
}

pub(super) fn node(key: Key, id: String, mut fields: Fields) -> Node {
    let status = fields.text("status");
    let operation = fields.peek("operation").and_then(Value::as_str);
    let state = Words::new(&status, operation).subtask();
    Node {
        key,
        kind: NodeKind::Subtask,
        id,
        name: fields.text("name"),
        state,
        raw: model::Raw {
            state: status,
            operator: None,
        },
        parent: None,
        agent: None,
        attempt: fields.number("runTime"),
        upstream: Vec::new(),
        downstream: Vec::new(),
        started_at: fields.time("startTime"),
        ended_at: ended(state, &mut fields),
        logs: Vec::new(),
        sub_dags: Vec::new(),
        extra: fields.rest().into(),
    }
}

/// The doc tables name `downstream`, every answer `downstreams`; both are read.
pub(super) fn ids(fields: &mut Fields, key: &str) -> Vec<String> {
    let singular = key.trim_end_matches('s');
    let mut items = fields.list(key);
    items.extend(fields.list(singular));
    items.iter().filter_map(scalar).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fleet::task::Phase;

    fn read(value: &Value) -> Task {
        task(value).unwrap()
    }

    #[test]
    fn everything_lands_somewhere() {
        let task = read(&json!({
            "id": "9007199254740993", "name": "Add OB server", "status": "RUNNING",
            "operation": "RETRY", "startTime": "2021-03-02T11:06:34.345+08:00",
            "finishTime": "1970-01-01T00:00:00Z", "creator": {"id": 1, "name": "admin"},
            "context": {"stringMap": {"root_password": "x"}}, "whatever": [1],
            "subtasks": [{"id": 7, "name": "n", "status": "FAILED", "runTime": 3, "parallelIdx": -1,
                "timeout": 30, "upstreams": [], "downstreams": []}]
        }));
        assert_eq!(task.id.0, "9007199254740993");
        assert_eq!((task.state, task.phase), (State::Running, Phase::Retrying));
        assert_eq!(task.ended_at, None);
        assert_eq!(
            task.extra.keys().collect::<Vec<_>>(),
            ["operation", "finishTime", "creator", "context", "whatever"]
        );
        assert_eq!(task.extra["context"]["stringMap"]["root_password"], "***");
        assert_eq!(task.nodes[0].attempt, Some(3));
        assert_eq!(
            task.nodes[0].extra.map().keys().collect::<Vec<_>>(),
            ["parallelIdx", "timeout"]
        );
    }

    #[test]
    fn rolled_back_is_no_success() {
        let task = read(
            &json!({"id": 6_202_983, "name": "Prepare tenant", "status": "SUCCESSFUL",
            "finishTime": "2021-08-12T13:40:09.573+08:00", "subtasks": [
                {"id": 1, "name": "a", "operation": "EXECUTE", "status": "PENDING"},
                {"id": 2, "name": "b", "operation": "ROLLBACK", "status": "PENDING"}]}),
        );
        assert_eq!(
            (task.state, task.phase),
            (State::RolledBack, Phase::RollingBack)
        );
        assert_eq!(task.nodes[0].state, State::Pending);
        assert_eq!(task.nodes[1].state, State::RolledBack);
        assert!(!task.detailed && task.ended_at.is_some());
        let empty = read(&json!({"id": 1, "status": "SUCCESSFUL", "subtasks": []}));
        assert_eq!(empty.state, State::Succeeded);
    }

    #[test]
    fn cancelled_is_no_failure() {
        let with = |other: &str| {
            read(&json!({"id": 1, "status": "FAILED", "subtasks": [
                {"id": 1, "operation": "CANCEL", "status": "FAILED"},
                {"id": 2, "operation": "EXECUTE", "status": other}]}))
            .state
        };
        assert_eq!(with("PENDING"), State::Cancelled);
        assert_eq!(with("FAILED"), State::Failed);
    }

    #[test]
    fn broken_graphs_are_read_and_named() {
        let task = read(&json!({"id": 1, "status": "RUNNING", "tasks": [
            {"id": 1, "status": "RUNNING", "upstreams": [9], "downstreams": [2, "2"]},
            {"id": "2", "status": "PENDING", "upstreams": []},
            {"id": 2, "status": "PENDING", "upstreams": [1]},
            {"id": 3, "status": "PENDING", "upstreams": [4], "downstreams": [4]},
            {"id": 4, "status": "PENDING"},
            null]}));
        let keys: Vec<&str> = task.nodes.iter().map(|node| &*node.key.0).collect();
        assert_eq!(
            keys,
            [
                "subtask:1",
                "subtask:2",
                "subtask:2#2",
                "subtask:3",
                "subtask:4"
            ]
        );
        assert_eq!(task.nodes[0].downstream.len(), 2);
        assert_eq!(task.nodes[1].upstream, [Key("subtask:1".into())]);
        assert_eq!(
            task.problems,
            [
                "the id 2 stands at more than one subtask",
                "entry 6 of the subtasks is no subtask",
                "subtask 1 names an upstream 9 that is not here",
                "2 subtasks wait for each other in a circle: 3, 4",
            ]
        );
    }

    #[test]
    fn an_entity_is_no_task() {
        for value in [
            json!({"id": 1, "name": "test", "status": "RUNNING", "type": "PRIMARY", "creator": "admin"}),
            json!({"id": 1, "status": "READY", "prohibitRollback": false, "upstreams": []}),
            json!({"id": 1, "status": "RUNNING", "tasks": ["a"]}),
            json!(null),
            json!([]),
        ] {
            assert_eq!(task(&value), None, "{value}");
        }
    }
}
