//! A list that fills the screen: its rows, and below them everything that is
//! known of the selected one. Only visible rows are built.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row};
use super::{Glyph, Name, Paint, cluster, layout, lists};
use crate::base::{text, words};
use crate::console::listing::{self, Cell, Column, ListingState};
use crate::console::{Listing, Model, Room};
use crate::fleet::cluster::Mood;

/// Cells before the first column: mark, blank, glyph, blank.
const BEFORE: usize = 4;
/// Cells between columns.
const GAP: usize = 2;
/// With fewer rows the detail is shown only when it is opened.
const DETAIL_FROM: u16 = 16;

/// The rows of the list, and of the detail below them.
fn split(listing: Listing, state: &ListingState, area: Rect) -> (Rect, Rect) {
    if state.opened {
        return (Rect { height: 0, ..area }, area);
    }
    if listing.leads_on() || area.height < DETAIL_FROM {
        return (area, Rect { height: 0, ..area });
    }
    let lower = (area.height / 3).clamp(6, 12);
    let upper = Rect {
        height: area.height - lower,
        ..area
    };
    let below = Rect {
        y: upper.bottom(),
        height: lower,
        ..area
    };
    (upper, below)
}

/// The room for rows, or for what is opened and how many lines that has.
pub fn room(model: &Model, area: Rect) -> (Room, usize) {
    let Some((listing, state)) = model.listing() else {
        return (Room::default(), 0);
    };
    let (upper, lower) = split(listing, state, area);
    if !state.opened {
        return (layout::rows(upper), 0);
    }
    let paint = Paint::of(model);
    let lines = detail(model, &paint, listing, state, usize::from(lower.width));
    (layout::room(lower), lines.len())
}

/// Where the rows stand; `None` while there are none.
pub fn rows(model: &Model, area: Rect) -> Option<Rect> {
    let (listing, state) = model.listing()?;
    let (upper, _) = split(listing, state, area);
    Some(layout::list_area(upper)).filter(|_| state.count().0 > 0)
}

/// Draws the list.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, body: Rect) {
    let Some((listing, state)) = model.listing() else {
        return;
    };
    let ask = listing.ask(model.source());
    if model.data.picture(&ask).is_none() {
        cluster::say(paint, frame, body, &cluster::waiting(model, &ask));
        return;
    }
    if state.count().0 == 0 {
        let sentence = if state.filter.is_empty() {
            listing.empty(model.seen())
        } else {
            let filter = &state.filter;
            t!(
                "Nothing matches /%{filter}. esc shows all.",
                filter = filter
            )
            .into_owned()
        };
        cluster::say(paint, frame, body, &sentence);
        return;
    }
    let (upper, below) = split(listing, state, body);
    draw_rows(model, paint, frame, upper, listing.columns(model.source()));
    if !below.is_empty() {
        let width = usize::from(below.width);
        let mut lines = Vec::new();
        if !state.opened {
            let rule = if paint.ascii { "-" } else { "─" };
            lines.push(Line::styled(rule.repeat(width), paint.style(Name::Border)));
        }
        let known = detail(model, paint, listing, state, width);
        lines.extend(known.into_iter().skip(state.scroll));
        write::lines(frame.buffer_mut(), below, lines);
    }
}

fn draw_rows(
    model: &Model,
    paint: &Paint,
    frame: &mut Frame<'_>,
    area: Rect,
    columns: &'static [Column],
) {
    let Some((_, state)) = model.listing().filter(|_| !area.is_empty()) else {
        return;
    };
    let rows = layout::list_area(area);
    let mut wanted = state.widths().to_vec();
    if let Some(sorting) = state.sorting
        && let Some(cells) = wanted.get_mut(sorting.column)
        && let Some(column) = columns.get(sorting.column)
    {
        // Room for the sign of the order behind the title.
        *cells = (*cells).max(text::width(&t!(column.title)) + 2);
    }
    let shown = fitting(columns, &wanted, usize::from(area.width));
    if rows.y > area.y {
        let names = names(paint, state, &shown);
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &names, area.width);
    }
    for (y, row) in (rows.y..rows.bottom()).zip(state.shown()) {
        let selected = state.list.selected() == Some(&row.id);
        let line = line(row, paint, &shown, selected);
        let place = Rect::new(area.x, y, area.width, 1);
        lists::select(paint, frame, place, &line, selected, true);
    }
}

/// A column with its place in the row and the cells that it gets.
struct Shown {
    at: usize,
    column: Column,
    cells: usize,
}

