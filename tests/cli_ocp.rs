//! The program against a simulated OCP: who may ask, panes, forms, tasks.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "cli/program.rs"]
mod program;

use std::process::Output;

use program::{Simulator, obdeck};
use serde_json::Value;

fn run(simulator: &Simulator, arguments: &[&str]) -> Output {
    obdeck()
        .env("OBDECK_ENDPOINT", format!("http://{}", simulator.ocp()))
        .env("OBDECK_USER", "admin")
        .env("OBDECK_PASSWORD", simulator.password())
        .args(arguments)
        .output()
        .unwrap()
}

fn items(output: &Output) -> Vec<Value> {
    let value: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    value["items"].as_array().unwrap().clone()
}

#[test]
fn two_servers_are_added_and_their_21_subtasks_watched() {
    let simulator = Simulator::start(&["--scene", "ocp", "--ocp", "127.0.0.1:0", "--speed", "50"]);
    let hosts = items(&run(&simulator, &["get", "hosts", "-o", "json"]));
    let free: Vec<&str> = hosts
        .iter()
        .filter(|host| host["status"] == "AVAILABLE")
        .filter_map(|host| host["id"].as_str())
        .take(2)
        .collect();
    let clusters = items(&run(&simulator, &["get", "cluster", "-o", "json"]));
    let pay = clusters.iter().find(|one| one["name"] == "pay").unwrap();
    let cluster = format!("clusterId={}", pay["id"].as_str().unwrap());
    let servers = format!("servers={}", free.join(","));
    let done = run(
        &simulator,
        &[
            "do",
            "servers-add",
            "--yes",
            "--plain",
            "--set",
            &cluster,
            "--set",
            "zone=zone1",
            "--set",
            &servers,
        ],
    );
    let (out, err) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert_eq!(done.status.code(), Some(0), "{out}\n{err}");
    let id = out.split_whitespace().nth(1).unwrap();
    let shown = run(&simulator, &["task", "show", id, "-o", "json"]);
    let task: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(task["counts"]["total"], 21, "{task}");
    assert_eq!(task["counts"]["done"], 21, "{task}");
}

#[test]
fn a_wrong_signature_is_not_let_in() {
    let simulator = Simulator::start(&["--scene", "ocp", "--ocp", "127.0.0.1:0"]);
    let refused = obdeck()
        .args(["get", "cluster", "--access-key", &simulator.field("ak=")])
        .args(["--endpoint", &format!("http://{}", simulator.ocp())])
        .env("OBDECK_SECRET_KEY", "wrong")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(5));
    let right = obdeck()
        .args(["get", "cluster", "--access-key", &simulator.field("ak=")])
        .args(["--endpoint", &format!("http://{}", simulator.ocp())])
        .env("OBDECK_SECRET_KEY", simulator.field("sk="))
        .output()
        .unwrap();
    assert_eq!(right.status.code(), Some(0));
}

#[test]
fn every_pane_and_every_form_of_a_task_is_printed() {
    let simulator = Simulator::start(&["--scene", "ocp", "--ocp", "127.0.0.1:0"]);
    for pane in [
        "cluster",
        "zones",
        "servers",
        "proxies",
        "tasks",
        "tenants",
        "parameters",
        "hosts",
        "packages",
        "alarms",
    ] {
        let rows = items(&run(&simulator, &["get", pane, "-o", "json"]));
        assert!(!rows.is_empty(), "{pane}");
        let table = run(&simulator, &["get", pane]);
        assert_eq!(table.status.code(), Some(0), "{pane}");
        assert_eq!(
            String::from_utf8_lossy(&table.stdout).lines().count(),
            rows.len() + 1,
            "{pane}"
        );
    }
    let tasks = items(&run(&simulator, &["task", "list", "-o", "json"]));
    let done = tasks
        .iter()
        .find(|task| task["state"] == "succeeded")
        .unwrap();
    assert_eq!(done["stage"], done["stages"], "{done}");
    let failed = tasks.iter().find(|task| task["state"] == "failed").unwrap();
    let id = failed["id"].as_str().unwrap();
    for output in ["tree", "json", "dot", "mermaid", "svg"] {
        let shown = run(&simulator, &["task", "show", id, "-o", output]);
        assert_eq!(shown.status.code(), Some(0), "{output}");
        assert!(shown.stdout.len() > 200, "{output}");
    }
    let unknown = run(&simulator, &["task", "show", "4242424242"]);
    assert_eq!(unknown.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("TSK10001"));
}

