//! One write a frame, between begin and end of synchronized update.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::grid::Grid;
use super::ink::Ink;
use super::shift;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
/// In the terminal's own colours: what is erased takes those that are set.
const WIPE: &[u8] = b"\x1b[m\x1b[2J";
const CAPACITY: usize = 64 * 1024;

/// What went out so far, shared with whoever measures.
#[derive(Debug, Default)]
pub struct Counts {
    bytes: AtomicU64,
    frames: AtomicU64,
}

impl Counts {
    /// Bytes written.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Frames written; those that changed nothing do not count.
    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }
}

/// Where a finished frame goes.
pub trait Sink {
    /// Takes the whole of it.
    fn put(&mut self, frame: &[u8]) -> io::Result<()>;
}

/// The claimed terminal.
#[derive(Debug)]
pub struct Tty;

impl Sink for Tty {
    fn put(&mut self, frame: &[u8]) -> io::Result<()> {
        super::claim::write_frame(frame)
    }
}

/// Any writer, for benchmarks and tests.
#[derive(Debug)]
pub struct Into<W>(pub(super) W);

impl<W: Write> Sink for Into<W> {
    fn put(&mut self, frame: &[u8]) -> io::Result<()> {
        self.0.write_all(frame)
    }
}

/// Collects a frame; leaves on flush in one piece, and not at all when empty.
#[derive(Debug)]
struct Frame<S> {
    buffer: Vec<u8>,
    sink: S,
    counts: Arc<Counts>,
}

impl<S: Sink> Write for Frame<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.is_empty() {
            self.buffer.extend_from_slice(BEGIN);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.buffer.extend_from_slice(END);
        let outcome = self.sink.put(&self.buffer);
        self.counts
            .bytes
            .fetch_add(self.buffer.len() as u64, Ordering::Relaxed);
        self.counts.frames.fetch_add(1, Ordering::Relaxed);
        self.buffer.clear();
        self.buffer.shrink_to(CAPACITY);
        outcome
    }
}

/// ratatui's back end of this house: it knows what the terminal shows, writes
/// what must change in the fewest bytes, and only when ratatui has finished the
/// frame.
#[derive(Debug)]
pub struct Frames<S: Sink> {
    frame: Frame<S>,
    shown: Grid,
    wanted: Grid,
    skilled: bool,
    cursor_shown: Option<bool>,
    cursor_at: Option<Position>,
    fixed: Option<Size>,
}

/// A screen that is no terminal: every frame goes to `out`, its size is fixed.
pub fn offscreen<W: Write>(out: W, size: Size) -> io::Result<ratatui::Terminal<Frames<Into<W>>>> {
    ratatui::Terminal::new(Frames::new(Into(out), Some(size), true))
}

impl<S: Sink> Frames<S> {
    /// Bytes and frames so far.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.frame.counts)
    }

    /// `skilled`: the terminal can move lines.
    pub(super) fn new(sink: S, fixed: Option<Size>, skilled: bool) -> Self {
        Self {
            frame: Frame {
                buffer: Vec::with_capacity(CAPACITY),
                sink,
                counts: Arc::default(),
            },
            shown: Grid::default(),
            wanted: Grid::default(),
            skilled,
            cursor_shown: None,
            cursor_at: None,
            fixed,
        }
    }

    #[cfg(test)]
    pub(super) fn fix(&mut self, size: Size) {
        self.fixed = Some(size);
    }

    /// Forgets what the terminal shows of the cursor: after a suspend somebody
    /// else has moved it.
    pub(super) fn forget(&mut self) {
        self.cursor_shown = None;
        self.cursor_at = None;
    }

    /// Puts bytes that are no picture (a bell, a copy) into the next frame.
    pub(super) fn extra(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.frame.write_all(bytes)
    }

    fn cursor(&mut self, shown: bool) -> io::Result<()> {
        if self.cursor_shown == Some(shown) {
            return Ok(());
        }
        self.cursor_shown = Some(shown);
        if shown {
            queue!(self.frame, Show)
        } else {
            queue!(self.frame, Hide)
        }
    }

    /// What makes these rows the wanted ones: as they are, or after some have
    /// moved, whichever is shorter.
    fn written(&self, changed: &[usize]) -> Vec<u8> {
        let mut ink = Ink::new(self.skilled);
        for &y in changed {
            ink.row(y, self.shown.row(y), self.wanted.row(y));
        }
        let plain = ink.done();
        let shift = shift::find(&self.shown, &self.wanted, changed).filter(|_| self.skilled);
        let Some(shift) = shift else {
            return plain;
        };
        let mut ink = Ink::new(true);
        ink.shift(shift.top, shift.end, shift.by);
        for y in changed[0]..=changed[changed.len() - 1] {
            let have = shift.source(y).map_or(&[][..], |from| self.shown.row(from));
            ink.row(y, have, self.wanted.row(y));
        }
        let moved = ink.done();
        if moved.len() < plain.len() {
            moved
        } else {
            plain
        }
    }
}

