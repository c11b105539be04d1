//! Unit configs, resource pools, their limits; the statistics that agents keep.

use serde_json::{Map, Value};

use super::shape::{contents, list, moment_of, number, object, text};
use crate::fleet::platform::Package;
use crate::fleet::unit::{Fact, Pool, UnitConfig};
use crate::wire::clean;
use crate::wire::obshell::envelope::Garbled;

/// More facts than anybody reads.
const FACTS: usize = 2_000;

/// Reads `units/config`.
pub fn unit_configs(data: Value) -> Result<Vec<UnitConfig>, Garbled> {
    let mut out = Vec::new();
    for (at, item) in contents(data)?.into_iter().enumerate() {
        let path = format!("data.contents[{at}]");
        let item = object(item, &path)?;
        out.push(UnitConfig {
            id: number(&item, "unit_config_id", &path)?.unwrap_or_default(),
            name: text(&item, "name", &path)?,
            max_cpu: word(item.get("max_cpu")),
            min_cpu: word(item.get("min_cpu")),
            memory: number(&item, "memory_size", &path)?,
            log_disk: number(&item, "log_disk_size", &path)?,
        });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

/// Reads `resource-pools`.
pub fn pools(data: Value) -> Result<Vec<Pool>, Garbled> {
    let mut out = Vec::new();
    for (at, item) in contents(data)?.into_iter().enumerate() {
        let path = format!("data.contents[{at}]");
        let item = object(item, &path)?;
        let zones = text(&item, "zone_list", &path)?;
        out.push(Pool {
            name: text(&item, "name", &path)?,
            zones: zones.split(';').map(str::to_owned).collect(),
            units: number(&item, "unit_num", &path)?.unwrap_or_default(),
            unit_config_id: number(&item, "unit_config_id", &path)?.unwrap_or_default(),
            tenant_id: number(&item, "tenant_id", &path)?,
        });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

/// Reads `upgrade/package/info`: a bare list.
pub fn packages(data: Value) -> Result<Vec<Package>, Garbled> {
    let mut out = Vec::new();
    for (at, item) in list(data, "data")?.into_iter().enumerate() {
        let path = format!("data[{at}]");
        let item = object(item, &path)?;
        let named = text(&item, "name", &path)?;
        let version = text(&item, "version", &path)?;
        let build = text(&item, "release_distribution", &path)?;
        let architecture = text(&item, "architecture", &path)?;
        let size = number(&item, "size", &path)?;
        out.push(Package {
            id: word(item.get("pkg_id")),
            file: format!("{named}-{version}-{build}.{architecture}.rpm"),
            kind: named.clone(),
            name: named,
            version,
            build,
            architecture,
            system: text(&item, "distribution", &path)?,
            size: size.and_then(|size| u64::try_from(size).ok()),
            created_at: moment_of(&item, "gmt_modify"),
            extra: Map::new(),
        });
    }
    Ok(out)
}

/// Any object as facts, lists with a number a member: what the server keeps
/// differs from version to version.
pub fn any_facts(data: Value) -> Result<Vec<Fact>, Garbled> {
    let mut out = Vec::new();
    walk(&object(data, "data")?, "", "", &mut out);
    Ok(out)
}

fn word(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => clean::line(text),
        Some(other) => other.to_string(),
    }
}

fn walk(map: &Map<String, Value>, about: &str, before: &str, out: &mut Vec<Fact>) {
    for (key, value) in map {
        if out.len() >= FACTS {
            return;
        }
        let name = format!("{before}{}", clean::line(key));
        match value {
            Value::Object(inner) => walk(inner, about, &format!("{name}."), out),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let number = at + 1;
                    match item {
                        Value::Object(inner) if about.is_empty() => {
                            walk(inner, &format!("{name} {number}"), "", out);
                        }
                        Value::Object(inner) => {
                            walk(inner, about, &format!("{name} {number}."), out);
                        }
                        other => out.push(Fact {
                            about: about.to_owned(),
                            name: format!("{name} {number}"),
                            value: word(Some(other)),
                        }),
                    }
                }
            }
            other => out.push(Fact {
                about: about.to_owned(),
                name,
                value: word(Some(other)),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_becomes_facts() {
        let data = serde_json::json!({
            "clusterId": "11",
            "hosts": [{"os": {"os": "debian"}, "disks": [{"used": "0"}]}],
        });
        let facts = any_facts(data).unwrap();
        let lines: Vec<String> = facts
            .iter()
            .map(|fact| format!("{}|{}|{}", fact.about, fact.name, fact.value))
            .collect();
        assert_eq!(
            lines,
            [
                "|clusterId|11",
                "hosts 1|os.os|debian",
                "hosts 1|disks 1.used|0"
            ]
        );
    }
}
