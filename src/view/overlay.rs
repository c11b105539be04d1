//! Palette, command line, filter and questions.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Widget};
use rust_i18n::t;

use super::write::{self, Row};
use super::{Glyph, Name, Paint, caution};
use crate::console::input::Line as Typed;
use crate::console::overlay::{CommandLine, Confirm, Overlay, Palette, Question};
use crate::console::{Model, command, offers};

/// More completions than this say nothing.
const COMPLETIONS: usize = 8;

/// Draws what lies over the screen.
pub fn draw(
    model: &Model,
    paint: &Paint,
    frame: &mut Frame<'_>,
    body: Rect,
    footer: Rect,
    over: &Overlay,
) {
    match over {
        Overlay::Palette(palette) => draw_palette(model, paint, frame, body, palette),
        Overlay::Command(line) => draw_command(model, paint, frame, body, footer, line),
        Overlay::Filter { line, .. } => prompt(paint, frame, footer, "/", line),
        Overlay::Confirm(confirm) => draw_confirm(paint, frame, body, *confirm),
        Overlay::Caution(held) => caution::draw(paint, frame, body, held),
        Overlay::NewKey(shown) => caution::draw_key(paint, frame, body, shown),
        Overlay::Help(_) => {}
    }
}

/// A typed line with its cursor.
pub(super) fn prompt(paint: &Paint, frame: &mut Frame<'_>, area: Rect, sign: &str, line: &Typed) {
    if area.is_empty() {
        return;
    }
    Clear.render(area, frame.buffer_mut());
    let room = usize::from(area.width).saturating_sub(3);
    let (shown, cursor) = line.window(room, paint.glyph(Glyph::Dot));
    let mut row = Row::default();
    row.gap(1)
        .put(sign.to_owned(), paint.style(Name::Key))
        .put(shown, paint.style(Name::Text));
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &row.line(), area.width);
    let x = area.x + 2 + cursor as u16;
    if x < area.right() {
        frame.set_cursor_position(Position::new(x, area.y));
    }
}

pub(super) fn window(body: Rect, width: u16, height: u16) -> Rect {
    // Half a screen beside the box would only confuse.
    let width = if body.width < width + 20 {
        body.width
    } else {
        width
    };
    let height = height.min(body.height);
    Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 4,
        width,
        height,
    }
}

/// A box over the screen; without a border where there is no room for one.
pub(super) fn boxed(paint: &Paint, frame: &mut Frame<'_>, area: Rect, title: &str) -> Rect {
    Clear.render(area, frame.buffer_mut());
    if area.width < 30 || area.height < 6 {
        return area;
    }
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(paint.style(Name::Accent))
        .title_style(paint.style(Name::Title))
        .title(format!(" {title} "));
    if paint.ascii {
        block = block.border_set(super::cluster::ASCII_BORDER);
    }
    let inner = block.inner(area);
    block.render(area, frame.buffer_mut());
    inner
}

