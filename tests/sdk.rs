//! A client that nobody here wrote drives the simulator: the Python package
//! `obshell` joins three agents, configures them, initialises a cluster, and then
//! stops, starts, grows and shrinks it, with an `OBProxy` and operations on tasks.
//!
//! The test makes its own virtual environment under `target/`. Where Python,
//! its `venv` or the package index is missing it says so loudly and proves
//! nothing, except where `CI` is set: there it fails.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PACKAGE: &str = "obshell==0.0.9";

/// The simulator, ended with the test.
struct Simulator(Child);

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_public_python_client_sets_up_and_looks_after_a_cluster() {
    let python = match environment() {
        Ok(python) => python,
        Err(reason) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "CI is set, so this must run: {reason}"
            );
            eprintln!("\n*** tests/sdk proved NOTHING: {reason} ***\n");
            return;
        }
    };
    let (simulator, agents) = simulator();
    let setup = script(&python, "setup.py", &agents[..3]);
    assert!(setup.contains("ok: it succeeded"), "{setup}");
    let work = script(&python, "work.py", &agents);
    assert!(work.contains("ok: nothing is left unfinished"), "{work}");
    drop(simulator);
}

/// What a script says that must succeed.
fn script(python: &Path, name: &str, agents: &[String]) -> String {
    let told = Command::new(python)
        .arg("-u")
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/sdk")
                .join(name),
        )
        .args(agents)
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .expect("the script starts");
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.status.success(),
        "{name}:\n{said}\n{}",
        String::from_utf8_lossy(&told.stderr)
    );
    said
}

/// The simulator on free ports and the addresses of its agents.
fn simulator() -> (Simulator, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_obdeck"))
        .args(["sim", "--scene", "fresh", "--agents", "4", "--speed", "30"])
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("obdeck starts");
    let stdout = child.stdout.take().expect("its stdout is a pipe");
    let simulator = Simulator(child);
    let mut agents = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line = line.expect("its lines are text");
        let mut fields = line.split(' ');
        match (fields.next(), fields.next()) {
            (Some("obshell"), Some(address)) => agents.push(address.to_owned()),
            (Some("ready"), None) => return (simulator, agents),
            _ => panic!("an unknown line: {line}"),
        }
    }
    panic!("the simulator ended before it was ready");
}

/// A Python that can import the package.
fn environment() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk-obshell-0.0.9");
    let python = home.join("bin/python");
    if python.exists() && run(Command::new(&python).args(["-c", "import obshell"])).is_ok() {
        return Ok(python);
    }
    let _ = std::fs::remove_dir_all(&home);
    run(Command::new("python3").arg("-m").arg("venv").arg(&home))
        .map_err(|reason| format!("python3 -m venv: {reason}"))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .arg(PACKAGE))
    .map_err(|reason| format!("pip install {PACKAGE}: {reason}"))?;
    run(Command::new(&python).args(["-c", "import obshell"]))
        .map_err(|reason| format!("import obshell: {reason}"))?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let told = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if told.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&told.stderr).trim().to_owned())
    }
}
