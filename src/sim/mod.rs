//! obshell agents in process: real HTTP, real cryptography, real state machines.
//! Shares nothing with `wire`: what both got wrong together nobody would see.
//!
//! What it does not simulate it refuses with the agent's own 404: single sign-on,
//! other changes of tenants than making and dropping them.

mod age;
mod answer;
mod auth;
mod draft;
mod engine;
mod fault;
mod happen;
mod history;
mod keys;
pub mod ocp;
mod operate;
mod options;
mod parcel;
mod request;
mod routes;
mod scene;
mod serve;
mod task;
mod work;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use fault::{Fault, FaultError, FaultKind};
pub use happen::Happening;
pub use options::{Options, Scene, UnknownScene};

use serve::{Gate, Site};
use world::World;

/// How long open connections may take to end when a simulation stops.
const GRACE: Duration = Duration::from_millis(200);

/// A running simulation. Dropping it ends it too; [`Sim::stop`] also waits.
pub struct Sim {
    site: Arc<Site>,
    over: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
}

/// One simulated agent as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its identity at this moment, as on the wire (`CLUSTER AGENT`).
    pub identity: String,
    /// The root@sys password that its cluster's agents want, if one is set.
    pub password: Option<String>,
    /// Its agent password, if one is set.
    pub agent_password: Option<String>,
}

/// Why a simulation does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A port is taken or the address is not ours.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The ports do not fit above the first one.
    #[error("{0} agents need {0} ports from {1} on, and there are not that many")]
    Ports(usize, SocketAddr),
    /// The scene cannot be made of that many agents.
    #[error("the scene {scene} needs {needs} agents, not {got}")]
    Agents {
        /// The scene's word.
        scene: Scene,
        /// How many it needs, in words.
        needs: &'static str,
        /// How many were asked for.
        got: usize,
    },
    /// No key could be made.
    #[error("cannot make the agents' keys: {0}")]
    Keys(String),
}

impl Sim {
    /// Start the agents; they answer when this returns.
    pub async fn start(options: Options) -> Result<Self, SimError> {
        let count =
            scene::agents(options.scene, options.agents).map_err(|needs| SimError::Agents {
                scene: options.scene,
                needs,
                got: options.agents.unwrap_or_default(),
            })?;
        let sockets = listen(options.listen, &options.hosts, count).await?;
        let mut addresses = Vec::with_capacity(count);
        for socket in &sockets {
            let address = socket
                .local_addr()
                .map_err(|error| SimError::Listen(options.listen, error))?;
            addresses.push(address);
        }
        let mut world = World::new(
            &addresses,
            options.seed,
            options.speed,
            options.agent_version.as_deref(),
            &options.faults,
        )
        .map_err(|error| SimError::Keys(error.to_string()))?;
        world.set(options.scene);
        let site = Arc::new(Site::new(world));
        let over = CancellationToken::new();
        let mut listeners = Vec::with_capacity(count);
        for (agent, (socket, address)) in sockets.into_iter().zip(addresses).enumerate() {
            let gate = Gate {
                site: Arc::clone(&site),
                agent,
                address,
                socket: Some(socket),
            };
            let router = serve::router(Arc::clone(&site), agent);
            let end = over.clone();
            listeners.push(tokio::spawn(async move {
                let ending = end.clone();
                let serving = axum::serve(gate, router)
                    .with_graceful_shutdown(async move { end.cancelled().await });
                tokio::select! {
                    _ = serving => {}
                    () = async { ending.cancelled().await; tokio::time::sleep(GRACE).await } => {}
                }
            }));
        }
        Ok(Self {
            site,
            over,
            listeners,
        })
    }

    /// The agents, in order of their ports, as they are now.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let mut world = self.site.world();
        world.advance();
        world
            .agents
            .iter()
            .map(|agent| Endpoint {
                address: agent.address,
                identity: agent.identity.word().to_owned(),
                password: agent
                    .master
                    .and_then(|master| world.agents.get(master))
                    .unwrap_or(agent)
                    .root_password
                    .clone(),
                agent_password: agent.agent_password.clone(),
            })
            .collect()
    }

    /// Requests answered so far by all agents, by `METHOD route` (`GET task/dag/:id`).
    pub fn requests(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for ((_, route), count) in &self.site.world().requests {
            *all.entry(route.clone()).or_default() += count;
        }
        all
    }

    /// As [`Sim::requests`], of one agent.
    pub fn requests_of(&self, agent: usize) -> BTreeMap<String, u64> {
        let world = self.site.world();
        let own = world.requests.iter().filter(|((at, _), _)| *at == agent);
        own.map(|((_, route), count)| (route.clone(), *count))
            .collect()
    }

    /// The id of every session that was opened, and how many requests it carried.
    pub fn sessions(&self) -> Vec<(String, u64)> {
        self.site.world().given.clone()
    }

    /// Requests that would have hurt a real agent (`api/obshell.md` §14.1) and were answered with 500.
    pub fn dangerous(&self) -> u64 {
        self.site.world().dangerous
    }

    /// Let simulated time pass at once; the only way it passes at speed 0.
    pub fn pass(&self, span: Duration) {
        let mut world = self.site.world();
        world.advance();
        let then = world.clock.saturating_add(span.as_nanos() as u64);
        world.advance_to(then);
    }

    /// Something happens that nobody asked the agents for.
    pub fn happen(&self, happening: Happening) {
        let mut world = self.site.world();
        world.advance();
        world.happen(happening);
    }

    /// Also serve one agent on a unix socket (`run/obshell.sock` of its home),
    /// where it wants no password.
    pub fn serve_socket(&mut self, agent: usize, path: &Path) -> std::io::Result<()> {
        let socket = UnixListener::bind(path)?;
        let router = serve::local_router(Arc::clone(&self.site), agent);
        let over = self.over.clone();
        self.listeners.push(tokio::spawn(async move {
            tokio::select! {
                _ = axum::serve(socket, router) => {}
                () = over.cancelled() => {}
            }
        }));
        Ok(())
    }

    /// End the agents and wait until their ports are free.
    pub async fn stop(mut self) {
        self.over.cancel();
        for listener in std::mem::take(&mut self.listeners) {
            // A listener that panicked is over as well.
            let _ended = listener.await;
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.over.cancel();
    }
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim")
            .field("agents", &self.listeners.len())
            .finish_non_exhaustive()
    }
}

async fn listen(
    first: SocketAddr,
    hosts: &[SocketAddr],
    count: usize,
) -> Result<Vec<TcpListener>, SimError> {
    let mut sockets = Vec::with_capacity(count);
    for index in 0..count {
        let mut address = first;
        if let Some(host) = hosts.get(index) {
            address = *host;
        } else if first.port() != 0 {
            let port = u16::try_from(index)
                .ok()
                .and_then(|index| first.port().checked_add(index));
            address.set_port(port.ok_or(SimError::Ports(count, first))?);
        }
        let socket = TcpListener::bind(address)
            .await
            .map_err(|error| SimError::Listen(address, error))?;
        sockets.push(socket);
    }
    Ok(sockets)
}
