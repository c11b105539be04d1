//! What the program makes of the tasks that real agents ran: the tree, the
//! first cause, what is legal, the JSON promise.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use obdeck::fleet::task::operations::{legal, offers};
use obdeck::fleet::task::plain::{Style, show};
use obdeck::fleet::task::tree::{Folding, Item};
use obdeck::fleet::task::{
    Estimate, Graph, History, NodeKind, Operation, State, Task, Tree, budget, cause, difference,
    events, fold_log, json, reason,
};
use obdeck::wire::obshell::dto;
use serde_json::Value;

fn files(folder: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(path.to_str().unwrap(), found);
        } else if path.extension().is_some_and(|ext| ext == "jsonl") {
            found.push(path);
        }
    }
}

/// The tasks of a recording, in the order of the story.
fn story(path: &Path) -> Vec<Task> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line["data"].take()
    });
    let dags = lines.filter(|data| data["nodes"].is_array());
    dags.map(|data| dto::task(data).unwrap()).collect()
}

fn last(name: &str) -> Task {
    let mut found = Vec::new();
    files("tests/tasks", &mut found);
    files("tests/wire/captures", &mut found);
    let path = found.iter().find(|path| path.ends_with(name)).unwrap();
    story(path).pop().unwrap()
}

fn every_story() -> Vec<Vec<Task>> {
    let mut found = Vec::new();
    files("tests/tasks", &mut found);
    files("tests/wire/captures", &mut found);
    let stories: Vec<_> = found.iter().map(|path| story(path)).collect();
    assert!(stories.iter().flatten().count() > 100);
    stories
}

fn first_error(task: &Task) -> (String, String) {
    let cause = cause::first(task, &Graph::of(task)).unwrap();
    let node = &task.nodes[cause.node];
    let agent = node.agent.as_ref().map(ToString::to_string);
    (
        format!("{} @ {}", node.name, agent.unwrap_or_default()),
        cause.error.unwrap().words(),
    )
}

#[test]
fn every_recorded_task_is_a_tree_whatever_its_state() {
    for task in every_story().into_iter().flatten() {
        let graph = Graph::of(&task);
        let tree = Tree::of(&graph);
        let rows = tree.rows(&task, &Folding::default());
        // A chain: stages at depth 0, sub-tasks at 1, nothing twice.
        assert!(rows.iter().all(|row| row.depth <= 1), "{}", task.name);
        assert!(rows.iter().all(|row| matches!(row.item, Item::Node { .. })));
        let stages = task.nodes.iter().filter(|node| node.kind == NodeKind::Node);
        assert_eq!(
            rows.iter().filter(|row| row.depth == 0).count(),
            stages.count(),
            "{}",
            task.name
        );
        for height in 3..12 {
            let fitted = budget::fit(&rows, &task, height, None);
            let news = |state: State| state == State::Failed || state.is_active();
            let count = |rows: &[obdeck::fleet::task::tree::Row]| {
                let shown = rows.iter().filter_map(|row| row.item.state(&task));
                shown.filter(|state| news(*state)).count()
            };
            assert_eq!(count(&fitted), count(&rows));
        }
        if task.is_live() {
            assert!(
                !reason::waiting_on(&task, &graph).is_empty(),
                "{}",
                task.name
            );
        }
        assert_eq!(
            cause::first(&task, &graph).is_some(),
            task.nodes.iter().any(|node| node.state == State::Failed),
            "{}",
            task.name
        );
    }
}

#[test]
fn a_poll_of_the_same_task_keeps_its_layout() {
    for story in every_story() {
        for pair in story.windows(2) {
            if pair[0].id == pair[1].id {
                let same = difference::between(&pair[0], &pair[1]);
                assert!(same != difference::Difference::Shape, "{}", pair[0].name);
                assert!(
                    !events::between(Some(&pair[0]), &pair[1], Timestamp::UNIX_EPOCH).is_empty()
                        || pair[0].stage != pair[1].stage
                        || pair[0].nodes == pair[1].nodes
                        || pair[0].state == pair[1].state,
                    "{}",
                    pair[0].name
                );
            }
        }
    }
}

#[test]
fn an_init_that_fails_names_the_observer_not_the_echo() {
    assert_eq!(
        first_error(&last("init.jsonl")),
        (
            "Start observer @ 127.0.0.1:2886".to_owned(),
            "[Common.Unexpected] Unexpected error: observer cannot start: no such license"
                .to_owned()
        )
    );
}

