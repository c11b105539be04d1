//! Every recorded DAG, read in full and counted against its raw JSON.

use std::collections::HashSet;

use obdeck::fleet::task::{Key, Node, NodeKind, Phase, State, Task};
use obdeck::wire::obshell::dto::{self, Saved, saved};
use serde_json::Value;

use crate::captures::{data, exchanges, files};

/// Every raw DAG of the recordings, with its place.
fn raw_dags() -> Vec<(String, Value)> {
    let mut dags = Vec::new();
    for (path, text) in files("jsonl") {
        for (at, line) in text.lines().enumerate() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if line["data"].get("dag_id").is_some() {
                dags.push((
                    format!("{}:{}", path.display(), at + 1),
                    line["data"].take(),
                ));
            }
        }
    }
    for (path, mut exchange) in exchanges() {
        let body = &mut exchange["response"]["body"];
        let Some(data) = body.get_mut("data").map(Value::take) else {
            continue;
        };
        let list = data.get("contents").and_then(Value::as_array).cloned();
        for dag in list.unwrap_or_else(|| vec![data]) {
            if dag.get("dag_id").is_some() {
                dags.push((path.display().to_string(), dag));
            }
        }
    }
    assert!(dags.len() > 200, "{}", dags.len());
    dags
}

fn children(value: &Value, key: &str) -> Vec<Value> {
    value[key].as_array().cloned().unwrap_or_default()
}

#[test]
fn nothing_is_lost_and_nothing_is_made_up() {
    for (place, raw) in raw_dags() {
        let task = dto::task(raw.clone()).unwrap();
        assert_eq!(task.id.0, raw["id"].as_str().unwrap(), "{place}");
        assert_eq!(task.detailed, raw["nodes"].is_array(), "{place}");
        let nodes = children(&raw, "nodes");
        let subs: usize = nodes
            .iter()
            .map(|node| children(node, "sub_tasks").len())
            .sum();
        let count = |kind| task.nodes.iter().filter(|node| node.kind == kind).count();
        assert_eq!(count(NodeKind::Node), nodes.len(), "{place}");
        assert_eq!(count(NodeKind::SubTask), subs, "{place}");
        assert_eq!(
            u64::from(task.stages),
            raw["max_stage"].as_u64().unwrap(),
            "{place}"
        );
        assert_eq!(task.problems, Vec::<String>::new(), "{place}");
        keys_and_edges(&task, &place);
        times(&task, &place);
        for key in ["dag_id", "maintenance_type", "maintenance_key"] {
            assert_eq!(task.extra.get(key), raw.get(key), "{place}");
        }
    }
}

fn keys_and_edges(task: &Task, place: &str) {
    let keys: HashSet<&Key> = task.nodes.iter().map(|node| &node.key).collect();
    assert_eq!(keys.len(), task.nodes.len(), "{place}: keys repeat");
    let stages: Vec<&Node> = task
        .nodes
        .iter()
        .filter(|node| node.kind == NodeKind::Node)
        .collect();
    for pair in stages.windows(2) {
        assert_eq!(pair[0].downstream, [pair[1].key.clone()], "{place}");
        assert_eq!(pair[1].upstream, [pair[0].key.clone()], "{place}");
    }
    for node in &task.nodes {
        if node.kind == NodeKind::Node {
            let own = node.parent.is_none() && node.key.0.starts_with("node:");
            assert!(own, "{place}");
        } else {
            assert!(keys.contains(node.parent.as_ref().unwrap()), "{place}");
            let edges = (node.upstream.len(), node.downstream.len());
            assert_eq!(edges, (0, 0), "{place}");
            assert!(node.agent.is_some() && node.attempt.is_some(), "{place}");
        }
    }
}

fn times(task: &Task, place: &str) {
    let all = task
        .nodes
        .iter()
        .map(|node| (node.state, node.started_at, node.ended_at));
    let own = std::iter::once((task.state, task.started_at, task.ended_at));
    for (state, started, ended) in all.chain(own) {
        assert_ne!(state, State::Unknown, "{place}");
        if matches!(state, State::Pending | State::Ready) {
            assert_eq!((started, ended), (None, None), "{place}: {state:?}");
        }
        if !state.is_terminal() {
            assert_eq!(ended, None, "{place}: {state:?}");
        }
        if let (Some(started), Some(ended)) = (started, ended) {
            assert!(started <= ended, "{place}");
        }
        for at in [started, ended].into_iter().flatten() {
            assert!(at.to_string().starts_with("2026-"), "{place}: {at}");
        }
    }
}

/// The tasks of a recording of one DAG, in order.
fn story(name: &str) -> Vec<Task> {
    let wanted = format!("{name}.jsonl");
    let (_, text) = files("jsonl")
        .into_iter()
        .find(|(path, _)| path.ends_with(&wanted))
        .unwrap();
    let data = |line: &str| serde_json::from_str::<Value>(line).unwrap()["data"].take();
    text.lines()
        .map(data)
        .filter(|data| data.get("dag_id").is_some())
        .map(|data| dto::task(data).unwrap())
        .collect()
}

fn way(tasks: &[Task]) -> Vec<(State, Phase)> {
    let mut way: Vec<_> = tasks.iter().map(|task| (task.state, task.phase)).collect();
    way.dedup();
    way
}

