//! Unit configurations and resource pools.

use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, required};
use super::super::scene::{Unit, number};
use super::super::world::{Cluster, World};
use super::cluster::micros;

/// The least memory and log disk of a unit.
const MEMORY: u64 = 1 << 30;
const LOG_DISK: u64 = 2 << 30;
const IOPS: i64 = 1_024;

fn mysql(message: &str) -> Refusal {
    Refusal::new(400, "MySQL.Error", format!("MySQL error: {message}"))
}

/// `2G`, `2048MB`: a size as the database reads it.
pub(super) fn capacity(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "M" | "MB" => 20,
        "B" => 0,
        "K" | "KB" => 10,
        "G" | "GB" => 30,
        "T" | "TB" => 40,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

pub(super) fn shown(unit: &Unit) -> Value {
    json!({
        "unit_config_id": unit.id,
        "name": unit.name,
        "max_cpu": number(unit.max_cpu),
        "min_cpu": number(unit.min_cpu),
        "memory_size": unit.memory,
        "log_disk_size": unit.log_disk,
        "data_disk_size": 0,
        "max_iops": unit.max_iops,
        "min_iops": unit.min_iops,
        "create_time": micros(unit.created),
        "modify_time": micros(unit.created),
    })
}

impl World {
    /// `unit/config`, `units/config`, `unit/config/:name`, `resource-pools`.
    pub(super) fn units(
        &mut self,
        agent: usize,
        call: &Call,
        label: &str,
        name: &str,
    ) -> Result<Answer, Refusal> {
        let index = self.cluster_agent(agent)?;
        let Some(cluster) = self.clusters.get(index) else {
            return Ok(Answer::panic());
        };
        let known = cluster.units.iter().find(|unit| unit.name == name);
        match (call.request.method.as_str(), label) {
            ("GET", "units/config") => {
                Ok(Answer::contents(cluster.units.iter().map(shown).collect()))
            }
            ("GET", "resource-pools") => Ok(Answer::contents(Self::pools(cluster))),
            ("GET", _) => known.map(|unit| Answer::data(shown(unit))).ok_or_else(|| {
                let message = format!("Unit config '{name}' does not exist.");
                Refusal::new(400, "OB.Resource.UnitConfig.NotExist", message)
            }),
            ("DELETE", _) => {
                if cluster.tenants.iter().any(|tenant| tenant.unit == name) {
                    return Err(mysql(&format!(
                        "Error 4634 (HY000): resource unit '{name}' is referenced by some resource pool"
                    )));
                }
                if let Some(cluster) = self.clusters.get_mut(index) {
                    cluster.units.retain(|unit| unit.name != name);
                }
                Ok(Answer::empty())
            }
            _ => self.create_unit(index, call),
        }
    }

    fn create_unit(&mut self, index: usize, call: &Call) -> Result<Answer, Refusal> {
        let kind = "CreateResourceUnitConfigParams";
        let fields = call.fields(kind)?;
        let needed = [
            ("name", "Name"),
            ("memory_size", "MemorySize"),
            ("max_cpu", "MaxCpu"),
        ];
        let missing: Vec<String> = needed
            .iter()
            .filter(|(key, _)| fields.get(key).is_none())
            .map(|(_, field)| format!("{kind}.{field}"))
            .collect();
        required(&missing)?;
        let name = fields.text("name")?;
        if name.is_empty() {
            let message = "Unit config name is empty.";
            return Err(Refusal::new(
                400,
                "OB.Resource.UnitConfig.Name.Empty",
                message,
            ));
        }
        let size = |key: &str, least: u64, default: u64| -> Result<u64, Refusal> {
            let Some(text) = fields.maybe(key)? else {
                return Ok(default);
            };
            match capacity(&text) {
                None => Err(Refusal::illegal(key, &format!("{key} {text} is illegal."))),
                Some(bytes) if bytes < least => Err(mysql(&format!(
                    "Error 1235 (0A000): unit {} is too small",
                    key.to_ascii_uppercase()
                ))),
                Some(bytes) => Ok(bytes),
            }
        };
        let memory = size("memory_size", MEMORY, 0)?;
        let log_disk = size("log_disk_size", LOG_DISK, memory * 3)?;
        let cores = |key: &str| -> Result<Option<f64>, Refusal> {
            match fields.get(key).map(Value::as_f64) {
                None => Ok(None),
                Some(Some(cores)) if cores >= 1.0 => Ok(Some(cores)),
                Some(Some(cores)) if cores > 0.0 => Err(Refusal::illegal(
                    key,
                    &format!("invalid {key} value, min value is 1."),
                )),
                Some(_) => Err(Refusal::illegal(key, &format!("{key} should be positive."))),
            }
        };
        let max_cpu = cores("max_cpu")?.unwrap_or_default();
        let min_cpu = cores("min_cpu")?.unwrap_or(max_cpu);
        if min_cpu > max_cpu {
            let why = "min_cpu is greater than max_cpu.";
            return Err(Refusal::illegal("min_cpu", why));
        }
        let iops = |key: &str| -> Result<Option<i64>, Refusal> {
            match fields.get(key) {
                None => Ok(None),
                Some(_) => match fields.number(key)? {
                    number if number >= IOPS => Ok(Some(number)),
                    number if number > 0 => Err(mysql(&format!(
                        "Error 1235 (0A000): unit {} is too small",
                        key.to_ascii_uppercase()
                    ))),
                    _ => Err(Refusal::illegal(key, &format!("{key} should be positive."))),
                },
            }
        };
        let (max_iops, min_iops) = (iops("max_iops")?, iops("min_iops")?);
        let created = self.now();
        let Some(cluster) = self.clusters.get_mut(index) else {
            return Ok(Answer::panic());
        };
        if cluster.units.iter().any(|unit| unit.name == name) {
            let message = format!("Unit config '{name}' already exists");
            return Err(Refusal::new(400, "OB.Resource.UnitConfig.Existed", message));
        }
        let last = cluster.units.iter().map(|unit| unit.id).max();
        cluster.units.push(Unit {
            id: last.unwrap_or(1).max(1_000) + 1,
            name,
            max_cpu,
            min_cpu,
            memory,
            log_disk,
            max_iops: max_iops.unwrap_or(i64::MAX),
            min_iops: min_iops.or(max_iops).unwrap_or(i64::MAX),
            created,
        });
        Ok(Answer::empty())
    }

    fn pools(cluster: &Cluster) -> Vec<Value> {
        let pool = |tenant: &super::super::scene::Tenant| {
            let unit = cluster.units.iter().find(|unit| unit.name == tenant.unit);
            let created = micros(tenant.created);
            json!({
                "id": if tenant.id == 1 { 1 } else { tenant.id - 1 },
                "name": tenant.pool(),
                "zone_list": cluster.zones_of(tenant).join(";"),
                "unit_num": tenant.units,
                "UnitCount": 0,
                "unit_config_id": unit.map_or(0, |unit| unit.id),
                "tenant_id": tenant.id,
                "replica_type": "FULL",
                "CreateTime": created,
                "ModifyTime": created,
            })
        };
        cluster.tenants.iter().map(pool).collect()
    }
}
