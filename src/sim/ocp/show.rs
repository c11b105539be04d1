//! A task in each shape that the platform answers in (`api/ocp.md §3.3`), keys
//! in the order of the alphabet, nothing for what is not known.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::{second, stamp};
use super::engine::{Context, Shape, Task};
use super::subtask::{Status, Subtask};
use super::text::Text;
use super::world::World;

/// The node of the platform that runs the subtasks.
pub(super) const EXECUTOR: &str = "10.0.0.2";
const PACKAGE: &str = "com.alipay.ocp.service.task.business";

/// A JSON object under construction that leaves out what is not there.
struct Object(Map<String, Value>);

impl Object {
    fn new() -> Self {
        Self(Map::new())
    }

    fn put(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    fn maybe<T: Into<Value>>(mut self, key: &str, value: Option<T>) -> Self {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
        self
    }

    fn value(self) -> Value {
        Value::Object(self.0)
    }
}

/// The answer to an operation (V1, V2, V5 to V7).
pub(super) fn made(world: &World, task: &Task) -> Value {
    match task.shape {
        Shape::Old => Object::new()
            .maybe("cluster", cluster(world, task, false))
            .put("context", java(&task.context))
            .put(
                "creator",
                json!({"id": task.creator.0, "name": task.creator.1}),
            )
            .put("id", task.id)
            .put("name", task.name.as_str())
            .put("startTime", stamp(task.began))
            .put("status", task.status.word())
            .put("tasks", list(task, old))
            .value(),
        shape => Object::new()
            .maybe("clusterId", task.subject.cluster)
            .maybe(
                "context",
                (shape == Shape::New).then(|| object(&task.context)),
            )
            .put("creator", task.creator.1.as_str())
            .put("executor", EXECUTOR)
            .maybe("hostId", task.subject.host)
            .put("id", task.id)
            .put("name", task.name.as_str())
            .put("operation", task.operation.word())
            .maybe(
                "prohibitRollback",
                (shape == Shape::Bare).then(|| task.prohibits_rollback()),
            )
            .put("startTime", stamp(task.began))
            .put("status", task.status.word())
            .put(
                "subtasks",
                list(task, |task, node| new(task, node, shape == Shape::New)),
            )
            .put("taskDefinitionId", -1)
            .maybe("tenantId", task.subject.tenant)
            .put("type", "MANUAL")
            .value(),
    }
}

/// A row of the list (V3): no edges, no operation of the task.
pub(super) fn row(world: &World, task: &Task) -> Text {
    let head = Object::new()
        .maybe("cluster", cluster(world, task, true))
        .put(
            "creator",
            json!({"id": task.creator.0, "name": task.creator.1}),
        )
        .maybe("finishTime", task.ended.map(stamp))
        .put("id", task.id)
        .put("name", task.name.as_str())
        .put("startTime", stamp(task.began))
        .put("status", task.status.word())
        .put("subtasks", Value::Null)
        .maybe("tenant", tenant(world, task));
    written(head, task, basic)
}

/// The detail (V4).
pub(super) fn detail(world: &World, task: &Task) -> Text {
    let head = Object::new()
        .maybe("cluster", cluster(world, task, true))
        .put("createTime", second(task.created))
        .put(
            "creator",
            json!({"id": task.creator.0, "name": task.creator.1}),
        )
        .put("executor", EXECUTOR)
        .maybe("finishTime", task.ended.map(stamp))
        .put("id", task.id)
        .put("name", task.name.as_str())
        .put("operation", task.operation.word())
        .put("prohibitRollback", task.prohibits_rollback())
        .put("startTime", stamp(task.began))
        .put("status", task.status.word())
        .put("subtasks", Value::Null)
        .put("taskDefinitionId", -1)
        .maybe("tenant", tenant(world, task))
        .put("type", "MANUAL");
    written(head, task, |task, node| detailed(task, node, task.created))
}

/// The text of a task, its subtasks written one by one: ten thousand of them
/// as one tree of values would weigh ten times their text.
fn written(head: Object, task: &Task, one: impl Fn(&Task, &Subtask) -> Value) -> Text {
    let mut text = Text::default();
    for (number, (key, value)) in head.0.into_iter().enumerate() {
        let before = if number == 0 { '{' } else { ',' };
        let _ = write!(text, "{before}{}:", Value::String(key.clone()));
        if key != "subtasks" {
            let _ = write!(text, "{value}");
            continue;
        }
        let _ = text.write_str("[");
        for (place, index) in task.order.iter().enumerate() {
            if place > 0 {
                let _ = text.write_str(",");
            }
            let _ = write!(text, "{}", one(task, &task.subtasks[*index]));
        }
        let _ = text.write_str("]");
    }
    let _ = text.write_str("}");
    text
}

/// One subtask, the answer to its retry.
pub(super) fn subtask(task: &Task, node: &Subtask) -> Value {
    detailed(task, node, task.created)
}

fn list(task: &Task, one: impl Fn(&Task, &Subtask) -> Value) -> Value {
    task.order
        .iter()
        .map(|&index| one(task, &task.subtasks[index]))
        .collect()
}

fn ids(task: &Task, indexes: &[usize]) -> Vec<i64> {
    indexes
        .iter()
        .map(|&index| task.subtasks[index].id)
        .collect()
}

fn old(task: &Task, node: &Subtask) -> Value {
    json!({
        "description": node.step.name,
        "downstreams": ids(task, &node.down),
        "id": node.id,
        "name": node.step.name,
        "operation": node.operation.word(),
        "status": node.status.word(),
        "upstreams": ids(task, &node.up),
    })
}

fn basic(_: &Task, node: &Subtask) -> Value {
    json!({
        "description": node.step.name,
        "id": node.id,
        "name": node.step.name,
        "operation": node.operation.word(),
        "status": node.status.word(),
    })
}

fn new(task: &Task, node: &Subtask, classes: bool) -> Value {
    let class =
        (classes && !node.step.class.is_empty()).then(|| format!("{PACKAGE}.{}", node.step.class));
    tail(Object::new().maybe("className", class), task, node, None)
}

fn detailed(task: &Task, node: &Subtask, created: Timestamp) -> Value {
    let head = Object::new().put("createTime", second(created));
    tail(head, task, node, Some(EXECUTOR))
}

fn tail(head: Object, task: &Task, node: &Subtask, executor: Option<&str>) -> Value {
    let executor = executor.filter(|_| node.began.is_some());
    let began = node.began.filter(|_| executor.is_some());
    let moving = matches!(
        node.status,
        Status::Running | Status::Canceling | Status::Ready
    );
    let ended = node.ended.filter(|_| executor.is_some() && !moving);
    head.put("description", &*node.step.name)
        .put("downstreams", ids(task, &node.down))
        .maybe("executor", executor)
        .maybe("finishTime", ended.map(stamp))
        .put("id", node.id)
        .put("name", &*node.step.name)
        .put("nodeType", "JAVA_TASK")
        .put("operation", node.operation.word())
        .put("parallelIdx", node.lane)
        .put("prohibitRollback", node.step.lasting)
        .put("runTime", node.runs)
        .put("seriesId", node.series)
        .maybe("startTime", began.map(stamp))
        .put("status", node.status.word())
        .put("timeout", node.step.timeout)
        .put("upstreams", ids(task, &node.up))
        .value()
}

fn cluster(world: &World, task: &Task, with_type: bool) -> Option<Value> {
    let cluster = world.clusters.get(&task.subject.cluster?)?;
    let value = Object::new()
        .put("id", cluster.id)
        .put("name", cluster.name.as_str())
        .put("obClusterId", cluster.ob_id)
        .maybe("type", with_type.then_some(cluster.role));
    Some(value.value())
}

fn tenant(world: &World, task: &Task) -> Option<Value> {
    let tenant = world.tenants.get(&task.subject.tenant?)?;
    Some(
        json!({"id": tenant.id, "mode": tenant.mode, "name": tenant.name, "obTenantId": tenant.id + 1000}),
    )
}

/// The context as an object; the values are texts, always.
fn object(context: &Context) -> Value {
    let mut strings: Map<String, Value> = Map::new();
    strings.insert("prohibit_rollback".into(), "false".into());
    for (key, value) in &context.strings {
        strings.insert((*key).into(), value.as_str().into());
    }
    let lists: Map<String, Value> = context
        .lists
        .iter()
        .map(|(key, values)| ((*key).to_owned(), values.clone().into()))
        .collect();
    json!({"listMap": lists, "parallel": false, "parallelIdx": -1, "stringMap": strings})
}

/// The context as Java prints it.
fn java(context: &Context) -> String {
    let strings: Vec<String> = context
        .strings
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let lists: Vec<String> = context
        .lists
        .iter()
        .map(|(key, values)| format!("{key}=[{}]", values.join(", ")))
        .collect();
    format!(
        "Context(parallelIdx=-1, stringMap={{{}}}, listMap={{{}}})",
        strings.join(", "),
        lists.join(", ")
    )
}
