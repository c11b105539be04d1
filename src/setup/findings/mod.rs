//! What would go wrong with a plan, said before anything is sent.

mod agents;
mod ends;
mod hosts;
mod ports;

pub use agents::{CLOCK_LIMIT_MS, passwords};
pub use ends::{dead_ends, gone, rejoins};
pub use hosts::{by_hand, hosts};
pub use ports::{doors, taken};

use std::collections::BTreeMap;

use super::{Plan, PlannedServer};
use crate::base::words;
use crate::fleet::Address;
use crate::link::Probe;
use rust_i18n::t;

const GIB: u64 = 1 << 30;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The setup must fail; nothing is sent.
    Blocks,
    /// It may fail or be regretted; the operator decides.
    Warns,
}

/// Something that is wrong, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// The agent it is about; `None` for the plan as a whole.
    pub agent: Option<Address>,
    /// A sentence for the operator.
    pub sentence: String,
}

/// What a probe of an agent came to: its answer, or why there is none.
pub type Probed = Result<Probe, String>;

/// Everything that a plan and the agents' answers tell, the blocking ones first.
/// `error_ms` is the measuring error of each clock (half of the time an answer took).
/// Once the setup has `begun` the agents have joined and are busy, and that is no finding.
pub fn find(plan: &Plan, probed: &BTreeMap<Address, (Probed, i64)>, begun: bool) -> Vec<Finding> {
    let mut findings = Findings::default();
    shape(plan, &mut findings);
    ports::collide(plan, &mut findings);
    for server in &plan.servers {
        sizes(plan, server, &mut findings);
    }
    agents::agents(plan, probed, begun, &mut findings);
    agents::clocks(probed, &mut findings);
    findings.0.sort_by_key(|finding| finding.weight);
    findings.0
}

/// Whether one of them forbids to begin.
#[must_use]
pub fn block(found: &[Finding]) -> bool {
    found.iter().any(|one| one.weight == Weight::Blocks)
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, weight: Weight, agent: Option<&Address>, sentence: impl Into<String>) {
        self.0.push(Finding {
            weight,
            agent: agent.cloned(),
            sentence: sentence.into(),
        });
    }
}

fn shape(plan: &Plan, findings: &mut Findings) {
    if plan.servers.is_empty() {
        findings.add(Weight::Blocks, None, t!("the plan names no server"));
    }
    let zones = plan.zone_names();
    if !zones.is_empty() && zones.len().is_multiple_of(2) {
        findings.add(
            Weight::Warns,
            None,
            t!(
                "%{n} zones: an even number survives no more failures than one fewer",
                n = zones.len()
            ),
        );
    }
    let mut hosts: BTreeMap<&str, Vec<&PlannedServer>> = BTreeMap::new();
    let mut agents: BTreeMap<&Address, usize> = BTreeMap::new();
    for server in &plan.servers {
        hosts.entry(&server.agent.host).or_default().push(server);
        *agents.entry(&server.agent).or_default() += 1;
    }
    for (agent, count) in agents.into_iter().filter(|(_, count)| *count > 1) {
        let sentence = t!("this agent stands in the plan %{n} times", n = count);
        findings.add(Weight::Blocks, Some(agent), sentence);
    }
    for (host, servers) in hosts.into_iter().filter(|(_, servers)| servers.len() > 1) {
        let one_zone = servers.iter().all(|server| server.zone == servers[0].zone);
        let sentence = if one_zone {
            t!(
                "%{n} servers on one host, %{host}",
                n = servers.len(),
                host = host
            )
        } else {
            t!(
                "%{host} holds servers of several zones: the host takes them down together",
                host = host
            )
        };
        findings.add(Weight::Warns, None, sentence);
    }
    for zone in plan
        .zones
        .keys()
        .filter(|zone| !zones.contains(&zone.as_str()))
    {
        let sentence = t!(
            "parameters for zone %{zone}, which has no server",
            zone = zone
        );
        findings.add(Weight::Blocks, None, sentence);
    }
}

