//! Model to frame. Draws; never asks, never waits, never changes the model.

pub mod paint;
pub mod picture;
pub mod task;
pub mod theme;

use ratatui::Frame;

use crate::console::{Geometry, Model};

pub use paint::{Glyph, Paint};
pub use theme::{Name, Theme};

/// Draws the whole session.
pub fn draw(_model: &Model, _frame: &mut Frame<'_>) {}

/// How much room [`draw`] gives to what scrolls; goes back to the model as
/// `Event::Geometry` whenever it differs from `model.geometry`.
#[must_use]
pub fn geometry(model: &Model) -> Geometry {
    model.geometry
}
