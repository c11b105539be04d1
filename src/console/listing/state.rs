//! What a list remembers, and the order of its rows.

use rust_i18n::t;

use super::cell::{self, Cell, Row};
use super::{Listing, Seen};
use crate::base::text;
use crate::console::Action;
use crate::console::list::List;
use crate::console::panes::matches;
use crate::console::walk::step;
use crate::fleet::task::Source;

/// The order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorting {
    /// Index of the column.
    pub column: usize,
    /// Largest first.
    pub down: bool,
}

/// What a list remembers while another screen is shown.
#[derive(Clone, Debug, Default)]
pub struct ListingState {
    /// Selection and scroll.
    pub list: List<String>,
    /// Only rows with this text.
    pub filter: String,
    /// The order; `None`: as the server has it.
    pub sorting: Option<Sorting>,
    /// Whether the selected row fills the screen.
    pub opened: bool,
    /// How far what is opened is scrolled.
    pub scroll: usize,
    rows: Vec<Row>,
    order: Vec<usize>,
    ids: Vec<String>,
    widths: Vec<usize>,
    made_of: Made,
}

/// What rows and order were made of: they are made again only when it differs.
#[derive(Clone, Debug, Default, PartialEq)]
struct Made {
    answers: Vec<u64>,
    filter: String,
    sorting: Option<Sorting>,
}

impl ListingState {
    /// Makes rows and order again where an answer, the filter or the sorting
    /// is new.
    pub fn refresh(&mut self, listing: Listing, seen: Seen<'_>) {
        let asks = listing.asks(seen.source, seen.data);
        let made_of = Made {
            answers: asks.iter().map(|ask| seen.data.version(ask)).collect(),
            filter: self.filter.clone(),
            sorting: self.sorting,
        };
        if made_of == self.made_of {
            return;
        }
        if made_of.answers != self.made_of.answers {
            self.rows = listing.rows(seen);
            self.measure(listing, seen.source);
        }
        self.made_of = made_of;
        let passes = |row: &Row| {
            let words: Vec<&str> = row.cells.iter().map(Cell::text).collect();
            matches(&self.filter, &words)
        };
        let mut order: Vec<usize> = (0..self.rows.len())
            .filter(|at| passes(&self.rows[*at]))
            .collect();
        if let Some(sorting) = self.sorting {
            let cell = |at: &usize| self.rows[*at].cells.get(sorting.column);
            order.sort_by(|a, b| {
                let by = cell::compare(cell(a), cell(b));
                if sorting.down { by.reverse() } else { by }
            });
        }
        self.ids = order.iter().map(|at| self.rows[*at].id.clone()).collect();
        self.order = order;
    }

    /// How wide each column wants to be, whatever the filter hides: none moves
    /// while one types, and none shrinks while rows come and go.
    fn measure(&mut self, listing: Listing, source: Source) {
        let columns = listing.columns(source);
        self.widths.resize(columns.len(), 0);
        for (at, (column, width)) in columns.iter().zip(&mut self.widths).enumerate() {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(at));
            let widest = cells.map(Cell::width).max().unwrap_or(0);
            if widest > 0 {
                let title = text::width(&t!(column.title));
                *width = widest.min(column.most).max(title).max(*width);
            }
        }
    }

    /// Cells that each column wants; 0 for one without a word in it.
    #[must_use]
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// The ids of the visible rows from top to bottom.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The rows from the first one that is shown on.
    pub fn shown(&self) -> impl Iterator<Item = &Row> {
        self.order
            .iter()
            .skip(self.list.offset())
            .filter_map(|at| self.rows.get(*at))
    }

    /// How many rows pass the filter, and how many there are.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        (self.order.len(), self.rows.len())
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        let id = self.list.selected()?;
        self.rows.iter().find(|row| row.id == *id)
    }

    /// Finds the selection again and scrolls it into view. While a row is
    /// opened the list behind it keeps its place.
    pub fn settle(&mut self, height: u16) {
        if !self.opened {
            self.list.settle(&self.ids, height);
        }
        if self.selected().is_none() {
            self.opened = false;
        }
    }

    /// Lets the selected row fill the screen, or the rows again.
    pub fn open(&mut self) {
        self.opened = !self.opened;
        self.scroll = 0;
    }

    /// Closes what is opened, then the filter; false if there is neither.
    pub fn close(&mut self) -> bool {
        if self.opened {
            self.opened = false;
            return true;
        }
        let filtered = !self.filter.is_empty();
        self.filter.clear();
        filtered
    }

    /// Moves the selection, or through the so many lines of what is opened.
    pub fn act(&mut self, action: Action, height: u16, lines: usize) {
        if self.opened {
            let last = lines.saturating_sub(usize::from(height));
            step(&mut self.scroll, action, last + 1, height);
        } else {
            self.list.act(action, &self.ids, height);
        }
    }

    /// The next order: each column in turn, numbers with the largest first,
    /// then the server's own.
    pub fn sort_on(&mut self, listing: Listing, source: Source) {
        let columns = listing.columns(source);
        let next = self.sorting.map_or(0, |sorting| sorting.column + 1);
        self.sorting = columns.get(next).map(|column| Sorting {
            column: next,
            down: column.right,
        });
    }
}
