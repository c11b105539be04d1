//! Everything about the selected node, with the end of its log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use rust_i18n::t;
use serde_json::Value;

use super::pen::{Pen, wrap};
use super::{outlook, rows, signs};
use crate::base::text;
use crate::console::refused::Refused;
use crate::console::task::log::{Level, fold};
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::{Extra, Key, Node, State};
use crate::view::{Glyph, Name, Paint};

/// Width of the column of names.
const LABEL: usize = 12;
/// How many neighbours are named on each side.
const NEIGHBOURS: usize = 4;

/// One line: a label and its text.
struct Line {
    label: String,
    text: String,
    style: Style,
}

/// Lines of the detail, wrapped to a width.
struct Page<'a> {
    lines: Vec<Line>,
    width: usize,
    paint: &'a Paint,
}

impl Page<'_> {
    fn say(&mut self, label: &str, what: &str, name: Name) {
        self.say_in(6, label, what, name);
    }

    fn say_in(&mut self, rows: usize, label: &str, what: &str, name: Name) {
        let style = self.paint.style(name);
        let room = self.width.saturating_sub(LABEL).max(8);
        for (at, part) in wrap(what, room, rows).into_iter().enumerate() {
            let label = if at == 0 {
                label.to_owned()
            } else {
                String::new()
            };
            self.lines.push(Line {
                label,
                text: part,
                style,
            });
        }
    }
}

pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    (screen, shown, waiting): (&TaskScreen, &Shown, &[&Refused]),
    paint: &Paint,
) {
    let cut = paint.glyph(Glyph::Cut);
    let Some(key) = screen.selected() else { return };
    let (Some(node), Some(work)) = (shown.node(key), shown.work(key)) else {
        return;
    };
    let mut page = Page {
        lines: Vec::new(),
        width: usize::from(area.width),
        paint,
    };
    about(&mut page, screen, shown, key, node, work);
    waits(&mut page, shown, waiting);
    said(&mut page, shown, node, work);
    let log = fold(work.logs.iter().map(|text| (None, None, text.as_str())));
    let height = usize::from(area.height);
    // The log gets what is left, but never less than a third of the pane.
    let log_rows = if log.is_empty() {
        0
    } else {
        height
            .saturating_sub(page.lines.len() + 2)
            .max(height / 3)
            .min(log.len() + 1)
    };
    let page_rows = height - log_rows.min(height);
    let top = screen
        .open()
        .detail_top
        .min(page.lines.len().saturating_sub(page_rows));
    let title = rows::named(work, shown, true);
    let mut pen = Pen::new(buffer, area, 0, cut);
    pen.put(
        paint.glyph(signs::glyph(node.state)),
        paint.style(signs::name(node.state)),
    );
    pen.put(" ", paint.style(Name::Text))
        .put(&title, paint.style(Name::Title));
    let visible = page
        .lines
        .iter()
        .skip(top)
        .take(page_rows.saturating_sub(1));
    for (at, line) in visible.enumerate() {
        let mut pen = Pen::new(buffer, area, row(at + 1), cut);
        pen.column(&line.label, LABEL - 1, paint.style(Name::Dim))
            .skip(1);
        pen.put(&line.text, line.style);
    }
    if log_rows > 1 {
        let from = page_rows;
        let more = t!("log  (L for all)");
        Pen::new(buffer, area, row(from), cut).put(&more, paint.style(Name::Dim));
        let tail = &log[log.len().saturating_sub(log_rows - 1)..];
        for (at, line) in tail.iter().enumerate() {
            let mut pen = Pen::new(buffer, area, row(from + 1 + at), cut);
            log_line(pen.skip(2), &line.text, line.times, line.level(), paint);
        }
    }
}

