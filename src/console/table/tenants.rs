//! Tenants with their connection strings.

use rust_i18n::t;

use super::sheet::{Column, Line, Sheet, moment, name, number};
use crate::base::words;
use crate::console::model::Model;
use crate::fleet::cluster::Tenant;

const COLUMNS: &[Column] = &[
    name("tenant", 0, 32),
    name("state", 0, 16),
    name("mode", 3, 8),
    name("zones", 2, 32),
    number("units", 4),
    number("cpu", 5),
    number("memory GiB", 5),
    name("connect with", 1, 64),
];

pub fn sheet(model: &Model) -> Sheet {
    let cluster = model.data.cluster();
    let tenants = cluster.and_then(|cluster| cluster.tenants.as_ref());
    let empty = match cluster {
        Some(found) if !found.is_initialised() => {
            t!("No tenant before the cluster is initialised.")
        }
        _ => t!("The server tells no tenants now: it does while an observer is up. a: create one."),
    };
    Sheet {
        columns: COLUMNS,
        lines: tenants
            .into_iter()
            .flatten()
            .map(|tenant| line(model, tenant))
            .collect(),
        empty: empty.into_owned(),
        answered: cluster.is_some(),
        deeds: vec![("tenant-create", Vec::new())],
    }
}

fn state(tenant: &Tenant) -> String {
    if tenant.locked {
        t!("%{state}, locked", state = tenant.status.0).into_owned()
    } else {
        tenant.status.0.clone()
    }
}

fn line(model: &Model, tenant: &Tenant) -> Line {
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
            .map(|at| moment(model, at))
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
    Line {
        id: tenant.name.clone(),
        mood: Some(tenant.status.mood()),
        cells: vec![
            tenant.name.clone(),
            state(tenant),
            tenant.mode.clone(),
            zones,
            units,
            unit.cores,
            memory.unwrap_or_default(),
            connection.clone(),
        ],
        detail,
        copy: if connection.is_empty() {
            tenant.name.clone()
        } else {
            connection
        },
        deeds,
    }
}
