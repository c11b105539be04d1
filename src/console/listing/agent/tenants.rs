//! Tenants with their connection strings.

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Cell, Column, Row, left, right};
use crate::base::words;
use crate::fleet::cluster::Tenant;

pub(super) const COLUMNS: &[Column] = &[
    left("tenant", 32, 0),
    left("state", 16, 0),
    left("mode", 8, 3),
    left("zones", 32, 2),
    right("units", 24, 4),
    right("cpu", 24, 5),
    right("memory GiB", 24, 5),
    left("connect with", 64, 1),
];

pub fn rows(seen: Seen<'_>) -> Vec<Row> {
    let cluster = seen.data.cluster();
    let tenants = cluster.and_then(|cluster| cluster.tenants.as_ref());
    let tenants = tenants.into_iter().flatten();
    tenants.map(|tenant| row(seen, tenant)).collect()
}

fn state(tenant: &Tenant) -> String {
    if tenant.locked {
        t!("%{state}, locked", state = tenant.status.0).into_owned()
    } else {
        tenant.status.0.clone()
    }
}

fn row(seen: Seen<'_>, tenant: &Tenant) -> Row {
    let unit = tenant.unit.clone().unwrap_or_default();
    let memory = unit.memory.map(|bytes| words::gib(bytes as f64));
    let connection = tenant.connections.first().cloned().unwrap_or_default();
    let zones = tenant.zones.join(" ");
    let units = if unit.count > 0 {
        unit.count.to_string()
    } else {
        String::new()
    };
    let mut detail = vec![
        (t!("Tenant").into_owned(), tenant.name.clone()),
        (t!("State").into_owned(), state(tenant)),
        (t!("Mode").into_owned(), tenant.mode.clone()),
    ];
    let mut say = |label: std::borrow::Cow<'static, str>, value: String| {
        if !value.is_empty() {
            detail.push((label.into_owned(), value));
        }
    };
    for connection in &tenant.connections {
        say(t!("Connect with"), connection.clone());
    }
    say(t!("Zones"), zones.clone());
    say(t!("Primary zone"), tenant.primary_zone.clone());
    say(t!("Locality"), tenant.locality.clone());
    if let Some(unit) = &tenant.unit {
        let size = t!(
            "%{name}: %{count} in each zone, CPU %{cores}, memory %{memory} GiB",
            name = unit.name,
            count = unit.count,
            cores = unit.cores,
            memory = memory.clone().unwrap_or_else(|| "?".to_owned())
        );
        say(t!("Unit config"), size.into_owned());
    }
    say(t!("Who may connect"), tenant.whitelist.clone());
    say(
        t!("Made"),
        tenant
            .created_at
            .map(|at| seen.moment(at))
            .unwrap_or_default(),
    );
    say(t!("Comment"), tenant.comment.clone());
    let mut deeds = Vec::new();
    if tenant.name != "sys" {
        for recycle in ["true", "false"] {
            deeds.push((
                "tenant-delete",
                vec![
                    ("name", tenant.name.clone()),
                    ("need_recycle", recycle.to_owned()),
                ],
            ));
        }
    }
    let cells = vec![
        tenant.name.as_str().into(),
        Cell::Status(state(tenant), tenant.status.mood()),
        tenant.mode.as_str().into(),
        zones.into(),
        units.into(),
        unit.cores.into(),
        memory.unwrap_or_default().into(),
        connection.as_str().into(),
    ];
    let copy = if connection.is_empty() {
        tenant.name.clone()
    } else {
        connection
    };
    Row {
        id: tenant.name.clone(),
        mood: Some(tenant.status.mood()),
        cells,
        about: Some(Box::new(About {
            detail,
            copy,
            deeds,
        })),
    }
}
