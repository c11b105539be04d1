//! The bytes that make a row of the terminal another one, as few as there are.

use std::io::Write as _;

use ratatui::buffer::{Cell, CellWidth as _};
use ratatui::style::{Color, Modifier};

use super::grid::{at, is_blank, is_empty, is_half, shows_on_blank};

/// What a cell is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    line: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen {
    fg: Color::Reset,
    bg: Color::Reset,
    line: Color::Reset,
    modifier: Modifier::empty(),
};

impl Pen {
    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            line: cell.underline_color,
            modifier: cell.modifier,
        }
    }

    /// Whether the cell looks as it should when it is written with this.
    fn suits(self, cell: &Cell) -> bool {
        if is_empty(cell) {
            self.bg == cell.bg && !shows_on_blank(self.modifier)
        } else {
            self == Self::of(cell)
        }
    }
}

/// Writes the cells of one frame, knowing where the cursor is and what is set.
#[derive(Debug)]
pub(super) struct Ink {
    bytes: Vec<u8>,
    cursor: Option<(usize, usize)>,
    pen: Pen,
    /// Whether the terminal knows more than a VT100 does.
    skilled: bool,
}

impl Ink {
    /// Begins where nobody knows where the cursor is, with nothing set.
    pub fn new(skilled: bool) -> Self {
        Self {
            bytes: Vec::new(),
            cursor: None,
            pen: PLAIN,
            skilled,
        }
    }

    /// What was written, with nothing set at the end.
    pub fn done(mut self) -> Vec<u8> {
        self.wear(PLAIN);
        self.bytes
    }

    /// Moves the rows between `top` and `end` by some, up where it is above 0.
    /// Lines are taken out at one end and put in at the other: unlike margins,
    /// that is nothing which somebody would have to take back.
    pub fn shift(&mut self, top: usize, end: usize, by: isize) {
        let count = by.unsigned_abs();
        let (out, into) = if by > 0 {
            (top, end - count)
        } else {
            (end - count, top)
        };
        self.go(0, out);
        self.sequence(count, b'M');
        self.go(0, into);
        self.sequence(count, b'L');
    }

    /// Makes row `y` the wanted one.
    pub fn row(&mut self, y: usize, have: &[Cell], wanted: &[Cell]) {
        let end = wanted.iter().rposition(|cell| !is_blank(cell));
        let end = end.map_or(0, |last| last + 1);
        let mut x = 0;
        while x < end {
            let cell = &wanted[x];
            let width = usize::from(cell.cell_width()).max(1);
            if cell != at(have, x) {
                self.reach(x, y, wanted);
                self.put(cell, width);
            }
            x += width;
        }
        self.erase(y, have, end);
    }

    /// What stands beyond the last wanted cell goes.
    fn erase(&mut self, y: usize, have: &[Cell], end: usize) {
        /// Shorter than this it is written over.
        const ERASE: usize = 3;
        let beyond = have.get(end..).unwrap_or_default();
        let Some(first) = beyond.iter().position(|cell| !is_blank(cell)) else {
            return;
        };
        let last = beyond.iter().rposition(|cell| !is_blank(cell));
        let count = last.map_or(0, |last| last + 1 - first);
        self.wear_for(&Cell::EMPTY);
        let near = self.cursor.is_some_and(|(x, row)| row == y && x >= end);
        if !near {
            self.go(end + first, y);
        }
        let (x, _) = self.cursor.unwrap_or_default();
        if x == end + first && count <= ERASE {
            for _ in 0..count {
                self.put(&Cell::EMPTY, 1);
            }
        } else {
            self.bytes.extend_from_slice(b"\x1b[K");
        }
    }

    /// Comes to a cell of the row that is being written: over what stands
    /// between, where that is no longer than to jump.
    fn reach(&mut self, x: usize, y: usize, row: &[Cell]) {
        /// The bytes of a jump within a row.
        const JUMP: usize = 5;
        if let Some((from, on)) = self.cursor
            && on == y
            && from < x
            && let Some(between) = row.get(from..x)
            && between
                .iter()
                .map(|cell| cell.symbol().len())
                .sum::<usize>()
                <= JUMP
            && between
                .iter()
                .all(|cell| is_half(cell) || self.pen.suits(cell))
        {
            for cell in between.iter().filter(|cell| !is_half(cell)) {
                self.put(cell, usize::from(cell.cell_width()).max(1));
            }
            return;
        }
        self.go(x, y);
    }

    fn put(&mut self, cell: &Cell, width: usize) {
        self.wear_for(cell);
        self.bytes.extend_from_slice(cell.symbol().as_bytes());
        if let Some((x, _)) = &mut self.cursor {
            *x += width;
        }
    }

    fn go(&mut self, x: usize, y: usize) {
        match self.cursor {
            Some(cursor) if cursor == (x, y) => return,
            Some((_, row)) if row == y && x == 0 => self.bytes.push(b'\r'),
            Some((_, row)) if row == y && self.skilled => self.sequence(x + 1, b'G'),
            _ if x == 0 => self.sequence(y + 1, b'H'),
            _ => {
                let _ = write!(self.bytes, "\x1b[{};{}H", y + 1, x + 1);
            }
        }
        self.cursor = Some((x, y));
    }

    /// A control sequence with one number, which is left out where it is 1.
    fn sequence(&mut self, number: usize, last: u8) {
        self.bytes.extend_from_slice(b"\x1b[");
        if number != 1 {
            let _ = write!(self.bytes, "{number}");
        }
        self.bytes.push(last);
    }

