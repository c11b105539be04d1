//! What a plan begins with: zones, ports and sizes from what the hosts have.

use std::collections::BTreeMap;

use crate::fleet::Address;
use crate::fleet::host::HostInfo;

/// An observer wants this much at least.
const SMALLEST: u64 = 6;
/// Of what can be had, this many tenths go to the observer.
const TENTHS: u64 = 8;
const GIB: u64 = 1 << 30;
const SQL: u16 = 2881;
const RPC: u16 = 2882;

/// Bytes of a size as agents word them: `24682416 kB`, `252G`, `0`.
#[must_use]
pub fn bytes(worded: &str) -> Option<u64> {
    let worded = worded.trim();
    let end = worded
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(worded.len());
    let (number, unit) = worded.split_at(end);
    let number: f64 = number.parse().ok()?;
    let scale = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return None,
    };
    Some((number * (1_u64 << scale) as f64) as u64)
}

/// `memory_limit` for each of `servers` observers on a host; `None` where the
/// host has not told its memory or has too little.
#[must_use]
pub fn memory(host: &HostInfo, servers: usize) -> Option<String> {
    let available = bytes(&host.memory_available).or_else(|| bytes(&host.memory_total))?;
    let gib = available / GIB * TENTHS / 10 / servers.max(1) as u64;
    (gib >= SMALLEST).then(|| format!("{gib}G"))
}

/// `log_disk_size`: three times the memory, where the memory is known.
#[must_use]
pub fn log_disk(memory: &str) -> Option<String> {
    let gib = bytes(memory)? / GIB;
    (gib > 0).then(|| format!("{}G", gib * 3))
}

/// `zone1`, `zone2` …: one zone for each host, three at most before hosts share
/// one. Agents of one host stay in one zone, unless there is only one host.
#[must_use]
pub fn zones(agents: &[Address]) -> Vec<String> {
    let mut hosts: Vec<&str> = Vec::new();
    for agent in agents {
        if !hosts.contains(&agent.host.as_str()) {
            hosts.push(&agent.host);
        }
    }
    let count = if agents.len() < 3 { 1 } else { 3 };
    let alone = hosts.len() == 1;
    agents
        .iter()
        .enumerate()
        .map(|(at, agent)| {
            let host = hosts.iter().position(|host| *host == agent.host);
            let at = if alone { at } else { host.unwrap_or(at) };
            format!("zone{}", at % count + 1)
        })
        .collect()
}

/// SQL and RPC port of each agent: the usual ones, the next free ones where
/// several observers share a host.
#[must_use]
pub fn ports(agents: &[Address]) -> Vec<(u16, u16)> {
    let mut used: BTreeMap<&str, u16> = BTreeMap::new();
    agents
        .iter()
        .map(|agent| {
            let at = used.entry(&agent.host).or_default();
            let step = 10_u16.saturating_mul(*at);
            *at += 1;
            (SQL.saturating_add(step), RPC.saturating_add(step))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(available: &str) -> HostInfo {
        HostInfo {
            memory_available: available.to_owned(),
            ..HostInfo::default()
        }
    }

    #[test]
    fn sizes_are_read_as_agents_word_them() {
        assert_eq!(bytes("24182732 kB"), Some(24_182_732 << 10));
        assert_eq!(bytes("252G"), Some(252 << 30));
        assert_eq!(bytes("0"), Some(0));
        assert_eq!(bytes("1.5T"), Some(1536 << 30));
        assert_eq!(bytes("much"), None);
    }

    #[test]
    fn memory_leaves_room_for_the_host() {
        assert_eq!(memory(&host("24182732 kB"), 1).as_deref(), Some("18G"));
        assert_eq!(memory(&host("24182732 kB"), 3).as_deref(), Some("6G"));
        assert_eq!(memory(&host("24182732 kB"), 4), None);
        assert_eq!(memory(&host(""), 1), None);
        assert_eq!(log_disk("18G").as_deref(), Some("54G"));
    }

    #[test]
    fn zones_follow_the_hosts() {
        let agents = |hosts: &[&str]| -> Vec<Address> {
            let at = |(port, host): (u16, &&str)| Address::new(*host, 2886 + port);
            (0..).zip(hosts).map(at).collect()
        };
        assert_eq!(
            zones(&agents(&["a", "b", "c"])),
            ["zone1", "zone2", "zone3"]
        );
        assert_eq!(
            zones(&agents(&["a", "a", "a"])),
            ["zone1", "zone2", "zone3"]
        );
        assert_eq!(
            zones(&agents(&["a", "a", "b", "c", "d"])),
            ["zone1", "zone1", "zone2", "zone3", "zone1"]
        );
        assert_eq!(zones(&agents(&["a", "b"])), ["zone1", "zone1"]);
        assert_eq!(
            ports(&agents(&["a", "a", "b"])),
            [(2881, 2882), (2891, 2892), (2881, 2882)]
        );
    }
}
