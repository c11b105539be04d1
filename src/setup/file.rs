//! The plan as a file. Every mistake is found, each with its line.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use indexmap::IndexMap;
use rust_i18n::t;
use toml::de::DeValue;

use super::{Plan, PlannedServer, after};
use crate::config::FileError;
use crate::config::reader::{Doc, Place, Section};
use crate::config::source::{self, Source};
use crate::fleet::Address;
use crate::fleet::forms;

/// The only version of the format so far.
const VERSION: i64 = 1;
/// Parameters that the agent sets itself and refuses (`api/obshell.md §4.2`).
const DENIED: [&str; 7] = [
    "cluster_id",
    "cluster",
    "rootPwd",
    "rootservice_list",
    "zone",
    "local_ip",
    "devname",
];

/// Whether the agent sets this parameter itself and refuses it from others.
#[must_use]
pub fn is_denied(parameter: &str) -> bool {
    DENIED.contains(&parameter)
}

/// Where the secrets of a plan come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Password of root@sys; `None` only with `allow_empty_root_password`.
    pub root: Option<Source>,
    /// Password of the user of `OBProxy`.
    pub proxyro: Option<Source>,
    /// Agent passwords that are already set, by agent.
    pub agents: IndexMap<Address, Source>,
    /// Agent password to set everywhere after init.
    pub after_agent: Option<Source>,
}

/// A plan and where its secrets come from.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanFile {
    /// What is to be.
    pub plan: Plan,
    /// Where the secrets come from.
    pub sources: Sources,
}

impl PlanFile {
    /// Reads a plan file.
    ///
    /// # Errors
    /// It cannot be read, or all its mistakes.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        let io = |error| FileError::io(path, error);
        let text = std::fs::read_to_string(path).map_err(io)?;
        let mode = std::fs::metadata(path).map_err(io)?.permissions().mode() & 0o7777;
        Self::parse(path, &text, Some(mode))
    }

    /// Reads a text as if it stood in this file with this mode.
    ///
    /// # Errors
    /// All its mistakes.
    pub fn parse(path: &Path, text: &str, mode: Option<u32>) -> Result<Self, FileError> {
        let doc = Doc::new(path, text);
        let table = doc.parse();
        let root = Section::root(&doc, &table);
        version(&root);
        let mut sources = Sources::default();
        let mut plan = Plan {
            observer: parameters(root.get("observer").as_ref()),
            zones: zones(&root),
            ..Plan::default()
        };
        cluster(&root, mode, &mut plan, &mut sources);
        plan.servers = servers(&root, mode, &mut sources);
        if let Some(after) = root.get("after").and_then(|place| place.section()) {
            sources.after_agent = secret(&after, "agent_password", mode);
            plan.proxies = after::proxies(&after, &plan, &sources);
            after.close();
        }
        root.close();
        let mistakes = doc.into_mistakes();
        if mistakes.is_empty() {
            Ok(Self { plan, sources })
        } else {
            Err(FileError::Mistakes(mistakes))
        }
    }
}

fn version(root: &Section) {
    match root.get("version") {
        None => root.missing("version", "1"),
        Some(place) if number(&place) == Some(VERSION) => {}
        Some(place) => place.wrong(&place.found(), "1"),
    }
}

