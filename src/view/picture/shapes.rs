//! Box drawing and block characters as paths.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CELL_HEIGHT, CELL_WIDTH};

/// How a path is painted; paths of one kind and colour become one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Filled, with an opacity in percent.
    Fill(u8),
    /// A line; `dashes` a cell, 0 for none.
    Line {
        /// Twice the weight.
        heavy: bool,
        /// How many dashes a cell has.
        dashes: u8,
    },
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// From the lower end to the upper one on a line across, in tenths.
    Across {
        /// The line's own place.
        y: i32,
        /// Left and right.
        ends: (i32, i32),
    },
    /// The same, down.
    Down {
        /// The line's own place.
        x: i32,
        /// Top and bottom.
        ends: (i32, i32),
    },
    /// Anything else, as it is written.
    Path(String),
}

/// The pieces of one kind and colour. Lines that go on in the next cell become
/// one: a cell is two short arms to its neighbours, a picture a few long strokes.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    across: BTreeMap<i32, Vec<(i32, i32)>>,
    down: BTreeMap<i32, Vec<(i32, i32)>>,
    rest: String,
}

impl Pieces {
    /// Takes one more.
    pub(super) fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Across { y, ends } => self.across.entry(y).or_default().push(ends),
            Piece::Down { x, ends } => self.down.entry(x).or_default().push(ends),
            Piece::Path(path) => self.rest.push_str(&path),
        }
    }

    /// All of them as one path.
    pub(super) fn path(&self) -> String {
        let mut out = String::new();
        for (y, lines) in &self.across {
            for (from, to) in joined(lines) {
                let _ = write!(out, "M{} {}H{}", tenths(from), tenths(*y), tenths(to));
            }
        }
        for (x, lines) in &self.down {
            for (from, to) in joined(lines) {
                let _ = write!(out, "M{} {}V{}", tenths(*x), tenths(from), tenths(to));
            }
        }
        out + &self.rest
    }
}

