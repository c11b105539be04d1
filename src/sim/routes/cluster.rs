//! What a running cluster tells of zones, servers, tenants and parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::Call;
use super::super::scene::{self, number};
use super::super::world::{Agent, Cluster, Identity, World};
use super::stats::{DISK_OF_TENANT, Stats, server_stats};
use super::status::put_task;

const NEVER: &str = "0001-01-01T00:00:00Z";

impl World {
    pub(super) fn cluster_data(&mut self, agent: usize, call: &Call, label: &str) -> Answer {
        if label == "observer/info" {
            return Answer::data(self.observer_info(agent));
        }
        let leaving = self
            .agents
            .get(agent)
            .filter(|own| own.identity == Identity::ScalingIn)
            .and_then(|own| own.cluster);
        // One that has left still asks those that it knew.
        let index = match (leaving, self.cluster_agent(agent)) {
            (Some(index), _) | (None, Ok(index)) => index,
            (None, Err(refusal)) => return refusal.into(),
        };
        let Some(cluster) = self.clusters.get(index) else {
            return Answer::panic();
        };
        // What the agents keep themselves they tell without the database, and what they
        // can they have others answer whose database does.
        let missing = match label {
            "obcluster/info" | "obcluster/topology/info" | "obcluster/statistics" => Ok(()),
            "obcluster/license" | "tenants/overview" if self.any_up(index) => Ok(()),
            _ => self.database(agent),
        };
        if let Err(refusal) = missing {
            return Answer {
                data: Some(json!({ "contents": null })),
                ..refusal.into()
            };
        }
        match label {
            "obcluster/info" => Answer::data(self.obcluster_info(agent, index, cluster)),
            "obcluster/topology/info" => {
                Answer::data(json!({ "zones": self.zones(index, cluster) }))
            }
            "obcluster/statistics" => Answer::data(self.statistics(index, cluster)),
            "obcluster/parameters" => Answer::contents(self.parameters(index, cluster)),
            "obcluster/charsets" => match scene::charsets() {
                Some(charsets) => Answer::data(json!({ "contents": charsets })),
                None => Answer::panic(),
            },
            "obcluster/license" => Answer::null(Refusal::unexpected("Not a standalone cluster")),
            "obcluster/unit-config-limit" => Answer::data(json!({ "min_cpu": 1 })),
            _ => self.tenants_overview(agent, index, cluster, call),
        }
    }

    /// The servers of a cluster by their ids.
    pub(super) fn servers(&self, cluster: usize) -> Vec<usize> {
        let mut servers: Vec<usize> = (0..self.agents.len())
            .filter(|agent| {
                self.agents
                    .get(*agent)
                    .is_some_and(|own| own.cluster == Some(cluster) && own.observer.id > 0)
            })
            .collect();
        servers.sort_by_key(|agent| self.agents.get(*agent).map(|own| own.observer.id));
        servers
    }

    pub(super) fn server_configs(&self, cluster: usize) -> Value {
        let known = self.clusters.get(cluster);
        let mut zones: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for server in self.servers(cluster) {
            let Some(own) = self.agents.get(server) else {
                continue;
            };
            let member = known.is_some_and(|known| known.members.contains(&server));
            let status = match &own.observer {
                observer if observer.deleting => "DELETING",
                observer if observer.state == 0 => "INACTIVE",
                observer if observer.out_of_service.is_some() => "STOPPED",
                _ => "ACTIVE",
            };
            zones.entry(own.zone.clone()).or_default().push(json!({
                "svr_ip": own.address.ip().to_string(),
                "svr_port": own.observer.rpc_port,
                "sql_port": own.observer.sql_port,
                "agent_port": if member { own.address.port() } else { 0 },
                "with_rootserver": if own.observer.id == 1 { "YES" } else { "NO" },
                "status": status,
                "build_version": self.build_version(),
            }));
        }
        json!(zones)
    }

