//! What the agents' own answers tell.

use std::collections::BTreeMap;

use rust_i18n::t;

use super::{Finding, Findings, Probed, Weight};
use crate::base::words;
use crate::fleet::Address;
use crate::setup::{Plan, PlannedServer};

/// Bootstrap fails with clocks further apart than this.
pub const CLOCK_LIMIT_MS: i64 = 50;

pub(super) fn agents(
    plan: &Plan,
    probed: &BTreeMap<Address, (Probed, i64)>,
    begun: bool,
    findings: &mut Findings,
) {
    let known = |server: &PlannedServer| probed.get(&server.agent).map(|(probed, _)| probed);
    let first = plan
        .servers
        .iter()
        .find_map(|server| known(server)?.as_ref().ok());
    for server in &plan.servers {
        let agent = Some(&server.agent);
        match known(server) {
            None => {}
            Some(Err(reason)) => {
                findings.add(
                    Weight::Blocks,
                    agent,
                    t!("does not answer: %{reason}", reason = reason),
                );
            }
            Some(Ok(probe)) => {
                if !begun && probe.agent.identity != "SINGLE" {
                    let sentence = t!(
                        "is %{identity} already: only a SINGLE agent can join",
                        identity = probe.agent.identity
                    );
                    findings.add(Weight::Blocks, agent, sentence);
                }
                if !begun && probe.agent.under_maintenance {
                    findings.add(
                        Weight::Warns,
                        agent,
                        t!("a task holds it: wait for its end"),
                    );
                }
                let Some(first) = first else { continue };
                if probe.agent.version != first.agent.version {
                    let sentence = t!(
                        "obshell %{a} here, %{b} on %{first}: a join wants the same version and release",
                        a = probe.agent.version,
                        b = first.agent.version,
                        first = first.agent.address
                    );
                    findings.add(Weight::Blocks, agent, sentence);
                }
                if probe.architecture != first.architecture {
                    let sentence = t!(
                        "%{a} here, %{b} on %{first}: one cluster wants one architecture",
                        a = probe.architecture,
                        b = first.architecture,
                        first = first.agent.address
                    );
                    findings.add(Weight::Warns, agent, sentence);
                }
                if probe.agent.ob_version != first.agent.ob_version {
                    let sentence = t!(
                        "OceanBase %{a} here, %{b} on %{first}",
                        a = probe.agent.ob_version,
                        b = first.agent.ob_version,
                        first = first.agent.address
                    );
                    findings.add(Weight::Blocks, agent, sentence);
                }
            }
        }
    }
}

/// Agents that want an agent password: without it nothing can be asked of them,
/// and on a master it locks the followers out until init (`api/obshell.md §14.2`).
/// `given`: whether it is known.
#[must_use]
pub fn passwords(
    plan: &Plan,
    probed: &BTreeMap<Address, (Probed, i64)>,
    given: impl Fn(&Address) -> bool,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    for server in &plan.servers {
        let Some((Ok(probe), _)) = probed.get(&server.agent) else {
            continue;
        };
        if probe.agent.secured != Some(true) {
            continue;
        }
        let agent = Some(&server.agent);
        if !given(&server.agent) {
            let sentence = t!("an agent password is set on it, and the plan does not name it");
            findings.add(Weight::Blocks, agent, sentence);
        } else if plan.master() == agent {
            let sentence = t!(
                "an agent password is set on the master: until init its followers answer nobody"
            );
            findings.add(Weight::Warns, agent, sentence);
        }
    }
    findings.0
}

pub(super) fn clocks(probed: &BTreeMap<Address, (Probed, i64)>, findings: &mut Findings) {
    let clocks = probed.iter().filter_map(|(address, (probe, error))| {
        Some((address, probe.as_ref().ok()?.clock_ahead_ms, *error))
    });
    let Some(slow) = clocks.clone().min_by_key(|(_, ahead, _)| *ahead) else {
        return;
    };
    let Some(fast) = clocks.max_by_key(|(_, ahead, _)| *ahead) else {
        return;
    };
    let apart = fast.1 - slow.1;
    if apart - fast.2 - slow.2 > CLOCK_LIMIT_MS {
        findings.add(
            Weight::Warns,
            Some(fast.0),
            t!(
                "its clock is %{apart} ahead of %{other}'s: init fails above 50 ms",
                apart = words::duration(apart),
                other = slow.0
            ),
        );
    }
}
