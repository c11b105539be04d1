//! The lines of a page, and where the cursor is among them.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use rust_i18n::t;

use crate::console::input::Line as Typed;
use crate::console::setup::{Setup, Spot};
use crate::setup::findings::{Finding, Weight};
use crate::view::write::{self, Row, wrap};
use crate::view::{Glyph, Name, Paint};

/// A page under construction.
pub struct Page<'a> {
    pub paint: &'a Paint,
    pub width: usize,
    /// Whether there is room for explanations.
    pub roomy: bool,
    spot: &'a Spot,
    lines: Vec<Line<'static>>,
    focus: (usize, usize),
    cursor: Option<(usize, usize)>,
}

impl<'a> Page<'a> {
    pub fn new(paint: &'a Paint, setup: &'a Setup, width: usize, roomy: bool) -> Self {
        Self {
            paint,
            width,
            roomy,
            spot: setup.spot(),
            lines: Vec::new(),
            focus: (0, 0),
            cursor: None,
        }
    }

    pub fn is_at(&self, spot: &Spot) -> bool {
        self.spot == spot
    }

    pub fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    pub fn push(&mut self, row: Row) {
        self.lines.push(row.line());
    }

    /// A row that begins with the mark of the cursor, if it is there.
    pub fn row(&mut self, spot: &Spot) -> Row {
        let here = self.is_at(spot);
        if here {
            self.focus = (self.lines.len(), self.lines.len());
        }
        let mark = if here {
            self.paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        let mut row = Row::default();
        row.put(mark, self.paint.style(Name::Accent)).gap(1);
        row
    }

    /// What was pushed since belongs to the place of the cursor and stays visible with it.
    pub fn keep(&mut self, spot: &Spot) {
        if self.is_at(spot) {
            self.focus.1 = self.lines.len().saturating_sub(1);
        }
    }

    /// A field that can be typed into, in that many cells.
    pub fn field(&mut self, row: &mut Row, spot: &Spot, typed: &Typed, cells: usize) {
        let here = self.is_at(spot);
        let cells = cells.max(1);
        let (shown, cursor) = typed.window(cells, self.paint.glyph(Glyph::Dot));
        if here {
            self.focus = (self.lines.len(), self.lines.len());
            self.cursor = Some((self.lines.len(), row.width() + cursor));
        }
        let name = if here { Name::FieldFocus } else { Name::Field };
        row.left(&shown, cells, self.paint.style(name));
    }

    /// A sentence, wrapped.
    pub fn say(&mut self, indent: usize, mark: Option<Glyph>, name: Name, text: &str) {
        let hang = if mark.is_some() { 2 } else { 0 };
        let room = self.width.saturating_sub(indent + hang + 1);
        for (index, part) in wrap(text, room).into_iter().enumerate() {
            let mut row = Row::default();
            row.gap(indent);
            match mark {
                Some(glyph) if index == 0 => {
                    let sign = format!("{} ", self.paint.glyph(glyph));
                    row.put(sign, self.paint.style(name));
                }
                _ => {
                    row.gap(hang);
                }
            }
            row.put(part, self.paint.style(name));
            self.push(row);
        }
    }

    /// A sentence that the cursor can stand on.
    pub fn note(&mut self, spot: &Spot, mark: Option<Glyph>, name: Name, text: &str) {
        let mut first = self.row(spot);
        let hang = if mark.is_some() { 2 } else { 0 };
        let room = self.width.saturating_sub(hang + 3);
        for (index, part) in wrap(text, room).into_iter().enumerate() {
            let mut row = if index == 0 {
                std::mem::take(&mut first)
            } else {
                Row::default()
            };
            if index > 0 {
                row.gap(2 + hang);
            } else if let Some(glyph) = mark {
                let sign = format!("{} ", self.paint.glyph(glyph));
                row.put(sign, self.paint.style(name));
            }
            row.put(part, self.paint.style(name));
            self.push(row);
        }
        self.keep(spot);
    }

    /// What is wrong, or may be.
    pub fn findings(&mut self, found: &[Finding]) {
        for (index, finding) in found.iter().enumerate() {
            let (glyph, name) = match finding.weight {
                Weight::Blocks => (Glyph::Failed, Name::Failed),
                Weight::Warns => (Glyph::Warning, Name::Warning),
            };
            let text = match &finding.agent {
                Some(agent) => format!("{agent}: {}", finding.sentence),
                None => finding.sentence.clone(),
            };
            self.note(&Spot::Note(index), Some(glyph), name, &text);
        }
    }

    /// The button at the end, which names the deed.
    pub fn button(&mut self, deed: &str, aside: &str) {
        self.blank();
        let here = self.is_at(&Spot::Button);
        let mut row = self.row(&Spot::Button);
        let name = if here { Name::Button } else { Name::Accent };
        let deed = self.paint.cut(deed, self.width.saturating_sub(8));
        row.put(format!("[ {deed} ]"), self.paint.style(name))
            .gap(3);
        let room = self.width.saturating_sub(row.width());
        row.put(self.paint.cut(aside, room), self.paint.style(Name::Dim));
        self.push(row);
    }

    /// Draws it, scrolled so that the place of the cursor is visible.
    pub fn show(self, frame: &mut Frame<'_>, area: Rect, with_cursor: bool) {
        let height = usize::from(area.height);
        let count = self.lines.len();
        // A line more than the focus, so that one sees that it goes on.
        let last = (self.focus.1 + 2).min(count);
        let mut top = last.saturating_sub(height).min(self.focus.0);
        if count <= height {
            top = 0;
        }
        if let Some((line, column)) = self.cursor
            && with_cursor
            && line >= top
            && line - top < height
        {
            let x = area.x + (column as u16).min(area.width.saturating_sub(1));
            frame.set_cursor_position(Position::new(x, area.y + (line - top) as u16));
        }
        let below = count.saturating_sub(top + height);
        write::lines(frame.buffer_mut(), area, self.lines.into_iter().skip(top));
        if below > 0 && area.width >= 30 {
            let more = t!("%{n} more lines", n = below);
            let cells = crate::base::text::width(&more) as u16 + 1;
            let mut row = Row::default();
            row.put(format!(" {more}"), self.paint.style(Name::Dim));
            let place = Rect {
                x: area.right().saturating_sub(cells),
                y: area.bottom() - 1,
                width: cells,
                height: 1,
            };
            write::lines(frame.buffer_mut(), place.intersection(area), [row.line()]);
        }
    }
}
