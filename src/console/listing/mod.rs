//! Lists that fill a screen of their own: rows by columns, sorted and filtered
//! here, whatever order the server has. The selection is an id.

mod columns;
mod detail;
mod rows;

use rust_i18n::t;

use super::data::Data;
use super::list::List;
use super::panes::matches;
use crate::link::Ask;

pub use columns::{Cell, Column, Row};
pub use detail::detail;

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Listing {
    /// Every cluster of a platform: its first screen.
    Clusters,
    /// The servers of all clusters of a platform.
    Servers,
    /// The hosts of a platform.
    Hosts,
    /// The packages of a platform.
    Packages,
    /// The alarms of a platform.
    Alarms,
    /// The tenants of all clusters of a platform.
    Tenants,
    /// The OBProxy clusters of a platform.
    Proxies,
}

impl Listing {
    /// In the order of help.
    pub const ALL: [Self; 7] = [
        Self::Clusters,
        Self::Servers,
        Self::Hosts,
        Self::Packages,
        Self::Alarms,
        Self::Tenants,
        Self::Proxies,
    ];

    /// What it is called after `:`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Servers => "servers",
            Self::Hosts => "hosts",
            Self::Packages => "packages",
            Self::Alarms => "alarms",
            Self::Tenants => "tenants",
            Self::Proxies => "proxies",
        }
    }

    /// The list of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|listing| listing.word() == word)
    }

    /// What the screen calls it.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::Clusters => t!("clusters"),
            Self::Servers => t!("servers"),
            Self::Hosts => t!("hosts"),
            Self::Packages => t!("packages"),
            Self::Alarms => t!("alarms"),
            Self::Tenants => t!("tenants"),
            Self::Proxies => t!("proxies"),
        }
        .into_owned()
    }

    /// Why there is no row, and what changes that.
    #[must_use]
    pub fn empty(self) -> String {
        match self {
            Self::Clusters => t!("OCP manages no cluster yet."),
            Self::Servers => t!("OCP manages no server yet."),
            Self::Hosts => t!("OCP looks after no host yet. `:host-add` adds some."),
            Self::Packages => t!("No package was uploaded yet. `:package-upload` uploads one."),
            Self::Alarms => t!("No alarm. That is good."),
            Self::Tenants => t!("No cluster has a tenant yet."),
            Self::Proxies => t!("No OBProxy cluster yet. `:proxy-cluster-create` creates one."),
        }
        .into_owned()
    }

    /// The question whose answer holds the rows.
    #[must_use]
    pub fn ask(self) -> Ask {
        match self {
            Self::Clusters => Ask::Clusters,
            Self::Servers => Ask::Fleet,
            Self::Hosts => Ask::Hosts,
            Self::Packages => Ask::Packages,
            Self::Alarms => Ask::Alarms,
            Self::Tenants => Ask::Tenants,
            Self::Proxies => Ask::ProxyClusters,
        }
    }

    /// Every question that the columns need.
    #[must_use]
    pub fn asks(self) -> Vec<Ask> {
        match self {
            Self::Clusters => vec![Ask::Clusters, Ask::Tasks, Ask::Alarms],
            other => vec![other.ask()],
        }
    }

    /// Its columns, the one that names the row first.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        columns::of(self)
    }
}

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
    /// Whether all that is known of the selected row is shown below.
    pub detail: bool,
    rows: Vec<Row>,
    order: Vec<usize>,
    ids: Vec<String>,
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
    pub fn refresh(&mut self, listing: Listing, data: &Data) {
        let made_of = Made {
            answers: listing.asks().iter().map(|ask| data.version(ask)).collect(),
            filter: self.filter.clone(),
            sorting: self.sorting,
        };
        if made_of == self.made_of {
            return;
        }
        if made_of.answers != self.made_of.answers {
            self.rows = rows::rows(listing, data);
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
                let by = columns::compare(cell(a), cell(b));
                if sorting.down { by.reverse() } else { by }
            });
        }
        self.ids = order.iter().map(|at| self.rows[*at].id.clone()).collect();
        self.order = order;
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

    /// Finds the selection again and scrolls it into view.
    pub fn settle(&mut self, height: u16) {
        self.list.settle(&self.ids, height);
    }

    /// Moves the selection.
    pub fn act(&mut self, action: super::Action, height: u16) {
        self.list.act(action, &self.ids, height);
    }

    /// The next order: each column in turn, numbers with the largest first,
    /// then the server's own.
    pub fn sort_on(&mut self, listing: Listing) {
        let columns = listing.columns();
        let next = self.sorting.map_or(0, |sorting| sorting.column + 1);
        self.sorting = columns.get(next).map(|column| Sorting {
            column: next,
            down: column.right,
        });
    }
}

#[cfg(test)]
mod tests;
