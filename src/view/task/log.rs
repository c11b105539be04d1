//! The whole log of one sub-task; only the rows on the screen are worked out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::detail::log_line;
use super::pen::{Pen, wrap};
use crate::base::text;
use crate::console::task::log::{Folded, LogView};
use crate::view::{Glyph, Name, Paint};

/// More rows than any line of a log needs; a longer one is cut.
const MOST_ROWS: usize = 200;

pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &LogView, paint: &Paint) {
    let cut = paint.glyph(Glyph::Cut);
    head(&mut Pen::new(buffer, area, 0, cut), view, paint);
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    if body.is_empty() {
        return;
    }
    if view.lines.is_empty() {
        let text = if view.whole {
            t!(" The log is empty.")
        } else {
            t!(" No answer yet.")
        };
        Pen::new(buffer, body, 0, cut).put(&text, paint.style(Name::Dim));
        return;
    }
    let margin = margin(view);
    let width = usize::from(body.width).saturating_sub(margin + 1);
    let height = usize::from(body.height);
    let rows_of = |line: &Folded| if view.wrap { rows(line, width) } else { 1 };
    let mut top = view.top.min(view.lines.len().saturating_sub(1));
    let mut skipped = 0;
    if view.follow || view.lines.len() - top < height {
        // From the end backwards, until the room is full.
        let mut filled = 0;
        let mut first = view.lines.len();
        while first > 0 && filled < height {
            first -= 1;
            filled += rows_of(&view.lines[first]);
        }
        if view.follow || first < top {
            top = first;
            skipped = filled.saturating_sub(height);
        }
    }
    let mut at = 0;
    for (number, line) in view.lines.iter().enumerate().skip(top) {
        if at >= height {
            break;
        }
        let again = number > 0 && view.lines[number - 1].attempt == line.attempt;
        let parts = if view.wrap && rows_of(line) > 1 {
            wrap(&line.text, width, MOST_ROWS)
        } else {
            vec![line.text.clone()]
        };
        let count = parts.len();
        let from = if number == top {
            skipped.min(count.saturating_sub(1))
        } else {
            0
        };
        for (part, words) in parts.iter().enumerate().skip(from) {
            if at >= height {
                break;
            }
            let row = u16::try_from(at).unwrap_or(u16::MAX);
            let mut pen = Pen::new(buffer, body, row, cut);
            let sign = if part == 0 && view.matches(number) {
                paint.glyph(Glyph::Selected)
            } else {
                " "
            };
            pen.put(sign, paint.style(Name::Match));
            if margin > 0 {
                let label = if part == 0 {
                    label(line, again, paint)
                } else {
                    String::new()
                };
                pen.column(&label, margin - 1, paint.style(Name::Dim))
                    .skip(1);
            }
            let times = if part + 1 == count { line.times } else { 1 };
            log_line(&mut pen, words, times, line.level(), paint);
            at += 1;
        }
    }
}

fn head(pen: &mut Pen<'_>, view: &LogView, paint: &Paint) {
    let dim = paint.style(Name::Dim);
    let mut modes = Vec::new();
    if !view.whole {
        modes.push(t!("asking for all of it"));
    }
    if view.wrap {
        modes.push(t!("wrapped"));
    }
    if view.follow {
        modes.push(t!("following"));
    }
    let modes = modes
        .iter()
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join("  ");
    // The name of the log needs the room more.
    if text::width(&modes) * 2 < pen.room() {
        pen.keep_right(&format!("{modes} "), paint.style(Name::Accent));
    }
    pen.put(" ", dim).put(&t!("log"), dim).put("  ", dim);
    pen.put(&view.title, paint.style(Name::Title))
        .put("  ", dim);
    pen.put(&t!("%{n} lines", n = view.raw_lines), dim);
    let errors = view.errors();
    if errors > 0 {
        let text = match errors {
            1 => t!("1 error"),
            n => t!("%{n} errors", n = n),
        };
        pen.put("  ", dim).put(&text, paint.style(Name::Failed));
    }
    if !view.searched.is_empty() {
        let found = t!("%{n} found", n = view.found());
        pen.put("  /", dim)
            .put(&view.searched, paint.style(Name::Match))
            .put("  ", dim)
            .put(&found, dim);
    }
}

/// Room for attempt and time where the server tells them.
fn margin(view: &LogView) -> usize {
    let first = view.lines.first();
    let attempts = first.is_some_and(|line| line.attempt.is_some());
    let times = first.is_some_and(|line| line.at.is_some());
    3 * usize::from(attempts) + 9 * usize::from(times)
}

fn label(line: &Folded, again: bool, paint: &Paint) -> String {
    let attempt = line.attempt.map(|attempt| {
        if again {
            "   ".to_owned()
        } else {
            format!("{attempt:<3}")
        }
    });
    let at = line.at.map(|at| paint.clock(at));
    attempt.unwrap_or_default() + &at.unwrap_or_default()
}

fn rows(line: &Folded, width: usize) -> usize {
    if text::width(&line.text) <= width {
        1
    } else {
        wrap(&line.text, width, MOST_ROWS).len().max(1)
    }
}
