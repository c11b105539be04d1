//! A screen that is one table: rows, and below them everything that is known
//! of the selected one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row, wrap};
use super::{Glyph, Name, Paint, cluster, layout};
use crate::base::text;
use crate::console::Model;
use crate::console::table::{Column, Line as Entry, Sheet, Table, TableScreen};

/// Cells before the first column: mark, blank, glyph, blank.
const BEFORE: usize = 4;
/// Cells between columns.
const GAP: usize = 2;
/// With fewer rows the detail is shown only when it is opened.
const DETAIL_FROM: u16 = 16;

/// The rows of the table, and of the detail below them.
pub fn parts(area: Rect, opened: bool) -> (Rect, Rect) {
    if opened {
        return (Rect { height: 0, ..area }, area);
    }
    if area.height < DETAIL_FROM {
        return (area, Rect { height: 0, ..area });
    }
    let detail = (area.height / 3).clamp(6, 12);
    let upper = area.height - detail;
    let lower = Rect {
        y: area.y + upper,
        height: detail,
        ..area
    };
    (
        Rect {
            height: upper,
            ..area
        },
        lower,
    )
}

/// Draws the screen.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect, table: Table) {
    let fallback = TableScreen::default();
    let screen = model.screens.tables.get(&table).unwrap_or(&fallback);
    let sheet = table.sheet(model);
    if !sheet.answered {
        let ask = table.asks(model).into_iter().next();
        let words = ask.map(|ask| cluster::waiting(model, &ask));
        cluster::say(paint, frame, area, &words.unwrap_or_default());
        return;
    }
    let rows = screen.rows(&sheet);
    if rows.is_empty() {
        let words = if screen.filter.is_empty() {
            sheet.empty.clone()
        } else {
            t!(
                "Nothing matches /%{filter}. esc shows all.",
                filter = screen.filter
            )
            .into_owned()
        };
        cluster::say(paint, frame, area, &words);
        return;
    }
    let (upper, lower) = parts(area, screen.opened);
    if !upper.is_empty() {
        draw_rows(paint, frame, upper, &sheet, screen, &rows);
    }
    if let Some(line) = screen.selected(&sheet).filter(|_| !lower.is_empty()) {
        draw_detail(paint, frame, lower, line, screen);
    }
}

fn draw_rows(
    paint: &Paint,
    frame: &mut Frame<'_>,
    area: Rect,
    sheet: &Sheet,
    screen: &TableScreen,
    rows: &[&Entry],
) {
    let below = layout::list_area(area);
    let widths = widths(sheet, usize::from(area.width).saturating_sub(BEFORE));
    if below.y > area.y {
        let mut row = Row::default();
        row.gap(BEFORE);
        for (column, cells) in sheet.columns.iter().zip(&widths) {
            let title = t!(column.title);
            put(
                &mut row,
                paint,
                column,
                &title,
                *cells,
                paint.style(Name::Dim),
            );
        }
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &row.line(), area.width);
    }
    for (y, line) in (below.y..below.bottom()).zip(rows.iter().skip(screen.list.offset())) {
        let selected = screen.list.selected() == Some(&line.id);
        let drawn = row_line(sheet, line, paint, &widths, selected);
        let place = Rect::new(area.x, y, area.width, 1);
        frame
            .buffer_mut()
            .set_line(place.x, place.y, &drawn, place.width);
        if selected {
            paint.select(frame.buffer_mut(), place);
        }
    }
}

fn row_line(
    sheet: &Sheet,
    line: &Entry,
    paint: &Paint,
    widths: &[usize],
    selected: bool,
) -> Line<'static> {
    let mut row = Row::default();
    let mark = if selected {
        paint.glyph(Glyph::Selected)
    } else {
        " "
    };
    row.put(mark, paint.style(Name::Accent)).gap(1);
    match line.mood {
        Some(mood) => {
            let (glyph, name) = write::mood(mood);
            row.put(paint.glyph(glyph), paint.style(name)).gap(1);
        }
        None => {
            row.gap(2);
        }
    }
    for ((column, cells), value) in sheet.columns.iter().zip(widths).zip(&line.cells) {
        put(&mut row, paint, column, value, *cells, paint.text());
    }
    row.line()
}

fn put(row: &mut Row, paint: &Paint, column: &Column, value: &str, cells: usize, style: Style) {
    if cells == 0 {
        return;
    }
    let shown = paint.cut(&text::clean_line(value), cells);
    if column.right {
        row.right(&shown, cells, style);
    } else {
        row.left(&shown, cells, style);
    }
    row.gap(GAP);
}

/// How wide each column is; one without room gets none. All rows count, also
/// those that a filter hides: a column does not move while one types.
fn widths(sheet: &Sheet, room: usize) -> Vec<usize> {
    let wanted: Vec<usize> = sheet
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = sheet.lines.iter().filter_map(|line| line.cells.get(at));
            let widest = cells.map(|cell| text::width(cell)).max().unwrap_or(0);
            if widest == 0 {
                return 0;
            }
            widest.min(column.most).max(text::width(&t!(column.title)))
        })
        .collect();
    let mut widths = wanted.clone();
    let total = |widths: &[usize]| -> usize {
        let shown = widths.iter().filter(|cells| **cells > 0);
        shown.map(|cells| cells + GAP).sum()
    };
    // First the widest of the last rank shrinks to something readable, then it goes.
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse((sheet.columns[*at].rank, *at)));
    for at in order {
        let over = total(&widths).saturating_sub(room + GAP);
        if over == 0 {
            break;
        }
        let keeps = sheet.columns[at].rank == 0;
        let least = if keeps { 8 } else { 14 };
        let left = widths[at].saturating_sub(over);
        widths[at] = if left >= least.min(widths[at]) {
            left
        } else if keeps {
            least.min(widths[at])
        } else {
            0
        };
    }
    widths
}

fn draw_detail(
    paint: &Paint,
    frame: &mut Frame<'_>,
    area: Rect,
    line: &Entry,
    screen: &TableScreen,
) {
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    if !screen.opened {
        let rule = if paint.ascii { "-" } else { "─" };
        let mut row = Row::default();
        row.put(rule.repeat(width), paint.style(Name::Border));
        lines.push(row.line());
    }
    lines.extend(detail(paint, line, width).into_iter().skip(screen.scroll));
    write::lines(frame.buffer_mut(), area, lines);
}

/// Everything that is known of a row.
fn detail(paint: &Paint, line: &Entry, width: usize) -> Vec<Line<'static>> {
    let names = line.detail.iter().map(|(name, _)| text::width(name));
    let cells = names.max().unwrap_or(0).min(width / 2) + 2;
    let room = width.saturating_sub(cells + 2).max(8);
    let mut out = Vec::new();
    for (name, value) in &line.detail {
        let value = text::clean_line(value);
        for (at, part) in wrap(&value, room).into_iter().enumerate() {
            let mut row = Row::default();
            let name = if at == 0 { name.as_str() } else { "" };
            row.gap(1)
                .left(&paint.cut(name, cells - 1), cells, paint.style(Name::Dim))
                .put(part, paint.text());
            out.push(row.line());
        }
    }
    out
}

/// How many lines the detail of a row has.
pub fn detail_lines(paint: &Paint, line: &Entry, width: u16) -> usize {
    detail(paint, line, usize::from(width)).len()
}
