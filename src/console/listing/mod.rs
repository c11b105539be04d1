//! Lists that fill a screen of their own: rows by columns, sorted and filtered
//! here, whatever order the server has. The selection is an id.

mod agent;
mod cell;
mod detail;
mod platform;
mod state;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_i18n::t;

use super::data::Data;
use super::settings::Settings;
use crate::fleet::task::Source;
use crate::link::Ask;

pub use cell::{About, Cell, Column, Deed, Row};
pub use state::{ListingState, Sorting};

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Listing {
    /// Every cluster of a platform: its first screen.
    Clusters,
    /// The servers of all clusters of a platform.
    Servers,
    /// What is wrong, why it matters, what to do.
    Checks,
    /// The tenants of the cluster, or of all clusters of a platform.
    Tenants,
    /// The parameters of the cluster, a value a server.
    Parameters,
    /// The hosts of the agents, or of a platform.
    Hosts,
    /// Zones, servers and the agents beside them.
    Topology,
    /// Unit configs, resource pools and their limits.
    Limits,
    /// What the agents count for their maker's telemetry.
    Statistics,
    /// The packages that were uploaded.
    Packages,
    /// The alarms of a platform.
    Alarms,
    /// The OBProxy clusters of a platform.
    Proxies,
}

/// What rows are made of.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Which API answered.
    pub source: Source,
    /// The answers.
    pub data: &'a Data,
    zone: Option<&'a TimeZone>,
}

impl<'a> Seen<'a> {
    /// The answers of a session with these settings.
    #[must_use]
    pub fn new(settings: &'a Settings, data: &'a Data) -> Self {
        Self {
            source: settings.source(),
            data,
            zone: settings.zone.as_ref(),
        }
    }

