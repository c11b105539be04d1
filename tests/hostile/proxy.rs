//! Stands before a simulated agent and spoils every text that it says.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use obdeck::fleet::Address;
use serde_json::Value;
use tokio::task::JoinHandle;

/// Words that a program reads, not a person.
const KEPT: &[&str] = &[
    "public_key",
    "identity",
    "id",
    "ip",
    "svr_ip",
    "state",
    "operator",
    "status",
    "inner_status",
    "start_time",
    "end_time",
    "errCode",
    "code",
    "timestamp",
    "supportedAuth",
    "main_dag_id",
    "dag_id",
    "agent",
    "architecture",
    "startAt",
    "role",
];

/// A proxy; it ends with this value.
pub struct Proxy {
    pub address: Address,
    only: Arc<Mutex<String>>,
    serving: JoinHandle<()>,
}

#[derive(Clone)]
struct Spoiler {
    upstream: String,
    hostile: Arc<str>,
    only: Arc<Mutex<String>>,
    client: reqwest::Client,
}

impl Proxy {
    pub async fn start(agent: &Address, hostile: Arc<str>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let only = Arc::new(Mutex::new(String::new()));
        let spoiler = Spoiler {
            upstream: format!("http://{agent}"),
            hostile,
            only: Arc::clone(&only),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let router = Router::new().fallback(pass).with_state(spoiler);
        let serving = tokio::spawn(async move {
            axum::serve(socket, router).await.ok();
        });
        Self {
            address: Address::new("127.0.0.1", port),
            only,
            serving,
        }
    }

    /// Spoils only answers of this route.
    pub fn only(&self, route: &str) {
        route.clone_into(&mut self.only.lock().unwrap());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(State(spoiler): State<Spoiler>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let answer = spoiler
        .client
        .request(parts.method, format!("{}{path}", spoiler.upstream))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let bytes = answer.bytes().await.unwrap();
    let spoilt = path.contains(spoiler.only.lock().unwrap().as_str());
    let bytes = match serde_json::from_slice(&bytes) {
        Ok(mut value) if spoilt => {
            spoil(&mut value, &spoiler.hostile);
            bytes_of(&value)
        }
        _ => bytes.to_vec(),
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("content-type", "application/json".parse().unwrap());
    response
}

fn spoil(value: &mut Value, hostile: &str) {
    match value {
        Value::String(text) => *text = format!("{hostile}{text}"),
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, hostile)),
        Value::Object(entries) => {
            for (key, item) in entries.iter_mut() {
                if !KEPT.contains(&key.as_str()) {
                    spoil(item, hostile);
                }
            }
        }
        _ => {}
    }
}

/// `INVALID` stands for bytes that are no UTF-8.
fn bytes_of(value: &Value) -> Vec<u8> {
    let text = value.to_string();
    let mut out = Vec::with_capacity(text.len());
    for (index, part) in text.split("INVALID").enumerate() {
        if index > 0 {
            out.extend([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]);
        }
        out.extend(part.as_bytes());
    }
    out
}
