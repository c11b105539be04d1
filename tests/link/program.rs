//! Keys and production, with the real binary and its files.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use obdeck::sim::Scene;
use tempfile::TempDir;

use crate::stage::Stage;

fn obdeck(home: &Path, stage: &Stage, arguments: &[String]) -> Output {
    command(home, stage, arguments).output().unwrap()
}

fn command(home: &Path, stage: &Stage, arguments: &[String]) -> Command {
    let password = stage.sim.endpoints().swap_remove(0).password;
    let mut command = Command::new(env!("CARGO_BIN_EXE_obdeck"));
    command
        .env_clear()
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .env("OBDECK_PASSWORD", password.unwrap_or_default())
        .current_dir(home)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn pins(home: &TempDir) -> String {
    std::fs::read_to_string(home.path().join(".local/state/obdeck/known_keys.toml")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_stops_a_command_until_it_is_trusted() {
    let stage = Stage::set(Scene::Default, &["key-change@obproxy"]).await;
    let home = tempfile::tempdir().unwrap();
    let agent = stage.agents[0].to_string();
    let run = |line: &str| obdeck(home.path(), &stage, &words(line));
    let zones = format!("get zones --endpoint {agent}");
    tokio::task::block_in_place(|| {
        assert!(run(&zones).status.success());
        // Somebody has pinned another key before.
        let other = pins(&home).replace("SHA256:", "SHA256:A");
        let pinned = home.path().join(".local/state/obdeck/known_keys.toml");
        let right = pins(&home);
        std::fs::write(&pinned, &other).unwrap();
        let stopped = run(&zones);
        let words = said(&stopped);
        assert_eq!(stopped.status.code(), Some(5), "{words}");
        let offered = right.split("SHA256:").nth(1).unwrap();
        let offered = format!("SHA256:{}", offered.split('"').next().unwrap());
        assert!(words.contains(&offered), "{words}");
        assert!(words.contains("obdeck keys trust"), "{words}");
        // A wrong word is no word.
        let wrong = run(&format!("{zones} --accept-key SHA256:nonsense"));
        assert_eq!(wrong.status.code(), Some(5));
        assert_eq!(pins(&home), other);
        let accepted = run(&format!("{zones} --accept-key {offered}"));
        assert!(accepted.status.success(), "{}", said(&accepted));
        assert_eq!(pins(&home), right);
        std::fs::write(&pinned, &other).unwrap();
        // Nobody is there to be asked.
        let asked = run(&format!("keys trust {agent}"));
        assert_eq!(asked.status.code(), Some(2), "{}", said(&asked));
        let trusted = run(&format!("keys trust {agent} --yes"));
        assert!(trusted.status.success(), "{}", said(&trusted));
        assert!(said(&trusted).contains(&offered));
        assert!(run(&zones).status.success());
        // Pins that cannot be read are not "none".
        std::fs::write(&pinned, "\"x\" = \"md5\"\n").unwrap();
        assert_eq!(run(&zones).status.code(), Some(1));
    });
}

/// Ctrl-C leaves the task alone and ends the session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_watch_logs_out() {
    use std::io::BufRead as _;
    let stage = Stage::set(Scene::Default, &["task-hang=Start observer"]).await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let agent = stage.agents[0].to_string();
    let context =
        format!("default = \"c\"\n[contexts.c]\nendpoints = [\"{agent}\"]\nsession = true\n");
    std::fs::write(&config, context).unwrap();
    tokio::task::block_in_place(|| {
        let config = format!("--config {}", config.display());
        let list = obdeck(
            home.path(),
            &stage,
            &words(&format!("task list -o json {config}")),
        );
        let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
        let mut running = list["items"].as_array().unwrap().iter();
        let task = running.find(|task| task["state"] == "running").unwrap();
        let watch = format!(
            "task watch {} --plain {config}",
            task["id"].as_str().unwrap()
        );
        let mut watch = command(home.path(), &stage, &words(&watch))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(watch.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        let pid = rustix::process::Pid::from_child(&watch);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        assert_eq!(watch.wait().unwrap().code(), Some(130));
    });
    assert_eq!(
        (stage.asked("POST login"), stage.asked("POST logout")),
        (2, 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_is_read_only_and_wants_its_name() {
    let stage = Stage::set(Scene::Failure, &[]).await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let agent = stage.agents[0].to_string();
    std::fs::write(
        &config,
        format!(
            "default = \"prod\"\n[contexts.prod]\napi = \"obshell\"\nendpoints = [\"{agent}\"]\nproduction = true\n"
        ),
    )
    .unwrap();
    let run = |line: &str| {
        let line = format!("{line} --config {}", config.display());
        obdeck(home.path(), &stage, &words(&line))
    };
    tokio::task::block_in_place(|| {
        let list = run("task list -o json");
        let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        for (flags, why) in [
            ("", "read-only"),
            ("--write", "--confirm prod"),
            ("--write --confirm other", "--confirm prod"),
        ] {
            let line = format!("task cancel {id} --yes --no-watch {flags}");
            let stopped = run(line.trim_end());
            let words = said(&stopped);
            assert_eq!(stopped.status.code(), Some(8), "{flags}: {words}");
            assert!(words.contains(why), "{flags}: {words}");
        }
        assert_eq!(stage.asked("POST task/dag/:id"), 0);
        run(&format!(
            "task cancel {id} --yes --no-watch --write --confirm prod"
        ));
        assert_eq!(stage.asked("POST task/dag/:id"), 1);
    });
}
