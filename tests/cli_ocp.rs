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
