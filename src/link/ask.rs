//! What a screen may ask for, and what it gets.

use crate::fleet::Address;
use crate::fleet::cluster::{Agent, Cluster};
use crate::fleet::host::{HostInfo, Parameter};
use crate::fleet::platform::{Alarm, Host, ManagedCluster, ManagedTenant, Package, ProxyCluster};
use crate::fleet::task::{LogLine, Task, TaskId};
use crate::fleet::unit::{Fact, Units};

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
    /// The parameters of a running cluster.
    Parameters,
    /// Unit configs, resource pools and their limits.
    Limits,
    /// What the agents count of a running cluster.
    Statistics,
    /// The parameters of one cluster of a platform, by the platform's id.
    ParametersOf(String),
    /// The overview of all clusters that a platform manages.
    Clusters,
    /// The overview with the servers of every cluster: one more request each.
    Fleet,
    /// One cluster of a platform, by the platform's id.
    ManagedCluster(String),
    /// The tasks of one cluster of a platform, newest first.
    TasksOf(String),
    /// Older tasks of a platform, or those of one status.
    TaskPage(TaskPage),
    /// The hosts of a platform.
    Hosts,
    /// The packages in a platform's store, or those of a cluster.
    Packages,
    /// The alarms of a platform.
    Alarms,
    /// The OBProxy clusters of a platform.
    ProxyClusters,
    /// The tenants of all clusters of a platform.
    Tenants,
}

impl Ask {
    /// Whether only a platform over many clusters can answer it.
    #[must_use]
    pub fn is_platforms(&self) -> bool {
        matches!(
            self,
            Self::Clusters
                | Self::Fleet
                | Self::ManagedCluster(_)
                | Self::TasksOf(_)
                | Self::TaskPage(_)
                | Self::ParametersOf(_)
                | Self::Hosts
                | Self::Alarms
                | Self::ProxyClusters
                | Self::Tenants
        )
    }
}

/// A page of a platform's tasks, newest first. Nobody scrolls through ten
/// thousand of them often, so they come page by page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskPage {
    /// The platform's id of a cluster; `None`: of everything.
    pub cluster: Option<String>,
    /// Only those of this status.
    pub status: Option<TaskStatus>,
    /// From 1 on.
    pub page: u64,
}

impl TaskPage {
    /// Tasks of a page.
    pub const SIZE: u64 = 1000;

    /// Whether it may change while it is looked at: history does not.
    #[must_use]
    pub fn moves(&self) -> bool {
        self.page == 1 && self.status.is_some()
    }
}

/// What the list of tasks can be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskStatus {
    /// Not at its end.
    Running,
    /// Failed, and not taken up again.
    Failed,
    /// Done, or rolled back.
    Successful,
}

impl TaskStatus {
    /// The platform's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Failed => "FAILED",
            Self::Successful => "SUCCESSFUL",
        }
    }
}

/// An answer, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// To [`Ask::Cluster`].
    Cluster(Box<Cluster>),
    /// To [`Ask::ManagedCluster`].
    Managed(Box<ManagedCluster>),
    /// To [`Ask::Tasks`], [`Ask::TasksOf`] and [`Ask::TaskPage`].
    Tasks(Vec<Task>),
    /// To [`Ask::Task`].
    Task(Box<Task>),
    /// To [`Ask::Log`].
    Log(Vec<LogLine>),
    /// To [`Ask::Probe`].
    Probe(Box<Probe>),
    /// To [`Ask::Host`].
    Host(Box<HostInfo>),
    /// To [`Ask::Parameters`] and [`Ask::ParametersOf`].
    Parameters(Vec<Parameter>),
    /// To [`Ask::Limits`].
    Units(Box<Units>),
    /// To [`Ask::Statistics`].
    Statistics(Vec<Fact>),
    /// To [`Ask::Clusters`] and [`Ask::Fleet`].
    Clusters(Vec<ManagedCluster>),
    /// To [`Ask::Hosts`].
    Hosts(Vec<Host>),
    /// To [`Ask::Packages`].
    Packages(Vec<Package>),
    /// To [`Ask::Alarms`].
    Alarms(Vec<Alarm>),
    /// To [`Ask::ProxyClusters`].
    ProxyClusters(Vec<ProxyCluster>),
    /// To [`Ask::Tenants`].
    Tenants(Vec<ManagedTenant>),
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
