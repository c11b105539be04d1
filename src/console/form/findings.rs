//! What the probes of a form's agents found. It is shown and it warns; only
//! the server refuses.

use rust_i18n::t;

use super::FormScreen;
use crate::console::data::Data;
use crate::console::notice::Level;
use crate::fleet::address::Address;
use crate::fleet::cluster::Agent;
use crate::link::Ask;

/// Clocks further apart than this are worth a word (`api/obshell.md §10.1`).
const CLOCK_MS: i64 = 5_000;

/// A sentence beside a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How good it is.
    pub level: Level,
    /// What was found.
    pub text: String,
}

fn finding(level: Level, text: impl Into<String>) -> Finding {
    Finding {
        level,
        text: text.into(),
    }
}

/// What is known of the agent in a field, or follows from it for this field.
#[must_use]
pub fn findings(screen: &FormScreen, data: &Data, index: usize) -> Vec<Finding> {
    let Some(field) = screen.form().fields.get(index) else {
        return Vec::new();
    };
    let agent_of = |name: &str| {
        let index = screen.form().fields.iter().position(|f| f.name == name)?;
        Some(&data.probe(&screen.address(index)?)?.agent)
    };
    let own = address_of(screen, "agent").is_some()
        && address_of(screen, "agent") == address_of(screen, "master");
    match (screen.form().name, field.name) {
        ("join", "agent") => of_agent(screen, data, index, "SINGLE"),
        ("scale-out", "agentInfo") => {
            let mut found = of_agent(screen, data, index, "SINGLE");
            let members = data.cluster().map(|cluster| &cluster.agents);
            let member = members.and_then(|agents| agents.iter().find(|agent| agent.reachable));
            if let (Some(agent), Some(member)) = (agent_of("agentInfo"), member) {
                found.push(versions(agent, member));
                if agent.secured == Some(true) {
                    let text = t!("an agent password is set on it: name it below");
                    found.push(finding(Level::Warning, text));
                }
            }
            found
        }
        ("join", "master") if own => match agent_of("agent") {
            Some(_) => vec![finding(Level::Info, t!("itself: becomes the first master"))],
            None => Vec::new(),
        },
        ("join", "master") => {
            let mut found = of_agent(screen, data, index, "MASTER");
            if let (Some(agent), Some(master)) = (agent_of("agent"), agent_of("master")) {
                found.push(versions(agent, master));
            }
            found
        }
        ("join", "master_password") => password(agent_of("master").filter(|_| !own)),
        ("join" | "scale-out", "zone") | (_, "zone_name") => zones(data),
        (_, "master") => of_agent(screen, data, index, "MASTER"),
        (_, "scope.target") => targets(screen, data),
        (_, "forcePassDag.id") => leftovers(data),
        _ => of_agent(screen, data, index, ""),
    }
}

fn address_of(screen: &FormScreen, name: &str) -> Option<Address> {
    let index = screen.form().fields.iter().position(|f| f.name == name)?;
    screen.address(index)
}

fn of_agent(screen: &FormScreen, data: &Data, index: usize, wanted: &str) -> Vec<Finding> {
    let Some(address) = screen.address(index) else {
        return Vec::new();
    };
    let Some(known) = data.known(&Ask::Probe(address.clone())) else {
        return Vec::new();
    };
    if let Some(error) = &known.error {
        return vec![finding(Level::Warning, error.to_string())];
    }
    let Some(probe) = data.probe(&address) else {
        return Vec::new();
    };
    let agent = &probe.agent;
    let says = t!(
        "answers, %{identity}, obshell %{version}",
        identity = agent.identity,
        version = agent.version
    );
    let fits = wanted.is_empty() || agent.identity == wanted;
    let mut found = vec![if fits {
        finding(Level::Good, says)
    } else {
        let wants = t!("%{says}; must be %{wanted}", says = says, wanted = wanted);
        finding(Level::Warning, wants)
    }];
    if agent.under_maintenance {
        found.push(finding(
            Level::Warning,
            t!("under maintenance: a task holds it"),
        ));
    }
    if probe.clock_ahead_ms.abs() > CLOCK_MS {
        let seconds = probe.clock_ahead_ms.abs() / 1000;
        let text = if probe.clock_ahead_ms > 0 {
            t!("its clock is %{n} s ahead", n = seconds)
        } else {
            t!("its clock is %{n} s behind", n = seconds)
        };
        found.push(finding(Level::Warning, text));
    }
    found
}

fn versions(agent: &Agent, master: &Agent) -> Finding {
    if agent.version != master.version {
        let text = t!(
            "obshell differs: %{a} joins %{b}",
            a = agent.version,
            b = master.version
        );
        finding(Level::Warning, text)
    } else if agent.ob_version != master.ob_version {
        let text = t!(
            "OceanBase differs: %{a} joins %{b}",
            a = agent.ob_version,
            b = master.ob_version
        );
        finding(Level::Warning, text)
    } else {
        finding(Level::Good, t!("same versions"))
    }
}

/// What a scope can name: zones, or servers by their agents.
fn targets(screen: &FormScreen, data: &Data) -> Vec<Finding> {
    let given = screen.given();
    let scope = given.get("scope.type").and_then(|entry| entry.text());
    match scope {
        Some("ZONE") => zones(data),
        Some("SERVER") => {
            let agents = data
                .cluster()
                .into_iter()
                .flat_map(|cluster| &cluster.agents);
            let names: Vec<_> = agents.map(|agent| agent.address.to_string()).collect();
            if names.is_empty() {
                return Vec::new();
            }
            let text = t!("Agents: %{agents}", agents = names.join(", "));
            vec![finding(Level::Info, text)]
        }
        _ => Vec::new(),
    }
}

/// Earlier starts and stops that would make this one fail.
fn leftovers(data: &Data) -> Vec<Finding> {
    let left = crate::fleet::forms::leftovers(data.tasks());
    if left.is_empty() {
        return Vec::new();
    }
    let ids: Vec<_> = left.iter().map(|id| id.0.as_str()).collect();
    let text = t!(
        "still hold the agents, and this fails unless they are passed: %{ids}",
        ids = ids.join(",")
    );
    vec![finding(Level::Warning, text)]
}

fn zones(data: &Data) -> Vec<Finding> {
    let Some(cluster) = data.cluster() else {
        return Vec::new();
    };
    let names: Vec<_> = crate::console::panes::zone_views(cluster)
        .iter()
        .map(|view| view.name.to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    vec![finding(
        Level::Info,
        t!("Zones so far: %{zones}", zones = names.join(", ")),
    )]
}

fn password(master: Option<&Agent>) -> Vec<Finding> {
    match master.and_then(|master| master.secured) {
        Some(true) => vec![finding(
            Level::Warning,
            t!("needed: an agent password is set on the master"),
        )],
        Some(false) => vec![finding(Level::Info, t!("not needed: none is set there"))],
        None => Vec::new(),
    }
}
