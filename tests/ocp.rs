//! The recorded answers of OCP's public documents against two counts of what
//! is in them, each in another style than the parser's, and against answers
//! that no server should send.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use obdeck::fleet::task::{Key, Task};
use obdeck::wire::ocp::{self, Saved, saved};
use proptest::prelude::*;
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/ocp")
        .join(name)
}

fn answers() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for name in ["samples", "documents"] {
        for entry in std::fs::read_dir(folder(name)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                found.push((file, serde_json::from_str(&text).unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn tasks(value: &Value) -> Vec<Task> {
    match saved(value) {
        None => Vec::new(),
        Some(Saved::Task(task)) => vec![*task],
        Some(Saved::Tasks(tasks)) => tasks,
    }
}

/// What the parser found, a line for each fact.
fn parsed(file: &str, value: &Value) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for task in tasks(value) {
        let id = &task.id;
        let plain = |key: &Key| key.0.trim_start_matches("subtask:").to_owned();
        facts.insert(format!("{file} task {id} {}", task.nodes.len()));
        for node in &task.nodes {
            let here = plain(&node.key);
            facts.insert(format!("{file} state {id} {here} {}", node.state.word()));
            for other in &node.upstream {
                facts.insert(format!("{file} edge {id} {} {here}", plain(other)));
            }
            for other in &node.downstream {
                facts.insert(format!("{file} edge {id} {here} {}", plain(other)));
            }
        }
    }
    facts
}

/// The same by walking the raw JSON, edges from `downstreams` alone.
fn walked(file: &str, value: &Value, facts: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walked(file, item, facts)),
        Value::Object(map) => {
            for list in map.iter().filter(|(key, _)| key.ends_with("tasks")) {
                let steps = list.1.as_array().map_or(&[][..], Vec::as_slice);
                let id = &map["id"];
                facts.insert(format!("{file} task {id} {}", steps.len()));
                for step in steps {
                    let here = &step["id"];
                    let word = match (step["status"].as_str(), step["operation"].as_str()) {
                        (Some("PENDING"), Some("ROLLBACK")) => "rolled_back",
                        (Some("SUCCESSFUL"), _) => "succeeded",
                        (Some(status), _) => &status.to_lowercase(),
                        (None, _) => "unknown",
                    };
                    facts.insert(format!("{file} state {id} {here} {word}"));
                    for below in step["downstreams"].as_array().into_iter().flatten() {
                        facts.insert(format!("{file} edge {id} {here} {below}"));
                    }
                }
            }
            map.values().for_each(|item| walked(file, item, facts));
        }
        _ => {}
    }
}

#[test]
fn every_answer_is_there() {
    let all = answers();
    assert_eq!(
        all.iter()
            .filter(|(file, _)| !file.starts_with('6'))
            .count(),
        95 + 2
    );
    let with_task: BTreeMap<bool, usize> =
        all.iter()
            .fold(BTreeMap::new(), |mut count, (file, value)| {
                *count.entry(!tasks(value).is_empty()).or_default() += 1;
                assert_eq!(
                    saved(value).is_some(),
                    file.starts_with("task")
                        || file.starts_with("add-")
                        || file.starts_with("create-")
                        || [
                            "6-1-", "6-2-", "6-3-", "6-4-", "6-5-", "6-6-", "6-7-", "6-8-"
                        ]
                        .iter()
                        .any(|start| file.starts_with(start)),
                    "{file}"
                );
                count
            });
    assert_eq!(with_task[&true], 19 + 8 + 2);
}

#[test]
fn subtasks_states_and_edges_equal_a_walk_over_the_raw_json() {
    for (file, value) in answers() {
        let mut facts = BTreeSet::new();
        walked(&file, &value, &mut facts);
        assert_eq!(parsed(&file, &value), facts);
    }
}

#[test]
fn subtasks_states_and_edges_equal_those_of_a_script() {
    let output = Command::new("python3")
        .arg(folder("count.py"))
        .arg(folder("samples"))
        .arg(folder("documents"))
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "python3 is missing: {error}"
            );
            eprintln!("NOT CHECKED against tests/ocp/count.py: python3 is missing: {error}");
            return;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let counted: BTreeSet<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    let parsed: BTreeSet<String> = answers()
        .iter()
        .flat_map(|(file, value)| parsed(file, value))
        .collect();
    assert!(
        counted.len() > 500,
        "the script found {} facts",
        counted.len()
    );
    assert_eq!(parsed, counted);
}