impl<S: Sink> Backend for Frames<S> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut touched = Vec::new();
        for (x, y, cell) in content {
            let y = usize::from(y);
            self.wanted.put(usize::from(x), y, cell);
            if touched.last() != Some(&y) {
                touched.push(y);
            }
        }
        if touched.is_empty() {
            return Ok(());
        }
        touched.sort_unstable();
        touched.dedup();
        let bytes = self.written(&touched);
        for y in touched {
            self.shown.copy_row(y, &self.wanted);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.cursor_at = None;
        self.frame.write_all(&bytes)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor(true)
    }

    /// Never asks the terminal: its answer would arrive among the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor_at.unwrap_or_default())
    }

    fn set_cursor_position<P: std::convert::Into<Position>>(
        &mut self,
        position: P,
    ) -> io::Result<()> {
        let position = position.into();
        if self.cursor_at == Some(position) {
            return Ok(());
        }
        self.cursor_at = Some(position);
        queue!(self.frame, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    /// The whole screen is ours, so no part of it is ever cleared alone.
    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        if clear_type != ClearType::All {
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.shown.clear();
        self.wanted.clear();
        self.frame.write_all(WIPE)
    }

    fn size(&self) -> io::Result<Size> {
        match self.fixed {
            Some(size) => Ok(size),
            None => crossterm::terminal::size().map(Size::from),
        }
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.frame.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use ratatui::style::{Style, Stylize};
    use ratatui::widgets::Paragraph;

    use super::*;

    #[derive(Clone, Default)]
    struct Writes(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn screen() -> (Writes, ratatui::Terminal<Frames<Into<Writes>>>) {
        let writes = Writes::default();
        let terminal = offscreen(writes.clone(), Size::new(120, 40)).unwrap();
        (writes, terminal)
    }

    #[test]
    fn a_frame_is_one_write_between_begin_and_end() {
        let (writes, mut terminal) = screen();
        let wall = vec!["zone".repeat(30); 40].join("\n");
        terminal
            .draw(|frame| {
                frame.render_widget(Paragraph::new(wall).bold().red(), frame.area());
                frame.set_cursor_position((3, 4));
            })
            .unwrap();
        let writes = writes.0.lock().unwrap();
        assert_eq!(writes.len(), 1);
        assert!(writes[0].starts_with(BEGIN) && writes[0].ends_with(END));
        assert_eq!(terminal.backend().counts().frames(), 1);
        assert_eq!(terminal.backend().counts().bytes(), writes[0].len() as u64);
    }

    #[test]
    fn an_unchanged_frame_writes_nothing() {
        let (writes, mut terminal) = screen();
        for with_cursor in [false, true] {
            for _ in 0..3 {
                terminal
                    .draw(|frame| {
                        frame.buffer_mut().set_string(0, 0, "prod", Style::new());
                        if with_cursor {
                            frame.set_cursor_position((1, 0));
                        }
                    })
                    .unwrap();
            }
        }
        // The first frame, and the one in which the cursor appeared.
        assert_eq!(writes.0.lock().unwrap().len(), 2);
    }

    #[test]
    fn the_cursor_returns_to_its_field_after_cells_changed() {
        let (writes, mut terminal) = screen();
        for word in ["a", "b"] {
            terminal
                .draw(|frame| {
                    frame.buffer_mut().set_string(9, 9, word, Style::new());
                    frame.set_cursor_position((4, 2));
                })
                .unwrap();
        }
        let writes = writes.0.lock().unwrap();
        let last = String::from_utf8_lossy(&writes[1]).into_owned();
        assert!(last.ends_with("\x1b[3;5H\x1b[?2026l"), "{last:?}");
    }

    #[test]
    fn clearing_asks_the_terminal_nothing() {
        let (writes, mut terminal) = screen();
        terminal.clear().unwrap();
        terminal.draw(|_| {}).unwrap();
        let all: Vec<u8> = writes.0.lock().unwrap().concat();
        assert!(!String::from_utf8_lossy(&all).contains("\x1b[6n"));
    }
}
