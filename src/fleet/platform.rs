//! What a platform over many clusters (OCP) knows beyond one cluster: the
//! overview of clusters, hosts, packages, alarms and clusters of OBProxies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Address;
use super::cluster::{Cluster, Proxy, Status, Tenant};

/// One cluster of the overview. Ids are the platform's, as text: they are
/// numbers or texts on the wire.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ManagedCluster {
    /// The platform's id: what its routes want.
    pub id: String,
    /// `PRIMARY` or `STANDBY`.
    pub role: String,
    /// The cluster itself, as far as this answer tells; its `id` is the database's.
    pub cluster: Cluster,
    /// How many servers the platform counts, which may be more than it lists.
    pub server_count: Option<u64>,
    /// How many tenants it counts.
    pub tenant_count: Option<u64>,
    /// Alarms by level, 1 is worst; `None` where the answer does not say.
    pub alarms: Option<Vec<AlarmCount>>,
    /// The platform's ids of servers and of their hosts.
    pub members: Vec<Member>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}

impl ManagedCluster {
    /// How many alarms it has, of whatever level.
    #[must_use]
    pub fn alarm_count(&self) -> Option<u64> {
        let alarms = self.alarms.as_ref()?;
        Some(alarms.iter().map(|alarms| alarms.count).sum())
    }
}

/// How many alarms of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmCount {
    /// 1 (stopped) to 5 (reminder).
    pub level: u8,
    /// How many.
    pub count: u64,
}

/// Which ids the platform gave a server and its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The server, as the panes show it.
    pub address: Address,
    /// The id that restart, stop, start and delete want.
    pub server: String,
    /// The id of its host.
    pub host: Option<String>,
}

/// A host that the platform manages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// The platform's id: what forms send.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its inner address; documents mask it, so it is any text.
    pub ip: String,
    /// Data centre.
    pub idc: String,
    /// Region.
    pub region: String,
    /// `AVAILABLE` is free, `ONLINE` has services.
    pub status: Status,
    /// State of the platform's agent on it.
    pub agent_status: Status,
    /// `x86_64` or `aarch64`.
    pub architecture: String,
    /// `DEDICATED_PHYSICAL_MACHINE` and the like.
    pub kind: String,
    /// What runs on it.
    pub services: Vec<Service>,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}

impl Host {
    /// Whether a service can be installed on it now.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.status.0 == "AVAILABLE"
    }

    /// What runs on it, with commas between.
    #[must_use]
    pub fn service_names(&self) -> String {
        let names: Vec<&str> = self.services.iter().map(|one| one.name.as_str()).collect();
        names.join(",")
    }
}

/// A service on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// `cluster01:1`.
    pub name: String,
    /// `OB_CLUSTER`, `OB_PROXY` …
    pub kind: String,
    /// Its version.
    pub version: String,
}

/// A software package in the platform's store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// The platform's id.
    pub id: String,
    /// Name without version.
    pub name: String,
    /// The whole file name: what a form sends as `version`.
    pub file: String,
    /// `OBPROXY_INSTALL_PACKAGE` and the like.
    pub kind: String,
    /// Version.
    pub version: String,
    /// Build number.
    pub build: String,
    /// `x86_64` or `aarch64`.
    pub architecture: String,
    /// `el7`, `alios7` …
    pub system: String,
    /// Bytes.
    pub size: Option<u64>,
    /// When it was uploaded.
    pub created_at: Option<Timestamp>,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}

/// An alarm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The platform's id.
    pub id: String,
    /// 1 stopped, 2 critical, 3 warning, 4 caution, 5 reminder.
    pub level: Option<u8>,
    /// `Active`, `Inactive`, `Silenced`, `Inhibited`.
    pub status: String,
    /// `OB`, `OCP`, `OBProxy` …
    pub app: String,
    /// The rule that fired.
    pub kind: String,
    /// `Host`, `ObCluster` …
    pub scope: String,
    /// What it is about.
    pub target: String,
    /// One line.
    pub summary: String,
    /// All of it.
    pub description: String,
    /// When it began.
    pub active_at: Option<Timestamp>,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}

impl Alarm {
    /// Whether it still stands.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status.eq_ignore_ascii_case("Active")
    }

    /// The name of the cluster that it is about, where it is about one: a label
    /// says it, or the target does (`ob_cluster=prod-1:tenant_name=…`).
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        let labels = self.extra.get("labels");
        let label = |name: &str| labels?.get(name)?.as_str();
        let target = || {
            let mut parts = self.target.split(':');
            let named = parts.find_map(|part| part.trim().strip_prefix("ob_cluster="))?;
            Some(named.rsplit_once('-').map_or(named, |(name, _)| name))
        };
        label("ob_cluster_name")
            .or_else(|| label("ob_cluster"))
            .or_else(target)
            .filter(|name| !name.is_empty())
    }
}

/// A cluster of OBProxies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProxyCluster {
    /// The platform's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Access address, only used to build connection strings.
    pub address: String,
    /// Access port.
    pub port: Option<u16>,
    /// `CONFIG_URL` or `RS_LIST`.
    pub work_mode: String,
    /// Where a proxy in `CONFIG_URL` mode reads its clusters.
    pub config_url: String,
    /// State of the cluster as a whole, where the platform tells one.
    pub status: Option<Status>,
    /// The clusters that it can reach.
    pub links: Vec<ObLink>,
    /// Its proxies.
    pub proxies: Vec<ProxyServer>,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}

impl ProxyCluster {
    /// Its proxies as the panes of a database cluster show them.
    pub fn as_proxies(&self) -> impl Iterator<Item = Proxy> + '_ {
        self.proxies.iter().map(|proxy| Proxy {
            name: self.name.clone(),
            address: proxy.address.clone(),
            sql_port: Some(proxy.address.port),
            status: Some(proxy.status.clone()),
            version: Some(proxy.version.clone()),
        })
    }
}

/// A cluster that an OBProxy cluster can reach.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObLink {
    /// Name of the cluster.
    pub cluster: String,
    /// The platform's id of the cluster.
    pub cluster_id: Option<String>,
    /// The database's id of the cluster: another number.
    pub ob_cluster_id: Option<String>,
    /// Who logs in.
    pub user: String,
    /// State of the cluster or of the link.
    pub status: Status,
}

/// One OBProxy of a cluster of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProxyServer {
    /// The platform's id.
    pub id: String,
    /// The platform's id of its host.
    pub host: Option<String>,
    /// Address and SQL port.
    pub address: Address,
    /// Port of the exporter.
    pub exporter_port: Option<u16>,
    /// Data centre.
    pub idc: String,
    /// Version with its build.
    pub version: String,
    /// The platform's word.
    pub status: Status,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}

/// A tenant and the cluster it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManagedTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// Name of its cluster.
    pub cluster: String,
    /// The platform's id of its cluster.
    pub cluster_id: Option<String>,
    /// Everything else the platform said of it.
    pub extra: Map<String, Value>,
}
