//! `ob/info`, `agents/status`, `obcluster/info` and `tenants/overview`, put
//! together into one [`Cluster`] (`api/obshell.md §4.7`).

use serde_json::{Map, Value};

use super::info::AgentStatus;
use super::shape::{contents, flag, float, list, moment_of, number, object, port, text};
use super::task::address;
use crate::fleet::Address;
use crate::fleet::cluster::{
    Agent, Cluster, Gauge, Server, Status, Tenant, TenantUnit, Usage, Zone,
};
use crate::fleet::task::TaskId;
use crate::wire::clean;
use crate::wire::obshell::envelope::Garbled;

/// Puts `ob/info` in: who belongs to the cluster, and the servers of its zones.
pub fn merge_ob_info(cluster: &mut Cluster, data: Value) -> Result<(), Garbled> {
    let mut map = object(data, "data")?;
    for (at, item) in list(take(&mut map, "agent_info"), "data.agent_info")?
        .into_iter()
        .enumerate()
    {
        let path = format!("data.agent_info[{at}]");
        let item = object(item, &path)?;
        let Some(at) = address(&item) else { continue };
        let agent = agent(cluster, &at);
        agent.identity = text(&item, "identity", &path)?;
        agent.zone = text(&item, "zone", &path)?;
        agent.version = text(&item, "version", &path)?;
    }
    if let Value::Object(mut info) = take(&mut map, "obcluster_info") {
        name(cluster, text(&info, "name", "data.obcluster_info")?);
        id(cluster, number(&info, "id", "data.obcluster_info")?);
        let version = text(&info, "version", "data.obcluster_info")?;
        if !version.is_empty() {
            cluster.ob_version = version;
        }
        if let Value::Object(topology) = take(&mut info, "topology") {
            for (zone, servers) in topology {
                topology_zone(cluster, &clean::line(&zone), servers)?;
            }
        }
    }
    // Before init no zone has a server; the agents know theirs.
    let zones: Vec<_> = cluster
        .agents
        .iter()
        .map(|agent| agent.zone.clone())
        .collect();
    for name in zones.iter().filter(|name| !name.is_empty()) {
        zone(cluster, name);
    }
    order(cluster);
    Ok(())
}

fn topology_zone(cluster: &mut Cluster, name: &str, servers: Value) -> Result<(), Garbled> {
    let path = format!("data.obcluster_info.topology.{name}");
    zone(cluster, name);
    for (at, item) in list(servers, &path)?.into_iter().enumerate() {
        let item = object(item, &format!("{path}[{at}]"))?;
        let Some(at) = server_address(&item, "svr_ip") else {
            continue;
        };
        let agent = port(&item, "agent_port").map(|port| Address::new(at.host.clone(), port));
        let server = server(zone(cluster, name), &at);
        server.sql_port = port(&item, "sql_port").or(server.sql_port);
        server.agent = agent.or(server.agent.take());
        server.status = Status(text(&item, "status", &path)?);
        server.root_server = flag(&item, "with_rootserver").unwrap_or(false);
        server.version = text(&item, "build_version", &path)?;
    }
    Ok(())
}

/// Puts `agents/status` in. An agent of the cluster that is not in it did not answer.
pub fn merge_statuses(cluster: &mut Cluster, statuses: &[AgentStatus]) {
    for agent in &mut cluster.agents {
        agent.reachable = statuses
            .iter()
            .any(|status| status.address == agent.address);
    }
    for status in statuses {
        let agent = agent(cluster, &status.address);
        agent.reachable = true;
        agent.state = status.state;
        agent.ob_state = status.ob_state;
        agent.under_maintenance = status.under_maintenance;
        if agent.version.is_empty() {
            agent.version.clone_from(&status.version);
        }
        // A role changes while it is asked; the agent itself knows best.
        if !status.identity.is_empty() {
            agent.identity.clone_from(&status.identity);
        }
    }
    order(cluster);
}

