//! The guided first-time setup: one page a stage.

mod page;
mod plan;
mod probe;
mod review;
mod run;

use ratatui::Frame;
use ratatui::layout::Rect;
use rust_i18n::t;

use self::page::Page;
use super::write::{self, Row};
use super::{Glyph, Name, Paint};
use crate::console::Model;
use crate::console::setup::{Setup, Spot, Stage};

/// Draws the setup.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    let setup = &model.screens.setup;
    let bar = Rect { height: 1, ..area };
    write::lines(frame.buffer_mut(), bar, [stages(setup, paint).line()]);
    let roomy = area.height >= 16;
    let top = 1 + u16::from(roomy);
    let body = Rect {
        y: area.y + top.min(area.height),
        height: area.height.saturating_sub(top),
        ..area
    };
    if body.is_empty() {
        return;
    }
    let mut page = Page::new(paint, setup, usize::from(body.width), roomy);
    match setup.stage() {
        Stage::Probe => probe::fill(&mut page, setup),
        Stage::Plan => plan::fill(&mut page, setup, model.size.0),
        Stage::Review => review::fill(&mut page, setup),
        Stage::Run => return run::draw(model, setup, paint, frame, body),
    }
    if model.settings.read_only {
        let text = t!("READ-ONLY: nothing is sent. W allows changes.");
        page.say(2, Some(Glyph::Warning), Name::ReadOnly, &text);
    }
    page.show(frame, body, model.overlay.is_none());
}

/// `1 probe ▸ 2 plan ▸ 3 review ▸ 4 run`, the present one bright.
fn stages(setup: &Setup, paint: &Paint) -> Row {
    let mut row = Row::default();
    row.gap(1);
    for stage in Stage::ALL {
        let (number, name) = match stage {
            Stage::Probe => (1, t!("probe")),
            Stage::Plan => (2, t!("plan")),
            Stage::Review => (3, t!("review")),
            Stage::Run => (4, t!("run")),
        };
        if number > 1 {
            row.put(
                format!(" {} ", paint.glyph(Glyph::Folded)),
                paint.style(Name::Dim),
            );
        }
        let style = match stage.cmp(&setup.stage()) {
            std::cmp::Ordering::Less => paint.style(Name::Done),
            std::cmp::Ordering::Equal => paint.style(Name::Title),
            std::cmp::Ordering::Greater => paint.style(Name::Dim),
        };
        row.put(format!("{number} {name}"), style);
    }
    row
}

/// The keys of the last line, by what the cursor stands on.
pub fn keys(setup: &Setup) -> Vec<(String, String)> {
    let mut keys = vec![("tab", t!("next"))];
    keys.push(match (setup.spot(), setup.stage()) {
        (Spot::Line(_), _) => ("enter", t!("next line")),
        (Spot::Step(_), _) => ("enter", t!("open its task")),
        (Spot::Button | Spot::Choice(_) | Spot::Path | Spot::Confirm, _) => ("enter", t!("do it")),
        _ => ("down", t!("next")),
    });
    keys.push(match setup.stage() {
        Stage::Probe => ("esc", t!("leave; nothing typed is lost")),
        Stage::Plan | Stage::Review => ("esc", t!("back")),
        Stage::Run if setup.is_live() => ("esc", t!("leave; it goes on")),
        Stage::Run => ("esc", t!("leave")),
    });
    match setup.stage() {
        Stage::Review => keys.push(("s", t!("save"))),
        Stage::Run => keys.push(("f", t!("follow"))),
        Stage::Probe | Stage::Plan => {}
    }
    keys.push(("f1", t!("help")));
    keys.into_iter()
        .map(|(key, title)| (key.to_owned(), title.into_owned()))
        .collect()
}
