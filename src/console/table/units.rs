//! Unit configs with their limits, and the statistics that agents keep.

use rust_i18n::t;

use super::sheet::{Column, Line, Sheet, name, number};
use crate::base::words;
use crate::console::model::Model;
use crate::fleet::unit::{Fact, Units};
use crate::link::{Ask, Picture};

const LIMITS: &[Column] = &[
    name("name", 0, 36),
    name("kind", 0, 14),
    number("cpu", 1),
    number("memory GiB", 1),
    number("log disk GiB", 3),
    name("used by", 2, 48),
];

const STATISTICS: &[Column] = &[
    name("about", 0, 24),
    name("name", 0, 40),
    name("value", 0, 72),
];

pub fn limits(model: &Model) -> Sheet {
    let known = model.data.known(&Ask::Limits);
    let asked = known.and_then(|known| known.asked.as_ref());
    let units = match asked.map(|asked| &asked.picture) {
        Some(Picture::Units(units)) => Some(units.as_ref()),
        _ => None,
    };
    Sheet {
        columns: LIMITS,
        lines: units.map(lines).unwrap_or_default(),
        empty: t!("The server tells no unit configs now: it does while an observer is up.")
            .into_owned(),
        answered: units.is_some(),
        deeds: vec![("tenant-create", Vec::new())],
    }
}

fn lines(units: &Units) -> Vec<Line> {
    let limit = units.limits.iter().map(|fact| Line {
        id: format!("limit {}", fact.name),
        cells: vec![
            fact.name.clone(),
            t!("limit").into_owned(),
            String::new(),
            String::new(),
            String::new(),
            fact.value.clone(),
        ],
        detail: vec![(fact.name.clone(), fact.value.clone())],
        copy: format!("{}={}", fact.name, fact.value),
        ..Line::default()
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
        Line {
            id: format!("unit {}", config.name),
            cells: vec![
                config.name.clone(),
                t!("unit config").into_owned(),
                config.max_cpu.clone(),
                gib(config.memory),
                gib(config.log_disk),
                pools.join(", "),
            ],
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
            ..Line::default()
        }
    });
    limit.chain(config).collect()
}

pub fn statistics(model: &Model) -> Sheet {
    let known = model.data.known(&Ask::Statistics);
    let asked = known.and_then(|known| known.asked.as_ref());
    let facts = match asked.map(|asked| &asked.picture) {
        Some(Picture::Statistics(facts)) => Some(facts),
        _ => None,
    };
    let line = |(at, fact): (usize, &Fact)| Line {
        id: format!("{at} {} {}", fact.about, fact.name),
        cells: vec![fact.about.clone(), fact.name.clone(), fact.value.clone()],
        detail: vec![(
            format!("{} {}", fact.about, fact.name).trim().to_owned(),
            fact.value.clone(),
        )],
        copy: fact.value.clone(),
        ..Line::default()
    };
    Sheet {
        columns: STATISTICS,
        lines: facts.into_iter().flatten().enumerate().map(line).collect(),
        empty: t!("The agents keep no statistics now.").into_owned(),
        answered: facts.is_some(),
        deeds: Vec::new(),
    }
}
