//! Small helpers for drawing text: everything is counted in display cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Glyph, Name, Paint};
use crate::base::text;
use crate::fleet::cluster::Mood;
use crate::fleet::task::State;

/// A line under construction that knows how wide it is.
#[derive(Clone, Debug, Default)]
pub struct Row {
    spans: Vec<Span<'static>>,
    width: usize,
}

impl Row {
    /// Adds a text as it is.
    pub fn put(&mut self, value: impl Into<String>, style: Style) -> &mut Self {
        let value = value.into();
        self.width += text::width(&value);
        self.spans.push(Span::styled(value, style));
        self
    }

    /// Adds blanks.
    pub fn gap(&mut self, cells: usize) -> &mut Self {
        self.put(" ".repeat(cells), Style::new())
    }

    /// Adds a text in a column of exactly that width, names on the left.
    pub fn left(&mut self, value: &str, cells: usize, style: Style) -> &mut Self {
        self.put(text::pad_right(value, cells), style)
    }

    /// Adds a text in a column of exactly that width, numbers on the right.
    pub fn right(&mut self, value: &str, cells: usize, style: Style) -> &mut Self {
        self.put(text::pad_left(value, cells), style)
    }

    /// Display cells so far.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The line.
    pub fn line(self) -> Line<'static> {
        Line::from(self.spans)
    }
}

/// Draws lines from the top of an area; what does not fit is left out.
pub fn lines(buffer: &mut Buffer, area: Rect, lines: impl IntoIterator<Item = Line<'static>>) {
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        buffer.set_line(area.x, y, &line, area.width);
    }
}

/// Breaks a text into lines of at most that many cells, at blanks where there are any.
pub fn wrap(value: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut out = Vec::new();
    for paragraph in value.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let mut word = word;
            let with_blank = usize::from(!line.is_empty());
            if text::width(&line) + with_blank + text::width(word) > cells && !line.is_empty() {
                out.push(std::mem::take(&mut line));
            }
            while text::width(word) > cells {
                let head = match text::line(word, cells) {
                    "" => break,
                    head => head,
                };
                out.push(head.to_owned());
                word = &word[head.len()..];
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        out.push(line);
    }
    out
}

/// Glyph and style of a status word.
pub fn mood(mood: Mood) -> (Glyph, Name) {
    match mood {
        Mood::Good => (Glyph::Done, Name::Done),
        Mood::Busy => (Glyph::Running, Name::Running),
        Mood::Stopped => (Glyph::Cancelled, Name::Stopped),
        Mood::Bad => (Glyph::Failed, Name::Failed),
        Mood::Unknown => (Glyph::Unknown, Name::Unknown),
    }
}

/// Glyph and style of the state of a task.
pub fn state(state: State) -> (Glyph, Name) {
    match state {
        State::Pending | State::Ready => (Glyph::Pending, Name::Pending),
        State::Running => (Glyph::Running, Name::Running),
        State::Waiting => (Glyph::Waiting, Name::Waiting),
        State::Succeeded => (Glyph::Done, Name::Done),
        State::Failed => (Glyph::Failed, Name::Failed),
        State::Cancelling => (Glyph::Cancelled, Name::Running),
        State::Cancelled => (Glyph::Cancelled, Name::Stopped),
        State::RollingBack => (Glyph::RollingBack, Name::Running),
        State::RolledBack => (Glyph::RolledBack, Name::Stopped),
        State::Skipped => (Glyph::Skipped, Name::Stopped),
        State::Unknown => (Glyph::Unknown, Name::Unknown),
    }
}

/// A bar of that many cells, `part` of 1 full.
pub fn bar(paint: &Paint, part: f64, cells: usize) -> (String, String) {
    let part = if part.is_finite() {
        part.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let full = (part * cells as f64).round() as usize;
    (
        paint.glyph(Glyph::Used).repeat(full),
        paint.glyph(Glyph::Free).repeat(cells - full),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_by_cells() {
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("初始化 x", 4), ["初始", "化 x"]);
        assert_eq!(wrap("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(wrap("初", 1), ["初"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
    }
}
