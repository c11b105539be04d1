//! What the console has said, newest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::write::{self, Row};
use super::{Name, Paint, cluster, footer};
use crate::base::{text, words};
use crate::console::Model;

/// Draws the list.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    let all = model.notices.all();
    if all.is_empty() {
        cluster::say(paint, frame, area, &t!("Nothing was said yet."));
        return;
    }
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    for notice in all.iter().rev().skip(model.screens.messages) {
        if lines.len() >= usize::from(area.height) {
            break;
        }
        let ago = model.now.as_millisecond() - notice.at.as_millisecond();
        let (glyph, name) = footer::level(notice.level);
        for (index, sentence) in text::clean_lines(&notice.text).iter().enumerate() {
            for part in write::wrap(sentence, width.saturating_sub(16)) {
                let first = index == 0 && row_is_first(&part, sentence);
                let mut row = Row::default();
                row.gap(1);
                if first {
                    row.right(&words::age(ago), 11, paint.style(Name::Dim));
                    row.gap(1).put(paint.glyph(glyph), paint.style(name));
                } else {
                    row.gap(13);
                }
                row.gap(1).put(part, paint.text());
                lines.push(row.line());
            }
        }
    }
    write::lines(frame.buffer_mut(), area, lines);
}

fn row_is_first(part: &str, sentence: &str) -> bool {
    sentence.starts_with(part)
}
