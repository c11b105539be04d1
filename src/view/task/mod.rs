//! The screen of one task.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::Paint;
use crate::console::task::TaskScreen;

/// Draws a task between the header and the last line.
pub fn draw(_frame: &mut Frame<'_>, _area: Rect, _screen: &TaskScreen, _paint: &Paint) {}
