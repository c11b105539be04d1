//! The ports that a plan takes: out of range, twice, or in use already.

use std::collections::{BTreeMap, BTreeSet};

use rust_i18n::t;

use super::{Finding, Findings, Weight};
use crate::fleet::Address;
use crate::setup::{Plan, PlannedProxy, PlannedServer};

/// Observer parameters that hold ports, with their defaults (`api/obshell.md §7.3`).
const OBSERVER: [(&str, u16); 2] = [("mysql_port", 2881), ("rpc_port", 2882)];
/// Ports of an `OBProxy`: the parameter that stands for an absent one, and the
/// default (`api/obshell.md §4.5`).
const PROXY: [(&str, &str, u16); 3] = [
    ("OBProxy sql_port", "listen_port", 2883),
    ("OBProxy exporter_port", "prometheus_listen_port", 2884),
    ("OBProxy rpc_port", "rpc_listen_port", 2885),
];
/// The agent hands ports outside of this to nobody.
const RANGE: std::ops::RangeInclusive<u32> = 1025..=65535;

/// A port that the plan takes.
struct Port<'a> {
    agent: &'a Address,
    name: &'static str,
    number: Result<u16, String>,
}

fn number(text: &str) -> Result<u16, String> {
    let port = text.parse::<u32>().ok().filter(|port| RANGE.contains(port));
    port.and_then(|port| u16::try_from(port).ok())
        .ok_or_else(|| text.to_owned())
}

fn of_server<'a>(plan: &'a Plan, server: &'a PlannedServer) -> impl Iterator<Item = Port<'a>> {
    let agent = &server.agent;
    let own = Port {
        agent,
        name: "agent",
        number: Ok(agent.port),
    };
    let observer = OBSERVER.into_iter().map(move |(name, usual)| Port {
        agent,
        name,
        number: plan.parameter(server, name).map_or(Ok(usual), number),
    });
    std::iter::once(own).chain(observer)
}

fn of_proxy(planned: &PlannedProxy) -> impl Iterator<Item = Port<'_>> {
    let given = planned.proxy.ports.iter();
    PROXY
        .into_iter()
        .zip(given)
        .map(|((name, parameter, usual), given)| Port {
            agent: &planned.agent,
            name,
            number: match (given, planned.proxy.parameters.get(parameter)) {
                (Some(port), _) => number(&port.to_string()),
                (None, Some(text)) => number(text),
                (None, None) => Ok(usual),
            },
        })
}

fn all(plan: &Plan) -> Vec<Port<'_>> {
    let servers = plan
        .servers
        .iter()
        .flat_map(|server| of_server(plan, server));
    servers
        .chain(plan.proxies.iter().flat_map(of_proxy))
        .collect()
}

/// Ports out of range, and ports that two want on one host.
pub(super) fn collide(plan: &Plan, findings: &mut Findings) {
    let mut hosts: BTreeMap<(&str, u16), Vec<Port>> = BTreeMap::new();
    for port in all(plan) {
        match &port.number {
            Ok(number) => hosts
                .entry((&port.agent.host, *number))
                .or_default()
                .push(port),
            Err(text) => findings.add(
                Weight::Blocks,
                Some(port.agent),
                t!(
                    "%{key} = %{value}: a port is a number from 1025 to 65535",
                    key = port.name,
                    value = text
                ),
            ),
        }
    }
    for ((_, number), users) in hosts {
        let Some((first, others)) = users.split_first() else {
            continue;
        };
        for other in others {
            // The same agent twice is a finding of its own.
            if other.agent == first.agent && other.name == first.name {
                continue;
            }
            let sentence = if other.agent == first.agent {
                t!(
                    "%{a} and %{b} are both port %{port}",
                    a = first.name,
                    b = other.name,
                    port = number
                )
            } else {
                t!(
                    "%{key} %{port} is taken by %{other} on the same host",
                    key = other.name,
                    port = number,
                    other = first.agent
                )
            };
            findings.add(Weight::Blocks, Some(other.agent), sentence);
        }
    }
}

