//! The lists of a platform over many clusters: the rows of all of them, each
//! with the cluster that it belongs to.

use serde_json::json;

use super::columns::{self, Column, Show, columns, used};
use super::sheet::Sheet;
use crate::faces::cli::{ListOutput, Pane};
use crate::faces::exit::{Exit, Stop};
use crate::fleet::cluster::Proxy;
use crate::fleet::platform::{Alarm, Host, ManagedCluster, Package, ProxyCluster};
use crate::link::{Ask, Backend, Picture};

/// `get cluster` of a platform: what an agent tells of its one cluster as far
/// as a platform tells it, and what only a platform knows.
pub const CLUSTERS: &[Column<ManagedCluster>] = columns! {
    "name" "Cluster" Name table "its name" |c| json!(c.cluster.name);
    "id" "Id" Name table "the platform's id: what its routes and forms want" |c| json!(c.id);
    "ob_cluster_id" "OB id" Number wide "the database's id" |c| json!(c.cluster.id);
    "status" "Status" Name table "the platform's word" |c| json!(c.cluster.status.0);
    "role" "Role" Name wide "PRIMARY or STANDBY" |c| json!(c.role);
    "ob_version" "OceanBase" Name table "version of the observers" |c| json!(c.cluster.ob_version);
    "zones" "Zones" Number table "number of zones" |c| json!(c.cluster.zones.len());
    "servers" "Servers" Number table "number of observers" |c| json!(c.server_count);
    "tenants" "Tenants" Number table "number of tenants" |c| json!(c.tenant_count);
    "alarms" "Alarms" Number table "number of alarms, null where the platform does not tell" |c| json!(c.alarm_count());
    "cpu_used" "CPU used" Number wide "cores handed out, where told" |c| used(c.cluster.usage.cpu);
    "created_at" "Created" Time wide "when it was created" |c| json!(c.created_at);
};

/// `get hosts`.
pub const HOSTS: &[Column<Host>] = columns! {
    "id" "Id" Name table "the platform's id: what forms send" |h| json!(h.id);
    "ip" "Host" Name table "its inner address" |h| json!(h.ip);
    "name" "Name" Name wide "its name" |h| json!(h.name);
    "status" "Status" Name table "AVAILABLE is free, ONLINE has services" |h| json!(h.status.0);
    "agent_status" "Agent" Name table "state of the platform's agent on it" |h| json!(h.agent_status.0);
    "idc" "IDC" Name table "data centre" |h| json!(h.idc);
    "region" "Region" Name table "region" |h| json!(h.region);
    "kind" "Kind" Name wide "machine or container" |h| json!(h.kind);
    "architecture" "Architecture" Name wide "x86_64 or aarch64" |h| json!(h.architecture);
    "services" "Services" Name table "what runs on it, with commas between" |h| json!(h.service_names());
};

/// `get packages`.
pub const PACKAGES: &[Column<Package>] = columns! {
    "id" "Id" Name table "the platform's id" |p| json!(p.id);
    "file" "Package" Name table "its file name: what forms send as version" |p| json!(p.file);
    "kind" "Kind" Name table "OBPROXY_INSTALL_PACKAGE and the like" |p| json!(p.kind);
    "name" "Name" Name wide "its name without version" |p| json!(p.name);
    "version" "Version" Name wide "its version" |p| json!(p.version);
    "build" "Build" Name wide "its build number" |p| json!(p.build);
    "architecture" "Architecture" Name wide "x86_64 or aarch64" |p| json!(p.architecture);
    "system" "System" Name wide "the operating system" |p| json!(p.system);
    "size_bytes" "Size" Bytes wide "its size" |p| json!(p.size);
    "created_at" "Uploaded" Time wide "when it was uploaded" |p| json!(p.created_at);
};

