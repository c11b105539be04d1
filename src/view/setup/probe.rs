//! Addresses, and who answers there.

use rust_i18n::t;

use super::page::Page;
use crate::base::words;
use crate::console::setup::{Setup, Spot};
use crate::fleet::Address;
use crate::link::Probe;
use crate::setup::propose;
use crate::view::write::Row;
use crate::view::{Glyph, Name};

pub fn fill(page: &mut Page<'_>, setup: &Setup) {
    if !setup.has_begun() {
        for (at, run) in setup.unfinished().iter().enumerate() {
            let text = t!(
                "Go on with the setup of %{name}: %{n} of %{of} steps are done",
                name = run.file.plan.name,
                n = run.done,
                of = run.steps
            );
            page.note(
                &Spot::Unfinished(at),
                Some(Glyph::Waiting),
                Name::Warning,
                &text,
            );
        }
    }
    if page.roomy {
        let text = t!(
            "Addresses of the agents, a line each or pasted: 10.0.0.5, 10.0.0.5-7, 10.0.0.5:2886-2888. # starts a comment."
        );
        page.say(2, None, Name::Dim, &text);
    }
    let mistakes = setup.agents().err().unwrap_or_default();
    for (at, line) in setup.text().lines().iter().enumerate() {
        let spot = Spot::Line(at);
        let mut row = page.row(&spot);
        let cells = page.width.saturating_sub(3).min(60);
        page.field(&mut row, &spot, line, cells);
        page.push(row);
        for mistake in mistakes.iter().filter(|mistake| mistake.line == at + 1) {
            page.say(2, Some(Glyph::Failed), Name::Failed, &mistake.reason);
        }
        page.keep(&spot);
    }
    agents(page, setup);
    let found = setup.findings();
    if !found.is_empty() {
        page.blank();
        page.findings(&found);
    }
    by_hand(page, setup);
    let count = setup.draft().rows().len();
    let deed = match count {
        0 => t!("Plan").into_owned(),
        _ => t!("Plan %{n} servers", n = count).into_owned(),
    };
    page.button(&deed, &t!("R asks again"));
}

fn agents(page: &mut Page<'_>, setup: &Setup) {
    let rows = setup.draft().rows();
    if rows.is_empty() {
        return;
    }
    page.blank();
    for planned in rows {
        let spot = Spot::Agent(planned.agent.clone());
        let mut row = page.row(&spot);
        match setup.probed(&planned.agent) {
            None => {
                row.put(
                    page.paint.glyph(Glyph::Pending),
                    page.paint.style(Name::Pending),
                )
                .gap(1);
                name(page, &mut row, &planned.agent);
                row.put(t!("asked").into_owned(), page.paint.style(Name::Dim));
                page.push(row);
            }
            Some(Err(reason)) => {
                row.put(
                    page.paint.glyph(Glyph::Failed),
                    page.paint.style(Name::Failed),
                )
                .gap(1);
                name(page, &mut row, &planned.agent);
                let room = page.width.saturating_sub(row.width() + 1);
                row.put(page.paint.cut(reason, room), page.paint.style(Name::Failed));
                page.push(row);
            }
            Some(Ok(probe)) => answered(page, setup, &planned.agent, probe, row),
        }
        page.keep(&spot);
    }
}

fn name(page: &Page<'_>, row: &mut Row, agent: &Address) {
    let cells = (page.width / 3).clamp(16, 24);
    let text = page.paint.cut_middle(&agent.to_string(), cells - 1);
    row.left(&text, cells, page.paint.style(Name::Text));
}

