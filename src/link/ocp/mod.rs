//! A platform over many clusters (OCP) behind the [`Backend`] trait.
//!
//! `session` carries one exchange: credential, clock, signature. `reading` puts
//! several answers together; `changing` sends once and, when the answer is
//! lost, looks for the task that it made.

mod changing;
mod held;
mod reading;
mod session;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use rust_i18n::t;

use super::endpoints::Endpoints;
use super::http::{Http, Tls, TlsError};
use super::{
    Ask, Asked, Backend, BoxFuture, LinkError, Observers, Picture, SendError, Sent, Transfer,
    WriteAccess,
};
use crate::fleet::Address;
use crate::fleet::platform::{Alarm, Host, ManagedCluster, ManagedTenant, Package, ProxyCluster};
use crate::fleet::request::Request;
use crate::fleet::task::{Source, TaskId};
use crate::wire::ocp::{self, Credential, Known, api};

/// What a backend is made of.
#[derive(Clone)]
pub struct Config {
    /// Tried in order for reads; the first that answers is remembered.
    pub endpoints: Vec<Address>,
    /// `http` or `https`, and whose certificates are trusted.
    pub tls: Tls,
    /// Who asks; `None` can only read the clock.
    pub credential: Option<Credential>,
    /// The platform's id of the cluster that [`Ask::Cluster`] means; without
    /// one the first of the list.
    pub cluster: Option<String>,
    /// Who looks on.
    pub observers: Observers,
    /// `Accept-Language`: `en-US` or `zh-CN`.
    pub language: &'static str,
}

impl Config {
    /// Plain http, nobody looks on.
    #[must_use]
    pub fn new(endpoints: Vec<Address>, credential: Option<Credential>) -> Self {
        Self {
            endpoints,
            tls: Tls::default(),
            credential,
            cluster: None,
            observers: Observers::default(),
            language: "en-US",
        }
    }
}

/// Who answers at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A platform.
    Platform,
    /// Something else.
    Other,
    /// Nobody, and why.
    Nobody(String),
}

/// A platform.
#[derive(Clone)]
pub struct OcpBackend(Arc<Inner>);

struct Inner {
    http: Http,
    endpoints: Endpoints,
    /// The port that the scheme means when none is written.
    plain_port: u16,
    observers: Observers,
    language: &'static str,
    /// Held while a credential is tried that has not worked yet: an account is
    /// locked after some failures, so only one question may try it.
    gate: tokio::sync::Mutex<()>,
    state: Mutex<Shared>,
}

struct Shared {
    credential: Option<Credential>,
    /// Whether the credential has worked.
    proven: bool,
    /// Why the credential is not tried again.
    denied: Option<LinkError>,
    /// The server's clock minus ours, once it is known.
    ahead_ms: Option<i64>,
    cluster: Option<String>,
    /// Which task a subtask belongs to: the route of its log names both.
    owners: HashMap<Box<str>, Arc<TaskId>>,
    /// Tasks that the server named: they exist.
    seen: HashSet<TaskId>,
    /// What the last answer about the last large task said.
    known: Option<Arc<(TaskId, Known)>>,
}