fn draw_palette(
    model: &Model,
    paint: &Paint,
    frame: &mut Frame<'_>,
    body: Rect,
    palette: &Palette,
) {
    if body.is_empty() {
        return;
    }
    let title = if palette.deeds_only {
        t!("What may be done here")
    } else {
        t!("Palette")
    };
    let area = boxed(paint, frame, window(body, 76, 20), &title);
    let line = Rect { height: 1, ..area };
    prompt(paint, frame, line, "> ", &palette.line);
    let list = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let offered = offers::offers(model, palette);
    if offered.is_empty() {
        let mut row = Row::default();
        row.gap(1)
            .put(t!("Nothing matches."), paint.style(Name::Dim));
        write::lines(frame.buffer_mut(), list, [row.line()]);
        return;
    }
    let height = usize::from(list.height);
    let first = (palette.selected + 1).saturating_sub(height);
    let width = usize::from(list.width);
    let hint_cells = (width / 2).min(40);
    for (y, (index, offer)) in (list.y..list.bottom()).zip(offered.iter().enumerate().skip(first)) {
        let selected = index == palette.selected;
        let mark = if selected {
            paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        let hint = paint.cut(&offer.hint, hint_cells);
        let name_cells = width.saturating_sub(3 + crate::base::text::width(&hint));
        let mut row = Row::default();
        row.put(mark, paint.style(Name::Accent)).gap(1);
        let title = paint.cut(&offer.title, name_cells.saturating_sub(1));
        row.left(&title, name_cells, paint.style(Name::Text));
        row.put(hint, paint.style(Name::Dim));
        let place = Rect::new(list.x, y, list.width, 1);
        let buffer = frame.buffer_mut();
        buffer.set_line(place.x, y, &row.line(), place.width);
        if selected {
            buffer.set_style(place, paint.style(Name::Selected));
        }
    }
}

fn draw_command(
    model: &Model,
    paint: &Paint,
    frame: &mut Frame<'_>,
    body: Rect,
    footer: Rect,
    command: &CommandLine,
) {
    let mut lines: Vec<Line<'static>> = Vec::new();
    if let Some(error) = &command.error {
        let mut row = Row::default();
        row.gap(1).put(
            format!("{} {error}", paint.glyph(Glyph::Failed)),
            paint.style(Name::Failed),
        );
        lines.push(row.line());
    } else {
        let typed = command
            .completing
            .as_ref()
            .map_or(command.line.value(), |(typed, _)| typed);
        let all = command::completions(model, typed);
        let at = command.completing.as_ref().map(|(_, at)| *at);
        let first = at.map_or(0, |at| (at + 1).saturating_sub(COMPLETIONS));
        for (index, word) in all.iter().enumerate().skip(first).take(COMPLETIONS) {
            let style = if Some(index) == at {
                paint.style(Name::Selected)
            } else {
                paint.style(Name::Dim)
            };
            let mut row = Row::default();
            row.gap(1).left(&format!(" {word}"), 30, style);
            lines.push(row.line());
        }
    }
    let height = (lines.len() as u16).min(body.height);
    let above = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    if !above.is_empty() {
        Clear.render(above, frame.buffer_mut());
        write::lines(frame.buffer_mut(), above, lines);
    }
    prompt(paint, frame, footer, ":", &command.line);
}

/// The words of a question.
pub(super) struct Words {
    title: Cow<'static, str>,
    text: Cow<'static, str>,
    /// The deed.
    pub yes: Cow<'static, str>,
    /// The safe answer.
    pub no: Cow<'static, str>,
}

/// The words of this question.
pub(super) fn words(question: Question) -> Words {
    let (title, text, yes, no) = match question {
        Question::AllowChanges => (
            t!("Production"),
            t!(
                "This is production. Requests that change something are kept back until you allow them."
            ),
            t!("Allow changes"),
            t!("Stay read-only"),
        ),
        Question::AllowOnOther => (
            t!("Another cluster"),
            t!(
                "Another cluster answers here than this session began with. Allow changes only if you mean this one."
            ),
            t!("Allow changes"),
            t!("Stay read-only"),
        ),
        Question::QuitWhileSettingUp => (
            t!("Quit?"),
            t!(
                "A setup is running. What runs on the agents goes on; the next start offers to continue from there."
            ),
            t!("Quit"),
            t!("Stay"),
        ),
        Question::QuitWhileUploading => (
            t!("Quit?"),
            t!(
                "A file is being sent. To quit gives it up; while its end has not left nothing is made of it."
            ),
            t!("Quit"),
            t!("Stay"),
        ),
        Question::GiveUp(_) => (
            t!("Give up?"),
            t!(
                "A file is being sent. While its end has not left nothing is made of it; it would be sent anew from its beginning."
            ),
            t!("Give up"),
            t!("Go on"),
        ),
        Question::QuitWhileSending => (
            t!("Quit?"),
            t!(
                "A request was sent and has no answer yet. It goes on at the server; its answer would be lost."
            ),
            t!("Quit"),
            t!("Stay"),
        ),
    };
    Words {
        title,
        text,
        yes,
        no,
    }
}

fn draw_confirm(paint: &Paint, frame: &mut Frame<'_>, body: Rect, confirm: Confirm) {
    if body.is_empty() {
        return;
    }
    let Words {
        title,
        text,
        yes,
        no,
    } = words(confirm.question);
    let area = boxed(paint, frame, window(body, 60, 8), &title);
    let width = usize::from(area.width.saturating_sub(2));
    let mut lines: Vec<Line<'static>> = write::wrap(&text, width)
        .into_iter()
        .map(|part| {
            let mut row = Row::default();
            row.gap(1).put(part, paint.style(Name::Text));
            row.line()
        })
        .collect();
    lines.truncate(usize::from(area.height).saturating_sub(1));
    if lines.len() + 2 <= usize::from(area.height) {
        lines.push(Line::default());
    }
    lines.push(buttons(paint, &no, &yes, confirm.yes));
    write::lines(frame.buffer_mut(), area, lines);
}

/// The safe answer and the deed; the selected one is marked.
pub(super) fn buttons(paint: &Paint, no: &str, yes: &str, on_yes: bool) -> Line<'static> {
    let mut row = Row::default();
    row.gap(1);
    for (label, selected) in [(no, !on_yes), (yes, on_yes)] {
        let (mark, style) = if selected {
            (paint.glyph(Glyph::Selected), paint.style(Name::Button))
        } else {
            (" ", paint.style(Name::Dim))
        };
        row.put(format!("{mark}[ {label} ]"), style).gap(2);
    }
    row.line()
}
