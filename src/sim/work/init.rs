//! The nodes of `Initialize cluster`, and their undoing.

use indexmap::IndexMap;

use super::super::engine::Place;
use super::super::scene;
use super::super::world::{Cluster, Identity, World};
use super::{Effect, Step, Work};

impl World {
    pub(super) fn run_init(&mut self, place: Place, agent: usize, work: &Work) {
        let own = place.store;
        match work {
            Work::Integrate => self.integrate(place),
            Work::Workdir { owner } => self.make_dirs(place, *owner, agent),
            Work::DestroyWorkdir { owner } => self.clear_dirs(place, *owner, agent),
            Work::StartObserver { owner } => self.start_observer(place, *owner, agent),
            Work::StopObserver => self.stop_observer(place, agent),
            Work::Bootstrap => self.bootstrap(place),
            Work::MigrateTable => {
                self.log(place, "try to connect to observer");
                self.after(place, 96, Step::Done);
            }
            Work::ModifyPassword => {
                for line in [
                    "try to connect to observer",
                    "Successfully connected to OceanBase. Try to modify password.",
                    "Save root password",
                    "Reload oceanbase connection",
                    "Reload oceanbase connection successfully",
                ] {
                    self.log(place, line);
                }
                self.after(place, 60, Step::Done);
            }
            Work::MigrateData => self.lines_then_done(place, &["migrate all agents"]),
            Work::ConvertFollowers => {
                for member in self.known(own).into_iter().filter(|member| *member != own) {
                    let line = format!("convert agent {} to cluster agent", self.name(member));
                    self.log(place, line);
                }
                self.after(place, 8, Step::Done);
            }
            Work::Synchronize { cluster_of } => {
                self.apply(Effect::Synchronized(agent, *cluster_of));
                self.lines_then_done(
                    place,
                    &[
                        "try to connect",
                        "connect succeed, dump password",
                        "synchronize agent from oceanbase",
                        "sync agent data",
                    ],
                );
            }
            Work::ConvertMaster => {
                self.log(place, "convert self to cluster agent");
                self.log(place, "sync agent binary");
                self.after(place, 1_220, Step::Do(Effect::MasterConverted(own)));
                self.after(
                    place,
                    1_220,
                    Step::Log("synchronize agent from oceanbase".into()),
                );
                self.after(place, 1_220, Step::Done);
            }
            Work::ImportScript => self.lines_then_done(place, &["Importing timezone."]),
            _ => self.after(place, 50, Step::Done),
        }
    }

    pub(super) fn roll_back_init(&mut self, place: Place, agent: usize, work: &Work) {
        match work {
            Work::Workdir { owner } => self.clear_dirs(place, *owner, agent),
            Work::StartObserver { .. } => self.stop_observer(place, agent),
            Work::Bootstrap => {
                self.lines_then_done(place, &["clear db Instance"]);
            }
            _ => self.after(place, 0, Step::Done),
        }
    }

