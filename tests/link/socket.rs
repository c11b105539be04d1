//! The socket of an agent on this machine: no password, nothing sealed.

use std::path::PathBuf;

use obdeck::base::Secret;
use obdeck::fleet::{Address, change};
use obdeck::link::obshell::{Credentials, Pins as _};
use obdeck::link::{Backend as _, LinkError};
use obdeck::sim::Scene;
use tempfile::TempDir;

use crate::stage::{Stage, cluster, done, task, tasks};

/// A home directory with a socket in it, as an agent makes it.
fn home(stage: &mut Stage, agent: usize) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("run")).unwrap();
    let socket = home.path().join("run/obshell.sock");
    stage.sim.serve_socket(agent, &socket).unwrap();
    (home, socket)
}

#[tokio::test]
async fn a_running_cluster_is_read_without_a_password() {
    let mut stage = Stage::set(Scene::Default, &[]).await;
    let (_home, socket) = home(&mut stage, 0);
    let at = Address::socket(&socket);
    let backend = stage.backend_with(std::slice::from_ref(&at), Credentials::default());
    let picture = cluster(&backend).await.unwrap();
    assert_eq!(picture.problems, Vec::<String>::new());
    assert_eq!(picture.zones.len(), 3);
    for brief in tasks(&backend).await.unwrap() {
        assert!(task(&backend, &brief.id).await.unwrap().detailed);
    }
    assert_eq!(backend.endpoint(), format!("unix:{}", socket.display()));
    // The key is for what goes over the network.
    assert_eq!(stage.pins.pinned(&at), Ok(None));
    assert_eq!(stage.sim.dangerous(), 0);
}

#[tokio::test]
async fn a_change_goes_over_the_socket_of_its_agent() {
    let mut stage = Stage::set(Scene::Fresh, &[]).await;
    let agent = stage.agents[0].clone();
    // An agent with a password refuses everybody else.
    let password = change::agent_password(&agent, &Secret::new("agent-Pw1"));
    let network = stage.backend();
    crate::stage::send(&network, &password).await.unwrap();
    let (_home, socket) = home(&mut stage, 0);
    let backend = stage.backend_with(&[Address::socket(&socket)], Credentials::default());
    done(&backend, &change::join(&agent, &agent, "zone1", None)).await;
    let picture = cluster(&backend).await.unwrap();
    assert_eq!(picture.agents[0].identity, "MASTER");
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_named() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let nowhere = Address::socket(std::path::Path::new("/nowhere/run/obshell.sock"));
    let backend = stage.backend_with(&[nowhere], Credentials::default());
    let error = cluster(&backend).await.unwrap_err();
    let LinkError::Unreachable { endpoint, reason } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(endpoint, "unix:/nowhere/run/obshell.sock");
    assert!(reason.contains("no such socket"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_finds_it_in_the_home_directory() {
    let mut stage = Stage::set(Scene::Default, &[]).await;
    let (home, socket) = home(&mut stage, 0);
    let state = tempfile::tempdir().unwrap();
    let ways: [&[&str]; 3] = [
        &["--home", home.path().to_str().unwrap()],
        &["--endpoint", &format!("unix:{}", socket.display())],
        // The working directory names it.
        &[],
    ];
    for way in ways {
        let mut command = assert_cmd::Command::cargo_bin("obdeck").unwrap();
        command
            .env_clear()
            .env("HOME", state.path())
            .current_dir(home.path())
            .args(["get", "zones"])
            .args(way);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{way:?}: {said}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("zone3"), "{way:?}: {said}");
    }
}
