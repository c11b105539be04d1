//! The lists of a platform: their columns, and their rows from the last answers.

use std::collections::BTreeMap;

use rust_i18n::t;

use super::Listing;
use super::cell::{Cell, Column, Row, left, right};
use crate::console::data::Data;
use crate::fleet::cluster::{Cluster, Mood, Server, Status};
use crate::fleet::platform::{Alarm, Host, ManagedCluster, ManagedTenant, Package, ProxyCluster};
use crate::fleet::task::{Source, Task};
use crate::link::{Ask, Picture};

const CLUSTERS: &[Column] = &[
    left("cluster", 40, 0),
    left("status", 13, 1),
    left("version", 11, 4),
    right("zones", 7, 7),
    right("servers", 9, 3),
    right("tenants", 9, 6),
    right("alarms", 8, 2),
    right("running", 9, 2),
    left("role", 9, 8),
    right("id", 9, 5),
];

const SERVERS: &[Column] = &[
    left("server", 40, 0),
    left("status", 13, 1),
    left("cluster", 32, 2),
    left("zone", 10, 3),
    right("SQL port", 10, 6),
    left("version", 14, 5),
    right("started", 12, 4),
];

const HOSTS: &[Column] = &[
    left("host", 40, 0),
    left("status", 12, 1),
    left("services", 40, 2),
    left("IDC", 10, 4),
    left("region", 11, 5),
    left("agent", 12, 6),
    left("architecture", 13, 7),
    right("id", 9, 3),
];

const PACKAGES: &[Column] = &[
    left("package", 64, 0),
    left("type", 28, 3),
    right("MiB", 9, 3),
    right("uploaded", 12, 4),
    right("id", 7, 2),
];

const ALARMS: &[Column] = &[
    left("alarm", 48, 0),
    left("level", 11, 1),
    left("status", 10, 2),
    left("target", 40, 3),
    left("rule", 22, 6),
    right("since", 12, 4),
    right("id", 9, 7),
];

const TENANTS: &[Column] = &[
    left("tenant", 32, 0),
    left("status", 11, 1),
    left("cluster", 32, 2),
    left("mode", 8, 3),
    left("primary zone", 20, 5),
    left("locality", 40, 6),
    left("locked", 8, 4),
    right("id", 7, 7),
];

const PROXIES: &[Column] = &[
    left("OBProxy cluster", 40, 0),
    left("state", 16, 1),
    left("mode", 12, 4),
    left("address", 40, 3),
    left("reaches", 40, 5),
    right("proxies", 9, 2),
    right("id", 6, 2),
];

/// The columns of one of them, the one that names the row first.
pub(super) fn columns(listing: Listing) -> &'static [Column] {
    match listing {
        Listing::Clusters => CLUSTERS,
        Listing::Servers => SERVERS,
        Listing::Hosts => HOSTS,
        Listing::Packages => PACKAGES,
        Listing::Alarms => ALARMS,
        Listing::Tenants => TENANTS,
        Listing::Proxies => PROXIES,
        _ => &[],
    }
}

