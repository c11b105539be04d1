//! The cluster screen: four panes side by side, or one under a row of names.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::symbols::border::Set;
use ratatui::widgets::{Block, BorderType, Widget};
use rust_i18n::t;

use super::write::{Row, lines, wrap};
use super::{Name, Paint, layout, lists, summary, zones};
use crate::console::Model;
use crate::console::panes::{Pane, zone_views};
use crate::fleet::task::State;

/// A border of plain ASCII.
pub const ASCII_BORDER: Set<'static> = Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws the screen.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, body: Rect) {
    let focus = model.screens.panes.focus;
    let panes = layout::panes(model, body);
    if !panes.together {
        names(model, paint, frame, panes.names);
    }
    for pane in Pane::ALL {
        let area = panes.area(pane);
        if area.is_empty() {
            continue;
        }
        if panes.together {
            border(model, paint, frame, area, pane);
        }
        let inner = panes.inner(pane);
        if inner.is_empty() {
            continue;
        }
        let focused = pane == focus;
        match pane {
            Pane::Zones => zones::draw(model, paint, frame, inner, focused),
            Pane::Tasks => lists::draw_tasks(model, paint, frame, inner, focused),
            Pane::Proxies => lists::draw_proxies(model, paint, frame, inner, focused),
            Pane::Cluster => summary::draw(model, paint, frame, inner),
        }
    }
}

/// The name of a pane with what it holds.
fn title(model: &Model, pane: Pane) -> String {
    let cluster = model.data.cluster();
    match pane {
        Pane::Cluster => t!("Cluster").into_owned(),
        Pane::Zones => match cluster {
            Some(cluster) => format!("{} {}", t!("Zones"), zone_views(cluster).len()),
            None => t!("Zones").into_owned(),
        },
        Pane::Proxies => match cluster {
            Some(cluster) => format!("{} {}", t!("Proxies"), cluster.proxies.len()),
            None => t!("Proxies").into_owned(),
        },
        Pane::Tasks => {
            let tasks = model.data.tasks();
            let running = tasks.iter().filter(|task| task.is_live()).count();
            let failed = tasks
                .iter()
                .filter(|task| task.state == State::Failed)
                .count();
            let mut title = t!("Tasks").into_owned();
            if running > 0 {
                title = format!("{title}  {}", t!("%{n} running", n = running));
            }
            if failed > 0 {
                title = format!("{title}  {}", t!("%{n} failed", n = failed));
            }
            title
        }
    }
}

fn border(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect, pane: Pane) {
    let focused = model.screens.panes.focus == pane;
    let (line, name) = if focused {
        (paint.style(Name::Accent), paint.style(Name::Title))
    } else {
        (paint.style(Name::Border), paint.style(Name::Dim))
    };
    let kind = BorderType::Rounded;
    let title = format!(" {} {} ", pane.number(), title(model, pane));
    let mut block = Block::bordered()
        .border_type(kind)
        .border_style(line)
        .title_style(name)
        .title(paint.cut(&title, usize::from(area.width.saturating_sub(2))));
    if paint.ascii {
        block = block.border_set(ASCII_BORDER);
    }
    block.render(area, frame.buffer_mut());
}

fn names(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focus = model.screens.panes.focus;
    let full: usize = Pane::ALL
        .iter()
        .map(|pane| crate::base::text::width(&title(model, *pane)) + 5)
        .sum();
    let mut row = Row::default();
    row.gap(1);
    for pane in Pane::ALL {
        let style = if pane == focus {
            paint.style(Name::Accent).patch(paint.style(Name::Title))
        } else {
            paint.style(Name::Dim)
        };
        let name = if full <= usize::from(area.width) {
            title(model, pane)
        } else {
            short(pane)
        };
        let text = if pane == focus {
            format!("[{} {name}]", pane.number())
        } else {
            format!(" {} {name} ", pane.number())
        };
        row.put(text, style);
    }
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &row.line(), area.width);
}

fn short(pane: Pane) -> String {
    match pane {
        Pane::Zones => t!("Zones"),
        Pane::Tasks => t!("Tasks"),
        Pane::Proxies => t!("Proxies"),
        Pane::Cluster => t!("Cluster"),
    }
    .into_owned()
}

/// An empty pane says why it is empty and what changes that.
pub fn say(paint: &Paint, frame: &mut Frame<'_>, area: Rect, sentence: &str) {
    let width = usize::from(area.width.saturating_sub(2));
    let style = paint.style(Name::Dim);
    let rows = wrap(sentence, width).into_iter().map(|line| {
        let mut row = Row::default();
        row.gap(1).put(line, style);
        row.line()
    });
    lines(frame.buffer_mut(), area, rows);
}

/// What an empty pane says before there is anything to show.
pub fn waiting(model: &Model, ask: &crate::link::Ask) -> String {
    match model.data.known(ask) {
        Some(known) if known.asked.is_none() && known.error.is_some() => {
            t!("No answer yet. The console goes on asking; R asks now.").into_owned()
        }
        _ => t!("Asking").into_owned(),
    }
}
