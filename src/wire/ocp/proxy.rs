//! Clusters of OBProxies (`api/ocp.md §2.3`, §5).

use serde_json::Value;

use super::envelope::{Rows, rows};
use super::fields::Fields;
use crate::fleet::Address;
use crate::fleet::cluster::Status;
use crate::fleet::platform::{ObLink, ProxyCluster, ProxyServer};

/// SQL port of an OBProxy where the answer names none.
const SQL_PORT: u16 = 2883;

/// One cluster of OBProxies.
pub fn proxy_cluster(value: &Value) -> Option<ProxyCluster> {
    let mut fields = Fields::of(value)?;
    Some(ProxyCluster {
        id: fields.id("id")?,
        name: fields.text("name"),
        address: fields.text("address"),
        port: fields.number("port"),
        work_mode: fields.text("workMode"),
        config_url: fields.text("configUrl"),
        status: fields.id("status").map(Status),
        links: fields.list("obLinks").iter().filter_map(link).collect(),
        proxies: fields.list("obproxies").iter().filter_map(proxy).collect(),
        extra: fields.rest_without_nulls(),
    })
}

/// A list of clusters of OBProxies.
pub fn proxy_clusters(data: &Value) -> Rows<ProxyCluster> {
    rows(data, proxy_cluster)
}

fn link(value: &Value) -> Option<ObLink> {
    let mut fields = Fields::of(value)?;
    Some(ObLink {
        cluster: fields.text("clusterName"),
        cluster_id: fields.id("clusterId"),
        ob_cluster_id: fields.id("obClusterId"),
        user: fields.text("username"),
        status: Status(fields.text("status")),
    })
}

fn proxy(value: &Value) -> Option<ProxyServer> {
    let mut fields = Fields::of(value)?;
    let ip = fields.id("ip")?;
    Some(ProxyServer {
        id: fields.text("id"),
        host: fields.id("hostId"),
        address: Address::new(ip, fields.number("sqlPort").unwrap_or(SQL_PORT)),
        // One document of the two spells it `exportPort`.
        exporter_port: fields
            .number("exporterPort")
            .or_else(|| fields.number("exportPort")),
        idc: fields.text("idcName"),
        version: fields.text("version"),
        status: Status(fields.text("status")),
        extra: fields.rest_without_nulls(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_spellings_of_the_exporter_port() {
        for key in ["exporterPort", "exportPort"] {
            let read = proxy_cluster(&json!({"id": 1, "name": "test", "workMode": "CONFIG_URL",
                "obLinks": [{"clusterName": "c", "clusterId": 1, "obClusterId": 9, "username": "proxyro"}],
                "obproxies": [{"id": 1, "ip": "xxx.xxx.xxx.3", "sqlPort": 2883, key: 2884}]}))
            .unwrap();
            assert_eq!(read.proxies[0].exporter_port, Some(2884));
            assert_eq!(read.links[0].ob_cluster_id.as_deref(), Some("9"));
            assert_eq!(read.status, None);
        }
    }
}
