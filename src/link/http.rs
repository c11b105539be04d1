//! The transport: one exchange over HTTP, never a second one by itself.
//!
//! Redirects are not followed and reqwest's own retries are switched off. One
//! layer below, hyper sends a request again only when it was handed to a pooled
//! connection that turned out to be closed before the first byte was written;
//! changes go through a client that keeps no idle connection, so there is none
//! to be handed to.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;

use super::Cut;
use super::brake::{Brakes, Held};
use super::upload::{self, Upload};
use crate::base::text;
use crate::fleet::Address;
use crate::fleet::request::Method;

/// A connection that is not there after this is not coming.
const CONNECT: Duration = Duration::from_secs(3);

/// More than any agent says; a body beyond it is no answer.
const LIMIT: usize = 64 << 20;

/// How to reach servers.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// `https` instead of `http`.
    pub on: bool,
    /// Certificates in PEM that are trusted besides the system's.
    pub ca_pem: Option<Vec<u8>>,
}

/// Why no client can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The file holds no certificate.
    #[error("the CA file holds no certificate in PEM: {0}")]
    Certificate(String),
    /// The library refused.
    #[error("HTTP cannot be set up: {0}")]
    Client(String),
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Outgoing<'a> {
    pub method: Method,
    pub path: &'a str,
    pub headers: &'a [(&'static str, String)],
    pub body: Content,
    /// Whether it may go over a connection that was used before.
    pub changes: bool,
    /// How long it may take in all.
    pub patience: Duration,
}

/// A body, or where it comes from.
#[derive(Debug)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    File(Box<Upload>),
}

/// What came.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    /// The pause that the server asks for.
    pub pause: Option<Duration>,
    /// When it left and when it came, by our clock.
    pub left: Timestamp,
    pub came: Timestamp,
}

/// Why nothing good came; every reason is a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lacking {
    /// No byte of the request left.
    NotSent(String),
    /// No byte of the request left: the server has asked for a pause.
    Held(Held),
    /// It left, or may have left, and no answer came.
    NoAnswer(String),
    /// The answer broke off or was no answer.
    Broken(String),
    /// A file left in part, and its end never did.
    Cut { why: Cut, sent: u64, of: u64 },
}

impl Incoming {
    /// Whether the server wants to be asked less often.
    pub fn held(&self) -> Option<Held> {
        let status = self.status;
        self.pause.map(|wait| Held { status, wait })
    }
}

impl Lacking {
    /// For the recording.
    pub fn reason(&self) -> String {
        match self {
            Self::NotSent(reason) | Self::NoAnswer(reason) | Self::Broken(reason) => reason.clone(),
            Self::Cut { why, sent, of } => why.words(*sent, *of),
            Self::Held(held) => format!("held back for {} s", held.wait.as_secs()),
        }
    }
}

/// Two clients: one keeps connections, one never does.
#[derive(Clone, Debug)]
struct Pair {
    reads: reqwest::Client,
    changes: reqwest::Client,
}

/// Clients for one scheme and one set of certificates, and for sockets.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    network: Pair,
    scheme: &'static str,
    /// A client speaks over one socket only, so each has its own.
    sockets: Arc<Mutex<HashMap<PathBuf, Pair>>>,
    brakes: Arc<Brakes>,
}

