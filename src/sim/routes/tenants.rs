//! A cluster's tenants.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::Call;
use super::super::scene::Tenant;
use super::super::world::{Cluster, World};
use super::cluster::micros;
use super::unit;

impl World {
    fn locality(cluster: &Cluster, tenant: &Tenant) -> String {
        let zones: Vec<String> = cluster
            .zones_of(tenant)
            .iter()
            .map(|zone| {
                let reads = tenant.readers.contains(zone);
                let kind = if reads { "READONLY" } else { "FULL" };
                format!("{kind}{{1}}@{zone}")
            })
            .collect();
        zones.join(", ")
    }

    /// Through the server beside the agent that was asked, or else the first that answers.
    fn connection(&self, agent: usize, index: usize, tenant: &Tenant) -> Value {
        let servers = self.servers(index);
        let here = servers.contains(&agent) && self.up(agent);
        let first = if here {
            self.agents.get(agent)
        } else {
            let up = servers.iter().find(|server| self.up(**server));
            up.and_then(|server| self.agents.get(*server))
        };
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

    pub(super) fn tenant(
        &self,
        agent: usize,
        index: usize,
        cluster: &Cluster,
        tenant: &Tenant,
    ) -> Value {
        let zones = cluster.zones_of(tenant);
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
        let unit = cluster.units.iter().find(|unit| unit.name == tenant.unit);
        let mut unit_config = Map::new();
        if let Some(Value::Object(mut shown)) = unit.map(unit::shown) {
            // Here the times come first.
            for key in ["create_time", "modify_time"] {
                unit_config.insert(key.to_owned(), shown.shift_remove(key).unwrap_or_default());
            }
            unit_config.extend(shown);
        }
        json!({
            "tenant_name": tenant.name,
            "tenant_id": tenant.id,
            "created_time": created,
            "mode": "MYSQL",
            "status": "NORMAL",
            "locked": if tenant.locked { "YES" } else { "NO" },
            "primary_zone": tenant.primary_zone,
            "locality": Self::locality(cluster, tenant),
            "in_recyclebin": "NO",
            "charset": "utf8mb4",
            "collation": "utf8mb4_general_ci",
            "whitelist": tenant.whitelist,
            "pools": [{
                "pool_name": tenant.pool(),
                "pool_id": if tenant.id == 1 { 1 } else { tenant.id - 1 },
                "zone_list": zones.join(";"),
                "observer_list": observers.join(","),
                "unit_num": tenant.units,
                "unit_config": unit_config,
            }],
            "read_only": tenant.read_only,
            "time_zone": "+08:00",
            "lower_case_table_names": "1",
            "dead_lock_detection_enabled": true,
            "connection_strings": self.connection(agent, index, tenant),
            "comment": tenant.comment,
        })
    }

    pub(super) fn tenants_overview(
        &self,
        agent: usize,
        index: usize,
        cluster: &Cluster,
        call: &Call,
    ) -> Answer {
        let mode = call.request.query("mode").unwrap_or_default();
        if !["", "MYSQL", "ORACLE"].contains(&mode) {
            let refusal = Refusal::new(
                400,
                "OB.Tenant.Mode.NotSupported",
                format!("Tenant mode '{mode}' is not supported."),
            );
            return Answer {
                data: Some(json!({ "contents": null })),
                ..refusal.into()
            };
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
                    "locality": Self::locality(cluster, tenant),
                    "in_recyclebin": "NO",
                    "created_time": micros(tenant.created),
                    "read_only": tenant.read_only,
                    "comment": tenant.comment,
                    "connection_strings": self.connection(agent, index, tenant),
                })
            });
        Answer::contents(shown.collect())
    }
}
