//! The line that says how the task stands.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::pen::Pen;
use super::{outlook, signs};
use crate::base::words;
use crate::console::task::lens::{Look, Side};
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::{State, Task, together};
use crate::view::{Glyph, Name, Paint};

pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
) {
    let task = shown.task();
    let style = paint.style(signs::name(task.state));
    let dim = paint.style(Name::Dim);
    let narrow = area.width < 60;
    let mut pen = Pen::new(buffer, area, 0, paint.glyph(Glyph::Cut));
    pen.put(" ", dim);
    if area.width >= 100 && !together::is_together(&task.id) {
        pen.keep_right(&t!("id %{id} ", id = task.id), dim);
    }
    if let Some(where_) = standing(screen, paint) {
        pen.keep_right(&format!(" {where_} "), paint.style(Name::Warning));
    } else if !narrow && screen.follows() && task.is_live() {
        pen.keep_right(&t!("following "), paint.style(Name::Accent));
    }
    pen.put(paint.glyph(signs::glyph(task.state)), style)
        .put(" ", style);
    pen.put(&signs::task_word(task), style);
    let gap = if narrow { "  " } else { "   " };
    if task.stages > 0 {
        let stage = if narrow {
            format!("{}/{}", task.stage, task.stages)
        } else {
            t!("stage %{n} of %{of}", n = task.stage, of = task.stages).into_owned()
        };
        pen.put(gap, dim).put_whole(&stage, paint.style(Name::Text));
    } else if !task.nodes.is_empty() {
        let counts = shown.counts();
        let stage = t!("%{n} of %{of} done", n = counts.done, of = counts.total);
        pen.put(gap, dim).put_whole(&stage, paint.style(Name::Text));
    }
    let now = screen.past().map_or(paint.now, |past| past.at);
    let cause = cause_words(shown).filter(|_| task.state == State::Failed);
    if let Some(ms) = elapsed(task, now) {
        let text = words::duration(ms);
        pen.put(gap, dim).put_whole(&text, paint.style(Name::Text));
    }
    if area.width >= 80 && screen.lens().is_plain() {
        if let Some(left) = outlook::left(screen, shown, paint.now) {
            pen.put(gap, dim).put_whole(&left, dim);
        }
        if area.width >= 100
            && task.state != State::Failed
            && let Some(usual) = outlook::usual(screen, shown)
        {
            let usual = t!("usual %{usual}", usual = usual);
            pen.put(gap, dim).put_whole(&usual, dim);
        }
    }
    // What is left out of the rows must be said, also where something failed.
    if let Some(lens) = lens_words(screen, shown) {
        pen.put(gap, dim).put(&lens, paint.style(Name::Accent));
    }
    if let Some(cause) = cause.filter(|_| !narrow) {
        pen.put(gap, dim).put(&cause, style);
    } else if task.is_live() && !narrow {
        let failed = shown.failed_early();
        if failed > 0 {
            let text = t!("%{n} failed", n = failed);
            pen.put(gap, dim).put(&text, paint.style(Name::Failed));
        }
    }
}

/// How long it took, or takes so far.
pub(super) fn elapsed(task: &Task, now: Timestamp) -> Option<i64> {
    let from = task.started_at?;
    let to = task.ended_at.filter(|_| !task.is_live()).unwrap_or(now);
    Some((to.as_millisecond() - from.as_millisecond()).max(0))
}

/// The first cause in one line: `Start observer @ 10.0.0.7: connection refused`.
pub(super) fn cause_words(shown: &Shown) -> Option<String> {
    let cause = shown.cause()?;
    let node = shown.task().nodes.get(cause.node)?;
    let named = match &node.agent {
        Some(agent) => format!("{} @ {agent}", node.name),
        None => node.name.clone(),
    };
    Some(match &cause.error {
        Some(error) if error.message.is_empty() => format!("{named}: {}", error.words()),
        Some(error) => format!("{named}: {}", error.short()),
        None => named,
    })
}

/// Which moment of the past is on the screen.
fn standing(screen: &TaskScreen, paint: &Paint) -> Option<String> {
    let past = screen.past()?;
    let text = t!(
        "seen at %{time}, %{n} of %{of}",
        time = paint.clock(past.at),
        n = past.number + 1,
        of = screen.moments()
    );
    Some(text.into_owned())
}

/// What is left out of the rows, and why.
fn lens_words(screen: &TaskScreen, shown: &Shown) -> Option<String> {
    let lens = screen.lens();
    let rows = shown.rows().len();
    if !lens.search.is_empty() {
        return Some(t!("/%{text}: %{n} rows", text = lens.search, n = rows).into_owned());
    }
    if let Some(only) = &lens.only {
        let name = shown
            .node(&only.key)
            .map_or_else(String::new, |node| node.name.clone());
        let text = match only.side {
            Side::Upstream => t!("upstream of %{name}", name = name),
            Side::Downstream => t!("downstream of %{name}", name = name),
            Side::Both => t!("around %{name}", name = name),
        };
        return Some(text.into_owned());
    }
    match lens.look {
        Look::Tree => None,
        Look::Timeline => Some(t!("timeline").into_owned()),
        Look::Table => Some(t!("table, longest first").into_owned()),
    }
}