    fn observer_info(&self, agent: usize) -> Value {
        let Some(own) = self.agents.get(agent) else {
            return Value::Null;
        };
        let known = own.cluster.is_some() && own.observer.id > 0;
        let up = known && own.observer.state > 0;
        let mut info = Map::new();
        info.insert("id".into(), if up { own.observer.id } else { 0 }.into());
        info.insert("ip".into(), own.address.ip().to_string().into());
        info.insert(
            "svr_port".into(),
            if known { own.observer.rpc_port } else { 0 }.into(),
        );
        info.insert(
            "sql_port".into(),
            if known { own.observer.sql_port } else { 0 }.into(),
        );
        info.insert(
            "version".into(),
            if up {
                self.full_version()
            } else {
                String::new()
            }
            .into(),
        );
        info.insert(
            "with_rootserver".into(),
            (up && own.observer.id == 1).into(),
        );
        info.insert(
            "ob_status".into(),
            if up { own.observer.state } else { 0 }.into(),
        );
        info.insert("inner_status".into(), if up { "ACTIVE" } else { "" }.into());
        let started = if up {
            micros(own.observer.started)
        } else {
            NEVER.to_owned()
        };
        info.insert("start_time".into(), started.into());
        info.insert("stop_time".into(), NEVER.into());
        info.insert("stats".into(), no_stats());
        info.insert("architecture".into(), "".into());
        info.insert("data_dir".into(), format!("{}/store", own.home).into());
        let redo = if known {
            format!("{}/store/clog", own.home)
        } else {
            String::new()
        };
        info.insert("redo_dir".into(), redo.into());
        info.insert("log_dir".into(), format!("{}/log", own.home).into());
        info.insert("obshell_port".into(), 0.into());
        info.into()
    }

    fn zones(&self, index: usize, cluster: &Cluster) -> Vec<Value> {
        let servers = self.servers(index);
        let mut names = cluster.zones.clone();
        names.sort();
        names
            .iter()
            .map(|zone| {
                let of: Vec<usize> = servers
                    .iter()
                    .copied()
                    .filter(|server| self.agents.get(*server).is_some_and(|own| own.zone == *zone))
                    .collect();
                let told = self.any_up(index);
                let alive = of.iter().find(|server| told && self.up(**server));
                let root = alive.and_then(|first| self.agents.get(*first));
                let (status, inner, task) = self.zone_status(index, cluster, zone);
                let mut shown = json!({
                    "name": zone,
                    "idc_name": "",
                    "region_name": if self.any_up(index) { "default_region" } else { "" },
                    "status": status,
                    "inner_status": inner,
                    "root_server": {
                        "ip": root.map(|own| own.address.ip().to_string()).unwrap_or_default(),
                        "role": root.map_or("", |own| if own.observer.id == 1 { "LEADER" } else { "FOLLOWER" }),
                        "zone": root.map_or("", |own| own.zone.as_str()),
                        "svr_port": root.map_or(0, |own| own.observer.rpc_port),
                    },
                    "servers": null,
                });
                let inside: Vec<Value> = of
                    .iter()
                    .filter_map(|server| self.server(*server, index, cluster))
                    .collect();
                if !inside.is_empty()
                    && let Value::Object(map) = &mut shown
                {
                    map.insert("servers".into(), inside.into());
                }
                put_task(&mut shown, task);
                shown
            })
            .collect()
    }