    fn wear_for(&mut self, cell: &Cell) {
        if !self.pen.suits(cell) {
            self.wear(Pen::of(cell));
        }
    }

    /// Changes what is set: by what differs, or from nothing, whichever is shorter.
    fn wear(&mut self, to: Pen) {
        if self.pen == to {
            return;
        }
        let (step, anew) = (changes(self.pen, to), changes(PLAIN, to));
        self.bytes.extend_from_slice(b"\x1b[");
        // A single 0 may be left out.
        let reset = if anew.is_empty() { 0 } else { 2 };
        if step.len() <= anew.len() + reset {
            self.bytes.extend_from_slice(step.as_bytes());
        } else {
            let zero = if anew.is_empty() { "" } else { "0;" };
            self.bytes.extend_from_slice(zero.as_bytes());
            self.bytes.extend_from_slice(anew.as_bytes());
        }
        self.bytes.push(b'm');
        self.pen = to;
    }
}

/// Each modifier with the number that sets it and the one that ends it.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The numbers that lead from one pen to another, with `;` between them.
fn changes(from: Pen, to: Pen) -> String {
    let mut numbers = String::new();
    let mut add = |number: &str| {
        if !numbers.is_empty() {
            numbers.push(';');
        }
        numbers.push_str(number);
    };
    let gone = from.modifier - to.modifier;
    let mut ended = 0;
    for (modifier, _, end) in MODIFIERS {
        if gone.contains(modifier) && ended != end {
            add(&end.to_string());
            ended = end;
        }
    }
    // Bold and dim end together, and so do the two kinds of blinking.
    let ended = |end: u8| {
        MODIFIERS
            .iter()
            .any(|(modifier, _, own)| *own == end && gone.contains(*modifier))
    };
    for (modifier, begin, end) in MODIFIERS {
        let kept = from.modifier.contains(modifier) && !ended(end);
        if to.modifier.contains(modifier) && !kept {
            add(&begin.to_string());
        }
    }
    if from.fg != to.fg {
        add(&colour(to.fg, 30));
    }
    if from.bg != to.bg {
        add(&colour(to.bg, 40));
    }
    if from.line != to.line {
        add(&line_colour(to.line));
    }
    numbers
}

/// A colour of text (`base` 30) or of the background (40).
fn colour(colour: Color, base: u8) -> String {
    match number(colour) {
        Some(number @ 0..8) => (base + number).to_string(),
        Some(number) => (base + 60 + number - 8).to_string(),
        None => match colour {
            Color::Indexed(index) => format!("{};5;{index}", base + 8),
            Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
            _ => (base + 9).to_string(),
        },
    }
}

/// A line has no short names of colours.
fn line_colour(colour: Color) -> String {
    match (number(colour), colour) {
        (Some(number), _) => format!("58;5;{number}"),
        (_, Color::Indexed(index)) => format!("58;5;{index}"),
        (_, Color::Rgb(red, green, blue)) => format!("58;2;{red};{green};{blue}"),
        _ => "59".to_owned(),
    }
}

/// The place of a named colour among the sixteen.
fn number(colour: Color) -> Option<u8> {
    Some(match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, modifier: Modifier) -> Vec<Cell> {
        let cell = |c: char| {
            let mut cell = Cell::from(c);
            if c != ' ' {
                cell.modifier = modifier;
            }
            cell
        };
        text.chars().map(cell).collect()
    }

    fn written(have: &str, wanted: &str) -> String {
        let mut ink = Ink::new(true);
        let bold = Modifier::BOLD;
        ink.row(3, &row(have, bold), &row(wanted, bold));
        String::from_utf8(ink.done()).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn an_equal_row_costs_nothing() {
        assert_eq!(written("zone1  ", "zone1"), "");
    }

    #[test]
    fn a_short_gap_is_written_over_and_a_long_one_is_jumped() {
        assert_eq!(written("operation", "oparatian"), "^[4;3H^[1maratia^[m");
        assert_eq!(written("a234567890b", "x234567890y"), "^[4H^[1mx^[11Gy^[m");
    }

    #[test]
    fn a_rest_is_erased() {
        assert_eq!(written("server 1 of 9", "server"), "^[4;8H^[K");
        assert_eq!(written("server 1", "server"), "^[4;8H ");
        assert_eq!(written("a34567890", "b"), "^[4H^[1mb^[K^[m");
    }

    #[test]
    fn a_vt100_is_told_only_what_it_knows() {
        let mut ink = Ink::new(false);
        ink.row(
            0,
            &row("a234567890b", PLAIN.modifier),
            &row("x234567890y", PLAIN.modifier),
        );
        let text = String::from_utf8(ink.done()).unwrap();
        assert_eq!(text, "\x1b[Hx\x1b[1;11Hy");
    }

    #[test]
    fn what_is_set_changes_by_the_shortest_way() {
        let pen = |fg, modifier| Pen {
            fg,
            modifier,
            ..PLAIN
        };
        let (bold, dim) = (Modifier::BOLD, Modifier::DIM);
        let from = pen(Color::Green, bold);
        assert_eq!(changes(from, pen(Color::Green, dim)), "22;2");
        assert_eq!(
            changes(from, pen(Color::Indexed(2), bold | dim)),
            "2;38;5;2"
        );
        assert_eq!(changes(from, pen(Color::LightRed, bold)), "91");
        assert_eq!(changes(from, PLAIN), "22;39");
        let mut ink = Ink::new(true);
        ink.wear(from);
        ink.wear(PLAIN);
        assert_eq!(ink.bytes, b"\x1b[1;32m\x1b[m");
    }
}
