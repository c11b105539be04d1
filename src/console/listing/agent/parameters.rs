//! Parameters: what is set where, and the form that sets it with the right scope.

use std::collections::BTreeSet;

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Column, Deed, Row, left};
use crate::fleet::host::{Parameter, ParameterValue};
use crate::link::{Ask, Picture};

pub(super) const COLUMNS: &[Column] = &[
    left("parameter", 44, 0),
    left("value", 36, 0),
    left("default", 24, 2),
    left("scope", 8, 3),
    left("takes effect", 20, 4),
    left("about", 60, 5),
];

/// So many servers or tenants get an offer of their own.
const OFFERED: usize = 12;

pub fn rows(seen: Seen<'_>) -> Vec<Row> {
    let known = seen.data.known(&Ask::Parameters);
    let asked = known.and_then(|known| known.asked.as_ref());
    let all = match asked.map(|asked| &asked.picture) {
        Some(Picture::Parameters(all)) => Some(all),
        _ => None,
    };
    all.into_iter().flatten().map(row).collect()
}

fn whose(value: &ParameterValue) -> String {
    let server = value.server.as_ref().map(ToString::to_string);
    let mut parts: Vec<String> = server.into_iter().collect();
    if !value.zone.is_empty() {
        parts.push(value.zone.clone());
    }
    if let Some(tenant) = &value.tenant {
        parts.push(t!("tenant %{name}", name = tenant).into_owned());
    }
    parts.join("  ")
}

fn row(parameter: &Parameter) -> Row {
    let shown = parameter.one_value().map_or_else(
        || {
            let values: BTreeSet<&str> = parameter
                .values
                .iter()
                .map(|value| value.value.as_str())
                .collect();
            t!(
                "%{n} values: %{values}",
                n = values.len(),
                values = values.into_iter().collect::<Vec<_>>().join(", ")
            )
            .into_owned()
        },
        str::to_owned,
    );
    let mut detail = vec![
        (t!("Parameter").into_owned(), parameter.name.clone()),
        (t!("About").into_owned(), parameter.info.clone()),
        (t!("Default").into_owned(), parameter.default.clone()),
        (
            t!("Takes effect").into_owned(),
            format!(
                "{}  {}  {}",
                parameter.scope, parameter.edit_level, parameter.data_type
            ),
        ),
    ];
    for value in &parameter.values {
        detail.push((whose(value), value.value.clone()));
    }
    let cells = [
        &parameter.name,
        &shown,
        &parameter.default,
        &parameter.scope,
        &parameter.edit_level,
        &parameter.info,
    ];
    Row {
        id: parameter.name.clone(),
        mood: None,
        cells: cells.map(|text| text.as_str().into()).to_vec(),
        about: Some(Box::new(About {
            detail,
            copy: format!("{}={shown}", parameter.name),
            deeds: deeds(parameter),
        })),
    }
}

/// One offer for all, then one for each that has a value of its own.
fn deeds(parameter: &Parameter) -> Vec<Deed> {
    if parameter.edit_level == "READONLY" {
        return Vec::new();
    }
    let with = |value: &str, more: Vec<(&'static str, String)>| -> Deed {
        let mut values = vec![
            ("name", parameter.name.clone()),
            ("value", value.to_owned()),
        ];
        values.extend(more);
        ("parameter-set", values)
    };
    let everywhere = parameter.one_value().unwrap_or_default();
    let scope = |word: &str| ("scope", word.to_owned());
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    if parameter.scope == "TENANT" {
        let all = vec![scope("TENANT"), ("all_user_tenant", "true".to_owned())];
        out.push(with(everywhere, all));
        for value in &parameter.values {
            if let Some(tenant) = value
                .tenant
                .as_ref()
                .filter(|tenant| seen.insert((*tenant).clone()))
            {
                out.push(with(
                    &value.value,
                    vec![scope("TENANT"), ("tenants", tenant.clone())],
                ));
            }
        }
    } else {
        out.push(with(everywhere, vec![scope("CLUSTER")]));
        for value in parameter
            .values
            .iter()
            .filter(|value| !value.zone.is_empty())
        {
            if seen.insert(value.zone.clone()) {
                out.push(with(
                    &value.value,
                    vec![scope("CLUSTER"), ("zones", value.zone.clone())],
                ));
            }
        }
        for value in &parameter.values {
            if let Some(server) = value.server.as_ref().map(ToString::to_string)
                && seen.insert(server.clone())
            {
                out.push(with(
                    &value.value,
                    vec![scope("CLUSTER"), ("servers", server)],
                ));
            }
        }
    }
    out.truncate(OFFERED);
    out
}
