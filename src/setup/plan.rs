//! What the operator wants to have: one cluster, its zones and servers.

use indexmap::IndexMap;

use crate::base::Secret;
use crate::fleet::Address;
use crate::fleet::change::{InitOptions, NewProxy, Scope};
use crate::fleet::request::Request;
use crate::fleet::{change, request};

/// A first-time setup, as `obdeck apply` reads it and the guided setup builds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Name of the cluster.
    pub name: String,
    /// Id of the cluster, above 0.
    pub id: i64,
    /// `ip:rpc:sql;…`, one server of each zone; `None` lets the agent choose.
    pub rs_list: Option<String>,
    /// Whether init imports the scripts of the tenants.
    pub import_script: bool,
    /// Whether init creates the user of `OBProxy`.
    pub create_proxyro_user: bool,
    /// Parameters of every observer.
    pub observer: IndexMap<String, String>,
    /// Parameters of the observers of one zone, by zone.
    pub zones: IndexMap<String, IndexMap<String, String>>,
    /// The servers; the first becomes the master.
    pub servers: Vec<PlannedServer>,
    /// The `OBProxy`s to start after init.
    pub proxies: Vec<PlannedProxy>,
}

/// One `OBProxy` of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedProxy {
    /// The agent that manages it.
    pub agent: Address,
    /// What it is told; the password of proxyro is the plan's.
    pub proxy: NewProxy,
}

/// One server of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedServer {
    /// Its agent.
    pub agent: Address,
    /// Its zone.
    pub zone: String,
    /// Parameters of this observer alone.
    pub observer: IndexMap<String, String>,
}

/// The secrets of a plan, kept apart from it: a plan is saved and shown, these never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanSecrets {
    /// Password of root@sys; empty only where the plan allows it.
    pub root: Secret,
    /// Password of the user of `OBProxy`.
    pub proxyro: Option<Secret>,
    /// Agent password of the master, where it has one: a joiner must name it.
    pub master_agent: Option<Secret>,
    /// Agent password to set everywhere after init.
    pub after_agent: Option<Secret>,
}

/// What a step is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The first agent becomes the master.
    JoinSelf,
    /// An agent becomes a follower of the master.
    Join(Address),
    /// Parameters of a scope.
    Configure(Scope),
    /// Name, id and root password.
    ClusterConfig,
    /// The cluster is made.
    Init,
    /// An agent password is set.
    AgentPassword(Address),
    /// An agent starts an `OBProxy` and manages it.
    Proxy(Address),
}

/// One request of a setup, with a name that stays the same from run to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Stable name: the journal finds it again by this.
    pub id: String,
    /// What it is for.
    pub kind: StepKind,
    /// What will be sent.
    pub request: Request,
    /// Steps of one wave may run side by side; a wave starts when the one before it ended.
    pub wave: usize,
}

impl Plan {
    /// The agent that becomes the master.
    pub fn master(&self) -> Option<&Address> {
        self.servers.first().map(|server| &server.agent)
    }

    /// Zone names in the order of the servers.
    pub fn zone_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for server in &self.servers {
            if !names.contains(&server.zone.as_str()) {
                names.push(&server.zone);
            }
        }
        names
    }

    /// The value of a parameter for one server: its own, else its zone's, else the
    /// common one. The agent goes by the time of writing instead (`api/obshell.md
    /// §4.2`), which comes to the same because [`Plan::steps`] writes wide to narrow.
    pub fn parameter<'a>(&'a self, server: &'a PlannedServer, key: &str) -> Option<&'a str> {
        let zone = self.zones.get(&server.zone);
        [Some(&server.observer), zone, Some(&self.observer)]
            .into_iter()
            .flatten()
            .find_map(|values| values.get(key))
            .map(String::as_str)
    }

    /// Every request in the order in which it is sent.
    pub fn steps(&self, secrets: &PlanSecrets) -> Vec<Step> {
        let Some(master) = self.master() else {
            return Vec::new();
        };
        let mut steps = Steps::default();
        let password = secrets.master_agent.as_ref();
        steps.wave(self.servers.iter().take(1).map(|server| {
            (
                StepKind::JoinSelf,
                change::join(master, master, &server.zone, None),
            )
        }));
        steps.wave(self.servers.iter().skip(1).map(|server| {
            let request = change::join(&server.agent, master, &server.zone, password);
            (StepKind::Join(server.agent.clone()), request)
        }));
        for (scope, values) in self.scopes() {
            let request = change::observer_config(master, &scope, &values);
            steps.wave([(StepKind::Configure(scope), request)]);
        }
        let config = change::cluster_config(
            master,
            self.id,
            &self.name,
            self.rs_list.as_deref(),
            &secrets.root,
        );
        steps.wave([(StepKind::ClusterConfig, config)]);
        let options = InitOptions {
            import_script: self.import_script,
            create_proxyro_user: self.create_proxyro_user,
            proxyro_password: secrets.proxyro.clone(),
        };
        steps.wave([(StepKind::Init, change::init(master, &options))]);
        if let Some(password) = &secrets.after_agent {
            steps.wave(self.servers.iter().map(|server| {
                let request = change::agent_password(&server.agent, password);
                (StepKind::AgentPassword(server.agent.clone()), request)
            }));
        }
        steps.wave(self.proxies.iter().map(|planned| {
            let mut proxy = planned.proxy.clone();
            proxy.proxyro_password.clone_from(&secrets.proxyro);
            let request = change::proxy_add(Some(&planned.agent), &proxy);
            (StepKind::Proxy(planned.agent.clone()), request)
        }));
        steps.done
    }

    fn scopes(&self) -> Vec<(Scope, IndexMap<String, String>)> {
        let mut scopes = Vec::new();
        if !self.observer.is_empty() {
            scopes.push((Scope::Global, self.observer.clone()));
        }
        for (zone, values) in &self.zones {
            if !values.is_empty() {
                scopes.push((Scope::Zone(vec![zone.clone()]), values.clone()));
            }
        }
        for server in &self.servers {
            if !server.observer.is_empty() {
                scopes.push((
                    Scope::Server(vec![server.agent.clone()]),
                    server.observer.clone(),
                ));
            }
        }
        scopes
    }
}

