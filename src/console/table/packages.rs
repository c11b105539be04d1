//! The packages that were uploaded, and the upgrades that they make possible.

use rust_i18n::t;

use super::sheet::{Column, Line, Sheet, moment, name, number};
use crate::base::words;
use crate::console::model::Model;
use crate::fleet::platform::Package;
use crate::link::{Ask, Picture};

const COLUMNS: &[Column] = &[
    name("package", 0, 32),
    name("version", 0, 16),
    name("release", 0, 32),
    name("architecture", 3, 12),
    number("size", 2),
    number("id", 1),
];

pub fn sheet(model: &Model) -> Sheet {
    let known = model.data.known(&Ask::Packages);
    let asked = known.and_then(|known| known.asked.as_ref());
    let all = match asked.map(|asked| &asked.picture) {
        Some(Picture::Packages(all)) => Some(all),
        _ => None,
    };
    Sheet {
        columns: COLUMNS,
        lines: all
            .into_iter()
            .flatten()
            .map(|package| line(model, package))
            .collect(),
        empty: t!("No package was uploaded yet. a: upload one.").into_owned(),
        answered: all.is_some(),
        deeds: vec![("package-upload", Vec::new())],
    }
}

fn line(model: &Model, package: &Package) -> Line {
    let size = package.size.map(|size| words::bytes(size as f64));
    let size = size.unwrap_or_default();
    let of = if package.name == "obshell" {
        "obshell"
    } else {
        "oceanbase"
    };
    let wanted = || {
        vec![
            ("of", of.to_owned()),
            ("version", package.version.clone()),
            ("release", package.build.clone()),
        ]
    };
    let uploaded = package.created_at.map(|at| moment(model, at));
    Line {
        id: package.id.clone(),
        mood: None,
        cells: vec![
            package.name.clone(),
            package.version.clone(),
            package.build.clone(),
            package.architecture.clone(),
            size.clone(),
            package.id.clone(),
        ],
        detail: vec![
            (t!("Package").into_owned(), package.file.clone()),
            (t!("Size").into_owned(), size),
            (t!("Uploaded").into_owned(), uploaded.unwrap_or_default()),
        ],
        copy: package.file.clone(),
        deeds: vec![
            ("upgrade-check", wanted()),
            ("upgrade", wanted()),
            ("package-delete", vec![("id", package.id.clone())]),
        ],
    }
}