#[test]
fn nothing_that_a_task_carries_is_dropped() {
    const TASK: [&str; 7] = [
        "id",
        "name",
        "status",
        "startTime",
        "finishTime",
        "subtasks",
        "tasks",
    ];
    const NODE: [&str; 8] = [
        "id",
        "name",
        "status",
        "startTime",
        "finishTime",
        "runTime",
        "upstreams",
        "downstreams",
    ];
    let lost = |raw: &Value, known: &[&str], extra: &serde_json::Map<String, Value>| {
        let keys = raw.as_object().unwrap().iter();
        keys.filter(|(key, value)| !known.contains(&key.as_str()) && extra.get(*key) != Some(value))
            .map(|(key, _)| key.clone())
            .collect::<Vec<_>>()
    };
    for (file, value) in answers() {
        let data = &value["data"];
        let raw = match data["contents"].as_array() {
            Some(items) => items.clone(),
            None => vec![data.clone()],
        };
        for (raw, task) in raw.iter().zip(tasks(&value)) {
            assert_eq!(lost(raw, &TASK, &task.extra), [""; 0], "{file}");
            assert_eq!(task.extra["traceId"], value["traceId"], "{file}");
            let nodes = raw.get("subtasks").or_else(|| raw.get("tasks"));
            for (raw, node) in nodes.unwrap().as_array().unwrap().iter().zip(&task.nodes) {
                assert_eq!(lost(raw, &NODE, &node.extra.map()), [""; 0], "{file}");
                assert_eq!(
                    node.attempt.map(u64::from),
                    raw["runTime"].as_u64(),
                    "{file}"
                );
                let began = raw["startTime"].as_str().map(|at| at.parse().unwrap());
                assert_eq!(node.started_at, began, "{file}");
            }
        }
    }
}

#[test]
fn every_answer_opens_in_its_envelope() {
    for (file, value) in answers() {
        let Some(status) = value["status"].as_u64() else {
            continue;
        };
        let opened = ocp::open(200, value.to_string().as_bytes()).unwrap();
        match opened {
            Ok(answer) => assert!(!file.starts_with("error") && answer.at.is_some(), "{file}"),
            Err(refusal) => {
                assert_eq!(
                    (refusal.status, u64::from(refusal.status)),
                    (429, status),
                    "{file}"
                );
                assert!(!refusal.advice().is_empty());
            }
        }
    }
}

#[test]
fn lists_are_read_as_what_they_are() {
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, value) in answers() {
        let data = &value["data"];
        let rows = data["contents"].as_array().map_or(0, Vec::len);
        let first = &data["contents"][0];
        let kind = |key: &str| first.get(key).is_some();
        if kind("hostAgentStatus") {
            assert_eq!(ocp::hosts(data).items.len(), rows);
            *read.entry("hosts").or_default() += 1;
        } else if kind("alarmType") {
            let alarms = ocp::alarms(data);
            assert_eq!(alarms.items.len(), rows);
            assert!(
                alarms
                    .items
                    .iter()
                    .all(|alarm| alarm.active_at.is_some() && alarm.level.is_some())
            );
            assert!(alarms.page.is_some());
            *read.entry("alarms").or_default() += 1;
        } else if kind("obproxies") {
            let clusters = ocp::proxy_clusters(data).items;
            assert_eq!(clusters.len(), rows);
            assert!(
                clusters
                    .iter()
                    .flat_map(|one| &one.proxies)
                    .all(|one| one.exporter_port == Some(2884))
            );
            *read.entry("proxies").or_default() += 1;
        } else if kind("rootServers") {
            let clusters = ocp::clusters(data).items;
            assert_eq!(clusters.len(), rows);
            assert!(clusters.iter().all(|one| one.cluster.zones.len() == 1));
            *read.entry("clusters").or_default() += 1;
        } else if kind("primaryZone") && kind("clusterId") {
            assert_eq!(ocp::tenants(data).items.len(), rows);
            *read.entry("tenants").or_default() += 1;
        } else if kind("withRootserver") {
            let (servers, members) = ocp::servers(data);
            assert_eq!((servers.len(), members.len()), (rows, rows));
            assert!(
                servers
                    .iter()
                    .all(|one| one.started_at.is_some() && one.root_server)
            );
            *read.entry("servers").or_default() += 1;
        } else if kind("sha1") {
            let packages = ocp::packages(data).items;
            assert!(packages.len() == rows && packages.iter().all(|one| one.size.is_some()));
            *read.entry("packages").or_default() += 1;
        } else if kind("rootServer") {
            let (zones, members) = ocp::zones(data);
            assert_eq!((zones.len(), members.len()), (rows, 1));
            *read.entry("zones").or_default() += 1;
        }
    }
    for kind in [
        "hosts", "alarms", "proxies", "clusters", "tenants", "servers", "packages", "zones",
    ] {
        assert!(read.contains_key(kind), "no answer of {kind} in {read:?}");
    }
}

