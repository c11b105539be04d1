//! The cluster and the probe, put together from several answers.

use std::sync::Arc;

use futures_util::{StreamExt as _, future, stream};
use rust_i18n::t;

use super::Inner;
use super::agent::Peer;
use super::session::garbled;
use crate::fleet::Address;
use crate::fleet::cluster::{Agent, Cluster, Proxy};
use crate::fleet::host::{HostInfo, Parameter};
use crate::fleet::platform::Package;
use crate::fleet::unit::{Fact, Units};
use crate::link::{LinkError, Probe};
use crate::wire::obshell::dto::{self, Info};
use crate::wire::obshell::{Garbled, api};

/// So many agents are asked who they are at the same time.
const AT_ONCE: usize = 16;

impl Inner {
    /// [`crate::link::Ask::Cluster`]. What fails leaves a gap, not an error:
    /// only who is asked, and a refused password, can fail the whole.
    pub(super) async fn cluster(&self) -> Result<(Cluster, Address), LinkError> {
        self.anywhere(|peer| async move {
            let info = self.introduce(&peer).await?;
            let mut cluster = Cluster::default();
            alone(&mut cluster, &info);
            self.fill(&peer, &info, &mut cluster).await?;
            cluster.clock_ahead_ms = peer.ahead_ms();
            self.add_strangers(&peer, &mut cluster).await;
            self.introduce_all(&mut cluster).await;
            proxies(&mut cluster);
            Ok((cluster, peer.address.clone()))
        })
        .await
    }

    async fn fill(&self, peer: &Peer, info: &Info, cluster: &mut Cluster) -> Result<(), LinkError> {
        // Alone first: it finds the password that the others use.
        let ob_info = self.get(peer, &api::ob_info(), Ok).await;
        put(peer, cluster, "ob/info", ob_info, dto::merge_ob_info)?;
        let runs = info.agent.identity == "CLUSTER AGENT";
        let status = api::agents_status();
        let rest = api::obcluster_info();
        let (statuses, obcluster) = future::join(self.get(peer, &status, Ok), async {
            if runs {
                Some(self.get(peer, &rest, Ok).await)
            } else {
                None
            }
        })
        .await;
        put(peer, cluster, "agents/status", statuses, |cluster, data| {
            let statuses = dto::statuses(data)?;
            dto::merge_statuses(cluster, &statuses);
            Ok(())
        })?;
        self.note_available(cluster);
        if let Some(obcluster) = obcluster {
            put(
                peer,
                cluster,
                "obcluster/info",
                obcluster,
                dto::merge_obcluster,
            )?;
        }
        Ok(())
    }

    fn note_available(&self, cluster: &Cluster) {
        let known = cluster.agents.iter().any(|agent| agent.ob_state.is_some());
        if known {
            let available = cluster.agents.iter().any(|agent| agent.ob_state == Some(3));
            self.shared().available = Some((std::time::Instant::now(), available));
        }
    }

    /// Before init the endpoints of a context need not know each other: who was
    /// named and belongs to nothing yet is shown too, or nobody could be joined.
    async fn add_strangers(&self, asked: &Peer, cluster: &mut Cluster) {
        if cluster.is_initialised() {
            return;
        }
        let others = self
            .endpoints
            .iter()
            .filter(|address| **address != asked.address);
        let others = others.map(|address| async move {
            let info = self.introduce(&self.peer(address)).await.ok()?;
            Some(info.agent)
        });
        for agent in future::join_all(others).await.into_iter().flatten() {
            let known = cluster
                .agents
                .iter()
                .any(|known| known.address == agent.address);
            if agent.identity == "SINGLE" && !known {
                cluster.agents.push(agent);
            }
        }
        cluster.agents.sort_by(|a, b| a.address.cmp(&b.address));
    }

    /// Asks every agent who it is: only itself knows of its proxy and password.
    async fn introduce_all(&self, cluster: &mut Cluster) {
        let names: Vec<Address> = cluster
            .agents
            .iter()
            .map(|agent| agent.address.clone())
            .collect();
        let asked = stream::iter(names)
            .map(|named| async move {
                let peer = self.way_to(&named)?;
                match self.introduce(&peer).await {
                    Ok(info) => Some((named, info, peer.ahead_ms())),
                    Err(LinkError::Unreachable { .. }) => {
                        self.mark_away(&peer.address);
                        None
                    }
                    Err(_) => None,
                }
            })
            .buffer_unordered(AT_ONCE);
        let known: Vec<_> = asked.filter_map(future::ready).collect().await;
        for (named, info, ahead) in known {
            let Some(agent) = cluster
                .agents
                .iter_mut()
                .find(|agent| agent.address == named)
            else {
                continue;
            };
            // Behind a forwarded port somebody else may answer.
            if info.agent.address == named {
                agent.has_proxy = info.agent.has_proxy;
                agent.secured = info.agent.secured;
                agent.ob_version = info.agent.ob_version;
                agent.state = agent.state.or(info.agent.state);
                agent.reachable = true;
                cluster.clocks.extend(ahead.map(|ahead| (named, ahead)));
            }
        }
        cluster.clocks.sort();
    }

