//! The simulator's faults, as a client meets them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "sim/client.rs"]
mod client;

use std::time::Duration;

use client::Client;
use obdeck::sim::{Options, Scene, Sim};

async fn site(faults: &[&str]) -> Sim {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Sim::start(Options {
        scene: Scene::Fresh,
        agents: Some(1),
        faults,
        ..Options::default()
    })
    .await
    .unwrap()
}

fn plain() -> reqwest::Client {
    Client::new();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_millis(1500))
        .build()
        .unwrap()
}

#[tokio::test]
async fn broken_connections_are_errors() {
    for fault in [
        "reset@time",
        "half@time",
        "lost-answer@time",
        "hang@time",
        "down=300ms@time",
        "restart@time",
    ] {
        let sim = site(&[fault]).await;
        let at = sim.endpoints()[0].address;
        let http = plain();
        let got = match http.get(format!("http://{at}/api/v1/time")).send().await {
            Ok(response) => response.bytes().await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert!(got.is_err(), "{fault} went unnoticed");
        // Other routes of the same agent go on (after it is back).
        let back = tokio::time::timeout(Duration::from_secs(10), async {
            while http
                .get(format!("http://{at}/api/v1/info"))
                .send()
                .await
                .is_err()
            {
                tokio::task::yield_now().await;
            }
        });
        assert!(back.await.is_ok(), "{fault}: never back");
        sim.stop().await;
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    for (fault, status, kind) in [
        ("html@info", 200, "text/html; charset=utf-8"),
        ("garbage@info", 200, "application/json"),
        ("huge=1M@info", 200, "application/json"),
        ("status=503@info", 503, "text/plain"),
        ("429=2s@info#1", 429, "text/plain"),
    ] {
        let sim = site(&[fault]).await;
        let at = sim.endpoints()[0].address;
        let response = plain()
            .get(format!("http://{at}/api/v1/info"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), status, "{fault}");
        assert_eq!(response.headers()["content-type"], kind, "{fault}");
        let body = response.bytes().await.unwrap();
        assert!(
            serde_json::from_slice::<serde_json::Value>(&body).is_err(),
            "{fault}"
        );
        sim.stop().await;
    }
}

/// The whole length is announced, half of it comes.
#[tokio::test]
async fn half_is_half() {
    let sim = site(&["half@info"]).await;
    let at = sim.endpoints()[0].address;
    let mut response = plain()
        .get(format!("http://{at}/api/v1/info"))
        .send()
        .await
        .unwrap();
    let whole = response.content_length().unwrap();
    let mut came = 0;
    let broke = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => came += chunk.len() as u64,
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broke);
    assert_eq!(came, whole / 2);
    sim.stop().await;
}

#[tokio::test]
async fn a_changed_key_refuses_what_was_sealed_for_the_old_one() {
    let sim = site(&["key-change@ob/info"]).await;
    let at = sim.endpoints()[0].address;
    let got = Client::new().get(at, "ob/info", "").await;
    assert_eq!(
        (got.status, got.json()["error"]["code"].as_i64()),
        (401, Some(1))
    );
    assert_eq!(Client::new().get(at, "ob/info", "").await.status, 200);
    sim.stop().await;
}

/// A form of one file, larger than any other body may be.
fn parcel(at: std::net::SocketAddr) -> reqwest::RequestBuilder {
    let mut form =
        b"--xy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.rpm\"\r\n\r\n"
            .to_vec();
    form.resize(form.len() + (70 << 20), 0);
    form.extend_from_slice(b"\r\n--xy--\r\n");
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(format!("http://{at}/api/v1/package"))
        .header("content-type", "multipart/form-data; boundary=xy")
        .body(form)
}

#[tokio::test]
async fn a_package_is_taken_in_whole_or_cut_where_it_is_said() {
    Client::new();
    let sim = site(&["cut=20M@package#2"]).await;
    let at = sim.endpoints()[0].address;
    let whole = parcel(at).send().await.unwrap();
    // Nobody said who asks: it was read to its end and then refused.
    assert_eq!(whole.status().as_u16(), 400);
    assert!(parcel(at).send().await.is_err(), "the cut went unnoticed");
    sim.stop().await;
}

#[tokio::test]
async fn what_is_taken_in_slowly_keeps_the_sender_waiting() {
    Client::new();
    let sim = site(&["slow=1@package"]).await;
    let at = sim.endpoints()[0].address;
    let sent = tokio::time::timeout(Duration::from_millis(300), parcel(at).send()).await;
    assert!(sent.is_err(), "{sent:?}");
    sim.stop().await;
}
