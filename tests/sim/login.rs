//! Sessions: opened, used, ended as recorded, and over when an agent says so.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::{Auth, Client, Got};
use crate::story::{Exchange, mask};
use obdeck::sim::{Happening, Options, Scene, Sim};
use serde_json::{Value, json};

const ROOT: &str = "Root#1234";
/// The session of the recordings.
const THEIRS: &str = "b16026f494deed5961c080001a42ab97e0080c54fe1be6eb7eacb58e9fadbf2c";
const INVALID: &str = "Security.Authentication.SessionInvalid";

fn exchange(name: &str) -> Exchange {
    crate::story::exchange(&format!("login/{name}"))
}

async fn still(scene: Scene) -> (Sim, Vec<SocketAddr>) {
    let options = Options {
        scene,
        speed: 0.0,
        ..Options::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let at = sim.endpoints().iter().map(|end| end.address).collect();
    (sim, at)
}

/// Sends what a recording sent; the session in its body becomes the one given.
async fn again(client: &Client, at: SocketAddr, name: &str, session: &str) -> Got {
    let recorded = exchange(name);
    let request = &recorded.request;
    let body = request.get("body").map(|body| {
        let text = body.to_string().replace(THEIRS, session);
        serde_json::from_str::<Value>(&text).unwrap()
    });
    let auth = if request["auth"] == "agent" {
        Auth::Agent
    } else {
        Auth::Root
    };
    let word = |key: &str| request[key].as_str().unwrap();
    client
        .ask(
            at,
            word("method"),
            word("path"),
            auth,
            word("password"),
            body.as_ref(),
        )
        .await
}

/// As recorded; of `data` only whether it is there, where it belongs to that very site.
fn same(name: &str, got: &Got) {
    let recorded = exchange(name);
    assert_eq!(
        (got.status, &got.kind),
        (recorded.status, &recorded.kind),
        "{name}: {}",
        got.text
    );
    let shown = |body: &Value| {
        let mut body = mask(body, "");
        if let Some(data) = body.get_mut("data").filter(|data| !data.is_null()) {
            *data = match &data {
                Value::String(text) => text.len().into(),
                Value::Object(map) => map.keys().cloned().collect(),
                other => panic!("{other}"),
            };
        }
        body.to_string()
    };
    assert_eq!(shown(&got.json()), shown(&recorded.body), "{name}");
}

/// A session, opened with the password of root.
async fn logged_in(client: &Client, at: SocketAddr) -> String {
    let got = again(client, at, "login", THEIRS).await;
    same("login", &got);
    let id = Client::opened(got.data().as_str().unwrap());
    assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    id
}

#[tokio::test]
async fn a_login_is_answered_as_recorded() {
    let (sim, at) = still(Scene::Default).await;
    let plain = Client::new();
    let mut keyless = Client::new();
    keyless.keyless = true;
    for (client, name) in [
        (&keyless, "login-refuse-no-keys"),
        (&plain, "login-refuse-empty-password"),
        (&plain, "login-refuse-wrong-password"),
        (&plain, "logout-unknown-session"),
    ] {
        same(name, &again(client, at[0], name, THEIRS).await);
    }
    let first = logged_in(&plain, at[0]).await;
    assert_ne!(first, logged_in(&plain, at[0]).await);
    sim.stop().await;

    let (sim, at) = still(Scene::Fresh).await;
    let body = json!({ "password": "Agent#567" });
    assert_eq!(
        plain.post(at[0], "agent/password", "", &body).await.status,
        200
    );
    for name in [
        "login-single-with-agent-password",
        "login-single-agent-header",
    ] {
        same(name, &again(&plain, at[0], name, THEIRS).await);
    }
    sim.stop().await;
}

#[tokio::test]
async fn a_session_is_used_and_ended_as_recorded() {
    let (sim, at) = still(Scene::Default).await;
    let mut client = Client::new();
    let id = logged_in(&client, at[0]).await;
    client.session = Some(id.clone());
    for name in [
        "session-ob-info",
        "session-ob-info-with-wrong-password-too",
        "session-post-refused-by-business",
    ] {
        same(name, &again(&client, at[0], name, &id).await);
    }
    let name = "session-used-at-other-agent";
    same(name, &again(&client, at[1], name, &id).await);
    let mut late = client.clone();
    // The clock of a site that stands still stays behind on a slow machine.
    late.life = -3_600;
    let name = "session-refuse-expired-ts";
    same(name, &again(&late, at[0], name, &id).await);
    let mut unknown = client.clone();
    unknown.session = Some("0".repeat(64));
    for name in [
        "session-refuse-unknown",
        "session-unknown-but-right-password",
    ] {
        same(name, &again(&unknown, at[0], name, &id).await);
    }
    for name in [
        "logout-refuse-empty-body",
        "logout",
        "session-refuse-after-logout",
    ] {
        same(name, &again(&client, at[0], name, &id).await);
    }
    sim.stop().await;
}

#[tokio::test]
async fn older_agents_know_no_sessions() {
    let options = Options {
        agent_version: Some("4.3.1.0".into()),
        speed: 0.0,
        ..Options::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let at = sim.endpoints()[0].address;
    let mut client = Client::new();
    let got = again(&client, at, "login", THEIRS).await;
    assert_eq!(got.status, 404, "{}", got.text);
    // What they do not know in a header they do not look at.
    client.session = Some(THEIRS.to_owned());
    assert_eq!(client.get(at, "ob/info", ROOT).await.status, 200);
    assert_eq!(client.get(at, "ob/info", "").await.status, 401);
    sim.stop().await;
}

/// What an agent says to a question with that session.
async fn said(client: &Client, at: SocketAddr, session: &str) -> String {
    let mut client = client.clone();
    client.session = Some(session.to_owned());
    let got = client.get(at, "ob/info", "").await;
    got.json()["error"]["errCode"]
        .as_str()
        .map_or_else(|| got.status.to_string(), str::to_owned)
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_used() {
    let (sim, at) = still(Scene::Default).await;
    let mut client = Client::new();
    client.life = 1_000_000;
    let id = logged_in(&client, at[0]).await;
    for _ in 0..3 {
        sim.pass(Duration::from_secs(1_790));
        assert_eq!(said(&client, at[0], &id).await, "200");
    }
    // A login does not look at a session, nor does it keep one alive.
    sim.pass(Duration::from_secs(1_700));
    let mut both = client.clone();
    both.session = Some(id.clone());
    let other = logged_in(&both, at[0]).await;
    sim.pass(Duration::from_secs(140));
    assert_eq!(said(&client, at[0], &id).await, INVALID);
    assert_eq!(said(&client, at[0], &other).await, "200");
    sim.stop().await;
}

#[tokio::test]
async fn one_that_is_over_is_told_apart_until_it_is_swept_away() {
    let (sim, at) = still(Scene::Default).await;
    let mut client = Client::new();
    client.life = 1_000_000;
    // Sweeps come every 30 s: one of these two ends in the middle between them.
    let one = logged_in(&client, at[0]).await;
    sim.pass(Duration::from_secs(15));
    let two = logged_in(&client, at[0]).await;
    sim.pass(Duration::from_secs(1_786));
    let mut words = vec![said(&client, at[0], &one).await];
    sim.pass(Duration::from_secs(15));
    words.push(said(&client, at[0], &two).await);
    assert!(
        words
            .iter()
            .any(|word| word == "Security.Authentication.SessionExpired"),
        "{words:?}"
    );
    sim.pass(Duration::from_secs(31));
    for id in [&one, &two] {
        assert_eq!(said(&client, at[0], id).await, INVALID);
    }
    sim.stop().await;
}

#[tokio::test]
async fn a_new_password_and_a_restart_end_sessions() {
    let (sim, at) = still(Scene::Default).await;
    let mut client = Client::new();
    client.life = 1_000_000;
    let id = logged_in(&client, at[0]).await;
    assert_eq!(said(&client, at[0], &id).await, "200");
    sim.happen(Happening::AgentStarted(0));
    assert_eq!(said(&client, at[0], &id).await, INVALID);
    let id = logged_in(&client, at[0]).await;
    let body = json!({ "password": "other" });
    let set = client.post(at[0], "agent/password", ROOT, &body).await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(said(&client, at[0], &id).await, INVALID);
    sim.stop().await;
}
