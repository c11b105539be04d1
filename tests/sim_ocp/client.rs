//! A client of the simulated platform, made of the program's own wire.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use obdeck::base::Secret;
use obdeck::fleet::request::{Body, Effect, Method, Request};
use obdeck::fleet::task::Task;
use obdeck::sim::ocp::{Endpoint, Ocp, Options, Scene};
use obdeck::wire::ocp::{self, Answer, Credential, Refusal, api};
use serde_json::Value;

/// Who asks, with a key or a password.
pub struct Client {
    pub http: reqwest::Client,
    pub at: Endpoint,
    pub credential: Credential,
    pub language: &'static str,
    pub ahead: SignedDuration,
}

impl Client {
    pub fn new(at: Endpoint) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            credential: Credential::Key {
                access: at.ak.clone(),
                secret: Secret::new(at.sk.clone()),
            },
            at,
            language: "en-US",
            ahead: SignedDuration::ZERO,
        }
    }

    pub fn basic(mut self, user: &str, password: &str) -> Self {
        self.credential = Credential::Basic {
            user: user.into(),
            password: Secret::new(password),
        };
        self
    }

    pub async fn ask(&self, request: &Request) -> Result<Answer, Refusal> {
        let host = self.at.address.to_string();
        let now = Timestamp::now().checked_add(self.ahead).unwrap();
        let signed = ocp::sign(request, &host, now, Some(&self.credential), self.language);
        let method: reqwest::Method = request.method.word().parse().unwrap();
        let mut sent = self
            .http
            .request(method, format!("http://{host}{}", signed.path));
        for (name, value) in &signed.headers {
            sent = sent.header(*name, value);
        }
        let answer = sent.body(signed.body).send().await.unwrap();
        let status = answer.status().as_u16();
        ocp::open(status, &answer.bytes().await.unwrap()).unwrap()
    }

    /// An answer without envelope.
    pub async fn raw(&self, path: &str) -> Value {
        let host = self.at.address.to_string();
        let request = Request::get(path);
        let now = Timestamp::now();
        let signed = ocp::sign(&request, &host, now, Some(&self.credential), "en-US");
        let mut sent = self.http.get(format!("http://{host}{}", signed.path));
        for (name, value) in &signed.headers {
            sent = sent.header(*name, value);
        }
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    pub async fn task(&self, id: &str) -> Task {
        let answer = self.ask(&api::task(id)).await.unwrap();
        ocp::task(&answer.data).unwrap()
    }

    /// The task once nothing moves in it any more.
    pub async fn ended(&self, id: &str) -> Task {
        let began = Instant::now();
        loop {
            let task = self.task(id).await;
            if !task.is_live() {
                return task;
            }
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "{:?}",
                task.nodes
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn first_free_host(&self) -> Value {
        let answer = self.ask(&api::hosts(Some("AVAILABLE"), 1)).await.unwrap();
        answer.data["contents"][0]["id"].clone()
    }

    pub async fn cluster(&self, name: &str) -> String {
        let answer = self.ask(&api::clusters(1)).await.unwrap();
        let rows = ocp::clusters(&answer.data).items;
        rows.into_iter()
            .find(|row| row.cluster.name == name)
            .unwrap()
            .id
    }
}

pub fn post(path: impl Into<String>, body: Value) -> Request {
    Request {
        method: Method::Post,
        body: Some(Body::Plain(body)),
        effect: Effect::Changes,
        ..Request::get(path)
    }
}

pub async fn start(scene: Scene, faults: &[&str]) -> (Ocp, Client) {
    let options = Options {
        scene,
        speed: 500.0,
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..Options::default()
    };
    let ocp = Ocp::start(options).await.unwrap();
    let client = Client::new(ocp.endpoint());
    (ocp, client)
}
