//! Hosts, packages and alarms (`api/ocp.md §2.3`).

use serde_json::Value;

use super::envelope::{Rows, rows};
use super::fields::Fields;
use crate::fleet::cluster::Status;
use crate::fleet::platform::{Alarm, Host, Package, Service};

/// One host.
pub fn host(value: &Value) -> Option<Host> {
    let mut fields = Fields::of(value)?;
    let services = fields
        .list("services")
        .iter()
        .filter_map(Fields::of)
        .map(|mut service| Service {
            name: service.text("name"),
            kind: service.text("type"),
            version: service.text("version"),
        })
        .collect();
    Some(Host {
        id: fields.id("id")?,
        name: fields.text("name"),
        ip: fields.text("innerIpAddress"),
        idc: fields.text("idcName"),
        region: fields.text("regionName"),
        status: Status(fields.text("status")),
        agent_status: Status(fields.text("hostAgentStatus")),
        architecture: fields.text("architecture"),
        kind: fields.text("kind"),
        services,
        extra: fields.rest_without_nulls(),
    })
}

/// A list of hosts.
pub fn hosts(data: &Value) -> Rows<Host> {
    rows(data, host)
}

/// One package.
pub fn package(value: &Value) -> Option<Package> {
    let mut fields = Fields::of(value)?;
    Some(Package {
        id: fields.id("id")?,
        name: fields.text("name"),
        file: fields.text("fileName"),
        kind: fields.text("type"),
        version: fields.text("version"),
        build: fields.text("buildNumber"),
        architecture: fields.text("architecture"),
        system: fields.text("operatingSystem"),
        size: fields
            .number::<i64>("size")
            .and_then(|size| size.try_into().ok()),
        created_at: fields.time("createTime"),
        extra: fields.rest_without_nulls(),
    })
}

/// A list of packages.
pub fn packages(data: &Value) -> Rows<Package> {
    rows(data, package)
}

/// One alarm.
pub fn alarm(value: &Value) -> Option<Alarm> {
    let mut fields = Fields::of(value)?;
    Some(Alarm {
        id: fields.id("id")?,
        level: fields.number("level"),
        status: fields.text("status"),
        app: fields.text("appType"),
        kind: fields.text("alarmType"),
        scope: fields.text("scope"),
        target: fields.text("target"),
        summary: fields.text("summary"),
        description: fields.text("description"),
        active_at: fields.time("activeAt"),
        resolved_at: fields.time("resolvedAt"),
        extra: fields.rest_without_nulls(),
    })
}

/// A list of alarms.
pub fn alarms(data: &Value) -> Rows<Alarm> {
    rows(data, alarm)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_host_prints_nulls_that_say_nothing() {
        let read = host(&json!({"alias": null, "id": 3_000_002, "innerIpAddress": "xx.xx.xx.xx",
            "status": "AVAILABLE", "sshPort": 22,
            "services": [{"name": "c:1", "softwarePackageId": null, "type": "OB_CLUSTER", "version": "2.2.76"}]}))
        .unwrap();
        assert!(read.is_free());
        assert_eq!(read.services[0].kind, "OB_CLUSTER");
        assert_eq!(read.extra.keys().collect::<Vec<_>>(), ["sshPort"]);
    }

    #[test]
    fn a_package_keeps_its_file_name() {
        let read = package(&json!({"id": 12, "fileName": "obproxy-1.rpm", "size": 31_017_340}));
        assert_eq!(
            read.as_ref().map(|one| one.file.as_str()),
            Some("obproxy-1.rpm")
        );
        assert_eq!(read.and_then(|one| one.size), Some(31_017_340));
    }

    #[test]
    fn an_alarm_keeps_its_labels() {
        let read = alarm(
            &json!({"id": 1, "level": 1, "activeAt": "2020-12-03T01:44:04Z",
            "labels": {"host_ip": "h"}}),
        )
        .unwrap();
        assert_eq!((read.level, read.resolved_at), (Some(1), None));
        assert_eq!(read.extra["labels"]["host_ip"], "h");
    }
}