#[test]
fn a_retry_that_fails_otherwise_names_the_new_error() {
    let (who, error) = first_error(&last("init-fail-dir-retry-then-port-in-use-dag.jsonl"));
    assert!(who.starts_with("Start observer @"), "{who}");
    assert!(error.contains("[Errno 98]"), "{error}");
}

#[test]
fn a_start_that_fails_at_its_end_has_its_cause_in_a_stage_that_succeeded() {
    let task = last("start-fail-observer-main-dag.jsonl");
    let (who, error) = first_error(&task);
    assert_eq!(
        who,
        "Wait for all agents to execute tasks successfully @ 127.0.1.3:2986"
    );
    assert!(error.contains("log disk is full"), "{error}");
}

#[test]
fn an_agent_that_could_not_be_told_is_the_cause_of_what_followed() {
    let text = std::fs::read_to_string("tests/tasks/start-global-failed-main-dag.json").unwrap();
    let mut exchange: Value = serde_json::from_str(&text).unwrap();
    let task = dto::task(exchange["response"]["body"]["data"].take()).unwrap();
    let (who, error) = first_error(&task);
    assert_eq!(who, "Inform all agents to start observer @ 127.0.1.4:2986");
    assert!(error.contains("too many open files"), "{error}");
}

#[test]
fn what_is_legal_is_what_the_agent_accepted() {
    // init.jsonl ends FAILED at `Start observer`: retry, rollback and node pass were accepted.
    let task = last("init.jsonl");
    let graph = Graph::of(&task);
    assert_eq!(
        legal(&task, &graph),
        [Operation::Retry, Operation::Rollback, Operation::Pass]
    );
    let passes: Vec<_> = offers(&task, &graph)
        .into_iter()
        .filter(|offer| offer.operation == Operation::Pass)
        .collect();
    assert_eq!(passes.len(), 1);
    assert!(
        passes[0].node.is_some(),
        "the later stages cannot be passed"
    );
    // start-fail-observer: refuse-rollback-, refuse-retry- and refuse-pass-failed-start-main.
    let task = last("start-fail-observer-main-dag.jsonl");
    assert!(legal(&task, &Graph::of(&task)).is_empty());
}

#[test]
fn the_json_of_every_recorded_task_keeps_its_promise() {
    for task in every_story().into_iter().flatten() {
        let graph = Graph::of(&task);
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let json = json::task_json(&task, &graph, &Estimate::default(), now);
        let counts = json["counts"].as_object().unwrap();
        let sum: u64 = counts.values().skip(1).filter_map(Value::as_u64).sum();
        assert_eq!(counts["total"].as_u64(), Some(sum));
        let keys: Vec<&str> = json["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|node| node["key"].as_str())
            .collect();
        let known = |key: &Value| keys.contains(&key.as_str().unwrap());
        for list in ["waiting_on", "critical_path"] {
            assert!(json[list].as_array().unwrap().iter().all(known), "{list}");
        }
        assert!(json["first_cause"].is_null() || known(&json["first_cause"]));
        for node in json["nodes"].as_array().unwrap() {
            assert!(node["duration_ms"].as_i64().unwrap_or(0) >= 0);
            for edges in ["upstream", "downstream"] {
                assert!(node[edges].as_array().unwrap().iter().all(known));
            }
        }
    }
}

#[test]
fn polls_in_a_recorded_log_are_folded() {
    let task = last("start-fail-observer-main-dag.jsonl");
    for node in &task.nodes {
        let folded = fold_log::fold(&node.logs);
        assert_eq!(
            folded.iter().map(|line| line.times).sum::<usize>(),
            node.logs.len()
        );
    }
    let init = last("init.jsonl");
    let polls = init
        .nodes
        .iter()
        .flat_map(|node| fold_log::fold(&node.logs));
    assert!(
        polls
            .filter(|line| line.times == 2 && line.text.starts_with("remote task"))
            .count()
            >= 4
    );
}

#[test]
fn a_recorded_failure_reads_as_text() {
    let task = last("init.jsonl");
    let style = Style {
        ascii: false,
        width: Some(100),
        now: Timestamp::from_second(1_800_000_000).unwrap(),
    };
    let (folding, history) = (Folding::default(), History::default());
    let estimate = Estimate::default();
    insta::assert_snapshot!(show(&task, &folding, &estimate, &history, style));
}
