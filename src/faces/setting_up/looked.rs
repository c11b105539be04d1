//! What the agents of a plan say before anything is sent, and what follows.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::PlanCrew;
use crate::faces::out;
use crate::fleet::Address;
use crate::fleet::host::HostInfo;
use crate::link::{Ask, Picture, doors};
use crate::setup::engine::Crew;
use crate::setup::findings::{self, Finding, Probed, Weight};
use crate::setup::journal::Journal;
use crate::setup::{Plan, Sources};

/// What was seen.
pub struct Looked {
    /// Who answers, and how exactly its clock was read.
    pub probed: BTreeMap<Address, (Probed, i64)>,
    hosts: BTreeMap<Address, HostInfo>,
    listens: BTreeSet<Address>,
    members: Option<BTreeSet<Address>>,
}

impl Looked {
    /// Asks every agent. `begun`: the observers may run already, and hosts and
    /// ports say nothing any more.
    pub async fn at(crew: &PlanCrew, plan: &Plan, begun: bool) -> Self {
        let agents = plan.servers.iter().map(|server| &server.agent);
        let answers = join_all(agents.clone().map(|agent| probe(crew, agent))).await;
        let probed: BTreeMap<_, _> = agents.clone().cloned().zip(answers).collect();
        let mut looked = Self {
            probed,
            hosts: BTreeMap::new(),
            listens: BTreeSet::new(),
            members: None,
        };
        if begun {
            looked.members = looked.members(crew, plan).await;
            return looked;
        }
        let hosts = join_all(agents.clone().map(|agent| host(crew, agent))).await;
        let hosts = agents.cloned().zip(hosts);
        looked.hosts = hosts
            .filter_map(|(agent, host)| Some((agent, host?)))
            .collect();
        looked.listens = doors::listening(findings::doors(plan)).await;
        looked
    }

    fn identity(&self, agent: &Address) -> Option<&str> {
        let (probe, _) = self.probed.get(agent)?;
        Some(probe.as_ref().ok()?.agent.identity.as_str())
    }

    /// Whether one of them is in a running cluster.
    pub fn is_running(&self) -> bool {
        let mut agents = self.probed.keys();
        agents.any(|agent| self.identity(agent) == Some("CLUSTER AGENT"))
    }

    /// The agents that the master knows, before init.
    async fn members(&self, crew: &PlanCrew, plan: &Plan) -> Option<BTreeSet<Address>> {
        let master = plan.master()?;
        if self.identity(master) != Some("MASTER") {
            return None;
        }
        let asked = crew.backend(master).ask(&Ask::Cluster).await.ok()?;
        let Picture::Cluster(cluster) = asked.picture else {
            return None;
        };
        let agents = cluster.agents.into_iter().map(|agent| agent.address);
        Some(agents.collect())
    }

    /// Agents that no request leads any further, each with its cure.
    pub fn dead_ends(&self, plan: &Plan, journal: &Journal) -> Vec<Finding> {
        findings::dead_ends(plan, &self.probed, journal, self.members.as_ref())
    }

    /// Everything that is wrong or may be, the blocking ones first.
    pub fn findings(&self, plan: &Plan, sources: &Sources, journal: &Journal) -> Vec<Finding> {
        let begun = !journal.is_empty();
        let mut found = findings::find(plan, &self.probed, begun);
        if !begun {
            let given = |agent: &Address| sources.agents.contains_key(agent);
            found.extend(findings::passwords(plan, &self.probed, given));
        }
        found.extend(findings::hosts(plan, &self.hosts));
        found.extend(findings::taken(plan, &self.listens));
        found.extend(self.dead_ends(plan, journal));
        found.sort_by_key(|finding| finding.weight);
        found
    }
}

async fn probe(crew: &PlanCrew, agent: &Address) -> (Probed, i64) {
    match crew.backend(agent).ask(&Ask::Probe(agent.clone())).await {
        Ok(asked) => match asked.picture {
            Picture::Probe(probe) => (Ok(*probe), asked.took.as_millis() as i64 / 2),
            _ => (Err("it answered another question".to_owned()), 0),
        },
        Err(error) => (Err(error.to_string()), 0),
    }
}

/// A host that does not tell is found out about by hand.
async fn host(crew: &PlanCrew, agent: &Address) -> Option<HostInfo> {
    match crew.backend(agent).ask(&Ask::Host(agent.clone())).await {
        Ok(asked) => match asked.picture {
            Picture::Host(host) => Some(*host),
            _ => None,
        },
        Err(error) => {
            tracing::info!("the host of {agent}: {error}");
            None
        }
    }
}

/// Says them, a line each.
pub fn say(found: &[Finding]) {
    for finding in found {
        let mark = match finding.weight {
            Weight::Blocks => "✗",
            Weight::Warns => "⚠",
        };
        let place = finding.agent.as_ref().map(|agent| format!("{agent}: "));
        let place = place.unwrap_or_default();
        out::note(&format!("{mark} {place}{}", finding.sentence));
    }
}

/// What no agent tells, with the line for a shell on each host.
pub fn say_by_hand(plan: &Plan) {
    out::note("what no agent tells; on each host:");
    for (what, line) in findings::by_hand(plan) {
        out::note(&format!("  {what}: {line}"));
    }
}