#[test]
fn stories_read_as_they_happened() {
    use Phase::{Cancelling, Forward, Retrying};
    assert_eq!(
        way(&story("cluster/init-cancel-dag")),
        [
            (State::Cancelling, Cancelling),
            (State::Cancelled, Cancelling)
        ]
    );
    let retried = way(&story("init-retry"));
    assert!(retried.contains(&(State::Running, Retrying)), "{retried:?}");
    let rolled = dto::task(data("early-init-rolled-back")).unwrap();
    assert_eq!(
        (rolled.state, rolled.phase),
        (State::RolledBack, Phase::RollingBack)
    );
    let joined = story("join-self");
    assert_eq!(joined.last().unwrap().state, State::Succeeded);
    assert_eq!(joined[0].phase, Forward);
    let passed = story("init-node-pass");
    assert!(
        passed[0]
            .nodes
            .iter()
            .any(|node| node.state == State::Skipped)
    );
}

#[test]
fn a_sub_dag_that_waits_has_not_failed() {
    let quiet = way(&story("cluster/start-fail-observer-sub-1"));
    assert!(
        quiet.iter().any(|(state, _)| *state == State::Waiting),
        "{quiet:?}"
    );
    assert!(
        quiet.iter().all(|(state, _)| *state != State::Failed),
        "{quiet:?}"
    );
    let failing = way(&story("cluster/start-fail-observer-sub-3"));
    assert!(
        failing.iter().any(|(state, _)| *state == State::Waiting),
        "{failing:?}"
    );
    assert!(
        failing.iter().any(|(state, _)| *state == State::Failed),
        "{failing:?}"
    );
    let main = story("cluster/start-fail-observer-main-dag");
    let subs: usize = main
        .last()
        .unwrap()
        .nodes
        .iter()
        .map(|node| node.sub_dags.len())
        .sum();
    let raw = main.last().unwrap().extra.get("additional_data");
    assert!(subs > 0 || raw.and_then(|data| data.get("sub_dags")).is_some());
}

#[test]
fn a_scale_out_that_waits_for_its_cluster_has_not_failed() {
    let states = way(&story("cluster/scale-out-new-zone-local-dag"));
    let waits = states.iter().filter(|(state, _)| *state == State::Waiting);
    assert_eq!(waits.count(), 2, "{states:?}");
    assert!(
        states.iter().all(|(state, _)| *state != State::Failed),
        "{states:?}"
    );
    // Where the cluster's task failed it has failed in earnest.
    let failed = way(&story("cluster/scale-out-rollback-local-dag"));
    assert_eq!(failed[0].0, State::Failed, "{failed:?}");
}

#[test]
fn what_waits_for_an_ended_main_dag_has_failed() {
    let running = dto::tasks(data("cluster/stop-running-unfinish")).unwrap();
    assert!(running.iter().any(|task| task.state == State::Waiting));
    let left = dto::tasks(data("cluster/stop-cancelled-unfinish")).unwrap();
    let sub = left
        .iter()
        .find(|task| task.name == "Stop observer")
        .unwrap();
    // Its main DAG is not in the list: it may still come.
    assert_eq!(sub.state, State::Waiting);
    let mut with_main = left.clone();
    let mut main = running
        .iter()
        .find(|task| task.name == "Stop OB")
        .unwrap()
        .clone();
    main.state = State::Cancelled;
    assert_eq!(Some(&main.id), sub.main.as_ref());
    with_main.push(main);
    dto::settle(&mut with_main);
    assert!(with_main.iter().all(|task| task.state != State::Waiting));
}

#[test]
fn ids_collide_between_kinds_and_keys_do_not() {
    let raw = data("early-init-rolled-back");
    let task = dto::task(raw.clone()).unwrap();
    let ids: HashSet<_> = task.nodes.iter().map(|node| &node.id).collect();
    assert!(
        ids.len() < task.nodes.len(),
        "the recording has no collision"
    );
    let mut twice = raw;
    let node = twice["nodes"][0].clone();
    twice["nodes"].as_array_mut().unwrap().push(node);
    let task = dto::task(twice).unwrap();
    let last = task
        .nodes
        .iter()
        .rev()
        .find(|node| node.kind == NodeKind::Node)
        .unwrap();
    assert!(last.key.0.ends_with("#2"), "{}", last.key);
    assert!(
        task.problems
            .iter()
            .any(|problem| problem.contains("more than once"))
    );
}

#[test]
fn each_file_opens_as_saved() {
    let mut tasks = 0;
    for extension in ["json", "jsonl"] {
        for (path, text) in files(extension) {
            match saved(text.as_bytes()).unwrap() {
                Saved::Task { task, history } => {
                    tasks += 1;
                    if extension == "jsonl" {
                        let dags = text
                            .lines()
                            .filter(|line| line.contains("\"dag_id\""))
                            .count();
                        assert_eq!(history.len() + 1, dags, "{}", path.display());
                    }
                    assert!(!task.name.is_empty(), "{}", path.display());
                }
                Saved::Tasks(list) => assert!(list.len() > 1),
                Saved::Answer(_) => assert!(!text.contains("\"dag_id\""), "{}", path.display()),
            }
        }
    }
    assert!(tasks > 50, "{tasks}");
}
