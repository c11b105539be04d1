//! Rows as a table: names left, numbers right, two blanks between columns.

use rust_i18n::t;

use super::columns::Show;
use super::sheet::Sheet;
use crate::base::text::width;

/// Draws the columns; those marked wide only on request.
pub fn draw(sheet: &Sheet, wide: bool) -> String {
    let shown: Vec<_> = (0..sheet.heads.len())
        .filter(|at| wide || !sheet.heads[*at].wide)
        .collect();
    let heads: Vec<_> = shown.iter().map(|at| &sheet.heads[*at]).collect();
    let titles: Vec<String> = heads
        .iter()
        .map(|head| t!(head.title).to_string())
        .collect();
    let cells: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .map(|row| {
            let values = shown.iter().map(|at| (at, &row[*at]));
            values
                .map(|(at, value)| sheet.heads[*at].show.words(value))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = (0..heads.len())
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
            if matches!(heads[at].show, Show::Name | Show::Time) {
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
