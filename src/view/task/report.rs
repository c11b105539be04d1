//! A task as one picture of its own size, for a report: what it is, how it
//! stands, every row, and below it the sentences that a reader asks for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::pen::{Pen, wrap};
use super::rows::{self, Columns};
use super::{outlook, rule, state};
use crate::base::text;
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::State;
use crate::view::{Glyph, Name, Paint};

/// Columns of the picture: what a page of a report holds.
const WIDTH: u16 = 108;
/// Rows beyond this are left out, and it is said: a picture is for looking at.
const MOST_ROWS: usize = 1_000;
/// Width of the column of names below the tree.
const LABEL: usize = 15;

/// Draws all rows that the screen would show if it were high enough.
#[must_use]
pub fn picture(screen: &TaskScreen, paint: &Paint) -> Buffer {
    let Some(shown) = screen.shown() else {
        return Buffer::empty(Rect::new(0, 0, WIDTH, 1));
    };
    let rows = &shown.rows()[..shown.rows().len().min(MOST_ROWS)];
    let left_out = shown.rows().len() - rows.len();
    let mut notes = Vec::new();
    for (label, sentence, name) in sentences(screen, shown, paint, left_out) {
        let room = usize::from(WIDTH) - LABEL - 2;
        for (at, line) in wrap(&sentence, room, 12).into_iter().enumerate() {
            let label = if at == 0 {
                label.clone()
            } else {
                String::new()
            };
            notes.push((label, line, name));
        }
    }
    let rule_rows = 1 + usize::from(!notes.is_empty());
    let height = 2 + rule_rows + rows.len() + notes.len();
    let height = u16::try_from(height).unwrap_or(u16::MAX);
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, height));
    let cut = paint.glyph(Glyph::Cut);
    let line = |y: u16, height: u16| Rect::new(0, y, WIDTH, height);
    title(&mut Pen::new(&mut buffer, line(0, 1), 0, cut), shown, paint);
    state::draw(&mut buffer, line(1, 1), screen, shown, paint);
    rule(&mut buffer, line(2, 1), paint);
    let columns = Columns::of(WIDTH);
    let body = line(3, rows.len() as u16);
    for (at, row) in rows.iter().enumerate() {
        let mut pen = Pen::new(&mut buffer, body, at as u16, cut);
        rows::one(&mut pen, *row, false, columns, screen, shown, paint);
    }
    if !notes.is_empty() {
        rule(&mut buffer, line(body.bottom(), 1), paint);
        let area = line(body.bottom() + 1, notes.len() as u16);
        for (at, (label, sentence, name)) in notes.iter().enumerate() {
            let mut pen = Pen::new(&mut buffer, area, at as u16, cut);
            pen.skip(1)
                .column(label, LABEL - 1, paint.style(Name::Dim))
                .skip(1)
                .put(sentence, paint.style(*name));
        }
    }
    buffer
}

fn title(pen: &mut Pen<'_>, shown: &Shown, paint: &Paint) {
    let task = shown.task();
    let dim = paint.style(Name::Dim);
    let time = |at: jiff::Timestamp| {
        at.to_zoned(paint.zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S %:z")
            .to_string()
    };
    let span = match (task.started_at, task.ended_at.filter(|_| !task.is_live())) {
        (Some(from), Some(to)) => {
            t!("%{from} to %{to} ", from = time(from), to = paint.clock(to)).into_owned()
        }
        (Some(from), None) => t!("since %{from} ", from = time(from)).into_owned(),
        _ => String::new(),
    };
    pen.keep_right(&span, dim);
    pen.skip(1).put(&task.name, paint.style(Name::Title));
}

/// What a reader asks for: why it failed, what it waits for, what is ahead.
fn sentences(
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
    left_out: usize,
) -> Vec<(String, String, Name)> {
    let task = shown.task();
    let mut out = Vec::new();
    let mut say = |label: std::borrow::Cow<'_, str>, sentence: String, name| {
        if !sentence.is_empty() {
            out.push((label.into_owned(), text::clean_line(&sentence), name));
        }
    };
    if left_out > 0 {
        let sentence = t!("%{n} more rows are not in the picture", n = left_out);
        say(t!("left out"), sentence.into_owned(), Name::Warning);
    }
    if task.state == State::Failed {
        let cause = state::cause_words(shown).unwrap_or_default();
        say(t!("first cause"), cause, Name::Failed);
    }
    let waits = outlook::waiting_on(shown, paint.now).unwrap_or_default();
    say(t!("waiting on"), waits, Name::Waiting);
    let path = outlook::path(screen, shown).unwrap_or_default();
    say(t!("critical path"), path, Name::Text);
    let usual = outlook::usual(screen, shown).unwrap_or_default();
    say(t!("usual"), usual, Name::Text);
    for (at, sentence) in outlook::holds(shown).into_iter().enumerate() {
        let label = if at == 0 { t!("holds") } else { "".into() };
        say(label, sentence, Name::Text);
    }
    let origin = outlook::origin(screen, paint).unwrap_or_default();
    say(t!("sent"), origin, Name::Text);
    for problem in &task.problems {
        say(t!("problem"), problem.clone(), Name::Warning);
    }
    out
}
