//! What tenants are cut from, and facts that agents keep.

use serde::{Deserialize, Serialize};

/// A name and a value, of something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about; may be empty.
    pub about: String,
    /// Its name, the server's own.
    pub name: String,
    /// Its value as a text.
    pub value: String,
}

/// How much one unit of a tenant holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitConfig {
    /// The server's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Cores, as the server writes them.
    pub max_cpu: String,
    /// Cores that are kept for it.
    pub min_cpu: String,
    /// Bytes.
    pub memory: Option<i64>,
    /// Bytes.
    pub log_disk: Option<i64>,
}

/// A resource pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Its zones.
    pub zones: Vec<String>,
    /// Units in each zone.
    pub units: i64,
    /// Its unit config.
    pub unit_config_id: i64,
    /// The tenant that has it.
    pub tenant_id: Option<i64>,
}

/// Everything of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// The least that a unit may hold.
    pub limits: Vec<Fact>,
    /// Unit configs by name.
    pub configs: Vec<UnitConfig>,
    /// Resource pools by name.
    pub pools: Vec<Pool>,
}
