//! What needs a look: the reason and what to do.

use rust_i18n::t;

use super::sheet::{Column, Line, Sheet, name};
use crate::console::model::Model;
use crate::fleet::checks::{Check, checks};

const COLUMNS: &[Column] = &[
    name("who", 1, 32),
    name("what is wrong", 0, 72),
    name("what to do", 2, 90),
];

pub fn sheet(model: &Model) -> Sheet {
    let cluster = model.data.cluster();
    let found = cluster.map(|cluster| checks(cluster, model.data.tasks()));
    Sheet {
        columns: COLUMNS,
        lines: found.into_iter().flatten().map(line).collect(),
        empty: t!("Nothing needs a look.").into_owned(),
        answered: cluster.is_some(),
        deeds: Vec::new(),
    }
}

fn line(check: Check) -> Line {
    Line {
        id: format!("{} {}", check.who, check.what),
        mood: Some(check.mood),
        copy: if check.command.is_empty() {
            format!("{}: {}", check.who, check.what)
        } else {
            check.command.clone()
        },
        cells: vec![check.who.clone(), check.what.clone(), check.cure.clone()],
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
    }
}
