//! The hands that build scenes: hosts, clusters, proxies, packages, alarms, history.

use jiff::{SignedDuration, Timestamp};

use super::auth::Caller;
use super::fleet::{
    Alarm, Cluster, Host, Link, Package, Proxy, ProxyCluster, Server, Tenant, Zone,
};
use super::plan::Plan;
use super::subtask::Status;
use super::world::{Past, Record, World};

/// Who made what is there.
pub(super) const ADMIN: Caller = Caller {
    id: 100,
    name: "admin",
    manages: true,
};

/// Seconds of an hour.
pub(super) const HOUR: i64 = 3600;

/// A world under construction.
pub(super) struct Stage {
    pub world: World,
    /// When the construction began.
    pub began: Timestamp,
}

impl Stage {
    pub fn new(world: World) -> Self {
        Self {
            began: world.now(),
            world,
        }
    }

    pub fn ago(&self, seconds: i64) -> Timestamp {
        let span = SignedDuration::from_secs(seconds);
        self.began.checked_sub(span).unwrap_or(self.began)
    }

    pub fn host(&mut self, idc: i64) -> i64 {
        let id = self.world.id();
        let number = self.world.hosts.len();
        let (third, fourth) = (number / 200, number % 200 + 10);
        let host = Host {
            id,
            name: format!("ob-{number:04}"),
            ip: format!("10.1.{third}.{fourth}"),
            idc,
            special: None,
            created: self.ago(90 * 24 * HOUR),
        };
        self.world.hosts.insert(id, host);
        id
    }

    /// A cluster whose zones have these many servers.
    pub fn cluster(&mut self, name: &str, version: &'static str, sizes: &[usize]) -> i64 {
        let id = self.world.id();
        let created = self.ago(60 * 24 * HOUR);
        let mut zones = Vec::new();
        for (index, size) in sizes.iter().enumerate() {
            let idc = index as i64 % 3 + 1;
            let zone = format!("zone{}", index + 1);
            for _ in 0..*size {
                let (host, server) = (self.host(idc), self.world.id());
                let one = Server {
                    id: server,
                    cluster: id,
                    zone: zone.clone(),
                    host,
                    status: "RUNNING",
                    started: created,
                };
                self.world.servers.insert(server, one);
            }
            zones.push(Zone {
                name: zone,
                idc,
                status: "RUNNING",
            });
        }
        // The database's number is another one than the platform's.
        let ob_id = self.world.clusters.len() as i64 + 1;
        let cluster = Cluster {
            id,
            ob_id,
            name: name.to_owned(),
            version,
            status: "RUNNING",
            role: "PRIMARY",
            created,
            zones,
        };
        self.world.clusters.insert(id, cluster);
        for (tenant, mode) in [("sys", "MYSQL"), ("orders", "MYSQL"), ("ledger", "Oracle")] {
            let tenant_id = self.world.id();
            let tenant = Tenant {
                id: tenant_id,
                cluster: id,
                name: tenant.to_owned(),
                mode,
                status: "NORMAL",
                locked: false,
                created,
            };
            self.world.tenants.insert(tenant_id, tenant);
        }
        id
    }

    pub fn proxies(&mut self, name: &str, clusters: &[i64], version: &str, count: usize) {
        let id = self.world.id();
        let created = self.ago(30 * 24 * HOUR);
        let mut links = Vec::new();
        for cluster in clusters {
            if let Some(cluster) = self.world.clusters.get(cluster) {
                links.push(Link {
                    cluster: cluster.id,
                    ob_cluster: cluster.ob_id,
                    name: cluster.name.clone(),
                    user: "proxyro".to_owned(),
                });
            }
        }
        let work_mode = if links.len() == 1 {
            "RS_LIST"
        } else {
            "CONFIG_URL"
        };
        let cluster = ProxyCluster {
            id,
            name: name.to_owned(),
            address: format!("{name}.example.com"),
            port: 2883,
            work_mode: work_mode.to_owned(),
            links,
            created,
        };
        self.world.proxy_clusters.insert(id, cluster);
        for _ in 0..count {
            let (host, proxy) = (self.host(1), self.world.id());
            let one = Proxy {
                id: proxy,
                cluster: id,
                host,
                sql_port: 2883,
                exporter_port: 2884,
                version: version.to_owned(),
                status: "RUNNING",
                active: self.began,
            };
            self.world.proxies.insert(proxy, one);
        }
    }

    pub fn packages(&mut self) {
        for (name, version, build, kind) in [
            (
                "t-oceanbase-ocp-agent",
                "4.2.2",
                "20240221104452",
                "OCP_AGENT_INSTALL_PACKAGE",
            ),
            ("obproxy", "1.9.1.1", "1919579", "OBPROXY_INSTALL_PACKAGE"),
            (
                "obproxy",
                "4.2.3.0",
                "20240131100000",
                "OBPROXY_INSTALL_PACKAGE",
            ),
            (
                "oceanbase",
                "3.1.4",
                "20220909134702",
                "OB_SERVER_INSTALL_PACKAGE",
            ),
            (
                "oceanbase",
                "4.2.1.4",
                "104000052024022918",
                "OB_SERVER_INSTALL_PACKAGE",
            ),
        ] {
            let (id, sha1) = (self.world.id(), self.world.hex(40));
            let package = Package {
                id,
                name: name.to_owned(),
                version: version.to_owned(),
                build: build.to_owned(),
                system: "el7".to_owned(),
                kind,
                size: 31_017_340,
                sha1,
                created: self.ago(40 * 24 * HOUR),
            };
            self.world.packages.insert(id, package);
        }
    }

    pub fn alarm(
        &mut self,
        level: i64,
        title: &'static str,
        cluster: Option<i64>,
        host: Option<i64>,
        active: bool,
    ) {
        let id = self.world.id();
        let alarm = Alarm {
            id,
            level,
            status: if active { "Active" } else { "Inactive" },
            app: if cluster.is_some() { "OB" } else { "OCP" },
            kind: if cluster.is_some() {
                "ob_server_disk"
            } else {
                "no_enough_exporter"
            },
            title,
            cluster,
            host,
            began: self.ago(id % 48 * HOUR + 600),
            ended: (!active).then(|| self.ago(id % 48 * HOUR + 60)),
        };
        self.world.alarms.insert(id, alarm);
    }

    pub fn past(&mut self, plan: &'static Plan, cluster: i64, seconds: i64, fate: Status) {
        let id = self.world.next_task;
        self.world.next_task += 1;
        let past = Past {
            plan,
            cluster,
            began: self.ago(seconds),
            fate,
        };
        self.world.tasks.insert(id, Record::Past(past));
    }
}
