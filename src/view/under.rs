//! What stands under the pointer, by the same layout that draws it.

use ratatui::layout::{Position, Rect};

use super::{layout, listing, task};
use crate::console::panes::Pane;
use crate::console::pointer::Spot;
use crate::console::{Model, Screen};

/// What [`super::draw`] has put there; `None` where nothing can be selected.
#[must_use]
pub fn under(model: &Model, column: u16, row: u16) -> Option<Spot> {
    let (width, height) = model.size;
    let at = Position::new(column, row);
    let body = layout::parts(model, Rect::new(0, 0, width, height)).body;
    if !body.contains(at) {
        return None;
    }
    let rows_of = |rows: Rect| rows.contains(at).then(|| usize::from(at.y - rows.y));
    let only = |rows: Rect| Spot {
        pane: None,
        row: rows_of(rows),
    };
    match model.screen() {
        Screen::Cluster | Screen::Managed(_) => {
            let panes = layout::panes(model, body);
            let all = [Pane::Zones, Pane::Tasks, Pane::Proxies, Pane::Cluster];
            let pane = all
                .into_iter()
                .find(|pane| panes.area(*pane).contains(at))?;
            let inner = panes.inner(pane);
            let rows = match pane {
                Pane::Zones | Pane::Tasks => layout::list_area(inner),
                Pane::Proxies => inner,
                Pane::Cluster => Rect::ZERO,
            };
            Some(Spot {
                pane: Some(pane),
                row: rows_of(rows),
            })
        }
        Screen::Tasks | Screen::TasksOf(_) => Some(only(layout::list_area(body))),
        Screen::List(_) => Some(only(listing::rows(model, body)?)),
        Screen::Task(_) => Some(only(task::rows_area(body, model.task()?)?)),
        Screen::Welcome | Screen::Form(_) | Screen::Setup | Screen::Messages => None,
    }
}
