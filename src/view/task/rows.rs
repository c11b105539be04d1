//! The rows of the tree: guide lines, state, name, progress, time, reason.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use rust_i18n::t;

use super::pen::Pen;
use super::signs;
use crate::base::words;
use crate::console::task::lens::Look;
use crate::console::task::log::fold;
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::glyph::Glyphs;
use crate::fleet::task::tree::{Branch, Fold, Item, Row};
use crate::fleet::task::{Node, NodeKind, State, joined, together};
use crate::view::{Glyph, Name, Paint};

/// Widths of the columns at the right; they depend on the width alone, so that
/// no column moves while one looks.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) name: usize,
    pub(super) aside: usize,
    pub(super) time: usize,
    pub(super) reason: usize,
}

impl Columns {
    pub(super) fn of(width: u16) -> Self {
        let width = usize::from(width);
        let time = if width >= 30 { 11 } else { 0 };
        // `12 个 agent` and its blank.
        let aside = if width >= 50 { 12 } else { 0 };
        let left = width.saturating_sub(time + aside);
        let reason = if width >= 72 {
            left.saturating_sub(38).min(left / 2)
        } else {
            0
        };
        Self {
            name: left - reason,
            aside,
            time,
            reason,
        }
    }
}

pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
) {
    let window = screen.window(usize::from(area.height));
    if window.rows.is_empty() {
        let text = if shown.task().nodes.is_empty() {
            t!(" The server sent no nodes of this task.")
        } else {
            t!(" Nothing matches. esc: show everything")
        };
        Pen::new(buffer, area, 0, paint.glyph(Glyph::Cut)).put(&text, paint.style(Name::Dim));
    }
    let columns = Columns::of(area.width);
    for (at, row) in window.rows.iter().enumerate() {
        let line = u16::try_from(at).unwrap_or(u16::MAX);
        let selected = window.selected == Some(at);
        let mut pen = Pen::new(buffer, area, line, paint.glyph(Glyph::Cut));
        one(&mut pen, *row, selected, columns, screen, shown, paint);
        if selected {
            mark(buffer, area, line, paint);
        }
    }
}

/// Makes a row the selected one: the whole of it, whatever is written there.
pub(super) fn mark(buffer: &mut Buffer, area: Rect, line: u16, paint: &Paint) {
    let row = Rect {
        y: area.y + line,
        height: 1,
        ..area
    };
    paint.select(buffer, row);
}

pub(super) fn one(
    pen: &mut Pen<'_>,
    row: Row,
    selected: bool,
    columns: Columns,
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
) {
    let before = pen.room();
    label(pen, row, selected, columns.name, screen, shown, paint);
    let gap = columns.name.saturating_sub(before - pen.room());
    pen.skip(gap);
    let Item::Node { .. } = row.item else { return };
    let Some(work) = row.work(shown.task()) else {
        return;
    };
    let now = screen.past().map_or(paint.now, |past| past.at);
    let dim = paint.style(Name::Dim);
    if columns.aside > 0 {
        pen.column(&aside(row, work, shown), columns.aside - 1, dim)
            .skip(1);
    }
    if columns.time > 0 {
        let style = if work.state.is_active() {
            paint.style(Name::Text)
        } else {
            dim
        };
        let node = row.node(shown.task()).unwrap_or(work);
        pen.number(
            &took(node, now).unwrap_or_default(),
            columns.time - 1,
            style,
        )
        .skip(1);
    }
    if columns.reason > 0 {
        let (text, style) = reason(row, work, shown, now, paint);
        pen.skip(2).put(&text, style);
    }
}

/// Everything up to the end of the name. Used by the timeline too.
pub(super) fn label(
    pen: &mut Pen<'_>,
    row: Row,
    selected: bool,
    cells: usize,
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
) {
    let dim = paint.style(Name::Dim);
    let end = pen.room().saturating_sub(cells);
    let left = |pen: &Pen<'_>| pen.room().saturating_sub(end + 1);
    let changed = screen.past().is_some_and(|past| {
        row.key(shown.task())
            .is_some_and(|key| past.changed.contains(key))
    });
    match (selected, changed) {
        (true, _) => pen.put(paint.glyph(Glyph::Selected), paint.style(Name::Selected)),
        (false, true) => pen.put(paint.glyph(Glyph::Dot), paint.style(Name::Warning)),
        (false, false) => pen.put(" ", dim),
    };
    guides(pen, row, shown, paint);
    let glyphs = Glyphs { ascii: paint.ascii };
    let (text, style) = match row.item {
        Item::Node { .. } => {
            let Some(node) = row.node(shown.task()) else {
                return;
            };
            pen.put(
                paint.glyph(signs::glyph(node.state)),
                paint.style(signs::name(node.state)),
            );
            let style = match node.state {
                State::Succeeded | State::Skipped => dim,
                State::Running => paint.style(Name::Text),
                state => paint.style(signs::name(state)),
            };
            let flat = screen.lens().look == Look::Table;
            (
                named(node, shown, flat),
                if changed {
                    paint.style(Name::Match)
                } else {
                    style
                },
            )
        }
        Item::Reference { .. } => {
            pen.put(glyphs.reference(), dim);
            let name = row.node(shown.task()).map(|node| node.name.clone());
            (name.unwrap_or_default(), dim)
        }
        Item::MoreReferences { count } => {
            pen.put(glyphs.reference(), dim);
            (t!("%{n} more references", n = count).into_owned(), dim)
        }
        Item::RollUp => {
            pen.put(glyphs.ellipsis(), dim);
            (row.hidden.words(), dim)
        }
    };
    let room = left(pen);
    if room > 1 {
        let cut =
            crate::base::text::cut_end_with(&text, room - 1, paint.glyph(Glyph::Cut)).into_owned();
        pen.put(" ", dim).put(&cut, style);
    }
}

