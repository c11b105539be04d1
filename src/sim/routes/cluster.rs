//! What a running cluster tells of zones, servers, tenants and parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::Call;
use super::super::scene::{self, number};
use super::super::work::build_version;
use super::super::world::{Cluster, OB_RELEASE, OB_VERSION, World};
use super::stats::{DISK_OF_TENANT, Stats, server_stats};
use super::status::put_task;

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
                let (status, inner, task) = self.zone_status(index, cluster, zone);
                let mut shown = json!({
                    "name": zone,
                    "idc_name": "",
                    "region_name": "default_region",
                    "status": status,
                    "inner_status": inner,
                    "root_server": {
                        "ip": root.map(|own| own.address.ip().to_string()).unwrap_or_default(),
                        "role": root.map_or("", |own| if own.observer.id == 1 { "LEADER" } else { "FOLLOWER" }),
                        "zone": zone,
                        "svr_port": root.map_or(0, |own| own.observer.rpc_port),
                    },
                    "servers": of.iter().filter_map(|server| self.server(*server, index, cluster)).collect::<Vec<_>>(),
                });
                put_task(&mut shown, task);
                shown
            })
            .collect()
    }

    fn server(&self, agent: usize, index: usize, cluster: &Cluster) -> Option<Value> {
        let own = self.agents.get(agent)?;
        let ip = own.address.ip().to_string();
        let up = own.observer.state > 0;
        let (word, task) = self.server_status(agent, index);
        let stopped = own.observer.out_of_service.map(micros);
        let stats = Stats::of(cluster, &own.zone);
        let mut shown = json!({
            "id": own.observer.id,
            "ip": ip,
            "svr_port": own.observer.rpc_port,
            "sql_port": own.observer.sql_port,
            "version": full_version(),
            "with_rootserver": own.observer.id == 1,
            "status": word,
            "ob_status": own.observer.state,
            "inner_status": if up { "ACTIVE" } else { "INACTIVE" },
            "start_time": micros(own.observer.started),
            "stop_time": stopped.unwrap_or_else(|| NEVER.to_owned()),
            "stats": server_stats(&stats, own.observer.rpc_port, &ip, &own.zone, true),
            "architecture": "x86_64",
            "data_dir": format!("{}/store", own.home),
            "redo_dir": format!("{}/store/clog", own.home),
            "log_dir": format!("{}/log", own.home),
            "obshell_port": own.address.port(),
        });
        put_task(&mut shown, task);
        Some(shown)
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
            "tenants": if state == 0 { Value::Null } else { tenants.into() },
            "tenant_stats": tenant_stats,
        })
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
            _ => own
                .observer
                .parameters
                .get(name)
                .or_else(|| cluster.parameters.get(name))
                .cloned()
                .unwrap_or_else(|| default.to_owned()),
        }
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

fn full_version() -> String {
    format!("{}-bad00ad7f0(Mar 18 2025 18:13:36)", build_version())
}

pub(super) fn micros(at: jiff::Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_microsecond())
        .unwrap_or(at)
        .to_string()
}
