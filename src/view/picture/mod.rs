//! A frame as a picture: ratatui's `Buffer` to SVG.
//!
//! Box drawing and blocks (U+2500–259F) become shapes, because every font
//! leaves gaps between them; all other text is placed cell by cell, so that a
//! fallback font of another width cannot push a column aside.

mod shapes;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use shapes::{Pieces, Shape};

/// Width of a cell in SVG units.
pub const CELL_WIDTH: f32 = 8.4;
/// Height of a cell in SVG units.
pub const CELL_HEIGHT: f32 = 18.0;
/// Space between the frame and the edge of the picture.
const MARGIN: f32 = 12.0;
/// Distance from the top of a cell to the baseline of its text.
const BASELINE: f32 = 13.5;

/// What the sixteen names of a terminal look like in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inks {
    /// Text without a colour of its own.
    pub foreground: (u8, u8, u8),
    /// Cells without a background of their own.
    pub background: (u8, u8, u8),
    /// Black, red, green, yellow, blue, magenta, cyan, grey, and the bright ones.
    pub named: [(u8, u8, u8); 16],
}

impl Default for Inks {
    fn default() -> Self {
        Self {
            foreground: (0xd5, 0xd9, 0xe0),
            background: (0x16, 0x19, 0x20),
            named: [
                (0x1d, 0x21, 0x29),
                (0xe0, 0x6c, 0x75),
                (0x8c, 0xc2, 0x65),
                (0xe5, 0xc0, 0x7b),
                (0x61, 0xaf, 0xef),
                (0xc6, 0x78, 0xdd),
                (0x56, 0xb6, 0xc2),
                (0xab, 0xb2, 0xbf),
                (0x6b, 0x73, 0x82),
                (0xff, 0x7b, 0x86),
                (0xa5, 0xe0, 0x75),
                (0xff, 0xd6, 0x8a),
                (0x7c, 0xc4, 0xff),
                (0xdf, 0x8e, 0xf5),
                (0x6b, 0xd5, 0xe1),
                (0xff, 0xff, 0xff),
            ],
        }
    }
}

impl Inks {
    fn rgb(&self, color: Color, unset: (u8, u8, u8)) -> (u8, u8, u8) {
        match color {
            Color::Reset => unset,
            Color::Black => self.named[0],
            Color::Red => self.named[1],
            Color::Green => self.named[2],
            Color::Yellow => self.named[3],
            Color::Blue => self.named[4],
            Color::Magenta => self.named[5],
            Color::Cyan => self.named[6],
            Color::Gray => self.named[7],
            Color::DarkGray => self.named[8],
            Color::LightRed => self.named[9],
            Color::LightGreen => self.named[10],
            Color::LightYellow => self.named[11],
            Color::LightBlue => self.named[12],
            Color::LightMagenta => self.named[13],
            Color::LightCyan => self.named[14],
            Color::White => self.named[15],
            Color::Rgb(red, green, blue) => (red, green, blue),
            Color::Indexed(index) => self.indexed(index),
        }
    }

    fn indexed(&self, index: u8) -> (u8, u8, u8) {
        match index {
            0..=15 => self.named[usize::from(index)],
            16..=231 => {
                let cube = index - 16;
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            232..=255 => {
                let grey = 8 + 10 * (index - 232);
                (grey, grey, grey)
            }
        }
    }
}

/// How the text of one run looks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    ink: String,
    paper: Option<String>,
    modifier: Modifier,
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Three parts of ink in two parts of paper.
fn mixed(ink: (u8, u8, u8), paper: (u8, u8, u8)) -> (u8, u8, u8) {
    let part = |ink: u8, paper: u8| ((u16::from(ink) * 3 + u16::from(paper) * 2) / 5) as u8;
    (
        part(ink.0, paper.0),
        part(ink.1, paper.1),
        part(ink.2, paper.2),
    )
}

fn look(cell: &Cell, inks: &Inks) -> Look {
    let mut ink = inks.rgb(cell.fg, inks.foreground);
    let mut paper = inks.rgb(cell.bg, inks.background);
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut paper);
    }
    if cell.modifier.contains(Modifier::DIM) {
        // Mixed, not transparent: lines and text of one style look the same.
        ink = mixed(ink, paper);
    }
    if cell.modifier.contains(Modifier::HIDDEN) {
        ink = paper;
    }
    Look {
        ink: hex(ink),
        paper: (paper != inks.background).then(|| hex(paper)),
        modifier: cell.modifier,
    }
}

/// Draws the frame. The same buffer and inks give the same bytes.
#[must_use]
pub fn svg(buffer: &Buffer, inks: &Inks, title: &str) -> String {
    let area = buffer.area;
    let width = f32::from(area.width) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f32::from(area.height) * CELL_HEIGHT + 2.0 * MARGIN;
    let mut out = String::with_capacity(usize::from(area.width) * usize::from(area.height) * 8);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" role=\"img\">\n\
         <title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n\
         <g font-family=\"'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,'Noto Sans Mono CJK SC',monospace\" font-size=\"14\" xml:space=\"preserve\" transform=\"translate({MARGIN} {MARGIN})\">\n",
        escaped(title),
        hex(inks.background),
    );
    let mut papers = String::new();
    let mut texts = String::new();
    let mut shapes = BTreeMap::<(String, Shape), Pieces>::new();
    for row in 0..area.height {
        row_of(buffer, row, inks, &mut papers, &mut texts, &mut shapes);
    }
    out.push_str(&papers);
    for ((ink, shape), pieces) in &shapes {
        let path = pieces.path();
        let _ = match shape {
            Shape::Fill(opacity) => writeln!(
                out,
                "<path fill=\"{ink}\" fill-opacity=\"{:.2}\" d=\"{path}\"/>",
                f32::from(*opacity) / 100.0
            ),
            Shape::Line { heavy, dashes } => {
                let dashes = match dashes {
                    0 => String::new(),
                    n => {
                        let step = CELL_WIDTH / f32::from(*n);
                        format!(" stroke-dasharray=\"{:.2} {:.2}\"", step * 0.6, step * 0.4)
                    }
                };
                writeln!(
                    out,
                    "<path fill=\"none\" stroke=\"{ink}\" stroke-width=\"{}\"{dashes} d=\"{path}\"/>",
                    if *heavy { "2.6" } else { "1.2" },
                )
            }
        };
    }
    out.push_str(&texts);
    out.push_str("</g>\n</svg>\n");
    out
}

