//! The program as scripts meet it: the real binary, the embedded simulator,
//! exit codes, what goes to stdout and what to stderr.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
#[path = "cli/keyring.rs"]
mod keyring;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/watch.rs"]
mod watch;

use program::{Simulator, closed_port, obdeck, one_answer};
use serde_json::Value;

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|error| {
        panic!("no JSON ({error}): {}", String::from_utf8_lossy(text));
    })
}

fn join(master: &str, agent: &str, zone: &str) -> [String; 8] {
    [
        "do".into(),
        "join".into(),
        "--set".into(),
        format!("agent={agent}"),
        "--set".into(),
        format!("master={master}"),
        "--set".into(),
        format!("zone={zone}"),
    ]
}

#[test]
fn a_join_ends_with_0_and_a_second_one_with_4() {
    let simulator = Simulator::start(&["--scene", "fresh", "--speed", "20"]);
    let agent = simulator.agent(0);
    let arguments = join(&agent, &agent, "zone1");
    let first = obdeck().args(&arguments).arg("--yes").output().unwrap();
    let (out, err) = first.text();
    assert_eq!(first.code(), 0, "{out}\n{err}");
    assert!(out.contains("Join self"), "{out}");
    assert!(out.contains("succeeded"), "{out}");
    // The request was shown, and it is no data.
    assert!(err.contains("POST http://"), "{err}");

    let second = obdeck().args(&arguments).arg("--yes").output().unwrap();
    let (out, err) = second.text();
    assert_eq!(second.code(), 4, "{out}\n{err}");
    assert!(
        err.contains("Agent.Identify.NotSupportOperation") && err.contains("is 'MASTER'"),
        "{err}"
    );
    assert_eq!(out, "");

    let list = obdeck()
        .args(["task", "list", "-o", "json", "--endpoint", &agent])
        .output()
        .unwrap();
    let list = json(&list.stdout);
    assert_eq!(list["schema"], "obdeck.tasks/1");
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = obdeck()
        .args(["task", "show", &id, "-o", "json", "--endpoint", &agent])
        .output()
        .unwrap();
    let task = json(&shown.stdout);
    assert_eq!(task["schema"], "obdeck.task/1");
    assert_eq!(task["id"], id.as_str());
    assert_eq!(task["state"], "succeeded");
    assert_eq!(task["counts"]["total"], 1);
    let logs = obdeck()
        .args(["task", "logs", &id, "--endpoint", &agent])
        .output()
        .unwrap();
    assert_eq!(logs.code(), 0);
    assert!(!logs.stdout.is_empty());

    let missing = obdeck()
        .args(["task", "show", "22130706433999991", "--endpoint", &agent])
        .output()
        .unwrap();
    assert_ne!(missing.code(), 0);
    assert_eq!(missing.text().0, "");
}

#[test]
fn a_watch_in_json_says_one_object_a_line() {
    let simulator = Simulator::start(&["--scene", "fresh", "--speed", "20"]);
    let agent = simulator.agent(0);
    let told = obdeck()
        .args(join(&agent, &agent, "zone1"))
        .args(["--yes", "--json"])
        .output()
        .unwrap();
    let (out, err) = told.text();
    assert_eq!(told.code(), 0, "{err}");
    let lines: Vec<Value> = out.lines().map(|line| json(line.as_bytes())).collect();
    assert!(lines.len() >= 2, "{out}");
    assert!(lines.iter().all(|line| line["schema"].is_string()), "{out}");
    assert_eq!(lines.last().unwrap()["state"], "succeeded");
    assert_eq!(lines.last().unwrap()["schema"], "obdeck.task/1");
}

#[test]
fn what_does_not_pass_is_not_sent() {
    let simulator = Simulator::start(&["--scene", "fresh"]);
    let agent = simulator.agent(0);
    let arguments = join(&agent, &agent, "zone1");
    // A question that nobody is there to answer.
    let told = obdeck().args(&arguments).output().unwrap();
    assert_eq!(told.code(), 2, "{}", told.text().1);
    assert!(told.text().1.contains("--yes"));
    let told = obdeck()
        .args(&arguments)
        .args(["--yes", "--read-only"])
        .output()
        .unwrap();
    assert_eq!(told.code(), 8, "{}", told.text().1);
    let told = obdeck().args(&arguments).arg("--dry-run").output().unwrap();
    assert_eq!(told.code(), 0);
    assert!(told.text().0.contains("/api/v1/agent/join"));
    for wrong in [
        join(&agent, "10.0.0.5:x", "zone1"),
        join(&agent, &agent, ""),
    ] {
        let told = obdeck().args(wrong).arg("--yes").output().unwrap();
        assert_eq!(told.code(), 2, "{}", told.text().1);
    }
    let told = obdeck().args(["do", "jion", "--yes"]).output().unwrap();
    assert_eq!(told.code(), 2);
    assert!(told.text().1.contains("join"));
    // Nothing of all this has reached the agent.
    let agents = obdeck()
        .args(["get", "agents", "-o", "json", "--endpoint", &agent])
        .output()
        .unwrap();
    assert_eq!(json(&agents.stdout)["items"][0]["identity"], "SINGLE");
}

