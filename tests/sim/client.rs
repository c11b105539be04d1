//! A client of its own: it seals as an agent's client must, with no code of the crate.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Once;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use base64::{Engine, engine::general_purpose::STANDARD};
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::rand_core::OsRng;
use rsa::{Pkcs1v15Encrypt, RsaPublicKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

static TLS: Once = Once::new();

/// Which header carries the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    None,
    Root,
    Agent,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Got {
    pub status: u16,
    pub kind: String,
    pub text: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn data(&self) -> Value {
        self.json().get("data").cloned().unwrap_or_default()
    }
}

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Seconds until what is sent expires.
    pub life: i64,
    pub chinese: bool,
    /// A session's id that is sent beside the password.
    pub session: Option<String>,
    /// Nothing to seal a body or an answer with is sent.
    pub keyless: bool,
    chunk: usize,
}

impl Client {
    pub fn new() -> Self {
        TLS.call_once(|| {
            let _installed = rustls::crypto::ring::default_provider().install_default();
        });
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            life: 1_000,
            chinese: false,
            session: None,
            keyless: false,
            chunk: 53,
        }
    }

    /// With header chunks of another size.
    pub fn chunked(chunk: usize) -> Self {
        Self {
            chunk,
            ..Self::new()
        }
    }

    pub async fn key(&self, at: SocketAddr) -> RsaPublicKey {
        let text = self
            .http
            .get(format!("http://{at}/api/v1/secret"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let key = value["data"]["public_key"].as_str().unwrap();
        RsaPublicKey::from_pkcs1_der(&STANDARD.decode(key).unwrap()).unwrap()
    }

    pub fn seal(&self, key: &RsaPublicKey, claims: &Value) -> String {
        let plain = claims.to_string();
        let mut sealed = Vec::new();
        for chunk in plain.as_bytes().chunks(self.chunk) {
            sealed.extend(key.encrypt(&mut OsRng, Pkcs1v15Encrypt, chunk).unwrap());
        }
        STANDARD.encode(sealed)
    }

    pub async fn ask(
        &self,
        at: SocketAddr,
        method: &str,
        path: &str,
        auth: Auth,
        password: &str,
        body: Option<&Value>,
    ) -> Got {
        if auth == Auth::None {
            return self
                .raw(
                    at,
                    method,
                    path,
                    &[],
                    body.map(|body| body.to_string().into_bytes()),
                )
                .await;
        }
        let key = self.key(at).await;
        let secret: Vec<u8> = (0..32_u8)
            .map(|byte| byte.wrapping_mul(7).wrapping_add(3))
            .collect();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs() as i64;
        let mut claims = json!({
            "Auth": password,
            "Ts": (now + self.life).to_string(),
            "Uri": path,
        });
        if !self.keyless {
            claims["Keys"] = STANDARD.encode(&secret).into();
        }
        if let Some(session) = &self.session {
            claims["session_id"] = session.as_str().into();
        }
        let header = if auth == Auth::Root {
            "X-OCS-Header"
        } else {
            "X-OCS-Agent-Header"
        };
        let body = body.map(|body| {
            let plain = body.to_string().into_bytes();
            let mut buffer = plain.clone();
            buffer.resize(plain.len() / 16 * 16 + 16, 0);
            let cipher =
                cbc::Encryptor::<aes::Aes128>::new_from_slices(&secret[..16], &secret[16..])
                    .unwrap();
            let sealed = cipher
                .encrypt_padded::<Pkcs7>(&mut buffer, plain.len())
                .unwrap();
            STANDARD.encode(sealed).into_bytes()
        });
        self.raw(
            at,
            method,
            path,
            &[(header, self.seal(&key, &claims))],
            body,
        )
        .await
    }

    pub async fn raw(
        &self,
        at: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Option<Vec<u8>>,
    ) -> Got {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("http://{at}{path}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if self.chinese {
            request = request.header("Accept-Language", "zh-CN");
        }
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body);
        }
        let response = request.send().await.unwrap();
        let kind = response
            .headers()
            .get("content-type")
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default();
        Got {
            status: response.status().as_u16(),
            kind,
            text: response.text().await.unwrap(),
        }
    }

    /// What an answer says that is sealed with the keys of `ask`.
    pub fn opened(text: &str) -> String {
        let mut sealed = STANDARD.decode(text).unwrap();
        let secret: Vec<u8> = (0..32_u8)
            .map(|byte| byte.wrapping_mul(7).wrapping_add(3))
            .collect();
        let cipher =
            cbc::Decryptor::<aes::Aes128>::new_from_slices(&secret[..16], &secret[16..]).unwrap();
        let plain = cipher.decrypt_padded::<Pkcs7>(&mut sealed).unwrap();
        String::from_utf8(plain.to_vec()).unwrap()
    }

    pub async fn post(&self, at: SocketAddr, route: &str, password: &str, body: &Value) -> Got {
        self.ask(
            at,
            "POST",
            &format!("/api/v1/{route}"),
            Auth::Root,
            password,
            Some(body),
        )
        .await
    }

    pub async fn get(&self, at: SocketAddr, route: &str, password: &str) -> Got {
        self.ask(
            at,
            "GET",
            &format!("/api/v1/{route}"),
            Auth::Root,
            password,
            None,
        )
        .await
    }

    /// Poll a DAG until it has ended; every answer on the way.
    pub async fn watch(
        &self,
        at: SocketAddr,
        id: &str,
        auth: Auth,
        passwords: &[&str],
    ) -> Vec<Value> {
        let mut seen: Vec<Value> = Vec::new();
        let path = format!("/api/v1/task/dag/{id}");
        let mut password = 0;
        loop {
            let got = self
                .ask(at, "GET", &path, auth, passwords[password], None)
                .await;
            if got.status == 401 && password + 1 < passwords.len() {
                password += 1;
                continue;
            }
            assert_eq!(got.status, 200, "{path}: {}", got.text);
            let data = got.data();
            let ended = matches!(data["state"].as_str(), Some("SUCCEED" | "FAILED"));
            seen.push(data);
            if ended {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Asks over an agent's socket, where nothing has to be sealed.
pub async fn over_socket(socket: &Path, path: &str) -> Got {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap_or_default();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    Got {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0),
        kind: String::new(),
        text: body.to_owned(),
    }
}
