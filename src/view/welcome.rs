//! The page without a context: what can be done from here.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row, wrap};
use super::{Glyph, Name, Paint};
use crate::console::{Model, offers};

/// Draws the page.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    let wide = area.width.min(76);
    let left = (area.width - wide) / 2;
    let offered = offers::welcome(model.screens.setup.unfinished());
    let roomy = usize::from(area.height) >= offered.len() * 3 + 6;
    let width = usize::from(wide.saturating_sub(4));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let say = |lines: &mut Vec<Line<'static>>, text: &str, name: Name| {
        for part in wrap(text, width) {
            let mut row = Row::default();
            row.gap(2).put(part, paint.style(name));
            lines.push(row.line());
        }
    };
    if roomy {
        lines.push(Line::default());
    }
    say(&mut lines, "obdeck", Name::Title);
    if area.height >= 10 {
        let about =
            t!("A console for OceanBase clusters. No context and no local agent was found.");
        say(&mut lines, &about, Name::Dim);
    }
    lines.push(Line::default());
    for (index, offer) in offered.iter().enumerate() {
        let selected = index == model.screens.welcome;
        let mut row = Row::default();
        let mark = if selected {
            paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        let style = if selected {
            paint.style(Name::Selected)
        } else {
            paint.style(Name::Text)
        };
        row.put(mark, paint.style(Name::Accent)).gap(1);
        row.left(&paint.cut(&offer.title, width), width, style);
        lines.push(row.line());
        if area.height >= 14 || selected {
            let mut row = Row::default();
            row.gap(4).put(
                paint.cut(&offer.hint, width.saturating_sub(2)),
                paint.style(Name::Dim),
            );
            lines.push(row.line());
        }
        if roomy {
            lines.push(Line::default());
        }
    }
    let place = Rect {
        x: area.x + left,
        width: wide,
        ..area
    };
    write::lines(frame.buffer_mut(), place, lines);
}