/// Where nobody may listen yet when a setup begins: every port of the plan but
/// the agents' own.
#[must_use]
pub fn doors(plan: &Plan) -> BTreeSet<Address> {
    all(plan)
        .into_iter()
        .filter(|port| port.name != "agent")
        .filter_map(|port| Some(Address::new(&port.agent.host, port.number.ok()?)))
        .collect()
}

/// Ports where somebody `listens` already.
#[must_use]
pub fn taken(plan: &Plan, listens: &BTreeSet<Address>) -> Vec<Finding> {
    let mut findings = Findings::default();
    for port in all(plan).into_iter().filter(|port| port.name != "agent") {
        let Ok(number) = port.number else { continue };
        if listens.contains(&Address::new(&port.agent.host, number)) {
            let sentence = t!(
                "%{key} %{port}: somebody listens there already",
                key = port.name,
                port = number
            );
            findings.add(Weight::Warns, Some(port.agent), sentence);
        }
    }
    findings.0
}

/// Every port of one agent, for a shell line.
pub(super) fn numbers(plan: &Plan) -> BTreeSet<u16> {
    let ports = all(plan).into_iter();
    ports.filter_map(|port| port.number.ok()).collect()
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::fleet::change::NewProxy;

    fn server(host: &str, port: u16, ports: &[(&str, &str)]) -> PlannedServer {
        PlannedServer {
            agent: Address::new(host, port),
            zone: "zone1".to_owned(),
            observer: ports
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    fn said(plan: &Plan) -> Vec<String> {
        let mut findings = Findings::default();
        collide(plan, &mut findings);
        findings.0.into_iter().map(|one| one.sentence).collect()
    }

    #[test]
    fn whoever_wants_a_port_of_a_host_twice_is_named() {
        let mut plan = Plan {
            servers: vec![
                server("10.0.0.5", 2886, &[("mysql_port", "3000")]),
                server("10.0.0.5", 2887, &[("rpc_port", "3000")]),
                server("10.0.0.6", 2881, &[]),
                server(
                    "10.0.0.7",
                    2886,
                    &[("mysql_port", "1024"), ("rpc_port", "x")],
                ),
            ],
            ..Plan::default()
        };
        assert_eq!(
            said(&plan),
            [
                "mysql_port = 1024: a port is a number from 1025 to 65535",
                "rpc_port = x: a port is a number from 1025 to 65535",
                "rpc_port 3000 is taken by 10.0.0.5:2886 on the same host",
                "agent and mysql_port are both port 2881",
            ]
        );
        plan.servers = vec![server("10.0.0.5", 2886, &[("mysql_port", "2884")])];
        plan.proxies = vec![PlannedProxy {
            agent: Address::new("10.0.0.5", 2886),
            proxy: NewProxy {
                ports: [Some(2882), None, None],
                parameters: IndexMap::from([("rpc_listen_port".to_owned(), "80".to_owned())]),
                ..NewProxy::default()
            },
        }];
        assert_eq!(
            said(&plan),
            [
                "OBProxy rpc_port = 80: a port is a number from 1025 to 65535",
                "rpc_port and OBProxy sql_port are both port 2882",
                "mysql_port and OBProxy exporter_port are both port 2884",
            ]
        );
    }

    #[test]
    fn a_port_in_use_warns() {
        let plan = Plan {
            servers: vec![server("10.0.0.5", 2886, &[])],
            ..Plan::default()
        };
        let at = |port| Address::new("10.0.0.5", port);
        assert_eq!(doors(&plan), [at(2881), at(2882)].into());
        let found = taken(&plan, &[at(2882), at(2886)].into());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].weight, Weight::Warns);
        assert!(found[0].sentence.contains("rpc_port 2882"), "{found:?}");
    }
}