fn cluster(root: &Section, mode: Option<u32>, plan: &mut Plan, sources: &mut Sources) {
    let Some(section) = root.get("cluster") else {
        return root.missing(
            "cluster",
            &t!("a table [cluster] with name, id and root_password"),
        );
    };
    let Some(section) = section.section() else {
        return;
    };
    match section.get("name") {
        None => section.missing("name", &t!("the name of the cluster")),
        Some(place) => {
            if let Some(name) = place.text() {
                if name.trim().is_empty() {
                    place.wrong(&place.found(), &t!("the name of the cluster"));
                }
                name.clone_into(&mut plan.name);
            }
        }
    }
    match section.get("id") {
        None => section.missing("id", &t!("a whole number above 0")),
        Some(place) => match number(&place).filter(|id| *id > 0) {
            Some(id) => plan.id = id,
            None => place.wrong(&place.found(), &t!("a whole number above 0")),
        },
    }
    let flag = |key| {
        section
            .get(key)
            .and_then(|place| place.flag())
            .unwrap_or(false)
    };
    let empty_allowed = flag("allow_empty_root_password");
    plan.import_script = flag("import_script");
    plan.create_proxyro_user = flag("create_proxyro_user");
    sources.root = secret(&section, "root_password", mode);
    if sources.root.is_none() && section.get("root_password").is_none() && !empty_allowed {
        section.missing(
            "root_password",
            &t!("{ env = \"NAME\" }, { prompt = true }, { command = [\"…\"] }, or allow_empty_root_password = true"),
        );
    }
    sources.proxyro = secret(&section, "proxyro_password", mode);
    if let Some(place) = section
        .get("proxyro_password")
        .filter(|_| !plan.create_proxyro_user)
    {
        place.wrong(
            &t!("a password for a user that is not made"),
            &t!("create_proxyro_user = true beside it"),
        );
    }
    plan.rs_list = section
        .get("rs_list")
        .and_then(|place| place.text())
        .map(str::to_owned);
    section.close();
}

fn zones(root: &Section) -> IndexMap<String, IndexMap<String, String>> {
    let mut zones = IndexMap::new();
    let Some(list) = root.get("zone").and_then(|place| place.list()) else {
        return zones;
    };
    for item in list {
        let Some(section) = item.section() else {
            continue;
        };
        let values = parameters(section.get("observer").as_ref());
        if let Some((name, place)) = zone_name(&section, "name")
            && zones.insert(name, values).is_some()
        {
            place.wrong(&place.found(), &t!("each zone once"));
        }
        section.close();
    }
    zones
}

fn servers(root: &Section, mode: Option<u32>, sources: &mut Sources) -> Vec<PlannedServer> {
    let Some(place) = root.get("server") else {
        root.missing(
            "server",
            &t!("a table [[server]] for each server; the first becomes the master"),
        );
        return Vec::new();
    };
    let mut servers: Vec<PlannedServer> = Vec::new();
    for item in place.list().unwrap_or_default() {
        let Some(section) = item.section() else {
            continue;
        };
        let agent = agent(&section);
        let zone = zone_name(&section, "zone");
        let observer = parameters(section.get("observer").as_ref());
        let password = secret(&section, "agent_password", mode);
        if let (Some((agent, place)), Some((zone, _))) = (agent, zone) {
            if servers.iter().any(|server| server.agent == agent) {
                place.wrong(&place.found(), &t!("each agent once"));
            }
            if let Some(password) = password {
                sources.agents.insert(agent.clone(), password);
            }
            servers.push(PlannedServer {
                agent,
                zone,
                observer,
            });
        }
        section.close();
    }
    servers
}

pub(super) fn agent<'d, 'a>(section: &Section<'d, 'a>) -> Option<(Address, Place<'d, 'a>)> {
    let Some(place) = section.get("agent") else {
        section.missing("agent", "\"10.0.0.5:2886\"");
        return None;
    };
    match place.text()?.parse() {
        Ok(address) => Some((address, place)),
        Err(error) => {
            let error: crate::fleet::AddressError = error;
            place.wrong(&format!("{} ({error})", place.found()), "\"10.0.0.5:2886\"");
            None
        }
    }
}

fn zone_name<'d, 'a>(
    section: &Section<'d, 'a>,
    key: &'static str,
) -> Option<(String, Place<'d, 'a>)> {
    let allowed = t!("a name of letters, digits, _ - and .");
    let Some(place) = section.get(key) else {
        section.missing(key, &allowed);
        return None;
    };
    let name = place.text()?;
    let checked = if name.is_empty() {
        Err(String::new())
    } else {
        forms::zone_name(name)
    };
    if checked.is_err() {
        place.wrong(&place.found(), &allowed);
        return None;
    }
    Some((name.to_owned(), place))
}

