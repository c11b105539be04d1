//! `agent/host-info` and `obcluster/parameters` as plain data.

use serde_json::Value;

use super::shape::{contents, flag, list, number, object, port, text};
use crate::fleet::Address;
use crate::fleet::host::{Disk, HostInfo, Parameter, ParameterValue};
use crate::wire::clean;
use crate::wire::obshell::envelope::Garbled;

/// Reads `data` of `agent/host-info`.
pub fn host_info(data: Value) -> Result<HostInfo, Garbled> {
    let map = object(data, "data")?;
    let part = |group: &str, key: &str| match map.get(group).and_then(|group| group.get(key)) {
        Some(Value::String(text)) => clean::line(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let disks = match map.get("disks") {
        None => Vec::new(),
        Some(disks) => list(disks.clone(), "data.disks")?,
    };
    let disk = |(at, disk): (usize, Value)| {
        let path = format!("data.disks[{at}]");
        let disk = object(disk, &path)?;
        Ok(Disk {
            device: text(&disk, "deviceName", &path)?,
            used: text(&disk, "used", &path)?,
            total: text(&disk, "total", &path)?,
        })
    };
    Ok(HostInfo {
        os: [part("os", "os"), part("os", "version")]
            .join(" ")
            .trim()
            .to_owned(),
        host_type: part("basic", "hostType"),
        cpu_model: part("cpuInfo", "modelName"),
        logical_cores: part("cpuInfo", "logicalCores").parse().ok(),
        memory_total: part("memoryInfo", "total"),
        memory_available: part("memoryInfo", "available"),
        open_files: part("ulimit", "nofileSoft"),
        processes: part("ulimit", "maxUserProcessesSoft"),
        disks: disks
            .into_iter()
            .enumerate()
            .map(disk)
            .collect::<Result<_, Garbled>>()?,
    })
}

/// Reads `obcluster/parameters`.
pub fn parameters(data: Value) -> Result<Vec<Parameter>, Garbled> {
    let mut parameters = Vec::new();
    for (at, item) in contents(data)?.into_iter().enumerate() {
        let path = format!("data.contents[{at}]");
        let mut item = object(item, &path)?;
        let values = item
            .get_mut("ob_parameters")
            .map(Value::take)
            .unwrap_or_default();
        parameters.push(Parameter {
            name: text(&item, "name", &path)?,
            scope: text(&item, "scope", &path)?,
            edit_level: text(&item, "edit_level", &path)?,
            default: text(&item, "default_value", &path)?,
            section: text(&item, "section", &path)?,
            data_type: text(&item, "data_type", &path)?,
            info: text(&item, "info", &path)?,
            same_everywhere: flag(&item, "is_single_value").unwrap_or(true),
            values: values_of(values, &format!("{path}.ob_parameters"))?,
        });
    }
    Ok(parameters)
}

fn values_of(values: Value, path: &str) -> Result<Vec<ParameterValue>, Garbled> {
    let value = |(at, item): (usize, Value)| {
        let path = format!("{path}[{at}]");
        let item = object(item, &path)?;
        let host = text(&item, "svr_ip", &path)?;
        Ok(ParameterValue {
            server: port(&item, "svr_port")
                .filter(|_| !host.is_empty())
                .map(|port| Address::new(host, port)),
            zone: text(&item, "zone", &path)?,
            tenant: Some(text(&item, "tenant_name", &path)?).filter(|name| !name.is_empty()),
            tenant_id: number(&item, "tenant_id", &path)?,
            value: text(&item, "value", &path)?,
        })
    };
    list(values, path)?
        .into_iter()
        .enumerate()
        .map(value)
        .collect()
}
