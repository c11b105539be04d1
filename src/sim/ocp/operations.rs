//! What changes the fleet of databases: checks, then a task (`api/ocp.md §2.2`).

use super::answer::Refusal;
use super::auth::Caller;
use super::body::Body;
use super::engine::{Context, Shape, Subject};
use super::fleet::{Cluster, Server, Zone};
use super::plan::{self, Plan};
use super::world::{Change, Order, World};

/// What can be done with a server, a zone or a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Stop,
    Start,
    Restart,
}

impl Verb {
    pub fn read(word: &str) -> Option<Self> {
        match word {
            "stop" => Some(Self::Stop),
            "start" => Some(Self::Start),
            "restart" => Some(Self::Restart),
            _ => None,
        }
    }

    /// The word while it lasts, and the one at its end.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Stop => ("STOPPING", "STOPPED"),
            Self::Start => ("STARTING", "RUNNING"),
            Self::Restart => ("RESTARTING", "RUNNING"),
        }
    }

    fn fits(self, status: &str) -> bool {
        match self {
            Self::Start => status == "STOPPED",
            Self::Stop | Self::Restart => status == "RUNNING",
        }
    }
}

impl World {
    /// The cluster, if nothing else works on it.
    fn idle(&self, id: i64) -> Result<&Cluster, Refusal> {
        let cluster = self.known(id)?;
        if cluster.status != "RUNNING" {
            return Err(Refusal::new(400, "OBE11007").with([cluster.name.as_str(), cluster.status]));
        }
        Ok(cluster)
    }

    pub fn known(&self, id: i64) -> Result<&Cluster, Refusal> {
        self.clusters
            .get(&id)
            .ok_or_else(|| Refusal::new(404, "OBE11001").with([id]))
    }

    /// The hosts, if each is free.
    pub fn free_hosts(&self, ids: &[i64]) -> Result<(), Refusal> {
        for id in ids {
            let host = self
                .hosts
                .get(id)
                .ok_or_else(|| Refusal::new(404, "CMP07001").with([id]))?;
            if self.host_status(host) != "AVAILABLE" {
                return Err(Refusal::new(400, "CMP07004").with([&host.name]));
            }
        }
        Ok(())
    }

    /// `POST …/clusters/{id}/servers`.
    pub fn add_servers(&mut self, id: i64, body: &Body, caller: Caller) -> Result<i64, Refusal> {
        let zone = body.text("zoneName")?;
        let hosts = body.ids("servers")?;
        let cluster = self.idle(id)?;
        if !cluster.zones.iter().any(|known| known.name == zone) {
            return Err(Refusal::new(404, "OBE18002").with([&zone]));
        }
        if hosts.is_empty() {
            return Err(Refusal::new(400, "COM10001").with(["servers"]));
        }
        self.free_hosts(&hosts)?;
        Ok(self.grow(id, &zone, &hosts, &plan::ADD_SERVERS, Vec::new(), caller))
    }

