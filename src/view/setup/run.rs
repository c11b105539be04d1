//! The run: its steps, the tree of the task that works, and what can be done
//! where it stopped.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use rust_i18n::t;

use crate::base::words;
use crate::console::Model;
use crate::console::setup::{Running, Setup, Spot, Standing, StepLine};
use crate::view::write::{self, Row, wrap};
use crate::view::{Glyph, Name, Paint, task};

pub fn draw(model: &Model, setup: &Setup, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    let Some(running) = setup.running() else {
        return;
    };
    let width = usize::from(area.width);
    let ending = ending(setup, running, paint, width);
    let height = usize::from(area.height);
    let wanted = running.lines.len();
    // Of a small screen the ending gets what it needs, the tree what is left.
    let least = wanted.min(3);
    let ending_rows = ending.lines.len().min(height.saturating_sub(least));
    let rest = height - ending_rows;
    let steps_rows = wanted.min((rest / 3).max(least)).min(rest);
    let mut y = area.y;
    let mut strip = |rows: usize| {
        let rows = (rows as u16).min(area.bottom() - y);
        let taken = Rect {
            y,
            height: rows,
            ..area
        };
        y += rows;
        taken
    };
    let lines = steps(setup, running, paint, width, steps_rows);
    write::lines(frame.buffer_mut(), strip(steps_rows), lines);
    let place = strip(ending_rows);
    let top = (ending.focus + 1).saturating_sub(ending_rows.max(1));
    write::lines(
        frame.buffer_mut(),
        place,
        ending.lines.into_iter().skip(top),
    );
    if let Some((line, column)) = ending.cursor
        && model.overlay.is_none()
        && line >= top
        && line - top < ending_rows
    {
        let x = place.x + (column as u16).min(place.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(x, place.y + (line - top) as u16));
    }
    let tree = strip(height);
    let step = match setup.spot() {
        Spot::Step(step) => Some(step.as_str()),
        _ => None,
    };
    let Some(screen) = running.tree(step) else {
        return;
    };
    if tree.height < 2 {
        return;
    }
    let sign = if paint.ascii { "-" } else { "─" };
    let named = screen
        .task()
        .map(|task| format!(" {} ", task.name))
        .unwrap_or_default();
    let mut rule = Row::default();
    rule.put(sign.repeat(2), paint.style(Name::Border));
    rule.put(
        paint.cut(&named, width.saturating_sub(4)),
        paint.style(Name::Title),
    );
    let left = width.saturating_sub(rule.width());
    rule.put(sign.repeat(left), paint.style(Name::Border));
    write::lines(
        frame.buffer_mut(),
        Rect { height: 1, ..tree },
        [rule.line()],
    );
    let below = Rect {
        y: tree.y + 1,
        height: tree.height - 1,
        ..tree
    };
    task::render(frame.buffer_mut(), below, screen, &[], paint);
}

/// As many steps as fit, around the cursor or the step that works.
fn steps(
    setup: &Setup,
    running: &Running,
    paint: &Paint,
    width: usize,
    rows: usize,
) -> Vec<Line<'static>> {
    let here = |line: &StepLine| *setup.spot() == Spot::Step(line.id.clone());
    let works = |line: &StepLine| matches!(line.standing, Standing::Works | Standing::Failed);
    let at = running.lines.iter().position(here);
    let follow = running.lines.iter().rposition(works);
    let usual = match running.end {
        Some(Ok(())) => running.lines.len().saturating_sub(1),
        _ => follow.unwrap_or(0),
    };
    let middle = at.unwrap_or(usual);
    let top = (middle + 1)
        .saturating_sub(rows.saturating_sub(rows / 3).max(1))
        .min(running.lines.len().saturating_sub(rows));
    running
        .lines
        .iter()
        .skip(top)
        .take(rows)
        .map(|line| step(setup, line, paint, width))
        .collect()
}

