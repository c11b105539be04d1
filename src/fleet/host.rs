//! What a host has, and what the database is set to.

use serde::{Deserialize, Serialize};

use super::Address;

/// A disk of a host; sizes as the agent words them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// `/dev/vda`, `tmpfs`.
    pub device: String,
    /// `14G`.
    pub used: String,
    /// `252G`.
    pub total: String,
}

/// The host of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostInfo {
    /// Name and version of its system.
    pub os: String,
    /// `physical`, `docker` …
    pub host_type: String,
    /// Its processor.
    pub cpu_model: String,
    /// Threads it runs at once.
    pub logical_cores: Option<u32>,
    /// Memory in all, as the agent words it.
    pub memory_total: String,
    /// Memory that can be had.
    pub memory_available: String,
    /// Soft limit of open files.
    pub open_files: String,
    /// Soft limit of processes.
    pub processes: String,
    /// Its disks.
    pub disks: Vec<Disk>,
}

/// The value of a parameter at one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterValue {
    /// The server.
    pub server: Option<Address>,
    /// Its zone.
    pub zone: String,
    /// The tenant, for a tenant's parameter.
    pub tenant: Option<String>,
    /// The tenant's number.
    pub tenant_id: Option<i64>,
    /// The value, always a text.
    pub value: String,
}

/// A parameter of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `CLUSTER` or `TENANT`.
    pub scope: String,
    /// `DYNAMIC_EFFECTIVE`, `READONLY` …
    pub edit_level: String,
    /// What it is when nobody sets it.
    pub default: String,
    /// What it belongs to.
    pub section: String,
    /// `INT`, `STRING`, `CAPACITY` …
    pub data_type: String,
    /// The server's sentence about it.
    pub info: String,
    /// Whether every server has the same value.
    pub same_everywhere: bool,
    /// One value a server (and tenant).
    pub values: Vec<ParameterValue>,
}

impl Parameter {
    /// Its value, where every server (and tenant) has the same.
    #[must_use]
    pub fn one_value(&self) -> Option<&str> {
        let first = self.values.first()?;
        let same = self.values.iter().all(|value| value.value == first.value);
        same.then_some(first.value.as_str())
    }
}
