//! The backend of OCP against a simulated one, over real sockets.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use obdeck::base::Secret;
use obdeck::fleet::Address;
use obdeck::fleet::request::{Body, Effect, Method, Request};
use obdeck::fleet::task::{State, Task, TaskId};
use obdeck::link::ocp::{Config, OcpBackend};
use obdeck::link::{Ask, Backend, LinkError, Lost, Picture, SendError, WriteAccess};
use obdeck::sim::ocp::{Endpoint, Ocp, Options, Scene};
use obdeck::wire::ocp::{Credential, api};
use serde_json::json;

#[path = "link_ocp/forms.rs"]
mod forms;
#[path = "link_ocp/held.rs"]
mod held;

fn key(at: &Endpoint) -> Credential {
    Credential::Key {
        access: at.ak.clone(),
        secret: Secret::new(at.sk.clone()),
    }
}

fn address(at: &Endpoint) -> Address {
    Address::new(at.address.ip().to_string(), at.address.port())
}

async fn start(scene: Scene, faults: &[&str]) -> (Ocp, OcpBackend) {
    let options = Options {
        scene,
        speed: 500.0,
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..Options::default()
    };
    let ocp = Ocp::start(options).await.unwrap();
    let at = ocp.endpoint();
    let backend = OcpBackend::new(Config::new(vec![address(&at)], Some(key(&at)))).unwrap();
    (ocp, backend)
}

async fn task(backend: &OcpBackend, id: &TaskId) -> Task {
    match backend.ask(&Ask::Task(id.clone())).await.unwrap().picture {
        Picture::Task(task) => *task,
        other => panic!("{other:?}"),
    }
}

