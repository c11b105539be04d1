//! What changes OBProxies, hosts and packages (`api/ocp.md §2.2`, §5).

use super::answer::Refusal;
use super::auth::{Caller, hex};
use super::body::Body;
use super::engine::{Context, Shape, Subject};
use super::fleet::{Host, IDCS, Link, Package, Proxy, ProxyCluster};
use super::plan::{self, Plan};
use super::world::{Change, Order, World};
use crate::sim::parcel::File;

/// What a proxy is installed with.
struct Install {
    sql_port: i64,
    exporter_port: i64,
    version: String,
}

fn invalid(name: &str) -> Refusal {
    Refusal::new(400, "COM10001").with([name])
}

impl World {
    fn proxy_cluster(&self, id: i64) -> Result<&ProxyCluster, Refusal> {
        self.proxy_clusters
            .get(&id)
            .ok_or_else(|| Refusal::new(404, "ODP21001").with([id]))
    }

    /// The install block; which spelling of the exporter's port is read is not
    /// established, so both are.
    fn install(&self, body: &Body) -> Result<Install, Refusal> {
        let exporter = if body.has("exporterPort") {
            "exporterPort"
        } else {
            "exportPort"
        };
        let file = body.text("version")?;
        let package = self
            .packages
            .values()
            .find(|package| package.file() == file && package.kind == "OBPROXY_INSTALL_PACKAGE")
            .ok_or_else(|| Refusal::new(404, "PKG10014").with([&file]))?;
        Ok(Install {
            sql_port: body.port("sqlPort")?,
            exporter_port: body.port(exporter)?,
            version: format!("{}-{}", package.version, package.build),
        })
    }

    fn links(&self, body: &Body, work_mode: &str) -> Result<Vec<Link>, Refusal> {
        let mut links = Vec::new();
        for link in body.objects("obLinks")? {
            let name = link.text("clusterName")?;
            let ob_cluster = link.number("obClusterId")?;
            let known = self
                .clusters
                .values()
                .find(|known| known.name == name && known.ob_id == ob_cluster);
            let known = known.ok_or_else(|| Refusal::new(404, "OBE11001").with([&name]))?;
            links.push(Link {
                cluster: known.id,
                ob_cluster,
                name,
                user: link.text("username")?,
            });
        }
        if work_mode == "RS_LIST" && links.len() != 1 {
            return Err(invalid("obLinks"));
        }
        Ok(links)
    }

    /// A major version of 4 wants proxies of 4.
    fn fits(&self, install: &Install, links: &[Link]) -> Result<(), Refusal> {
        for link in links {
            if let Some(cluster) = self.clusters.get(&link.cluster)
                && cluster.version.starts_with('4')
                && !install.version.starts_with('4')
            {
                return Err(
                    Refusal::new(400, "ODP21110").with([install.version.as_str(), cluster.version])
                );
            }
        }
        Ok(())
    }

