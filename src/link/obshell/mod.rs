//! An obshell cluster behind the [`Backend`] trait.
//!
//! `session` speaks to one agent: key, password, sealing, one exchange.
//! `reading` and `tasks` put several answers together; `changing` sends once
//! and, when the answer is lost, finds out what it made; `held` finds who stands
//! in the way of a change that was refused.

mod agent;
mod changing;
mod held;
mod login;
mod patience;
mod pins;
mod reading;
mod session;
mod tasks;
mod trail;
mod wallet;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use self::agent::Peer;
use super::endpoints::Endpoints;
use super::http::{Http, Tls, TlsError};
use super::{
    Ask, Asked, Backend, BoxFuture, LinkError, Observers, Picture, SendError, Sent, Session,
    Transfer, WriteAccess,
};
use crate::fleet::Address;
use crate::fleet::cluster::Agent;
use crate::fleet::request::Request;
use crate::fleet::task::TaskId;
use crate::wire::obshell::{Credential, Header, Proof};

pub use pins::{MemoryPins, Pins};
pub use wallet::Credentials;

/// Makes trace ids.
pub type TraceIds = Arc<dyn Fn() -> String + Send + Sync>;

/// What a backend is made of.
#[derive(Clone)]
pub struct Config {
    /// Tried in order for reads; the first that answers is remembered.
    pub endpoints: Vec<Address>,
    /// `http` or `https`, and whose certificates are trusted.
    pub tls: Tls,
    /// Passwords.
    pub credentials: Credentials,
    /// Whether to log in once and ask with a session, where agents have sessions.
    pub sessions: bool,
    /// Where keys are pinned.
    pub pins: Arc<dyn Pins>,
    /// Who looks on.
    pub observers: Observers,
    /// Where trace ids come from; random ones unless a test wants others.
    pub traces: TraceIds,
    /// `Accept-Language`: `en` or `zh`.
    pub language: &'static str,
}

impl Config {
    /// Plain http, no password, pins and audit in memory.
    #[must_use]
    pub fn new(endpoints: Vec<Address>) -> Self {
        Self {
            endpoints,
            tls: Tls::default(),
            credentials: Credentials::default(),
            sessions: false,
            pins: Arc::new(MemoryPins::default()),
            observers: Observers::default(),
            traces: Arc::new(random_trace),
            language: "en",
        }
    }
}

/// 16 hex characters, as agents make them.
fn random_trace() -> String {
    let number = getrandom::u64().unwrap_or_else(|_| Timestamp::now().as_nanosecond() as u64);
    format!("{number:016x}")
}

/// An obshell cluster.
#[derive(Clone)]
pub struct ObshellBackend(Arc<Inner>);

struct Inner {
    http: Http,
    endpoints: Endpoints,
    sessions: bool,
    pins: Arc<dyn Pins>,
    observers: Observers,
    traces: TraceIds,
    language: &'static str,
    state: Mutex<Shared>,
}

#[derive(Default)]
struct Shared {
    credentials: Credentials,
    peers: HashMap<Address, Arc<Peer>>,
    /// Where an agent is dialled, by what it calls itself.
    aliases: HashMap<Address, Address>,
    /// Whose follower an agent became by a join that was sent from here.
    masters: HashMap<Address, Address>,
    /// Tasks that a server named: they exist.
    seen: HashSet<TaskId>,
    /// Local tasks that a server did not know: never asked for again (§14.1).
    gone: HashSet<TaskId>,
    /// Whether some agent had obState 3, and when that was asked.
    available: Option<(Instant, bool)>,
    /// Agents that cannot be dialled directly, and since when.
    away: HashMap<Address, Instant>,
}

/// An agent that could not be dialled is asked for through others so long.
const AWAY: Duration = Duration::from_secs(30);

impl ObshellBackend {
    /// Makes a backend; nothing is asked yet.
    pub fn new(config: Config) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(Inner {
            http: Http::new(&config.tls)?,
            endpoints: Endpoints::new(config.endpoints),
            sessions: config.sessions,
            pins: config.pins,
            observers: config.observers,
            traces: config.traces,
            language: config.language,
            state: Mutex::new(Shared {
                credentials: config.credentials,
                ..Shared::default()
            }),
        })))
    }

    /// Gives other passwords: each may be tried again everywhere.
    pub fn set_credentials(&self, credentials: Credentials) {
        let mut shared = self.0.shared();
        shared.credentials = credentials;
        for peer in shared.peers.values() {
            peer.forget_passwords();
        }
    }

    /// Reads the key of an agent again at the next question, after the operator
    /// trusted another one.
    pub fn forget_key(&self, agent: &Address) {
        self.0.peer(agent).drop_key();
    }
}