/// The columns that fit. The last of the highest rank shrinks to something
/// readable, then it goes; of those that matter most the widest shrinks first.
fn fitting(columns: &[Column], wanted: &[usize], width: usize) -> Vec<Shown> {
    /// Less says nothing.
    const READABLE: usize = 14;
    /// Less names nothing.
    const LEAST: usize = 8;
    let room = (width + GAP).saturating_sub(BEFORE);
    let mut shown: Vec<Shown> = columns
        .iter()
        .zip(wanted)
        .enumerate()
        .filter(|(_, (_, cells))| **cells > 0)
        .map(|(at, (column, cells))| Shown {
            at,
            column: *column,
            cells: *cells,
        })
        .collect();
    loop {
        let taken: usize = shown.iter().map(|one| one.cells + GAP).sum();
        let over = taken.saturating_sub(room);
        let last = (0..shown.len()).max_by_key(|at| (shown[*at].column.rank, *at));
        let Some(last) = last.filter(|_| over > 0) else {
            return shown;
        };
        let one = &mut shown[last];
        if one.column.rank > 1 {
            if one.cells >= READABLE + over {
                one.cells -= over;
            } else {
                shown.remove(last);
            }
            continue;
        }
        let least = if one.column.rank == 1 {
            READABLE
        } else {
            LEAST
        };
        let widest = (0..shown.len()).max_by_key(|at| shown[*at].cells);
        match widest.filter(|at| shown[*at].cells > least) {
            Some(widest) => shown[widest].cells -= 1,
            None if shown.len() > 1 => {
                shown.remove(last);
            }
            None => return shown,
        }
    }
}

fn names(paint: &Paint, state: &ListingState, columns: &[Shown]) -> Line<'static> {
    let mut row = Row::default();
    row.gap(BEFORE);
    for one in columns {
        let sorted = state.sorting.filter(|sorting| sorting.column == one.at);
        let style = paint.style(if sorted.is_some() {
            Name::Title
        } else {
            Name::Dim
        });
        let mut title = t!(one.column.title).into_owned();
        if let Some(sorting) = sorted {
            title = format!("{title} {}", if sorting.down { "v" } else { "^" });
        }
        put(&mut row, &paint.cut(&title, one.cells), one, style);
    }
    row.line()
}

fn put(row: &mut Row, words: &str, one: &Shown, style: Style) {
    if one.column.right {
        row.right(words, one.cells, style);
    } else {
        row.left(words, one.cells, style);
    }
    row.gap(GAP);
}

fn line(of: &listing::Row, paint: &Paint, columns: &[Shown], selected: bool) -> Line<'static> {
    let mut row = Row::default();
    let mark = if selected {
        paint.glyph(Glyph::Selected)
    } else {
        " "
    };
    row.put(mark, paint.style(Name::Accent)).gap(1);
    let sign = match of.mood {
        // Not bad, and wants a look.
        Some(Mood::Unknown) if of.cells.iter().any(is_level) => {
            Some((Glyph::Warning, Name::Warning))
        }
        mood => mood.map(write::mood),
    };
    let (glyph, name) = sign.map_or((" ", Name::Dim), |(glyph, name)| (paint.glyph(glyph), name));
    row.put(glyph, paint.style(name)).gap(1);
    for one in columns {
        let Some(cell) = of.cells.get(one.at) else {
            continue;
        };
        let words = match cell {
            Cell::Since(at) => age(*at, paint.now),
            other => text::clean_line(other.text()),
        };
        let style = match cell {
            Cell::Status(_, Mood::Unknown) | Cell::Level(_, Mood::Unknown) => paint.text(),
            Cell::Status(_, mood) | Cell::Level(_, mood) => paint.style(write::mood(*mood).1),
            Cell::Alarm(Some(count), _) if *count > 0 => paint.style(Name::Warning),
            Cell::Since(_) => paint.style(Name::Dim),
            _ => paint.text(),
        };
        // Of a path or a file both ends matter.
        let cut = if one.at == 0 {
            paint.cut_middle(&words, one.cells)
        } else {
            paint.cut(&words, one.cells)
        };
        put(&mut row, &cut, one, style);
    }
    row.line()
}

/// Only an alarm has a level.
fn is_level(cell: &Cell) -> bool {
    matches!(cell, Cell::Level(..))
}

fn age(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(
        || "-".to_owned(),
        |at| words::age(now.as_millisecond() - at.as_millisecond()),
    )
}

/// Everything that is known of the selected row.
fn detail(
    model: &Model,
    paint: &Paint,
    listing: Listing,
    state: &ListingState,
    width: usize,
) -> Vec<Line<'static>> {
    let Some(row) = state.selected() else {
        return Vec::new();
    };
    let known = listing.detail(model.seen(), row);
    let names = known.iter().map(|(name, _)| text::width(name));
    let cells = names.max().unwrap_or(0).min(width / 3) + 2;
    let room = width.saturating_sub(cells + 2).max(8);
    let mut out = Vec::new();
    for (name, value) in &known {
        let value = text::clean_line(value);
        for (at, part) in write::wrap(&value, room).into_iter().enumerate() {
            let mut row = Row::default();
            let name = if at == 0 { name.as_str() } else { "" };
            let name = paint.cut_middle(name, cells - 2);
            row.gap(1)
                .left(&name, cells, paint.style(Name::Dim))
                .put(part, paint.text());
            out.push(row.line());
        }
    }
    out
}
