//! Dead ends that no request leads out of (`api/obshell.md §14.2`), named with
//! the only cure.

use std::collections::{BTreeMap, BTreeSet};

use rust_i18n::t;

use super::{Finding, Findings, Probed, Weight};
use crate::fleet::Address;
use crate::setup::journal::{Journal, Mark};
use crate::setup::{Plan, PlanSecrets, PlannedServer, Step, StepKind};

/// What the agents' identities and the journal tell together. Before a setup
/// began the journal is empty. `members`: the agents that the master knows.
#[must_use]
pub fn dead_ends(
    plan: &Plan,
    probed: &BTreeMap<Address, (Probed, i64)>,
    journal: &Journal,
    members: Option<&BTreeSet<Address>>,
) -> Vec<Finding> {
    let initialized = journal.mark(&StepKind::Init.id()).is_some();
    let mut findings = Findings::default();
    let identity = |agent: &Address| {
        let (probe, _) = probed.get(agent)?;
        Some(probe.as_ref().ok()?.agent.identity.as_str())
    };
    let master = plan.master().and_then(identity);
    for server in &plan.servers {
        let join = if plan.master() == Some(&server.agent) {
            StepKind::JoinSelf
        } else {
            StepKind::Join(server.agent.clone())
        };
        let mark = journal.mark(&join.id());
        let maintained = probed.get(&server.agent).is_some_and(|(probe, _)| {
            probe
                .as_ref()
                .is_ok_and(|probe| probe.agent.under_maintenance)
        });
        let forgotten = members.is_some_and(|known| !known.contains(&server.agent));
        let blocks = |sentence| (Weight::Blocks, sentence);
        let (weight, sentence) = match (identity(&server.agent), master) {
            (Some("SCALING IN"), _) => blocks(t!(
                "it left a cluster, stays SCALING IN for ever and refuses every request; the only cure: stop it, empty its home and start a new agent there"
            )),
            (Some("SCALING OUT"), _) => blocks(t!(
                "a cluster takes it in just now: let that end, or roll it back at that cluster"
            )),
            (Some("FOLLOWER"), Some("MASTER")) if forgotten => blocks(t!(
                "it is FOLLOWER of a master that does not know it any more, and removing it has no effect; the only cure: stop it, empty its home and start a new agent there"
            )),
            (Some("FOLLOWER"), Some("SINGLE")) => blocks(t!(
                "it follows a master that is not in this plan, or one that forgot it: remove it at its master; where no master knows it, empty its home and start a new agent there"
            )),
            (Some("SINGLE"), _) if maintained && matches!(mark, Some(Mark::Failed { .. })) => {
                blocks(t!(
                    "its joining failed, and the agent refuses to retry, roll back, cancel or pass it; the only cure: stop it, empty its home and start a new agent there"
                ))
            }
            (Some("SINGLE"), _) if mark == Some(&Mark::Done) && initialized => blocks(t!(
                "it had joined and is SINGLE again: somebody removed it; edit the plan and try again, or abandon the setup"
            )),
            (Some("SINGLE"), _) if mark == Some(&Mark::Done) => (
                Weight::Warns,
                t!("it had joined and is SINGLE again: somebody removed it; it joins again"),
            ),
            _ => continue,
        };
        findings.add(weight, Some(&server.agent), sentence);
    }
    let strangers = members.into_iter().flatten().filter(|agent| {
        let planned = |server: &PlannedServer| server.agent == **agent;
        !initialized && !plan.servers.iter().any(planned)
    });
    for agent in strangers {
        let sentence = t!(
            "the master knows it and the plan does not: init would take it in; remove it (`obdeck do remove`)"
        );
        findings.add(Weight::Blocks, Some(agent), sentence);
    }
    findings.0
}

/// Whether the agents of an earlier setup were all made anew since: what the
/// journal tells is of them no more.
#[must_use]
pub fn gone(plan: &Plan, probed: &BTreeMap<Address, (Probed, i64)>, journal: &Journal) -> bool {
    let fresh = |server: &PlannedServer| match probed.get(&server.agent) {
        Some((Ok(probe), _)) => probe.agent.identity == "SINGLE" && !probe.agent.under_maintenance,
        _ => false,
    };
    journal.mark(&StepKind::JoinSelf.id()) == Some(&Mark::Done) && plan.servers.iter().all(fresh)
}

