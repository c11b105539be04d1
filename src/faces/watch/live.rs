//! The live tree: drawn below the prompt, redrawn in place.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use jiff::Timestamp;

use crate::faces::exit::Stop;
use crate::faces::print::{self, Manner};
use crate::fleet::task::{History, Task};

/// Rows and columns when the terminal does not tell.
const FALLBACK: (u16, u16) = (80, 24);

/// A tree that is redrawn in place while it is inline.
pub struct Live {
    inline: bool,
    ascii: bool,
    rows: usize,
}

impl Live {
    /// A tree; `inline` where stdout is a terminal.
    pub fn new(inline: bool, ascii: bool) -> Self {
        Self {
            inline,
            ascii,
            rows: 0,
        }
    }

    /// Whether it draws at all.
    pub fn is_inline(&self) -> bool {
        self.inline
    }

    /// Draws over what it drew before, in one write.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw(&mut self, task: &Task, now: Timestamp, history: &History) -> Result<(), Stop> {
        let (columns, rows) = crossterm::terminal::size().unwrap_or(FALLBACK);
        let manner = Manner {
            ascii: self.ascii,
            columns: Some(usize::from(columns).saturating_sub(1).max(1)),
        };
        let height = usize::from(rows).saturating_sub(2).max(3);
        let lines = print::live(task, now, height, manner, history);
        let frame = frame(&lines, self.rows);
        self.rows = lines.len();
        let mut out = io::stdout().lock();
        out.write_all(frame.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Leaves what is drawn where it is; the next drawing begins below.
    pub fn leave(&mut self) {
        self.rows = 0;
    }
}

/// Up over the last drawing, each line cleared as it is written, and what was
/// longer before is cleared below. Between the two marks of a synchronized
/// update no terminal shows half of it.
fn frame(lines: &[String], above: usize) -> String {
    let mut text = String::from("\x1b[?2026h");
    if above > 0 {
        let _ = write!(text, "\x1b[{above}A");
    }
    for line in lines {
        text.push('\r');
        text.push_str(line);
        text.push_str("\x1b[K\r\n");
    }
    text.push_str("\x1b[J\x1b[?2026l");
    text
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn a_shorter_tree_leaves_nothing_of_the_longer() {
        let mut screen = vt100::Parser::default();
        let lines = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        screen.process(b"$ obdeck\r\n");
        screen.process(frame(&lines(&["one", "two", "three"]), 0).as_bytes());
        screen.process(frame(&lines(&["eins", "2"]), 3).as_bytes());
        let shown: Vec<_> = screen
            .screen()
            .rows(0, 80)
            .map(|row| row.trim_end().to_owned())
            .collect();
        assert_eq!(&shown[..5], ["$ obdeck", "eins", "2", "", ""]);
    }
}
