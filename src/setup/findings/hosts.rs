//! What the hosts have, against what the plan wants; and what only a shell on
//! the host can tell.

use std::collections::BTreeMap;

use rust_i18n::t;

use super::{Finding, Findings, GIB, Weight, bytes, ports};
use crate::base::words;
use crate::fleet::Address;
use crate::fleet::host::HostInfo;
use crate::setup::{Plan, PlannedServer, propose};

/// Fewer open files than this and an observer stops under load.
const OPEN_FILES: u64 = 20_000;
/// Fewer processes than this and it cannot start its threads.
const PROCESSES: u64 = 4_096;

/// What the hosts tell: memory, disk, limits.
#[must_use]
pub fn hosts(plan: &Plan, known: &BTreeMap<Address, HostInfo>) -> Vec<Finding> {
    let mut findings = Findings::default();
    for server in &plan.servers {
        let Some(host) = known.get(&server.agent) else {
            continue;
        };
        memory(plan, server, host, &mut findings);
        disk(plan, server, host, &mut findings);
        limits(server, host, &mut findings);
    }
    findings.0
}

fn wanted(plan: &Plan, server: &PlannedServer, key: &str) -> Option<u64> {
    bytes(plan.parameter(server, key)?)
}

/// The sum over the observers that share the host.
fn on_host(plan: &Plan, server: &PlannedServer, key: &str) -> Option<u64> {
    plan.servers
        .iter()
        .filter(|other| other.agent.host == server.agent.host)
        .map(|other| wanted(plan, other, key))
        .try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)))
}

fn memory(plan: &Plan, server: &PlannedServer, host: &HostInfo, findings: &mut Findings) {
    let has = propose::bytes(&host.memory_available).or_else(|| propose::bytes(&host.memory_total));
    let Some(has) = has else { return };
    if let Some(wants) = on_host(plan, server, "memory_limit").filter(|wants| *wants > has) {
        let sentence = t!(
            "the observers of this host want %{wants} of memory, %{has} can be had",
            wants = words::bytes(wants as f64),
            has = words::bytes(has as f64)
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
    if has < 6 * GIB && wanted(plan, server, "memory_limit").is_none() {
        let sentence = t!(
            "%{has} of memory can be had: an observer wants 6G at least",
            has = words::bytes(has as f64)
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
}

fn disk(plan: &Plan, server: &PlannedServer, host: &HostInfo, findings: &mut Findings) {
    let room = host
        .disks
        .iter()
        .filter_map(|disk| {
            let total = propose::bytes(&disk.total)?;
            Some(total.saturating_sub(propose::bytes(&disk.used).unwrap_or(0)))
        })
        .max();
    let Some(room) = room else { return };
    let log = on_host(plan, server, "log_disk_size");
    let data = on_host(plan, server, "datafile_size");
    let wants = log.unwrap_or(0).saturating_add(data.unwrap_or(0));
    if wants > room {
        let sentence = t!(
            "log and data want %{wants} of disk, the largest device has %{room} free",
            wants = words::bytes(wants as f64),
            room = words::bytes(room as f64)
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
}

fn limits(server: &PlannedServer, host: &HostInfo, findings: &mut Findings) {
    let few = |worded: &str, least: u64| worded.parse::<u64>().ok().filter(|has| *has < least);
    if let Some(has) = few(&host.open_files, OPEN_FILES) {
        let sentence = t!(
            "ulimit -n is %{has}, an observer wants %{least}",
            has = has,
            least = OPEN_FILES
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
    if let Some(has) = few(&host.processes, PROCESSES) {
        let sentence = t!(
            "ulimit -u is %{has}, an observer wants %{least}",
            has = has,
            least = PROCESSES
        );
        findings.add(Weight::Warns, Some(&server.agent), sentence);
    }
}

/// What no agent tells: what to look at, and the line for a shell on each host.
#[must_use]
pub fn by_hand(plan: &Plan) -> Vec<(String, String)> {
    let mut folders: Vec<&str> = Vec::new();
    for server in &plan.servers {
        for key in ["data_dir", "redo_dir"] {
            folders.extend(plan.parameter(server, key));
        }
    }
    folders.sort_unstable();
    folders.dedup();
    let ports: Vec<_> = ports::numbers(plan)
        .iter()
        .map(|port| format!(":{port}"))
        .collect();
    let mut checks: Vec<(String, String)> = folders
        .iter()
        .map(|folder| {
            let what = t!("%{folder} is there and empty", folder = folder).into_owned();
            (what, format!("ls -A '{folder}'"))
        })
        .collect();
    if folders.is_empty() {
        let what = t!("the folder `store` in the agent's home is empty").into_owned();
        checks.push((what, "ls -A store".to_owned()));
    }
    let what = t!("the ports are free, and the firewall lets them through").into_owned();
    checks.push((what, format!("ss -ltn | grep -E '{}'", ports.join("|"))));
    let what = t!("a time daemon runs").into_owned();
    checks.push((what, "chronyc tracking || timedatectl".to_owned()));
    let what = t!("limits of the user of the agent").into_owned();
    checks.push((what, "ulimit -n; ulimit -u; ulimit -s".to_owned()));
    let what = t!("kernel settings").into_owned();
    checks.push((
        what,
        "sysctl fs.aio-max-nr vm.max_map_count vm.overcommit_memory".to_owned(),
    ));
    checks
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::fleet::host::Disk;

    fn plan(memory: &str) -> Plan {
        let server = |port| PlannedServer {
            agent: Address::new("10.0.0.5", port),
            zone: "zone1".to_owned(),
            observer: IndexMap::new(),
        };
        Plan {
            name: "prod".to_owned(),
            id: 1,
            observer: [("memory_limit", memory), ("log_disk_size", "30G")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            servers: vec![server(2886), server(2887)],
            ..Plan::default()
        }
    }

    fn host() -> HostInfo {
        HostInfo {
            memory_available: "24182732 kB".to_owned(),
            open_files: "1024".to_owned(),
            processes: "unlimited".to_owned(),
            disks: vec![Disk {
                device: "/dev/vda".to_owned(),
                used: "14G".to_owned(),
                total: "64G".to_owned(),
            }],
            ..HostInfo::default()
        }
    }

    #[test]
    fn observers_of_one_host_share_what_it_has() {
        let known = BTreeMap::from([(Address::new("10.0.0.5", 2886), host())]);
        let said = |plan: &Plan| {
            let found = hosts(plan, &known);
            assert!(found.iter().all(|one| one.weight == Weight::Warns));
            found
                .iter()
                .map(|one| one.sentence.clone())
                .collect::<Vec<_>>()
                .join("\n")
        };
        let text = said(&plan("16G"));
        assert!(
            text.contains("of memory") && text.contains("of disk"),
            "{text}"
        );
        assert!(
            text.contains("ulimit -n is 1024") && !text.contains("ulimit -u"),
            "{text}"
        );
        assert!(!said(&plan("8G")).contains("of memory"));
    }

    #[test]
    fn what_a_shell_must_tell_names_the_ports() {
        let checks = by_hand(&plan("8G"));
        assert!(
            checks
                .iter()
                .any(|(_, line)| line.contains(":2881|:2882|:2886|:2887"))
        );
    }
}
