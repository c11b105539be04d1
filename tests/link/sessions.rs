//! Sessions in place of passwords: one login an agent, and what ends one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use obdeck::base::Secret;
use obdeck::fleet::change;
use obdeck::link::obshell::{Config, Credentials, ObshellBackend};
use obdeck::link::{Backend, LinkError, Observer, Observers, SendError, Session};
use obdeck::sim::{Happening, Options, Scene, Sim};

use crate::stage::{Stage, cluster, send, task, tasks};

/// Longer than an unused session lives.
const IDLE: Duration = Duration::from_secs(1_900);

fn backend(stage: &Stage, change: impl FnOnce(&mut Config)) -> ObshellBackend {
    let mut config = Config {
        credentials: stage.credentials(),
        pins: stage.pins.clone(),
        sessions: true,
        ..Config::new(stage.agents[..1].to_vec())
    };
    change(&mut config);
    ObshellBackend::new(config).unwrap()
}

/// A running cluster whose clock stands still.
async fn still(version: Option<&str>, faults: &[&str]) -> Stage {
    let options = Options {
        speed: 0.0,
        agent_version: version.map(str::to_owned),
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..Options::default()
    };
    Stage::of(Sim::start(options).await.unwrap())
}

fn logins(stage: &Stage) -> u64 {
    stage.asked("POST login")
}

fn open(backend: &ObshellBackend) -> usize {
    let sessions = backend.sessions();
    let open = sessions.iter().filter(|(_, how)| *how == Session::Open);
    open.count()
}

/// Why the first agent is asked with the password.
fn why(backend: &ObshellBackend) -> String {
    match backend.sessions().swap_remove(0) {
        (_, Session::Password(why)) => why,
        (_, Session::Open) => panic!("a session is open"),
    }
}

#[tokio::test]
async fn one_login_an_agent_and_then_no_password_leaves() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = backend(&stage, |_| {});
    for _ in 0..2 {
        cluster(&backend).await.unwrap();
        tasks(&backend).await.unwrap();
    }
    assert_eq!(logins(&stage), 1);
    let sealed: u64 = ["ob/info", "agents/status", "obcluster/info"]
        .iter()
        .chain(&["task/dag/unfinish", "task/dags/agent", "task/dags/ob"])
        .map(|route| stage.asked(&format!("GET {route}")))
        .sum();
    assert_eq!(stage.sim.sessions()[0].1, sealed);
    assert_eq!(open(&backend), 1);
}

#[tokio::test]
async fn each_agent_has_a_session_of_its_own() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = backend(&stage, |config| config.endpoints.clone_from(&stage.agents));
    for _ in 0..2 {
        tasks(&backend).await.unwrap();
    }
    let asked = backend.sessions().len() as u64;
    assert!(asked > 1, "{:?}", backend.sessions());
    assert_eq!(logins(&stage), open(&backend) as u64);
    backend.leave().await;
    assert_eq!(stage.asked("POST logout"), logins(&stage));
    // Whoever asks again opens another one.
    cluster(&backend).await.unwrap();
    assert_eq!(open(&backend), 1);
}

#[tokio::test]
async fn a_read_logs_in_anew_and_once_however_many_ask() {
    let stage = still(None, &[]).await;
    let backend = backend(&stage, |_| {});
    cluster(&backend).await.unwrap();
    stage.sim.pass(IDLE);
    let (picture, list) = tokio::join!(cluster(&backend), tasks(&backend));
    assert_eq!(picture.unwrap().problems, Vec::<String>::new());
    list.unwrap();
    assert_eq!(logins(&stage), 2);
}

#[tokio::test]
async fn a_change_is_reported_and_not_repeated() {
    let stage = still(None, &[]).await;
    let backend = backend(&stage, |_| {});
    let id = tasks(&backend).await.unwrap().swap_remove(0).id;
    task(&backend, &id).await.unwrap();
    stage.sim.pass(IDLE);
    let change = obdeck::wire::obshell::api::operate(&id, obdeck::fleet::task::Operation::Cancel);
    let error = send(&backend, &change).await.unwrap_err();
    let SendError::NotDone(LinkError::Unauthorized { code, advice, .. }) = &error else {
        panic!("{error:?}");
    };
    assert!(
        code.starts_with("Security.Authentication.Session"),
        "{code}"
    );
    assert!(advice.contains("did nothing"), "{advice}");
    assert_eq!(stage.asked("POST task/dag/:id"), 1);
    assert_eq!(logins(&stage), 1);
    // The password was not blamed for it: the operator sends again, with a new session.
    let answer = send(&backend, &change).await;
    assert!(
        !matches!(
            answer,
            Err(SendError::NotDone(LinkError::Unauthorized { .. }))
        ),
        "{answer:?}"
    );
    assert_eq!(stage.asked("POST task/dag/:id"), 2);
    assert_eq!(logins(&stage), 2);
}