/// Puts `obcluster/info` in: statuses, resources and tenants.
pub fn merge_obcluster(cluster: &mut Cluster, data: Value) -> Result<(), Garbled> {
    let mut map = object(data, "data")?;
    name(cluster, text(&map, "cluster_name", "data")?);
    id(cluster, number(&map, "cluster_id", "data")?);
    cluster.status = Status(text(&map, "status", "data")?);
    let version = text(&map, "ob_version", "data")?;
    if !version.is_empty() {
        cluster.ob_version = version;
    }
    cluster.usage = usage(map.get("stats"));
    for (at, item) in list(take(&mut map, "zones"), "data.zones")?
        .into_iter()
        .enumerate()
    {
        let path = format!("data.zones[{at}]");
        full_zone(cluster, object(item, &path)?, &path)?;
    }
    if let Value::Array(items) = take(&mut map, "tenants") {
        cluster.tenants = Some(all_tenants(items, "data.tenants")?);
    }
    order(cluster);
    Ok(())
}

fn full_zone(
    cluster: &mut Cluster,
    mut map: Map<String, Value>,
    path: &str,
) -> Result<(), Garbled> {
    let name = text(&map, "name", path)?;
    let servers = list(take(&mut map, "servers"), &format!("{path}.servers"))?;
    let zone = zone(cluster, &name);
    zone.status = Status(text(&map, "status", path)?);
    zone.region = text(&map, "region_name", path)?;
    zone.idc = text(&map, "idc_name", path)?;
    zone.task = task_id(&map, path)?;
    let mut known = std::mem::take(&mut zone.servers);
    for (at, item) in servers.into_iter().enumerate() {
        let path = format!("{path}.servers[{at}]");
        let item = object(item, &path)?;
        let Some(at) = server_address(&item, "ip") else {
            continue;
        };
        let agent = port(&item, "obshell_port").map(|port| Address::new(at.host.clone(), port));
        if let Some(place) = known.iter().position(|server| server.address == at) {
            zone.servers.push(known.swap_remove(place));
        }
        let server = server(zone, &at);
        server.sql_port = port(&item, "sql_port").or(server.sql_port);
        server.agent = agent.or(server.agent.take());
        server.status = Status(text(&item, "status", &path)?);
        server.root_server = flag(&item, "with_rootserver").unwrap_or(server.root_server);
        let version = text(&item, "version", &path)?;
        if !version.is_empty() {
            server.version = version;
        }
        server.usage = usage(item.get("stats"));
        server.started_at = moment_of(&item, "start_time");
        server.task = task_id(&item, &path)?;
    }
    Ok(())
}

/// Reads `tenants/overview`.
pub fn tenants(data: Value) -> Result<Vec<Tenant>, Garbled> {
    all_tenants(contents(data)?, "data.contents")
}

fn all_tenants(items: Vec<Value>, path: &str) -> Result<Vec<Tenant>, Garbled> {
    let mut tenants = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let path = format!("{path}[{at}]");
        let item = object(item, &path)?;
        tenants.push(Tenant {
            id: number(&item, "tenant_id", &path)?,
            name: text(&item, "tenant_name", &path)?,
            mode: text(&item, "mode", &path)?,
            status: Status(text(&item, "status", &path)?),
            locked: flag(&item, "locked").unwrap_or(false),
            primary_zone: text(&item, "primary_zone", &path)?,
            locality: text(&item, "locality", &path)?,
            zones: pool_zones(&item),
            unit: pool_unit(&item),
            created_at: moment_of(&item, "created_time"),
            whitelist: text(&item, "whitelist", &path)?,
            comment: text(&item, "comment", &path)?,
            connections: connections(&item),
        });
    }
    tenants.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tenants)
}

fn pools(item: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let pools = item.get("pools").and_then(Value::as_array);
    pools.into_iter().flatten().filter_map(Value::as_object)
}

fn pool_zones(item: &Map<String, Value>) -> Vec<String> {
    let lists = pools(item).filter_map(|pool| pool.get("zone_list")?.as_str());
    lists
        .flat_map(|list| list.split(';'))
        .filter(|zone| !zone.is_empty())
        .map(clean::line)
        .collect()
}

fn pool_unit(item: &Map<String, Value>) -> Option<TenantUnit> {
    let pool = pools(item).next()?;
    let config = pool.get("unit_config")?.as_object()?;
    let name = config.get("name").and_then(Value::as_str)?;
    Some(TenantUnit {
        name: clean::line(name),
        count: pool.get("unit_num").and_then(Value::as_i64).unwrap_or(0),
        cores: config
            .get("max_cpu")
            .map(ToString::to_string)
            .unwrap_or_default(),
        memory: config.get("memory_size").and_then(Value::as_i64),
    })
}

