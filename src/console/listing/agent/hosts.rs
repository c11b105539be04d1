//! The hosts of the agents: what they have and what limits them.

use rust_i18n::t;

use super::super::Seen;
use super::super::cell::{About, Cell, Column, Row, left, right};
use crate::fleet::cluster::{Agent, Mood};
use crate::fleet::host::HostInfo;
use crate::link::{Ask, Picture};

pub(super) const COLUMNS: &[Column] = &[
    left("agent", 48, 0),
    left("system", 20, 2),
    right("cores", 24, 1),
    right("memory", 24, 1),
    right("available", 24, 3),
    right("open files", 24, 4),
    right("processes", 24, 5),
    left("disks", 48, 6),
];

pub fn rows(seen: Seen<'_>) -> Vec<Row> {
    let agents = seen.data.cluster().map(|cluster| &cluster.agents);
    let agents = agents.into_iter().flatten();
    agents.map(|agent| row(seen, agent)).collect()
}

fn row(seen: Seen<'_>, agent: &Agent) -> Row {
    let named = agent.address.to_string();
    let known = seen.data.known(&Ask::Host(agent.address.clone()));
    let error = known.and_then(|known| known.error.as_ref());
    let host = known.and_then(|known| match &known.asked.as_ref()?.picture {
        Picture::Host(host) => Some(host.as_ref()),
        _ => None,
    });
    let mut detail = vec![
        (t!("Agent").into_owned(), named.clone()),
        (t!("Zone").into_owned(), agent.zone.clone()),
    ];
    let (mood, cells) = if let Some(host) = host {
        detail.extend(facts(host));
        (Some(Mood::Good), cells(&named, host))
    } else {
        let words = error.map_or_else(|| t!("Asking").into_owned(), ToString::to_string);
        detail.push((t!("Answer").into_owned(), words.clone()));
        let mut cells = vec![named.as_str().into(), words.into()];
        cells.resize(COLUMNS.len(), "".into());
        (error.map(|_| Mood::Bad), cells)
    };
    Row {
        id: named.clone(),
        mood,
        cells,
        about: Some(Box::new(About {
            detail,
            copy: named,
            deeds: Vec::new(),
        })),
    }
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

fn cores(host: &HostInfo) -> String {
    let cores = host.logical_cores.map(|cores| cores.to_string());
    cores.unwrap_or_default()
}

fn cells(named: &str, host: &HostInfo) -> Vec<Cell> {
    let disks: Vec<String> = host
        .disks
        .iter()
        .map(|disk| format!("{} {}/{}", disk.device, disk.used, disk.total))
        .collect();
    vec![
        named.into(),
        host.os.as_str().into(),
        cores(host).into(),
        gib(&host.memory_total).into(),
        gib(&host.memory_available).into(),
        host.open_files.as_str().into(),
        host.processes.as_str().into(),
        disks.join("  ").into(),
    ]
}

fn facts(host: &HostInfo) -> Vec<(String, String)> {
    let facts = [
        (t!("System"), format!("{} ({})", host.os, host.host_type)),
        (
            t!("Processor"),
            format!("{}  {}", host.cpu_model, cores(host)),
        ),
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
    let disks = host.disks.iter().map(|disk| {
        let used = t!(
            "%{used} of %{total} used",
            used = disk.used,
            total = disk.total
        );
        (disk.device.clone(), used.into_owned())
    });
    facts
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value))
        .chain(disks)
        .collect()
}
