//! Servers that do not behave.

use obdeck::fleet::task::TaskId;
use obdeck::fleet::{Address, change};
use obdeck::link::obshell::Pins;
use obdeck::link::{Backend, LinkError};
use obdeck::sim::Scene;

use crate::stage::{Stage, cluster, done, task, tasks};

/// A port that nobody listens on.
fn closed() -> Address {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    Address::new("127.0.0.1", socket.local_addr().unwrap().port())
}

#[tokio::test]
async fn a_closed_port_is_named() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let nobody = closed();
    let backend = stage.backend_with(std::slice::from_ref(&nobody), stage.credentials());
    let error = cluster(&backend).await.unwrap_err();
    assert_eq!(
        error,
        LinkError::Unreachable {
            endpoint: nobody.to_string(),
            reason: "connection refused: nothing listens there".into()
        }
    );
}

#[tokio::test]
async fn the_next_endpoint_answers_and_is_remembered() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let endpoints = [closed(), stage.agents[1].clone()];
    let backend = stage.backend_with(&endpoints, stage.credentials());
    assert_eq!(backend.endpoint(), endpoints[0].to_string());
    let picture = cluster(&backend).await.unwrap();
    assert_eq!(picture.agents[0].address, endpoints[1]);
    assert_eq!(backend.endpoint(), endpoints[1].to_string());
}

#[tokio::test]
async fn what_is_no_answer_is_said() {
    for (fault, words) in [
        ("html", "web page"),
        ("garbage", "not JSON"),
        ("status=503", "status 503"),
        ("huge=70M", "longer than 64 MiB"),
        // Without an end.
        ("huge=100000G", "longer than 64 MiB"),
    ] {
        let stage = Stage::set(Scene::Fresh, &[fault]).await;
        let error = cluster(&stage.backend()).await.unwrap_err();
        let LinkError::Garbled { endpoint, reason } = &error else {
            panic!("{fault}: {error:?}");
        };
        assert_eq!(*endpoint, stage.agents[0].to_string());
        assert!(reason.contains(words), "{fault}: {reason}");
    }
}

#[tokio::test]
async fn half_a_body_is_said() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let agent = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n";
        write!(stream, "{head}{{\"successful\":true").unwrap();
    });
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend_with(&[agent], stage.credentials());
    let error = cluster(&backend).await.unwrap_err();
    serving.join().unwrap();
    let LinkError::Garbled { reason, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(reason.contains("broke off after 18 bytes"), "{reason}");
}

#[tokio::test]
async fn a_cut_connection_is_unreachable() {
    let stage = Stage::set(Scene::Fresh, &["reset"]).await;
    let error = cluster(&stage.backend()).await.unwrap_err();
    assert!(matches!(error, LinkError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_part_that_fails_does_not_lose_the_rest() {
    let stage = Stage::set(Scene::Default, &["html@/obcluster/info"]).await;
    let picture = cluster(&stage.backend()).await.unwrap();
    assert_eq!(picture.zones.len(), 3);
    assert_eq!(picture.problems.len(), 1);
    assert!(
        picture.problems[0].starts_with("obcluster/info"),
        "{:?}",
        picture.problems
    );
}

#[tokio::test]
async fn another_key_is_a_question() {
    let stage = Stage::set(Scene::Default, &["key-change#40"]).await;
    let backend = stage.backend();
    cluster(&backend).await.unwrap();
    let pinned = stage.pins.pinned(&stage.agents[0]).unwrap().unwrap();
    let error = loop {
        if let Err(error) = tasks(&backend).await {
            break error;
        }
    };
    let LinkError::KeyChanged {
        endpoint,
        pinned: before,
        offered,
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!((endpoint, before), (&stage.agents[0].to_string(), &pinned));
    assert_ne!(*offered, pinned);
    // It stays a question until the operator trusts the other key.
    assert!(matches!(
        tasks(&backend).await,
        Err(LinkError::KeyChanged { .. })
    ));
    stage.pins.learn(&stage.agents[0], offered);
    tasks(&backend).await.unwrap();
}

#[tokio::test]
async fn clocks_may_differ() {
    for clock in ["clock=-90s", "clock=3600s"] {
        let stage = Stage::set(Scene::Default, &[clock]).await;
        let backend = stage.backend();
        let picture = cluster(&backend).await.unwrap();
        assert_eq!(picture.problems, Vec::<String>::new(), "{clock}");
        let ahead = picture.clock_ahead_ms.unwrap() / 1000;
        assert!(!(-80..=3500).contains(&ahead), "{clock}: {ahead}");
        tasks(&backend).await.unwrap();
    }
}

#[tokio::test]
async fn an_id_that_is_gone_is_asked_for_once() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend();
    let port = stage.agents[0].port;
    let id = TaskId(format!("22130706433{port:05}77"));
    for _ in 0..3 {
        let error = task(&backend, &id).await.unwrap_err();
        assert!(
            matches!(error, LinkError::Refused { status: 404, .. }),
            "{error:?}"
        );
    }
    assert_eq!(stage.asked("GET task/dag/:id"), 1);
    assert_eq!(stage.sim.dangerous(), 0);
}

/// Two agents: a master and its follower, with what a fresh process knows: nothing.
async fn pair() -> (Stage, TaskId) {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend();
    let (master, follower) = (&stage.agents[0], &stage.agents[1]);
    done(&backend, &change::join(master, master, "zone1", None)).await;
    let joined = done(&backend, &change::join(follower, master, "zone2", None)).await;
    (stage, joined.id)
}

#[tokio::test]
async fn a_fresh_process_finds_the_task_of_a_follower() {
    let (stage, id) = pair().await;
    for endpoint in 0..2 {
        let fresh = stage.backend_with(&stage.agents[endpoint..=endpoint], stage.credentials());
        assert_eq!(task(&fresh, &id).await.unwrap().id, id);
    }
    assert_eq!(stage.sim.dangerous(), 0);
}

#[tokio::test]
async fn an_id_that_a_follower_never_gave_is_not_asked_for() {
    let (stage, id) = pair().await;
    let asked = stage.asked("GET task/dag/:id");
    let beyond = TaskId(format!("{id}9"));
    for endpoint in 0..2 {
        let fresh = stage.backend_with(&stage.agents[endpoint..=endpoint], stage.credentials());
        let error = task(&fresh, &beyond).await.unwrap_err();
        assert!(
            matches!(error, LinkError::Refused { status: 404, .. }),
            "{error:?}"
        );
    }
    assert_eq!(stage.asked("GET task/dag/:id"), asked);
    assert_eq!(stage.sim.dangerous(), 0);
}