fn row(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// One line of a log in one row; what repeats says how often.
pub(super) fn log_line(pen: &mut Pen<'_>, line: &str, times: usize, level: Level, paint: &Paint) {
    let style = paint.style(match level {
        Level::Plain => Name::Text,
        Level::Warning => Name::Warning,
        Level::Error => Name::Failed,
    });
    if times > 1 {
        let times = t!(" (%{n} times)", n = times);
        let room = pen.room().saturating_sub(text::width(&times));
        let cut = text::cut_end_with(line, room, paint.glyph(Glyph::Cut)).into_owned();
        pen.put(&cut, style).put(&times, paint.style(Name::Dim));
    } else {
        pen.put(line, style);
    }
}

fn about(
    page: &mut Page<'_>,
    screen: &TaskScreen,
    shown: &Shown,
    key: &Key,
    node: &Node,
    work: &Node,
) {
    let paint = page.paint;
    let now = screen.past().map_or(paint.now, |past| past.at);
    let mut how = signs::node_word(node);
    if let Some(attempt) = work.attempt.filter(|attempt| *attempt > 0) {
        how.push_str(&t!(", attempt %{n}", n = attempt));
    }
    if let Some(agent) = &work.agent {
        how.push_str(&t!(", by %{agent}", agent = agent));
    }
    page.say(&t!("state"), &how, signs::name(node.state));
    let why = shown
        .graph()
        .find(key)
        .map(|at| shown.why(at, now))
        .unwrap_or_default();
    page.say(&t!("why"), &why, Name::Waiting);
    if let Some(error) = shown.error(work) {
        page.say(&t!("error"), &error, Name::Failed);
    }
    if let Some(took) = rows::took(node, now) {
        let mut times = took;
        if let Some(from) = node.started_at {
            times.push_str(&t!(", from %{time}", time = paint.clock(from)));
        }
        if let Some(to) = node.ended_at {
            times.push_str(&t!(" to %{time}", time = paint.clock(to)));
        }
        page.say(&t!("time"), &times, Name::Text);
    }
    forecast(page, screen, shown, node);
    neighbours(page, shown, key, true);
    neighbours(page, shown, key, false);
    legal(page, screen, shown, key);
    for (at, sentence) in outlook::holds(shown).iter().enumerate() {
        let label = if at == 0 { t!("holds") } else { "".into() };
        page.say_in(5, &label, sentence, Name::Text);
    }
    if let Some(origin) = outlook::origin(screen, paint) {
        page.say(&t!("sent"), &origin, Name::Text);
    }
    for dag in &work.sub_dags {
        page.say(
            &t!("sub DAG"),
            &format!("{} {}", dag.agent, dag.id),
            Name::Text,
        );
    }
}

/// What else the server says of it.
fn said(page: &mut Page<'_>, shown: &Shown, node: &Node, work: &Node) {
    page.say(&t!("id"), &work.id, Name::Dim);
    let besides = (node.key != work.key).then_some(&work.extra);
    let said = std::iter::once(&node.extra).chain(besides);
    for (name, value) in said.flat_map(Extra::map) {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text,
            other => other.to_string(),
        };
        // A name that its column would cut stands before the value.
        if text::width(&name) < LABEL {
            page.say(&name, &value, Name::Dim);
        } else {
            page.say("", &format!("{name} {value}"), Name::Dim);
        }
    }
    for problem in &shown.task().problems {
        page.say(&t!("problem"), problem, Name::Warning);
    }
}

/// The changes of this console that were refused because of it.
fn waits(page: &mut Page<'_>, shown: &Shown, waiting: &[&Refused]) {
    let label = t!("refused");
    for (at, refused) in waiting.iter().enumerate() {
        let label = if at == 0 { label.as_ref() } else { "" };
        let words = outlook::waits(shown, refused, page.paint);
        page.say_in(4, label, &words, Name::Warning);
    }
}

/// How long it usually takes, and its place on the longest way to the end.
fn forecast(page: &mut Page<'_>, screen: &TaskScreen, shown: &Shown, node: &Node) {
    if screen.past().is_some() {
        return;
    }
    let known = screen.forecast();
    let usual = known.history.usual(&node.name);
    if let Some(usual) = usual {
        page.say(&t!("usual"), &usual.words(), Name::Text);
    }
    let Some(path) = outlook::path(screen, shown) else {
        return;
    };
    let nodes = &shown.task().nodes;
    let stands = |at: &usize| {
        let key = &nodes[*at].key;
        *key == node.key || node.parent.as_ref() == Some(key)
    };
    let steps = known.estimate.path.len();
    if let Some(place) = known.estimate.path.iter().position(stands) {
        let text = t!(
            "step %{n} of %{of} on the critical path: %{path}",
            n = place + 1,
            of = steps,
            path = path
        );
        page.say_in(3, &t!("path"), &text, Name::Text);
    }
}

/// What the node waits for, or what waits for it: the nearest by name, the rest as a number.
fn neighbours(page: &mut Page<'_>, shown: &Shown, key: &Key, up: bool) {
    let reach = shown.reach(key);
    let found = if up { &reach.up } else { &reach.down };
    let label = if up { t!("upstream") } else { t!("downstream") };
    let paint = page.paint;
    let more = found.len().saturating_sub(NEIGHBOURS);
    for (at, (node, distance)) in found.iter().take(NEIGHBOURS).enumerate() {
        let Some(node) = shown.task().nodes.get(*node) else {
            continue;
        };
        let sign = paint.glyph(signs::glyph(node.state));
        let far = if *distance > 1 {
            t!("  %{n} away", n = distance).into_owned()
        } else {
            String::new()
        };
        let text = format!("{sign} {}{far}", node.name);
        let label = if at == 0 { label.as_ref() } else { "" };
        let name = if node.state == State::Succeeded {
            Name::Dim
        } else {
            signs::name(node.state)
        };
        page.say(label, &text, name);
    }
    if more > 0 {
        page.say("", &t!("%{n} more", n = more), Name::Dim);
    }
}

fn legal(page: &mut Page<'_>, screen: &TaskScreen, shown: &Shown, key: &Key) {
    if screen.past().is_some() {
        return;
    }
    let legal = shown.actions(Some(key));
    if legal.is_empty() {
        let none = if shown.task().is_live() {
            t!("nothing while it runs")
        } else {
            t!("nothing")
        };
        page.say(&t!("legal now"), &none, Name::Dim);
    }
    for (at, entry) in legal.iter().enumerate() {
        let label = t!("legal now");
        let label = if at == 0 { label.as_ref() } else { "" };
        // The menu of `a` has the rest of the sentence.
        let text = format!("{}: {}", entry.title, entry.about);
        page.say_in(2, label, &text, Name::Text);
    }
}
