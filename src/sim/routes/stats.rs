//! Cores, memory and disk, as sums and per server.

use serde_json::{Value, json};

use super::super::scene::{Tenant, number};
use super::super::world::Cluster;

const GB: f64 = 1024.0 * 1024.0 * 1024.0;
const CORES: f64 = 16.0;
const MEMORY: f64 = 8.0 * GB;
const DISK: f64 = 24.0 * GB;
pub(super) const DISK_OF_TENANT: f64 = 72.0 * 1024.0 * 1024.0;

#[derive(Default)]
pub(super) struct Stats {
    cores: [f64; 2],
    memory: [f64; 2],
    disk: [f64; 2],
}

impl Stats {
    /// One server's: the first one of a zone has a unit of every tenant of that zone.
    pub(super) fn of(cluster: &Cluster, zone: Option<&str>) -> Self {
        let here = |tenant: &&Tenant| {
            let zones = cluster.zones_of(tenant);
            zone.is_some_and(|zone| zones.iter().any(|held| held == zone))
        };
        let tenants: Vec<&Tenant> = cluster.tenants.iter().filter(here).collect();
        Self {
            // From zero on: an empty sum is a negative one.
            cores: [CORES, tenants.iter().fold(0.0, |sum, one| sum + one.cores)],
            memory: [
                MEMORY,
                tenants.iter().fold(0.0, |sum, one| sum + one.memory),
            ],
            disk: [DISK, DISK_OF_TENANT * tenants.len().max(1) as f64],
        }
    }

    /// Cores and memory that are still to be had.
    pub(super) fn left(&self) -> [f64; 2] {
        [self.cores, self.memory].map(|[total, assigned]| total - assigned)
    }

    pub(super) fn plus(self, other: &Self) -> Self {
        let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        Self {
            cores: add(self.cores, other.cores),
            memory: add(self.memory, other.memory),
            disk: add(self.disk, other.disk),
        }
    }

    pub(super) fn shown(&self) -> Value {
        let known = self.cores[0] > 0.0;
        let text = |bytes: f64| if known { size(bytes) } else { String::new() };
        json!({
            "cpu_core_total": number(self.cores[0]),
            "cpu_core_assigned": number(self.cores[1]),
            "cpu_core_assigned_percent": percent(self.cores),
            "memory_total": text(self.memory[0]),
            "memory_assigned": text(self.memory[1]),
            "memory_in_bytes_total": number(self.memory[0]),
            "memory_in_bytes_assigned": number(self.memory[1]),
            "memory_assigned_percent": percent(self.memory),
            "disk_total": text(self.disk[0]),
            "disk_assigned": text(self.disk[1]),
            "disk_in_bytes_total": number(self.disk[0]),
            "disk_in_bytes_assigned": number(self.disk[1]),
            "disk_assigned_percent": percent(self.disk),
        })
    }
}

pub(super) fn server_stats(stats: &Stats, port: u16, ip: &str, zone: &str, known: bool) -> Value {
    let mut shown = stats.shown();
    let free = stats.disk[0] - stats.disk[1];
    let text = |bytes: f64| if known { size(bytes) } else { String::new() };
    if let Value::Object(map) = &mut shown {
        map.insert("disk_used".into(), text(stats.disk[1]).into());
        map.insert("disk_free".into(), text(free).into());
        map.insert("disk_in_bytes_used".into(), number(stats.disk[1]));
        map.insert("disk_in_bytes_free".into(), number(free));
        map.insert("disk_used_percent".into(), percent(stats.disk));
        map.insert("ip".into(), ip.into());
        map.insert("port".into(), port.into());
        map.insert("zone".into(), zone.into());
    }
    shown
}

fn percent(of: [f64; 2]) -> Value {
    number(if of[0] > 0.0 {
        of[1] / of[0] * 100.0
    } else {
        0.0
    })
}

fn size(bytes: f64) -> String {
    if bytes <= 0.0 {
        return "0 bytes".into();
    }
    if bytes >= GB {
        return format!("{:.2} GB", bytes / GB);
    }
    format!("{:.2} MB", bytes / (1024.0 * 1024.0))
}
