//! What a running cluster tells of zones, servers, tenants and parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::Call;
use super::super::scene::{self, Tenant, number};
use super::super::work::build_version;
use super::super::world::{Cluster, OB_RELEASE, OB_VERSION, World};

const GB: f64 = 1024.0 * 1024.0 * 1024.0;
const CORES: f64 = 16.0;
const MEMORY: f64 = 8.0 * GB;
const DISK: f64 = 24.0 * GB;
const DISK_OF_TENANT: f64 = 72.0 * 1024.0 * 1024.0;
const NEVER: &str = "0001-01-01T00:00:00Z";

impl World {
    pub(super) fn cluster_data(&mut self, agent: usize, call: &Call, label: &str) -> Answer {
        if label == "observer/info" {
            return Answer::data(self.observer_info(agent));
        }
        let index = match self.cluster_agent(agent) {
            Ok(index) => index,
            Err(refusal) => return refusal.into(),
        };
        let Some(cluster) = self.clusters.get(index) else {
            return Answer::panic();
        };
        match label {
            "obcluster/info" => Answer::data(self.obcluster_info(index, cluster)),
            "obcluster/topology/info" => {
                Answer::data(json!({ "zones": self.zones(index, cluster) }))
            }
            "obcluster/statistics" => Answer::data(self.statistics(cluster)),
            "obcluster/parameters" => Answer::contents(self.parameters(index, cluster)),
            "obcluster/charsets" => match scene::charsets() {
                Some(charsets) => Answer::data(json!({ "contents": charsets })),
                None => Answer::panic(),
            },
            "obcluster/license" => Answer::null(Refusal::unexpected("Not a standalone cluster")),
            "obcluster/unit-config-limit" => Answer::data(json!({ "min_cpu": 1 })),
            _ => self.tenants_overview(index, cluster, call),
        }
    }

    /// The servers of a cluster by their ids.
    fn servers(&self, cluster: usize) -> Vec<usize> {
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
        let mut zones: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for server in self.servers(cluster) {
            let Some(own) = self.agents.get(server) else {
                continue;
            };
            zones.entry(own.zone.clone()).or_default().push(json!({
                "svr_ip": own.address.ip().to_string(),
                "svr_port": own.observer.rpc_port,
                "sql_port": own.observer.sql_port,
                "agent_port": own.address.port(),
                "with_rootserver": if own.observer.id == 1 { "YES" } else { "NO" },
                "status": if own.observer.state > 0 { "ACTIVE" } else { "INACTIVE" },
                "build_version": build_version(),
            }));
        }
        json!(zones)
    }

