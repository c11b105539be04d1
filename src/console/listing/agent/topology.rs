//! Zones, servers and agents as one table: every address beside the others.

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Cell, Column, Row, left, right};
use crate::base::words;
use crate::console::deeds;
use crate::console::panes::{ZoneView, zone_views};
use crate::fleet::cluster::{Agent, Cluster, Mood, Server};

pub(super) const COLUMNS: &[Column] = &[
    left("zone", 24, 0),
    left("server", 40, 0),
    left("state", 20, 0),
    left("root", 4, 3),
    left("agent", 40, 1),
    right("sql", 24, 2),
    left("obshell", 20, 5),
    left("version", 40, 6),
    left("region", 20, 7),
    left("idc", 20, 7),
];

pub fn rows(seen: Seen<'_>) -> Vec<Row> {
    let Some(cluster) = seen.data.cluster() else {
        return Vec::new();
    };
    let views = zone_views(cluster);
    let row = |view: &ZoneView<'_>| {
        let servers = view
            .servers
            .iter()
            .map(|server| of_server(seen, cluster, view.zone, server));
        let agents = view.agents.iter().map(|agent| of_agent(cluster, agent));
        servers.chain(agents).collect::<Vec<_>>()
    };
    views.iter().flat_map(row).collect()
}

fn of_server(
    seen: Seen<'_>,
    cluster: &Cluster,
    zone: Option<&crate::fleet::cluster::Zone>,
    server: &Server,
) -> Row {
    let agent = server.agent.as_ref();
    let own = agent.and_then(|address| cluster.agents.iter().find(|one| one.address == *address));
    let named = agent.map(ToString::to_string).unwrap_or_default();
    let sql = server
        .sql_port
        .map(|port| port.to_string())
        .unwrap_or_default();
    let shell = own.map(|own| own.version.clone()).unwrap_or_default();
    let region = zone.map(|zone| zone.region.clone()).unwrap_or_default();
    let idc = zone.map(|zone| zone.idc.clone()).unwrap_or_default();
    let root = if server.root_server {
        t!("yes").into_owned()
    } else {
        String::new()
    };
    let mut detail = vec![
        (t!("Zone").into_owned(), server.zone.clone()),
        (t!("Server").into_owned(), server.address.to_string()),
        (t!("State").into_owned(), server.status.0.clone()),
        (t!("SQL port").into_owned(), sql.clone()),
        (t!("Agent").into_owned(), format!("{named}  {shell}")),
        (t!("Version").into_owned(), server.version.clone()),
    ];
    for (label, gauge) in [
        (t!("Memory"), server.usage.memory),
        (t!("Disk"), server.usage.disk),
    ] {
        if let Some(gauge) = gauge {
            let words = format!(
                "{} / {} GiB",
                words::gib(gauge.used),
                words::gib(gauge.total)
            );
            detail.push((label.into_owned(), words));
        }
    }
    if let Some(at) = server.started_at {
        detail.push((t!("Started").into_owned(), seen.moment(at)));
    }
    if let Some(task) = &server.task {
        detail.push((t!("Task").into_owned(), task.to_string()));
    }
    Row {
        id: server.address.to_string(),
        mood: Some(server.status.mood()),
        cells: vec![
            server.zone.as_str().into(),
            server.address.to_string().into(),
            Cell::Status(server.status.0.clone(), server.status.mood()),
            root.into(),
            named.into(),
            sql.into(),
            shell.into(),
            server.version.as_str().into(),
            region.into(),
            idc.into(),
        ],
        about: Some(Box::new(About {
            detail,
            copy: server.address.to_string(),
            deeds: agent.map_or_else(Vec::new, |agent| deeds::of_server(cluster, agent)),
        })),
    }
}

fn of_agent(cluster: &Cluster, agent: &Agent) -> Row {
    let named = agent.address.to_string();
    let state = if agent.reachable {
        agent.identity.clone()
    } else {
        t!("no answer").into_owned()
    };
    let mood = if agent.reachable {
        Mood::Good
    } else {
        Mood::Bad
    };
    let cells = [
        agent.zone.as_str(),
        "",
        &state,
        "",
        &named,
        "",
        &agent.version,
        &agent.ob_version,
        "",
        "",
    ];
    Row {
        id: format!("agent {named}"),
        mood: Some(mood),
        cells: cells.map(Cell::from).to_vec(),
        about: Some(Box::new(About {
            detail: vec![
                (t!("Zone").into_owned(), agent.zone.clone()),
                (t!("Agent").into_owned(), named.clone()),
                (t!("State").into_owned(), state),
                (t!("Version").into_owned(), agent.version.clone()),
            ],
            copy: named,
            deeds: deeds::of_agent(cluster, &agent.address),
        })),
    }
}