/// `get alarms`.
pub const ALARMS: &[Column<Alarm>] = columns! {
    "id" "Id" Name wide "the platform's id" |a| json!(a.id);
    "level" "Level" Number table "1 stopped, 2 critical, 3 warning, 4 caution, 5 reminder" |a| json!(a.level);
    "status" "Status" Name table "Active, Inactive, Silenced or Inhibited" |a| json!(a.status);
    "kind" "Rule" Name table "the rule that fired" |a| json!(a.kind);
    "app" "Application" Name wide "OB, OCP, OBProxy …" |a| json!(a.app);
    "scope" "Scope" Name wide "ObCluster, Host …" |a| json!(a.scope);
    "target" "Target" Name table "what it is about" |a| json!(a.target);
    "summary" "Summary" Name table "one line" |a| json!(a.summary);
    "active_at" "Since" Time table "when it began" |a| json!(a.active_at);
    "resolved_at" "Until" Time wide "when it ended, or null" |a| json!(a.resolved_at);
};

/// One pane of a platform, printed.
///
/// # Errors
/// What the server said, or that a platform has no such pane.
pub async fn pane(backend: &dyn Backend, pane: Pane, output: ListOutput) -> Result<String, Stop> {
    let word = super::word(pane);
    let ask = match pane {
        Pane::Cluster => Ask::Clusters,
        // The list leaves the servers of a zone out.
        Pane::Zones | Pane::Servers => Ask::Fleet,
        Pane::Proxies => Ask::ProxyClusters,
        Pane::Tasks => Ask::Tasks,
        Pane::Tenants => Ask::Tenants,
        Pane::Hosts => Ask::Hosts,
        Pane::Packages => Ask::Packages,
        Pane::Alarms => Ask::Alarms,
        Pane::Agents => {
            let why = "agents: OCP keeps its own agents on its hosts; see `get hosts`";
            return Err(Stop::new(Exit::Withheld, why));
        }
        Pane::Parameters => return Ok(parameters(backend).await?.print(word, output)),
    };
    let sheet = match backend.ask(&ask).await?.picture {
        Picture::Clusters(clusters) => clusters_sheet(&clusters, pane),
        Picture::ProxyClusters(clusters) => proxies(&clusters),
        Picture::Tasks(tasks) => Sheet::of(&tasks, columns::TASKS),
        Picture::Tenants(tenants) => Sheet::of_owners(
            tenants
                .iter()
                .map(|one| (one.cluster.as_str(), &one.tenant)),
            columns::TENANTS,
        ),
        Picture::Hosts(hosts) => Sheet::of(&hosts, HOSTS),
        Picture::Packages(packages) => Sheet::of(&packages, PACKAGES),
        Picture::Alarms(alarms) => Sheet::of(&alarms, ALARMS),
        _ => return Err(Stop::failed("another question was answered")),
    };
    Ok(sheet.print(word, output))
}

/// The parameters of every cluster, one question each.
async fn parameters(backend: &dyn Backend) -> Result<Sheet, Stop> {
    let other = || Stop::failed("another question was answered");
    let Picture::Clusters(clusters) = backend.ask(&Ask::Clusters).await?.picture else {
        return Err(other());
    };
    let mut rows = Vec::new();
    for one in &clusters {
        let ask = Ask::ParametersOf(one.id.clone());
        let Picture::Parameters(all) = backend.ask(&ask).await?.picture else {
            return Err(other());
        };
        rows.extend(all.into_iter().map(|row| (one.cluster.name.as_str(), row)));
    }
    Ok(Sheet::of_owners(
        rows.iter().map(|(name, row)| (*name, row)),
        columns::PARAMETERS,
    ))
}

fn clusters_sheet(clusters: &[ManagedCluster], pane: Pane) -> Sheet {
    let each = || {
        clusters
            .iter()
            .map(|one| (one.cluster.name.as_str(), &one.cluster))
    };
    match pane {
        Pane::Zones => Sheet::of_owners(
            each().flat_map(|(name, cluster)| cluster.zones.iter().map(move |zone| (name, zone))),
            columns::ZONES,
        ),
        Pane::Servers => Sheet::of_owners(
            each().flat_map(|(name, cluster)| cluster.servers().map(move |server| (name, server))),
            columns::SERVERS,
        ),
        _ => Sheet::of(clusters, CLUSTERS),
    }
}

fn proxies(clusters: &[ProxyCluster]) -> Sheet {
    let proxies: Vec<Proxy> = clusters.iter().flat_map(ProxyCluster::as_proxies).collect();
    Sheet::of(&proxies, columns::PROXIES)
}
