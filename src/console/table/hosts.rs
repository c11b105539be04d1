//! The hosts of the agents: what they have and what limits them.

use rust_i18n::t;

use super::sheet::{Column, Line, Sheet, name, number};
use crate::console::model::Model;
use crate::fleet::cluster::{Agent, Mood};
use crate::fleet::host::HostInfo;
use crate::link::{Ask, Picture};

const COLUMNS: &[Column] = &[
    name("agent", 0, 48),
    name("system", 2, 20),
    number("cores", 1),
    number("memory", 1),
    number("available", 3),
    number("open files", 4),
    number("processes", 5),
    name("disks", 6, 48),
];

pub fn sheet(model: &Model) -> Sheet {
    let agents = model.data.cluster().map(|cluster| &cluster.agents);
    Sheet {
        columns: COLUMNS,
        lines: agents
            .into_iter()
            .flatten()
            .map(|agent| line(model, agent))
            .collect(),
        empty: t!("No agent is known yet.").into_owned(),
        answered: agents.is_some(),
        deeds: Vec::new(),
    }
}

fn line(model: &Model, agent: &Agent) -> Line {
    let named = agent.address.to_string();
    let known = model.data.known(&Ask::Host(agent.address.clone()));
    let error = known.and_then(|known| known.error.as_ref());
    let host = known.and_then(|known| match &known.asked.as_ref()?.picture {
        Picture::Host(host) => Some(host.as_ref()),
        _ => None,
    });
    let mut line = Line {
        id: named.clone(),
        copy: named.clone(),
        detail: vec![
            (t!("Agent").into_owned(), named.clone()),
            (t!("Zone").into_owned(), agent.zone.clone()),
        ],
        ..Line::default()
    };
    let Some(host) = host else {
        let words = error.map_or_else(|| t!("Asking").into_owned(), ToString::to_string);
        line.mood = error.map(|_| Mood::Bad);
        line.cells = vec![named, words.clone()];
        line.cells.resize(COLUMNS.len(), String::new());
        line.detail.push((t!("Answer").into_owned(), words));
        return line;
    };
    line.mood = Some(Mood::Good);
    fill(&mut line, named, host);
    line
}

/// `24682416 kB` in GiB.
fn gib(text: &str) -> String {
    let kilobytes = text
        .strip_suffix("kB")
        .and_then(|text| text.trim().parse::<f64>().ok());
    match kilobytes {
        Some(kilobytes) => format!("{:.1} GiB", kilobytes / f64::from(1 << 20)),
        None => text.to_owned(),
    }
}

fn fill(line: &mut Line, named: String, host: &HostInfo) {
    let cores = host.logical_cores.map(|cores| cores.to_string());
    let cores = cores.unwrap_or_default();
    let disks: Vec<String> = host
        .disks
        .iter()
        .map(|disk| format!("{} {}/{}", disk.device, disk.used, disk.total))
        .collect();
    line.cells = vec![
        named,
        host.os.clone(),
        cores.clone(),
        gib(&host.memory_total),
        gib(&host.memory_available),
        host.open_files.clone(),
        host.processes.clone(),
        disks.join("  "),
    ];
    let facts = [
        (t!("System"), format!("{} ({})", host.os, host.host_type)),
        (t!("Processor"), format!("{}  {cores}", host.cpu_model)),
        (
            t!("Memory"),
            t!(
                "%{total}, %{free} available",
                total = gib(&host.memory_total),
                free = gib(&host.memory_available)
            )
            .into_owned(),
        ),
        (t!("Open files"), host.open_files.clone()),
        (t!("Processes"), host.processes.clone()),
    ];
    let facts = facts
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value));
    line.detail.extend(facts);
    for disk in &host.disks {
        let used = t!(
            "%{used} of %{total} used",
            used = disk.used,
            total = disk.total
        );
        line.detail.push((disk.device.clone(), used.into_owned()));
    }
}