fn step(setup: &Setup, line: &StepLine, paint: &Paint, width: usize) -> Line<'static> {
    let here = *setup.spot() == Spot::Step(line.id.clone());
    let mut row = Row::default();
    let mark = if here {
        paint.glyph(Glyph::Selected)
    } else {
        " "
    };
    row.put(mark, paint.style(Name::Accent)).gap(1);
    let (glyph, name) = write::state(line.standing.state());
    row.put(format!("{} ", paint.glyph(glyph)), paint.style(name));
    let took = match (line.began, line.ended, line.standing) {
        (_, _, Standing::Already) => t!("was so already").into_owned(),
        (Some(began), Some(ended), _) => span(began, ended),
        (Some(began), None, _) => span(began, paint.now),
        _ => String::new(),
    };
    let cells = width.saturating_sub(row.width() + 16).min(44);
    let style = match line.standing {
        Standing::Waits => Name::Dim,
        Standing::Failed => Name::Failed,
        _ => Name::Text,
    };
    row.left(&paint.cut(&line.title, cells), cells, paint.style(style));
    row.right(&took, 15, paint.style(Name::Dim)).gap(2);
    let room = width.saturating_sub(row.width());
    row.put(paint.cut(&line.note, room), paint.style(Name::Warning));
    row.line()
}

fn span(began: jiff::Timestamp, ended: jiff::Timestamp) -> String {
    words::duration((ended.as_millisecond() - began.as_millisecond()).max(0))
}

#[derive(Default)]
struct Ending {
    lines: Vec<Line<'static>>,
    focus: usize,
    cursor: Option<(usize, usize)>,
}

fn ending(setup: &Setup, running: &Running, paint: &Paint, width: usize) -> Ending {
    let mut out = Ending::default();
    let say = |lines: &mut Vec<Line<'static>>, glyph: Glyph, name: Name, text: &str| {
        for (index, part) in wrap(text, width.saturating_sub(5)).into_iter().enumerate() {
            let mut row = Row::default();
            row.gap(2);
            let sign = if index == 0 { paint.glyph(glyph) } else { " " };
            row.put(format!("{sign} "), paint.style(name))
                .put(part, paint.style(name));
            lines.push(row.line());
        }
    };
    if running.leaving {
        say(
            &mut out.lines,
            Glyph::Running,
            Name::Running,
            &t!("The agents are being removed"),
        );
    }
    match &running.end {
        Some(Err(failure)) if !running.leaving => {
            say(
                &mut out.lines,
                Glyph::Failed,
                Name::Failed,
                &failure.sentence,
            );
        }
        Some(Ok(())) => {
            let name = setup.file().plan.name;
            say(
                &mut out.lines,
                Glyph::Done,
                Name::Done,
                &t!("%{name} is set up", name = name),
            );
        }
        _ => {}
    }
    let choices = running.choices(&setup.file().plan.name);
    let cells = choices
        .iter()
        .map(|choice| crate::base::text::width(&choice.title))
        .max()
        .unwrap_or(0)
        + 2;
    for (at, choice) in choices.iter().enumerate() {
        let here = *setup.spot() == Spot::Choice(at);
        if here {
            out.focus = out.lines.len();
        }
        let mut row = Row::default();
        let mark = if here {
            paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        row.put(mark, paint.style(Name::Accent)).gap(1);
        let name = if here { Name::Button } else { Name::Text };
        let title = paint.cut(&choice.title, width.saturating_sub(3));
        row.put(title, paint.style(name));
        row.gap((cells + 2).saturating_sub(row.width()));
        let room = width.saturating_sub(row.width() + 1);
        row.put(paint.cut(&choice.about, room), paint.style(Name::Dim));
        out.lines.push(row.line());
    }
    if let Some(typed) = setup.confirm() {
        let name = setup.file().plan.name;
        let text = t!(
            "All agents of %{name} are removed. Type its name to confirm:",
            name = name
        );
        say(&mut out.lines, Glyph::Warning, Name::Warning, &text);
        out.focus = out.lines.len();
        let mut row = Row::default();
        row.put(paint.glyph(Glyph::Selected), paint.style(Name::Accent))
            .gap(1);
        let cells = width.saturating_sub(4).clamp(1, 40);
        let (shown, cursor) = typed.window(cells, paint.glyph(Glyph::Dot));
        out.cursor = Some((out.lines.len(), row.width() + cursor));
        row.left(&shown, cells, paint.style(Name::FieldFocus));
        out.lines.push(row.line());
    }
    out
}
