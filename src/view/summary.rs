//! The pane of the cluster as a whole: who it is, how full, what needs a look.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row};
use super::{Glyph, Name, Paint, cluster};
use crate::base::words;
use crate::console::Model;
use crate::fleet::checks::{Check, checks};
use crate::fleet::cluster::{Agent, Cluster, Gauge};

/// Draws the pane.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    let Some(found) = model.data.cluster() else {
        let sentence = cluster::waiting(model, &model.data.cluster_ask());
        cluster::say(paint, frame, area, &sentence);
        return;
    };
    let width = usize::from(area.width.saturating_sub(2));
    let mut all = vec![name(found, paint, width)];
    for (label, gauge, show) in [
        ("CPU", found.usage.cpu, cores as fn(f64) -> String),
        ("Memory", found.usage.memory, words::gib),
        ("Disk", found.usage.disk, words::gib),
    ] {
        if let Some(gauge) = gauge {
            let unit = if label == "CPU" { "" } else { " GiB" };
            all.push(meter(
                paint,
                &t!(label.to_owned()),
                gauge,
                show,
                unit,
                width,
            ));
        }
    }
    // A platform tells of servers, not of agents.
    if !found.agents.is_empty() {
        all.push(agents(found, paint));
    }
    if let Some(tenants) = &found.tenants {
        let mut row = Row::default();
        row.gap(1)
            .left(&t!("Tenants"), 8, paint.style(Name::Dim))
            .put(tenants.len().to_string(), paint.text());
        all.push(row.line());
    }
    if !found.is_initialised() {
        all.push(Line::default());
        let hint = t!("Not initialised yet. J joins a node; configuration and init follow.");
        all.extend(sentences(paint, Name::Dim, None, &hint, width));
    }
    let warnings: Vec<String> = checks(found, model.data.tasks())
        .iter()
        .map(Check::sentence)
        .collect();
    if !warnings.is_empty() {
        all.push(Line::default());
    }
    for warning in warnings {
        all.extend(sentences(
            paint,
            Name::Warning,
            Some(Glyph::Warning),
            &warning,
            width,
        ));
    }
    write::lines(frame.buffer_mut(), area, all);
}

fn cores(value: f64) -> String {
    format!("{value:.0}")
}

fn name(found: &Cluster, paint: &Paint, width: usize) -> Line<'static> {
    let mut row = Row::default();
    let shown = if found.name.is_empty() {
        t!("not named yet").into_owned()
    } else {
        found.name.clone()
    };
    row.gap(1)
        .put(paint.cut(&shown, width / 2), paint.style(Name::Title));
    if let Some(id) = found.id {
        row.gap(2).put(format!("id {id}"), paint.style(Name::Dim));
    }
    if !found.status.0.is_empty() {
        let mood = found.status.mood();
        let (glyph, style) = write::mood(mood);
        row.gap(2).put(
            format!("{} {}", paint.glyph(glyph), found.status.0),
            paint.style(style),
        );
    }
    row.line()
}

fn meter(
    paint: &Paint,
    label: &str,
    gauge: Gauge,
    show: fn(f64) -> String,
    unit: &str,
    width: usize,
) -> Line<'static> {
    let numbers = format!("{} / {}{unit}", show(gauge.used), show(gauge.total));
    let cells = width.saturating_sub(8 + 1 + 17).clamp(4, 16);
    let part = gauge.used / gauge.total;
    let (full, empty) = write::bar(paint, part, cells);
    let style = if part > 0.9 {
        Name::Warning
    } else {
        Name::Accent
    };
    let mut row = Row::default();
    row.gap(1)
        .left(label, 8, paint.style(Name::Dim))
        .put(full, paint.style(style))
        .put(empty, paint.style(Name::Dim))
        .right(&numbers, width.saturating_sub(8 + cells), paint.text());
    row.line()
}

fn agents(found: &Cluster, paint: &Paint) -> Line<'static> {
    let all = found.agents.len();
    let answer = found.agents.iter().filter(|agent| agent.reachable).count();
    let mut row = Row::default();
    row.gap(1)
        .left(&t!("Agents"), 8, paint.style(Name::Dim))
        .put(t!("%{n} of %{all}", n = answer, all = all), paint.text());
    if all > 1 && same(found, |agent| &agent.version) {
        row.gap(3).put(t!("same version"), paint.style(Name::Dim));
    }
    row.line()
}

fn same(found: &Cluster, of: impl Fn(&Agent) -> &String) -> bool {
    let mut values = found.agents.iter().filter(|a| a.reachable).map(of);
    let first = values.next();
    values.all(|value| Some(value) == first)
}

fn sentences(
    paint: &Paint,
    name: Name,
    glyph: Option<Glyph>,
    sentence: &str,
    width: usize,
) -> Vec<Line<'static>> {
    let indent = if glyph.is_some() { 2 } else { 0 };
    write::wrap(sentence, width.saturating_sub(indent))
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let mut row = Row::default();
            row.gap(1);
            match glyph {
                Some(glyph) if index == 0 => {
                    row.put(format!("{} ", paint.glyph(glyph)), paint.style(name));
                }
                _ => {
                    row.gap(indent);
                }
            }
            row.put(line, paint.style(name));
            row.line()
        })
        .collect()
}