#[test]
fn a_failed_task_is_diagnosed_in_one_file_retried_and_another_cancelled() {
    let simulator = Simulator::start(&["--scene", "ocp", "--ocp", "127.0.0.1:0", "--speed", "5"]);
    let tasks = items(&run(&simulator, &["task", "list", "-o", "json"]));
    let of = |name: &str, state: &str| {
        let found = tasks
            .iter()
            .find(|t| t["name"] == name && t["state"] == state);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let failed = of("Restart OB zone", "failed");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("diagnosis.txt");
    let path = file.to_str().unwrap();
    let diagnose = || run(&simulator, &["task", "diagnose", &failed, "--file", path]);
    assert_eq!(diagnose().status.code(), Some(0));
    let text = std::fs::read_to_string(&file).unwrap();
    for part in [
        "Restart OB zone",
        "=== subtask:",
        "############{EXECUTE}",
        "\"schema\":\"obdeck.task/1\"",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    // What is there is not written over.
    assert_eq!(diagnose().status.code(), Some(1));
    let shown = run(&simulator, &["task", "show", &failed, "-o", "json"]);
    let task: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let nodes = task["nodes"].as_array().unwrap();
    let node = nodes.iter().find(|node| node["state"] == "failed").unwrap();
    let key = node["key"].as_str().unwrap();
    let skipped = run(
        &simulator,
        &["task", "skip", &failed, "--node", key, "--yes", "--plain"],
    );
    assert_eq!(
        skipped.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&skipped.stderr)
    );
    let running = of("Add OB server", "running");
    let cancelled = run(
        &simulator,
        &["task", "cancel", &running, "--yes", "--plain"],
    );
    assert_eq!(
        cancelled.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&cancelled.stderr)
    );
    let undone = run(
        &simulator,
        &["task", "rollback", &running, "--yes", "--plain"],
    );
    assert_eq!(
        undone.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&undone.stderr)
    );
    let shown = run(&simulator, &["task", "show", &running, "-o", "json"]);
    let task: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(task["state"], "rolled_back");
}

/// The subtask that runs ends before its cancel arrives: the next one is cancelled,
/// and none is asked twice.
#[test]
fn a_task_is_cancelled_although_its_subtask_ends_meanwhile() {
    let scene = ["--scene", "ocp", "--ocp", "127.0.0.1:0", "--speed", "5"];
    let running = |simulator: &Simulator| {
        let tasks = items(&run(simulator, &["task", "list", "-o", "json"]));
        let found = tasks
            .iter()
            .find(|t| t["name"] == "Add OB server" && t["state"] == "running");
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    // The same seed gives the same ids.
    let id = running(&Simulator::start(&scene));
    let fault = format!("delay=4s@/tasks/instances/{id}/subtasks#1");
    let slow = [&scene[..], &["--fault", &fault]].concat();
    let simulator = Simulator::start(&slow);
    let cancelled = run(&simulator, &["task", "cancel", &id, "--yes", "--plain"]);
    let err = String::from_utf8_lossy(&cancelled.stderr);
    assert_eq!(cancelled.status.code(), Some(0), "{err}");
    assert!(err.contains("TSK10007"), "{err}");
    let mut requests: Vec<_> = err
        .lines()
        .filter(|line| line.starts_with("POST"))
        .collect();
    assert!(requests.len() > 1, "{err}");
    requests.sort_unstable();
    requests.dedup();
    let posted = err.lines().filter(|line| line.starts_with("POST")).count();
    assert_eq!(requests.len(), posted, "{err}");
}