/// Steps to do again because somebody removed a follower before init: its join,
/// and the parameters, of which the narrowest must be written last.
#[must_use]
pub fn rejoins(
    plan: &Plan,
    probed: &BTreeMap<Address, (Probed, i64)>,
    journal: &Journal,
) -> Vec<String> {
    let identity = |agent: &Address| {
        let (probe, _) = probed.get(agent)?;
        let probe = probe.as_ref().ok()?;
        (!probe.agent.under_maintenance).then_some(probe.agent.identity.as_str())
    };
    if journal.mark(&StepKind::Init.id()).is_some()
        || plan.master().and_then(identity) != Some("MASTER")
    {
        return Vec::new();
    }
    let mut again: Vec<String> = plan
        .servers
        .iter()
        .filter(|server| identity(&server.agent) == Some("SINGLE"))
        .map(|server| StepKind::Join(server.agent.clone()).id())
        .filter(|step| journal.mark(step) == Some(&Mark::Done))
        .collect();
    if !again.is_empty() {
        let steps = plan.steps(&PlanSecrets::default());
        let configures = |step: &&Step| matches!(step.kind, StepKind::Configure(_));
        again.extend(steps.iter().filter(configures).map(|step| step.id.clone()));
    }
    again
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::fleet::cluster::Agent;
    use crate::link::Probe;

    fn at(last: u8) -> Address {
        Address::new(format!("10.0.0.{last}"), 2886)
    }

    fn plan() -> Plan {
        let server = |last| PlannedServer {
            agent: at(last),
            zone: "zone1".to_owned(),
            observer: IndexMap::new(),
        };
        Plan {
            name: "prod".to_owned(),
            id: 1,
            servers: vec![server(5), server(6)],
            ..Plan::default()
        }
    }

    fn probed(identities: [(&str, bool); 2]) -> BTreeMap<Address, (Probed, i64)> {
        let probe = |(last, (identity, busy)): (u8, (&str, bool))| {
            let probe = Probe {
                agent: Agent {
                    address: at(last),
                    identity: identity.to_owned(),
                    zone: String::new(),
                    version: String::new(),
                    ob_version: String::new(),
                    state: None,
                    ob_state: None,
                    under_maintenance: busy,
                    has_proxy: None,
                    secured: None,
                    reachable: true,
                },
                home: String::new(),
                architecture: String::new(),
                fingerprint: String::new(),
                clock_ahead_ms: 0,
            };
            (at(last), (Ok(probe), 0))
        };
        (5..).zip(identities).map(probe).collect()
    }

    fn said(identities: [(&str, bool); 2], mark: Option<Mark>) -> String {
        let mut journal = Journal::in_memory();
        if let Some(mark) = mark {
            let step = StepKind::Join(at(6)).id();
            journal
                .write(&step, mark, jiff::Timestamp::UNIX_EPOCH)
                .unwrap();
        }
        let found = dead_ends(&plan(), &probed(identities), &journal, None);
        found.into_iter().map(|one| one.sentence).collect()
    }

    #[test]
    fn each_dead_end_has_its_cure() {
        let fresh = ("SINGLE", false);
        assert_eq!(said([fresh, fresh], None), "");
        assert_eq!(said([("MASTER", false), ("FOLLOWER", false)], None), "");
        assert!(said([fresh, ("SCALING IN", false)], None).contains("empty its home"));
        assert!(said([fresh, ("FOLLOWER", false)], None).contains("forgot it"));
        let failed = Mark::Failed {
            reason: "failed".to_owned(),
            task: None,
        };
        let master = ("MASTER", false);
        assert!(said([master, ("SINGLE", true)], Some(failed)).contains("joining failed"));
        assert!(said([master, fresh], Some(Mark::Done)).contains("it joins again"));
        assert!(said([fresh, ("SCALING OUT", false)], None).contains("roll it back"));
    }

    #[test]
    fn a_follower_that_its_master_forgot_is_named() {
        let probed = probed([("MASTER", false), ("FOLLOWER", false)]);
        let none = Journal::in_memory();
        let both = BTreeSet::from([at(5), at(6)]);
        assert_eq!(dead_ends(&plan(), &probed, &none, Some(&both)), []);
        let found = dead_ends(&plan(), &probed, &none, Some(&[at(5)].into()));
        assert_eq!(found[0].weight, Weight::Blocks);
        assert_eq!(found[0].agent, Some(at(6)));
        let known = BTreeSet::from([at(5), at(6), at(9)]);
        let strange = dead_ends(&plan(), &probed, &none, Some(&known));
        assert_eq!(strange[0].agent, Some(at(9)));
        assert!(strange[0].sentence.contains("remove it"), "{strange:?}");
        assert!(
            found[0].sentence.contains("does not know it any more"),
            "{found:?}"
        );
    }

    #[test]
    fn what_somebody_removed_joins_again_and_its_parameters_are_written_again() {
        let mut plan = plan();
        plan.observer
            .insert("memory_limit".to_owned(), "8G".to_owned());
        let mut journal = Journal::in_memory();
        let mut done = |step: &str| {
            let at = jiff::Timestamp::UNIX_EPOCH;
            journal.write(step, Mark::Done, at).unwrap();
        };
        for step in ["join-self", "join 10.0.0.6:2886", "configure all"] {
            done(step);
        }
        let (fresh, master) = (("SINGLE", false), ("MASTER", false));
        let follower = ("FOLLOWER", false);
        let again = |identities| rejoins(&plan, &probed(identities), &journal);
        assert_eq!(again([master, follower]), [] as [&str; 0]);
        assert_eq!(
            again([master, fresh]),
            ["join 10.0.0.6:2886", "configure all"]
        );
        assert_eq!(again([fresh, fresh]), [] as [&str; 0]);
        assert!(gone(&plan, &probed([fresh, fresh]), &journal));
        assert!(!gone(&plan, &probed([master, fresh]), &journal));
        assert!(!gone(&plan, &probed([fresh, fresh]), &Journal::in_memory()));
    }
}
