//! No secret is written down: the real binary with marker secrets, on agents
//! that want them; then every file, every output and every byte for the terminal
//! is searched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where it stands"
)]

#[allow(dead_code, reason = "shared with the tests of the link")]
#[path = "link/stage.rs"]
mod stage;

#[allow(dead_code, reason = "shared with the tests of the terminal")]
#[path = "pty/session.rs"]
mod session;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use obdeck::base::Secret;
use obdeck::fleet::change::{self, InitOptions};
use obdeck::link::obshell::Credentials;
use obdeck::sim::Scene;

use session::Program;
use stage::{Stage, done, send};

const ROOT: &str = "Rm4rker&r00t+/x=1";
const AGENT: &str = "Am4rker%agent?2";
const TYPED: &str = "Tm4rker typed+3";
const WRONG: &str = "Wm4rker=wrong&4";
const ALL: [&str; 4] = [ROOT, AGENT, TYPED, WRONG];

/// The shapes in which a secret could turn up.
fn shapes(secret: &str) -> Vec<String> {
    let mut shapes = vec![secret.to_owned()];
    for shift in 0..3 {
        // Within a longer text base64 depends on where it begins.
        let padded = format!("{}{secret}", "\0".repeat(shift));
        let encoded = STANDARD.encode(&padded);
        let whole = encoded.trim_end_matches('=');
        let from = if shift == 0 { 0 } else { 4 };
        shapes.push(whole[from..whole.len() - 2].to_owned());
    }
    let mut percent = String::new();
    let mut hex = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() {
            percent.push(char::from(byte));
        } else {
            write!(percent, "%{byte:02X}").unwrap();
        }
        write!(hex, "{byte:02x}").unwrap();
    }
    shapes.extend([percent, hex]);
    shapes
}

fn search(place: &str, text: &str) {
    search_for(&ALL, place, text);
}

