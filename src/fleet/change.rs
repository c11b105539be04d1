//! The requests that change something on an obshell agent, built in one place:
//! forms, the guided setup and task operations send what is made here.
//! Bodies and key styles are the servers' (`api/obshell.md §4.2–4.5`).

mod proxy;
mod running;
mod tenant;
mod upgrade;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Address;
use super::request::{Auth, Body, Effect, Method, Request};
use crate::base::Secret;

pub use proxy::{NewProxy, ProxyDeed, proxy, proxy_add};
pub use running::{
    ParameterScope, SetParameter, StopMode, scale_in, set_parameter, start, stop, zone_delete,
    zone_stop,
};
pub use tenant::{NewTenant, Replica, UnitConfig, tenant_create, tenant_delete, unit_config};
pub use upgrade::{
    Target, UpgradeMode, package_delete, package_upload, proxy_upgrade, upgrade, upgrade_check,
    upgrade_shell,
};

/// Whom an observer configuration is for. The agent merges scopes by time, not
/// by width (`api/obshell.md §4.2`), so callers send them in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All servers.
    Global,
    /// The servers of these zones.
    Zone(Vec<String>),
    /// These servers, by the address of their *agent*.
    Server(Vec<Address>),
}

impl Scope {
    /// The object that the routes take.
    pub fn body(&self) -> Value {
        match self {
            Self::Global => json!({ "type": "GLOBAL", "target": [] }),
            Self::Zone(zones) => json!({ "type": "ZONE", "target": zones }),
            Self::Server(agents) => {
                let targets: Vec<_> = agents.iter().map(ToString::to_string).collect();
                json!({ "type": "SERVER", "target": targets })
            }
        }
    }
}

/// What `init` may do besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitOptions {
    /// Import the scripts of the tenants.
    pub import_script: bool,
    /// Create the user that `OBProxy` logs in with.
    pub create_proxyro_user: bool,
    /// That user's password.
    pub proxyro_password: Option<Secret>,
}

/// `POST agent/join`, sent to the agent that joins. To itself it makes a MASTER.
pub fn join(
    agent: &Address,
    master: &Address,
    zone: &str,
    master_password: Option<&Secret>,
) -> Request {
    let mut body = vec![
        (
            "agentInfo".to_owned(),
            Body::Plain(json!({ "ip": master.host, "port": master.port })),
        ),
        ("zoneName".to_owned(), Body::Plain(json!(zone))),
    ];
    if let Some(password) = master_password {
        body.push(("masterPassword".to_owned(), Body::Secret(password.clone())));
    }
    let makes = if agent == master {
        "Join self"
    } else {
        "Join to master"
    };
    change(
        agent,
        Method::Post,
        "/api/v1/agent/join",
        Some(Body::Map(body)),
        makes,
    )
}

/// `POST agent/remove` of one agent. Removing the master removes everybody.
/// Only where the master is named is the name of the task known before.
pub fn remove(master: Option<&Address>, agent: &Address) -> Request {
    let makes = master.map(|master| {
        if agent == master {
            "Remove all agents".to_owned()
        } else {
            format!("Remove follower agent {agent}")
        }
    });
    let body = Body::Plain(json!({ "ip": agent.host, "port": agent.port }));
    Request {
        makes,
        effect: Effect::Destroys,
        ..change(master, Method::Post, "/api/v1/agent/remove", Some(body), "")
    }
}

/// `PUT observer/config`: replaces all parameters of that scope.
pub fn observer_config<'a>(
    master: impl Into<Option<&'a Address>>,
    scope: &Scope,
    parameters: &IndexMap<String, String>,
) -> Request {
    let body = json!({ "observerConfig": parameters, "scope": scope.body() });
    let path = "/api/v1/observer/config";
    change(
        master,
        Method::Put,
        path,
        Some(Body::Plain(body)),
        "Update observer config",
    )
}

