//! Clusters with their zones and servers, and tenants (`api/ocp.md §2.3`).

use serde_json::Value;

use super::envelope::{Rows, rows};
use super::fields::Fields;
use crate::fleet::Address;
use crate::fleet::cluster::{Cluster, Server, Status, Tenant, Usage, Zone};
use crate::fleet::platform::{AlarmCount, ManagedCluster, ManagedTenant, Member};

/// Port of an observer where the answer names none.
const RPC_PORT: u16 = 2882;

/// One cluster of the overview, or its detail.
pub fn cluster(value: &Value) -> Option<ManagedCluster> {
    let mut fields = Fields::of(value)?;
    let id = fields.id("id")?;
    let mut members = Vec::new();
    let mut zones: Vec<Zone> = fields
        .list("zones")
        .iter()
        .filter_map(|value| zone(value, &mut members))
        .collect();
    let roots: Vec<String> = fields
        .list("rootServers")
        .iter()
        .filter_map(Fields::of)
        .map(|mut root| root.text("address"))
        .collect();
    for server in zones.iter_mut().flat_map(|zone| &mut zone.servers) {
        server.root_server |= roots.contains(&server.address.to_string());
    }
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    let tenants = fields.peek("tenants").is_some().then(|| {
        let tenants = fields.list("tenants");
        tenants
            .iter()
            .filter_map(tenant)
            .map(|one| one.tenant)
            .collect()
    });
    let alarms = fields
        .peek("alarmSummaries")
        .is_some()
        .then(|| alarm_counts(&mut fields));
    Some(ManagedCluster {
        id,
        role: fields.text("type"),
        server_count: fields
            .number::<i64>("serverCount")
            .and_then(|n| n.try_into().ok()),
        tenant_count: fields
            .number::<i64>("tenantCount")
            .and_then(|n| n.try_into().ok()),
        alarms,
        members,
        created_at: fields.time("createTime"),
        cluster: Cluster {
            name: fields.text("name"),
            id: fields.number("obClusterId"),
            status: Status(fields.text("status")),
            ob_version: fields.text("obVersion"),
            zones,
            tenants,
            ..Cluster::default()
        },
        extra: fields.rest_without_nulls(),
    })
}

/// The overview of clusters.
pub fn clusters(data: &Value) -> Rows<ManagedCluster> {
    rows(data, cluster)
}

fn alarm_counts(fields: &mut Fields) -> Vec<AlarmCount> {
    fields
        .list("alarmSummaries")
        .iter()
        .filter_map(Fields::of)
        .filter_map(|mut one| {
            Some(AlarmCount {
                level: one.number("level")?,
                count: one.number::<i64>("count")?.try_into().ok()?,
            })
        })
        .collect()
}

/// One zone with its servers, whose ids go to `members`.
pub fn zone(value: &Value, members: &mut Vec<Member>) -> Option<Zone> {
    let mut fields = Fields::of(value)?;
    let name = fields.id("name")?;
    let root = fields
        .take("rootServer")
        .as_ref()
        .and_then(Fields::of)
        .map(|mut root| root.text("address"));
    let mut servers: Vec<Server> = fields
        .list("servers")
        .iter()
        .filter_map(|value| server(value, members))
        .collect();
    for server in &mut servers {
        if server.zone.is_empty() {
            server.zone.clone_from(&name);
        }
        server.root_server |= root.as_deref() == Some(&server.address.to_string());
    }
    servers.sort_by(|a, b| a.address.cmp(&b.address));
    Some(Zone {
        name,
        status: Status(fields.text("status")),
        region: fields.text("regionName"),
        idc: fields.text("idcName"),
        servers,
        task: None,
    })
}

/// The zones of a cluster by name, and the ids of their servers.
pub fn zones(data: &Value) -> (Vec<Zone>, Vec<Member>) {
    let mut members = Vec::new();
    let mut zones = Vec::new();
    for value in rows(data, |value| Some(value.clone())).items {
        zones.extend(zone(&value, &mut members));
    }
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    (zones, members)
}