fn search_for(secrets: &[&str], place: &str, text: &str) {
    for secret in secrets {
        for shape in shapes(secret) {
            assert!(
                !text.to_lowercase().contains(&shape.to_lowercase()),
                "{place} holds {secret:?} as {shape:?}:\n{text}"
            );
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn search_files(folder: &Path, expected: &[&str]) {
    let found = files(folder);
    for path in &found {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        search(&path.display().to_string(), &text);
    }
    for name in expected {
        let there = found
            .iter()
            .any(|path| path.ends_with(name) && std::fs::metadata(path).unwrap().len() > 0);
        assert!(there, "{name} was written: {found:?}");
    }
}

#[test]
fn the_search_finds_every_shape() {
    for secret in ALL {
        for text in [
            format!("x{secret}y"),
            STANDARD.encode(format!("a{secret}bc")),
            STANDARD.encode(format!("{{\"password\":\"{secret}\"}}")),
        ] {
            let found = std::panic::catch_unwind(|| search("test", &text));
            assert!(found.is_err(), "{text}");
        }
    }
}

/// A cluster whose agents want the markers.
async fn cluster() -> Stage {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend_with(&stage.agents[..1], Credentials::default());
    let master = &stage.agents[0];
    done(&backend, &change::join(master, master, "zone1", None)).await;
    let config = change::cluster_config(master, 1, "prod", None, &Secret::new(ROOT));
    done(&backend, &config).await;
    done(&backend, &change::init(master, &InitOptions::default())).await;
    let password = change::agent_password(master, &Secret::new(AGENT));
    send(&backend, &password).await.unwrap();
    stage
}

struct Desk {
    home: tempfile::TempDir,
    endpoint: String,
}

impl Desk {
    fn run(&self, password: &str, arguments: &[&str]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_obdeck"))
            .env_clear()
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .env("OBDECK_PASSWORD", password)
            // The agent password would open the same routes.
            .env(
                "OBDECK_AGENT_PASSWORD",
                if password == WRONG { WRONG } else { AGENT },
            )
            .env("OBDECK_ENDPOINT", &self.endpoint)
            .env("OBDECK_LOG_FILE", self.home.path().join("program.log"))
            .env("OBDECK_RECORD", self.home.path().join("session.jsonl"))
            .current_dir(self.home.path())
            .arg("-vv")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        search(&format!("stdout of {arguments:?}"), &text(&output.stdout));
        search(&format!("stderr of {arguments:?}"), &text(&output.stderr));
        output
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_command_writes_a_secret_down() {
    let stage = cluster().await;
    let desk = Desk {
        home: tempfile::tempdir().unwrap(),
        endpoint: stage.agents[0].to_string(),
    };
    tokio::task::spawn_blocking(move || {
        for pane in [
            "cluster", "zones", "servers", "agents", "tasks", "tenants", "proxies",
        ] {
            let output = desk.run(ROOT, &["get", pane, "-o", "json"]);
            assert!(output.status.success(), "{pane}: {output:?}");
        }
        let list = desk.run(ROOT, &["task", "list", "-o", "json"]);
        let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
        for task in list["items"].as_array().unwrap() {
            let id = task["id"].as_str().unwrap();
            assert!(desk.run(ROOT, &["task", "show", id]).status.success());
            desk.run(ROOT, &["task", "logs", id]);
            desk.run(ROOT, &["task", "watch", id, "--json"]);
        }
        // Refused: the password, then a change that carries one.
        assert_eq!(desk.run(WRONG, &["get", "zones"]).status.code(), Some(5));
        let values = desk.home.path().join("values.json");
        let (agent, master) = (stage.agents[0].to_string(), stage.agents[0].to_string());
        let given = serde_json::json!({
            "agent": agent, "master": master, "zone": "zone1", "master_password": TYPED
        });
        std::fs::write(&values, given.to_string()).unwrap();
        let from = ["do", "join", "--from", "values.json"];
        let dry = desk.run(ROOT, &[&from[..], &["--dry-run"]].concat());
        assert!(dry.status.success(), "{dry:?}");
        let refused = desk.run(ROOT, &[&from[..], &["--yes"]].concat());
        assert_eq!(refused.status.code(), Some(4), "{refused:?}");
        // What the operator wrote is the operator's.
        std::fs::remove_file(values).unwrap();
        search_files(
            desk.home.path(),
            &[
                "program.log",
                "session.jsonl",
                "audit.jsonl",
                "known_keys.toml",
            ],
        );
        // The recording plays, and shows no secret either.
        let played = desk.run(ROOT, &["view", "session.jsonl"]);
        assert!(played.status.success(), "{played:?}");
        assert!(!played.stdout.is_empty());
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_screen_shows_a_secret() {
    let stage = cluster().await;
    let endpoint = stage.agents[0].to_string();
    let other = stage.agents[1].to_string();
    tokio::task::spawn_blocking(move || {
        let record = tempfile::tempdir().unwrap();
        let file = |name: &str| record.path().join(name).display().to_string();
        let arguments = [
            "connect",
            &endpoint,
            "-vv",
            "--record",
            &file("session.jsonl"),
            "--log-file",
            &file("program.log"),
        ];
        let mut session = Program::obdeck(&arguments).run();
        session.wait_text("Password of root@sys");
        session.send(WRONG);
        session.send("\r");
        // The console says how the password is given again.
        session.wait_text("settles it");
        session.send("!");
        session.wait_text("Password of root@sys");
        session.send(ROOT);
        session.send("\r");
        session.wait_text("zone1");
        // A form with a secret in it, looked at, left and come back to.
        session.send("J");
        session.wait_text("zone");
        session.send(&format!("{other}\t{endpoint}\tzone2\t{TYPED}\t"));
        session.wait_text("∙");
        session.send("\x1b");
        let left = |screen: &vt100::Screen| !screen.contents().contains("This will be sent");
        session.wait("the form is left", left);
        session.send("J");
        session.wait_text("This will be sent");
        session.send("\x1b");
        session.wait("the form is left", left);
        session.send(":tasks\r");
        session.wait_text("Tasks");
        session.send("\x03");
        session.wait_text("exit=");
        search("the terminal", &session.raw());
        search("the last screen", &session.text());
        let written = session.files();
        let file = |end: &str| {
            let found = written
                .iter()
                .find(|path| path.display().to_string().ends_with(end));
            let path = found.unwrap_or_else(|| panic!("{end} was written: {written:?}"));
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(path).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600, "{end}");
            std::fs::read_to_string(path).unwrap()
        };
        assert!(file("-join.json").contains("zone2"));
        assert!(file("command_history").contains("tasks"));
        for path in &written {
            let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
            search(&path.display().to_string(), &text);
        }
        search_files(record.path(), &["program.log", "session.jsonl"]);
    })
    .await
    .unwrap();
}

/// Sessions are secrets as passwords are, and each way out ends them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_is_written_down_or_left_open() {
    let stage = cluster().await;
    let desk = Desk {
        home: tempfile::tempdir().unwrap(),
        endpoint: stage.agents[0].to_string(),
    };
    let config = desk.home.path().join("config.toml");
    let context = format!(
        "default = \"c\"\n[contexts.c]\nendpoints = [\"{}\"]\nsession = true\n",
        desk.endpoint
    );
    std::fs::write(&config, context).unwrap();
    let opened = tokio::task::spawn_blocking(move || {
        let config = config.display().to_string();
        let logged = |times: u64| {
            for route in ["POST login", "POST logout"] {
                assert_eq!(stage.asked(route), times, "{route}");
            }
        };
        let mut outputs = String::new();
        let mut run = |arguments: &[&str]| {
            let flags = ["--config", &config, "--context", "c"];
            let output = desk.run(ROOT, &[arguments, &flags].concat());
            for bytes in [&output.stdout, &output.stderr] {
                outputs += &String::from_utf8_lossy(bytes);
            }
            output
        };
        assert!(run(&["get", "zones"]).status.success());
        logged(1);
        // Refused, and lost: however it ends.
        let refused = run(&["do", "zone-delete", "--set", "zone=zone1", "--yes"]);
        assert_eq!(refused.status.code(), Some(4), "{refused:?}");
        logged(2);
        let checked = run(&["config", "check", "--ask"]);
        assert!(checked.status.success(), "{checked:?}");
        let words = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(words.contains("session: works"), "{words}");
        logged(3);
        let file = |name: &str| desk.home.path().join(name).display().to_string();
        let (record, log) = (file("screen.jsonl"), file("screen.log"));
        let arguments = ["--config", &config, "--record", &record, "--log-file", &log];
        let mut session = Program::obdeck(&[&arguments[..], &["-vv"]].concat())
            .env("OBDECK_PASSWORD", ROOT)
            .env("OBDECK_AGENT_PASSWORD", AGENT)
            .run();
        session.wait_text("zone1");
        session.send("\x03");
        session.wait_text("exit=0");
        logged(4);
        let given = stage.sim.sessions();
        let ids: Vec<&str> = given.iter().map(|(id, _)| id.as_str()).collect();
        search_for(&ids, "an output", &outputs);
        search_for(&ids, "the terminal", &session.raw());
        let written = [session.files(), files(desk.home.path())].concat();
        for path in &written {
            let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
            search_for(&ids, &path.display().to_string(), &text);
        }
        for name in ["program.log", "session.jsonl", "screen.jsonl", "screen.log"] {
            let path = written.iter().find(|path| path.ends_with(name)).unwrap();
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.contains("/api/v1/logout"), "{name} tells of a session");
        }
        given
    })
    .await
    .unwrap();
    assert_eq!(opened.len(), 4);
    assert!(opened.iter().all(|(_, carried)| *carried > 1), "{opened:?}");
}

/// A program that keeps one secret is not told the others.
#[test]
fn a_command_that_gives_a_secret_gets_no_other() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let seen = home.path().join("seen");
    let command = format!("env > {}; echo x", seen.display());
    std::fs::write(
        &config,
        format!(
            "default = \"c\"\n[contexts.c]\napi = \"obshell\"\nendpoints = [\"127.0.0.1:1\"]\n\
             password = {{ command = [\"sh\", \"-c\", {command:?}] }}\n"
        ),
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_obdeck"))
        .env("HOME", home.path())
        .env("OBDECK_CONFIG", &config)
        .env("OBDECK_PASSWORD", ROOT)
        .env("OBDECK_AGENT_PASSWORD", AGENT)
        .args(["get", "zones"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("OBDECK_CONFIG"), "{seen}");
    search("the environment of the command", &seen);
}

/// No core file, no reading by other programs of this user.
#[cfg(target_os = "linux")]
#[test]
fn the_process_cannot_be_looked_into() {
    use std::io::BufRead as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
    use std::os::unix::process::CommandExt as _;
    // The kernel gives the files of such a process to root; who is root himself
    // sees the difference only on a process of somebody else.
    let root = rustix::process::geteuid().is_root();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("obdeck");
    let mut command = if root {
        std::fs::copy(env!("CARGO_BIN_EXE_obdeck"), &program).unwrap();
        for path in [folder.path(), &program] {
            std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let mut command = Command::new(&program);
        command.uid(65534).gid(65534);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_obdeck"))
    };
    let mut child = command
        .args(["sim", "--scene", "fresh", "--agents", "1"])
        .args(["--listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.map_while(Result::ok).any(|line| line == "ready");
    let environ = format!("/proc/{}/environ", child.id());
    let owner = std::fs::metadata(&environ).map(|file| file.uid());
    let readable = std::fs::read(&environ).is_ok();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ready);
    assert_eq!(owner.unwrap(), 0);
    assert_eq!(readable, root);
}
