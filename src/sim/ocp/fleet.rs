//! What the platform manages, and how it prints it (`api/ocp.md §2.3`).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{second, stamp, utc};
use super::world::World;

/// Port of the observers' RPC and SQL.
pub(super) const RPC_PORT: u16 = 2882;
pub(super) const SQL_PORT: u16 = 2881;

#[derive(Debug)]
pub(super) struct Cluster {
    pub id: i64,
    pub ob_id: i64,
    pub name: String,
    pub version: &'static str,
    pub status: &'static str,
    pub role: &'static str,
    pub created: Timestamp,
    pub zones: Vec<Zone>,
}

#[derive(Debug)]
pub(super) struct Zone {
    pub name: String,
    pub idc: i64,
    pub status: &'static str,
}

#[derive(Debug)]
pub(super) struct Server {
    pub id: i64,
    pub cluster: i64,
    pub zone: String,
    pub host: i64,
    pub status: &'static str,
    pub started: Timestamp,
}

#[derive(Debug)]
pub(super) struct Host {
    pub id: i64,
    pub name: String,
    pub ip: String,
    pub idc: i64,
    /// `NEW`, `OFFLINE` …; else it follows from what runs on the host.
    pub special: Option<&'static str>,
    pub created: Timestamp,
}

#[derive(Debug)]
pub(super) struct ProxyCluster {
    pub id: i64,
    pub name: String,
    pub address: String,
    pub port: i64,
    pub work_mode: String,
    pub links: Vec<Link>,
    pub created: Timestamp,
}

#[derive(Debug)]
pub(super) struct Link {
    pub cluster: i64,
    pub ob_cluster: i64,
    pub name: String,
    pub user: String,
}

#[derive(Debug)]
pub(super) struct Proxy {
    pub id: i64,
    pub cluster: i64,
    pub host: i64,
    pub sql_port: i64,
    pub exporter_port: i64,
    pub version: String,
    pub status: &'static str,
    pub active: Timestamp,
}

#[derive(Debug)]
pub(super) struct Package {
    pub id: i64,
    pub name: String,
    pub version: String,
    pub build: String,
    pub system: String,
    pub kind: &'static str,
    pub size: u64,
    pub sha1: String,
    pub created: Timestamp,
}

#[derive(Debug)]
pub(super) struct Alarm {
    pub id: i64,
    pub level: i64,
    pub status: &'static str,
    pub app: &'static str,
    pub kind: &'static str,
    pub title: &'static str,
    pub cluster: Option<i64>,
    pub host: Option<i64>,
    pub began: Timestamp,
    pub ended: Option<Timestamp>,
}

#[derive(Debug)]
pub(super) struct Tenant {
    pub id: i64,
    pub cluster: i64,
    pub name: String,
    pub mode: &'static str,
    pub status: &'static str,
    pub locked: bool,
    pub created: Timestamp,
}

impl Package {
    pub fn file(&self) -> String {
        format!(
            "{}-{}-{}.{}.x86_64.rpm",
            self.name, self.version, self.build, self.system
        )
    }
}

/// The data centres: id, name, region.
pub(super) const IDCS: [(i64, &str, &str); 3] = [
    (1, "hz1", "hangzhou"),
    (2, "hz2", "hangzhou"),
    (3, "sh1", "shanghai"),
];

fn idc(id: i64) -> (i64, &'static str, &'static str) {
    IDCS.iter()
        .find(|idc| idc.0 == id)
        .copied()
        .unwrap_or(IDCS[0])
}

impl World {
    /// The servers of a cluster, or of one of its zones.
    pub fn servers_of<'a>(
        &'a self,
        cluster: i64,
        zone: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Server> {
        self.servers.values().filter(move |server| {
            server.cluster == cluster && zone.is_none_or(|zone| server.zone == zone)
        })
    }

    /// The proxies of a cluster of them.
    pub fn proxies_of(&self, cluster: i64) -> impl Iterator<Item = &Proxy> {
        self.proxies
            .values()
            .filter(move |proxy| proxy.cluster == cluster)
    }

    pub fn ip(&self, host: i64) -> String {
        self.hosts
            .get(&host)
            .map_or_else(|| "10.0.0.0".to_owned(), |host| host.ip.clone())
    }