/// One server, whose ids go to `members`.
pub fn server(value: &Value, members: &mut Vec<Member>) -> Option<Server> {
    let mut fields = Fields::of(value)?;
    let ip = fields.id("ip")?;
    let address = Address::new(ip, fields.number("port").unwrap_or(RPC_PORT));
    if let Some(server) = fields.id("id") {
        members.push(Member {
            address: address.clone(),
            server,
            host: fields.id("hostId"),
        });
    }
    Some(Server {
        address,
        sql_port: fields.number("sqlPort"),
        agent: None,
        zone: fields.text("zoneName"),
        status: Status(fields.text("status")),
        // The answers and the tables spell it differently.
        root_server: fields.flag("withRootserver") | fields.flag("withRootServer"),
        version: fields.text("version"),
        usage: Usage::default(),
        started_at: fields.time("startTime"),
        task: None,
    })
}

/// The servers of a cluster or zone, and their ids.
pub fn servers(data: &Value) -> (Vec<Server>, Vec<Member>) {
    let mut members = Vec::new();
    let mut servers = Vec::new();
    for value in rows(data, |value| Some(value.clone())).items {
        servers.extend(server(&value, &mut members));
    }
    (servers, members)
}

/// One tenant.
pub fn tenant(value: &Value) -> Option<ManagedTenant> {
    let mut fields = Fields::of(value)?;
    let name = fields.id("name")?;
    Some(ManagedTenant {
        tenant: Tenant {
            id: fields.number("id"),
            name,
            mode: fields.text("mode").to_ascii_uppercase(),
            status: Status(fields.text("status")),
            locked: fields.flag("locked"),
            primary_zone: fields.text("primaryZone"),
            locality: fields.text("locality"),
            ..Tenant::default()
        },
        cluster: fields.text("clusterName"),
        cluster_id: fields.id("clusterId"),
        extra: fields.rest_without_nulls(),
    })
}

/// The tenants of a cluster or of all of them.
pub fn tenants(data: &Value) -> Rows<ManagedTenant> {
    rows(data, tenant)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cluster_with_its_zones() {
        let read = cluster(&json!({"id": 1_000_002, "obClusterId": 4, "name": "test", "status": "RUNNING",
            "type": "PRIMARY", "obVersion": "2.2.73", "serverCount": 1, "tenantCount": 0, "creator": "admin",
            "rootServers": [{"address": "10.0.0.1:2882", "role": "LEADER", "sql_port": 2881}],
            "zones": [{"name": "zone1", "idcName": "hz", "servers": [
                {"id": "7", "hostId": 3, "ip": "10.0.0.1", "port": 2882, "sqlPort": "2881",
                 "stopTime": "1970-01-01T00:00:00Z", "status": "RUNNING"}]}],
            "alarmSummaries": [{"count": 2, "level": 1}]}))
        .unwrap();
        assert_eq!((read.id.as_str(), read.cluster.id), ("1000002", Some(4)));
        let server = &read.cluster.zones[0].servers[0];
        assert!(server.root_server);
        assert_eq!(
            (server.sql_port, server.zone.as_str()),
            (Some(2881), "zone1")
        );
        assert_eq!(read.members[0].host.as_deref(), Some("3"));
        assert_eq!(read.alarms, Some(vec![AlarmCount { level: 1, count: 2 }]));
        assert_eq!(read.extra["creator"], "admin");
        assert_eq!(cluster(&json!({"name": "no id"})), None);
    }

    #[test]
    fn a_tenant_mode_is_read_in_any_case() {
        let read = tenant(&json!({"name": "t", "mode": "Oracle", "clusterId": 2})).unwrap();
        assert_eq!(read.tenant.mode, "ORACLE");
        assert_eq!(read.cluster_id.as_deref(), Some("2"));
    }
}
