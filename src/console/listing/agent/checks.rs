//! What needs a look: the reason and what to do.

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Column, Row, left};
use crate::fleet::checks::{Check, checks};

pub(super) const COLUMNS: &[Column] = &[
    left("who", 32, 1),
    left("what is wrong", 72, 0),
    left("what to do", 90, 2),
];

pub fn rows(seen: Seen<'_>) -> Vec<Row> {
    let cluster = seen.data.cluster();
    let found = cluster.map(|cluster| checks(cluster, seen.data.tasks()));
    found.into_iter().flatten().map(row).collect()
}

fn row(check: Check) -> Row {
    let id = format!("{} {}", check.who, check.what);
    let cells = [&check.who, &check.what, &check.cure];
    let cells = cells.map(|text| text.as_str().into()).to_vec();
    let about = About {
        copy: if check.command.is_empty() {
            format!("{}: {}", check.who, check.what)
        } else {
            check.command.clone()
        },
        detail: [
            (t!("Who"), check.who),
            (t!("What is wrong"), check.what),
            (t!("Why it matters"), check.why),
            (t!("What to do"), check.cure),
            (t!("Command"), check.command),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into_owned(), value))
        .collect(),
        deeds: check.deed.into_iter().collect(),
    };
    Row {
        id,
        mood: Some(check.mood),
        cells,
        about: Some(Box::new(about)),
    }
}
