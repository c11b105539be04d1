//! A cluster's tenants.

use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::Call;
use super::super::scene::{Tenant, number};
use super::super::world::{Cluster, World};
use super::cluster::micros;

impl World {
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

    pub(super) fn tenant(&self, index: usize, cluster: &Cluster, tenant: &Tenant) -> Value {
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

    pub(super) fn tenants_overview(&self, index: usize, cluster: &Cluster, call: &Call) -> Answer {
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
}
