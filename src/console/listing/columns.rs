//! The columns of each list and what stands in them.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::Listing;
use crate::fleet::cluster::Mood;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title (a key of the catalogue of words).
    pub title: &'static str,
    /// Cells that it wants.
    pub cells: usize,
    /// Numbers stand on the right.
    pub right: bool,
    /// What goes first when there is little room: the larger, the sooner.
    pub rank: u8,
}

const fn left(title: &'static str, cells: usize, rank: u8) -> Column {
    Column {
        title,
        cells,
        right: false,
        rank,
    }
}

const fn right(title: &'static str, cells: usize, rank: u8) -> Column {
    Column {
        right: true,
        ..left(title, cells, rank)
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
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The server's id.
    pub id: String,
    /// How good it is, for its glyph.
    pub mood: Mood,
    /// One for each column.
    pub cells: Vec<Cell>,
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

/// The columns of a list.
pub(super) fn of(listing: Listing) -> &'static [Column] {
    match listing {
        Listing::Clusters => {
            const {
                &[
                    left("cluster", 22, 0),
                    left("status", 13, 1),
                    left("version", 11, 4),
                    right("zones", 7, 7),
                    right("servers", 9, 3),
                    right("tenants", 9, 6),
                    right("alarms", 8, 2),
                    right("running", 9, 2),
                    left("role", 9, 8),
                    right("id", 9, 5),
                ]
            }
        }
        Listing::Servers => {
            const {
                &[
                    left("server", 24, 0),
                    left("status", 13, 1),
                    left("cluster", 18, 2),
                    left("zone", 10, 3),
                    right("SQL port", 10, 6),
                    left("version", 14, 5),
                    right("started", 12, 4),
                ]
            }
        }
        Listing::Hosts => {
            const {
                &[
                    left("host", 18, 0),
                    left("status", 12, 1),
                    left("services", 22, 2),
                    left("IDC", 10, 4),
                    left("region", 11, 5),
                    left("agent", 12, 6),
                    left("architecture", 13, 7),
                    right("id", 9, 3),
                ]
            }
        }
        Listing::Packages => {
            const {
                &[
                    left("package", 44, 0),
                    left("type", 28, 1),
                    right("MiB", 9, 3),
                    right("uploaded", 12, 4),
                    right("id", 7, 2),
                ]
            }
        }
        Listing::Alarms => {
            const {
                &[
                    left("alarm", 30, 0),
                    left("level", 11, 1),
                    left("status", 10, 2),
                    left("target", 26, 3),
                    left("rule", 22, 6),
                    right("since", 12, 4),
                    right("id", 9, 7),
                ]
            }
        }
        Listing::Tenants => {
            const {
                &[
                    left("tenant", 18, 0),
                    left("status", 11, 1),
                    left("cluster", 18, 2),
                    left("mode", 8, 3),
                    left("primary zone", 20, 5),
                    left("locality", 26, 6),
                    left("locked", 8, 4),
                    right("id", 7, 7),
                ]
            }
        }
        Listing::Proxies => {
            const {
                &[
                    left("OBProxy cluster", 20, 0),
                    left("state", 16, 1),
                    left("mode", 12, 4),
                    left("address", 22, 3),
                    left("reaches", 24, 5),
                    right("proxies", 9, 2),
                    right("id", 6, 2),
                ]
            }
        }
    }
}