fn sizes(plan: &Plan, server: &PlannedServer, findings: &mut Findings) {
    let mut size = |key: &str| {
        let text = plan.parameter(server, key)?;
        let bytes = bytes(text);
        if bytes.is_none() {
            let sentence = t!(
                "%{key} = %{value}: a size looks like 16G or 512M",
                key = key,
                value = text
            );
            findings.add(Weight::Blocks, Some(&server.agent), sentence);
        }
        bytes
    };
    let memory = size("memory_limit");
    let log_disk = size("log_disk_size");
    for key in ["datafile_size", "system_memory"] {
        size(key);
    }
    if let Some(memory) = memory.filter(|memory| *memory < 6 * GIB) {
        let sentence = t!(
            "memory_limit %{size}: an observer wants 6G at least",
            size = words::bytes(memory as f64)
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
    if let (Some(memory), Some(log)) = (memory, log_disk)
        && log < memory.saturating_mul(3)
    {
        let sentence = t!(
            "log_disk_size %{log} is under three times the memory, %{memory}",
            log = words::bytes(log as f64),
            memory = words::bytes(memory as f64)
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
}

/// Bytes of an observer's size (`16G`, `512M`, `2TB`, plain numbers are megabytes there).
#[must_use]
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_uppercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().ok()?;
    let unit = match &text[digits.len()..] {
        "B" => 1,
        "K" | "KB" => 1 << 10,
        "" | "M" | "MB" => 1 << 20,
        "G" | "GB" => GIB,
        "T" | "TB" => GIB << 10,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::fleet::cluster::Agent;

    fn address(last: u8) -> Address {
        Address::new(format!("10.0.0.{last}"), 2886)
    }

    fn plan(servers: &[(Address, &str)]) -> Plan {
        Plan {
            name: "prod".to_owned(),
            id: 1,
            servers: servers
                .iter()
                .map(|(agent, zone)| PlannedServer {
                    agent: agent.clone(),
                    zone: (*zone).to_owned(),
                    observer: IndexMap::new(),
                })
                .collect(),
            ..Plan::default()
        }
    }

    fn probe(address: Address, change: impl FnOnce(&mut Probe)) -> (Address, (Probed, i64)) {
        let mut probe = Probe {
            agent: Agent {
                address: address.clone(),
                identity: "SINGLE".to_owned(),
                zone: String::new(),
                version: "4.5.0.0-1".to_owned(),
                ob_version: "4.3.5.1".to_owned(),
                state: Some(2),
                ob_state: Some(0),
                under_maintenance: false,
                has_proxy: Some(false),
                secured: Some(false),
                reachable: true,
            },
            home: String::new(),
            architecture: String::new(),
            fingerprint: String::new(),
            clock_ahead_ms: 0,
        };
        change(&mut probe);
        (address, (Ok(probe), 2))
    }

    fn three() -> Plan {
        plan(&[
            (address(5), "zone1"),
            (address(6), "zone2"),
            (address(7), "zone3"),
        ])
    }

    fn said(findings: &[Finding], weight: Weight, part: &str) -> bool {
        findings
            .iter()
            .any(|one| one.weight == weight && one.sentence.contains(part))
    }

    #[test]
    fn a_good_plan_has_nothing_to_say() {
        let probed = [5, 6, 7].map(|last| probe(address(last), |_| {})).into();
        assert_eq!(find(&three(), &probed, false), []);
    }

    #[test]
    fn what_the_agents_say_blocks() {
        let mut probed: BTreeMap<_, _> = [
            probe(address(5), |_| {}),
            probe(address(6), |probe| {
                probe.agent.version = "4.5.0.0-2".to_owned();
            }),
        ]
        .into();
        probed.insert(address(7), (Err("connection refused".to_owned()), 0));
        let findings = find(&three(), &probed, false);
        assert!(
            said(&findings, Weight::Blocks, "same version and release"),
            "{findings:?}"
        );
        assert!(
            said(&findings, Weight::Blocks, "connection refused"),
            "{findings:?}"
        );
        assert_eq!(findings[0].weight, Weight::Blocks);

        let joined = [probe(address(5), |probe| {
            probe.agent.identity = "FOLLOWER".to_owned();
        })]
        .into();
        assert!(said(
            &find(&three(), &joined, false),
            Weight::Blocks,
            "is FOLLOWER already"
        ));
    }

    #[test]
    fn clocks_count_beyond_their_measuring_error() {
        let ahead = |ms| {
            let probed = [
                probe(address(5), |_| {}),
                probe(address(6), |probe| probe.clock_ahead_ms = ms),
                probe(address(7), |_| {}),
            ];
            said(
                &find(&three(), &probed.into(), false),
                Weight::Warns,
                "clock",
            )
        };
        assert!(ahead(55));
        assert!(!ahead(54));
        assert!(ahead(-55));
    }

    #[test]
    fn ports_of_one_host_collide() {
        let host = |port| Address::new("10.0.0.5", port);
        let mut plan = plan(&[(host(2886), "zone1"), (host(2887), "zone1")]);
        assert!(said(
            &find(&plan, &BTreeMap::new(), false),
            Weight::Blocks,
            "mysql_port 2881 is taken"
        ));
        for (server, ports) in plan
            .servers
            .iter_mut()
            .zip([("3001", "3002"), ("3003", "3004")])
        {
            server
                .observer
                .insert("mysql_port".to_owned(), ports.0.to_owned());
            server
                .observer
                .insert("rpc_port".to_owned(), ports.1.to_owned());
        }
        let findings = find(&plan, &BTreeMap::new(), false);
        assert!(
            findings.iter().all(|one| one.weight == Weight::Warns),
            "{findings:?}"
        );
        assert!(said(&findings, Weight::Warns, "2 servers on one host"));
        plan.servers[0]
            .observer
            .insert("rpc_port".to_owned(), "1024".to_owned());
        assert!(said(
            &find(&plan, &BTreeMap::new(), false),
            Weight::Blocks,
            "rpc_port = 1024"
        ));
    }

    #[test]
    fn each_shape_and_each_agent_that_is_off_is_said_with_its_weight() {
        let off = |change: fn(&mut Probe)| {
            let probed = [
                probe(address(5), |_| {}),
                probe(address(6), change),
                probe(address(7), |_| {}),
            ];
            find(&three(), &probed.into(), false)
        };
        for (change, weight, part) in [
            (
                (|probe| probe.agent.ob_version = "4.3.5.2".to_owned()) as fn(&mut Probe),
                Weight::Blocks,
                "OceanBase 4.3.5.2 here, 4.3.5.1 on",
            ),
            (
                |probe| probe.architecture = "aarch64".to_owned(),
                Weight::Warns,
                "one architecture",
            ),
            (
                |probe| probe.agent.under_maintenance = true,
                Weight::Warns,
                "a task holds it",
            ),
            (
                |probe| probe.agent.identity = "CLUSTER AGENT".to_owned(),
                Weight::Blocks,
                "only a SINGLE agent can join",
            ),
        ] {
            let found = off(change);
            assert_eq!(found.len(), 1, "{part}: {found:?}");
            assert!(said(&found, weight, part), "{part}: {found:?}");
            assert_eq!(found[0].agent, Some(address(6)));
        }
        let shape = |servers: &[(Address, &str)]| find(&plan(servers), &BTreeMap::new(), false);
        let even = shape(&[(address(5), "zone1"), (address(6), "zone2")]);
        assert!(said(&even, Weight::Warns, "an even number"), "{even:?}");
        let host = |port| Address::new("10.0.0.5", port);
        let split = shape(&[(host(2886), "zone1"), (host(3886), "zone2")]);
        assert!(
            said(&split, Weight::Warns, "servers of several zones"),
            "{split:?}"
        );
        let twice = shape(&[(address(5), "zone1"), (address(5), "zone1")]);
        assert!(
            said(&twice, Weight::Blocks, "stands in the plan 2 times"),
            "{twice:?}"
        );
        let mut stray = three();
        stray.zones.insert("zone9".to_owned(), IndexMap::new());
        let stray = find(&stray, &BTreeMap::new(), false);
        assert!(said(&stray, Weight::Blocks, "has no server"), "{stray:?}");
        assert!(said(&shape(&[]), Weight::Blocks, "names no server"));
    }

    #[test]
    fn an_agent_password_must_be_known_and_locks_followers_out() {
        let secured = |probe: &mut Probe| probe.agent.secured = Some(true);
        let probed = [probe(address(5), secured), probe(address(6), secured)].into();
        let found = passwords(&three(), &probed, |_| false);
        assert_eq!(found.len(), 2);
        assert!(block(&found), "{found:?}");
        let found = passwords(&three(), &probed, |_| true);
        assert_eq!(found.len(), 1);
        assert!(
            said(&found, Weight::Warns, "its followers answer nobody"),
            "{found:?}"
        );
    }

    #[test]
    fn sizes_are_weighed() {
        let mut plan = three();
        for (key, value) in [("memory_limit", "4G"), ("log_disk_size", "8G")] {
            plan.observer.insert(key.to_owned(), value.to_owned());
        }
        let findings = find(&plan, &BTreeMap::new(), false);
        assert!(
            said(&findings, Weight::Warns, "6G at least"),
            "{findings:?}"
        );
        assert!(
            said(&findings, Weight::Warns, "three times"),
            "{findings:?}"
        );
        assert_eq!(bytes("16G"), Some(16 * GIB));
        assert_eq!(bytes("512"), Some(512 << 20));
        assert_eq!(bytes("much"), None);
    }
}
