//! What [`Frames`](super::Frames) writes, read by an emulator of a terminal:
//! after each frame it shows the frame, whatever was written before.

use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier, Style};

use super::frames::{Frames, Into};

type Bytes = Arc<Mutex<Vec<u8>>>;

/// Takes the bytes of the frames.
#[derive(Clone)]
struct Line(Bytes);

impl std::io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A program with a picture, and the terminal that it is seen on.
struct Seen {
    line: Bytes,
    terminal: Terminal<Frames<Into<Line>>>,
    emulator: vt100::Parser,
    picture: Buffer,
}

fn cell(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

impl Seen {
    fn new((width, height): (u16, u16), skilled: bool) -> Self {
        let line = Bytes::default();
        let size = Size::new(width, height);
        let frames = Frames::new(Into(Line(line.clone())), Some(size), skilled);
        Self {
            line,
            terminal: Terminal::new(frames).unwrap(),
            emulator: vt100::Parser::new(cell(height), cell(width), 0),
            picture: Buffer::empty(Rect::new(0, 0, width, height)),
        }
    }

    /// Draws the picture; the bytes that it took.
    fn frame(&mut self, cursor: Option<(u16, u16)>) -> String {
        let picture = &self.picture;
        let drawn = self.terminal.draw(|frame| {
            frame.buffer_mut().clone_from(picture);
            if let Some((x, y)) = cursor {
                let area = frame.area();
                frame.set_cursor_position((x % area.width, y % area.height));
            }
        });
        drawn.unwrap();
        let bytes = std::mem::take(&mut *self.line.lock().unwrap());
        self.emulator.process(&bytes);
        String::from_utf8(bytes).unwrap().replace('\x1b', "^")
    }

    fn resize(&mut self, (width, height): (u16, u16)) {
        self.terminal.backend_mut().fix(Size::new(width, height));
        self.emulator
            .screen_mut()
            .set_size(cell(height), cell(width));
        let mut picture = Buffer::empty(Rect::new(0, 0, width, height));
        for y in 0..height.min(self.picture.area.height) {
            for x in 0..width.min(self.picture.area.width) {
                picture[(x, y)] = self.picture[(x, y)].clone();
            }
            // A character that the edge cuts in two is gone.
            if wide(&picture[(width - 1, y)]) {
                picture[(width - 1, y)].reset();
            }
        }
        self.picture = picture;
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let screen = self.emulator.screen();
        let area = self.picture.area;
        for y in 0..area.height {
            let mut x = 0;
            while x < area.width {
                let wanted = &self.picture[(x, y)];
                let cell = screen.cell(y, x).unwrap();
                let text = Some(cell.contents()).filter(|text| !text.is_empty());
                prop_assert_eq!(text.unwrap_or(" "), wanted.symbol(), "at {},{}", x, y);
                prop_assert_eq!(looks(cell), look(wanted), "at {},{}", x, y);
                x += if wide(wanted) { 2 } else { 1 };
            }
        }
        Ok(())
    }
}

fn wide(cell: &Cell) -> bool {
    unicode_width::UnicodeWidthStr::width(cell.symbol()) > 1
}

/// Colour, background, modifiers; of a blank what can be seen.
type Look = (Option<vt100::Color>, vt100::Color, [bool; 5]);

fn looks(cell: &vt100::Cell) -> Look {
    let empty = !cell.has_contents() || cell.contents() == " ";
    let set = [cell.underline(), cell.inverse()];
    let seen = !empty || set.contains(&true);
    (
        seen.then(|| cell.fgcolor()),
        cell.bgcolor(),
        [
            seen && cell.bold(),
            seen && cell.dim(),
            seen && cell.italic(),
            set[0],
            set[1],
        ],
    )
}

fn look(cell: &Cell) -> Look {
    let has = |modifier| cell.modifier.contains(modifier);
    let set = [has(Modifier::UNDERLINED), has(Modifier::REVERSED)];
    let seen = cell.symbol() != " " || set.contains(&true);
    (
        seen.then(|| colour(cell.fg)),
        colour(cell.bg),
        [
            seen && has(Modifier::BOLD),
            seen && has(Modifier::DIM),
            seen && has(Modifier::ITALIC),
            set[0],
            set[1],
        ],
    )
}

fn colour(colour: Color) -> vt100::Color {
    match colour {
        Color::Green => vt100::Color::Idx(2),
        Color::LightRed => vt100::Color::Idx(9),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        _ => vt100::Color::Default,
    }
}

/// One thing that a program does to its picture between two frames.
#[derive(Clone, Debug)]
enum Change {
    /// Text at a place.
    Text(u16, u16, String, Style),
    /// Rows from a top on move by some, as wide as given, and others come in.
    Scroll(u16, u16, u16, i16, String),
    Resize((u16, u16)),
    /// The program lost sight of its terminal.
    Forget,
}

const STEPS: [&str; 6] = ["zone1", "✓ Start", "观察者", "├ ▾ ", "  ", "租户 a"];

fn style() -> impl Strategy<Value = Style> {
    let colours = [
        Color::Reset,
        Color::Green,
        Color::LightRed,
        Color::Indexed(42),
        Color::Rgb(1, 2, 3),
    ];
    let modifiers = [
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::REVERSED,
        Modifier::UNDERLINED | Modifier::ITALIC,
    ];
    let colour = || prop::sample::select(colours.to_vec());
    let modifier = prop::sample::select(modifiers.to_vec());
    (colour(), colour(), modifier).prop_map(|(fg, bg, modifier)| {
        let bg = if fg == bg { Color::Reset } else { bg };
        Style::new().fg(fg).bg(bg).add_modifier(modifier)
    })
}

fn text() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(STEPS.to_vec()), 1..6);
    words.prop_map(|words| words.concat())
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    (2_u16..50, 1_u16..20)
}