impl OcpBackend {
    /// Makes a backend; nothing is asked yet.
    pub fn new(config: Config) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(Inner {
            http: Http::new(&config.tls)?,
            endpoints: Endpoints::new(config.endpoints),
            plain_port: if config.tls.on { 443 } else { 80 },
            observers: config.observers,
            language: config.language,
            gate: tokio::sync::Mutex::new(()),
            state: Mutex::new(Shared {
                credential: config.credential,
                proven: false,
                denied: None,
                ahead_ms: None,
                cluster: config.cluster,
                owners: HashMap::new(),
                seen: HashSet::new(),
                known: None,
            }),
        })))
    }

    /// Gives another credential: it may be tried.
    pub fn set_credential(&self, credential: Option<Credential>) {
        let mut shared = self.0.shared();
        shared.credential = credential;
        shared.proven = false;
        shared.denied = None;
    }

    /// Which cluster [`Ask::Cluster`] and [`Ask::Tasks`] mean from now on;
    /// `None`: the first one, and the tasks of everything.
    pub fn set_cluster(&self, id: Option<String>) {
        self.0.shared().cluster = id;
    }

    /// Who answers there: a platform tells its clock to anybody.
    pub async fn presence(&self) -> Presence {
        let mut nobody = None;
        for (_, address) in self.0.endpoints.in_order() {
            match self.0.clock(&address).await {
                Ok(true) => return Presence::Platform,
                Ok(false) => return Presence::Other,
                Err(reason) => nobody = Some(reason),
            }
        }
        Presence::Nobody(nobody.unwrap_or_default())
    }

    /// The overview of all clusters.
    pub async fn clusters(&self) -> Result<Vec<ManagedCluster>, LinkError> {
        self.0.all(api::clusters, ocp::clusters).await
    }

    /// All hosts, or those of one status (`AVAILABLE`).
    pub async fn hosts(&self, status: Option<&str>) -> Result<Vec<Host>, LinkError> {
        self.0
            .all(|page| api::hosts(status, page), ocp::hosts)
            .await
    }

    /// All clusters of OBProxies.
    pub async fn proxy_clusters(&self) -> Result<Vec<ProxyCluster>, LinkError> {
        self.0.all(api::proxy_clusters, ocp::proxy_clusters).await
    }

    /// All packages, or those of one type (`OBPROXY_INSTALL_PACKAGE`).
    pub async fn packages(&self, kind: Option<&str>) -> Result<Vec<Package>, LinkError> {
        self.0
            .all(|page| api::packages(kind, page), ocp::packages)
            .await
    }

    /// All alarms, or those of one status (`Active`).
    pub async fn alarms(&self, status: Option<&str>) -> Result<Vec<Alarm>, LinkError> {
        self.0
            .all(|page| api::alarms(status, page), ocp::alarms)
            .await
    }

    /// The tenants of one cluster, or of all.
    pub async fn tenants(&self, cluster: Option<&str>) -> Result<Vec<ManagedTenant>, LinkError> {
        self.0
            .all(|page| api::tenants(cluster, page), ocp::tenants)
            .await
    }
}

impl fmt::Debug for OcpBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OcpBackend")
            .field("endpoints", &&*self.0.endpoints)
            .finish_non_exhaustive()
    }
}

impl Backend for OcpBackend {
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
        Box::pin(async move {
            let began = Instant::now();
            let picture = match ask {
                Ask::Cluster => {
                    let chosen = self.0.shared().cluster.clone();
                    let managed = self.0.managed(chosen.as_deref()).await?;
                    Picture::Cluster(Box::new(managed.cluster))
                }
                Ask::ManagedCluster(id) => {
                    Picture::Managed(Box::new(self.0.managed(Some(id)).await?))
                }
                Ask::Tasks => {
                    let chosen = self.0.shared().cluster.clone();
                    Picture::Tasks(self.0.tasks(chosen).await?)
                }
                Ask::TasksOf(id) => Picture::Tasks(self.0.tasks(Some(id.clone())).await?),
                Ask::TaskPage(page) => Picture::Tasks(self.0.task_page(page).await?),
                Ask::Clusters => Picture::Clusters(self.clusters().await?),
                Ask::Fleet => Picture::Clusters(self.0.fleet().await?),
                Ask::Hosts => Picture::Hosts(self.hosts(None).await?),
                Ask::Packages => Picture::Packages(self.packages(None).await?),
                Ask::Alarms => Picture::Alarms(self.alarms(None).await?),
                Ask::ProxyClusters => Picture::ProxyClusters(self.proxy_clusters().await?),
                Ask::Tenants => Picture::Tenants(self.tenants(None).await?),
                Ask::Task(id) => Picture::Task(Box::new(self.0.task(id).await?)),
                Ask::Log(id) => Picture::Log(self.0.log(id).await?),
                Ask::ParametersOf(id) => Picture::Parameters(self.0.parameters_of(id).await?),
                Ask::Parameters => {
                    let chosen = self.0.shared().cluster.clone();
                    Picture::Parameters(self.0.parameters(chosen.as_deref()).await?)
                }
                Ask::Limits | Ask::Statistics => {
                    return Err(LinkError::NotAsked(
                        t!("only an obshell agent tells unit configs and statistics").into_owned(),
                    ));
                }
                Ask::Probe(_) | Ask::Host(_) => {
                    return Err(LinkError::NotAsked(
                        t!("OCP looks after hosts by itself; only an obshell agent can be probed")
                            .into_owned(),
                    ));
                }
            };
            Ok(Asked {
                picture,
                endpoint: self.endpoint(),
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

    fn source(&self) -> Source {
        Source::Ocp
    }
}

impl Inner {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