    /// A moment as the operator's clock shows it.
    fn moment(&self, at: Timestamp) -> String {
        let zone = self.zone.cloned().unwrap_or_else(TimeZone::system);
        at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

impl Listing {
    /// Those that a source has, in the order of help.
    #[must_use]
    pub fn all(source: Source) -> &'static [Self] {
        match source {
            Source::Ocp => &[
                Self::Clusters,
                Self::Servers,
                Self::Hosts,
                Self::Packages,
                Self::Alarms,
                Self::Tenants,
                Self::Proxies,
            ],
            Source::Obshell => &[
                Self::Checks,
                Self::Tenants,
                Self::Parameters,
                Self::Hosts,
                Self::Topology,
                Self::Limits,
                Self::Statistics,
                Self::Packages,
            ],
        }
    }

    /// What it is called, also after `:` (a key of the catalogue of words).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Servers => "servers",
            Self::Checks => "checks",
            Self::Tenants => "tenants",
            Self::Parameters => "parameters",
            Self::Hosts => "hosts",
            Self::Topology => "topology",
            Self::Limits => "limits",
            Self::Statistics => "statistics",
            Self::Packages => "packages",
            Self::Alarms => "alarms",
            Self::Proxies => "proxies",
        }
    }

    /// The list of that word.
    #[must_use]
    pub fn named(source: Source, word: &str) -> Option<Self> {
        let mut all = Self::all(source).iter().copied();
        all.find(|listing| listing.word() == word)
    }

    /// What it shows, in a sentence (a key of the catalogue of words).
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Clusters => "List the clusters",
            Self::Servers => "List the servers of all clusters",
            Self::Checks => "List what needs a look, why, and what to do",
            Self::Tenants => "List the tenants",
            Self::Parameters => "List the parameters, a value a server",
            Self::Hosts => "Look at the hosts",
            Self::Topology => "Look at zones, servers and agents as one table",
            Self::Limits => "List unit configs, resource pools and their limits",
            Self::Statistics => "Look at the statistics of the cluster",
            Self::Packages => "List the uploaded packages",
            Self::Alarms => "List the alarms",
            Self::Proxies => "List the OBProxy clusters",
        }
    }

    /// Why there is no row, and what changes that.
    #[must_use]
    pub fn empty(self, seen: Seen<'_>) -> String {
        let young = || {
            let cluster = seen.data.cluster();
            cluster.is_some_and(|cluster| !cluster.is_initialised())
        };
        match (self, seen.source) {
            (Self::Clusters, _) => t!("OCP manages no cluster yet."),
            (Self::Servers, _) => t!("OCP manages no server yet."),
            (Self::Checks, _) => t!("Nothing needs a look."),
            (Self::Tenants, Source::Ocp) => t!("No cluster has a tenant yet."),
            (Self::Tenants, _) if young() => t!("No tenant before the cluster is initialised."),
            (Self::Tenants, _) => t!(
                "The server tells no tenants now: it does while an observer is up. a: create one."
            ),
            (Self::Parameters, _) => {
                t!("The server tells no parameters now: it does while an observer is up.")
            }
            (Self::Hosts, Source::Ocp) => {
                t!("OCP looks after no host yet. `:host-add` adds some.")
            }
            (Self::Hosts, _) => t!("No agent is known yet."),
            (Self::Topology, _) => t!("No server is known yet."),
            (Self::Limits, _) => {
                t!("The server tells no unit configs now: it does while an observer is up.")
            }
            (Self::Statistics, _) => t!("The agents keep no statistics now."),
            (Self::Packages, _) => {
                t!("No package was uploaded yet. `:package-upload` uploads one.")
            }
            (Self::Alarms, _) => t!("No alarm. That is good."),
            (Self::Proxies, _) => {
                t!("No OBProxy cluster yet. `:proxy-cluster-create` creates one.")
            }
        }
        .into_owned()
    }

    /// The question whose answer holds the rows.
    #[must_use]
    pub fn ask(self, source: Source) -> Ask {
        match (self, source) {
            (Self::Clusters, _) => Ask::Clusters,
            (Self::Servers, _) => Ask::Fleet,
            (Self::Tenants, Source::Ocp) => Ask::Tenants,
            (Self::Hosts, Source::Ocp) => Ask::Hosts,
            (Self::Tenants | Self::Hosts | Self::Topology | Self::Checks, _) => Ask::Cluster,
            (Self::Parameters, _) => Ask::Parameters,
            (Self::Limits, _) => Ask::Limits,
            (Self::Statistics, _) => Ask::Statistics,
            (Self::Packages, _) => Ask::Packages,
            (Self::Alarms, _) => Ask::Alarms,
            (Self::Proxies, _) => Ask::ProxyClusters,
        }
    }

    /// Every question that the columns need, that of the rows first.
    #[must_use]
    pub fn asks(self, source: Source, data: &Data) -> Vec<Ask> {
        let mut asks = vec![self.ask(source)];
        match (self, source) {
            (Self::Clusters, _) => asks.extend([Ask::Tasks, Ask::Alarms]),
            (Self::Checks, _) => asks.push(Ask::Tasks),
            // Whose values they are: zones and servers.
            (Self::Parameters, _) => asks.push(Ask::Cluster),
            (Self::Hosts, Source::Obshell) => {
                let agents = data.cluster().into_iter().flat_map(|c| &c.agents);
                asks.extend(agents.map(|agent| Ask::Host(agent.address.clone())));
            }
            _ => {}
        }
        asks
    }

    /// Its columns, the one that names the row first.
    #[must_use]
    pub fn columns(self, source: Source) -> &'static [Column] {
        match source {
            Source::Obshell => agent::columns(self),
            Source::Ocp => platform::columns(self),
        }
    }

    /// Whether the selected row opens a screen of its own; of any other row
    /// everything that is known is shown.
    #[must_use]
    pub fn leads_on(self) -> bool {
        self == Self::Clusters
    }

    /// What may be done there without a row.
    #[must_use]
    pub fn deeds(self, source: Source) -> Vec<Deed> {
        match source {
            Source::Obshell => agent::deeds(self),
            Source::Ocp => Vec::new(),
        }
    }

    fn rows(self, seen: Seen<'_>) -> Vec<Row> {
        match seen.source {
            Source::Obshell => agent::rows(self, seen),
            Source::Ocp => platform::rows(self, seen.data),
        }
    }

    /// Name and value of everything that is known of a row.
    #[must_use]
    pub fn detail(self, seen: Seen<'_>, row: &Row) -> Vec<(String, String)> {
        match &row.about {
            Some(about) => about.detail.clone(),
            None => detail::detail(&self.ask(seen.source), seen.data, &row.id),
        }
    }
}

#[cfg(test)]
mod tests;