    fn observer_info(&self, agent: usize) -> Value {
        let Some(own) = self.agents.get(agent) else {
            return Value::Null;
        };
        let known = own.cluster.is_some() && own.observer.id > 0;
        let mut info = Map::new();
        info.insert("id".into(), own.observer.id.into());
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
            if known { full_version() } else { String::new() }.into(),
        );
        info.insert("with_rootserver".into(), (own.observer.id == 1).into());
        info.insert(
            "ob_status".into(),
            if known { own.observer.state } else { 0 }.into(),
        );
        info.insert(
            "inner_status".into(),
            if known { "ACTIVE" } else { "" }.into(),
        );
        let started = if known {
            micros(own.observer.started)
        } else {
            NEVER.to_owned()
        };
        info.insert("start_time".into(), started.into());
        info.insert("stop_time".into(), NEVER.into());
        info.insert(
            "stats".into(),
            server_stats(&Stats::default(), 0, "", "", false),
        );
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
                let root = of.first().and_then(|first| self.agents.get(*first));
                let up = of.iter().all(|server| self.agents.get(*server).is_some_and(|own| own.observer.state > 0));
                json!({
                    "name": zone,
                    "idc_name": "",
                    "region_name": "default_region",
                    "status": if up { "RUNNING" } else { "UNAVAILABLE" },
                    "inner_status": "ACTIVE",
                    "root_server": {
                        "ip": root.map(|own| own.address.ip().to_string()).unwrap_or_default(),
                        "role": root.map_or("", |own| if own.observer.id == 1 { "LEADER" } else { "FOLLOWER" }),
                        "zone": zone,
                        "svr_port": root.map_or(0, |own| own.observer.rpc_port),
                    },
                    "servers": of.iter().filter_map(|server| self.server(*server, cluster)).collect::<Vec<_>>(),
                })
            })
            .collect()
    }

    fn server(&self, agent: usize, cluster: &Cluster) -> Option<Value> {
        let own = self.agents.get(agent)?;
        let ip = own.address.ip().to_string();
        let up = own.observer.state > 0;
        let stats = Stats::of(cluster, &own.zone);
        Some(json!({
            "id": own.observer.id,
            "ip": ip,
            "svr_port": own.observer.rpc_port,
            "sql_port": own.observer.sql_port,
            "version": full_version(),
            "with_rootserver": own.observer.id == 1,
            "status": if up { "RUNNING" } else { "UNAVAILABLE" },
            "ob_status": own.observer.state,
            "inner_status": if up { "ACTIVE" } else { "INACTIVE" },
            "start_time": micros(own.observer.started),
            "stop_time": NEVER,
            "stats": server_stats(&stats, own.observer.rpc_port, &ip, &own.zone, true),
            "architecture": "x86_64",
            "data_dir": format!("{}/store", own.home),
            "redo_dir": format!("{}/store/clog", own.home),
            "log_dir": format!("{}/log", own.home),
            "obshell_port": own.address.port(),
        }))
    }

    fn obcluster_info(&self, index: usize, cluster: &Cluster) -> Value {
        let servers = self.servers(index);
        let mut sum = Stats::default();
        for server in &servers {
            let zone = self
                .agents
                .get(*server)
                .map(|own| own.zone.clone())
                .unwrap_or_default();
            sum = sum.plus(&Stats::of(cluster, &zone));
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
            .map(|tenant| self.tenant(index, cluster, tenant))
            .collect();
        let tenant_stats: Vec<Value> = cluster
            .tenants
            .iter()
            .map(|tenant| {
                let count = servers.len() as f64;
                json!({
                    "tenant_id": tenant.id,
                    "tenant_name": tenant.name,
                    "cpu_used_percent": number(tenant.cpu_used),
                    "memory_used_percent": number(tenant.memory_used),
                    "data_disk_usage": number(DISK_OF_TENANT * count),
                    "cpu_core_total": number(tenant.cores * count),
                    "memory_in_bytes_total": number(tenant.memory * count),
                })
            })
            .collect();
        json!({
            "cluster_name": cluster.name,
            "cluster_id": cluster.id,
            "status": word.get(usize::from(state)),
            "is_community_edition": true,
            "is_standalone": false,
            "ob_version": OB_VERSION,
            "dead_lock_detection_enabled": true,
            "startup_mode": "normal",
            "is_shared_storage": false,
            "stats": sum.shown(),
            "zones": self.zones(index, cluster),
            "tenants": tenants,
            "tenant_stats": tenant_stats,
        })
    }

    fn locality(cluster: &Cluster) -> String {
        let zones: Vec<String> = cluster
            .first_zones()
            .iter()
            .map(|zone| format!("FULL{{1}}@{zone}"))
            .collect();
        zones.join(", ")
    }

    fn connection(&self, index: usize, tenant: &Tenant) -> Value {
        let first = self
            .servers(index)
            .first()
            .and_then(|server| self.agents.get(*server));
        let ip = first
            .map(|own| own.address.ip().to_string())
            .unwrap_or_default();
        let port = first.map_or(0, |own| own.observer.sql_port);
        json!([{
            "type": "DIRECT",
            "obproxy_address": "",
            "obproxy_port": 0,
            "connection_string": format!("obclient -h{ip} -P{port} -uroot@{} -p", tenant.name),
        }])
    }

    fn tenant(&self, index: usize, cluster: &Cluster, tenant: &Tenant) -> Value {
        let zones = cluster.first_zones();
        let mut taken: Vec<&str> = Vec::new();
        let mut observers: Vec<String> = Vec::new();
        for server in self.servers(index) {
            let Some(own) = self.agents.get(server) else {
                continue;
            };
            if zones.contains(&own.zone) && !taken.contains(&own.zone.as_str()) {
                taken.push(&own.zone);
                observers.push(format!("{}:{}", own.address.ip(), own.observer.rpc_port));
            }
        }
        let created = micros(tenant.created);
        let pool = if tenant.id == 1 {
            "sys_pool".to_owned()
        } else {
            format!("pool_{}", tenant.name)
        };
        json!({
            "tenant_name": tenant.name,
            "tenant_id": tenant.id,
            "created_time": created,
            "mode": "MYSQL",
            "status": "NORMAL",
            "locked": if tenant.locked { "YES" } else { "NO" },
            "primary_zone": tenant.primary_zone,
            "locality": Self::locality(cluster),
            "in_recyclebin": "NO",
            "charset": "utf8mb4",
            "collation": "utf8mb4_general_ci",
            "whitelist": if tenant.id == 1 { "127.0.0.1,::1" } else { "%" },
            "pools": [{
                "pool_name": pool,
                "pool_id": if tenant.id == 1 { 1 } else { tenant.id - 1 },
                "zone_list": zones.join(";"),
                "observer_list": observers.join(","),
                "unit_num": 1,
                "unit_config": {
                    "create_time": created,
                    "modify_time": created,
                    "unit_config_id": if tenant.id == 1 { 1 } else { tenant.id - 1 },
                    "name": tenant.unit,
                    "max_cpu": number(tenant.cores),
                    "min_cpu": number(tenant.cores),
                    "memory_size": number(tenant.memory),
                    "log_disk_size": number(tenant.memory * 2.0),
                    "data_disk_size": 0,
                    "max_iops": i64::MAX,
                    "min_iops": i64::MAX,
                },
            }],
            "read_only": false,
            "time_zone": "+08:00",
            "lower_case_table_names": "1",
            "dead_lock_detection_enabled": true,
            "connection_strings": self.connection(index, tenant),
            "comment": tenant.comment,
        })
    }

    fn tenants_overview(&self, index: usize, cluster: &Cluster, call: &Call) -> Answer {
        let mode = call.request.query("mode").unwrap_or_default();
        if !["", "MYSQL", "ORACLE"].contains(&mode) {
            return Refusal::new(
                400,
                "OB.Tenant.Mode.NotSupported",
                format!("Tenant mode '{mode}' is not supported."),
            )
            .into();
        }
        let shown = cluster
            .tenants
            .iter()
            .filter(|_| mode != "ORACLE")
            .map(|tenant| {
                json!({
                    "tenant_id": tenant.id,
                    "tenant_name": tenant.name,
                    "mode": "MYSQL",
                    "status": "NORMAL",
                    "locked": if tenant.locked { "YES" } else { "NO" },
                    "primary_zone": tenant.primary_zone,
                    "locality": Self::locality(cluster),
                    "in_recyclebin": "NO",
                    "created_time": micros(tenant.created),
                    "read_only": false,
                    "comment": tenant.comment,
                    "connection_strings": self.connection(index, tenant),
                })
            });
        Answer::contents(shown.collect())
    }

    fn statistics(&self, cluster: &Cluster) -> Value {
        let option = |key: &str| cluster.parameters.get(key).cloned().unwrap_or_default();
        let hash = scene::host()
            .pointer("/basic/hostHash")
            .cloned()
            .unwrap_or_default();
        let (version, release) = self.version.split_once('-').unwrap_or((&self.version, ""));
        let instances: Vec<Value> = cluster
            .members
            .iter()
            .map(|_| {
                json!({
                    "type": "oceanbase-ce",
                    "version": OB_VERSION,
                    "revision": OB_RELEASE,
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
            "hosts": cluster.members.iter().map(|_| scene::host()).collect::<Vec<_>>(),
            "instances": instances,
        })
    }

    fn parameters(&self, index: usize, cluster: &Cluster) -> Vec<Value> {
        let servers = self.servers(index);
        scene::parameters()
            .into_iter()
            .map(|mut parameter| {
                let name = parameter
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                let default = parameter
                    .get("default_value")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                let tenant = parameter.get("scope").and_then(Value::as_str) == Some("TENANT");
                let mut rows = Vec::new();
                let mut values: Vec<String> = Vec::new();
                let mut by_tenant = Vec::new();
                for server in &servers {
                    let Some(own) = self.agents.get(*server) else {
                        continue;
                    };
                    let value = self.parameter(&name, &default, *server, cluster);
                    if !values.contains(&value) {
                        values.push(value.clone());
                    }
                    let row = json!({
                        "svr_ip": own.address.ip().to_string(),
                        "svr_port": own.observer.rpc_port,
                        "zone": own.zone,
                    });
                    let Value::Object(mut row) = row else {
                        continue;
                    };
                    if tenant {
                        row.insert("tenant_id".into(), 1.into());
                        row.insert("tenant_name".into(), "sys".into());
                        by_tenant
                            .push(json!({ "tenant_id": 1, "tenant_name": "sys", "value": value }));
                    }
                    row.insert("value".into(), value.into());
                    rows.push(Value::Object(row));
                }
                if let Value::Object(map) = &mut parameter {
                    map.insert("ob_parameters".into(), rows.into());
                    if tenant {
                        map.insert("tenant_value".into(), by_tenant.into());
                    }
                    map.insert("is_single_value".into(), (values.len() <= 1).into());
                    map.insert("values".into(), values.into());
                    let single = map.shift_remove("is_single_value").unwrap_or_default();
                    map.insert("is_single_value".into(), single);
                }
                parameter
            })
            .collect()
    }

    fn parameter(&self, name: &str, default: &str, server: usize, cluster: &Cluster) -> String {
        let Some(own) = self.agents.get(server) else {
            return default.to_owned();
        };
        match name {
            "cluster" => cluster.name.clone(),
            "cluster_id" => cluster.id.to_string(),
            "local_ip" => own.address.ip().to_string(),
            "data_dir" => format!("{}/store", own.home),
            "zone" => own.zone.clone(),
            "mysql_port" => own.observer.sql_port.to_string(),
            "rpc_port" => own.observer.rpc_port.to_string(),
            "rootservice_list" => {
                let mut zones: Vec<&str> = Vec::new();
                let mut list: Vec<String> = Vec::new();
                for member in cluster
                    .members
                    .iter()
                    .filter_map(|member| self.agents.get(*member))
                {
                    if !zones.contains(&member.zone.as_str()) {
                        zones.push(&member.zone);
                        let ip = member.address.ip();
                        list.push(format!(
                            "{ip}:{}:{}",
                            member.observer.rpc_port, member.observer.sql_port
                        ));
                    }
                }
                list.join(";")
            }
            _ => cluster
                .parameters
                .get(name)
                .cloned()
                .unwrap_or_else(|| default.to_owned()),
        }
    }
}

impl Cluster {
    /// The zones that the cluster began with: where its tenants have their replicas.
    fn first_zones(&self) -> Vec<String> {
        self.zones.iter().take(self.born_with).cloned().collect()
    }
}

fn full_version() -> String {
    format!("{}-bad00ad7f0(Mar 18 2025 18:13:36)", build_version())
}

fn micros(at: jiff::Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_microsecond())
        .unwrap_or(at)
        .to_string()
}

#[derive(Default)]
struct Stats {
    cores: [f64; 2],
    memory: [f64; 2],
    disk: [f64; 2],
}

impl Stats {
    /// One server's: every tenant has a unit in the zones the cluster began with.
    fn of(cluster: &Cluster, zone: &str) -> Self {
        let held = cluster.first_zones().iter().any(|first| first == zone);
        let tenants: &[Tenant] = if held {
            &cluster.tenants
        } else {
            cluster.tenants.get(..1).unwrap_or_default()
        };
        Self {
            cores: [CORES, tenants.iter().map(|tenant| tenant.cores).sum()],
            memory: [MEMORY, tenants.iter().map(|tenant| tenant.memory).sum()],
            disk: [DISK, DISK_OF_TENANT * tenants.len() as f64],
        }
    }

    fn plus(self, other: &Self) -> Self {
        let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        Self {
            cores: add(self.cores, other.cores),
            memory: add(self.memory, other.memory),
            disk: add(self.disk, other.disk),
        }
    }

    fn shown(&self) -> Value {
        let known = self.cores[0] > 0.0;
        let text = |bytes: f64| if known { size(bytes) } else { String::new() };
        json!({
            "cpu_core_total": number(self.cores[0]),
            "cpu_core_assigned": number(self.cores[1]),
            "cpu_core_assigned_percent": percent(self.cores),
            "memory_total": text(self.memory[0]),
            "memory_assigned": text(self.memory[1]),
            "memory_in_bytes_total": number(self.memory[0]),
            "memory_in_bytes_assigned": number(self.memory[1]),
            "memory_assigned_percent": percent(self.memory),
            "disk_total": text(self.disk[0]),
            "disk_assigned": text(self.disk[1]),
            "disk_in_bytes_total": number(self.disk[0]),
            "disk_in_bytes_assigned": number(self.disk[1]),
            "disk_assigned_percent": percent(self.disk),
        })
    }
}

fn server_stats(stats: &Stats, port: u16, ip: &str, zone: &str, known: bool) -> Value {
    let mut shown = stats.shown();
    let free = stats.disk[0] - stats.disk[1];
    let text = |bytes: f64| if known { size(bytes) } else { String::new() };
    if let Value::Object(map) = &mut shown {
        map.insert("disk_used".into(), text(stats.disk[1]).into());
        map.insert("disk_free".into(), text(free).into());
        map.insert("disk_in_bytes_used".into(), number(stats.disk[1]));
        map.insert("disk_in_bytes_free".into(), number(free));
        map.insert("disk_used_percent".into(), percent(stats.disk));
        map.insert("ip".into(), ip.into());
        map.insert("port".into(), port.into());
        map.insert("zone".into(), zone.into());
    }
    shown
}

fn percent(of: [f64; 2]) -> Value {
    number(if of[0] > 0.0 {
        of[1] / of[0] * 100.0
    } else {
        0.0
    })
}

fn size(bytes: f64) -> String {
    if bytes >= GB {
        return format!("{:.2} GB", bytes / GB);
    }
    format!("{:.2} MB", bytes / (1024.0 * 1024.0))
}
