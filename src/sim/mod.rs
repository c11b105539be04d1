//! obshell agents in process: real HTTP, real cryptography, real state machines.
//! Shares nothing with `wire`: what both got wrong together nobody would see.

mod fault;
mod options;

use std::collections::BTreeMap;
use std::net::SocketAddr;

pub use fault::{Fault, FaultError, FaultKind};
pub use options::{Options, Scene, UnknownScene};

/// A running simulation. Dropping it ends it too; [`Sim::stop`] also waits.
#[derive(Debug)]
pub struct Sim {
    endpoints: Vec<Endpoint>,
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
    /// No key could be made or no random bytes be had.
    #[error("cannot make the agents' keys: {0}")]
    Keys(String),
}

impl Sim {
    /// Start the agents; they answer when this returns.
    #[allow(clippy::unused_async)]
    pub async fn start(_options: Options) -> Result<Self, SimError> {
        todo!("the agents follow in the next push")
    }

    /// The agents, in order of their ports, as they are now.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.endpoints.clone()
    }

    /// Requests served so far by all agents, by `METHOD route` (`GET task/dag/:id`).
    pub fn requests(&self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }

    /// Requests that would have hurt a real agent (`api/obshell.md` §14.1) and were answered with 500.
    pub fn dangerous(&self) -> u64 {
        0
    }

    /// End the agents and wait until their ports are free.
    #[allow(clippy::unused_async)]
    pub async fn stop(self) {}
}
