//! What a plan wants done after init: `[after]` of its file.

use rust_i18n::t;
use toml::de::DeValue;

use super::file::{agent, number, parameters};
use super::{Plan, PlannedProxy, Sources};
use crate::config::reader::{Place, Section};
use crate::fleet::change::NewProxy;

/// The ports of an `OBProxy`, in the order of [`NewProxy::ports`].
pub(super) const PORTS: [&str; 3] = ["sql_port", "exporter_port", "rpc_port"];
/// The agent hands ports outside of this to nobody.
const PORT_RANGE: std::ops::RangeInclusive<i64> = 1025..=65535;

/// `obproxy`: one table, or a list of them.
pub(super) fn proxies(after: &Section, plan: &Plan, sources: &Sources) -> Vec<PlannedProxy> {
    let Some(place) = after.get("obproxy") else {
        return Vec::new();
    };
    let items = match place.value {
        DeValue::Table(_) => vec![place],
        _ => place.list().unwrap_or_default(),
    };
    let mut found: Vec<PlannedProxy> = Vec::new();
    for item in items {
        let Some(section) = item.section() else {
            continue;
        };
        if let Some(planned) = one(&section, &item, plan, sources) {
            if found.iter().any(|other| other.agent == planned.agent) {
                item.wrong(&planned.agent.to_string(), &t!("one OBProxy an agent"));
            }
            found.push(planned);
        }
        section.close();
    }
    found
}

fn one(section: &Section, item: &Place, plan: &Plan, sources: &Sources) -> Option<PlannedProxy> {
    let agent = match section.get("agent") {
        Some(_) => {
            let (agent, place) = agent(section)?;
            if !plan.servers.iter().any(|server| server.agent == agent) {
                place.wrong(&place.found(), &t!("an agent of the plan"));
            }
            agent
        }
        None => plan.master()?.clone(),
    };
    if sources.after_agent.is_none() && !sources.agents.contains_key(&agent) {
        item.wrong(
            &t!("an agent without a password"),
            &t!("after.agent_password beside it: an agent without one manages no OBProxy"),
        );
    }
    let words = |key| {
        section
            .get(key)
            .and_then(|place| place.text())
            .map(str::to_owned)
    };
    let mut proxy = NewProxy {
        name: words("name"),
        rs_list: words("rs_list"),
        config_url: words("config_url"),
        parameters: parameters(section.get("parameters").as_ref()),
        ..NewProxy::default()
    };
    match section.get("home_path") {
        None => section.missing("home_path", &t!("its directory on that host")),
        Some(place) => {
            let home = place.text()?;
            if !home.starts_with('/') {
                place.wrong(&place.found(), &t!("a path from / on"));
            }
            home.clone_into(&mut proxy.home_path);
        }
    }
    for (key, port) in PORTS.into_iter().zip(&mut proxy.ports) {
        if let Some(place) = section.get(key) {
            *port = number(&place).filter(|port| PORT_RANGE.contains(port));
            if port.is_none() {
                place.wrong(&place.found(), &t!("a port from 1025 to 65535"));
            }
        }
    }
    if let (Some(_), Some(place)) = (&proxy.rs_list, section.get("config_url")) {
        place.wrong(&place.found(), &t!("rs_list or config_url, not both"));
    }
    Some(PlannedProxy { agent, proxy })
}
