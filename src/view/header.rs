//! The first line: where I am, what it is, how fresh, what I may do.

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::write::Row;
use super::{Glyph, Name, Paint};
use crate::base::{text, words};
use crate::console::data::Known;
use crate::console::{Action, Model, Screen, other_words};
use crate::fleet::task::together;
use crate::link::{Ask, Picture, TaskStatus};

/// The question whose answer fills the screen.
fn main_ask(model: &Model) -> Option<Ask> {
    match model.screen() {
        Screen::Cluster => Some(Ask::Cluster),
        Screen::Managed(_) => Some(model.data.cluster_ask()),
        Screen::List(listing) => Some(listing.ask(model.source())),
        Screen::Tasks | Screen::TasksOf(_) => {
            let tasks = &model.screens.panes.tasks;
            tasks
                .asks(&model.data, model.source(), true)
                .into_iter()
                .next()
        }
        Screen::Task(id) => together::parts(id).into_iter().next().map(Ask::Task),
        Screen::Welcome | Screen::Form(_) | Screen::Setup | Screen::Messages => None,
    }
}

fn known(model: &Model) -> Option<&Known> {
    model.data.known(&main_ask(model)?)
}

/// Whether what fills the screen is old.
pub fn is_stale(model: &Model) -> bool {
    let place = model.settings.place.as_ref();
    let saved = place.is_some_and(|place| place.saved_at.is_some());
    !saved && known(model).is_some_and(|known| known.is_stale(model.now))
}

/// Why there is nothing newer.
pub fn banner(model: &Model) -> Option<String> {
    if let Some(other) = model.data.other() {
        return Some(text::clean_line(&other_words(other)));
    }
    let known = known(model).and_then(|known| known.error.as_ref());
    let trouble = model.data.trouble();
    let error = trouble.or(known)?;
    let sentence = text::clean_line(&error.to_string());
    if trouble.is_none() {
        return Some(sentence);
    }
    let key = model.keymap.keys(Action::Settle).next();
    let key = key.map(|key| key.to_string());
    let key = key.unwrap_or_else(|| ":settle".to_owned());
    Some(
        t!(
            "%{key} settles it: %{sentence}",
            key = key,
            sentence = sentence
        )
        .into_owned(),
    )
}

/// Draws why there is nothing newer.
pub fn draw_banner(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let Some(sentence) = banner(model) else {
        return;
    };
    let mut row = Row::default();
    row.put(
        format!(" {} ", paint.glyph(Glyph::Warning)),
        paint.style(Name::Warning),
    );
    let room = usize::from(area.width).saturating_sub(row.width());
    row.put(paint.cut(&sentence, room), paint.style(Name::Warning));
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &row.line(), area.width);
}

fn crumbs(model: &Model, paint: &Paint) -> String {
    let place = model.settings.place.as_ref();
    let root = match place {
        Some(place) if !place.name.is_empty() => text::clean_line(&place.name),
        _ => "obdeck".to_owned(),
    };
    let rest: Vec<String> = match model.screen() {
        Screen::Welcome => Vec::new(),
        Screen::Cluster => vec![t!("cluster").into_owned()],
        Screen::Managed(id) => vec![managed(model, id)],
        Screen::List(listing) => vec![t!(listing.word()).into_owned()],
        Screen::Tasks => tasks(model),
        Screen::TasksOf(id) => {
            let cluster = managed(model, id);
            std::iter::once(cluster).chain(tasks(model)).collect()
        }
        Screen::Task(id) => {
            let task = model.task().and_then(|screen| screen.task());
            let listed = || model.data.tasks().iter().find(|task| task.id == *id);
            let name = task
                .or_else(listed)
                .map_or_else(|| id.0.clone(), |task| task.name.clone());
            let cluster = model.data.chosen().map(|id| managed(model, id));
            let tasks = t!("tasks").into_owned();
            cluster.into_iter().chain([tasks, name]).collect()
        }
        Screen::Form(_) => {
            let title = model.form().map(|form| t!(form.form().title).into_owned());
            title.into_iter().collect()
        }
        Screen::Setup => vec![t!("setup").into_owned()],
        Screen::Messages => vec![t!("messages").into_owned()],
    };
    let sign = format!(" {} ", paint.glyph(Glyph::Selected));
    std::iter::once(root)
        .chain(rest)
        .collect::<Vec<_>>()
        .join(&sign)
}