fn connections(item: &Map<String, Value>) -> Vec<String> {
    let all = item.get("connection_strings").and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .filter_map(|one| one.get("connection_string")?.as_str())
        .map(clean::line)
        .filter(|one| !one.is_empty())
        .collect()
}

fn take(map: &mut Map<String, Value>, key: &str) -> Value {
    map.get_mut(key).map(Value::take).unwrap_or_default()
}

fn name(cluster: &mut Cluster, name: String) {
    if !name.is_empty() {
        cluster.name = name;
    }
}

/// Id 0 is how an agent spells *not configured*.
fn id(cluster: &mut Cluster, id: Option<i64>) {
    if let Some(id) = id.filter(|id| *id > 0) {
        cluster.id = Some(id);
    }
}

fn task_id(map: &Map<String, Value>, path: &str) -> Result<Option<TaskId>, Garbled> {
    let id = text(map, "local_task_id", path)?;
    Ok((!id.is_empty()).then_some(TaskId(id)))
}

fn usage(stats: Option<&Value>) -> Usage {
    let Some(Value::Object(stats)) = stats else {
        return Usage::default();
    };
    let gauge = |used: &str, total: &str| {
        let total = float(stats, total).filter(|total| *total > 0.0)?;
        Some(Gauge {
            used: float(stats, used)?,
            total,
        })
    };
    Usage {
        cpu: gauge("cpu_core_assigned", "cpu_core_total"),
        memory: gauge("memory_in_bytes_assigned", "memory_in_bytes_total"),
        disk: gauge("disk_in_bytes_used", "disk_in_bytes_total")
            .or_else(|| gauge("disk_in_bytes_assigned", "disk_in_bytes_total")),
    }
}

fn server_address(map: &Map<String, Value>, ip: &str) -> Option<Address> {
    let host = map.get(ip).and_then(Value::as_str).map(clean::line)?;
    let port = port(map, "svr_port")?;
    (!host.is_empty()).then(|| Address::new(host, port))
}

/// The zone of that name, made where it is not there.
fn zone<'a>(cluster: &'a mut Cluster, name: &str) -> &'a mut Zone {
    let at = cluster.zones.iter().position(|zone| zone.name == name);
    let at = at.unwrap_or_else(|| {
        cluster.zones.push(Zone {
            name: name.to_owned(),
            status: Status::default(),
            region: String::new(),
            idc: String::new(),
            servers: Vec::new(),
            task: None,
        });
        cluster.zones.len() - 1
    });
    &mut cluster.zones[at]
}

fn server<'a>(zone: &'a mut Zone, address: &Address) -> &'a mut Server {
    let at = zone
        .servers
        .iter()
        .position(|server| server.address == *address);
    let at = at.unwrap_or_else(|| {
        zone.servers.push(Server {
            address: address.clone(),
            sql_port: None,
            agent: None,
            zone: zone.name.clone(),
            status: Status::default(),
            root_server: false,
            version: String::new(),
            usage: Usage::default(),
            started_at: None,
            task: None,
        });
        zone.servers.len() - 1
    });
    &mut zone.servers[at]
}

fn agent<'a>(cluster: &'a mut Cluster, address: &Address) -> &'a mut Agent {
    let at = cluster
        .agents
        .iter()
        .position(|agent| agent.address == *address);
    let at = at.unwrap_or_else(|| {
        cluster.agents.push(Agent {
            address: address.clone(),
            identity: String::new(),
            zone: String::new(),
            version: String::new(),
            ob_version: String::new(),
            state: None,
            ob_state: None,
            under_maintenance: false,
            has_proxy: None,
            secured: None,
            reachable: false,
        });
        cluster.agents.len() - 1
    });
    &mut cluster.agents[at]
}

/// Agents give zones in any order, another one each time when the database is
/// down (§14.5): rows must not jump.
fn order(cluster: &mut Cluster) {
    cluster.zones.sort_by(|a, b| a.name.cmp(&b.name));
    for zone in &mut cluster.zones {
        zone.servers.sort_by(|a, b| a.address.cmp(&b.address));
    }
    cluster.agents.sort_by(|a, b| a.address.cmp(&b.address));
}
