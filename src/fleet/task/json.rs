//! A task as the JSON that scripts count on (`obdeck.task/1`).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::cause;
use super::counts::Counts;
use super::estimate::Estimate;
use super::graph::Graph;
use super::model::{Key, Node, Operation, Task};
use super::operations;
use super::reason;

/// The promised object; the order of its fields is promised too.
#[must_use]
pub fn task_json(task: &Task, graph: &Graph, estimate: &Estimate, now: Timestamp) -> Value {
    let keys = |nodes: &[usize]| -> Vec<&Key> {
        let nodes = nodes.iter().filter_map(|at| task.nodes.get(*at));
        nodes.map(|node| &node.key).collect()
    };
    let cause = cause::first(task, graph);
    let error = cause.as_ref().and_then(|cause| cause.error.as_ref());
    let operations = operations::legal(task, graph);
    let nodes: Vec<Value> = task.nodes.iter().map(|node| node_json(node, now)).collect();
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("schema", "obdeck.task/1".into());
    put("source", json!(task.source));
    put("id", json!(task.id));
    put("name", task.name.as_str().into());
    put("kind", json!(task.kind));
    put("state", task.state.word().into());
    put("phase", json!(task.phase));
    put("raw", json!(task.raw));
    put("stage", task.stage.into());
    put("stages", task.stages.into());
    put("started_at", json!(task.started_at));
    put("ended_at", json!(task.ended_at));
    put("counts", json!(Counts::of(task)));
    put("nodes", Value::Array(nodes));
    put("waiting_on", json!(reason::waiting_on_keys(task, graph)));
    put(
        "first_cause",
        json!(cause.as_ref().map(|cause| &task.nodes[cause.node].key)),
    );
    put("critical_path", json!(keys(&estimate.path)));
    put("eta_ms", json!(estimate.eta_ms));
    put(
        "operations",
        operations.into_iter().map(Operation::word).collect(),
    );
    put("problems", json!(task.problems));
    put(
        "error",
        json!(error.map(|error| json!({"code": error.code, "message": error.message}))),
    );
    put("lock", json!(task.lock));
    put("main", json!(task.main));
    put("detailed", task.detailed.into());
    put("extra", Value::Object(task.extra.clone()));
    Value::Object(object)
}

/// A task of a list: the same object without what only its nodes tell.
#[must_use]
pub fn brief_json(task: &Task, now: Timestamp) -> Value {
    let graph = Graph::of(task);
    task_json(task, &graph, &Estimate::default(), now)
}

fn node_json(node: &Node, now: Timestamp) -> Value {
    json!({
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
        "duration_ms": node.duration_ms(now),
        "sub_dags": node.sub_dags,
        "logs": node.logs,
        "extra": node.extra,
    })
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Failed, Pending, Running, Succeeded};
    use super::super::sample;
    use super::*;

    #[test]
    fn fields_stand_in_the_promised_order() {
        let mut task = sample::stages(&[
            ("Integrate config", Succeeded, &[Succeeded]),
            ("Start observer", Running, &[Failed, Running]),
            ("Migrate table", Pending, &[Pending]),
        ]);
        task.nodes[3].logs = vec!["ERROR: [Common.DirNotEmpty]: not empty".into()];
        task.nodes[1].started_at = "2026-11-21T01:00:00Z".parse().ok();
        task.nodes[1].ended_at = "2026-11-21T01:00:01.5Z".parse().ok();
        let graph = Graph::of(&task);
        let now = "2026-11-21T01:00:10Z".parse().unwrap();
        let json = task_json(&task, &graph, &Estimate::default(), now);
        let keys: Vec<&str> = json
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys[..20],
            [
                "schema",
                "source",
                "id",
                "name",
                "kind",
                "state",
                "phase",
                "raw",
                "stage",
                "stages",
                "started_at",
                "ended_at",
                "counts",
                "nodes",
                "waiting_on",
                "first_cause",
                "critical_path",
                "eta_ms",
                "operations",
                "problems"
            ]
        );
        let keys: Vec<&str> = json["nodes"][0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys[..13],
            [
                "key",
                "id",
                "name",
                "state",
                "raw",
                "parent",
                "agent",
                "attempt",
                "upstream",
                "downstream",
                "started_at",
                "ended_at",
                "duration_ms"
            ]
        );
        assert_eq!(
            json["counts"].to_string(),
            r#"{"total":4,"done":1,"running":1,"failed":1,"waiting":1,"skipped":0,"cancelled":0,"rolled_back":0,"unknown":0}"#
        );
        assert_eq!(json["waiting_on"].to_string(), r#"["sub_task:3"]"#);
        assert_eq!(json["first_cause"], "sub_task:2");
        assert_eq!(json["error"]["code"], "Common.DirNotEmpty");
        assert_eq!(json["nodes"][1]["duration_ms"], 1500);
        assert_eq!(json["nodes"][1]["started_at"], "2026-11-21T01:00:00Z");
        assert_eq!(json["nodes"][3]["agent"], "10.0.0.5:2886");
    }
}
