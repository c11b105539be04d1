//! Dead ends that no request leads out of (`api/obshell.md §14.2`), named with
//! the only cure.

use std::collections::BTreeMap;

use rust_i18n::t;

use super::{Finding, Findings, Probed, Weight};
use crate::fleet::Address;
use crate::setup::journal::{Journal, Mark};
use crate::setup::{Plan, StepKind};

/// What the agents' identities and the journal tell together. Before a setup
/// began the journal is empty.
#[must_use]
pub fn dead_ends(
    plan: &Plan,
    probed: &BTreeMap<Address, (Probed, i64)>,
    journal: &Journal,
) -> Vec<Finding> {
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
        let sentence = match (identity(&server.agent), master) {
            (Some("SCALING IN" | "SCALING OUT"), _) => t!(
                "it stays as it is for ever and refuses every request; the only cure: stop it, empty its home and start a new agent there"
            ),
            (Some("FOLLOWER"), Some("SINGLE")) => t!(
                "it follows a master that is not in this plan, or one that forgot it: remove it at its master; where no master knows it, empty its home and start a new agent there"
            ),
            (Some("SINGLE"), _) if maintained && matches!(mark, Some(Mark::Failed { .. })) => t!(
                "its joining failed, and the agent refuses to retry, roll back, cancel or pass it; the only cure: stop it, empty its home and start a new agent there"
            ),
            (Some("SINGLE"), _) if mark == Some(&Mark::Done) => t!(
                "it had joined and is SINGLE again: somebody removed it; edit the plan and try again, or abandon the setup"
            ),
            _ => continue,
        };
        findings.add(Weight::Blocks, Some(&server.agent), sentence);
    }
    findings.0
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::fleet::cluster::Agent;
    use crate::link::Probe;
    use crate::setup::PlannedServer;

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
            rs_list: None,
            import_script: false,
            create_proxyro_user: false,
            observer: IndexMap::new(),
            zones: IndexMap::new(),
            servers: vec![server(5), server(6)],
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
        let found = dead_ends(&plan(), &probed(identities), &journal);
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
        };
        let master = ("MASTER", false);
        assert!(said([master, ("SINGLE", true)], Some(failed)).contains("joining failed"));
        assert!(said([master, fresh], Some(Mark::Done)).contains("somebody removed it"));
    }
}
