//! Writing into one row of a buffer: every text is cut to the room that is left.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::base::text;

/// A place in one row, moving right.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    right: u16,
    y: u16,
    cut: &'static str,
}

impl<'a> Pen<'a> {
    /// At the start of row `row` of `area`; rows outside of it take no text.
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, row: u16, cut: &'static str) -> Self {
        let area = area.intersection(buffer.area);
        let inside = row < area.height;
        Self {
            buffer,
            x: area.x,
            right: if inside { area.right() } else { area.x },
            y: area.y.saturating_add(row),
            cut,
        }
    }

    /// How many columns are left.
    pub(super) fn room(&self) -> usize {
        usize::from(self.right.saturating_sub(self.x))
    }

    /// Writes what fits.
    pub(super) fn put(&mut self, what: &str, style: Style) -> &mut Self {
        let room = self.room();
        if room > 0 && !what.is_empty() {
            let cut = text::cut_end_with(what, room, self.cut);
            self.buffer.set_stringn(self.x, self.y, &cut, room, style);
            self.x += u16::try_from(text::width(&cut)).unwrap_or(0);
        }
        self
    }

    /// Writes only what fits whole; says whether it did.
    pub(super) fn put_whole(&mut self, what: &str, style: Style) -> bool {
        let fits = text::width(what) <= self.room();
        if fits {
            self.put(what, style);
        }
        fits
    }

    /// Writes in a column of its own width, cut or filled with blanks.
    pub(super) fn column(&mut self, what: &str, cells: usize, style: Style) -> &mut Self {
        let cells = cells.min(self.room());
        let cut = text::cut_end_with(what, cells, self.cut).into_owned();
        let used = text::width(&cut);
        self.put(&cut, style).skip(cells - used.min(cells))
    }

    /// As [`Pen::column`], aligned right.
    pub(super) fn number(&mut self, what: &str, cells: usize, style: Style) -> &mut Self {
        let cells = cells.min(self.room());
        let cut = text::cut_end_with(what, cells, self.cut).into_owned();
        let used = text::width(&cut);
        self.skip(cells - used.min(cells)).put(&cut, style)
    }

    /// Leaves columns as they are.
    pub(super) fn skip(&mut self, cells: usize) -> &mut Self {
        let cells = u16::try_from(cells.min(self.room())).unwrap_or(0);
        self.x += cells;
        self
    }

    /// Keeps `what` at the right edge, whole or not at all, and takes its room away.
    pub(super) fn keep_right(&mut self, what: &str, style: Style) -> &mut Self {
        let width = text::width(what);
        if !what.is_empty() && width < self.room() {
            let cells = u16::try_from(width).unwrap_or(0);
            let at = self.right - cells;
            self.buffer.set_stringn(at, self.y, what, width, style);
            self.right = at - 1;
        }
        self
    }
}

/// Breaks text at blanks into rows of at most `cells`; what has no blank is broken anywhere.
pub(super) fn wrap(what: &str, cells: usize, rows: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = what.trim_end();
    while !rest.is_empty() && out.len() < rows && cells > 0 {
        let at = text::line(rest, cells).len();
        if at == 0 {
            // Not even one character fits.
            return out;
        }
        if at == rest.len() || out.len() + 1 == rows {
            out.push(rest.to_owned());
            return out;
        }
        out.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pen_never_leaves_its_row() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
        let area = Rect::new(2, 0, 6, 1);
        let mut pen = Pen::new(&mut buffer, area, 0, "~");
        pen.keep_right("42", Style::new())
            .put("观察者节点", Style::new());
        Pen::new(&mut buffer, area, 1, "~").put("no", Style::new());
        let lines = Buffer::with_lines(["  观~ 42  ", "          "]);
        assert_eq!(buffer, lines);
        Pen::new(&mut buffer, Rect::new(50, 50, 3, 3), 0, "~").put("x", Style::new());
        assert_eq!(buffer, lines);
    }

    #[test]
    fn columns_have_their_width() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        let area = buffer.area;
        Pen::new(&mut buffer, area, 0, "~")
            .column("Start observer", 6, Style::new())
            .number("42 s", 6, Style::new());
        assert_eq!(buffer, Buffer::with_lines(["Start~  42 s"]));
    }

    #[test]
    fn text_wraps_at_blanks() {
        assert_eq!(
            wrap("connect: connection refused", 12, 5),
            ["connect:", "connection", "refused"]
        );
        assert_eq!(wrap("abcdefghij", 4, 5), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("one two three", 4, 2), ["one", "two three"]);
        assert!(wrap("观", 1, 3).is_empty());
        assert!(wrap("x", 0, 3).is_empty());
    }
}