/// Parameters are texts on the wire, also the numbers among them.
pub(super) fn parameters(place: Option<&Place>) -> IndexMap<String, String> {
    let Some(section) = place.and_then(Place::section) else {
        return IndexMap::new();
    };
    let mut found: Vec<(usize, String, String)> = Vec::new();
    for (name, place) in section.entries() {
        if DENIED.contains(&name) {
            place.wrong(
                &t!("a parameter that the agent sets itself"),
                &t!("any other parameter"),
            );
            continue;
        }
        let value = match place.value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => place.found(),
            _ => {
                place.wrong(&place.found(), &t!("a text in quotes"));
                continue;
            }
        };
        found.push((place.line, name.to_owned(), value));
    }
    found.sort_by_key(|(line, ..)| *line);
    found
        .into_iter()
        .map(|(_, name, value)| (name, value))
        .collect()
}

fn secret(section: &Section, key: &'static str, mode: Option<u32>) -> Option<Source> {
    source::read(&section.get(key)?, mode)
}

pub(super) fn number(place: &Place) -> Option<i64> {
    match place.value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
version = 1
[cluster]
name = "prod"
id = 1
root_password = { env = "OB_ROOT_PASSWORD" }
create_proxyro_user = true
proxyro_password = { env = "PROXYRO_PASSWORD" }

[observer]
memory_limit = "16G"
cpu_count = 8

[[zone]]
name = "zone1"
observer = { cpu_count = "16" }

[[server]]
agent = "10.0.0.5:2886"
zone = "zone1"
[server.observer]
mysql_port = "2881"

[[server]]
agent = "10.0.0.6"
zone = "zone2"

[after]
agent_password = { prompt = true }
"#;

    fn read(text: &str) -> Result<PlanFile, Vec<String>> {
        PlanFile::parse(Path::new("plan.toml"), text, Some(0o644))
            .map_err(|error| error.to_string().lines().map(str::to_owned).collect())
    }

    #[test]
    fn reads_a_plan() {
        let file = read(GOOD).unwrap();
        assert_eq!((file.plan.name.as_str(), file.plan.id), ("prod", 1));
        assert_eq!(
            file.plan.observer.get("cpu_count").map(String::as_str),
            Some("8")
        );
        assert_eq!(
            file.plan.observer.keys().collect::<Vec<_>>(),
            ["memory_limit", "cpu_count"]
        );
        assert_eq!(file.plan.servers[1].agent.to_string(), "10.0.0.6:2886");
        assert_eq!(
            file.sources.root,
            Some(Source::Env("OB_ROOT_PASSWORD".to_owned()))
        );
        assert_eq!(file.sources.after_agent, Some(Source::Prompt));
    }

    #[test]
    fn ten_mistakes_get_ten_lines() {
        let bad = r#"
version = 2
colour = "red"
[cluster]
name = ""
id = 0
proxyro_password = "clear"
rs_list = 7
[observer]
zone = "zone9"
memory_limit = []
[[zone]]
name = "a b"
[[server]]
agent = "10.0.0.5:0"
zone = "zone1"
[[server]]
zone = "zone2"
"#;
        let lines = read(bad).unwrap_err();
        for (line, part) in [
            (2, "version"),
            (3, "an unknown key"),
            (4, "root_password"),
            (5, "cluster.name"),
            (6, "a whole number above 0"),
            (7, "chmod 600"),
            (8, "rs_list"),
            (10, "sets itself"),
            (11, "memory_limit"),
            (13, "letters, digits"),
            (15, "not a port"),
            (17, "agent"),
        ] {
            let place = format!("plan.toml:{line}:");
            assert!(
                lines
                    .iter()
                    .any(|one| one.starts_with(&place) && one.contains(part)),
                "no {part} at line {line} in {lines:#?}"
            );
        }
        assert!(!lines.join("\n").contains("clear"), "a secret was shown");
    }
}