/// One run of cells that look the same.
struct Run {
    start: u16,
    cells: u16,
    text: String,
    look: Look,
}

fn row_of(
    buffer: &Buffer,
    row: u16,
    inks: &Inks,
    papers: &mut String,
    texts: &mut String,
    shapes: &mut BTreeMap<(String, Shape), Pieces>,
) {
    let area = buffer.area;
    let top = f32::from(row) * CELL_HEIGHT;
    let mut run: Option<Run> = None;
    let mut sheet = None;
    let mut column = 0;
    while column < area.width {
        let Some(cell) = buffer.cell((area.x + column, area.y + row)) else {
            break;
        };
        let look = look(cell, inks);
        let symbol = cell.symbol();
        let cells = u16::try_from(UnicodeWidthStr::width(symbol).max(1)).unwrap_or(1);
        match &mut sheet {
            Some((_, width, colour)) if *colour == look.paper => *width += cells,
            other => {
                paper(papers, other.take(), top);
                *other = Some((column, cells, look.paper.clone()));
            }
        }
        let left = f32::from(column) * CELL_WIDTH;
        if let Some(drawn) = one_char(symbol).and_then(|c| shapes::draw(c, left, top)) {
            finish(texts, run.take(), top);
            for (shape, piece) in drawn {
                shapes
                    .entry((look.ink.clone(), shape))
                    .or_default()
                    .push(piece);
            }
        } else if symbol.is_ascii() && cells == 1 {
            match &mut run {
                Some(run) if run.look == look => {
                    run.text.push_str(symbol);
                    run.cells += 1;
                }
                other => {
                    let text = if symbol.is_empty() { " " } else { symbol }.to_owned();
                    let next = Run {
                        start: column,
                        cells: 1,
                        text,
                        look,
                    };
                    finish(texts, other.replace(next), top);
                }
            }
        } else {
            finish(texts, run.take(), top);
            let alone = Run {
                start: column,
                cells,
                text: symbol.to_owned(),
                look,
            };
            finish(texts, Some(alone), top);
        }
        column += cells;
    }
    paper(papers, sheet, top);
    finish(texts, run, top);
}

fn one_char(symbol: &str) -> Option<char> {
    let mut chars = symbol.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// One rectangle for neighbours of one paper: between two there would be a seam.
fn paper(papers: &mut String, sheet: Option<(u16, u16, Option<String>)>, top: f32) {
    if let Some((column, cells, Some(paper))) = sheet {
        let left = f32::from(column) * CELL_WIDTH;
        let width = f32::from(cells) * CELL_WIDTH;
        let _ = writeln!(
            papers,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{paper}\"/>"
        );
    }
}

fn finish(texts: &mut String, run: Option<Run>, top: f32) {
    let Some(run) = run else { return };
    let trimmed = run.text.trim_end_matches(' ');
    let has = |modifier| run.look.modifier.contains(modifier);
    let (underline, crossed) = (has(Modifier::UNDERLINED), has(Modifier::CROSSED_OUT));
    let visible_blanks = underline || crossed;
    let (text, cells) = if visible_blanks {
        (run.text.as_str(), run.cells)
    } else {
        let cut = run.text.len() - trimmed.len();
        (
            trimmed,
            run.cells - u16::try_from(cut).unwrap_or(0).min(run.cells),
        )
    };
    let lead = text.len() - text.trim_start_matches(' ').len();
    let (text, lead) = if visible_blanks {
        (text, 0)
    } else {
        (&text[lead..], lead)
    };
    if text.is_empty() {
        return;
    }
    let cells = cells - u16::try_from(lead).unwrap_or(0).min(cells);
    let left = (f32::from(run.start) + lead as f32) * CELL_WIDTH;
    let baseline = top + BASELINE;
    let length = f32::from(cells) * CELL_WIDTH;
    let _ = write!(
        texts,
        "<text x=\"{left:.1}\" y=\"{baseline:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"",
        run.look.ink
    );
    if has(Modifier::BOLD) {
        texts.push_str(" font-weight=\"bold\"");
    }
    if has(Modifier::ITALIC) {
        texts.push_str(" font-style=\"italic\"");
    }
    match (underline, crossed) {
        (true, true) => texts.push_str(" text-decoration=\"underline line-through\""),
        (true, false) => texts.push_str(" text-decoration=\"underline\""),
        (false, true) => texts.push_str(" text-decoration=\"line-through\""),
        (false, false) => {}
    }
    let _ = writeln!(texts, ">{}</text>", escaped(text));
}

/// Text as SVG may hold it: the five entities, and nothing that XML forbids.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