    fn server(&self, agent: usize, index: usize, cluster: &Cluster) -> Option<Value> {
        let own = self.agents.get(agent)?;
        let ip = own.address.ip().to_string();
        let up = own.observer.state > 0;
        // Without a database there is only what the agents have in their files.
        let told = self.any_up(index);
        let (word, task) = self.server_status(agent, index);
        let stopped = own.observer.out_of_service.map(micros);
        // An agent that has left tells nothing of the server beside it.
        let member = cluster.members.contains(&agent);
        let of_agent = |text: String| {
            if member && !own.dead {
                text
            } else {
                String::new()
            }
        };
        let stats = Stats::of(cluster, self.holding(agent, index, cluster));
        let mut shown = json!({
            "id": if told { own.observer.id } else { 0 },
            "ip": ip,
            "svr_port": own.observer.rpc_port,
            "sql_port": own.observer.sql_port,
            "version": if told { self.full_version() } else { String::new() },
            "with_rootserver": told && own.observer.id == 1,
            "status": word,
            "ob_status": own.observer.state,
            "inner_status": match (told, own.observer.deleting, self.heard(own)) {
                (false, ..) => "",
                (true, true, _) => "DELETING",
                (true, false, true) => "ACTIVE",
                (true, false, false) => "INACTIVE",
            },
            "start_time": if told { micros(own.observer.started) } else { NEVER.to_owned() },
            "stop_time": stopped.filter(|_| told).unwrap_or_else(|| NEVER.to_owned()),
            "stats": if up && told {
                server_stats(&stats, own.observer.rpc_port, &ip, &own.zone, true)
            } else {
                no_stats()
            },
            "architecture": if member { "x86_64" } else { "" },
            "data_dir": of_agent(own.observer.dirs.0.clone()),
            "redo_dir": of_agent(own.observer.dirs.1.clone()),
            "log_dir": of_agent(format!("{}/log", own.home)),
            "obshell_port": if member { own.address.port() } else { 0 },
        });
        put_task(&mut shown, task);
        Some(shown)
    }

    /// Whether the database takes a server for alive: it notices a death after
    /// three seconds, and a start after half a one.
    fn heard(&self, own: &Agent) -> bool {
        let since = self.now().duration_since(own.observer.turned).as_millis();
        if own.observer.state > 0 {
            since >= 500
        } else {
            since < 2_900
        }
    }

    /// Whether the cluster's database answers.
    pub(super) fn any_up(&self, cluster: usize) -> bool {
        let answers = |server: &usize| {
            self.agents
                .get(*server)
                .is_some_and(|own| own.observer.state == 3)
        };
        self.servers(cluster).iter().any(answers)
    }

    pub(super) fn up(&self, server: usize) -> bool {
        self.agents
            .get(server)
            .is_some_and(|own| own.observer.state > 0)
    }