impl Http {
    pub fn new(tls: &Tls) -> Result<Self, TlsError> {
        // A second installation is refused, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificates = match &tls.ca_pem {
            None => Vec::new(),
            Some(pem) => certificates(pem)?,
        };
        let network = Pair::new(|builder| {
            if tls.on {
                builder.tls_certs_merge(certificates.clone())
            } else {
                // Plain http needs no roots; a machine without any must work.
                builder.tls_certs_only([])
            }
        })?;
        Ok(Self {
            network,
            scheme: if tls.on { "https" } else { "http" },
            sockets: Arc::default(),
            brakes: Arc::default(),
        })
    }

    fn over(&self, socket: &Path) -> Result<Pair, TlsError> {
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = sockets.get(socket) {
            return Ok(pair.clone());
        }
        let pair = Pair::new(|builder| builder.tls_certs_only([]).unix_socket(socket))?;
        sockets.insert(socket.to_owned(), pair.clone());
        Ok(pair)
    }

    /// Who speaks to `server`, and the beginning of the address to ask for.
    fn way(&self, server: &Address) -> Result<(Pair, String), TlsError> {
        match server.as_socket() {
            Some(socket) => Ok((self.over(socket)?, "http://localhost".to_owned())),
            None => Ok((self.network.clone(), format!("{}://{server}", self.scheme))),
        }
    }

    /// One exchange with `server`.
    pub async fn exchange(
        &self,
        server: &Address,
        outgoing: Outgoing<'_>,
    ) -> Result<Incoming, Lacking> {
        let (pair, base) = self
            .way(server)
            .map_err(|error| Lacking::NotSent(error.to_string()))?;
        let client = if outgoing.changes {
            &pair.changes
        } else {
            &pair.reads
        };
        self.brakes
            .pass(server, outgoing.changes)
            .await
            .map_err(Lacking::Held)?;
        let url = format!("{base}{}", outgoing.path);
        let (body, watch, patience) = match outgoing.body {
            Content::Bytes(bytes) => (bytes.into(), None, outgoing.patience),
            Content::File(file) => {
                let (body, watch) = file.send();
                (body, Some(watch), upload::LONGEST)
            }
        };
        let mut request = client
            .request(method(outgoing.method), url)
            .timeout(patience)
            .body(body);
        for (name, value) in outgoing.headers {
            request = request.header(*name, value);
        }
        let left = Timestamp::now();
        let answer = async {
            request.send().await.map_err(|error| {
                let reason = reason(&error, patience);
                if error.is_connect() || error.is_builder() {
                    Lacking::NotSent(reason)
                } else {
                    Lacking::NoAnswer(reason)
                }
            })
        };
        let mut response = match watch {
            Some(watch) => watch.over(&server.to_string(), answer).await?,
            None => answer.await?,
        };
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let content_type = header("content-type").map(ToOwned::to_owned);
        let pause = self.brakes.learn(server, status, header);
        // Said beforehand, a body of megabytes is not moved while it grows.
        let said = response.content_length().unwrap_or_default();
        let mut body = Vec::with_capacity(usize::try_from(said).unwrap_or(0).min(LIMIT));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LIMIT => {
                    let limit = LIMIT >> 20;
                    return Err(Lacking::Broken(
                        t!("the answer is longer than %{limit} MiB", limit = limit).into_owned(),
                    ));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => {
                    let why = reason(&error, patience);
                    return Err(Lacking::Broken(
                        t!(
                            "the answer broke off after %{bytes} bytes: %{why}",
                            bytes = body.len(),
                            why = why
                        )
                        .into_owned(),
                    ));
                }
            }
        }
        Ok(Incoming {
            status,
            content_type,
            body,
            pause,
            left,
            came: Timestamp::now(),
        })
    }
}

impl Pair {
    fn new(
        dress: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, TlsError> {
        let client = |idle: usize| {
            let builder = reqwest::Client::builder()
                .http1_only()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .connect_timeout(CONNECT)
                .pool_max_idle_per_host(idle)
                .user_agent(concat!("obdeck/", env!("CARGO_PKG_VERSION")));
            dress(builder)
                .build()
                .map_err(|error| TlsError::Client(innermost(&error)))
        };
        Ok(Self {
            reads: client(2)?,
            changes: client(0)?,
        })
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, TlsError> {
    let found = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|error| TlsError::Certificate(innermost(&error)))?;
    if found.is_empty() {
        return Err(TlsError::Certificate(t!("it is empty").into_owned()));
    }
    Ok(found)
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// Words that a person understands.
fn reason(error: &reqwest::Error, patience: Duration) -> String {
    if let Some(io) = io_error(error) {
        match io.kind() {
            io::ErrorKind::ConnectionRefused => {
                return t!("connection refused: nothing listens there").into_owned();
            }
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                return t!("the connection was reset").into_owned();
            }
            io::ErrorKind::NotFound => {
                return t!("there is no such socket: the agent does not run, or has another home")
                    .into_owned();
            }
            io::ErrorKind::PermissionDenied => {
                return t!("this user may not use the socket").into_owned();
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                return t!("no route to this host").into_owned();
            }
            _ => {}
        }
    }
    if error.is_timeout() {
        let time = if error.is_connect() {
            CONNECT
        } else {
            patience
        };
        return t!("nothing came within %{s} s", s = time.as_secs()).into_owned();
    }
    let words = innermost(error);
    if words.contains("dns error") || words.contains("lookup address") {
        return t!("the name is not known here").into_owned();
    }
    if words.contains("before message completed") || words.contains("end of file") {
        return t!("the connection was closed before the answer was complete").into_owned();
    }
    words
}

fn io_error(error: &reqwest::Error) -> Option<&io::Error> {
    let mut source = error.source();
    let mut found = None;
    while let Some(error) = source {
        found = error.downcast_ref::<io::Error>().or(found);
        source = error.source();
    }
    found
}

/// The innermost cause: the outer ones repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words = error.to_string();
        source = error.source();
    }
    text::clean_line(&words)
}
