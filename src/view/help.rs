//! Every key, from the live table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};
use rust_i18n::t;

use super::write::{self, Row};
use super::{Name, Paint};
use crate::base::text;
use crate::console::Model;
use crate::console::action::ACTIONS;

/// Draws the list over the whole body, from a line on.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect, top: usize) {
    if area.is_empty() {
        return;
    }
    Clear.render(area, frame.buffer_mut());
    let width = usize::from(area.width);
    let scope = model.scope();
    let mut lines: Vec<Line<'static>> = Vec::new();
    let title = |text: &str| {
        let mut row = Row::default();
        row.gap(1).put(text.to_owned(), paint.style(Name::Title));
        row.line()
    };
    let here: Vec<_> = ACTIONS
        .iter()
        .filter(|info| !info.scopes.is_empty() && info.applies(scope))
        .collect();
    let everywhere: Vec<_> = ACTIONS
        .iter()
        .filter(|info| info.scopes.is_empty())
        .collect();
    for (name, infos) in [
        (t!("Keys of this screen"), here),
        (t!("Keys everywhere"), everywhere),
    ] {
        if infos.is_empty() {
            continue;
        }
        lines.push(title(&name));
        for info in infos {
            let keys: Vec<_> = model
                .keymap
                .keys(info.action)
                .map(|key| key.to_string())
                .collect();
            let mut row = Row::default();
            row.gap(2)
                .left(
                    &text::pad_right(&keys.join(" "), 17),
                    18,
                    paint.style(Name::Key),
                )
                .put(
                    paint.cut(&info.doc(), width.saturating_sub(20)),
                    paint.style(Name::Text),
                );
            lines.push(row.line());
        }
        lines.push(Line::default());
    }
    // The end stays at the bottom: one never scrolls into nothing.
    let top = top.min(lines.len().saturating_sub(usize::from(area.height)));
    write::lines(frame.buffer_mut(), area, lines.into_iter().skip(top));
}
