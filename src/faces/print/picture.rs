//! A task as a picture: drawn by the screen's own hand, at its own size.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::theme::Theme as Faces;
use crate::console::Colours;
use crate::console::task::TaskScreen;
use crate::fleet::task::{History, Task};
use crate::view::picture::{Inks, svg as draw};
use crate::view::task::report;
use crate::view::{Paint, Theme};

/// The whole task as SVG.
#[must_use]
pub fn svg(task: &Task, ascii: bool, now: Timestamp, history: &History) -> String {
    let paint = Paint {
        theme: Theme::resolve(&Faces::default(), Colours::True),
        ascii,
        now,
        zone: TimeZone::system(),
        stale: false,
    };
    let mut screen = TaskScreen::new(task.id.clone());
    screen.know(&Arc::new(history.clone()));
    screen.arrived(task.clone(), now);
    screen.unfold_all();
    draw(
        &report::picture(&screen, &paint),
        &Inks::default(),
        &task.name,
    )
}