/// Guide lines and the fold. More levels than a third of the row can hold are
/// drawn as if they were one: the name matters more than the depth.
fn guides(pen: &mut Pen<'_>, row: Row, shown: &Shown, paint: &Paint) {
    let border = paint.style(Name::Border);
    let fold = match row.fold {
        Fold::Open => Some(paint.glyph(Glyph::Unfolded)),
        Fold::Folded => Some(paint.glyph(Glyph::Folded)),
        Fold::None => None,
    };
    // A step of a graph has the column of the fold whether it folds or not, so
    // that a chain stands in line; sub-tasks of a stage never fold.
    let node = row.node(shown.task());
    let steps = matches!(row.item, Item::Node { .. })
        && node.is_some_and(|node| node.kind != NodeKind::SubTask);
    if row.depth > 0 {
        pen.put("  ", border);
    }
    let levels = (pen.room() / 6).min(usize::from(row.depth));
    let first = usize::from(row.depth) - levels;
    for level in first..usize::from(row.depth) {
        let own = level + 1 == usize::from(row.depth);
        let line = level < 64 && row.guides >> level & 1 == 1;
        let sign = match row.branch {
            Branch::Tee if own => paint.glyph(Glyph::Branch),
            Branch::Elbow if own => paint.glyph(Glyph::LastBranch),
            _ if line => paint.glyph(Glyph::Trunk),
            _ => " ",
        };
        pen.put(sign, border).put(" ", border);
    }
    match fold {
        Some(sign) => pen.put(sign, border).put(" ", border),
        None if row.depth == 0 || steps => pen.put("  ", border),
        None => pen,
    };
}

/// A sub-task of a stage has the stage's name: its agent says more.
pub(super) fn named(node: &Node, shown: &Shown, flat: bool) -> String {
    // Of several tasks two may have one name.
    if joined::is_head(&node.key) && together::is_together(&shown.task().id) {
        let agent = node.agent.as_ref().map(|agent| format!(" @ {agent}"));
        return format!("{} {}{}", node.name, node.id, agent.unwrap_or_default());
    }
    let Some(agent) = &node.agent else {
        return node.name.clone();
    };
    let parent = node.parent.as_ref().and_then(|key| shown.node(key));
    if !flat && parent.is_some_and(|parent| parent.name == node.name) {
        agent.to_string()
    } else {
        format!("{} @ {agent}", node.name)
    }
}

/// `2 of 3`, `3 agents`, `attempt 2`.
fn aside(row: Row, work: &Node, shown: &Shown) -> String {
    let inside = match row.item {
        Item::Node { node, work: None } => shown.graph().children(node),
        _ => &[],
    };
    let nodes = &shown.task().nodes;
    if inside.iter().any(|at| joined::is_head(&nodes[*at].key)) {
        return String::new();
    }
    if !inside.is_empty() {
        let good = inside
            .iter()
            .filter(|at| matches!(nodes[**at].state, State::Succeeded | State::Skipped))
            .count();
        let counts = work.state.is_active() || matches!(work.state, State::Failed | State::Waiting);
        return if good == inside.len() || !counts {
            let agents = inside.len();
            if nodes[inside[0]].kind == NodeKind::Node {
                t!("%{n} stages", n = agents)
            } else if agents == 1 {
                t!("1 agent")
            } else {
                t!("%{n} agents", n = agents)
            }
            .into_owned()
        } else {
            t!("%{n} of %{of}", n = good, of = inside.len()).into_owned()
        };
    }
    if row.fold == Fold::Folded {
        return t!("%{n} folded", n = row.hidden.total).into_owned();
    }
    match work.attempt {
        Some(attempt) if attempt > 1 => t!("attempt %{n}", n = attempt).into_owned(),
        _ => String::new(),
    }
}

/// How long a node took, or takes so far.
pub(super) fn took(node: &Node, now: Timestamp) -> Option<String> {
    let from = node.started_at?;
    let to = match node.ended_at {
        Some(to) => to,
        None if node.state.is_active() || node.state == State::Waiting => now,
        None => return None,
    };
    Some(words::duration(to.as_millisecond() - from.as_millisecond()))
}

/// Why it stands as it stands; what went wrong before what it waits for.
fn reason(row: Row, work: &Node, shown: &Shown, now: Timestamp, paint: &Paint) -> (String, Style) {
    let dim = paint.style(Name::Dim);
    let stage = work.kind == NodeKind::Node;
    if matches!(work.state, State::Failed | State::Cancelled) && !stage {
        let error = shown.short_error(work).unwrap_or_default();
        return (error, paint.style(Name::Failed));
    }
    let Some(node) = row.item.node() else {
        return (String::new(), dim);
    };
    let why = shown.why(node, now);
    if !why.is_empty() && work.state != State::Pending {
        return (why, paint.style(Name::Waiting));
    }
    if work.state.is_active() && !stage {
        return (last_line(work), dim);
    }
    (String::new(), dim)
}

/// The end of a log in one line: `wait for observer to start (31 times)`.
pub(super) fn last_line(node: &Node) -> String {
    // Only the repeats at the end matter: folding the whole log would cost more than the row.
    let Some(last) = node.logs.last() else {
        return String::new();
    };
    let same = node
        .logs
        .iter()
        .rev()
        .take_while(|line| *line == last)
        .count();
    let lines = fold(
        node.logs[node.logs.len() - same..]
            .iter()
            .map(|text| (None, None, text.as_str())),
    );
    match lines.last() {
        Some(line) if line.times > 1 => {
            t!("%{text} (%{n} times)", text = line.text, n = line.times).into_owned()
        }
        Some(line) => line.text.clone(),
        None => String::new(),
    }
}