#[test]
fn each_list_has_its_schema() {
    let simulator = Simulator::start(&["--scene", "default", "--speed", "20"]);
    let agent = simulator.agent(0);
    let password = simulator.password();
    for pane in [
        "cluster",
        "zones",
        "servers",
        "proxies",
        "agents",
        "tasks",
        "tenants",
        "parameters",
    ] {
        let told = obdeck()
            .args(["get", pane, "-o", "json", "--endpoint", &agent])
            .env("OBDECK_PASSWORD", &password)
            .output()
            .unwrap();
        assert_eq!(told.code(), 0, "{pane}: {}", told.text().1);
        let list = json(&told.stdout);
        assert_eq!(list["schema"], format!("obdeck.{pane}/1"));
        assert!(!list["items"].as_array().unwrap().is_empty(), "{pane}");
    }
    let packages = obdeck()
        .args(["get", "packages", "-o", "json", "--endpoint", &agent])
        .env("OBDECK_PASSWORD", &password)
        .output()
        .unwrap();
    assert_eq!(packages.code(), 0, "{}", packages.text().1);
    assert_eq!(json(&packages.stdout)["schema"], "obdeck.packages/1");
    for pane in ["hosts", "alarms"] {
        let told = obdeck()
            .args(["get", pane, "--endpoint", &agent])
            .env("OBDECK_PASSWORD", &password)
            .output()
            .unwrap();
        assert_eq!(told.code(), 8, "{pane}");
        assert_eq!(told.text().0, "");
    }
    let wrong = obdeck()
        .args(["get", "zones", "--endpoint", &agent])
        .env("OBDECK_PASSWORD", "wrong")
        .output()
        .unwrap();
    assert_eq!(wrong.code(), 5, "{}", wrong.text().1);
    assert!(!wrong.text().1.contains("wrong\""), "{}", wrong.text().1);
}

#[test]
fn a_failed_task_is_3_and_a_rollback_that_was_asked_for_is_0() {
    let simulator = Simulator::start(&["--scene", "failure", "--speed", "20"]);
    let agent = simulator.agent(0);
    let password = simulator.password();
    let run = |arguments: &[&str]| {
        obdeck()
            .args(arguments)
            .args(["--endpoint", &agent])
            .env("OBDECK_PASSWORD", &password)
            .output()
            .unwrap()
    };
    let list = json(&run(&["task", "list", "-o", "json"]).stdout);
    let init = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["name"] == "Initialize cluster")
        .unwrap_or_else(|| panic!("no init in {list}"));
    let id = init["id"].as_str().unwrap();
    let watched = run(&["task", "watch", id, "--plain"]);
    let (out, err) = watched.text();
    assert_eq!(watched.code(), 3, "{out}\n{err}");
    assert!(err.contains("Start observer"), "{err}");
    let task = json(&run(&["task", "show", id, "-o", "json"]).stdout);
    assert_eq!(task["state"], "failed");
    assert!(
        task["first_cause"]
            .as_str()
            .unwrap()
            .starts_with("sub_task:")
    );
    for output in ["tree", "dot", "mermaid", "svg"] {
        let told = run(&["task", "show", id, "-o", output]);
        assert_eq!(told.code(), 0);
        assert!(told.text().0.contains("Start observer"), "{output}");
    }
    let undone = run(&["task", "rollback", id, "--yes", "--plain"]);
    let (out, err) = undone.text();
    assert_eq!(undone.code(), 0, "{out}\n{err}");
    let again = run(&["task", "watch", id]);
    assert_eq!(again.code(), 3, "nobody asked this command for a rollback");
}

#[test]
fn who_is_not_there_or_is_somebody_else_is_6() {
    let port = closed_port();
    let told = obdeck()
        .args(["get", "agents", "--endpoint", &format!("127.0.0.1:{port}")])
        .output()
        .unwrap();
    let (out, err) = told.text();
    assert_eq!((told.code(), out.as_str()), (6, ""), "{err}");
    assert!(err.contains(&format!("127.0.0.1:{port}")), "{err}");

    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\nConnection: close\r\n\r\n{\"succ",
        "SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let address = one_answer(answer);
        let told = obdeck()
            .args(["get", "agents", "--endpoint", &address])
            .output()
            .unwrap();
        let (out, err) = told.text();
        assert_eq!((told.code(), out.as_str()), (6, ""), "{answer}: {err}");
        assert!(err.contains(&address), "{answer}: {err}");
    }
}