#[test]
fn logs_have_lines_with_times() {
    let mut seen = 0;
    for (file, value) in answers() {
        if let Some(text) = value["data"]["log"].as_str() {
            let lines = ocp::log(&value["data"]).unwrap();
            assert_eq!(lines.len(), text.lines().count(), "{file}");
            assert!(
                lines
                    .iter()
                    .all(|line| line.attempt == Some(1) && line.at.is_some())
            );
            seen += 1;
        }
    }
    assert!(seen >= 3);
}

/// One change somewhere in a document.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Replace(Value),
    Twice,
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
        Just(serde_json::json!([[null], {"id": 1}])),
    ];
    prop_oneof![
        Just(Change::Remove),
        odd.prop_map(Change::Replace),
        Just(Change::Twice)
    ]
}

/// Changes the value that `at` counts to, in the order of the document.
fn mutate(value: &mut Value, at: &mut usize, change: &Change) {
    let hit = |at: &mut usize| {
        let here = *at == 0;
        *at = at.wrapping_sub(1);
        here
    };
    match value {
        Value::Array(items) => {
            for index in 0..items.len() {
                if hit(at) {
                    match change {
                        Change::Remove => drop(items.remove(index)),
                        Change::Replace(with) => items[index] = with.clone(),
                        Change::Twice => items.push(items[index].clone()),
                    }
                    return;
                }
                mutate(&mut items[index], at, change);
            }
        }
        Value::Object(map) => {
            for key in map.keys().cloned().collect::<Vec<_>>() {
                if hit(at) {
                    match change {
                        Change::Remove => drop(map.shift_remove(&key)),
                        Change::Replace(with) => drop(map.insert(key, with.clone())),
                        Change::Twice => {
                            let again = map[&key].clone();
                            map.insert(format!("{key}s"), again);
                        }
                    }
                    return;
                }
                mutate(&mut map[&key], at, change);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_change_of_an_answer_breaks_the_reading(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0..400_usize, change()), 1..6),
    ) {
        static ALL: LazyLock<Vec<(String, Value)>> = LazyLock::new(answers);
        let all = &*ALL;
        let (_, mut value) = all[which.index(all.len())].clone();
        for (at, change) in &changes {
            mutate(&mut value, &mut at.clone(), change);
        }
        let body = value.to_string();
        let _ = ocp::open(200, body.as_bytes());
        for cut in [body.len() / 2, body.len() - 1] {
            let _ = ocp::open(200, &body.as_bytes()[..cut]);
        }
        let data = &value["data"];
        let _ = (ocp::clusters(data), ocp::hosts(data), ocp::alarms(data), ocp::tenants(data));
        let _ = (ocp::proxy_clusters(data), ocp::packages(data), ocp::zones(data), ocp::log(data));
        for task in tasks(&value) {
            let keys: BTreeSet<&Key> = task.nodes.iter().map(|node| &node.key).collect();
            prop_assert_eq!(keys.len(), task.nodes.len());
            for node in &task.nodes {
                prop_assert!(node.upstream.iter().chain(&node.downstream).all(|key| keys.contains(key)));
            }
        }
    }
}
