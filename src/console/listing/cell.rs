//! What a list is made of: columns, and rows of cells.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::base::text;
use crate::fleet::cluster::Mood;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title (a key of the catalogue of words).
    pub title: &'static str,
    /// Numbers stand on the right.
    pub right: bool,
    /// What goes first when there is little room: the larger, the sooner;
    /// 0 and 1 shrink before they go.
    pub rank: u8,
    /// More than this many cells are cut.
    pub most: usize,
}

/// A column of names.
pub(super) const fn left(title: &'static str, most: usize, rank: u8) -> Column {
    Column {
        title,
        right: false,
        rank,
        most,
    }
}

/// A column of numbers.
pub(super) const fn right(title: &'static str, most: usize, rank: u8) -> Column {
    Column {
        right: true,
        ..left(title, most, rank)
    }
}

/// A value in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A word.
    Text(String),
    /// A word of the server's that is good or bad.
    Status(String, Mood),
    /// How grave an alarm is.
    Level(String, Mood),
    /// A number, or none.
    Number(Option<f64>, String),
    /// A number that wants a look where it is not zero.
    Alarm(Option<u64>, String),
    /// A time, told as its age.
    Since(Option<Timestamp>),
}

impl Cell {
    /// A whole number; a dash for none.
    #[must_use]
    pub fn count(count: Option<u64>) -> Self {
        let words = count.map_or_else(|| "-".to_owned(), |count| count.to_string());
        #[allow(clippy::cast_precision_loss, reason = "only compared")]
        Self::Number(count.map(|count| count as f64), words)
    }

    /// The text that a filter looks at.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text)
            | Self::Status(text, _)
            | Self::Level(text, _)
            | Self::Number(_, text)
            | Self::Alarm(_, text) => text,
            Self::Since(_) => "",
        }
    }

    /// Cells that it takes at most while it stands there.
    pub(super) fn width(&self) -> usize {
        /// The longest age in words.
        const AGE: usize = 11;
        match self {
            Self::Since(_) => AGE,
            other => text::width(other.text()),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A form that fits a row, and what is known of its fields.
pub type Deed = (&'static str, Vec<(&'static str, String)>);

/// What is known of a row beside its cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Name and value of everything that is known of it.
    pub detail: Vec<(String, String)>,
    /// What is copied.
    pub copy: String,
    /// What may be done with it.
    pub deeds: Vec<Deed>,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What it is, whatever its place.
    pub id: String,
    /// How good it is, for its glyph, where that can be said.
    pub mood: Option<Mood>,
    /// One for each column.
    pub cells: Vec<Cell>,
    /// `None`: what the server sent is all that is known.
    pub about: Option<Box<About>>,
}

impl Row {
    /// What is copied of it.
    #[must_use]
    pub fn copy(&self) -> &str {
        match &self.about {
            Some(about) => &about.copy,
            None => self.cells.first().map_or("", Cell::text),
        }
    }
}

/// Numbers by size, times by age, texts by letters; what is not known last.
pub(super) fn compare(a: Option<&Cell>, b: Option<&Cell>) -> Ordering {
    match (a, b) {
        (Some(Cell::Number(a, _)), Some(Cell::Number(b, _))) => {
            a.partial_cmp(b).unwrap_or(Ordering::Equal)
        }
        (Some(Cell::Alarm(a, _)), Some(Cell::Alarm(b, _))) => a.cmp(b),
        (Some(Cell::Since(a)), Some(Cell::Since(b))) => a.cmp(b),
        (Some(a), Some(b)) => natural(a.text(), b.text()),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// `10.0.0.9` before `10.0.0.10`, `zone2` before `zone10`: digits are padded
/// to the length of any address or id.
fn natural(left: &str, right: &str) -> Ordering {
    padded(left).cmp(&padded(right))
}

fn padded(text: &str) -> String {
    const DIGITS: usize = 20;
    let mut out = String::with_capacity(text.len() + DIGITS);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            out.extend(first.to_lowercase());
            rest = &rest[first.len_utf8()..];
        } else {
            let (number, after) = rest.split_at(digits);
            out.extend(std::iter::repeat_n('0', DIGITS.saturating_sub(digits)));
            out.push_str(number);
            rest = after;
        }
    }
    out
}
