//! A task as a picture: the printed tree on a frame of its own size.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::{Manner, whole};
use crate::base::text;
use crate::fleet::task::Task;
use crate::view::picture::{Inks, svg as picture};

/// Rows beyond this are cut: a picture is for looking at.
const MAX_ROWS: usize = 2_000;

/// Columns beyond this are cut.
const MAX_COLUMNS: usize = 200;

/// The tree as SVG.
#[must_use]
pub fn svg(task: &Task, manner: Manner, now: Timestamp) -> String {
    let manner = Manner {
        columns: Some(MAX_COLUMNS),
        ..manner
    };
    let printed = whole(task, manner, now);
    let lines: Vec<&str> = printed.lines().take(MAX_ROWS).collect();
    let columns = lines
        .iter()
        .map(|line| text::width(line))
        .max()
        .unwrap_or(0)
        + 1;
    let mut frame = Buffer::empty(Rect::new(0, 0, columns as u16, lines.len() as u16));
    for (row, line) in lines.iter().enumerate() {
        frame.set_string(0, row as u16, line, style(line, row == 0));
    }
    picture(&frame, &Inks::default(), &task.name)
}

/// The colour of a line is that of its glyph.
fn style(line: &str, is_header: bool) -> Style {
    if is_header {
        return Style::new().add_modifier(Modifier::BOLD);
    }
    let glyph = line
        .trim_start_matches([' ', '│', '├', '└', '|', '+', '`'])
        .chars()
        .next();
    match glyph {
        Some('✗') => Style::new().fg(Color::Red),
        Some('✓') => Style::new().fg(Color::Green),
        Some('◉' | '⧗') => Style::new().fg(Color::Cyan),
        Some('◌' | '∙' | '⤷') => Style::new().fg(Color::DarkGray),
        _ => Style::new(),
    }
}