fn tasks(model: &Model) -> Vec<String> {
    let narrowed = model.screens.panes.tasks.status.map(|status| match status {
        TaskStatus::Running => t!("running").into_owned(),
        TaskStatus::Failed => t!("failed").into_owned(),
        TaskStatus::Successful => t!("done").into_owned(),
    });
    std::iter::once(t!("tasks").into_owned())
        .chain(narrowed)
        .collect()
}

/// The name of a cluster of a platform, or its id before anything answered.
fn managed(model: &Model, id: &str) -> String {
    let known = model.data.managed().filter(|managed| managed.id == id);
    let listed = || match &model.data.known(&Ask::Clusters)?.asked.as_ref()?.picture {
        Picture::Clusters(all) => all.iter().find(|managed| managed.id == id),
        _ => None,
    };
    let name = known.or_else(listed).map(|one| one.cluster.name.as_str());
    text::clean_line(name.unwrap_or(id))
}

/// What stands on the right, the most important last: it goes last.
fn facts(model: &Model) -> Vec<(String, Name)> {
    let mut facts = Vec::new();
    let place = model.settings.place.as_ref();
    let asked = known(model).and_then(|known| known.asked.as_ref());
    if let Some(cluster) = model.data.cluster() {
        if let Some(agent) = cluster.agents.first().filter(|a| !a.version.is_empty()) {
            facts.push((format!("obshell {}", agent.version), Name::Dim));
        }
        if !cluster.ob_version.is_empty() {
            facts.push((format!("OceanBase {}", cluster.ob_version), Name::Dim));
        }
    }
    let endpoint = asked
        .map(|asked| asked.endpoint.clone())
        .or_else(|| place.map(|place| place.endpoint.clone()))
        .filter(|endpoint| !endpoint.is_empty());
    facts.extend(endpoint.map(|endpoint| (endpoint, Name::Text)));
    if main_ask(model).is_some() && place.is_some() {
        facts.push(freshness(model));
    }
    if model.settings.read_only {
        facts.push((t!("READ-ONLY").into_owned(), Name::ReadOnly));
    }
    if model.is_production() {
        facts.push((format!(" {} ", t!("PRODUCTION")), Name::Production));
    }
    facts
}

fn freshness(model: &Model) -> (String, Name) {
    let place = model.settings.place.as_ref();
    if let Some(at) = place.and_then(|place| place.saved_at) {
        let zone = model.settings.zone.clone().unwrap_or_else(TimeZone::system);
        let at = at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S");
        return (t!("saved %{at}", at = at).into_owned(), Name::Dim);
    }
    let Some(known) = known(model) else {
        return (t!("asking").into_owned(), Name::Dim);
    };
    match known.age_ms(model.now) {
        None => (t!("no answer yet").into_owned(), Name::Warning),
        Some(age) if known.is_stale(model.now) => {
            let age = words::age(age);
            (t!("stale, %{age}", age = age).into_owned(), Name::Warning)
        }
        // Below a few seconds the number would only flicker.
        Some(age) if age < 3_000 => (t!("live").into_owned(), Name::Dim),
        Some(age) => (words::age(age), Name::Dim),
    }
}

/// Draws the first line.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let mut facts = facts(model);
    let mut crumbs = crumbs(model, paint);
    let wide = |facts: &[(String, Name)]| -> usize {
        facts.iter().map(|(fact, _)| text::width(fact) + 2).sum()
    };
    // Facts go one by one from the left until the place still has room.
    let wanted = (text::width(&crumbs) + 2).min(width * 2 / 3);
    while !facts.is_empty() && wanted + wide(&facts) > width {
        facts.remove(0);
    }
    crumbs = paint.cut(&crumbs, width.saturating_sub(wide(&facts) + 2));
    let mut row = Row::default();
    row.gap(1).put(crumbs, paint.style(Name::Title));
    row.gap(width.saturating_sub(row.width() + wide(&facts)));
    for (fact, name) in facts {
        row.put(fact, paint.style(name)).gap(2);
    }
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &row.line(), area.width);
}