    fn integrate(&mut self, place: Place) {
        let own = place.store;
        self.log(place, "get all agents");
        let members = self.known(own);
        let told: Vec<String> = members
            .iter()
            .filter_map(|member| self.told(*member))
            .collect();
        self.log(place, format!("agents: map[{}]", told.join(" ")));
        self.log(place, "get global config");
        let plan = self
            .agents
            .get(own)
            .map(|agent| agent.plan.clone())
            .unwrap_or_default();
        if plan.root_password.is_some() {
            self.log(place, "set root password");
        }
        self.log(place, "init all zone config");
        let mut zones: Vec<String> = Vec::new();
        for member in &members {
            let zone = self.zone_in_plan(own, *member);
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        for zone in &zones {
            self.log(place, format!("build {zone} zone config"));
            self.log(place, format!("merge {zone} zone config"));
        }
        for member in &members {
            let name = self.name(*member);
            self.log(place, format!("Integrating {name} agent config"));
            self.log(place, format!("get {name} agent config"));
            self.log(place, format!("merge {name} agent config"));
            self.log(place, format!("fill {name} agent config"));
            let settings = self.settings(own, *member);
            for key in ["mysql_port", "rpc_port"] {
                if let Some(port) = settings.get(key)
                    && !good_port(port)
                {
                    let error = format!(
                        "[Common.InvalidPort]: fill port failed: The port '{port}' is invalid, must be in [1024, 65535]"
                    );
                    self.after(place, 2, Step::Fail(error));
                    return;
                }
            }
        }
        self.log(place, "setting bootstrap config");
        if let Some(list) = plan.rs_list.filter(|list| !list.is_empty())
            && let Err(error) = self.check_rs_list(place, own, &list)
        {
            self.after(place, 2, Step::Fail(error));
            return;
        }
        self.after(place, 3, Step::Done);
    }

    /// A given root-server list must name members by their ports, one a zone.
    fn check_rs_list(&mut self, place: Place, own: usize, list: &str) -> Result<(), String> {
        self.log(place, "rsList has set, check it");
        let entries: Vec<&str> = list.split(';').filter(|entry| !entry.is_empty()).collect();
        self.log(
            place,
            format!("check rsList config: [{}]", entries.join(" ")),
        );
        let members = self.known(own);
        for entry in entries {
            self.log(place, format!("rsServer: {entry} is IPv4 address"));
            let known = members.iter().any(|member| {
                let (sql, rpc) = self.ports(own, *member);
                let ip = self
                    .addresses
                    .get(*member)
                    .map(|at| at.ip().to_string())
                    .unwrap_or_default();
                entry == format!("{ip}:{rpc}:{sql}")
            });
            if !known {
                return Err(format!(
                    "[OB.Parameter.RsList.Invalid]: rs_list '{list}' is invalid: {entry} not in cluster"
                ));
            }
        }
        Ok(())
    }

    /// One agent in the long line that prints them all.
    fn told(&self, member: usize) -> Option<String> {
        let agent = self.agents.get(member)?;
        let address = agent.address;
        Some(format!(
            "{address}:{{{} {} {} {} linux x86_64 {} {} {} {} {}}}",
            address.ip(),
            address.port(),
            agent.identity.word(),
            self.version,
            agent.zone,
            agent.observer.sql_port,
            agent.observer.rpc_port,
            agent.home,
            agent.key.public()
        ))
    }

    pub(in super::super) fn ports(&self, owner: usize, member: usize) -> (u16, u16) {
        let settings = self.effective(owner, member);
        let port = |key: &str, default: u16| {
            settings
                .get(key)
                .and_then(|port| port.parse().ok())
                .unwrap_or(default)
        };
        (port("mysql_port", 2881), port("rpc_port", 2882))
    }

    /// The start options of a member: from its master's plan, or from its scale-out.
    fn effective(&self, owner: usize, member: usize) -> IndexMap<String, String> {
        self.settings(owner, member)
    }

    /// The lines before the observer is started; false if it never gets there.
    pub(super) fn start_lines(&mut self, place: Place, owner: usize, agent: usize) -> bool {
        self.log(place, "start observer");
        self.log(place, "check if first start");
        let Some((id, name)) = self.cluster_of(owner) else {
            let error = "[Common.Unexpected]: Unexpected error: config cluster is required";
            self.after(place, 2, Step::Fail(error.into()));
            return false;
        };
        self.log(place, "generate start cmd");
        let Some(own) = self.agents.get(agent) else {
            return false;
        };
        let (home, zone, ip) = (own.home.clone(), own.zone.clone(), own.address.ip());
        let (sql, rpc) = self.ports(owner, agent);
        let options: Vec<String> = self
            .effective(owner, agent)
            .iter()
            .filter(|(key, _)| {
                ![
                    "mysql_port",
                    "rpc_port",
                    "data_dir",
                    "redo_dir",
                    "home_path",
                ]
                .contains(&key.as_str())
            })
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let options = if options.is_empty() {
            String::new()
        } else {
            format!("-o '{}'", options.join(","))
        };
        let line = format!(
            "start cmd: export LD_LIBRARY_PATH='{home}/lib'; {home}/bin/observer  -n '{name}' -c '{id}' -d '{home}/store' -z '{zone}' -I '{ip}' -p '{sql}' -P '{rpc}'  {options}"
        );
        self.log(place, line);
        true
    }

    fn cluster_of(&self, owner: usize) -> Option<(i64, String)> {
        let agent = self.agents.get(owner)?;
        agent
            .cluster
            .and_then(|cluster| self.clusters.get(cluster))
            .map_or_else(
                || agent.plan.cluster.clone(),
                |cluster| Some((cluster.id, cluster.name.clone())),
            )
    }

    fn start_observer(&mut self, place: Place, owner: usize, agent: usize) {
        if !self.start_lines(place, owner, agent) {
            return;
        }
        self.after(place, 120, Step::Do(Effect::ObserverUp(agent, owner)));
        for line in [
            "observer health check, retry [1/300]",
            "update self OB port",
            "update OB port in all_agent",
        ] {
            self.after(place, 2_110, Step::Log(line.into()));
        }
        self.after(place, 2_120, Step::Done);
    }

    pub(super) fn stop_observer(&mut self, place: Place, agent: usize) {
        self.log(place, "Get observer Pid");
        let Some(observer) = self.agents.get(agent).map(|agent| agent.observer.clone()) else {
            return;
        };
        if observer.state == 0 {
            self.log(place, "Observer is not running");
            self.after(place, 1, Step::Done);
            return;
        }
        self.log(place, format!("Kill observer process {}", observer.pid));
        self.after(place, 5_000, Step::Do(Effect::ObserverDown(agent)));
        for line in [
            "Check observer process",
            "Successfully killed the observer process",
        ] {
            self.after(place, 5_000, Step::Log(line.into()));
        }
        self.after(place, 5_003, Step::Done);
    }

    /// The lines before the database is asked; false if it cannot be.
    pub(super) fn bootstrap_lines(&mut self, place: Place) -> bool {
        let own = place.store;
        self.log(place, "try to connect to observer");
        if self
            .agents
            .get(own)
            .is_none_or(|agent| agent.observer.sql_port == 0)
        {
            let error = "[OB.Cluster.MysqlPortNotInitialized]: get port failed: MySQL port has not been initialized";
            self.after(place, 0, Step::Fail(error.into()));
            return false;
        }
        let mut parts: Vec<String> = Vec::new();
        let mut zones: Vec<String> = Vec::new();
        for member in self.known(own) {
            let zone = self.zone_in_plan(own, member);
            if zones.contains(&zone) {
                continue;
            }
            let (_, rpc) = self.ports(own, member);
            let ip = self
                .addresses
                .get(member)
                .map(|at| at.ip().to_string())
                .unwrap_or_default();
            parts.push(format!("ZONE '{zone}' SERVER '{ip}:{rpc}'"));
            zones.push(zone);
        }
        self.log(
            place,
            format!("bootstrap cmd: ALTER SYSTEM BOOTSTRAP {}", parts.join(", ")),
        );
        true
    }

    fn bootstrap(&mut self, place: Place) {
        let own = place.store;
        if !self.bootstrap_lines(place) {
            return;
        }
        self.apply(Effect::ObserverState(own, 2));
        self.after(place, 3_050, Step::Do(Effect::Bootstrapped(own)));
        self.after(place, 3_050, Step::Done);
    }

    pub(super) fn apply(&mut self, effect: Effect) {
        let now = self.now();
        match effect {
            Effect::ObserverUp(agent, owner) => {
                let (sql_port, rpc_port) = self.ports(owner, agent);
                let pid = 12_000 + self.sequence as u32 % 20_000;
                let (_, data, redo) = self.dirs(owner, agent);
                let dirs = (data, format!("{redo}/clog"));
                if let Some(agent) = self.agents.get_mut(agent) {
                    agent.observer.state = 1;
                    agent.observer.sql_port = sql_port;
                    agent.observer.rpc_port = rpc_port;
                    agent.observer.pid = pid;
                    agent.observer.started = now;
                    agent.observer.dirs = dirs;
                }
            }
            Effect::ObserverDown(agent) => {
                if let Some(agent) = self.agents.get_mut(agent) {
                    agent.observer.state = 0;
                    agent.observer.pid = 0;
                    agent.observer.turned = now;
                }
            }
            Effect::ObserverState(agent, state) => {
                if let Some(agent) = self.agents.get_mut(agent) {
                    agent.observer.state = state;
                }
            }
            Effect::Bootstrapped(master) => self.found(master),
            Effect::Synchronized(agent, of) => self.synchronize(agent, of),
            Effect::MasterConverted(master) => {
                if let Some(agent) = self.agents.get_mut(master) {
                    agent.identity = Identity::ClusterAgent;
                }
            }
            Effect::ServerAdded(agent) => self.add_server(agent),
            Effect::Quorum(cluster) => self.quorum(cluster),
        }
    }

    /// A cluster has come into being.
    fn found(&mut self, master: usize) {
        let members = self.known(master);
        let zones = members.iter().fold(Vec::new(), |mut zones, member| {
            let zone = self.zone_in_plan(master, *member);
            if !zones.contains(&zone) {
                zones.push(zone);
            }
            zones
        });
        let Some((id, name)) = self.cluster_of(master) else {
            return;
        };
        let index = self.clusters.len();
        let created = self.now();
        let parameters = members
            .first()
            .map(|member| self.settings(master, *member))
            .unwrap_or_default();
        for (order, member) in members.iter().enumerate() {
            if let Some(agent) = self.agents.get_mut(*member) {
                agent.observer.id = order as u64 + 1;
                agent.cluster = Some(index);
            }
        }
        self.clusters.push(Cluster {
            id,
            name,
            tenants: vec![scene::Tenant::sys(created)],
            units: vec![scene::Unit::sys(created)],
            born_with: zones.len(),
            zones,
            stopped_zones: Vec::new(),
            next_server: members.len() as u64 + 1,
            members,
            parameters,
        });
        self.stores.push(super::super::task::Store::default());
        self.ticking.push(false);
        self.apply(Effect::ObserverState(master, 3));
    }

    fn synchronize(&mut self, agent: usize, of: usize) {
        let password = self
            .agents
            .get(of)
            .and_then(|owner| owner.root_password.clone());
        let cluster = self.agents.get(of).and_then(|owner| owner.cluster);
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.root_password = password.or(Some(String::new()));
            agent.sessions.clear();
            agent.cluster = cluster;
            if agent.identity != Identity::Master {
                agent.identity = Identity::ClusterAgent;
                agent.master = None;
            }
            if agent.observer.state > 0 {
                agent.observer.state = 3;
            }
        }
    }
}

/// What the agent takes for a port: its text says 1024, its code wants more.
pub(in super::super) fn good_port(text: &str) -> bool {
    text.parse::<u32>()
        .is_ok_and(|port| (1_025..=65_535).contains(&port))
}
