//! Model to frame. Draws; never asks, never waits, never changes the model.

mod caution;
mod cluster;
mod footer;
mod form;
mod header;
mod help;
mod layout;
mod listing;
mod lists;
mod messages;
mod overlay;
pub mod paint;
pub mod picture;
mod setup;
mod summary;
pub mod task;
pub mod theme;
mod under;
mod welcome;
mod write;
mod zones;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::overlay::Overlay;
use crate::console::{Geometry, Model, Screen};

pub use under::under;

pub use paint::{Glyph, Paint};
pub use theme::{Name, Theme};

/// Draws the whole session.
pub fn draw(model: &Model, frame: &mut Frame<'_>) {
    let paint = Paint::of(model);
    let parts = layout::parts(model, frame.area());
    let area = frame.area();
    frame.buffer_mut().set_style(area, paint.style(Name::Text));
    header::draw(model, &paint, frame, parts.header);
    header::draw_banner(model, &paint, frame, parts.banner);
    let body = parts.body;
    if !body.is_empty() {
        match model.screen() {
            Screen::Welcome => welcome::draw(model, &paint, frame, body),
            Screen::Cluster | Screen::Managed(_) => cluster::draw(model, &paint, frame, body),
            Screen::List(_) => listing::draw(model, &paint, frame, body),
            Screen::Tasks | Screen::TasksOf(_) => lists::draw_all_tasks(model, &paint, frame, body),
            Screen::Task(_) => {
                if let Some(screen) = model.task() {
                    let waiting: Vec<_> = model.refusals().waiting_for(screen.id()).collect();
                    task::draw(frame, body, screen, &waiting, &paint);
                }
            }
            Screen::Form(_) => form::draw(model, &paint, frame, body),
            Screen::Setup => setup::draw(model, &paint, frame, body),
            Screen::Messages => messages::draw(model, &paint, frame, body),
        }
    }
    footer::draw(model, &paint, frame, parts.footer);
    match &model.overlay {
        Some(Overlay::Help(top)) => help::draw(model, &paint, frame, body, *top),
        Some(over) => overlay::draw(model, &paint, frame, body, parts.footer, over),
        None => {}
    }
}

/// How much room [`draw`] gives to what scrolls; goes back to the model as
/// `Event::Geometry` whenever it differs from `model.geometry`.
#[must_use]
pub fn geometry(model: &Model) -> Geometry {
    let (width, height) = model.size;
    let parts = layout::parts(model, Rect::new(0, 0, width, height));
    layout::geometry(model, parts.body)
}
