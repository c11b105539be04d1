//! Screens that are one table: what stands in them, in which order, what is
//! selected, and what may be done with a row.

mod checks;
mod hosts;
mod packages;
mod parameters;
mod sheet;
mod tenants;
mod topology;
mod units;

use std::collections::BTreeMap;

use super::list::List;
use super::model::Model;
use super::panes::matches;
use crate::link::Ask;

pub use sheet::{Column, Deed, Line, Sheet};

/// A screen that is one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// The tenants of the cluster.
    Tenants,
    /// The parameters of the cluster, a value a server.
    Parameters,
    /// The hosts of the agents.
    Hosts,
    /// Unit configs, resource pools and their limits.
    Limits,
    /// What the agents count for their maker's telemetry.
    Statistics,
    /// Zones, servers and the agents beside them.
    Topology,
    /// The packages that were uploaded.
    Packages,
    /// What is wrong, why it matters, what to do.
    Checks,
}

impl Table {
    /// All of them, in the order of the palette.
    pub const ALL: [Self; 8] = [
        Self::Checks,
        Self::Tenants,
        Self::Parameters,
        Self::Hosts,
        Self::Topology,
        Self::Limits,
        Self::Statistics,
        Self::Packages,
    ];

    /// Its word after `:`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tenants => "tenants",
            Self::Parameters => "parameters",
            Self::Hosts => "hosts",
            Self::Limits => "limits",
            Self::Statistics => "statistics",
            Self::Topology => "topology",
            Self::Packages => "packages",
            Self::Checks => "checks",
        }
    }

    /// The table of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.word() == word)
    }

    /// What it shows, in a sentence (a key of the catalogue of words).
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Tenants => "List the tenants",
            Self::Parameters => "List the parameters, a value a server",
            Self::Hosts => "Look at the hosts",
            Self::Limits => "List unit configs, resource pools and their limits",
            Self::Statistics => "Look at the statistics of the cluster",
            Self::Topology => "Look at zones, servers and agents as one table",
            Self::Packages => "List the uploaded packages",
            Self::Checks => "List what needs a look, why, and what to do",
        }
    }

    /// What it asks for; the first question fills it.
    #[must_use]
    pub fn asks(self, model: &Model) -> Vec<Ask> {
        match self {
            Self::Tenants | Self::Topology => vec![Ask::Cluster],
            Self::Checks => vec![Ask::Cluster, Ask::Tasks],
            Self::Parameters => vec![Ask::Parameters, Ask::Cluster],
            Self::Limits => vec![Ask::Limits],
            Self::Statistics => vec![Ask::Statistics],
            Self::Packages => vec![Ask::Packages],
            Self::Hosts => {
                let agents = model.data.cluster().into_iter().flat_map(|c| &c.agents);
                let hosts = agents.map(|agent| Ask::Host(agent.address.clone()));
                std::iter::once(Ask::Cluster).chain(hosts).collect()
            }
        }
    }

    /// Its rows as far as they are known, unfiltered.
    #[must_use]
    pub fn sheet(self, model: &Model) -> Sheet {
        match self {
            Self::Tenants => tenants::sheet(model),
            Self::Parameters => parameters::sheet(model),
            Self::Hosts => hosts::sheet(model),
            Self::Limits => units::limits(model),
            Self::Statistics => units::statistics(model),
            Self::Topology => topology::sheet(model),
            Self::Packages => packages::sheet(model),
            Self::Checks => checks::sheet(model),
        }
    }
}

/// What one of them remembers while another screen is shown.
#[derive(Clone, Debug, Default)]
pub struct TableScreen {
    /// Selection and scroll.
    pub list: List<String>,
    /// Only rows with this text.
    pub filter: String,
    /// Whether the selected row fills the screen.
    pub opened: bool,
    /// How far what is opened is scrolled.
    pub scroll: usize,
}

impl TableScreen {
    /// The rows that the filter lets through, from top to bottom.
    #[must_use]
    pub fn rows<'a>(&self, sheet: &'a Sheet) -> Vec<&'a Line> {
        let shows = |line: &&Line| {
            let cells: Vec<&str> = line.cells.iter().map(String::as_str).collect();
            matches(&self.filter, &cells)
        };
        sheet.lines.iter().filter(shows).collect()
    }

    /// Their ids.
    #[must_use]
    pub fn ids(&self, sheet: &Sheet) -> Vec<String> {
        let rows = self.rows(sheet);
        rows.into_iter().map(|line| line.id.clone()).collect()
    }

    /// The selected row.
    #[must_use]
    pub fn selected<'a>(&self, sheet: &'a Sheet) -> Option<&'a Line> {
        let id = self.list.selected()?;
        sheet.lines.iter().find(|line| line.id == *id)
    }
}

/// Every table that was opened.
pub type Tables = BTreeMap<Table, TableScreen>;
