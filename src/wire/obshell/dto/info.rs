//! What an agent says of itself: `info`, `secret`, `status`, `agents/status`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::shape::{flag, list, number, object, port, text, wrong};
use super::task::address;
use crate::fleet::Address;
use crate::fleet::cluster::Agent;
use crate::wire::clean;
use crate::wire::obshell::envelope::Garbled;
use crate::wire::obshell::seal::{Dialect, Scheme};

/// `GET /api/v1/info` (`api/obshell.md §2.2`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The agent as plain data.
    pub agent: Agent,
    /// Its home directory.
    pub home: String,
    /// `x86_64` or `aarch64`.
    pub architecture: String,
    /// When its process started, by its own clock.
    pub started_at: Option<Timestamp>,
    /// `["v2"]`; `None` before 4.2.4.
    pub supported_auth: Option<Vec<String>>,
}

impl Info {
    /// How this agent wants to be talked to (§2.11, §16).
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        let version = version(&self.agent.version);
        let v2 = match &self.supported_auth {
            Some(known) => known.iter().any(|name| name == "v2"),
            // An agent that hides its version is newer rather than older.
            None => version.is_none_or(|version| version >= [4, 2, 3, 0]),
        };
        Dialect {
            scheme: if v2 { Scheme::V2 } else { Scheme::V1 },
            seals_root_password: version.is_some_and(|version| version < [4, 2, 4, 0]),
        }
    }

    /// Whether it is too old to know of login sessions (§2.10).
    #[must_use]
    pub fn predates_sessions(&self) -> bool {
        version(&self.agent.version).is_some_and(|version| version < [4, 4, 0, 0])
    }
}

/// The first four numbers of `4.2.3.0-1`.
fn version(text: &str) -> Option<[u32; 4]> {
    let mut parts = text.split(['-', '_']).next()?.split('.');
    let mut numbers = [0; 4];
    for (at, number) in numbers.iter_mut().enumerate() {
        match parts.next() {
            Some(part) => *number = part.parse().ok()?,
            None if at > 0 => {}
            None => return None,
        }
    }
    Some(numbers)
}

/// `GET /api/v1/secret`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// Who the agent says it is.
    pub address: Option<Address>,
    /// Base64 of its public key.
    pub public_key: String,
}

/// One status object of `status` and `agents/status` (§4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentStatus {
    /// Where it answers.
    pub address: Address,
    /// Its role.
    pub identity: String,
    /// Its version.
    pub version: String,
    /// Agent state 0–4.
    pub state: Option<i64>,
    /// Observer state 0–3.
    pub ob_state: Option<i64>,
    /// SQL port of its observer, where known.
    pub sql_port: Option<u16>,
    /// Whether a maintenance DAG holds it.
    pub under_maintenance: bool,
}

/// Reads `data` of `info`.
pub fn info(data: Value) -> Result<Info, Garbled> {
    let map = object(data, "data")?;
    let at = address(&map).ok_or_else(|| no_address("data", &map))?;
    let supported_auth = match map.get("supportedAuth") {
        None | Some(Value::Null) => None,
        Some(known) => Some(
            list(known.clone(), "data.supportedAuth")?
                .iter()
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect(),
        ),
    };
    Ok(Info {
        agent: Agent {
            address: at,
            identity: text(&map, "identity", "data")?,
            zone: text(&map, "zone", "data")?,
            version: text(&map, "version", "data")?,
            ob_version: text(&map, "obVersion", "data")?,
            state: number(&map, "state", "data")?,
            ob_state: None,
            under_maintenance: false,
            has_proxy: flag(&map, "isObproxyAgent"),
            secured: flag(&map, "security"),
            reachable: true,
        },
        home: text(&map, "homePath", "data")?,
        architecture: text(&map, "architecture", "data")?,
        started_at: number(&map, "startAt", "data")?
            .and_then(|at: i64| Timestamp::from_nanosecond(at.into()).ok()),
        supported_auth,
    })
}

/// Reads `data` of `secret`.
pub fn secret(data: Value) -> Result<Secrets, Garbled> {
    let map = object(data, "data")?;
    match map.get("public_key") {
        Some(Value::String(key)) => Ok(Secrets {
            address: address(&map),
            public_key: key.clone(),
        }),
        other => Err(wrong(
            "data.public_key",
            other.unwrap_or(&Value::Null),
            "a string",
        )),
    }
}

/// Reads `data` of `status`.
pub fn status(data: Value) -> Result<AgentStatus, Garbled> {
    one(data, "data", None)
}

/// Reads `data` of `agents/status`; who does not answer is not in it.
pub fn statuses(data: Value) -> Result<Vec<AgentStatus>, Garbled> {
    if data.is_null() {
        return Ok(Vec::new());
    }
    let all = object(data, "data")?;
    let mut statuses = Vec::with_capacity(all.len());
    for (key, value) in all {
        let path = format!("data[\"{}\"]", clean::line(&key));
        if value.is_null() {
            continue;
        }
        statuses.push(one(value, &path, key.parse().ok())?);
    }
    statuses.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(statuses)
}

fn one(value: Value, path: &str, key: Option<Address>) -> Result<AgentStatus, Garbled> {
    let map = object(value, path)?;
    let agent = match map.get("agent") {
        Some(Value::Object(agent)) => agent.clone(),
        _ => Map::new(),
    };
    Ok(AgentStatus {
        address: key
            .or_else(|| address(&agent))
            .ok_or_else(|| no_address(&format!("{path}.agent"), &agent))?,
        identity: text(&agent, "identity", path)?,
        version: text(&map, "version", path)?,
        state: number(&map, "state", path)?,
        ob_state: number(&map, "obState", path)?,
        sql_port: port(&map, "sqlPort"),
        under_maintenance: flag(&map, "underMaintenance").unwrap_or(false),
    })
}

fn no_address(path: &str, map: &Map<String, Value>) -> Garbled {
    let (key, value) = match map.get("ip") {
        Some(Value::String(ip)) if !ip.is_empty() => ("port", map.get("port")),
        ip => ("ip", ip),
    };
    wrong(
        &format!("{path}.{key}"),
        value.unwrap_or(&Value::Null),
        "the address of an agent",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn chooses_the_dialect_as_the_clients_do() {
        let dialect = |version: &str, auth: Value| {
            info(json!({"ip": "10.0.0.1", "port": 2886, "version": version, "supportedAuth": auth}))
                .unwrap()
                .dialect()
        };
        let v1 = dialect("4.2.2.0-1", Value::Null);
        assert_eq!((v1.scheme, v1.seals_root_password), (Scheme::V1, true));
        let old = dialect("4.2.3.0-1", Value::Null);
        assert_eq!((old.scheme, old.seals_root_password), (Scheme::V2, true));
        let new = dialect("4.5.0.0-1", json!(["v2"]));
        assert_eq!((new.scheme, new.seals_root_password), (Scheme::V2, false));
        assert_eq!(dialect("unknown", Value::Null).scheme, Scheme::V2);
    }

    #[test]
    fn a_missing_address_is_named() {
        let error = info(json!({"ip": "10.0.0.1", "port": "x"})).unwrap_err();
        assert_eq!(
            error.to_string(),
            "data.port is a string, not the address of an agent"
        );
    }
}