async fn ended(backend: &OcpBackend, id: &TaskId) -> Task {
    let began = Instant::now();
    loop {
        let task = task(backend, id).await;
        if !task.is_live() {
            return task;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{:?}",
            task.state
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn add_servers(backend: &OcpBackend) -> Request {
    let clusters = backend.clusters().await.unwrap();
    let pay = clusters
        .iter()
        .find(|one| one.cluster.name == "pay")
        .unwrap();
    let hosts = backend.hosts(Some("AVAILABLE")).await.unwrap();
    let ids: Vec<i64> = hosts[..2]
        .iter()
        .map(|host| host.id.parse().unwrap())
        .collect();
    Request {
        method: Method::Post,
        body: Some(Body::Plain(json!({"zoneName": "zone2", "servers": ids}))),
        effect: Effect::Changes,
        makes: Some("Add OB server".into()),
        first: None,
        ..Request::get(api::path(&["ob", "clusters", &pay.id, "servers"]))
    }
}

#[tokio::test]
async fn a_cluster_is_put_together() {
    let (_ocp, backend) = start(Scene::Ocp, &[]).await;
    let clusters = backend.clusters().await.unwrap();
    assert_eq!(clusters.len(), 4);
    let prod = clusters
        .iter()
        .find(|one| one.cluster.name == "prod")
        .unwrap();
    backend.set_cluster(Some(prod.id.clone()));
    let asked = backend.ask(&Ask::Cluster).await.unwrap();
    let Picture::Cluster(cluster) = asked.picture else {
        panic!("{:?}", asked.picture);
    };
    assert_eq!(cluster.name, "prod");
    assert!(cluster.is_initialised() && cluster.clock_ahead_ms.is_some());
    assert_eq!((cluster.zones.len(), cluster.proxies.len()), (3, 1));
    assert!(cluster.servers().count() >= 4);
    assert_eq!(cluster.tenants.as_ref().map(Vec::len), Some(3));
    let Picture::Tasks(tasks) = backend.ask(&Ask::Tasks).await.unwrap().picture else {
        panic!("no tasks");
    };
    assert!(tasks.iter().any(|task| task.name == "Add OB server"));
    assert!(
        !tasks.iter().any(|task| task.name == "Restart OB zone"),
        "another cluster's"
    );
}

#[tokio::test]
async fn servers_are_added_and_a_failure_is_read_and_retried() {
    let (_ocp, backend) = start(Scene::Ocp, &["task-fail=Install rpm#1"]).await;
    let access = WriteAccess::grant(false).unwrap();
    let request = add_servers(&backend).await;
    let made = backend.send(&access, &request).await.unwrap().task.unwrap();
    assert_eq!(made.nodes.len(), 21);
    let failed = ended(&backend, &made.id).await;
    assert_eq!(failed.state, State::Failed);
    let node = failed
        .nodes
        .iter()
        .find(|node| node.state == State::Failed)
        .unwrap();
    let Picture::Log(lines) = backend
        .ask(&Ask::Log(node.id.clone()))
        .await
        .unwrap()
        .picture
    else {
        panic!("no log");
    };
    assert!(lines.iter().any(|line| line.text.contains("refused")));
    let retry = api::retry_subtask(&made.id.0, &node.id);
    assert!(backend.send(&access, &retry).await.unwrap().task.is_none());
    assert_eq!(ended(&backend, &made.id).await.state, State::Succeeded);
    let error = backend.send(&access, &retry).await.unwrap_err();
    let SendError::NotDone(LinkError::Refused { code, advice, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(code, "TSK10007");
    assert!(!advice.is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_not_sent_again() {
    let (ocp, backend) = start(Scene::Ocp, &["lost-answer@ob/clusters/#4"]).await;
    let access = WriteAccess::grant(false).unwrap();
    let request = add_servers(&backend).await;
    // The fourth request below `ob/clusters/`: three reads come before it.
    backend.set_cluster(Some(request.path.split('/').nth(5).unwrap().to_owned()));
    backend.ask(&Ask::Cluster).await.unwrap();
    let sent = backend.send(&access, &request).await;
    let lost = match sent {
        Err(SendError::AnswerLost { found, .. }) => found,
        other => panic!("{other:?}: {:?}", ocp.requests()),
    };
    let Lost::Made(id) = lost else {
        panic!("{lost:?}");
    };
    assert_eq!(task(&backend, &id).await.nodes.len(), 21);
    assert_eq!(ocp.requests()["POST ob/clusters/:id/servers"], 1);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let (ocp, backend) = start(Scene::Ocp, &[]).await;
    let wrong = |password: &str| {
        Some(Credential::Basic {
            user: "admin".into(),
            password: Secret::new(password),
        })
    };
    backend.set_credential(wrong("guess"));
    let asks = [Ask::Cluster, Ask::Tasks, Ask::Task(TaskId("1".into()))];
    let all = futures_util::future::join_all(asks.iter().map(|ask| backend.ask(ask))).await;
    for asked in &all {
        assert!(matches!(asked, Err(LinkError::Unauthorized { code, .. }) if code == "IAM10004"));
    }
    assert_eq!(
        ocp.requests().values().sum::<u64>(),
        1,
        "{:?}",
        ocp.requests()
    );
    let right = ocp.endpoint().password;
    backend.set_credential(wrong(&right));
    assert!(backend.ask(&Ask::Cluster).await.is_ok());
}

#[tokio::test]
async fn a_clock_far_off_does_not_hinder_a_signature() {
    let (_ocp, backend) = start(Scene::Ocp, &["clock=-7200s"]).await;
    let Picture::Cluster(cluster) = backend.ask(&Ask::Cluster).await.unwrap().picture else {
        panic!("no cluster");
    };
    let behind = cluster.clock_ahead_ms.unwrap();
    assert!((behind + 7_200_000).abs() < 5_000, "{behind}");
}

#[tokio::test]
async fn another_endpoint_answers_when_the_first_is_gone() {
    let (gone, _) = start(Scene::Ocp, &[]).await;
    let dead = address(&gone.endpoint());
    gone.stop().await;
    let (ocp, _) = start(Scene::Ocp, &[]).await;
    let at = ocp.endpoint();
    let config = Config::new(vec![dead.clone(), address(&at)], Some(key(&at)));
    let backend = OcpBackend::new(config).unwrap();
    assert!(backend.ask(&Ask::Tasks).await.is_ok());
    assert_eq!(backend.endpoint(), at.address.to_string());
    let alone = OcpBackend::new(Config::new(vec![dead], Some(key(&at)))).unwrap();
    let error = alone.ask(&Ask::Tasks).await.unwrap_err();
    assert!(matches!(error, LinkError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_answer_is_said_to_be_none() {
    let (_ocp, backend) = start(
        Scene::Ocp,
        &["html@tasks#1", "half@tasks#2", "status=503@tasks#3"],
    )
    .await;
    for _ in 0..3 {
        let error = backend
            .ask(&Ask::Task(TaskId("1".into())))
            .await
            .unwrap_err();
        assert!(matches!(error, LinkError::Garbled { .. }), "{error:?}");
    }
    let error = backend
        .ask(&Ask::Task(TaskId("1".into())))
        .await
        .unwrap_err();
    assert!(
        matches!(error, LinkError::Refused { status: 404, .. }),
        "{error:?}"
    );
    let error = backend.ask(&Ask::Log("1".into())).await.unwrap_err();
    assert!(matches!(error, LinkError::NotAsked(_)), "{error:?}");
}

#[tokio::test]
async fn a_fleet_and_a_giant_are_asked_for_in_pages() {
    let (_ocp, backend) = start(Scene::Fleet, &[]).await;
    assert_eq!(backend.clusters().await.unwrap().len(), 200);
    let Picture::Tasks(tasks) = backend.ask(&Ask::Tasks).await.unwrap().picture else {
        panic!("no tasks");
    };
    let failed = tasks
        .iter()
        .filter(|task| task.state == State::Failed)
        .count();
    assert_eq!(failed, 104);
    assert!(tasks.len() > 200 && tasks.len() < 400);
    assert!(
        tasks.is_sorted_by(|a, b| a.id.0.parse::<u64>().unwrap() > b.id.0.parse::<u64>().unwrap())
    );
}

#[tokio::test]
async fn a_limit_is_kept_and_said_in_the_platforms_words() {
    let (ocp, backend) = start(Scene::Ocp, &["429=2s@tasks#1"]).await;
    let error = backend.ask(&Ask::Tasks).await.unwrap_err();
    let LinkError::Throttled { said, wait, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(said.contains("request limit"), "{said}");
    assert_eq!(*wait, Duration::from_secs(2));
    let began = Instant::now();
    let before = ocp.requests();
    let again = backend.ask(&Ask::Cluster).await.unwrap_err();
    assert!(matches!(again, LinkError::Throttled { .. }), "{again:?}");
    if began.elapsed() < *wait {
        assert_eq!(ocp.requests(), before);
    }
    tokio::time::sleep(*wait).await;
    assert!(backend.ask(&Ask::Tasks).await.is_ok());
}