/// What touches or overlaps is one; a tenth apart is the rounding of one place.
fn joined(lines: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut lines = lines.to_vec();
    lines.sort_unstable();
    let mut out: Vec<(i32, i32)> = Vec::new();
    for (from, to) in lines {
        match out.last_mut() {
            Some(last) if from <= last.1 + 1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

fn tenths(place: i32) -> String {
    match place % 10 {
        0 => (place / 10).to_string(),
        _ => format!("{:.1}", f64::from(place) / 10.0),
    }
}

fn in_tenths(place: f32) -> i32 {
    (place * 10.0).round() as i32
}

fn straight((x, y): (f32, f32), (far_x, far_y): (f32, f32)) -> Piece {
    let (x, y, far_x, far_y) = (
        in_tenths(x),
        in_tenths(y),
        in_tenths(far_x),
        in_tenths(far_y),
    );
    if y == far_y {
        let ends = (x.min(far_x), x.max(far_x));
        Piece::Across { y, ends }
    } else {
        let ends = (y.min(far_y), y.max(far_y));
        Piece::Down { x, ends }
    }
}

/// U+2500–257F as four arms, `0xURDL`: up, right, down, left; 0 none, 1 light,
/// 2 heavy, 3 double. Arcs and diagonals are 0 here and drawn by hand.
#[rustfmt::skip]
const ARMS: [u16; 128] = [
    0x0101, 0x0202, 0x1010, 0x2020, 0x0101, 0x0202, 0x1010, 0x2020,
    0x0101, 0x0202, 0x1010, 0x2020, 0x0110, 0x0210, 0x0120, 0x0220,
    0x0011, 0x0012, 0x0021, 0x0022, 0x1100, 0x1200, 0x2100, 0x2200,
    0x1001, 0x1002, 0x2001, 0x2002, 0x1110, 0x1210, 0x2110, 0x1120,
    0x2120, 0x2210, 0x1220, 0x2220, 0x1011, 0x1012, 0x2011, 0x1021,
    0x2021, 0x2012, 0x1022, 0x2022, 0x0111, 0x0112, 0x0211, 0x0212,
    0x0121, 0x0122, 0x0221, 0x0222, 0x1101, 0x1102, 0x1201, 0x1202,
    0x2101, 0x2102, 0x2201, 0x2202, 0x1111, 0x1112, 0x1211, 0x1212,
    0x2111, 0x1121, 0x2121, 0x2112, 0x2211, 0x1122, 0x1221, 0x2212,
    0x1222, 0x2122, 0x2221, 0x2222, 0x0101, 0x0202, 0x1010, 0x2020,
    0x0303, 0x3030, 0x0310, 0x0130, 0x0330, 0x0013, 0x0031, 0x0033,
    0x1300, 0x3100, 0x3300, 0x1003, 0x3001, 0x3003, 0x1310, 0x3130,
    0x3330, 0x1013, 0x3031, 0x3033, 0x0313, 0x0131, 0x0333, 0x1303,
    0x3101, 0x3303, 0x1313, 0x3131, 0x3333, 0x0000, 0x0000, 0x0000,
    0x0000, 0x0000, 0x0000, 0x0000, 0x0001, 0x1000, 0x0100, 0x0010,
    0x0002, 0x2000, 0x0200, 0x0020, 0x0201, 0x1020, 0x0102, 0x2010,
];

/// The paths of `c` in the cell whose corner is at `left`, `top`; `None` for a
/// character that is text.
pub(super) fn draw(c: char, left: f32, top: f32) -> Option<Vec<(Shape, Piece)>> {
    match c {
        '\u{256d}'..='\u{2573}' => Some(curved(c, left, top)),
        '\u{2500}'..='\u{257f}' => Some(arms(c, left, top)),
        '\u{2580}'..='\u{259f}' => Some(block(c, left, top)),
        _ => None,
    }
}

fn dashes(c: char) -> u8 {
    match c {
        '\u{2504}'..='\u{2507}' => 3,
        '\u{2508}'..='\u{250b}' => 4,
        '\u{254c}'..='\u{254f}' => 2,
        _ => 0,
    }
}

fn arms(c: char, left: f32, top: f32) -> Vec<(Shape, Piece)> {
    let code = ARMS[(c as usize - 0x2500) & 0x7f];
    let (x, y) = (left + CELL_WIDTH / 2.0, top + CELL_HEIGHT / 2.0);
    let dashes = dashes(c);
    let mut out = Vec::new();
    for (shift, dx, dy) in [
        (12, 0.0, -1.0),
        (8, 1.0, 0.0),
        (4, 0.0, 1.0),
        (0, -1.0, 0.0),
    ] {
        let (far_x, far_y) = (x + dx * CELL_WIDTH / 2.0, y + dy * CELL_HEIGHT / 2.0);
        let mut line = |heavy: bool, aside: f32| {
            // The two strands of a double line lie beside its axis and reach past the middle.
            let (sx, sy) = (dy * aside, dx * aside);
            let (bx, by) = (x - dx * aside.abs(), y - dy * aside.abs());
            let piece = straight((bx + sx, by + sy), (far_x + sx, far_y + sy));
            out.push((Shape::Line { heavy, dashes }, piece));
        };
        match code >> shift & 0xf {
            1 => line(false, 0.0),
            2 => line(true, 0.0),
            3 => {
                line(false, 1.6);
                line(false, -1.6);
            }
            _ => {}
        }
    }
    out
}

fn curved(c: char, left: f32, top: f32) -> Vec<(Shape, Piece)> {
    let (right, bottom) = (left + CELL_WIDTH, top + CELL_HEIGHT);
    let (x, y) = (left + CELL_WIDTH / 2.0, top + CELL_HEIGHT / 2.0);
    let path = match c {
        '\u{256d}' => format!("M{x:.1} {bottom:.1}Q{x:.1} {y:.1} {right:.1} {y:.1}"),
        '\u{256e}' => format!("M{x:.1} {bottom:.1}Q{x:.1} {y:.1} {left:.1} {y:.1}"),
        '\u{256f}' => format!("M{x:.1} {top:.1}Q{x:.1} {y:.1} {left:.1} {y:.1}"),
        '\u{2570}' => format!("M{x:.1} {top:.1}Q{x:.1} {y:.1} {right:.1} {y:.1}"),
        '\u{2571}' => format!("M{left:.1} {bottom:.1}L{right:.1} {top:.1}"),
        '\u{2572}' => format!("M{left:.1} {top:.1}L{right:.1} {bottom:.1}"),
        _ => format!(
            "M{left:.1} {bottom:.1}L{right:.1} {top:.1}M{left:.1} {top:.1}L{right:.1} {bottom:.1}"
        ),
    };
    let shape = Shape::Line {
        heavy: false,
        dashes: 0,
    };
    vec![(shape, Piece::Path(path))]
}

/// A rectangle in eighths of the cell.
fn eighths(left: f32, top: f32, (x, y, width, height): (u8, u8, u8, u8)) -> String {
    let across = |n: u8| f32::from(n) * CELL_WIDTH / 8.0;
    let down = |n: u8| f32::from(n) * CELL_HEIGHT / 8.0;
    format!(
        "M{:.2} {:.2}h{:.2}v{:.2}h-{:.2}z",
        left + across(x),
        top + down(y),
        across(width),
        down(height),
        across(width)
    )
}

fn block(c: char, left: f32, top: f32) -> Vec<(Shape, Piece)> {
    let code = c as u32;
    let low = (code & 0xff) as u8;
    let (opacity, parts): (u8, Vec<(u8, u8, u8, u8)>) = match low {
        0x80 => (100, vec![(0, 0, 8, 4)]),
        0x81..=0x88 => {
            let height = low - 0x80;
            (100, vec![(0, 8 - height, 8, height)])
        }
        0x89..=0x8f => (100, vec![(0, 0, 0x90 - low, 8)]),
        0x90 => (100, vec![(4, 0, 4, 8)]),
        0x91 => (25, vec![(0, 0, 8, 8)]),
        0x92 => (50, vec![(0, 0, 8, 8)]),
        0x93 => (75, vec![(0, 0, 8, 8)]),
        0x94 => (100, vec![(0, 0, 8, 1)]),
        0x95 => (100, vec![(7, 0, 1, 8)]),
        _ => (100, quadrants(low)),
    };
    parts
        .into_iter()
        .map(|part| (Shape::Fill(opacity), Piece::Path(eighths(left, top, part))))
        .collect()
}

fn quadrants(low: u8) -> Vec<(u8, u8, u8, u8)> {
    const UPPER_LEFT: u8 = 1;
    const UPPER_RIGHT: u8 = 2;
    const LOWER_LEFT: u8 = 4;
    const LOWER_RIGHT: u8 = 8;
    let set = match low {
        0x96 => LOWER_LEFT,
        0x97 => LOWER_RIGHT,
        0x98 => UPPER_LEFT,
        0x99 => UPPER_LEFT | LOWER_LEFT | LOWER_RIGHT,
        0x9a => UPPER_LEFT | LOWER_RIGHT,
        0x9b => UPPER_LEFT | UPPER_RIGHT | LOWER_LEFT,
        0x9c => UPPER_LEFT | UPPER_RIGHT | LOWER_RIGHT,
        0x9d => UPPER_RIGHT,
        0x9e => UPPER_RIGHT | LOWER_LEFT,
        _ => UPPER_RIGHT | LOWER_LEFT | LOWER_RIGHT,
    };
    [
        (UPPER_LEFT, (0, 0, 4, 4)),
        (UPPER_RIGHT, (4, 0, 4, 4)),
        (LOWER_LEFT, (0, 4, 4, 4)),
        (LOWER_RIGHT, (4, 4, 4, 4)),
    ]
    .into_iter()
    .filter(|(bit, _)| set & bit != 0)
    .map(|(_, part)| part)
    .collect()
}
