//! DAG, node and sub-task (`api/obshell.md §5.2`) to [`Task`].

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::reading::{self, Words};
use super::shape::{self, list, object, wrong};
use crate::fleet::Address;
use crate::fleet::task::{
    Key, Kind, LogLine, Node, NodeKind, Raw, Source, State, SubDag, Task, TaskId,
};
use crate::wire::clean;
use crate::wire::obshell::envelope::Garbled;

/// Reads a `DagDetailDTO`.
pub fn task(data: Value) -> Result<Task, Garbled> {
    dag(data, "data")
}

/// Reads a list of them: `data.contents`, `null` is the empty one.
pub fn tasks(data: Value) -> Result<Vec<Task>, Garbled> {
    let mut tasks = part(data)?;
    settle(&mut tasks);
    Ok(tasks)
}

/// Reads a list that is one part of what is there: a sub DAG whose main DAG
/// stands in another part is not taken for one that nobody waits for.
pub fn part(data: Value) -> Result<Vec<Task>, Garbled> {
    let items = shape::contents(data)?;
    let mut tasks = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        tasks.push(dag(item, &format!("data.contents[{at}]"))?);
    }
    Ok(tasks)
}

/// Reads a `NodeDetailDTO` or a `TaskDetailDTO` that was asked for alone: the
/// stage with its sub-tasks, or the one sub-task.
pub fn node(data: Value) -> Result<Vec<Node>, Garbled> {
    let mut reader = Reader::default();
    let map = object(data, "data")?;
    if map.contains_key("task_id") || map.contains_key("execute_times") {
        reader.sub_task(map, None, "data")?;
    } else {
        reader.stage(map, "data")?;
    }
    Ok(reader.nodes)
}

/// Reads `task/sub_task/:id/logs`.
pub fn logs(data: Value) -> Result<Vec<LogLine>, Garbled> {
    let mut lines = Vec::new();
    for (at, item) in shape::contents(data)?.into_iter().enumerate() {
        let path = format!("data.contents[{at}]");
        let map = object(item, &path)?;
        let attempt = shape::number(&map, "execute_times", &path)?;
        let at = shape::moment_of(&map, "create_time");
        let content = match map.get("log_content") {
            Some(Value::String(content)) => clean::lines(content),
            None | Some(Value::Null) => continue,
            Some(other) => return Err(wrong(&format!("{path}.log_content"), other, "a string")),
        };
        lines.extend(content.lines().map(|text| LogLine {
            attempt: attempt.and_then(|attempt| u32::try_from(attempt).ok()),
            at,
            text: text.to_owned(),
        }));
    }
    Ok(lines)
}

/// The last attempt's lines of a sub-task, for agents that have no log route.
#[must_use]
pub fn sub_task_logs_of(nodes: &[Node]) -> Vec<LogLine> {
    let lines = nodes.iter().flat_map(|node| {
        node.logs.iter().map(|text| LogLine {
            attempt: node.attempt,
            at: None,
            text: text.clone(),
        })
    });
    lines.collect()
}

/// A sub DAG that waits for a main DAG which has ended waits for nobody: it
/// failed and still holds its agent (`api/obshell.md §14.4`).
pub fn settle(tasks: &mut [Task]) {
    // The list that it came in may not have held its main DAG; another one may.
    for task in tasks.iter_mut() {
        if task.state == State::Failed && stands_at_a_rendezvous(task) {
            wait(task);
        }
    }
    let ended: HashMap<_, _> = tasks
        .iter()
        .map(|task| (task.id.clone(), !task.is_live()))
        .collect();
    let live: HashSet<_> = tasks
        .iter()
        .filter(|task| task.is_live())
        .map(|task| task.name.clone())
        .collect();
    for task in tasks.iter_mut().filter(|task| task.state == State::Waiting) {
        let alone = match task.main.as_ref().and_then(|main| ended.get(main)) {
            Some(ended) => *ended,
            // A list without details does not name the main DAG.
            None => {
                task.main.is_none()
                    && !reading::mains(&task.name)
                        .iter()
                        .any(|main| live.contains(*main))
            }
        };
        if alone {
            unwait(task);
        }
    }
}

fn unwait(task: &mut Task) {
    task.state = reading::state(Words::of(&task.raw));
    for node in &mut task.nodes {
        node.state = reading::state(Words::of(&node.raw));
    }
}

