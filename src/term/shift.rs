//! Finds rows that have only moved: what a list does when it scrolls.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use ratatui::buffer::Cell;

use super::grid::{Grid, at, is_blank};

/// Fewer changed rows are written anew for less than the moving costs.
const FEWEST: usize = 4;

/// What scrolls is rarely as wide as the screen, so rows are compared in pieces.
const PIECE: usize = 8;

/// A gain of fewer cells is not worth the trouble.
const LEAST: i64 = 16;

/// Rows that move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    /// The first row.
    pub top: usize,
    /// The row after the last one.
    pub end: usize,
    /// By how many they go up; below 0 they go down.
    pub by: isize,
}

impl Shift {
    /// The row that stands at `y` afterwards; `None` where a blank one came in.
    pub fn source(&self, y: usize) -> Option<usize> {
        if !(self.top..self.end).contains(&y) {
            return Some(y);
        }
        let from = y.checked_add_signed(self.by)?;
        (self.top..self.end).contains(&from).then_some(from)
    }
}

/// The move that leaves the fewest cells to write. `changed` are the rows that
/// differ, from the first to the last.
pub(super) fn find(have: &Grid, wanted: &Grid, changed: &[usize]) -> Option<Shift> {
    if changed.len() < FEWEST {
        return None;
    }
    let span = *changed.first()?..changed.last()? + 1;
    let by = elected(have, wanted, changed, span.clone())?;
    let (shift, gain) = best(have, wanted, span, by)?;
    (gain >= LEAST).then_some(shift)
}

/// By how many rows most of the changed pieces have moved.
fn elected(have: &Grid, wanted: &Grid, changed: &[usize], span: Range<usize>) -> Option<isize> {
    let mut places: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    for y in span {
        for (number, piece) in have.row(y).chunks(PIECE).enumerate() {
            if let Some(print) = print(piece) {
                places.entry((number, print)).or_default().push(y);
            }
        }
    }
    let mut votes: HashMap<isize, usize> = HashMap::new();
    for &y in changed {
        let before = have.row(y);
        for (number, piece) in wanted.row(y).chunks(PIECE).enumerate() {
            let start = number * PIECE;
            let stayed = (piece.iter().enumerate()).all(|(x, cell)| cell == at(before, start + x));
            let found = print(piece).filter(|_| !stayed);
            let found = found.and_then(|print| places.get(&(number, print)));
            for from in found.into_iter().flatten() {
                let by = from.cast_signed() - y.cast_signed();
                *votes.entry(by).or_default() += 1;
            }
        }
    }
    votes.remove(&0);
    let most = |(by, count): &(isize, usize)| (*count, std::cmp::Reverse(by.unsigned_abs()), *by);
    votes.into_iter().max_by_key(most).map(|(by, _)| by)
}

/// A number for what a piece shows; `None` where it shows nothing.
fn print(piece: &[Cell]) -> Option<u64> {
    let last = piece.iter().rposition(|cell| !is_blank(cell))?;
    let mut hasher = DefaultHasher::new();
    piece[..=last].hash(&mut hasher);
    Some(hasher.finish())
}

/// Among the rows of the span the run that gains most by moving, and how many
/// cells it gains.
fn best(have: &Grid, wanted: &Grid, span: Range<usize>, by: isize) -> Option<(Shift, i64)> {
    let count = by.unsigned_abs();
    let gain = |y: usize, from: Option<usize>| {
        let row = wanted.row(y);
        let moved = differing(from.map_or(&[], |from| have.row(from)), row);
        differing(have.row(y), row) as i64 - moved as i64
    };
    // The rows that keep something, and the blank ones that come in behind them.
    let keeps: Range<usize> = if by > 0 {
        span.start..span.end.checked_sub(count)?
    } else {
        span.start + count..span.end
    };
    let blanks: Vec<i64> = span.clone().map(|y| gain(y, None)).collect();
    let blank = |rows: Range<usize>| -> i64 {
        let rows = rows.start.checked_sub(span.start)..rows.end.checked_sub(span.start);
        let (Some(start), Some(end)) = (rows.start, rows.end) else {
            return i64::MIN / 4;
        };
        blanks
            .get(start..end)
            .map_or(i64::MIN / 4, |all| all.iter().sum())
    };
    let mut found: Option<(Shift, i64)> = None;
    let (mut start, mut sum) = (keeps.start, 0_i64);
    for y in keeps {
        // Upwards the blanks stand behind the run, downwards before it.
        let fresh = if by > 0 { 0 } else { blank(y - count..y) };
        if sum <= fresh || start == y {
            (start, sum) = (y, fresh);
        }
        sum += gain(y, y.checked_add_signed(by));
        let (top, end, whole) = if by > 0 {
            let end = y + 1 + count;
            (start, end, sum + blank(y + 1..end))
        } else {
            (start - count, y + 1, sum)
        };
        if found.is_none_or(|(_, most)| whole > most) {
            found = Some((Shift { top, end, by }, whole));
        }
    }
    found
}

/// In how many cells two rows differ.
fn differing(one: &[Cell], other: &[Cell]) -> usize {
    let longer = one.len().max(other.len());
    (0..longer).filter(|x| at(one, *x) != at(other, *x)).count()
}
