//! Rows as a table: names left, numbers right, two blanks between columns.

use rust_i18n::t;

use super::columns::{Column, Show};
use crate::base::text::width;

/// Draws the columns; those marked wide only on request.
pub fn draw<T>(rows: &[T], columns: &[Column<T>], wide: bool) -> String {
    let columns: Vec<_> = columns.iter().filter(|c| wide || !c.wide).collect();
    let titles: Vec<String> = columns.iter().map(|c| t!(c.title).to_string()).collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|column| column.show.words(&(column.value)(row)))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            cells
                .iter()
                .map(|row| width(&row[at]))
                .chain([width(&titles[at])])
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in std::iter::once(&titles).chain(&cells) {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let room = " ".repeat(widths[at].saturating_sub(width(cell)));
            if columns[at].show == Show::Name {
                line.push_str(cell);
                line.push_str(&room);
            } else {
                line.push_str(&room);
                line.push_str(cell);
            }
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