fn change() -> impl Strategy<Value = Change> {
    let scroll = (0_u16..20, 1_u16..20, 1_u16..50, -5_i16..=5, text());
    prop_oneof![
        6 => (0_u16..50, 0_u16..20, text(), style()).prop_map(|(x, y, text, style)| Change::Text(x, y, text, style)),
        6 => scroll.prop_map(|(top, rows, width, by, text)| Change::Scroll(top, rows, width, by, text)),
        1 => size().prop_map(Change::Resize),
        1 => Just(Change::Forget),
    ]
}

impl Seen {
    fn change(&mut self, change: &Change) {
        let area = self.picture.area;
        match change {
            Change::Text(x, y, text, style) => {
                let (x, y) = (x % area.width, y % area.height);
                self.put(x, y, text, *style);
            }
            Change::Scroll(top, rows, width, by, text) => {
                let top = top % area.height;
                let end = (top + rows).min(area.height);
                let before = self.picture.clone();
                for y in top..end {
                    let from = i32::from(y) + i32::from(*by);
                    if (i32::from(top)..i32::from(end)).contains(&from) {
                        for x in 0..area.width.min(*width) {
                            self.picture[(x, y)] = before[(x, from as u16)].clone();
                        }
                        self.mend(y);
                    } else {
                        self.put(0, y, &format!("{y} {text}"), Style::new());
                    }
                }
            }
            Change::Resize(size) => self.resize(*size),
            Change::Forget => self.terminal.clear().unwrap(),
        }
    }

    fn put(&mut self, x: u16, y: u16, text: &str, style: Style) {
        // What stood there must not shine through.
        self.picture
            .set_string(x, y, text, Style::reset().patch(style));
        self.mend(y);
    }

    /// No half of a wide character may stand alone: no widget leaves one.
    fn mend(&mut self, y: u16) {
        let width = self.picture.area.width;
        let mut x = 0;
        while x < width {
            if !wide(&self.picture[(x, y)]) {
                x += 1;
                continue;
            }
            if x + 1 == width {
                self.picture[(x, y)].reset();
            } else {
                self.picture[(x + 1, y)].reset();
            }
            x += 2;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn each_frame_is_what_the_terminal_shows(
        size in size(),
        skilled in any::<bool>(),
        frames in prop::collection::vec(
            (prop::collection::vec(change(), 1..8), prop::option::of((0_u16..50, 0_u16..20))),
            1..10,
        ),
    ) {
        let mut seen = Seen::new(size, skilled);
        for (changes, cursor) in &frames {
            for change in changes {
                seen.change(change);
            }
            let bytes = seen.frame(*cursor);
            seen.check().map_err(|error| TestCaseError::fail(format!("{error}\n{bytes}")))?;
            prop_assert!(skilled || !bytes.contains(['L', 'M', 'G']), "{bytes}");
            let screen = seen.emulator.screen();
            prop_assert_eq!(screen.hide_cursor(), cursor.is_none());
            if let Some((x, y)) = cursor {
                let area = seen.picture.area;
                prop_assert_eq!(screen.cursor_position(), (y % area.height, x % area.width));
            }
        }
    }
}

const NAMES: [&str; 5] = [
    "Install observer",
    "Check whether the zone is there",
    "Start observer",
    "Wait for the root service",
    "Prepare the files of the package",
];

/// A list beside a pane that stays, scrolled by some rows.
fn scrolled(skilled: bool, by: u16) -> String {
    let mut seen = Seen::new((120, 40), skilled);
    let mut bytes = String::new();
    for top in [0, by] {
        for y in 2..39 {
            let row = format!("   ├ ▾ ✓ {}", NAMES[usize::from(top + y) % NAMES.len()]);
            let row = format!("{row:<40}{} s", (top + y) * 37);
            seen.put(0, y, &row, Style::new());
            seen.put(80, y, &format!("detail {y}"), Style::new());
        }
        seen.put(0, 39, "f follow   ? help", Style::new());
        bytes = seen.frame(None);
        seen.check().unwrap();
    }
    bytes
}

#[test]
fn a_list_that_scrolls_costs_the_rows_that_come_in() {
    let plain = scrolled(false, 1);
    for by in [1, 3] {
        let moved = scrolled(true, by);
        assert!(moved.contains(&format!("M^[{}H^[", 40 - by)), "{moved}");
        assert!(moved.len() < 700, "{} of {}", moved.len(), plain.len());
    }
    assert!(!plain.contains('M'), "{plain}");
}
