//! What the console's poller makes of a server that misbehaves and recovers: the
//! reason is said, nothing is asked faster than it may be, and it comes back by
//! itself.

use std::time::{Duration, Instant};

use obdeck::fleet::{Address, change};
use obdeck::link::poll::{Pace, Poller};
use obdeck::link::{Ask, Backend as _, LinkError, Lost, SendError};
use obdeck::sim::Scene;

use crate::stage::{Stage, cluster, send};

/// Far beyond what anything here takes.
const DEADLINE: Duration = Duration::from_secs(60);

const QUICK: Pace = Pace {
    moving: Duration::from_millis(50),
    still: Duration::from_millis(50),
    longest: Duration::from_millis(400),
    patience: Duration::from_secs(2),
};

/// Polls until an answer came after an error; the first error.
async fn recovered(stage: &Stage) -> LinkError {
    let backend = std::sync::Arc::new(stage.backend());
    let (poller, mut answers) = Poller::start(backend, QUICK, 7);
    poller.follow([Ask::Probe(stage.agents[0].clone())].into());
    let watch = async {
        let mut first = None;
        while let Some((_, result)) = answers.recv().await {
            match (result, &first) {
                (Err(error), None) => first = Some(error),
                (Ok(_), Some(error)) => return LinkError::clone(error),
                _ => {}
            }
        }
        panic!("the poller ended");
    };
    tokio::time::timeout(DEADLINE, watch)
        .await
        .expect("it recovers")
}

#[tokio::test]
async fn each_misbehaviour_is_said_and_waited_out() {
    let tries = [
        ("reset@info#2", "was closed before"),
        ("half@info#2", "broke off after"),
        ("hang@info#2", "no answer within 2 s"),
        ("html@info#2", "web page"),
        ("garbage@info#2", "not JSON"),
        ("huge=10M@info#2", "the answer is empty"),
        ("status=500@info#2", "status 500"),
        ("status=502@info#2", "status 502"),
        ("429=1s@info#2", "asked less often (429)"),
        ("429@info#2", "asked less often (429)"),
        ("down=1s@info#2", "does not answer"),
        ("restart@info#2", "does not answer"),
    ];
    let all = tries.map(|(fault, words)| async move {
        let stage = Stage::set(Scene::Fresh, &[fault]).await;
        let error = recovered(&stage).await.to_string();
        assert!(error.contains(words), "{fault}: {error}");
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn a_storm_of_errors_is_met_with_patience() {
    // Four answers in five are none.
    let stage = Stage::set(Scene::Fresh, &["status=503~0.8"]).await;
    let backend = std::sync::Arc::new(stage.backend());
    let (poller, mut answers) = Poller::start(backend, QUICK, 7);
    poller.follow([Ask::Cluster].into());
    let began = Instant::now();
    let (mut good, mut bad) = (0_u32, 0_u32);
    let watch = async {
        while good < 3 {
            match answers.recv().await.expect("answers").1 {
                Ok(_) => good += 1,
                Err(_) => bad += 1,
            }
        }
    };
    tokio::time::timeout(DEADLINE, watch)
        .await
        .expect("answers come through");
    assert!(bad > 0);
    // After a failure it waits at least three quarters of 50 ms.
    let least = Duration::from_millis(37) * (good + bad - 1);
    assert!(
        began.elapsed() >= least,
        "{good} + {bad} in {:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept() {
    let stage = Stage::set(Scene::Fresh, &["429=3s@info#2"]).await;
    let backend = stage.backend();
    cluster(&backend).await.unwrap();
    let error = cluster(&backend).await.unwrap_err();
    let LinkError::Throttled { status, wait, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*status, 429);
    assert!(
        (1..=3).contains(&wait.as_millis().div_ceil(1000)),
        "{wait:?}"
    );
    let pause = Instant::now();
    let asked = stage.sim.requests();
    // Neither a question of the operator nor a change leaves before.
    for _ in 0..5 {
        let again = cluster(&backend).await.unwrap_err();
        assert!(matches!(again, LinkError::Throttled { .. }), "{again:?}");
    }
    let agent = &stage.agents[0];
    let kept = send(&backend, &change::join(agent, agent, "zone1", None)).await;
    let kept_back = matches!(kept, Err(SendError::NotDone(LinkError::Throttled { .. })));
    assert!(kept_back, "{kept:?}");
    if pause.elapsed() < *wait {
        assert_eq!(stage.sim.requests(), asked);
    }
    tokio::time::sleep(*wait).await;
    cluster(&backend).await.unwrap();
}

/// The other side is gone without a word: the connection looks open.
#[tokio::test]
async fn a_half_open_connection_is_given_up_and_made_anew() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = Address::new("127.0.0.1", socket.local_addr().unwrap().port());
    let agent = stage.agents[0].to_string();
    tokio::spawn(async move {
        let mut connections = 0;
        let mut kept = Vec::new();
        while let Ok((mut client, _)) = socket.accept().await {
            connections += 1;
            let mut server = tokio::net::TcpStream::connect(&agent).await.unwrap();
            if connections > 1 {
                tokio::spawn(async move {
                    tokio::io::copy_bidirectional(&mut client, &mut server)
                        .await
                        .ok();
                });
                continue;
            }
            // One exchange passes; then nothing does, and nobody closes.
            let mut bytes = vec![0; 64 << 10];
            let n = client.read(&mut bytes).await.unwrap();
            server.write_all(&bytes[..n]).await.unwrap();
            let n = server.read(&mut bytes).await.unwrap();
            client.write_all(&bytes[..n]).await.unwrap();
            kept.push((client, server));
        }
    });
    let backend = stage.backend_with(std::slice::from_ref(&front), stage.credentials());
    let began = Instant::now();
    let mut silent = 0;
    loop {
        match backend.ask(&Ask::Probe(front.clone())).await {
            Ok(_) => break,
            Err(error) => {
                let words = error.to_string();
                assert!(words.contains("nothing came within"), "{words}");
                silent += 1;
            }
        }
        assert!(began.elapsed() < DEADLINE);
    }
    // Once: the dead connection is not taken a second time.
    assert_eq!(silent, 1);
}

#[tokio::test]
async fn a_restart_proves_that_nothing_was_made() {
    let stage = Stage::set(Scene::Fresh, &["restart@/agent/join"]).await;
    let backend = stage.backend();
    let agent = &stage.agents[0];
    let error = send(&backend, &change::join(agent, agent, "zone1", None))
        .await
        .unwrap_err();
    let proven = matches!(
        error,
        SendError::AnswerLost {
            found: Lost::NotMade,
            ..
        }
    );
    assert!(proven, "{error:?}");
}
