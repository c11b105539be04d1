//! What a screen may ask for, and what it gets.

use crate::fleet::Address;
use crate::fleet::cluster::{Agent, Cluster};
use crate::fleet::host::HostInfo;
use crate::fleet::task::{LogLine, Task, TaskId};

/// A question. Two equal asks are one request on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// The cluster with zones, servers, agents, proxies and tenants.
    Cluster,
    /// All tasks, newest first, without their nodes.
    Tasks,
    /// One task with its nodes.
    Task(TaskId),
    /// The whole log of one sub-task, by its server id.
    Log(String),
    /// One agent that need not belong to the cluster: what a form must know of it.
    Probe(Address),
    /// The host of one agent; wants the password that the agent wants.
    Host(Address),
}

/// An answer, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// To [`Ask::Cluster`].
    Cluster(Box<Cluster>),
    /// To [`Ask::Tasks`].
    Tasks(Vec<Task>),
    /// To [`Ask::Task`].
    Task(Box<Task>),
    /// To [`Ask::Log`].
    Log(Vec<LogLine>),
    /// To [`Ask::Probe`].
    Probe(Box<Probe>),
    /// To [`Ask::Host`].
    Host(Box<HostInfo>),
}

/// What one agent said of itself on its open routes.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The agent.
    pub agent: Agent,
    /// Its home directory.
    pub home: String,
    /// `x86_64` or `aarch64`.
    pub architecture: String,
    /// Fingerprint of its public key, `SHA256:…`.
    pub fingerprint: String,
    /// Its clock minus ours, in milliseconds.
    pub clock_ahead_ms: i64,
}