/// `PUT obcluster/config`: replaces name, id and `rsList`. The root password goes
/// with every call, or the cluster would get an empty one (`api/obshell.md §10.25`).
pub fn cluster_config<'a>(
    master: impl Into<Option<&'a Address>>,
    id: i64,
    name: &str,
    rs_list: Option<&str>,
    root_password: &Secret,
) -> Request {
    let mut body = vec![
        ("clusterId".to_owned(), Body::Plain(json!(id))),
        ("clusterName".to_owned(), Body::Plain(json!(name))),
    ];
    if let Some(list) = rs_list {
        body.push(("rsList".to_owned(), Body::Plain(json!(list))));
    }
    body.push(("rootPwd".to_owned(), Body::Secret(root_password.clone())));
    let path = "/api/v1/obcluster/config";
    change(
        master,
        Method::Put,
        path,
        Some(Body::Map(body)),
        "Update cluster config",
    )
}

/// `POST ob/init`. To the master only: a follower forwards it without its body
/// (`api/obshell.md §10.8`).
pub fn init<'a>(master: impl Into<Option<&'a Address>>, options: &InitOptions) -> Request {
    let mut body = Vec::new();
    if options.import_script {
        body.push(("import_script".to_owned(), Body::Plain(json!(true))));
    }
    if options.create_proxyro_user {
        body.push(("create_proxyro_user".to_owned(), Body::Plain(json!(true))));
        if let Some(password) = &options.proxyro_password {
            body.push((
                "proxyro_password".to_owned(),
                Body::Secret(password.clone()),
            ));
        }
    }
    let body = (!body.is_empty()).then_some(Body::Map(body));
    change(
        master,
        Method::Post,
        "/api/v1/ob/init",
        body,
        "Initialize cluster",
    )
}

/// `POST agent/password`. Answers at once, without a task.
pub fn agent_password<'a>(agent: impl Into<Option<&'a Address>>, password: &Secret) -> Request {
    let body = Body::Map(vec![(
        "password".to_owned(),
        Body::Secret(password.clone()),
    )]);
    let mut request = change(
        agent,
        Method::Post,
        "/api/v1/agent/password",
        Some(body),
        "",
    );
    request.makes = None;
    request
}

/// `POST ob/scale_out`, sent to a member of the cluster.
pub fn scale_out(
    member: Option<&Address>,
    agent: &Address,
    zone: &str,
    parameters: &IndexMap<String, String>,
    agent_password: Option<&Secret>,
) -> Request {
    let mut body = vec![
        (
            "agentInfo".to_owned(),
            Body::Plain(json!({ "ip": agent.host, "port": agent.port })),
        ),
        ("obConfigs".to_owned(), Body::Plain(json!(parameters))),
        ("zone".to_owned(), Body::Plain(json!(zone))),
    ];
    if let Some(password) = agent_password {
        body.push((
            "targetAgentPassword".to_owned(),
            Body::Secret(password.clone()),
        ));
    }
    change(
        member,
        Method::Post,
        "/api/v1/ob/scale_out",
        Some(Body::Map(body)),
        "Cluster scale out",
    )
}

fn change<'a>(
    target: impl Into<Option<&'a Address>>,
    method: Method,
    path: &str,
    body: Option<Body>,
    makes: &str,
) -> Request {
    Request {
        target: target.into().cloned(),
        method,
        path: path.to_owned(),
        body,
        auth: Auth::Root,
        effect: Effect::Changes,
        makes: Some(makes.to_owned()),
        first: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(port: u16) -> Address {
        Address::new("127.0.0.1", port)
    }

    #[test]
    fn join_goes_to_the_joiner_and_names_the_master() {
        let request = join(
            &agent(2887),
            &agent(2886),
            "zone2",
            Some(&Secret::new("s3")),
        );
        assert_eq!(request.target, Some(agent(2887)));
        assert_eq!(request.makes.as_deref(), Some("Join to master"));
        let body = request.body.unwrap();
        assert_eq!(
            body.masked().to_string(),
            r#"{"agentInfo":{"ip":"127.0.0.1","port":2886},"zoneName":"zone2","masterPassword":"***"}"#
        );
        assert_eq!(body.revealed()["masterPassword"], "s3");
    }

    #[test]
    fn the_root_password_goes_with_every_cluster_config() {
        let request = cluster_config(&agent(2886), 1, "prod", None, &Secret::default());
        assert_eq!(request.body.unwrap().revealed()["rootPwd"], "");
    }

    #[test]
    fn init_without_options_has_no_body() {
        assert_eq!(init(&agent(2886), &InitOptions::default()).body, None);
    }
}
