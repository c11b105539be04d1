//! What lies over the screen before something that cannot be taken back.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rust_i18n::t;

use super::overlay::{boxed, buttons, prompt, window};
use super::write::{self, Row};
use super::{Name, Paint};
use crate::base::text;
use crate::console::caution::{Caution, NewKey};

/// Draws a request that is held back.
pub fn draw(paint: &Paint, frame: &mut Frame<'_>, body: Rect, held: &Caution) {
    if body.is_empty() {
        return;
    }
    let area = boxed(paint, frame, window(body, 70, 12), &t!("Are you sure?"));
    let deed = text::clean_line(&held.deed);
    let mut lines = wrapped(paint, Name::Title, &deed, area);
    lines.extend(wrapped(paint, Name::Dim, &held.request, area));
    lines.push(Line::default());
    let Some(name) = &held.name else {
        let sentence =
            t!("This takes something away from those who use it. Nothing undoes it by itself.");
        lines.extend(wrapped(paint, Name::Warning, &sentence, area));
        lines.push(buttons(paint, &t!("Do nothing"), &t!("Do it"), held.yes));
        show(frame, area, lines);
        return;
    };
    let sentence = t!(
        "This is production. Type its name, %{name}, then enter. esc does nothing.",
        name = name
    );
    lines.extend(wrapped(paint, Name::Warning, &sentence, area));
    let row = Rect {
        y: area.bottom().saturating_sub(1),
        height: area.height.min(1),
        ..area
    };
    let above = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    show(frame, above, lines);
    prompt(paint, frame, row, "> ", &held.line);
}

/// Draws another key beside the trusted one.
pub fn draw_key(paint: &Paint, frame: &mut Frame<'_>, body: Rect, shown: &NewKey) {
    if body.is_empty() {
        return;
    }
    let area = boxed(paint, frame, window(body, 70, 14), &t!("Another key"));
    let mut lines = wrapped(paint, Name::Title, &shown.title(), area);
    let width = usize::from(area.width.saturating_sub(2));
    for line in shown.fingerprints() {
        // A fingerprint that is cut short proves nothing: it wraps.
        lines.extend(pieces(&line, width).map(|piece| plain(paint, Name::Text, &piece)));
    }
    lines.extend(wrapped(paint, Name::Dim, &shown.reason(), area));
    let buttons = buttons(paint, &t!("Not now"), &t!("Trust this key"), shown.yes);
    lines.truncate(usize::from(area.height.saturating_sub(1)));
    lines.push(buttons);
    show(frame, area, lines);
}

fn pieces(line: &str, width: usize) -> impl Iterator<Item = String> {
    let letters: Vec<char> = line.chars().collect();
    let pieces: Vec<String> = letters
        .chunks(width.max(1))
        .map(|piece| piece.iter().collect())
        .collect();
    pieces.into_iter()
}

fn plain(paint: &Paint, name: Name, line: &str) -> Line<'static> {
    let mut row = Row::default();
    row.gap(1).put(line.to_owned(), paint.style(name));
    row.line()
}

fn wrapped(paint: &Paint, name: Name, sentence: &str, area: Rect) -> Vec<Line<'static>> {
    let width = usize::from(area.width.saturating_sub(2));
    write::wrap(sentence, width)
        .into_iter()
        .map(|line| plain(paint, name, &line))
        .collect()
}

fn show(frame: &mut Frame<'_>, area: Rect, mut lines: Vec<Line<'static>>) {
    // The buttons are what must not fall off.
    let room = usize::from(area.height);
    if lines.len() > room && room > 0 {
        let last = lines.pop();
        lines.truncate(room - 1);
        lines.extend(last);
    }
    write::lines(frame.buffer_mut(), area, lines);
}