impl fmt::Debug for ObshellBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObshellBackend")
            .field("endpoints", &&*self.0.endpoints)
            .finish_non_exhaustive()
    }
}

impl Backend for ObshellBackend {
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
        Box::pin(async move {
            let began = Instant::now();
            let (picture, endpoint) = match ask {
                Ask::Cluster => {
                    let (cluster, endpoint) = self.0.cluster().await?;
                    (Picture::Cluster(Box::new(cluster)), endpoint)
                }
                Ask::Tasks => {
                    let (tasks, endpoint) = self.0.tasks().await?;
                    (Picture::Tasks(tasks), endpoint)
                }
                Ask::Task(id) => {
                    let (task, endpoint) = self.0.task(id).await?;
                    (Picture::Task(Box::new(task)), endpoint)
                }
                Ask::Log(id) => {
                    let (lines, endpoint) = self.0.log(id).await?;
                    (Picture::Log(lines), endpoint)
                }
                Ask::Probe(address) => {
                    let probe = self.0.probe(address).await?;
                    (Picture::Probe(Box::new(probe)), address.clone())
                }
                Ask::Host(address) => {
                    let host = self.0.host(address).await?;
                    (Picture::Host(Box::new(host)), address.clone())
                }
                Ask::Parameters => {
                    let (parameters, endpoint) = self.0.parameters().await?;
                    (Picture::Parameters(parameters), endpoint)
                }
                Ask::Limits => {
                    let (units, endpoint) = self.0.limits().await?;
                    (Picture::Units(Box::new(units)), endpoint)
                }
                Ask::Packages => {
                    let (packages, endpoint) = self.0.packages().await?;
                    (Picture::Packages(packages), endpoint)
                }
                Ask::Statistics => {
                    let (facts, endpoint) = self.0.statistics().await?;
                    (Picture::Statistics(facts), endpoint)
                }
                _ => {
                    return Err(LinkError::NotAsked(
                        rust_i18n::t!("an obshell agent knows one cluster; that belongs to OCP")
                            .into_owned(),
                    ));
                }
            };
            Ok(Asked {
                picture,
                endpoint: endpoint.to_string(),
                took: began.elapsed(),
                at: Timestamp::now(),
            })
        })
    }

    fn send_watched<'a>(
        &'a self,
        _access: &'a WriteAccess,
        request: &'a Request,
        transfer: &'a Transfer,
    ) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(self.0.send(request, transfer))
    }

    fn endpoint(&self) -> String {
        self.0.endpoints.name()
    }

    fn leave(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.leave())
    }

    fn sessions(&self) -> Vec<(String, Session)> {
        self.0.standing()
    }
}

impl Inner {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trace(&self) -> String {
        (self.traces)()
    }

    /// What is known of the agent that is dialled there.
    fn peer(&self, dialled: &Address) -> Arc<Peer> {
        let mut shared = self.shared();
        let peer = shared
            .peers
            .entry(dialled.clone())
            .or_insert_with(|| Arc::new(Peer::new(dialled.clone())));
        Arc::clone(peer)
    }

    /// Where the agent that calls itself so is dialled.
    fn dialled(&self, named: &Address) -> Address {
        let shared = self.shared();
        shared.aliases.get(named).unwrap_or(named).clone()
    }

    fn alias(&self, named: &Address, dialled: &Address) {
        // A socket wants no password; a direct way beats one through a forwarded port.
        let worth = |way: &Address| match way.as_socket() {
            Some(_) => 2,
            None => u8::from(way == named),
        };
        let mut shared = self.shared();
        let known = shared.aliases.get(named).map(worth);
        if known.is_none_or(|known| worth(dialled) >= known) {
            shared.aliases.insert(named.clone(), dialled.clone());
        }
    }

    fn candidates(&self, agent: &Agent, request: &Request) -> Vec<Credential> {
        self.shared().credentials.candidates(agent, request)
    }

    /// A password of root that works is tried first from now on.
    fn promote(&self, credential: &Credential) {
        let Proof::Password(password) = &credential.proof else {
            return;
        };
        let mut shared = self.shared();
        let list = match credential.header {
            Header::Root => &mut shared.credentials.root,
            Header::Agent => &mut shared.credentials.agent,
        };
        if let Some(at) = list.iter().position(|known| known == password) {
            list[..=at].rotate_right(1);
        }
    }

    /// Does something at the first endpoint that answers.
    async fn anywhere<T, F>(&self, mut work: impl FnMut(Arc<Peer>) -> F) -> Result<T, LinkError>
    where
        F: Future<Output = Result<T, LinkError>>,
    {
        let endpoints = &self.endpoints;
        endpoints
            .anywhere(|address| work(self.peer(&address)))
            .await
    }
}