/// Makes the rows.
pub(super) fn rows(listing: Listing, data: &Data) -> Vec<Row> {
    let Some(picture) = data.picture(&listing.ask(Source::Ocp)) else {
        return Vec::new();
    };
    match (listing, picture) {
        (Listing::Clusters, Picture::Clusters(all)) => {
            let running = running(data);
            let alarms = alarms(data);
            let row = |one: &ManagedCluster| cluster(one, running.as_ref(), alarms.as_ref());
            all.iter().map(row).collect()
        }
        (Listing::Servers, Picture::Clusters(all)) => all.iter().flat_map(servers).collect(),
        (Listing::Hosts, Picture::Hosts(all)) => all.iter().map(host).collect(),
        (Listing::Packages, Picture::Packages(all)) => all.iter().map(package).collect(),
        (Listing::Alarms, Picture::Alarms(all)) => all.iter().map(alarm).collect(),
        (Listing::Tenants, Picture::Tenants(all)) => all.iter().map(tenant).collect(),
        (Listing::Proxies, Picture::ProxyClusters(all)) => all.iter().map(proxies).collect(),
        _ => Vec::new(),
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(if text.is_empty() { "-" } else { text }.to_owned())
}

fn status(status: &Status) -> Cell {
    Cell::Status(status.0.clone(), status.mood())
}

fn length(count: usize) -> Cell {
    Cell::count(u64::try_from(count).ok())
}

/// A number of the platform's; a text where it is none.
fn id(id: &str) -> Cell {
    Cell::Number(id.parse().ok(), id.to_owned())
}

/// Tasks that run now, by the platform's id of their cluster; `None` before
/// the tasks have answered.
fn running(data: &Data) -> Option<BTreeMap<String, u64>> {
    let asked = data.known(&Ask::Tasks)?.asked.as_ref()?;
    let Picture::Tasks(tasks) = &asked.picture else {
        return None;
    };
    let mut counts = BTreeMap::new();
    for id in tasks.iter().filter(|task| task.is_live()).filter_map(owner) {
        *counts.entry(id).or_insert(0) += 1;
    }
    Some(counts)
}

/// The cluster that a task belongs to, in each of the shapes that OCP has.
fn owner(task: &Task) -> Option<String> {
    let cluster = task.extra.get("cluster").and_then(|c| c.get("id"));
    let id = cluster.or_else(|| task.extra.get("clusterId"))?;
    match id {
        serde_json::Value::String(id) => Some(id.clone()),
        serde_json::Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// Active alarms by the name of their cluster; `None` before they have answered.
fn alarms(data: &Data) -> Option<BTreeMap<&str, u64>> {
    let asked = data.known(&Ask::Alarms)?.asked.as_ref()?;
    let Picture::Alarms(alarms) = &asked.picture else {
        return None;
    };
    let mut counts = BTreeMap::new();
    let active = alarms.iter().filter(|alarm| alarm.is_active());
    for name in active.filter_map(Alarm::cluster) {
        *counts.entry(name).or_insert(0) += 1;
    }
    Some(counts)
}

fn cluster(
    one: &ManagedCluster,
    running: Option<&BTreeMap<String, u64>>,
    alarms: Option<&BTreeMap<&str, u64>>,
) -> Row {
    let found = &one.cluster;
    let servers = found.servers().count();
    let servers = one.server_count.or_else(|| u64::try_from(servers).ok());
    let listed = || Some(alarms?.get(found.name.as_str()).copied().unwrap_or(0));
    let alarms = one.alarm_count().or_else(listed);
    let running = running.map(|counts| counts.get(&one.id).copied().unwrap_or(0));
    Row {
        id: one.id.clone(),
        mood: Some(found.status.mood()),
        cells: vec![
            text(&found.name),
            status(&found.status),
            text(&found.ob_version),
            length(found.zones.len()),
            Cell::count(servers),
            Cell::count(one.tenant_count),
            Cell::Alarm(
                alarms,
                alarms.map_or_else(|| "-".to_owned(), |count| count.to_string()),
            ),
            Cell::count(running),
            text(&one.role),
            id(&one.id),
        ],
        about: None,
    }
}

fn servers(one: &ManagedCluster) -> impl Iterator<Item = Row> {
    one.cluster
        .servers()
        .map(|server| self::server(&one.cluster, server))
}

fn server(cluster: &Cluster, server: &Server) -> Row {
    let version = server.version.split(['_', '(']).next().unwrap_or_default();
    Row {
        id: format!("{}/{}", cluster.name, server.address),
        mood: Some(server.status.mood()),
        cells: vec![
            text(&server.address.to_string()),
            status(&server.status),
            text(&cluster.name),
            text(&server.zone),
            Cell::count(server.sql_port.map(u64::from)),
            text(version),
            Cell::Since(server.started_at),
        ],
        about: None,
    }
}

fn host(host: &Host) -> Row {
    Row {
        id: host.id.clone(),
        mood: Some(host.status.mood()),
        cells: vec![
            text(&host.ip),
            status(&host.status),
            text(&host.service_names()),
            text(&host.idc),
            text(&host.region),
            status(&host.agent_status),
            text(&host.architecture),
            id(&host.id),
        ],
        about: None,
    }
}

#[allow(clippy::cast_precision_loss, reason = "a size in words")]
fn package(package: &Package) -> Row {
    let mib = package.size.map(|bytes| bytes as f64 / 1024.0 / 1024.0);
    Row {
        id: package.id.clone(),
        mood: Some(Mood::Good),
        cells: vec![
            text(&package.file),
            text(&package.kind),
            Cell::Number(
                mib,
                mib.map_or_else(|| "-".to_owned(), |mib| format!("{mib:.1}")),
            ),
            Cell::Since(package.created_at),
            id(&package.id),
        ],
        about: None,
    }
}

fn alarm(alarm: &Alarm) -> Row {
    let level = match alarm.level {
        Some(1) => t!("1 stopped"),
        Some(2) => t!("2 critical"),
        Some(3) => t!("3 warning"),
        Some(4) => t!("4 caution"),
        Some(5) => t!("5 reminder"),
        _ => "-".into(),
    };
    let mood = match (alarm.is_active(), alarm.level) {
        (false, _) => Mood::Stopped,
        (true, Some(1 | 2)) => Mood::Bad,
        (true, _) => Mood::Unknown,
    };
    let name = alarm.extra.get("labels").and_then(|l| l.get("alarm_name"));
    let name = name.and_then(serde_json::Value::as_str);
    Row {
        id: alarm.id.clone(),
        mood: Some(mood),
        cells: vec![
            text(name.unwrap_or(&alarm.summary)),
            Cell::Level(level.into_owned(), mood),
            text(&alarm.status),
            text(&alarm.target),
            text(&alarm.kind),
            Cell::Since(alarm.active_at),
            id(&alarm.id),
        ],
        about: None,
    }
}

fn tenant(one: &ManagedTenant) -> Row {
    let tenant = &one.tenant;
    let number = tenant.id.map_or_else(String::new, |id| id.to_string());
    let locked = if tenant.locked { t!("yes") } else { t!("no") };
    Row {
        id: format!("{}/{}", one.cluster, tenant.name),
        mood: Some(tenant.status.mood()),
        cells: vec![
            text(&tenant.name),
            status(&tenant.status),
            text(&one.cluster),
            text(&tenant.mode),
            text(&tenant.primary_zone),
            text(&tenant.locality),
            text(&locked),
            id(&number),
        ],
        about: None,
    }
}

fn proxies(one: &ProxyCluster) -> Row {
    // A cluster of OBProxies has no state of its own in most answers.
    let good = one.proxies.iter().filter(|p| p.status.mood() == Mood::Good);
    let good = good.count();
    let all = one.proxies.len();
    let (state, mood) = match &one.status {
        Some(status) => (status.0.clone(), status.mood()),
        None if all == 0 => (t!("empty").into_owned(), Mood::Stopped),
        None if good == all => (t!("%{n} running", n = good).into_owned(), Mood::Good),
        None => {
            let worst = one.proxies.iter().find(|p| p.status.mood() != Mood::Good);
            let word = worst.map_or("", |proxy| proxy.status.0.as_str());
            let mood = worst.map_or(Mood::Unknown, |proxy| proxy.status.mood());
            (word.to_owned(), mood)
        }
    };
    let port = one.port.map(|port| format!(":{port}")).unwrap_or_default();
    let address = if one.address.is_empty() {
        String::new()
    } else {
        format!("{}{port}", one.address)
    };
    let links: Vec<&str> = one.links.iter().map(|link| link.cluster.as_str()).collect();
    Row {
        id: one.id.clone(),
        mood: Some(mood),
        cells: vec![
            text(&one.name),
            Cell::Status(state, mood),
            text(&one.work_mode),
            text(&address),
            text(&links.join(",")),
            length(all),
            id(&one.id),
        ],
        about: None,
    }
}
