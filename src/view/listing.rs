//! A list that fills the screen: only visible rows are built, a column that
//! has no room is left out whole.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row};
use super::{Glyph, Name, Paint, cluster, layout, lists};
use crate::base::{text, words};
use crate::console::Model;
use crate::console::listing::{self, Cell, Column, ListingState};
use crate::fleet::cluster::Mood;

/// Blanks after a column.
const GAP: usize = 1;

/// The list and, where it is open, the detail of the selected row.
pub fn split(model: &Model, area: Rect) -> (Rect, Rect) {
    let open = model.listing().is_some_and(|(_, state)| state.detail);
    if !open {
        return (area, Rect::ZERO);
    }
    let lower = (area.height * 3 / 5).min(area.height.saturating_sub(3));
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

/// Draws the list.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, body: Rect) {
    let Some((listing, state)) = model.listing() else {
        return;
    };
    let ask = listing.ask();
    let answered = model.data.known(&ask).is_some_and(|k| k.asked.is_some());
    if !answered {
        cluster::say(paint, frame, body, &cluster::waiting(model, &ask));
        return;
    }
    let (area, below) = split(model, body);
    if state.count().0 == 0 {
        let sentence = if state.filter.is_empty() {
            listing.empty()
        } else {
            let filter = &state.filter;
            t!(
                "Nothing matches /%{filter}. esc shows all.",
                filter = filter
            )
            .into_owned()
        };
        cluster::say(paint, frame, area, &sentence);
        return;
    }
    let rows = layout::list_area(area);
    let columns = fitting(listing.columns(), usize::from(area.width));
    if rows.y > area.y {
        let names = names(paint, state, &columns);
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &names, area.width);
    }
    for (y, row) in (rows.y..rows.bottom()).zip(state.shown()) {
        let selected = state.list.selected() == Some(&row.id);
        let line = line(row, paint, &columns, selected);
        let place = Rect::new(area.x, y, area.width, 1);
        lists::select(paint, frame, place, &line, selected, true);
    }
    if let Some(id) = state.list.selected().filter(|_| !below.is_empty()) {
        let lines = listing::detail(listing, &model.data, id);
        detail(paint, frame, below, &lines);
    }
}

/// A column with its place in the row and the cells that it gets.
struct Shown {
    at: usize,
    column: Column,
    cells: usize,
}

/// As many columns as fit, the first ones by rank; what is left over goes to
/// the first column and to texts that are cut.
fn fitting(columns: &[Column], width: usize) -> Vec<Shown> {
    let mut shown: Vec<Shown> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| Shown {
            at,
            column: *column,
            cells: column.cells,
        })
        .collect();
    let wide = |shown: &[Shown]| 4 + shown.iter().map(|one| one.cells + GAP).sum::<usize>();
    while shown.len() > 1 && wide(&shown) > width {
        // The last of the highest rank goes.
        let Some(goes) = (0..shown.len()).max_by_key(|at| (shown[*at].column.rank, *at)) else {
            break;
        };
        if shown[goes].column.rank <= 1 {
            break;
        }
        shown.remove(goes);
    }
    let over = wide(&shown).saturating_sub(width);
    if let Some(first) = shown.first_mut() {
        first.cells = first.cells.saturating_sub(over).max(4);
    }
    let room = width.saturating_sub(wide(&shown));
    if let Some(first) = shown.first_mut() {
        first.cells += room.min(18);
    }
    shown
}

fn names(paint: &Paint, state: &ListingState, columns: &[Shown]) -> Line<'static> {
    let mut row = Row::default();
    row.gap(4);
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

fn put(row: &mut Row, words: &str, one: &Shown, style: ratatui::style::Style) {
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
    let (glyph, name) = match of.mood {
        // Not bad, and wants a look.
        Mood::Unknown if of.cells.iter().any(is_level) => (Glyph::Warning, Name::Warning),
        mood => write::mood(mood),
    };
    row.put(paint.glyph(glyph), paint.style(name)).gap(1);
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

fn detail(paint: &Paint, frame: &mut Frame<'_>, area: Rect, lines: &[(String, String)]) {
    let width = usize::from(area.width);
    let rule = paint.glyph(Glyph::Dot);
    let mut rows = vec![Line::styled(rule.repeat(width), paint.style(Name::Border))];
    let widest = lines.iter().map(|(name, _)| text::width(name)).max();
    let cells = widest.unwrap_or(0).min(width / 3) + 2;
    for (name, value) in lines {
        let value = text::clean_line(value);
        let parts = write::wrap(&value, width.saturating_sub(cells + 2));
        for (at, part) in parts.into_iter().enumerate() {
            let mut row = Row::default();
            let name = if at == 0 { name.as_str() } else { "" };
            row.gap(1)
                .left(
                    &paint.cut_middle(name, cells - 2),
                    cells,
                    paint.style(Name::Dim),
                )
                .put(part, paint.text());
            rows.push(row.line());
        }
    }
    write::lines(frame.buffer_mut(), area, rows);
}
