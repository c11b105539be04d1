//! The object of the promise (`obdeck.task/1`).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fleet::task::{
    Counts, Graph, History, Key, Node, Operation, State, Task, cause, estimate, reason,
};

/// A task.
#[must_use]
pub fn object(task: &Task) -> Value {
    let insight = insight(task);
    json!({
        "schema": "obdeck.task/1",
        "source": task.source,
        "id": task.id,
        "name": task.name,
        "kind": task.kind,
        "state": task.state.word(),
        "phase": task.phase,
        "raw": task.raw,
        "stage": task.stage,
        "stages": task.stages,
        "started_at": task.started_at,
        "ended_at": task.ended_at,
        "counts": counts(task),
        "nodes": task.nodes.iter().map(node).collect::<Vec<_>>(),
        "waiting_on": insight.waiting_on,
        "first_cause": insight.first_cause,
        "critical_path": insight.critical_path,
        "eta_ms": insight.eta_ms,
        "operations": insight.operations,
        "problems": task.problems,
        "lock": task.lock,
        "main": task.main,
        "extra": task.extra,
    })
}

fn node(node: &Node) -> Value {
    let mut object = json!({
        "key": node.key,
        "id": node.id,
        "name": node.name,
        "state": node.state.word(),
        "raw": node.raw,
        "parent": node.parent,
        "agent": node.agent.as_ref().map(ToString::to_string),
        "attempt": node.attempt,
        "upstream": node.upstream,
        "downstream": node.downstream,
        "started_at": node.started_at,
        "ended_at": node.ended_at,
        "duration_ms": duration(node),
    });
    if let Value::Object(fields) = &mut object {
        if !node.logs.is_empty() {
            fields.insert("logs".to_owned(), json!(node.logs));
        }
        if !node.sub_dags.is_empty() {
            fields.insert("sub_dags".to_owned(), json!(node.sub_dags));
        }
        if !node.extra.is_empty() {
            fields.insert("extra".to_owned(), Value::Object(node.extra.clone()));
        }
    }
    object
}

/// How long a node took; null while it runs, because a saved answer has no now.
fn duration(node: &Node) -> Option<i64> {
    let (start, end) = (node.started_at?, node.ended_at?);
    Some((end.duration_since(start).as_millis() as i64).max(0))
}

fn counts(task: &Task) -> Value {
    let counts = Counts::of(task);
    json!({
        "total": counts.total,
        "done": counts.done,
        "running": counts.running,
        "failed": counts.failed,
        "waiting": counts.waiting,
        "skipped": counts.skipped,
        "cancelled": counts.cancelled,
        "rolled_back": counts.rolled_back,
        "unknown": counts.unknown,
    })
}

/// What is worked out of a task.
struct Insight {
    waiting_on: Vec<Key>,
    first_cause: Option<Key>,
    critical_path: Vec<Key>,
    eta_ms: Option<i64>,
    operations: Vec<Operation>,
}

fn insight(task: &Task) -> Insight {
    let graph = Graph::of(task);
    let key = |at: usize| task.nodes[at].key.clone();
    let estimate = estimate::remaining(task, &graph, &History::default(), Timestamp::now());
    Insight {
        waiting_on: reason::waiting_on_keys(task, &graph),
        first_cause: cause::first(task, &graph).map(|cause| key(cause.node)),
        critical_path: estimate.path.iter().map(|at| key(*at)).collect(),
        eta_ms: estimate.eta_ms,
        operations: operations(task),
    }
}

/// What the state allows (`api/obshell.md §5.6`); the flags that decide in the
/// end are not told, so the server may still refuse. OCP has an operation of
/// its own for nodes, and tasks that serve another one are moved by it.
fn operations(task: &Task) -> Vec<Operation> {
    if task.main.is_some() {
        return Vec::new();
    }
    match task.state {
        State::Failed | State::Cancelled => {
            vec![Operation::Retry, Operation::Rollback, Operation::Pass]
        }
        State::Ready | State::Running => vec![Operation::Cancel],
        _ => Vec::new(),
    }
}