    /// `AVAILABLE` while nothing runs on it, `ONLINE` then.
    pub fn host_status(&self, host: &Host) -> &'static str {
        let used = self.servers.values().any(|server| server.host == host.id)
            || self.proxies.values().any(|proxy| proxy.host == host.id);
        host.special
            .unwrap_or(if used { "ONLINE" } else { "AVAILABLE" })
    }

    pub fn cluster_json(&self, cluster: &Cluster) -> Value {
        let servers: Vec<&Server> = self.servers_of(cluster.id, None).collect();
        let zones: Vec<Value> = cluster
            .zones
            .iter()
            .map(|zone| {
                let count = servers.iter().filter(|server| server.zone == zone.name).count();
                let (idc_id, idc_name, region) = idc(zone.idc);
                json!({"idcId": idc_id, "idcName": idc_name, "innerStatus": "ACTIVE", "name": zone.name,
                    "operateStatus": "NORMAL", "regionName": region, "serverCount": count, "servers": [],
                    "status": zone.status})
            })
            .collect();
        let roots: Vec<Value> = self
            .roots(cluster)
            .enumerate()
            .map(|(index, server)| {
                json!({"address": format!("{}:{RPC_PORT}", self.ip(server.host)),
                    "role": if index == 0 { "LEADER" } else { "FOLLOWER" }, "sql_port": SQL_PORT})
            })
            .collect();
        let alarms: Vec<Value> = (1..=5)
            .map(|level| {
                let count = self.alarms.values().filter(|alarm| {
                    alarm.cluster == Some(cluster.id)
                        && alarm.level == level
                        && alarm.status == "Active"
                });
                json!({"count": count.count(), "level": level})
            })
            .collect();
        let tenants = self
            .tenants
            .values()
            .filter(|tenant| tenant.cluster == cluster.id);
        json!({"alarmSummaries": alarms, "createTime": second(cluster.created), "creator": "admin",
            "id": cluster.id, "name": cluster.name, "obClusterId": cluster.ob_id,
            "obVersion": cluster.version, "regionCount": 1, "rootServers": roots,
            "serverCount": servers.len(), "standbyClusters": [], "status": cluster.status,
            "tenantCount": tenants.count(), "type": cluster.role, "zones": zones})
    }

    /// One server a zone holds the root service.
    fn roots<'a>(&'a self, cluster: &'a Cluster) -> impl Iterator<Item = &'a Server> {
        cluster
            .zones
            .iter()
            .filter_map(|zone| self.servers_of(cluster.id, Some(&zone.name)).next())
    }

    pub fn zone_json(&self, cluster: &Cluster, zone: &Zone) -> Value {
        let (idc_id, idc_name, region) = idc(zone.idc);
        let servers: Vec<Value> = self
            .servers_of(cluster.id, Some(&zone.name))
            .map(|server| self.server_json(server))
            .collect();
        let root = self.servers_of(cluster.id, Some(&zone.name)).next().map(|server| {
            json!({"address": format!("{}:{RPC_PORT}", self.ip(server.host)), "role": "FOLLOWER",
                "sql_port": SQL_PORT})
        });
        let mut value = json!({"clusterId": cluster.id, "compactionStatus": "IDLE",
            "createTime": second(cluster.created), "hostCount": servers.len(), "idcId": idc_id,
            "idcName": idc_name, "innerStatus": "ACTIVE", "name": zone.name,
            "obClusterId": cluster.ob_id, "regionName": region});
        if let Some(root) = root {
            value["rootServer"] = root;
        }
        value["serverCount"] = servers.len().into();
        value["servers"] = servers.into();
        value["status"] = zone.status.into();
        value["updateTime"] = second(cluster.created).into();
        value
    }

    pub fn server_json(&self, server: &Server) -> Value {
        let cluster = self.clusters.get(&server.cluster);
        let zone =
            cluster.and_then(|cluster| cluster.zones.iter().find(|zone| zone.name == server.zone));
        let (_, idc_name, region) = idc(zone.map_or(1, |zone| zone.idc));
        let version = cluster.map_or("", |cluster| cluster.version);
        let first = self.servers_of(server.cluster, Some(&server.zone)).next();
        json!({"clusterId": server.cluster, "hostId": server.host, "hostTypeName": "forge",
            "id": server.id, "idcName": idc_name, "innerStatus": "ACTIVE", "ip": self.ip(server.host),
            "port": RPC_PORT, "regionName": region, "sqlPort": SQL_PORT,
            "startTime": utc(server.started), "status": server.status,
            "stopTime": "1970-01-01T00:00:00Z", "updateTime": second(server.started),
            "version": format!("{version}_20210412122703-1c10f0b3ad39105cd5d12eb566ebe3a374ea38f5(Apr 12 2021 12:57:39)"),
            "withRootserver": first.is_some_and(|first| first.id == server.id), "zoneName": server.zone})
    }

    pub fn host_json(&self, host: &Host) -> Value {
        let (idc_id, idc_name, region) = idc(host.idc);
        let mut services = Vec::new();
        for server in self
            .servers
            .values()
            .filter(|server| server.host == host.id)
        {
            if let Some(cluster) = self.clusters.get(&server.cluster) {
                services.push(
                    json!({"name": format!("{}:{}", cluster.name, cluster.ob_id),
                    "softwarePackageId": null, "type": "OB_CLUSTER", "version": cluster.version}),
                );
            }
        }
        for proxy in self.proxies.values().filter(|proxy| proxy.host == host.id) {
            if let Some(cluster) = self.proxy_clusters.get(&proxy.cluster) {
                services.push(
                    json!({"name": cluster.name, "softwarePackageId": null, "type": "OB_PROXY",
                    "version": proxy.version}),
                );
            }
        }
        let agent = if host.special == Some("OFFLINE") {
            "OFFLINE"
        } else {
            "AVAILABLE"
        };
        json!({"alias": null, "architecture": "x86_64", "createTime": second(host.created),
            "description": null, "hostAgentId": host.id + 3_000_000, "hostAgentStatus": agent,
            "hostAgentVersion": "4.2.2-20240221104452", "id": host.id, "idcDescription": null,
            "idcId": idc_id, "idcName": idc_name, "innerIpAddress": host.ip,
            "kind": "DEDICATED_PHYSICAL_MACHINE", "name": host.name,
            "operatingSystem": "4.9.168-018.ali3000.alios7.x86_64", "operatingSystemRelease": "alios7",
            "publishPorts": null, "regionDescription": null, "regionId": 1, "regionName": region,
            "serialNumber": null, "services": services, "sshPort": 22, "status": self.host_status(host),
            "typeDescription": null, "typeId": 1, "typeName": "forge",
            "updateTime": second(host.created)})
    }

    pub fn proxy_cluster_json(&self, cluster: &ProxyCluster) -> Value {
        let proxies: Vec<&Proxy> = self.proxies_of(cluster.id).collect();
        let count = |values: Vec<&str>, key: &str| {
            let mut seen: Vec<(&str, usize)> = Vec::new();
            for value in values {
                match seen.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, count)) => *count += 1,
                    None => seen.push((value, 1)),
                }
            }
            let rows = seen
                .into_iter()
                .map(|(value, count)| json!({"count": count, key: value}));
            rows.collect::<Vec<Value>>()
        };
        let host_idc = |proxy: &Proxy| {
            self.hosts
                .get(&proxy.host)
                .map_or("", |host| idc(host.idc).1)
        };
        let topo = count(
            proxies.iter().map(|proxy| host_idc(proxy)).collect(),
            "idcName",
        );
        let versions = count(
            proxies.iter().map(|proxy| proxy.version.as_str()).collect(),
            "version",
        );
        let links: Vec<Value> = cluster
            .links
            .iter()
            .map(|link| {
                let status = self.clusters.get(&link.cluster).map_or("UNAVAILABLE", |cluster| cluster.status);
                json!({"clusterId": link.cluster, "clusterName": link.name, "clusterType": "PRIMARY",
                    "connections": 0.0, "obClusterId": link.ob_cluster, "status": status,
                    "username": link.user})
            })
            .collect();
        let servers: Vec<Value> = proxies
            .iter()
            .map(|proxy| {
                let operate = if proxy.status == "RUNNING" {
                    "NORMAL"
                } else {
                    "OPERATING"
                };
                json!({"architecture": "x86_64", "clusterId": cluster.id,
                    "exporterPort": proxy.exporter_port, "hostId": proxy.host, "id": proxy.id,
                    "idcName": host_idc(proxy), "ip": self.ip(proxy.host),
                    "lastActiveTime": second(proxy.active), "operateStatus": operate,
                    "parameterVersion": 1, "sqlPort": proxy.sql_port, "status": proxy.status,
                    "version": proxy.version})
            })
            .collect();
        let url = format!(
            "http://{}/services?Action=GetObProxyConfig&User_ID=alibaba&UID=admin&ObproxyClusterName={}",
            self.address, cluster.name
        );
        json!({"address": cluster.address, "configUrl": url, "createTime": second(cluster.created),
            "creatorId": 100, "creatorName": "admin", "id": cluster.id, "name": cluster.name,
            "obLinks": links, "obproxies": servers, "parameterVersion": 1, "port": cluster.port,
            "topo": topo, "updateTime": second(cluster.created), "versions": versions,
            "workMode": cluster.work_mode})
    }

    pub fn package_json(&self, package: &Package) -> Value {
        let file = package.file();
        json!({"architecture": "x86_64", "buildNumber": package.build,
            "createTime": second(package.created), "deletable": true,
            "downloadUrl": format!("http://{}/api/v2/files/sys-package/{file}", self.address),
            "extension": "rpm", "fileName": file, "id": package.id, "installationDataList": [],
            "name": package.name, "operatingSystem": package.system, "sha1": package.sha1,
            "size": package.size, "type": package.kind, "version": package.version})
    }

    pub fn alarm_json(&self, alarm: &Alarm) -> Value {
        let cluster = alarm.cluster.and_then(|id| self.clusters.get(&id));
        let target = match (cluster, alarm.host) {
            (Some(cluster), _) => format!("ob_cluster={}-{}", cluster.name, cluster.ob_id),
            (None, Some(host)) => format!("service=OCP:svr_ip={}", self.ip(host)),
            (None, None) => "service=OCP".to_owned(),
        };
        let summary = format!("{target}. {}.", alarm.title);
        let mut value = json!({"activeAt": utc(alarm.began), "alarmType": alarm.kind,
            "appType": alarm.app, "description": format!("{summary} See the alarm's rule for the threshold."),
            "gmtCreate": utc(alarm.began), "gmtModified": utc(alarm.ended.unwrap_or(alarm.began)),
            "id": alarm.id, "labels": {"alarm_name": alarm.title, "app_type": alarm.app,
                "alarm_status": alarm.status}, "level": alarm.level});
        if let Some(ended) = alarm.ended {
            value["resolvedAt"] = utc(ended).into();
        }
        value["scope"] = if cluster.is_some() {
            "ObCluster"
        } else {
            "Host"
        }
        .into();
        value["status"] = alarm.status.into();
        value["summary"] = summary.into();
        value["target"] = target.into();
        value["updatedAt"] = utc(alarm.ended.unwrap_or(alarm.began)).into();
        value
    }

    /// The two parameters that the documents show, at each server.
    pub fn parameters_json(&self, cluster: i64) -> Vec<Value> {
        let servers: Vec<&Server> = self.servers_of(cluster, None).collect();
        let current = |name: &str, value: &str| {
            let one = |server: &&Server| {
                json!({"name": name, "svrIp": self.ip(server.host),
                "svrPort": RPC_PORT, "svrType": "observer", "value": value, "zone": server.zone})
            };
            let at: Vec<String> = servers
                .iter()
                .map(|server| format!("{}:{RPC_PORT}", self.ip(server.host)))
                .collect();
            let all: Vec<Value> = servers.iter().map(one).collect();
            json!({"obParameters": all, "singleValueInCluster": true,
                "valueToServers": {value: at}, "values": [value]})
        };
        vec![
            json!({"currentValue": current("ilog_index_expire_time", "7d"), "name": "ilog_index_expire_time"}),
            json!({"currentValue": current("tcp_keepcnt", "10"), "defaultValue": "",
                "description": "The maximum number of retries before terminating an inactive connection.",
                "name": "tcp_keepcnt", "needRestart": false, "readonly": false, "section": "OBSERVER",
                "valueRange": {"allowedValues": null, "maxValue": null, "minValue": "1", "type": "INT"}}),
        ]
    }

    pub fn tenant_json(&self, tenant: &Tenant) -> Value {
        let cluster = self.clusters.get(&tenant.cluster);
        let zones: Vec<&str> = cluster
            .map(|cluster| {
                cluster
                    .zones
                    .iter()
                    .map(|zone| zone.name.as_str())
                    .collect()
            })
            .unwrap_or_default();
        let locality: Vec<String> = zones
            .iter()
            .map(|zone| format!("FULL{{1}}@{zone}"))
            .collect();
        json!({"clusterId": tenant.cluster, "clusterName": cluster.map(|cluster| cluster.name.as_str()),
            "clusterType": "PRIMARY", "createTime": stamp(tenant.created), "id": tenant.id,
            "locality": locality.join(", "), "locked": tenant.locked, "mode": tenant.mode,
            "name": tenant.name, "obClusterId": cluster.map(|cluster| cluster.ob_id),
            "obVersion": cluster.map(|cluster| cluster.version), "primaryZone": zones.join(","),
            "readonly": false, "status": tenant.status, "zoneList": zones.join(";")})
    }
}