    /// `POST /obproxy/clusters`.
    pub fn create_proxy_cluster(&mut self, body: &Body, caller: Caller) -> Result<i64, Refusal> {
        let name = body.text("name")?;
        let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            return Err(invalid("name"));
        }
        if self.proxy_clusters.values().any(|known| known.name == name) {
            return Err(Refusal::new(409, "COM10006").with([&name]));
        }
        let work_mode = if body.has("workMode") {
            body.text("workMode")?
        } else {
            "CONFIG_URL".to_owned()
        };
        if !["CONFIG_URL", "RS_LIST"].contains(&work_mode.as_str()) {
            return Err(invalid("workMode"));
        }
        let port = if body.has("port") {
            body.port("port")?
        } else {
            2883
        };
        let links = self.links(body, &work_mode)?;
        let block = body.object("obproxyInstallParam")?;
        let hosts = match &block {
            Some(block) => block.ids("hostIds")?,
            None => Vec::new(),
        };
        self.free_hosts(&hosts)?;
        let install = match block.filter(|_| !hosts.is_empty()) {
            Some(block) => Some(self.install(&block)?),
            None => None,
        };
        if let Some(install) = &install {
            self.fits(install, &links)?;
        }
        let (id, created) = (self.id(), self.now());
        let address = if body.has("address") {
            body.text("address")?
        } else {
            String::new()
        };
        self.proxy_clusters.insert(
            id,
            ProxyCluster {
                id,
                name,
                address,
                port,
                work_mode,
                links,
                created,
            },
        );
        let undone = vec![Change::ProxyCluster(id)];
        Ok(match install {
            Some(install) => self.install_on(id, &hosts, &install, undone, caller),
            None => self.proxy_task(
                id,
                &[],
                &plan::EMPTY_PROXY_CLUSTER,
                Vec::new(),
                undone,
                caller,
            ),
        })
    }

    /// `POST …/obproxies/batchAdd`: one task for each host.
    pub fn add_proxies(
        &mut self,
        id: i64,
        body: &Body,
        caller: Caller,
    ) -> Result<Vec<i64>, Refusal> {
        self.proxy_cluster(id)?;
        let hosts = body.ids("hostIds")?;
        if hosts.is_empty() {
            return Err(invalid("hostIds"));
        }
        self.free_hosts(&hosts)?;
        let install = self.install(body)?;
        self.fits(&install, &self.proxy_cluster(id)?.links)?;
        Ok(hosts
            .iter()
            .map(|host| self.install_on(id, &[*host], &install, Vec::new(), caller))
            .collect())
    }

    fn install_on(
        &mut self,
        id: i64,
        hosts: &[i64],
        install: &Install,
        mut undone: Vec<Change>,
        caller: Caller,
    ) -> i64 {
        let active = self.now();
        let mut proxies = Vec::new();
        for &host in hosts {
            let proxy = self.id();
            proxies.push(proxy);
            self.proxies.insert(
                proxy,
                Proxy {
                    id: proxy,
                    cluster: id,
                    host,
                    sql_port: install.sql_port,
                    exporter_port: install.exporter_port,
                    version: install.version.clone(),
                    status: "CREATING",
                    active,
                },
            );
        }
        let done = proxies
            .iter()
            .map(|proxy| Change::Proxy(*proxy, Some("RUNNING")))
            .collect();
        undone.extend(proxies.iter().map(|proxy| Change::Proxy(*proxy, None)));
        self.proxy_task(id, &proxies, &plan::INSTALL_PROXIES, done, undone, caller)
    }

    fn chosen(&self, id: i64, proxies: &str) -> Result<Vec<i64>, Refusal> {
        self.proxy_cluster(id)?;
        let mut chosen = Vec::new();
        for word in proxies.split(',') {
            let proxy: i64 = word.trim().parse().map_err(|_| invalid("obproxyIds"))?;
            let known = self.proxies.get(&proxy).filter(|known| known.cluster == id);
            let known = known.ok_or_else(|| Refusal::new(404, "ODP21002").with([proxy]))?;
            if known.status != "RUNNING" && known.status != "UNAVAILABLE" {
                return Err(Refusal::new(400, "ODP21016")
                    .with([self.ip(known.host).as_str(), known.status]));
            }
            chosen.push(proxy);
        }
        Ok(chosen)
    }

    /// `DELETE …/obproxies/{ids}`, or of the whole cluster.
    pub fn delete_proxies(
        &mut self,
        id: i64,
        proxies: Option<&str>,
        caller: Caller,
    ) -> Result<i64, Refusal> {
        self.proxy_cluster(id)?;
        let all: Vec<String> = self
            .proxies_of(id)
            .map(|proxy| proxy.id.to_string())
            .collect();
        let chosen = match proxies {
            Some(words) => self.chosen(id, words)?,
            None if all.is_empty() => Vec::new(),
            None => self.chosen(id, &all.join(","))?,
        };
        let mut done: Vec<Change> = chosen
            .iter()
            .map(|proxy| Change::Proxy(*proxy, None))
            .collect();
        if proxies.is_none() {
            done.push(Change::ProxyCluster(id));
        }
        let plan = if chosen.is_empty() {
            &plan::OFFLINE_EMPTY
        } else {
            &plan::OFFLINE_PROXIES
        };
        Ok(self.change_proxies(id, &chosen, "DELETING", plan, done, caller))
    }

    /// `POST …/obproxies/{ids}/restart`.
    pub fn restart_proxies(
        &mut self,
        id: i64,
        proxies: &str,
        caller: Caller,
    ) -> Result<i64, Refusal> {
        let chosen = self.chosen(id, proxies)?;
        let done = chosen
            .iter()
            .map(|proxy| Change::Proxy(*proxy, Some("RUNNING")))
            .collect();
        Ok(self.change_proxies(
            id,
            &chosen,
            "RESTARTING",
            &plan::RESTART_PROXIES,
            done,
            caller,
        ))
    }

    fn change_proxies(
        &mut self,
        id: i64,
        proxies: &[i64],
        busy: &'static str,
        plan: &Plan,
        done: Vec<Change>,
        caller: Caller,
    ) -> i64 {
        let undone = proxies
            .iter()
            .filter_map(|proxy| Some(Change::Proxy(*proxy, Some(self.proxies.get(proxy)?.status))))
            .collect();
        self.apply_all(
            proxies
                .iter()
                .map(|proxy| Change::Proxy(*proxy, Some(busy)))
                .collect(),
        );
        self.proxy_task(id, proxies, plan, done, undone, caller)
    }

    fn proxy_task(
        &mut self,
        id: i64,
        proxies: &[i64],
        plan: &Plan,
        done: Vec<Change>,
        undone: Vec<Change>,
        caller: Caller,
    ) -> i64 {
        let name = self
            .proxy_clusters
            .get(&id)
            .map_or_else(String::new, |cluster| cluster.name.clone());
        let hosts: Vec<i64> = proxies
            .iter()
            .filter_map(|proxy| self.proxies.get(proxy))
            .map(|proxy| proxy.host)
            .collect();
        let words = |ids: &[i64]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut context = Context::default();
        if !proxies.is_empty() {
            context.strings = vec![
                ("service_type", "OB_PROXY".to_owned()),
                ("service_name", name),
                ("obproxy_cluster_id", id.to_string()),
            ];
            context.lists = vec![
                ("obproxy_server_ids", words(proxies)),
                ("host_ids", words(&hosts)),
            ];
        }
        let order = Order {
            name: plan.name.to_owned(),
            steps: plan.steps(),
            targets: hosts.iter().map(|host| self.ip(*host)).collect(),
            shape: Shape::New,
            subject: Subject {
                host: hosts.first().copied().filter(|_| hosts.len() == 1),
                ..Subject::default()
            },
            context,
            done,
            undone,
        };
        self.submit(order, caller)
    }

    /// `PATCH /obproxy/clusters/{id}`.
    pub fn update_proxy_cluster(&mut self, id: i64, body: &Body) -> Result<(), Refusal> {
        self.proxy_cluster(id)?;
        let address = body
            .has("address")
            .then(|| body.text("address"))
            .transpose()?;
        let port = body.has("port").then(|| body.port("port")).transpose()?;
        if let Some(cluster) = self.proxy_clusters.get_mut(&id) {
            cluster.address = address.unwrap_or_else(|| cluster.address.clone());
            cluster.port = port.unwrap_or(cluster.port);
        }
        Ok(())
    }

    /// `POST /compute/hosts/batchCreate`: one task for each host.
    pub fn add_hosts(&mut self, body: &Body, caller: Caller) -> Result<Vec<i64>, Refusal> {
        let wanted = body.objects("hostBasicDataList")?;
        if wanted.is_empty() || wanted.len() > 50 {
            return Err(invalid("hostBasicDataList"));
        }
        let idc = body.number("idcId")?;
        if !IDCS.iter().any(|known| known.0 == idc) {
            return Err(Refusal::new(404, "COM10002").with([idc]));
        }
        body.number("typeId")?;
        body.text("kind")?;
        let mut ips = Vec::new();
        for one in &wanted {
            let ip = one.text("innerIpAddress")?;
            if ips.contains(&ip) || self.hosts.values().any(|host| host.ip == ip) {
                return Err(Refusal::new(409, "COM10006").with([&ip]));
            }
            ips.push(ip);
        }
        Ok(ips
            .into_iter()
            .map(|ip| self.prepare_host(ip, idc, caller))
            .collect())
    }

    fn prepare_host(&mut self, ip: String, idc: i64, caller: Caller) -> i64 {
        let (id, created) = (self.id(), self.now());
        let name = format!("host-{}", ip.replace(['.', ':'], "-"));
        let targets = vec![ip.clone()];
        self.hosts.insert(
            id,
            Host {
                id,
                name,
                ip,
                idc,
                special: Some("NEW"),
                created,
            },
        );
        let order = Order {
            name: plan::PREPARE_HOST.name.to_owned(),
            steps: plan::PREPARE_HOST.steps(),
            targets,
            shape: Shape::Bare,
            subject: Subject {
                host: Some(id),
                ..Subject::default()
            },
            context: Context::default(),
            done: vec![Change::Host(id, Some("AVAILABLE"))],
            undone: vec![Change::Host(id, None)],
        };
        self.submit(order, caller)
    }

    /// `POST /software-packages`; the name says what it is.
    pub fn upload(&mut self, file: &str, content: &File) -> Result<i64, Refusal> {
        let (name, version, build, system) =
            package_name(file).ok_or_else(|| Refusal::new(400, "PKG10016").with([file]))?;
        if self.packages.values().any(|package| package.file() == file) {
            return Err(Refusal::new(409, "PKG10012").with([file]));
        }
        let kind = match name {
            "obproxy" | "obproxy-ce" => "OBPROXY_INSTALL_PACKAGE",
            "oceanbase" | "oceanbase-ce" => "OB_SERVER_INSTALL_PACKAGE",
            "t-oceanbase-ocp-agent" => "OCP_AGENT_INSTALL_PACKAGE",
            _ => return Err(Refusal::new(400, "PKG10016").with([file])),
        };
        let package = Package {
            id: self.id(),
            name: name.to_owned(),
            version: version.to_owned(),
            build: build.to_owned(),
            system: system.to_owned(),
            kind,
            size: content.size,
            sha1: hex(&content.sha1),
            created: self.now(),
        };
        let id = package.id;
        self.packages.insert(id, package);
        Ok(id)
    }
}

/// `obproxy-1.9.1.1-1919579.el7.x86_64.rpm` in its parts.
fn package_name(file: &str) -> Option<(&str, &str, &str, &str)> {
    let stem = file.strip_suffix(".x86_64.rpm")?;
    let (stem, system) = stem.rsplit_once('.')?;
    let (stem, build) = stem.rsplit_once('-')?;
    let (name, version) = stem.rsplit_once('-')?;
    let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    (digits(version) && digits(build)).then_some((name, version, build, system))
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn a_package_name_has_five_parts() {
        assert_eq!(
            package_name("obproxy-1.9.1.1-1919579.el7.x86_64.rpm"),
            Some(("obproxy", "1.9.1.1", "1919579", "el7"))
        );
        assert_eq!(package_name("readme.txt"), None);
    }
}