    /// The zone whose units a server has: the first one of a zone has them.
    fn holding<'a>(&self, server: usize, index: usize, cluster: &'a Cluster) -> Option<&'a str> {
        let own = self.agents.get(server)?;
        let first = self.servers(index).into_iter().find(|other| {
            self.agents
                .get(*other)
                .is_some_and(|other| other.zone == own.zone)
        });
        let zones = cluster.zones.iter().map(String::as_str);
        zones
            .filter(|_| first == Some(server))
            .find(|zone| *zone == own.zone)
    }

    /// Whether a server has units.
    pub(in super::super) fn holds(&self, server: usize, index: usize, cluster: &Cluster) -> bool {
        let zone = self.holding(server, index, cluster);
        zone.is_some_and(|zone| {
            let here = |tenant| cluster.zones_of(tenant).iter().any(|held| held == zone);
            cluster.tenants.iter().any(here)
        })
    }

    fn obcluster_info(&self, agent: usize, index: usize, cluster: &Cluster) -> Value {
        let servers = self.servers(index);
        let mut sum = Stats::default();
        let alive: Vec<usize> = servers
            .iter()
            .copied()
            .filter(|one| self.up(*one))
            .collect();
        let told = self.any_up(index);
        let holders = alive
            .iter()
            .filter(|one| self.holds(**one, index, cluster))
            .count();
        for server in alive.iter().filter(|_| told) {
            sum = sum.plus(&Stats::of(cluster, self.holding(*server, index, cluster)));
        }
        let state = servers
            .iter()
            .filter_map(|server| self.agents.get(*server))
            .map(|own| own.observer.state)
            .max()
            .unwrap_or(0);
        let word = ["NOT RUNNING", "RUNNING", "RESTRICTED", "AVAILABLE"];
        let tenants: Vec<Value> = cluster
            .tenants
            .iter()
            .map(|tenant| self.tenant(agent, index, cluster, tenant))
            .collect();
        let tenant_stats: Vec<Value> = cluster
            .tenants
            .iter()
            .map(|tenant| {
                let count = holders as f64;
                json!({
                    "tenant_id": tenant.id,
                    "tenant_name": tenant.name,
                    "cpu_used_percent": number(tenant.cpu_used),
                    "memory_used_percent": number(tenant.memory_used),
                    "data_disk_usage": number(DISK_OF_TENANT * cluster.born_with as f64),
                    "cpu_core_total": number(tenant.cores * count),
                    "memory_in_bytes_total": number(tenant.memory * count),
                })
            })
            .collect();
        json!({
            "cluster_name": cluster.name,
            "cluster_id": cluster.id,
            "status": word.get(usize::from(state)),
            "is_community_edition": told,
            "is_standalone": false,
            "ob_version": if told { self.ob_version.as_str() } else { "" },
            "dead_lock_detection_enabled": told,
            "startup_mode": if told { "normal" } else { "" },
            "is_shared_storage": false,
            "stats": sum.shown(),
            "zones": self.zones(index, cluster),
            "tenants": if told { tenants.into() } else { Value::Null },
            "tenant_stats": if told { tenant_stats.into() } else { Value::Null },
        })
    }

    fn statistics(&self, index: usize, cluster: &Cluster) -> Value {
        let told = self.any_up(index);
        let hash = scene::host()
            .pointer("/basic/hostHash")
            .cloned()
            .unwrap_or_default();
        let (version, release) = self.version.split_once('-').unwrap_or((&self.version, ""));
        let instances: Vec<Value> = cluster
            .members
            .iter()
            .map(|member| {
                if !told {
                    return json!({
                        "type": "oceanbase", "version": "", "revision": "", "cpuCount": 0,
                        "memoryLimit": "", "dataFileSize": "", "logDiskSize": "",
                        "hostHash": hash,
                    });
                }
                let own = self.settings(*member, *member);
                // A server that came later was started with what its scale-out said.
                let options = if own.is_empty() {
                    &cluster.parameters
                } else {
                    &own
                };
                let option = |key: &str| options.get(key).cloned().unwrap_or_default();
                json!({
                    "type": "oceanbase-ce",
                    "version": self.ob_version,
                    "revision": self.ob_release,
                    "cpuCount": option("cpu_count").parse::<i64>().unwrap_or(0),
                    "memoryLimit": option("memory_limit"),
                    "dataFileSize": option("datafile_size"),
                    "logDiskSize": option("log_disk_size"),
                    "hostHash": hash,
                })
            })
            .collect();
        json!({
            "telemetryEnabled": true,
            "clusterId": cluster.id.to_string(),
            "reporter": "obshell-dashboard",
            "obshellVersion": format!("obshell {version} (for OceanBase_CE)"),
            "obshellRevision": format!("{release}-"),
            "reportTime": self.now().as_second(),
            "telemetryVersion": 1,
            "hosts": cluster
                .members
                .iter()
                .filter(|member| told && self.agents.get(**member).is_some_and(|own| !own.dead))
                .map(|_| scene::host())
                .collect::<Vec<_>>(),
            "instances": instances,
        })
    }
}

impl World {
    fn full_version(&self) -> String {
        format!("{}-bad00ad7f0(Mar 18 2025 18:13:36)", self.build_version())
    }
}

impl Cluster {
    /// The zones that the cluster began with: where its tenants have their replicas.
    pub(in super::super) fn first_zones(&self) -> Vec<String> {
        self.zones.iter().take(self.born_with).cloned().collect()
    }

    /// The zones of a tenant.
    pub(super) fn zones_of(&self, tenant: &scene::Tenant) -> Vec<String> {
        if tenant.zones.is_empty() {
            return self.first_zones();
        }
        tenant.zones.clone()
    }
}

/// The numbers of a server that tells none.
fn no_stats() -> Value {
    server_stats(&Stats::default(), 0, "", "", false)
}

pub(super) fn micros(at: jiff::Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_microsecond())
        .unwrap_or(at)
        .to_string()
}