#[test]
fn the_command_line_is_checked() {
    let told = obdeck().args(["get", "agents"]).output().unwrap();
    let err = told.text().1;
    assert_eq!(told.code(), 2, "{err}");
    for way in ["--context", "--endpoint", "--home"] {
        assert!(err.contains(way), "{err}");
    }
    for (arguments, code) in [
        (vec!["--version"], 0),
        (vec!["--help"], 0),
        (vec!["do", "join", "--help"], 0),
        (vec!["do", "--list"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["man"], 0),
        (vec!["keys"], 0),
        (vec!["theme", "list"], 0),
        (vec!["theme", "show", "default"], 0),
        (vec!["config", "path"], 0),
        (vec!["theme", "show", "nosuch"], 2),
        (vec!["nosuch"], 2),
        (vec!["get", "agents", "--endpoint", "a b"], 2),
        (vec!["get", "agents", "--context", "nosuch"], 2),
        (vec!["sim", "--scene", "nosuch"], 2),
        (vec!["sim", "--fault", "nosuch"], 2),
        (vec!["view", "/nosuch/file"], 1),
    ] {
        let told = obdeck().args(&arguments).output().unwrap();
        let (out, err) = told.text();
        assert_eq!(told.code(), code, "{arguments:?}: {err}");
        if code == 0 {
            assert!(!out.is_empty(), "{arguments:?} prints data");
        } else {
            assert_eq!(out, "", "{arguments:?} has no data");
            assert!(!err.is_empty(), "{arguments:?} says why");
        }
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let simulator = Simulator::start(&["--scene", "fresh"]);
    let told = obdeck()
        .args(["sim", "--listen", &simulator.agent(0)])
        .output()
        .unwrap();
    assert_eq!(told.code(), 1);
    assert!(told.text().1.contains(&simulator.agent(0)));
}

#[test]
fn the_simulator_ends_with_0_on_sigterm_and_sigint() {
    for signal in ["-TERM", "-INT"] {
        let simulator = Simulator::start(&["--scene", "fresh"]);
        assert_eq!(simulator.end(signal), Some(0), "{signal}");
    }
}

#[test]
fn a_configuration_is_written_checked_and_its_mistakes_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let run = |word: &str| {
        obdeck()
            .args(["config", word, "--config"])
            .arg(&file)
            .output()
            .unwrap()
    };
    assert_eq!(run("init").code(), 0);
    assert_eq!(run("check").code(), 0, "{}", run("check").text().1);
    assert_eq!(run("init").code(), 1, "it is never overwritten");
    std::fs::write(&file, "theme = \"nosuch\"\n[contexts.a]\nendpionts = []\n").unwrap();
    let told = run("check");
    let err = told.text().1;
    assert_eq!(told.code(), 1);
    assert!(
        err.contains("nosuch") && err.contains("endpionts") && err.contains(":3"),
        "{err}"
    );
}

#[test]
fn a_saved_answer_is_shown_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dag.json");
    let view = |text: &str, output: &str| {
        std::fs::write(&file, text).unwrap();
        obdeck()
            .arg("view")
            .arg(&file)
            .args(["-o", output])
            .output()
            .unwrap()
    };
    let dag = r#"{"id":"22130706433028861","dag_id":1,"name":"Join self","stage":1,"max_stage":1,
        "state":"FAILED","operator":"RUN","start_time":"2026-11-21T01:11:45Z",
        "end_time":"2026-11-21T01:11:46Z","nodes":[]}"#;
    let task = json(&view(dag, "json").stdout);
    assert_eq!(task["schema"], "obdeck.task/1");
    assert_eq!(task["raw"]["state"], "FAILED");
    let told = view(r#"{"data":{"identity":"SINGLE"}}"#, "json");
    assert_eq!(told.code(), 0);
    let answer = json(&told.stdout);
    assert_eq!(answer["schema"], "obdeck.answer/1");
    assert_eq!(answer["data"]["identity"], "SINGLE");
    let told = view("{\n  \"a\": }", "json");
    assert_eq!(told.code(), 1);
    assert!(told.text().1.contains("dag.json"), "{}", told.text().1);
}

trait Told {
    fn code(&self) -> i32;
    fn text(&self) -> (String, String);
}

impl Told for std::process::Output {
    fn code(&self) -> i32 {
        self.status.code().expect("it ended by itself")
    }

    fn text(&self) -> (String, String) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&self.stdout), text(&self.stderr))
    }
}
