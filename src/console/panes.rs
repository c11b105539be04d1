//! The panes of the cluster screen: what stands in them, in which order, and
//! what is selected.

use std::collections::BTreeSet;

use super::list::List;
use super::tasks::Tasks;
use crate::fleet::Address;
use crate::fleet::cluster::{Agent, Cluster, Server, Zone};

/// A pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// Zones with their servers.
    #[default]
    Zones,
    /// Tasks.
    Tasks,
    /// OBProxies.
    Proxies,
    /// The cluster as a whole.
    Cluster,
}

impl Pane {
    /// In the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Zones, Self::Tasks, Self::Proxies, Self::Cluster];

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The next one around.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The one before, around.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}

/// A row of the zones pane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ZoneRow {
    /// A zone.
    Zone(String),
    /// A server of a zone.
    Server(String, Address),
    /// An agent whose server is not there yet.
    Agent(String, Address),
}

impl ZoneRow {
    /// The zone that it belongs to.
    #[must_use]
    pub fn zone(&self) -> &str {
        match self {
            Self::Zone(zone) | Self::Server(zone, _) | Self::Agent(zone, _) => zone,
        }
    }
}

/// A zone as the pane shows it: before init there are agents and no servers.
#[derive(Clone, Debug)]
pub struct ZoneView<'a> {
    /// Its name; empty for agents without one.
    pub name: &'a str,
    /// What the server says of it.
    pub zone: Option<&'a Zone>,
    /// Its servers.
    pub servers: &'a [Server],
    /// Agents of the zone without a server.
    pub agents: Vec<&'a Agent>,
}

/// The zones of a cluster by name, with the agents that have no server yet.
/// The servers' own order changes from answer to answer (`api/obshell.md §14.5`).
#[must_use]
pub fn zone_views(cluster: &Cluster) -> Vec<ZoneView<'_>> {
    let mut views: Vec<ZoneView<'_>> = Vec::new();
    for zone in &cluster.zones {
        if views.iter().any(|view| view.name == zone.name) {
            continue;
        }
        views.push(ZoneView {
            name: &zone.name,
            zone: Some(zone),
            servers: &zone.servers,
            agents: Vec::new(),
        });
    }
    let served: BTreeSet<&Address> = cluster.servers().filter_map(|s| s.agent.as_ref()).collect();
    for agent in &cluster.agents {
        if served.contains(&agent.address) {
            continue;
        }
        match views.iter_mut().find(|view| view.name == agent.zone) {
            Some(view) => view.agents.push(agent),
            None => views.push(ZoneView {
                name: &agent.zone,
                zone: None,
                servers: &[],
                agents: vec![agent],
            }),
        }
    }
    views.sort_by(|a, b| a.name.cmp(b.name));
    views
}

/// Which zones are folded, which row is selected, what the filter lets through.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    /// Selection and scroll.
    pub list: List<ZoneRow>,
    /// Zones whose servers are hidden.
    pub folded: BTreeSet<String>,
    /// Only rows with this text.
    pub filter: String,
}

impl Zones {
    /// The rows that are visible, from top to bottom. A zone stays while one
    /// of its rows passes the filter.
    #[must_use]
    pub fn rows(&self, cluster: &Cluster) -> Vec<ZoneRow> {
        let mut rows = Vec::new();
        for view in zone_views(cluster) {
            let own = matches(&self.filter, &[view.name]);
            let mut seen = BTreeSet::new();
            let servers = view
                .servers
                .iter()
                .filter(|s| own || matches(&self.filter, &[&s.address.to_string(), &s.status.0]))
                .map(|s| (true, &s.address));
            let agents = view
                .agents
                .iter()
                .filter(|a| own || matches(&self.filter, &[&a.address.to_string(), &a.identity]))
                .map(|a| (false, &a.address));
            // A repeated address would be a repeated id in the tree.
            let inside: Vec<_> = servers
                .chain(agents)
                .filter(|row| seen.insert(*row))
                .collect();
            if inside.is_empty() && !own {
                continue;
            }
            rows.push(ZoneRow::Zone(view.name.to_owned()));
            if self.folded.contains(view.name) {
                continue;
            }
            rows.extend(inside.into_iter().map(|(is_server, address)| {
                let zone = view.name.to_owned();
                if is_server {
                    ZoneRow::Server(zone, address.clone())
                } else {
                    ZoneRow::Agent(zone, address.clone())
                }
            }));
        }
        rows
    }
}

/// Whether a filter lets a row with these texts through, whatever the case.
#[must_use]
pub fn matches(filter: &str, texts: &[&str]) -> bool {
    if filter.is_empty() {
        return true;
    }
    let filter = filter.to_lowercase();
    texts
        .iter()
        .any(|text| text.to_lowercase().contains(&filter))
}

/// All panes.
#[derive(Clone, Debug, Default)]
pub struct Panes {
    /// The one that keys go to.
    pub focus: Pane,
    /// Zones.
    pub zones: Zones,
    /// Tasks.
    pub tasks: Tasks,
    /// OBProxies.
    pub proxies: List<Address>,
}