fn dag(data: Value, path: &str) -> Result<Task, Garbled> {
    let map = object(data, path)?;
    let mut reader = Reader::default();
    let mut common = reader.common(map, path, "dag")?;
    let stages = common.take_count("max_stage", path)?;
    let stage = common.take_count("stage", path)?;
    let name = common.name;
    let maintenance = shape::number(&common.rest, "maintenance_type", path)?;
    let key = shape::text(&common.rest, "maintenance_key", path)?;
    let detailed = match common.rest.shift_remove("nodes") {
        None | Some(Value::Null) => false,
        Some(nodes) => {
            reader.chain(list(nodes, &format!("{path}.nodes"))?, path)?;
            true
        }
    };
    let extra_data = common
        .rest
        .get("additional_data")
        .and_then(Value::as_object);
    let main = extra_data
        .and_then(|data| data.get("main_dag_id"))
        .and_then(Value::as_str)
        .map(|id| TaskId(id.to_owned()));
    let mut task = Task {
        source: Source::Obshell,
        id: TaskId(common.id),
        state: reading::state(Words::of(&common.raw)),
        phase: reading::phase(Words::of(&common.raw), reader.stage_words(stage)),
        kind: Kind::Dag,
        stage,
        stages,
        started_at: common.started_at,
        ended_at: common.ended_at,
        lock: reading::lock(maintenance, &key),
        main,
        detailed,
        raw: common.raw,
        nodes: reader.nodes.into(),
        problems: reader.problems,
        extra: common.rest,
        name,
    };
    if stands_at_a_rendezvous(&task) {
        wait(&mut task);
    }
    Ok(task)
}

/// Whether what is FAILED in it is so only because its main DAG has not advanced
/// it yet. The sub-task fails first, its stage and the DAG a moment later.
fn stands_at_a_rendezvous(task: &Task) -> bool {
    if !reading::is_rendezvous_dag(&task.name)
        || !reading::waits_at(&task.name, task.stage, task.stages)
    {
        return false;
    }
    let failed = |node: &&Node| Words::of(&node.raw).failed_running();
    task.nodes.iter().filter(failed).all(|node| {
        reading::is_rendezvous_stage(&node.name)
            && !node.logs.iter().any(|line| line.starts_with("ERROR"))
    })
}

fn wait(task: &mut Task) {
    if Words::of(&task.raw).failed_running() {
        task.state = State::Waiting;
        task.ended_at = None;
    }
    for node in &mut task.nodes {
        if Words::of(&node.raw).failed_running() {
            node.state = State::Waiting;
            node.ended_at = None;
        }
    }
}

/// What a DAG, a node and a sub-task have in common; `rest` holds what was not taken.
struct Common {
    id: String,
    name: String,
    raw: Raw,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    rest: Map<String, Value>,
}

impl Common {
    fn take_count(&mut self, key: &str, path: &str) -> Result<u32, Garbled> {
        let number = shape::number(&self.rest, key, path)?;
        self.rest.shift_remove(key);
        Ok(number
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(0))
    }
}

/// Collects nodes, their unique keys and what is wrong with the answer.
#[derive(Default)]
struct Reader {
    nodes: Vec<Node>,
    /// Positions of the stages in `nodes`.
    stages: Vec<usize>,
    seen: HashMap<String, u32>,
    problems: Vec<String>,
}

