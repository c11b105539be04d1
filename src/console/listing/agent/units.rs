//! Unit configs with their limits, and the statistics that agents keep.

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Cell, Column, Row, left, right};
use crate::base::words;
use crate::fleet::unit::{Fact, Units};
use crate::link::{Ask, Picture};

pub(super) const LIMITS: &[Column] = &[
    left("name", 36, 0),
    left("kind", 14, 0),
    right("cpu", 24, 1),
    right("memory GiB", 24, 1),
    right("log disk GiB", 24, 3),
    left("used by", 48, 2),
];

pub(super) const STATISTICS: &[Column] = &[
    left("about", 24, 0),
    left("name", 40, 0),
    left("value", 72, 0),
];

pub fn limits(seen: Seen<'_>) -> Vec<Row> {
    match seen.data.picture(&Ask::Limits) {
        Some(Picture::Units(units)) => rows(units),
        _ => Vec::new(),
    }
}

fn rows(units: &Units) -> Vec<Row> {
    let limit = units.limits.iter().map(|fact| {
        let kind = t!("limit");
        let cells = [&fact.name, &*kind, "", "", "", &fact.value];
        Row {
            id: format!("limit {}", fact.name),
            cells: cells.map(Cell::from).to_vec(),
            about: Some(Box::new(About {
                detail: vec![(fact.name.clone(), fact.value.clone())],
                copy: format!("{}={}", fact.name, fact.value),
                deeds: Vec::new(),
            })),
            ..Row::default()
        }
    });
    let config = units.configs.iter().map(|config| {
        let pools = units
            .pools
            .iter()
            .filter(|pool| pool.unit_config_id == config.id);
        let pools: Vec<String> = pools
            .map(|pool| format!("{} ({})", pool.name, pool.zones.join(" ")))
            .collect();
        let gib = |bytes: Option<i64>| {
            bytes
                .map(|bytes| words::gib(bytes as f64))
                .unwrap_or_default()
        };
        let cells = vec![
            config.name.as_str().into(),
            (&*t!("unit config")).into(),
            config.max_cpu.as_str().into(),
            gib(config.memory).into(),
            gib(config.log_disk).into(),
            pools.join(", ").into(),
        ];
        let about = About {
            detail: vec![
                (t!("Unit config").into_owned(), config.name.clone()),
                (
                    t!("Cores").into_owned(),
                    t!(
                        "%{min} to %{max}",
                        min = config.min_cpu,
                        max = config.max_cpu
                    )
                    .into_owned(),
                ),
                (
                    t!("Memory").into_owned(),
                    format!("{} GiB", gib(config.memory)),
                ),
                (
                    t!("Log disk").into_owned(),
                    format!("{} GiB", gib(config.log_disk)),
                ),
                (t!("Resource pools").into_owned(), pools.join(", ")),
            ],
            copy: config.name.clone(),
            deeds: vec![(
                "tenant-create",
                vec![("unit_config_name", config.name.clone())],
            )],
        };
        Row {
            id: format!("unit {}", config.name),
            cells,
            about: Some(Box::new(about)),
            ..Row::default()
        }
    });
    limit.chain(config).collect()
}

pub fn statistics(seen: Seen<'_>) -> Vec<Row> {
    let Some(Picture::Statistics(facts)) = seen.data.picture(&Ask::Statistics) else {
        return Vec::new();
    };
    let row = |(at, fact): (usize, &Fact)| Row {
        id: format!("{at} {} {}", fact.about, fact.name),
        cells: [&fact.about, &fact.name, &fact.value]
            .map(|text| text.as_str().into())
            .to_vec(),
        about: Some(Box::new(About {
            detail: vec![(
                format!("{} {}", fact.about, fact.name).trim().to_owned(),
                fact.value.clone(),
            )],
            copy: fact.value.clone(),
            deeds: Vec::new(),
        })),
        ..Row::default()
    };
    facts.iter().enumerate().map(row).collect()
}