    /// The agent that calls itself so, unless it could not be dialled just now.
    pub(super) fn way_to(&self, named: &Address) -> Option<Arc<Peer>> {
        let dialled = self.dialled(named);
        let away = self.shared().away.get(&dialled).copied();
        if away.is_some_and(|since| since.elapsed() < super::AWAY) {
            return None;
        }
        Some(self.peer(&dialled))
    }

    pub(super) fn mark_away(&self, dialled: &Address) {
        if !self.endpoints.contains(dialled) {
            let now = std::time::Instant::now();
            self.shared().away.insert(dialled.clone(), now);
        }
    }

    /// [`crate::link::Ask::Probe`]: open routes only; nothing is pinned by looking.
    pub(super) async fn probe(&self, address: &Address) -> Result<Probe, LinkError> {
        let peer = self.peer(address);
        let info = self.introduce(&peer).await?;
        let (secret, status) = (api::secret(), api::status());
        let (key, status) = future::join(
            self.open(&peer, &secret, dto::secret),
            self.open(&peer, &status, dto::status),
        )
        .await;
        let fingerprint = match crate::wire::obshell::PublicKey::from_base64(&key?.public_key) {
            Ok(key) => key.fingerprint().to_string(),
            Err(error) => return Err(garbled(&peer, &error.to_string())),
        };
        let mut agent = info.agent;
        if let Ok(status) = status {
            agent.ob_state = status.ob_state;
            agent.under_maintenance = status.under_maintenance;
        }
        Ok(Probe {
            agent,
            home: info.home,
            architecture: info.architecture,
            fingerprint,
            clock_ahead_ms: peer.ahead_ms().unwrap_or(0),
        })
    }
}

impl Inner {
    /// [`crate::link::Ask::Parameters`].
    pub(super) async fn parameters(&self) -> Result<(Vec<Parameter>, Address), LinkError> {
        self.anywhere(|peer| async move {
            self.introduce(&peer).await?;
            let parameters = self.get(&peer, &api::parameters(), dto::parameters).await?;
            Ok((parameters, peer.address.clone()))
        })
        .await
    }

    /// [`crate::link::Ask::Limits`].
    pub(super) async fn limits(&self) -> Result<(Units, Address), LinkError> {
        self.anywhere(|peer| async move {
            self.introduce(&peer).await?;
            let configs = self
                .get(&peer, &api::unit_configs(), dto::unit_configs)
                .await?;
            let (limits, pools) = (api::unit_limits(), api::pools());
            let (limits, pools) = future::join(
                self.get(&peer, &limits, dto::any_facts),
                self.get(&peer, &pools, dto::pools),
            )
            .await;
            let units = Units {
                limits: limits?,
                configs,
                pools: pools?,
            };
            Ok((units, peer.address.clone()))
        })
        .await
    }

    /// [`crate::link::Ask::Packages`].
    pub(super) async fn packages(&self) -> Result<(Vec<Package>, Address), LinkError> {
        self.anywhere(|peer| async move {
            self.introduce(&peer).await?;
            let packages = self.get(&peer, &api::packages(), dto::packages).await?;
            Ok((packages, peer.address.clone()))
        })
        .await
    }

    /// [`crate::link::Ask::Statistics`].
    pub(super) async fn statistics(&self) -> Result<(Vec<Fact>, Address), LinkError> {
        self.anywhere(|peer| async move {
            self.introduce(&peer).await?;
            let facts = self.get(&peer, &api::statistics(), dto::any_facts).await?;
            Ok((facts, peer.address.clone()))
        })
        .await
    }

    /// [`crate::link::Ask::Host`].
    pub(super) async fn host(&self, address: &Address) -> Result<HostInfo, LinkError> {
        let peer = self.peer(address);
        self.get(&peer, &api::host_info(), dto::host_info).await
    }
}

/// An agent that belongs to nothing yet is a cluster of one.
fn alone(cluster: &mut Cluster, info: &Info) {
    cluster.agents.push(Agent {
        ..info.agent.clone()
    });
}

fn proxies(cluster: &mut Cluster) {
    cluster.proxies = cluster
        .agents
        .iter()
        .filter(|agent| agent.has_proxy == Some(true))
        .map(|agent| Proxy {
            name: String::new(),
            address: agent.address.clone(),
            sql_port: None,
            status: None,
            version: None,
        })
        .collect();
}

/// Puts one part in, or says that it is missing.
fn put(
    peer: &Peer,
    cluster: &mut Cluster,
    part: &str,
    data: Result<serde_json::Value, LinkError>,
    merge: fn(&mut Cluster, serde_json::Value) -> Result<(), Garbled>,
) -> Result<(), LinkError> {
    let merged = data
        .and_then(|data| merge(cluster, data).map_err(|error| garbled(peer, &error.to_string())));
    match merged {
        Ok(()) => Ok(()),
        Err(error @ (LinkError::Unauthorized { .. } | LinkError::KeyChanged { .. })) => Err(error),
        Err(error) => {
            let sentence = t!("%{part} is missing: %{error}", part = part, error = error);
            cluster.problems.push(sentence.into_owned());
            Ok(())
        }
    }
}