impl Reader {
    fn chain(&mut self, nodes: Vec<Value>, path: &str) -> Result<(), Garbled> {
        for (at, node) in nodes.into_iter().enumerate() {
            let path = format!("{path}.nodes[{at}]");
            self.stage(object(node, &path)?, &path)?;
        }
        for pair in self.stages.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            let (upper, lower) = (
                self.nodes[before].key.clone(),
                self.nodes[after].key.clone(),
            );
            self.nodes[before].downstream.push(lower);
            self.nodes[after].upstream.push(upper);
        }
        Ok(())
    }

    fn stage(&mut self, map: Map<String, Value>, path: &str) -> Result<(), Garbled> {
        let mut common = self.common(map, path, "node")?;
        let sub_tasks = match common.rest.shift_remove("sub_tasks") {
            None => Vec::new(),
            Some(sub_tasks) => list(sub_tasks, &format!("{path}.sub_tasks"))?,
        };
        let data = common
            .rest
            .get("additional_data")
            .and_then(Value::as_object);
        let sub_dags = reading::sub_dags(data);
        let key = self.key("node", &common.id);
        self.stages.push(self.nodes.len());
        self.nodes.push(Node {
            sub_dags: sub_dags
                .into_iter()
                .map(|(agent, id)| SubDag {
                    agent: clean::line(&agent),
                    id: TaskId(id),
                })
                .collect(),
            ..finish(common, key.clone(), NodeKind::Node)
        });
        for (at, sub_task) in sub_tasks.into_iter().enumerate() {
            let path = format!("{path}.sub_tasks[{at}]");
            self.sub_task(object(sub_task, &path)?, Some(key.clone()), &path)?;
        }
        Ok(())
    }

    fn sub_task(
        &mut self,
        map: Map<String, Value>,
        parent: Option<Key>,
        path: &str,
    ) -> Result<(), Garbled> {
        let mut common = self.common(map, path, "sub_task")?;
        let attempt = shape::number(&common.rest, "execute_times", path)?;
        common.rest.shift_remove("execute_times");
        if attempt == Some(0) {
            // It never ran: passed, or its turn has not come.
            common.started_at = None;
        }
        let agent = match common.rest.shift_remove("execute_agent") {
            Some(Value::Object(agent)) => address(&agent),
            _ => None,
        };
        let logs = match common.rest.shift_remove("task_logs") {
            None => Vec::new(),
            Some(logs) => lines(list(logs, &format!("{path}.task_logs"))?),
        };
        let key = self.key("sub_task", &common.id);
        self.nodes.push(Node {
            parent,
            agent,
            attempt: attempt.and_then(|attempt| u32::try_from(attempt).ok()),
            logs,
            ..finish(common, key, NodeKind::SubTask)
        });
        Ok(())
    }

    fn common(
        &mut self,
        mut map: Map<String, Value>,
        path: &str,
        kind: &str,
    ) -> Result<Common, Garbled> {
        let name = shape::text(&map, "name", path)?;
        let mut id = shape::text(&map, "id", path)?;
        if id.is_empty() {
            // Old agents and edited files may have the raw number only.
            let raw = if kind == "sub_task" {
                "task_id"
            } else {
                &*format!("{kind}_id")
            };
            id = shape::text(&map, raw, path)?;
            self.problems.push(format!("{path} has no id"));
            if id.is_empty() && kind == "dag" {
                return Err(Garbled::Shape {
                    path: format!("{path}.id"),
                    found: "missing",
                    wanted: "a string",
                });
            }
        }
        let raw = Raw {
            state: shape::text(&map, "state", path)?,
            operator: match shape::text(&map, "operator", path)? {
                operator if operator.is_empty() => None,
                operator => Some(operator),
            },
        };
        for key in ["id", "name", "state", "operator"] {
            map.shift_remove(key);
        }
        map.retain(|_, value| !value.is_null());
        if reading::state(Words::of(&raw)) == State::Unknown {
            let words = format!("{} {}", raw.state, raw.operator.as_deref().unwrap_or(""));
            self.problems.push(format!(
                "{kind} {id} is in an unknown state `{}`",
                words.trim()
            ));
        }
        let started = self.time(&mut map, "start_time", path);
        let ended = self.time(&mut map, "end_time", path);
        let words = Words::of(&raw);
        let started_at = started.filter(|_| !words.waits());
        let ended_at = ended
            .filter(|ended| words.stopped() && started.is_none_or(|started| started <= *ended));
        if words.waits()
            && let (Some(created), "dag") = (started, kind)
        {
            map.insert("created_at".to_owned(), created.to_string().into());
        }
        Ok(Common {
            id,
            name,
            raw,
            started_at,
            ended_at,
            rest: map,
        })
    }

    fn time(&mut self, map: &mut Map<String, Value>, key: &str, path: &str) -> Option<Timestamp> {
        let value = map.shift_remove(key)?;
        shape::time(&value).unwrap_or_else(|()| {
            let shown = clean::line(&value.to_string());
            self.problems
                .push(format!("{path}.{key} is no time: {shown}"));
            None
        })
    }

    fn key(&mut self, kind: &str, id: &str) -> Key {
        let plain = format!("{kind}:{id}");
        let count = self.seen.entry(plain.clone()).or_insert(0);
        *count += 1;
        if *count == 1 {
            return Key::from(plain);
        }
        self.problems
            .push(format!("{kind} {id} is there more than once"));
        Key::from(format!("{plain}#{count}"))
    }

    fn stage_words(&self, stage: u32) -> Option<Words<'_>> {
        let at = (stage as usize).checked_sub(1)?;
        let node = &self.nodes[*self.stages.get(at)?];
        Some(Words::of(&node.raw))
    }
}

fn finish(common: Common, key: Key, kind: NodeKind) -> Node {
    Node {
        key,
        kind,
        id: common.id,
        name: common.name,
        state: reading::state(Words::of(&common.raw)),
        raw: common.raw,
        parent: None,
        agent: None,
        attempt: None,
        upstream: Vec::new(),
        downstream: Vec::new(),
        started_at: common.started_at,
        ended_at: common.ended_at,
        logs: Vec::new(),
        sub_dags: Vec::new(),
        extra: common.rest.into(),
    }
}

/// An `AgentInfo`, `{ip, port}`; `None` where it is none.
#[must_use]
pub fn address_of(value: &Value) -> Option<Address> {
    value.as_object().and_then(address)
}

pub(super) fn address(map: &Map<String, Value>) -> Option<Address> {
    let host = map.get("ip").and_then(Value::as_str).map(clean::line)?;
    let port = shape::port(map, "port")?;
    (!host.is_empty()).then(|| Address::new(host, port))
}

fn lines(items: Vec<Value>) -> Vec<String> {
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        let text = match item {
            Value::String(text) => clean::lines(&text),
            Value::Null => continue,
            other => clean::line(&other.to_string()),
        };
        lines.extend(text.lines().map(ToOwned::to_owned));
    }
    lines
}
