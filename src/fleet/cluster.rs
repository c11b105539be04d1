//! A cluster with its zones, servers, agents, proxies and tenants.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, task::TaskId};

/// Used and total of one resource. Bytes for memory and disk, cores for CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// Handed out (CPU, memory) or used (disk).
    pub used: f64,
    /// All there is.
    pub total: f64,
}

/// The three resources that the panes show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Cores.
    pub cpu: Option<Gauge>,
    /// Bytes.
    pub memory: Option<Gauge>,
    /// Bytes.
    pub disk: Option<Gauge>,
}

/// How good a status word is; the word itself stays the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Works.
    Good,
    /// On its way from one state to another.
    Busy,
    /// Stopped because somebody wanted it.
    Stopped,
    /// Broken or not reachable.
    Bad,
    /// Not known.
    Unknown,
}

/// A status word of a server's, kept as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(pub String);

impl Status {
    /// What the word means for an operator (`api/obshell.md §4.7`).
    #[must_use]
    pub fn mood(&self) -> Mood {
        match self.0.as_str() {
            "AVAILABLE" | "RUNNING" | "ACTIVE" | "NORMAL" | "ONLINE" => Mood::Good,
            "STARTING" | "STOPPING" | "SERVICE_STOPPING" | "PROCESS_STOPPING" | "DELETING"
            | "RESTARTING" | "CREATING" | "OPERATING" | "TAKINGOVER" | "MOVINGOUT"
            | "SWITCHOVER" | "FAILOVER" | "UPGRADING" | "REFRESHING" | "MODIFYING" => Mood::Busy,
            "STOPPED" | "SERVICE_STOPPED" | "PROCESS_STOPPED" => Mood::Stopped,
            "UNAVAILABLE" | "INACTIVE" | "RESTRICTED" | "NOT RUNNING" | "OFFLINE" | "ABANDONED" => {
                Mood::Bad
            }
            _ => Mood::Unknown,
        }
    }
}

/// An obshell agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Where it answers.
    pub address: Address,
    /// `SINGLE`, `MASTER`, `FOLLOWER`, `CLUSTER AGENT` … as the server wrote it.
    pub identity: String,
    /// Empty for a SINGLE agent.
    pub zone: String,
    /// obshell's version with its release part.
    pub version: String,
    /// Version of the local observer binary.
    pub ob_version: String,
    /// Agent state 0–4, `None` where it was not asked or did not answer.
    pub state: Option<i64>,
    /// Observer state 0–3 (`api/obshell.md §4.1`), `None` where it did not answer.
    pub ob_state: Option<i64>,
    /// Whether a maintenance DAG holds it.
    pub under_maintenance: bool,
    /// Whether it manages an OBProxy, where known.
    pub has_proxy: Option<bool>,
    /// Whether an agent password is set, where known.
    pub secured: Option<bool>,
    /// Whether it answered when it was last asked.
    pub reachable: bool,
}

/// An observer of a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Host and RPC port: what the database calls the server.
    pub address: Address,
    /// SQL port.
    pub sql_port: Option<u16>,
    /// The agent on its host.
    pub agent: Option<Address>,
    /// Its zone.
    pub zone: String,
    /// The server's own word.
    pub status: Status,
    /// Whether a root server lives here.
    pub root_server: bool,
    /// Build version.
    pub version: String,
    /// What it uses.
    pub usage: Usage,
    /// When it started, where known.
    pub started_at: Option<Timestamp>,
    /// The task that changes it now.
    pub task: Option<TaskId>,
}

/// A zone with its servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// The server's own word; empty before init.
    pub status: Status,
    /// Region, where known.
    pub region: String,
    /// Data centre, where known.
    pub idc: String,
    /// Its servers, in a stable order.
    pub servers: Vec<Server>,
    /// The task that changes it now.
    pub task: Option<TaskId>,
}

/// An OBProxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxy {
    /// Its name or its cluster's, where known.
    pub name: String,
    /// The agent that manages it, or where it listens (OCP).
    pub address: Address,
    /// SQL port; obshell tells none.
    pub sql_port: Option<u16>,
    /// Status; obshell tells none.
    pub status: Option<Status>,
    /// Version; obshell tells none.
    pub version: Option<String>,
}

/// A tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// The server's number.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// `MYSQL` or `ORACLE`.
    pub mode: String,
    /// The server's own word.
    pub status: Status,
    /// Whether it is locked.
    pub locked: bool,
    /// Primary zone expression.
    pub primary_zone: String,
    /// Locality expression.
    pub locality: String,
    /// The zones of its pools, in their order; empty where the server does not say.
    pub zones: Vec<String>,
    /// The unit config of its first pool, where the server says.
    pub unit: Option<TenantUnit>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Who may connect, where the server says.
    pub whitelist: String,
    /// Its comment.
    pub comment: String,
    /// What a client is called with, the server's own words.
    pub connections: Vec<String>,
}

/// What a tenant has in each of its zones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantUnit {
    /// Name of the unit config.
    pub name: String,
    /// Units in each zone.
    pub count: i64,
    /// Most cores of a unit, as the server writes them.
    pub cores: String,
    /// Memory of a unit in bytes.
    pub memory: Option<i64>,
}

/// Everything the cluster screen shows, put together from several answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name; empty before it is configured.
    pub name: String,
    /// Its id; `None` before it is configured.
    pub id: Option<i64>,
    /// The server's own word; empty before init.
    pub status: Status,
    /// Version of `OceanBase`.
    pub ob_version: String,
    /// What it uses in all.
    pub usage: Usage,
    /// Zones by name.
    pub zones: Vec<Zone>,
    /// Agents by address.
    pub agents: Vec<Agent>,
    /// OBProxies by address.
    pub proxies: Vec<Proxy>,
    /// Tenants by name; `None` where the server does not say.
    pub tenants: Option<Vec<Tenant>>,
    /// Clock of the server minus ours, in milliseconds, where measured.
    pub clock_ahead_ms: Option<i64>,
    /// Clock of each agent that answered minus ours, in milliseconds.
    pub clocks: Vec<(Address, i64)>,
    /// What could not be found out, a sentence each.
    pub problems: Vec<String>,
}

impl Cluster {
    /// Whether the cluster was initialised. Before that its agents are SINGLE,
    /// MASTER and FOLLOWER; a platform tells of zones only, and only of such.
    #[must_use]
    pub fn is_initialised(&self) -> bool {
        let through_a_platform = self.agents.is_empty() && !self.zones.is_empty();
        through_a_platform
            || self
                .agents
                .iter()
                .any(|agent| agent.identity == "CLUSTER AGENT")
    }

    /// All servers of all zones.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.zones.iter().flat_map(|zone| zone.servers.iter())
    }
}
