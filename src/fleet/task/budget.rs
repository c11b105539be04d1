//! Rows within a height: what is failed, running or focused always stays, then
//! what encloses it, then what runs next; the rest is rolled up, and the
//! roll-ups add up.

use super::counts::Counts;
use super::model::{State, Task};
use super::tree::{Branch, Fold, Item, Row};

/// The least height that can hold a roll-up, a row and a roll-up.
pub const MIN_HEIGHT: usize = 3;

/// Chooses the rows for a height. `focus` is a position in `rows`.
///
/// More failed, running and focused rows than fit make the result longer than
/// `height`: they are never hidden, the caller scrolls.
#[must_use]
pub fn fit(rows: &[Row], task: &Task, height: usize, focus: Option<usize>) -> Vec<Row> {
    let height = height.max(MIN_HEIGHT);
    if rows.len() <= height {
        return rows.to_vec();
    }
    let musts: Vec<usize> = (0..rows.len())
        .filter(|at| focus == Some(*at) || must_stay(&rows[*at], task))
        .collect();
    let mut choice = Choice::new(rows.len());
    for &at in &musts {
        choice.add(at);
    }
    for at in ancestors(rows, &musts)
        .into_iter()
        .chain(by_interest(rows, task, &musts))
    {
        if choice.rows + choice.gaps >= height && choice.gaps == 0 {
            break;
        }
        if choice.cost(at) <= height as isize - (choice.rows + choice.gaps) as isize {
            choice.add(at);
        }
    }
    let room = height.saturating_sub(choice.rows).max(1);
    assemble(rows, task, &choice.shown, room)
}

/// Whether a row may never be hidden, nor anything folded into it be forgotten.
fn must_stay(row: &Row, task: &Task) -> bool {
    let own = row
        .item
        .state(task)
        .is_some_and(|state| state == State::Failed || state.is_active());
    own || row.hidden.failed > 0 || row.hidden.running > 0
}

/// The rows that enclose the given ones.
fn ancestors(rows: &[Row], musts: &[usize]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut taken = vec![false; rows.len()];
    let mut next = musts.iter().peekable();
    for (at, row) in rows.iter().enumerate() {
        while open.last().is_some_and(|top| rows[*top].depth >= row.depth) {
            open.pop();
        }
        if next.next_if(|must| **must == at).is_some() {
            for &above in open.iter().rev() {
                if std::mem::replace(&mut taken[above], true) {
                    break;
                }
                found.push(above);
            }
        }
        open.push(at);
    }
    found
}

/// Everything else: near what happens before far from it, what comes before
/// what was, references last.
fn by_interest(rows: &[Row], task: &Task, musts: &[usize]) -> Vec<usize> {
    let mut scored: Vec<(usize, usize)> = Vec::with_capacity(rows.len());
    let mut after = musts.iter().copied().peekable();
    let mut before = None;
    for (at, row) in rows.iter().enumerate() {
        if after.next_if_eq(&at).is_some() {
            before = Some(at);
        }
        let since = before.map(|must| at - must);
        let until = after.peek().map(|must| must - at);
        let near = since.into_iter().chain(until).min().unwrap_or(at);
        let score = match row.item.state(task) {
            Some(State::Ready | State::Waiting | State::Unknown) => near,
            Some(State::Pending) => 2 * near,
            Some(_) => 4 * near + 1,
            None => 8 * near + rows.len(),
        };
        scored.push((score, at));
    }
    scored.sort_unstable();
    scored.into_iter().map(|(_, at)| at).collect()
}

/// Which rows are shown, and into how many gaps the hidden ones fall.
struct Choice {
    shown: Vec<bool>,
    rows: usize,
    gaps: usize,
}

impl Choice {
    fn new(len: usize) -> Self {
        Self {
            shown: vec![false; len],
            rows: 0,
            gaps: usize::from(len > 0),
        }
    }

    fn hidden(&self, at: Option<usize>) -> bool {
        at.and_then(|at| self.shown.get(at))
            .is_some_and(|shown| !shown)
    }

    /// How the number of gaps changes when a row is shown.
    fn splits(&self, at: usize) -> isize {
        let sides = usize::from(self.hidden(at.checked_sub(1)))
            + usize::from(self.hidden(at.checked_add(1)));
        sides as isize - 1
    }

    fn cost(&self, at: usize) -> isize {
        if self.shown[at] {
            return 0;
        }
        1 + self.splits(at)
    }

    fn add(&mut self, at: usize) {
        if !self.shown[at] {
            self.gaps = self.gaps.saturating_add_signed(self.splits(at));
            self.rows += 1;
            self.shown[at] = true;
        }
    }
}

/// Shown rows with a roll-up in each gap. With less room than gaps the last
/// roll-up stands for all gaps that are left.
fn assemble(rows: &[Row], task: &Task, shown: &[bool], room: usize) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::new();
    let mut roll_ups: Vec<usize> = Vec::new();
    let mut in_gap = false;
    for (row, &shown) in rows.iter().zip(shown) {
        if shown {
            out.push(*row);
            in_gap = false;
            continue;
        }
        if !in_gap && roll_ups.len() >= room {
            // The last roll-up moves down to this gap and keeps its counts.
            if let Some(at) = roll_ups.pop() {
                let moved = out.remove(at);
                roll_ups.push(out.len());
                out.push(Row {
                    hidden: moved.hidden,
                    ..roll_up(row)
                });
            }
        } else if !in_gap {
            roll_ups.push(out.len());
            out.push(roll_up(row));
        }
        in_gap = true;
        let Some(gap) = roll_ups.last().and_then(|at| out.get_mut(*at)) else {
            continue;
        };
        if row.depth < gap.depth {
            gap.depth = row.depth;
            gap.guides = row.guides;
        }
        if let Some(state) = row.item.state(task) {
            gap.hidden.add(state);
        }
        if row.fold == Fold::Folded {
            gap.hidden.join(&row.hidden);
        }
    }
    // A gap of references only has nothing to count.
    out.retain(|row| row.item != Item::RollUp || row.hidden.total > 0);
    out
}

fn roll_up(first: &Row) -> Row {
    Row {
        item: Item::RollUp,
        depth: first.depth,
        guides: first.guides,
        branch: Branch::None,
        fold: Fold::None,
        hidden: Counts::default(),
    }
}