#[tokio::test]
async fn a_restart_is_noticed_before_a_change_is_sealed() {
    let stage = still(None, &[]).await;
    let backend = backend(&stage, |_| {});
    let id = tasks(&backend).await.unwrap().swap_remove(0).id;
    stage.sim.happen(Happening::AgentStarted(0));
    let change = obdeck::wire::obshell::api::operate(&id, obdeck::fleet::task::Operation::Cancel);
    let answer = send(&backend, &change).await;
    assert!(
        !matches!(
            answer,
            Err(SendError::NotDone(LinkError::Unauthorized { .. }))
        ),
        "{answer:?}"
    );
    assert_eq!((stage.asked("POST task/dag/:id"), logins(&stage)), (1, 2));
}

#[tokio::test]
async fn a_wrong_password_logs_in_nowhere_and_is_tried_once() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = backend(&stage, |config| {
        config.credentials = Credentials::new(Some(Secret::new("nope")), None);
    });
    for _ in 0..3 {
        for error in [
            cluster(&backend).await.unwrap_err(),
            tasks(&backend).await.unwrap_err(),
        ] {
            let LinkError::Unauthorized { code, .. } = &error else {
                panic!("{error:?}");
            };
            assert_eq!(code, "Security.Authentication.IncorrectOceanbasePassword");
        }
    }
    let request = change::agent_password(&stage.agents[0], &Secret::new("x"));
    send(&backend, &request).await.unwrap_err();
    assert_eq!(logins(&stage), 1);
    for route in [
        "GET ob/info",
        "GET task/dag/unfinish",
        "POST agent/password",
    ] {
        assert_eq!(stage.asked(route), 0, "{route}");
    }
    backend.set_credentials(stage.credentials());
    cluster(&backend).await.unwrap();
    assert_eq!(logins(&stage), 2);
}

#[tokio::test]
async fn the_password_is_used_where_there_are_no_sessions() {
    let stage = still(Some("4.3.1.0"), &[]).await;
    let old = backend(&stage, |_| {});
    cluster(&old).await.unwrap();
    assert!(why(&old).contains("4.3.1.0"), "{}", why(&old));
    assert_eq!(logins(&stage), 0);

    let stage = Stage::set(Scene::Fresh, &[]).await;
    let single = backend(&stage, |_| {});
    cluster(&single).await.unwrap();
    assert!(why(&single).contains("SINGLE"), "{}", why(&single));
    assert_eq!(logins(&stage), 0);
}

#[tokio::test]
async fn a_login_that_came_to_nothing_is_not_repeated() {
    for (fault, words) in [
        ("status=404@login", "not answered"),
        ("garbage@login", "not answered"),
        ("lost-answer@login", "not answered"),
    ] {
        let stage = still(None, &[fault]).await;
        let backend = backend(&stage, |_| {});
        for _ in 0..2 {
            cluster(&backend).await.unwrap();
        }
        assert_eq!(
            logins(&stage),
            u64::from(fault.starts_with("lost")),
            "{fault}"
        );
        assert!(why(&backend).contains(words), "{fault}: {}", why(&backend));
    }
}

/// Keeps what was said to be a secret, and says when it was used.
#[derive(Default)]
struct Told(Mutex<Vec<Secret>>);

impl Observer for Told {
    fn carries(&self, secret: &Secret) {
        self.0.lock().unwrap().push(secret.clone());
    }

    fn exchange(&self, asking: &obdeck::link::Asking, _: &obdeck::link::Answer) {
        if asking.path == "/api/v1/ob/info" {
            assert_eq!(self.0.lock().unwrap().len(), 1, "told before its first use");
        }
    }
}

#[tokio::test]
async fn whoever_writes_things_down_is_told_the_session_first() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let told = Arc::new(Told::default());
    let mut observers = Observers::default();
    observers.add(told.clone());
    let backend = backend(&stage, |config| config.observers = observers);
    cluster(&backend).await.unwrap();
    let told = told.0.lock().unwrap();
    assert_eq!(told[0].reveal(), stage.sim.sessions()[0].0);
    assert!(!format!("{:?} {backend:?}", told[0]).contains(told[0].reveal()));
}