    /// `POST …/clusters/{id}/zones`.
    pub fn add_zone(&mut self, id: i64, body: &Body, caller: Caller) -> Result<i64, Refusal> {
        let name = body.text("name")?;
        let idc = body.text("idcName")?;
        let hosts = body.ids("servers")?;
        let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            return Err(Refusal::new(400, "OBE18001").with([&name]));
        }
        let found = super::fleet::IDCS.iter().find(|known| known.1 == idc);
        let idc = found
            .ok_or_else(|| Refusal::new(404, "COM10002").with([&idc]))?
            .0;
        if self.idle(id)?.zones.iter().any(|known| known.name == name) {
            return Err(Refusal::new(409, "COM10006").with([&name]));
        }
        self.free_hosts(&hosts)?;
        if let Some(cluster) = self.clusters.get_mut(&id) {
            cluster.zones.push(Zone {
                name: name.clone(),
                idc,
                status: "CREATING",
            });
        }
        let undo = vec![Change::Zone(id, name.clone(), None)];
        Ok(self.grow(id, &name, &hosts, &plan::ADD_ZONE, undo, caller))
    }

    fn grow(
        &mut self,
        id: i64,
        zone: &str,
        hosts: &[i64],
        plan: &Plan,
        mut undone: Vec<Change>,
        caller: Caller,
    ) -> i64 {
        let now = self.now();
        let mut servers = Vec::new();
        for &host in hosts {
            let server = self.id();
            servers.push(server);
            self.servers.insert(
                server,
                Server {
                    id: server,
                    cluster: id,
                    zone: zone.to_owned(),
                    host,
                    status: "CREATING",
                    started: now,
                },
            );
        }
        let mut done: Vec<Change> = servers
            .iter()
            .map(|server| Change::Server(*server, Some("RUNNING")))
            .collect();
        done.push(Change::Zone(id, zone.to_owned(), Some("RUNNING")));
        done.push(Change::Cluster(id, "RUNNING"));
        undone.extend(servers.iter().map(|server| Change::Server(*server, None)));
        undone.push(Change::Cluster(id, "RUNNING"));
        self.apply(Change::Cluster(id, "OPERATING"), now);
        let mut context = self.context(id, &servers, hosts);
        context.strings.push(("host.1.zone", zone.to_owned()));
        context.lists.push(("zone_names", vec![zone.to_owned()]));
        let order = Order {
            name: plan.name.to_owned(),
            steps: plan.steps(),
            targets: hosts.iter().map(|host| self.ip(*host)).collect(),
            shape: Shape::Old,
            subject: Subject {
                cluster: Some(id),
                ..Subject::default()
            },
            context,
            done,
            undone,
        };
        self.submit(order, caller)
    }

    fn context(&self, id: i64, servers: &[i64], hosts: &[i64]) -> Context {
        let words = |ids: &[i64]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut context = Context::default();
        if let Some(cluster) = self.clusters.get(&id) {
            context.strings = vec![
                ("cluster_name", cluster.name.clone()),
                ("cluster_id", id.to_string()),
                ("service_type", "OB_CLUSTER".to_owned()),
                (
                    "service_name",
                    format!("{}:{}", cluster.name, cluster.ob_id),
                ),
                ("service_version", cluster.version.to_owned()),
                ("ob_cluster_id", cluster.ob_id.to_string()),
            ];
        }
        context.lists = vec![("server_ids", words(servers)), ("host_ids", words(hosts))];
        context
    }

    /// `POST …/servers/batchDelete`. Documents say host ids, samples show
    /// server ids too, so both are understood.
    pub fn delete_servers(&mut self, id: i64, body: &Body, caller: Caller) -> Result<i64, Refusal> {
        let wanted = body.ids("servers")?;
        self.idle(id)?;
        let mut servers = Vec::new();
        for want in &wanted {
            let found = self
                .servers_of(id, None)
                .find(|server| server.id == *want || server.host == *want);
            let server = found.ok_or_else(|| Refusal::new(404, "OBE19001").with([want]))?;
            servers.push(server.id);
        }
        if servers.is_empty() {
            return Err(Refusal::new(400, "COM10001").with(["servers"]));
        }
        Ok(self.shrink(id, &servers, &plan::DELETE_SERVERS, None, caller))
    }

    /// `DELETE …/zones/{zoneName}`.
    pub fn delete_zone(&mut self, id: i64, zone: &str, caller: Caller) -> Result<i64, Refusal> {
        let cluster = self.idle(id)?;
        if !cluster.zones.iter().any(|known| known.name == zone) {
            return Err(Refusal::new(404, "OBE18002").with([zone]));
        }
        let servers: Vec<i64> = self
            .servers_of(id, Some(zone))
            .map(|server| server.id)
            .collect();
        Ok(self.shrink(id, &servers, &plan::DELETE_ZONE, Some(zone), caller))
    }

    fn shrink(
        &mut self,
        id: i64,
        servers: &[i64],
        plan: &Plan,
        zone: Option<&str>,
        caller: Caller,
    ) -> i64 {
        let mut done: Vec<Change> = servers
            .iter()
            .map(|server| Change::Server(*server, None))
            .collect();
        done.extend(zone.map(|zone| Change::Zone(id, zone.to_owned(), None)));
        done.push(Change::Cluster(id, "RUNNING"));
        self.operate(
            id,
            servers,
            zone,
            plan,
            "DELETING",
            done,
            Shape::Old,
            caller,
        )
    }

    /// `POST …/servers/{serverId}/{verb}`.
    pub fn server_verb(
        &mut self,
        id: i64,
        server: i64,
        verb: Verb,
        caller: Caller,
    ) -> Result<i64, Refusal> {
        self.idle(id)?;
        let found = self
            .servers
            .get(&server)
            .filter(|server| server.cluster == id);
        let found = found.ok_or_else(|| Refusal::new(404, "OBE19001").with([server]))?;
        if !verb.fits(found.status) {
            return Err(
                Refusal::new(400, "OBE19002").with([self.ip(found.host).as_str(), found.status])
            );
        }
        let (plan, shape) = match verb {
            Verb::Stop => (&plan::STOP_SERVER, Shape::Old),
            Verb::Start => (&plan::START_SERVER, Shape::Old),
            Verb::Restart => (&plan::RESTART_SERVER, Shape::New),
        };
        let (busy, after) = verb.words();
        let done = vec![
            Change::Server(server, Some(after)),
            Change::Cluster(id, "RUNNING"),
        ];
        Ok(self.operate(id, &[server], None, plan, busy, done, shape, caller))
    }

    /// `POST …/zones/{zoneName}/{verb}`: forks over the servers of the zone.
    pub fn zone_verb(
        &mut self,
        id: i64,
        zone: &str,
        verb: Verb,
        caller: Caller,
    ) -> Result<i64, Refusal> {
        let cluster = self.idle(id)?;
        let found = cluster.zones.iter().find(|known| known.name == zone);
        let found = found.ok_or_else(|| Refusal::new(404, "OBE18002").with([zone]))?;
        if !verb.fits(found.status) {
            return Err(Refusal::new(400, "OBE11007").with([zone, found.status]));
        }
        let servers: Vec<i64> = self
            .servers_of(id, Some(zone))
            .map(|server| server.id)
            .collect();
        let plan = match verb {
            Verb::Stop => &plan::STOP_ZONE,
            Verb::Start => &plan::START_ZONE,
            Verb::Restart => &plan::RESTART_ZONE,
        };
        let (busy, after) = verb.words();
        let mut done: Vec<Change> = servers
            .iter()
            .map(|server| Change::Server(*server, Some(after)))
            .collect();
        done.push(Change::Zone(id, zone.to_owned(), Some(after)));
        done.push(Change::Cluster(id, "RUNNING"));
        Ok(self.operate(
            id,
            &servers,
            Some(zone),
            plan,
            busy,
            done,
            Shape::New,
            caller,
        ))
    }

    /// `POST …/clusters/{id}/{verb}`.
    pub fn cluster_verb(&mut self, id: i64, verb: Verb, caller: Caller) -> Result<i64, Refusal> {
        let cluster = self.known(id)?;
        if !verb.fits(cluster.status) {
            return Err(Refusal::new(400, "OBE11007").with([cluster.name.as_str(), cluster.status]));
        }
        let zones: Vec<String> = cluster.zones.iter().map(|zone| zone.name.clone()).collect();
        let servers: Vec<i64> = self.servers_of(id, None).map(|server| server.id).collect();
        let plan = match verb {
            Verb::Stop => &plan::STOP_CLUSTER,
            Verb::Start => &plan::START_CLUSTER,
            Verb::Restart => &plan::RESTART_CLUSTER,
        };
        let (busy, after) = verb.words();
        let mut done: Vec<Change> = servers
            .iter()
            .map(|server| Change::Server(*server, Some(after)))
            .collect();
        done.extend(
            zones
                .into_iter()
                .map(|zone| Change::Zone(id, zone, Some(after))),
        );
        done.push(Change::Cluster(id, after));
        Ok(self.operate(id, &servers, None, plan, busy, done, Shape::Old, caller))
    }

    /// Marks what the task works on as busy; a rollback gives back what was.
    #[allow(clippy::too_many_arguments)]
    fn operate(
        &mut self,
        id: i64,
        servers: &[i64],
        zone: Option<&str>,
        plan: &Plan,
        busy: &'static str,
        done: Vec<Change>,
        shape: Shape,
        caller: Caller,
    ) -> i64 {
        let mut undone = Vec::new();
        let mut now = vec![Change::Cluster(id, "OPERATING")];
        let mut hosts = Vec::new();
        for server in servers {
            if let Some(known) = self.servers.get(server) {
                undone.push(Change::Server(*server, Some(known.status)));
                now.push(Change::Server(*server, Some(busy)));
                hosts.push(known.host);
            }
        }
        if let Some(cluster) = self.clusters.get(&id) {
            undone.push(Change::Cluster(id, cluster.status));
            let known = cluster
                .zones
                .iter()
                .find(|known| Some(known.name.as_str()) == zone);
            if let Some(known) = known {
                undone.push(Change::Zone(id, known.name.clone(), Some(known.status)));
                now.push(Change::Zone(id, known.name.clone(), Some("OPERATING")));
            }
        }
        self.apply_all(now);
        let mut context = self.context(id, servers, &hosts);
        context
            .strings
            .extend(zone.map(|zone| ("zone_name", zone.to_owned())));
        let order = Order {
            name: plan.name.to_owned(),
            steps: plan.steps(),
            targets: hosts.iter().map(|host| self.ip(*host)).collect(),
            shape,
            subject: Subject {
                cluster: Some(id),
                ..Subject::default()
            },
            context,
            done,
            undone,
        };
        self.submit(order, caller)
    }
}