#[derive(Default)]
struct Steps {
    done: Vec<Step>,
    waves: usize,
}

impl Steps {
    fn wave(&mut self, requests: impl IntoIterator<Item = (StepKind, request::Request)>) {
        let before = self.done.len();
        for (kind, request) in requests {
            self.done.push(Step {
                id: kind.id(),
                kind,
                request,
                wave: self.waves,
            });
        }
        if self.done.len() > before {
            self.waves += 1;
        }
    }
}

impl StepKind {
    /// The stable name of its step.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::JoinSelf => "join-self".to_owned(),
            Self::Join(agent) => format!("join {agent}"),
            Self::Configure(Scope::Global) => "configure all".to_owned(),
            Self::Configure(Scope::Zone(zones)) => format!("configure zone {}", zones.join(",")),
            Self::Configure(Scope::Server(agents)) => {
                let agents: Vec<_> = agents.iter().map(ToString::to_string).collect();
                format!("configure server {}", agents.join(","))
            }
            Self::ClusterConfig => "cluster-config".to_owned(),
            Self::Init => "init".to_owned(),
            Self::AgentPassword(agent) => format!("agent-password {agent}"),
            Self::Proxy(agent) => format!("proxy {agent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn plan() -> Plan {
        let server = |last: u8, zone: &str, observer| PlannedServer {
            agent: Address::new(format!("10.0.0.{last}"), 2886),
            zone: zone.to_owned(),
            observer,
        };
        Plan {
            name: "prod".to_owned(),
            id: 1,
            rs_list: None,
            import_script: false,
            create_proxyro_user: false,
            observer: map(&[("memory_limit", "16G"), ("cpu_count", "8")]),
            zones: [("zone1".to_owned(), map(&[("cpu_count", "16")]))]
                .into_iter()
                .collect(),
            servers: vec![
                server(5, "zone1", map(&[("mysql_port", "2991")])),
                server(6, "zone2", IndexMap::new()),
                server(7, "zone3", IndexMap::new()),
            ],
            proxies: Vec::new(),
        }
    }

    #[test]
    fn writes_wide_to_narrow_and_init_last() {
        let steps = plan().steps(&PlanSecrets::default());
        let shown: Vec<_> = steps
            .iter()
            .map(|step| (step.wave, step.id.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (0, "join-self"),
                (1, "join 10.0.0.6:2886"),
                (1, "join 10.0.0.7:2886"),
                (2, "configure all"),
                (3, "configure zone zone1"),
                (4, "configure server 10.0.0.5:2886"),
                (5, "cluster-config"),
                (6, "init"),
            ]
        );
    }

    #[test]
    fn the_narrowest_scope_wins() {
        let plan = plan();
        assert_eq!(plan.parameter(&plan.servers[0], "cpu_count"), Some("16"));
        assert_eq!(plan.parameter(&plan.servers[1], "cpu_count"), Some("8"));
        assert_eq!(plan.parameter(&plan.servers[0], "mysql_port"), Some("2991"));
        assert_eq!(plan.parameter(&plan.servers[0], "data_dir"), None);
    }
}
