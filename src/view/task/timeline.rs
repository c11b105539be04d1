//! The same rows and the same cursor over time: what ran when, what waited,
//! what was tried again. Each state has a sign of its own, so that the drawing
//! can be read without colour.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::pen::Pen;
use super::{rows, signs, state};
use crate::base::words;
use crate::console::task::history::Span;
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::tree::Item;
use crate::fleet::task::{Node, State};
use crate::view::{Glyph, Name, Paint};

/// Columns of the duration at the right.
const TIME: usize = 12;

/// From when to when, over how many columns.
struct Scale {
    from: i64,
    length: i64,
    cells: usize,
}

impl Scale {
    fn cell(&self, at: Timestamp) -> usize {
        let since = (at.as_millisecond() - self.from).clamp(0, self.length);
        let cell = i128::from(since) * self.cells as i128 / i128::from(self.length.max(1));
        usize::try_from(cell)
            .unwrap_or(0)
            .min(self.cells.saturating_sub(1))
    }
}

pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
) {
    let now = screen.past().map_or(paint.now, |past| past.at);
    let width = usize::from(area.width);
    let label = (width * 2 / 5).clamp(10.min(width), 40);
    let time = if width >= 50 { TIME } else { 0 };
    let scale = Scale {
        from: shown.task().started_at.unwrap_or(now).as_millisecond(),
        length: state::elapsed(shown.task(), now).unwrap_or(0).max(1),
        cells: width.saturating_sub(label + time),
    };
    let cut = paint.glyph(Glyph::Cut);
    axis(&mut Pen::new(buffer, area, 0, cut), label, &scale, paint);
    let body = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    if body.is_empty() {
        return;
    }
    let window = screen.window(usize::from(body.height));
    for (at, row) in window.rows.iter().enumerate() {
        let line = u16::try_from(at).unwrap_or(u16::MAX);
        let selected = window.selected == Some(at);
        let mut pen = Pen::new(buffer, body, line, cut);
        rows::label(&mut pen, *row, selected, label, screen, shown, paint);
        if let (Item::Node { .. }, Some(node), Some(work)) =
            (row.item, row.node(shown.task()), row.work(shown.task()))
        {
            let mut pen = Pen::new(buffer, body, line, cut);
            pen.skip(label);
            bar(&mut pen, screen, work, now, &scale, paint);
            if time > 0 {
                let mut pen = Pen::new(buffer, body, line, cut);
                let took = rows::took(node, now).unwrap_or_default();
                pen.skip(width - time)
                    .number(&took, time - 1, paint.style(Name::Dim));
            }
        }
        if selected {
            rows::mark(buffer, body, line, paint);
        }
    }
}

fn axis(pen: &mut Pen<'_>, label: usize, scale: &Scale, paint: &Paint) {
    let dim = paint.style(Name::Dim);
    pen.skip(label).put(&t!("start"), dim);
    let end = words::duration(scale.length);
    let half = words::duration(scale.length / 2);
    let used = crate::base::text::width(&t!("start"));
    let middle = scale.cells / 2;
    if scale.cells > 40 && middle > used {
        pen.skip(middle - used).put(&half, dim);
        let used = middle + crate::base::text::width(&half);
        pen.number(&end, scale.cells.saturating_sub(used), dim);
    } else {
        pen.number(&end, scale.cells.saturating_sub(used), dim);
    }
}

/// One sign a cell; where several spans meet in a cell the worst one shows.
fn bar(
    pen: &mut Pen<'_>,
    screen: &TaskScreen,
    work: &Node,
    now: Timestamp,
    scale: &Scale,
    paint: &Paint,
) {
    let seen = screen.spans().of(&work.key);
    let only;
    let spans = if seen.is_empty() {
        only = work.started_at.map(|from| Span {
            state: work.state,
            attempt: work.attempt,
            from,
            to: work.ended_at,
        });
        only.as_slice()
    } else {
        seen
    };
    let mut cells: Vec<Option<State>> = vec![None; scale.cells];
    for span in spans.iter().filter(|span| span.from <= now) {
        let from = scale.cell(span.from);
        let to = scale.cell(span.to.unwrap_or(now).min(now));
        for cell in &mut cells[from.min(scale.cells)..(to + 1).min(scale.cells)] {
            if cell.is_none_or(|there| weight(span.state) >= weight(there)) {
                *cell = Some(span.state);
            }
        }
    }
    for cell in cells {
        match cell {
            None => {
                pen.skip(1);
            }
            Some(state) => {
                pen.put(sign(state, paint), paint.style(signs::name(state)));
            }
        }
    }
}

fn weight(state: State) -> u8 {
    match state {
        State::Failed => 3,
        State::RollingBack | State::RolledBack | State::Cancelled | State::Cancelling => 2,
        _ => 1,
    }
}

fn sign(state: State, paint: &Paint) -> &'static str {
    match state {
        State::Succeeded => paint.glyph(Glyph::Full),
        State::Running => {
            if paint.ascii {
                "="
            } else {
                "▒"
            }
        }
        State::Pending | State::Ready => paint.glyph(Glyph::Empty),
        state => paint.glyph(signs::glyph(state)),
    }
}
