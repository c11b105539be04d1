//! The screen of one task: how it stands, its tree, the selected node, its log.

mod detail;
mod foot;
mod log;
mod menu;
mod outlook;
mod pen;
pub mod report;
mod rows;
mod signs;
mod state;
mod timeline;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Name, Paint};
use crate::console::Room;
use crate::console::refused::Refused;
use crate::console::task::lens::Look;
use crate::console::task::parts::Parts;
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::State;

use pen::Pen;

/// Draws a task between the header and the last line.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    screen: &TaskScreen,
    waiting: &[&Refused],
    paint: &Paint,
) {
    render(frame.buffer_mut(), area, screen, waiting, paint);
}

/// Draws a task into a buffer, with the changes that wait for it.
pub fn render(
    buffer: &mut Buffer,
    area: Rect,
    screen: &TaskScreen,
    waiting: &[&Refused],
    paint: &Paint,
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    match (screen.shown(), &screen.open().log) {
        (None, _) => empty(buffer, area, screen, paint),
        (Some(_), Some(view)) => log::draw(buffer, area, view, paint),
        (Some(shown), None) => body(buffer, area, (screen, shown, waiting), paint),
    }
    if let Some(menu) = &screen.open().menu {
        menu::draw(buffer, area, menu, paint);
    }
    if paint.stale {
        dim(buffer, area, paint);
    }
}

/// Where the rows of the tree stand, of the timeline or of the table; `None`
/// while something else is shown in their place.
pub fn rows_area(area: Rect, screen: &TaskScreen) -> Option<Rect> {
    screen.shown()?;
    let open = screen.open();
    let parts = divided(area, screen);
    let hidden = open.menu.is_some() || open.log.is_some();
    if hidden || (open.detail && parts.detail == 0) {
        return None;
    }
    let mut left = Strip::new(area);
    left.take(parts.state);
    left.take(parts.rule);
    let mut middle = left.take(parts.tree);
    if parts.detail > 0 {
        middle.width -= parts.detail + 2;
    }
    let axis = u16::from(screen.lens().look == Look::Timeline).min(middle.height);
    middle.y += axis;
    middle.height -= axis;
    Some(middle)
}

fn divided(area: Rect, screen: &TaskScreen) -> Parts {
    let room = Room {
        width: area.width,
        height: area.height,
    };
    let failed = screen
        .task()
        .is_some_and(|task| task.state == State::Failed);
    Parts::of(room, failed)
}

fn body(buffer: &mut Buffer, area: Rect, what: (&TaskScreen, &Shown, &[&Refused]), paint: &Paint) {
    let (screen, shown, _) = what;
    let parts = divided(area, screen);
    let mut left = Strip::new(area);
    state::draw(buffer, left.take(parts.state), screen, shown, paint);
    rule(buffer, left.take(parts.rule), paint);
    let mut middle = left.take(parts.tree);
    if parts.detail > 0 {
        let mut side = middle;
        side.x = middle.right() - parts.detail;
        side.width = parts.detail;
        middle.width -= parts.detail + 2;
        detail::draw(buffer, side, what, paint);
    }
    if screen.open().detail && parts.detail == 0 {
        detail::draw(buffer, middle, what, paint);
    } else if screen.lens().look == Look::Timeline {
        timeline::draw(buffer, middle, screen, shown, paint);
    } else {
        rows::draw(buffer, middle, screen, shown, paint);
    }
    if parts.foot > 0 {
        rule(buffer, left.take(parts.rule), paint);
        foot::draw(buffer, left.take(parts.foot), screen, shown, paint);
    }
}

/// Takes rows from the top of an area.
struct Strip(Rect);

impl Strip {
    fn new(area: Rect) -> Self {
        Self(area)
    }

    fn take(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        let taken = Rect {
            height: rows,
            ..self.0
        };
        self.0.y += rows;
        self.0.height -= rows;
        taken
    }
}

fn rule(buffer: &mut Buffer, area: Rect, paint: &Paint) {
    if !area.is_empty() {
        let sign = if paint.ascii { "-" } else { "─" };
        let line = sign.repeat(usize::from(area.width));
        Pen::new(buffer, area, 0, "").put(&line, paint.style(Name::Border));
    }
}

/// Nothing has answered yet: what would be here, and for which task.
fn empty(buffer: &mut Buffer, area: Rect, screen: &TaskScreen, paint: &Paint) {
    let text = rust_i18n::t!("Task %{id}: no answer yet.", id = screen.id());
    let cut = paint.glyph(super::Glyph::Cut);
    Pen::new(buffer, area, 0, cut)
        .put(" ", paint.style(Name::Dim))
        .put(&text, paint.style(Name::Dim));
}

/// Old data must not look fresh. What failed stays as loud as it was.
fn dim(buffer: &mut Buffer, area: Rect, paint: &Paint) {
    let loud = paint.style(Name::Failed).fg;
    for position in area.positions() {
        let Some(cell) = buffer.cell_mut(position) else {
            continue;
        };
        if loud.is_none_or(|loud| cell.fg != loud) {
            cell.modifier.insert(Modifier::DIM);
            cell.modifier.remove(Modifier::BOLD);
        }
    }
}

#[cfg(test)]
mod tests;
