//! A menu over the lower part of the screen: what may be done or copied, and
//! the request of what was chosen before it is sent.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};
use rust_i18n::t;

use super::pen::{Pen, wrap};
use super::rows;
use crate::console::task::menu::{Deed, Menu, Purpose};
use crate::console::task::request_text;
use crate::view::{Glyph, Name, Paint};

pub(super) fn draw(buffer: &mut Buffer, area: Rect, menu: &Menu, paint: &Paint) {
    let width = usize::from(area.width.saturating_sub(4));
    let lines = lines(menu, width);
    let height = u16::try_from(lines.len() + 1)
        .unwrap_or(u16::MAX)
        .min(area.height);
    let chosen = lines
        .iter()
        .position(|line| line.entry == Some(menu.at))
        .unwrap_or(0);
    let room = usize::from(height.saturating_sub(1));
    let top = (chosen + 1)
        .saturating_sub(room.max(1))
        .min(lines.len().saturating_sub(room));
    let over = Rect {
        y: area.bottom() - height,
        height,
        ..area
    };
    Clear.render(over, buffer);
    let cut = paint.glyph(Glyph::Cut);
    let dim = paint.style(Name::Dim);
    let sign = if paint.ascii { "-" } else { "─" };
    let rule = sign.repeat(usize::from(area.width));
    Pen::new(buffer, over, 0, cut).put(&rule, paint.style(Name::Accent));
    let title = match (menu.purpose, menu.confirming) {
        (Purpose::Actions, false) => t!(" What may be done now "),
        (Purpose::Actions, true) => t!(" This will be sent "),
        (Purpose::Copy, _) => t!(" Copy "),
    };
    Pen::new(buffer, over, 0, cut)
        .skip(1)
        .put(&title, paint.style(Name::Title));
    for (at, line) in lines.iter().skip(top).take(room).enumerate() {
        let row = u16::try_from(at + 1).unwrap_or(u16::MAX);
        let selected = line.entry == Some(menu.at) && !menu.confirming;
        let mut pen = Pen::new(buffer, over, row, cut);
        let mark = if selected {
            paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        pen.put(mark, dim).put(" ", dim);
        let style = match (line.entry, line.key) {
            (Some(_), _) => paint.style(Name::Title),
            (None, true) => paint.style(Name::Key),
            (None, false) => paint.style(Name::Text),
        };
        pen.put(&line.text, style);
        if selected {
            rows::mark(buffer, over, row, paint);
        }
    }
}

struct Line {
    /// The entry that it names.
    entry: Option<usize>,
    /// Whether it names a key.
    key: bool,
    text: String,
}

fn lines(menu: &Menu, width: usize) -> Vec<Line> {
    let plain = |text: String| Line {
        entry: None,
        key: false,
        text,
    };
    if menu.entries.is_empty() {
        return vec![plain(t!("Nothing may be done here now.  esc").into_owned())];
    }
    if menu.confirming {
        let Some(entry) = menu.selected() else {
            return Vec::new();
        };
        let mut out: Vec<Line> = wrap(&format!("{}: {}", entry.title, entry.about), width, 6)
            .into_iter()
            .map(plain)
            .collect();
        if let Deed::Send(request) = &entry.deed {
            out.extend(
                request_text(request)
                    .lines()
                    .map(|line| plain(line.to_owned())),
            );
        }
        out.push(Line {
            entry: None,
            key: true,
            text: t!("enter: send it    esc: do not").into_owned(),
        });
        return out;
    }
    let mut out = Vec::new();
    for (at, entry) in menu.entries.iter().enumerate() {
        out.push(Line {
            entry: Some(at),
            key: false,
            text: entry.title.clone(),
        });
        let about = wrap(&entry.about, width.saturating_sub(2), 3);
        out.extend(about.into_iter().map(|text| plain(format!("  {text}"))));
    }
    out
}
