//! Zones, servers and agents as one table: every address beside the others.

use rust_i18n::t;

use super::sheet::{Column, Line, Sheet, moment, name, number};
use crate::base::words;
use crate::console::deeds;
use crate::console::model::Model;
use crate::console::panes::zone_views;
use crate::fleet::cluster::{Agent, Cluster, Mood, Server};

const COLUMNS: &[Column] = &[
    name("zone", 0, 24),
    name("server", 0, 40),
    name("state", 0, 20),
    name("root", 3, 4),
    name("agent", 1, 40),
    number("sql", 2),
    name("obshell", 5, 20),
    name("version", 6, 40),
    name("region", 7, 20),
    name("idc", 7, 20),
];

pub fn sheet(model: &Model) -> Sheet {
    let cluster = model.data.cluster();
    let lines = |cluster: &Cluster| -> Vec<Line> {
        let views = zone_views(cluster);
        views
            .iter()
            .flat_map(|view| {
                let servers = view
                    .servers
                    .iter()
                    .map(|server| of_server(model, cluster, view.zone, server));
                let agents = view.agents.iter().map(|agent| of_agent(cluster, agent));
                servers.chain(agents).collect::<Vec<_>>()
            })
            .collect()
    };
    Sheet {
        columns: COLUMNS,
        lines: cluster.map(lines).unwrap_or_default(),
        empty: t!("No server is known yet.").into_owned(),
        answered: cluster.is_some(),
        deeds: Vec::new(),
    }
}

fn of_server(
    model: &Model,
    cluster: &Cluster,
    zone: Option<&crate::fleet::cluster::Zone>,
    server: &Server,
) -> Line {
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
        detail.push((t!("Started").into_owned(), moment(model, at)));
    }
    if let Some(task) = &server.task {
        detail.push((t!("Task").into_owned(), task.to_string()));
    }
    Line {
        id: server.address.to_string(),
        mood: Some(server.status.mood()),
        cells: vec![
            server.zone.clone(),
            server.address.to_string(),
            server.status.0.clone(),
            root,
            named,
            sql,
            shell,
            server.version.clone(),
            region,
            idc,
        ],
        detail,
        copy: server.address.to_string(),
        deeds: agent.map_or_else(Vec::new, |agent| deeds::of_server(cluster, agent)),
    }
}

fn of_agent(cluster: &Cluster, agent: &Agent) -> Line {
    let named = agent.address.to_string();
    let state = if agent.reachable {
        agent.identity.clone()
    } else {
        t!("no answer").into_owned()
    };
    Line {
        id: format!("agent {named}"),
        mood: Some(if agent.reachable {
            Mood::Good
        } else {
            Mood::Bad
        }),
        cells: vec![
            agent.zone.clone(),
            String::new(),
            state.clone(),
            String::new(),
            named.clone(),
            String::new(),
            agent.version.clone(),
            agent.ob_version.clone(),
            String::new(),
            String::new(),
        ],
        detail: vec![
            (t!("Zone").into_owned(), agent.zone.clone()),
            (t!("Agent").into_owned(), named.clone()),
            (t!("State").into_owned(), state),
            (t!("Version").into_owned(), agent.version.clone()),
        ],
        copy: named,
        deeds: deeds::of_agent(cluster, &agent.address),
    }
}
