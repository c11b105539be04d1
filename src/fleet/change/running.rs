//! Changes of a running cluster: shrink, start, stop, parameters
//! (`api/obshell.md §4.3, §4.4, §4.6`). Each goes to any of its agents.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Scope, change};
use crate::fleet::Address;
use crate::fleet::request::{Body, Effect, Method, Request};

/// How servers are stopped (`api/obshell.md §4.4`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopMode {
    /// SQL only; the process keeps running.
    Service,
    /// A minor freeze, then the processes are stopped.
    Freeze,
    /// The processes are killed at once.
    Kill,
}

impl StopMode {
    /// What the two flags of the route mean together; `None`: they exclude each other.
    #[must_use]
    pub fn of(force: bool, terminate: bool) -> Option<Self> {
        match (force, terminate) {
            (false, false) => Some(Self::Service),
            (false, true) => Some(Self::Freeze),
            (true, false) => Some(Self::Kill),
            (true, true) => None,
        }
    }
}

/// The scope as start and stop take it: GLOBAL names nobody.
fn scope_body(scope: &Scope) -> Value {
    match scope {
        Scope::Global => json!({ "type": "GLOBAL" }),
        scope => scope.body(),
    }
}

/// `forcePassDag`: main tasks whose leftovers may be passed before the work begins.
fn force_pass(body: &mut Map<String, Value>, tasks: &[String]) {
    if !tasks.is_empty() {
        body.insert("forcePassDag".to_owned(), json!({ "id": tasks }));
    }
}

/// `POST ob/start`.
#[must_use]
pub fn start(scope: &Scope, force_pass_dag: &[String]) -> Request {
    let mut body = Map::new();
    body.insert("scope".to_owned(), scope_body(scope));
    force_pass(&mut body, force_pass_dag);
    let body = Some(Body::Plain(body.into()));
    change(None, Method::Post, "/api/v1/ob/start", body, "Start OB")
}

/// `POST ob/stop`.
#[must_use]
pub fn stop(scope: &Scope, mode: StopMode, force_pass_dag: &[String]) -> Request {
    let mut body = Map::new();
    body.insert("scope".to_owned(), scope_body(scope));
    let flags: &[(&str, bool)] = match mode {
        StopMode::Service => &[("force", false), ("terminate", false)],
        StopMode::Freeze => &[("terminate", true)],
        StopMode::Kill => &[("force", true)],
    };
    for (flag, value) in flags {
        body.insert((*flag).to_owned(), json!(value));
    }
    force_pass(&mut body, force_pass_dag);
    let body = Some(Body::Plain(body.into()));
    Request {
        effect: Effect::Destroys,
        ..change(None, Method::Post, "/api/v1/ob/stop", body, "Stop OB")
    }
}

/// `POST ob/zone/:zone_name/stop`: kills the observers of the zone.
#[must_use]
pub fn zone_stop(zone: &str, freeze_server: bool, force_pass_dag: &[String]) -> Request {
    let mut body = Map::new();
    body.insert("freeze_server".to_owned(), json!(freeze_server));
    force_pass(&mut body, force_pass_dag);
    let path = format!("/api/v1/ob/zone/{}/stop", segment(zone));
    let body = Some(Body::Plain(body.into()));
    Request {
        effect: Effect::Destroys,
        ..change(None, Method::Post, &path, body, "Stop OB")
    }
}

/// `DELETE zone/:name`.
#[must_use]
pub fn zone_delete(zone: &str) -> Request {
    let path = format!("/api/v1/zone/{}", segment(zone));
    Request {
        effect: Effect::Destroys,
        ..change(None, Method::Delete, &path, None, "Delete zone")
    }
}

/// `POST ob/scale_in`.
#[must_use]
pub fn scale_in(agent: &Address, force_kill: bool) -> Request {
    let body = json!({
        "agent_info": { "ip": agent.host, "port": agent.port },
        "force_kill": force_kill,
    });
    Request {
        effect: Effect::Destroys,
        ..change(
            None,
            Method::Post,
            "/api/v1/ob/scale_in",
            Some(Body::Plain(body)),
            "Cluster scale in",
        )
    }
}

/// Whose parameter is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterScope {
    /// All servers.
    Cluster,
    /// The servers of these zones.
    Zones(Vec<String>),
    /// These servers, by their *RPC* addresses.
    Servers(Vec<String>),
    /// These tenants.
    Tenants(Vec<String>),
    /// All tenants but sys.
    AllUserTenants,
}

/// One parameter with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetParameter {
    /// Its name.
    pub name: String,
    /// What it becomes. Never left out: the server would set the empty text.
    pub value: String,
    /// Whose.
    pub scope: ParameterScope,
}

/// `PATCH obcluster/parameters`. Answers at once, without a task.
#[must_use]
pub fn set_parameter(set: &SetParameter) -> Request {
    let mut one = Map::new();
    let word = match set.scope {
        ParameterScope::Tenants(_) | ParameterScope::AllUserTenants => "TENANT",
        _ => "CLUSTER",
    };
    one.insert("name".to_owned(), json!(set.name));
    one.insert("value".to_owned(), json!(set.value));
    one.insert("scope".to_owned(), json!(word));
    match &set.scope {
        ParameterScope::Cluster => {}
        ParameterScope::Zones(zones) => {
            one.insert("zones".to_owned(), json!(zones));
        }
        ParameterScope::Servers(servers) => {
            one.insert("servers".to_owned(), json!(servers));
        }
        ParameterScope::Tenants(tenants) => {
            one.insert("tenants".to_owned(), json!(tenants));
        }
        ParameterScope::AllUserTenants => {
            one.insert("all_user_tenant".to_owned(), json!(true));
        }
    }
    let body = json!({ "params": [one] });
    let path = "/api/v1/obcluster/parameters";
    Request {
        makes: None,
        ..change(None, Method::Patch, path, Some(Body::Plain(body)), "")
    }
}

/// A name as a part of a path: the header seals the path byte for byte.
pub(super) fn segment(name: &str) -> String {
    name.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_stands_in_the_path_byte_for_byte() {
        let path = zone_stop("zone 1/中", false, &[]).path;
        assert_eq!(path, "/api/v1/ob/zone/zone%201%2F%E4%B8%AD/stop");
        assert_eq!(zone_delete("zone-1_a.b").path, "/api/v1/zone/zone-1_a.b");
    }

    #[test]
    fn the_flags_of_a_stop_exclude_each_other() {
        assert_eq!(StopMode::of(false, false), Some(StopMode::Service));
        assert_eq!(StopMode::of(true, true), None);
    }
}
