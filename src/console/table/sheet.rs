//! A table as plain data: columns, rows, and the detail of each row.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::console::model::Model;
use crate::fleet::cluster::Mood;

/// A moment as the operator's clock shows it.
pub fn moment(model: &Model, at: Timestamp) -> String {
    let zone = model.settings.zone.clone().unwrap_or_else(TimeZone::system);
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name (a key of the catalogue of words).
    pub title: &'static str,
    /// Whether its cells stand on the right, as numbers do.
    pub right: bool,
    /// With too little room the column with the greatest number goes first;
    /// 0 stays to the end.
    pub rank: u8,
    /// More than this many cells are cut.
    pub most: usize,
}

/// A column of names.
pub const fn name(title: &'static str, rank: u8, most: usize) -> Column {
    Column {
        title,
        right: false,
        rank,
        most,
    }
}

/// A column of numbers.
pub const fn number(title: &'static str, rank: u8) -> Column {
    Column {
        title,
        right: true,
        rank,
        most: 24,
    }
}

/// A form that fits a row, and what is known of its fields.
pub type Deed = (&'static str, Vec<(&'static str, String)>);

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// What it is, whatever its place.
    pub id: String,
    /// How good it is, where that can be said.
    pub mood: Option<Mood>,
    /// A cell a column.
    pub cells: Vec<String>,
    /// Name and value of everything that is known of it.
    pub detail: Vec<(String, String)>,
    /// What `y` copies.
    pub copy: String,
    /// What may be done with it.
    pub deeds: Vec<Deed>,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its columns.
    pub columns: &'static [Column],
    /// Its rows.
    pub lines: Vec<Line>,
    /// What is said where there is no row: what would be here, why there is
    /// nothing, what changes that.
    pub empty: String,
    /// Whether it was answered at all.
    pub answered: bool,
    /// What may be done without a row.
    pub deeds: Vec<Deed>,
}
