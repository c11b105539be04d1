//! Which part of the screen belongs to what: a pure function of model and area.

use ratatui::layout::Rect;
use ratatui::widgets::Block;

use crate::console::panes::{Pane, zone_views};
use crate::console::{Geometry, Model, Room};

use super::{header, listing};

/// The screen from top to bottom.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// Where one is and how fresh it is.
    pub header: Rect,
    /// Why there is nothing newer; empty while all is well.
    pub banner: Rect,
    /// The screen itself.
    pub body: Rect,
    /// Keys or a message.
    pub footer: Rect,
}

/// Cuts the area into its parts; a tiny terminal keeps the body.
pub fn parts(model: &Model, area: Rect) -> Parts {
    let row = |y: u16, height: u16| Rect {
        x: area.x,
        y: area.y + y.min(area.height),
        width: area.width,
        height: height.min(area.height.saturating_sub(y)),
    };
    let head = u16::from(area.height >= 2);
    let foot = u16::from(area.height >= 3);
    let banner = u16::from(area.height >= 6 && header::banner(model).is_some());
    let body = area.height - head - foot - banner;
    Parts {
        header: row(0, head),
        banner: row(head, banner),
        body: row(head + banner, body),
        footer: row(head + banner + body, foot),
    }
}

/// The panes of the cluster screen with their borders; empty where not shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Panes {
    /// The row of names, where one pane is shown at a time.
    pub names: Rect,
    /// Zones and servers.
    pub zones: Rect,
    /// Tasks.
    pub tasks: Rect,
    /// OBProxies.
    pub proxies: Rect,
    /// The cluster as a whole.
    pub cluster: Rect,
    /// Whether they stand side by side, with borders.
    pub together: bool,
}

impl Panes {
    /// The area of a pane.
    pub fn area(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Zones => self.zones,
            Pane::Tasks => self.tasks,
            Pane::Proxies => self.proxies,
            Pane::Cluster => self.cluster,
        }
    }

    /// The area inside its border.
    pub fn inner(&self, pane: Pane) -> Rect {
        let area = self.area(pane);
        if self.together {
            Block::bordered().inner(area)
        } else {
            area
        }
    }
}

/// Rows that the cluster as a whole fills with its warnings.
const SUMMARY: u16 = 16;

/// Rows that the upper panes have use for. A folded zone counts with its
/// servers: folding one must not move the panes.
fn upper_rows(model: &Model) -> u16 {
    let zones = model.data.cluster().map_or(0, |cluster| {
        let views = zone_views(cluster);
        views.len() + cluster.servers().count()
    });
    // The border and the row of column names.
    u16::try_from(zones + 3).unwrap_or(u16::MAX).max(SUMMARY)
}

/// All four from 100x30 on, counted with header and footer; one below. Tasks
/// get the rows that the panes above have no use for, a third at least.
pub fn panes(model: &Model, body: Rect) -> Panes {
    let (size, focus) = (model.size, model.screens.panes.focus);
    // A terminal that has just become smaller is drawn before the session hears of it.
    let room = body.width >= 100 && body.height >= 20;
    if size.0 >= 100 && size.1 >= 30 && room {
        let left = (body.width / 3).clamp(36, 44);
        let lower = (body.height / 3).max(8);
        let upper = body.height.saturating_sub(lower).min(upper_rows(model));
        let at = |x: u16, y: u16, width: u16, height: u16| Rect {
            x: body.x + x,
            y: body.y + y,
            width,
            height,
        };
        let right = body.width - left;
        return Panes {
            names: Rect::ZERO,
            cluster: at(0, 0, left, upper),
            zones: at(left, 0, right, upper),
            proxies: at(0, upper, left, body.height - upper),
            tasks: at(left, upper, right, body.height - upper),
            together: true,
        };
    }
    let names = Rect {
        height: u16::from(body.height >= 2),
        ..body
    };
    let rest = Rect {
        y: body.y + names.height,
        height: body.height - names.height,
        ..body
    };
    let mut panes = Panes {
        names,
        ..Panes::default()
    };
    match focus {
        Pane::Zones => panes.zones = rest,
        Pane::Tasks => panes.tasks = rest,
        Pane::Proxies => panes.proxies = rest,
        Pane::Cluster => panes.cluster = rest,
    }
    panes
}

pub(super) fn room(area: Rect) -> Room {
    Room {
        width: area.width,
        height: area.height,
    }
}

/// Rows for a list below its row of column names.
pub(super) fn rows(area: Rect) -> Room {
    Room {
        width: area.width,
        height: list_area(area).height,
    }
}

/// The area below the row of column names, which only a tall one has.
pub fn list_area(area: Rect) -> Rect {
    let names = u16::from(area.height >= 4);
    Rect {
        y: area.y + names,
        height: area.height - names,
        ..area
    }
}

/// What goes back to the model.
pub fn geometry(model: &Model, body: Rect) -> Geometry {
    let panes = panes(model, body);
    let full = model.screen().is_tasks();
    let (rows_of_list, lines) = listing::room(model, body);
    Geometry {
        body: room(body),
        cluster: room(panes.inner(Pane::Cluster)),
        zones: rows(panes.inner(Pane::Zones)),
        proxies: room(panes.inner(Pane::Proxies)),
        tasks: rows(if full { body } else { panes.inner(Pane::Tasks) }),
        rows: rows_of_list,
        detail: lines,
        together: panes.together,
    }
}
