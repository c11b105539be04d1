//! One change is one request, counted where it arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use obdeck::fleet::{Address, change, request};
use obdeck::link::{Lost, SendError};
use obdeck::sim::Scene;

use crate::stage::{Stage, send};

/// What a server or something before it makes of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    /// Sends the client elsewhere, with the body.
    Redirects,
    /// Asks to come back at once.
    TooMany,
    /// Says that it is out of order.
    Unavailable,
    /// Closes the connection without a word.
    Closes,
}

#[derive(Clone)]
struct Counter {
    agent: Address,
    manner: Manner,
    changes: Arc<AtomicUsize>,
    client: reqwest::Client,
}

async fn pass(State(counter): State<Counter>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    if parts.method != "GET" {
        counter.changes.fetch_add(1, Ordering::SeqCst);
        let answer = Response::builder();
        return match counter.manner {
            Manner::Redirects => answer.status(307).header("location", path),
            Manner::TooMany => answer.status(429).header("retry-after", "0"),
            Manner::Unavailable => answer.status(503),
            Manner::Closes => {
                let broken = Err::<Vec<u8>, _>(std::io::Error::other("closed"));
                let body = Body::from_stream(futures_util::stream::iter([broken]));
                return answer.body(body).unwrap();
            }
        }
        .body(Body::empty())
        .unwrap();
    }
    let answer = counter
        .client
        .get(format!("http://{}{path}", counter.agent))
        .headers(parts.headers)
        .body(to_bytes(body, 1 << 20).await.unwrap())
        .send()
        .await
        .unwrap();
    Response::builder()
        .status(answer.status())
        .header("content-type", "application/json")
        .body(Body::from(answer.bytes().await.unwrap()))
        .unwrap()
}

/// A server before the agent that counts.
async fn before(agent: &Address, manner: Manner) -> (Address, Arc<AtomicUsize>) {
    let changes = Arc::new(AtomicUsize::new(0));
    let counter = Counter {
        agent: agent.clone(),
        manner,
        changes: Arc::clone(&changes),
        client: reqwest::Client::builder().no_proxy().build().unwrap(),
    };
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let router = Router::new().fallback(pass).with_state(counter);
    tokio::spawn(async move { axum::serve(socket, router).await });
    (Address::new("127.0.0.1", port), changes)
}

#[tokio::test]
async fn nothing_on_the_way_makes_it_two() {
    let stage = &Stage::set(Scene::Fresh, &[]).await;
    // The provider of ciphers is installed with the first backend.
    let _ = stage.backend();
    let agent = &stage.agents[0];
    let manners = [
        Manner::Redirects,
        Manner::TooMany,
        Manner::Unavailable,
        Manner::Closes,
    ];
    let tries = manners.map(|manner| async move {
        let (front, changes) = before(agent, manner).await;
        let backend = stage.backend_with(std::slice::from_ref(&front), stage.credentials());
        let join = request::Request {
            target: Some(front),
            ..change::join(agent, agent, "zone1", None)
        };
        let error = send(&backend, &join).await.unwrap_err();
        assert_eq!(changes.load(Ordering::SeqCst), 1, "{manner:?}: {error}");
        // No agent has answered, so it is looked into; the agent has no task yet.
        let SendError::AnswerLost {
            found: Lost::CannotTell(why),
            ..
        } = &error
        else {
            panic!("{manner:?}: {error:?}");
        };
        assert!(why.contains("not made so far"), "{manner:?}: {why}");
    });
    futures_util::future::join_all(tries).await;
    assert_eq!(stage.asked("POST agent/join"), 0);
}

#[tokio::test]
async fn two_consoles_at_once_make_one_task() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let agent = &stage.agents[0];
    let (one, two) = (stage.backend(), stage.backend());
    let join = change::join(agent, agent, "zone1", None);
    let (first, second) = tokio::join!(send(&one, &join), send(&two, &join));
    assert_eq!(stage.asked("POST agent/join"), 2, "each console sent once");
    let refused = [&first, &second].into_iter().filter(|sent| sent.is_err());
    assert_eq!(refused.count(), 1, "{first:?} {second:?}");
}
