//! The packages that were uploaded, and the upgrades that they make possible.

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Cell, Column, Row, left, right};
use crate::base::words;
use crate::fleet::platform::Package;
use crate::link::{Ask, Picture};

pub(super) const COLUMNS: &[Column] = &[
    left("package", 32, 0),
    left("version", 16, 0),
    left("release", 32, 0),
    left("architecture", 12, 3),
    right("size", 24, 2),
    right("id", 24, 1),
];

pub fn rows(seen: Seen<'_>) -> Vec<Row> {
    let known = seen.data.known(&Ask::Packages);
    let asked = known.and_then(|known| known.asked.as_ref());
    let all = match asked.map(|asked| &asked.picture) {
        Some(Picture::Packages(all)) => Some(all),
        _ => None,
    };
    let all = all.into_iter().flatten();
    all.map(|package| row(seen, package)).collect()
}

fn row(seen: Seen<'_>, package: &Package) -> Row {
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
    let uploaded = package.created_at.map(|at| seen.moment(at));
    let cells = vec![
        package.name.as_str().into(),
        package.version.as_str().into(),
        package.build.as_str().into(),
        package.architecture.as_str().into(),
        Cell::Number(package.size.map(|size| size as f64), size.clone()),
        package.id.as_str().into(),
    ];
    let about = About {
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
    };
    Row {
        id: package.id.clone(),
        mood: None,
        cells,
        about: Some(Box::new(about)),
    }
}