fn answered(page: &mut Page<'_>, setup: &Setup, agent: &Address, probe: &Probe, mut row: Row) {
    let good = probe.agent.identity == "SINGLE" || setup.has_begun();
    let (glyph, style) = if good {
        (Glyph::Done, Name::Done)
    } else {
        (Glyph::Failed, Name::Failed)
    };
    row.put(page.paint.glyph(glyph), page.paint.style(style))
        .gap(1);
    name(page, &mut row, agent);
    let facts = facts(setup, agent, probe);
    let text = page.paint.style(Name::Text);
    let dim = page.paint.style(Name::Dim);
    let mut left_out = Vec::new();
    for (index, fact) in facts.into_iter().enumerate() {
        let wide = crate::base::text::width(&fact) + 2;
        if row.width() + wide < page.width && left_out.is_empty() {
            row.put(fact, if index == 0 { text } else { dim }).gap(2);
        } else {
            left_out.push(fact);
        }
    }
    page.push(row);
    if page.is_at(&Spot::Agent(agent.clone())) && !left_out.is_empty() {
        page.say(6, None, Name::Dim, &left_out.join("  "));
    }
}

/// The version without its release: `4.3.5.1-101000042025031818` is wide.
fn short(version: &str) -> &str {
    version.split('-').next().unwrap_or(version)
}

/// What an agent said, what matters most first.
fn facts(setup: &Setup, agent: &Address, probe: &Probe) -> Vec<String> {
    let mut facts = vec![
        probe.agent.identity.clone(),
        format!("obshell {}", probe.agent.version),
        format!("OceanBase {}", short(&probe.agent.ob_version)),
    ];
    let ahead = setup.clock_ahead_ms(agent);
    facts.push(match ahead {
        0 => t!("same clock").into_owned(),
        _ if ahead > 0 => t!("clock %{by} ahead", by = words::duration(ahead)).into_owned(),
        _ => t!("clock %{by} behind", by = words::duration(-ahead)).into_owned(),
    });
    if probe.agent.secured == Some(true) {
        facts.push(t!("has an agent password").into_owned());
    }
    if let Some(host) = setup.host(agent) {
        if let Some(memory) = propose::bytes(&host.memory_available) {
            let memory = words::bytes(memory as f64);
            facts.push(t!("%{size} memory free", size = memory).into_owned());
        }
        if let Some(cores) = host.logical_cores {
            facts.push(t!("%{n} cores", n = cores).into_owned());
        }
        let room = |disk: &crate::fleet::host::Disk| {
            let used = propose::bytes(&disk.used).unwrap_or(0);
            Some(propose::bytes(&disk.total)?.saturating_sub(used))
        };
        if let Some(disk) = host.disks.iter().filter_map(room).max() {
            let disk = words::bytes(disk as f64);
            facts.push(t!("%{size} disk free", size = disk).into_owned());
        }
    }
    if !probe.architecture.is_empty() {
        facts.push(probe.architecture.clone());
    }
    if !probe.home.is_empty() {
        facts.push(probe.home.clone());
    }
    facts
}

fn by_hand(page: &mut Page<'_>, setup: &Setup) {
    let checks = setup.by_hand();
    if checks.is_empty() {
        return;
    }
    page.blank();
    page.say(
        2,
        None,
        Name::Dim,
        &t!("No agent tells these; a shell on each host does:"),
    );
    for (at, (what, line)) in checks.iter().enumerate() {
        let spot = Spot::ByHand(at);
        let mut row = page.row(&spot);
        row.put(
            format!("{} ", page.paint.glyph(Glyph::Dot)),
            page.paint.style(Name::Dim),
        );
        let beside = page.width >= 76;
        let cells = if beside {
            page.width * 2 / 5
        } else {
            page.width.saturating_sub(5)
        };
        row.left(
            &page.paint.cut(what, cells),
            cells,
            page.paint.style(Name::Text),
        );
        if beside {
            row.gap(1);
            let room = page.width.saturating_sub(row.width() + 1);
            row.put(page.paint.cut(line, room), page.paint.style(Name::Key));
            page.push(row);
        } else {
            page.push(row);
            page.say(4, None, Name::Key, line);
        }
        page.keep(&spot);
    }
}
