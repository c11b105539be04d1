//! A form: fields on the left, the request that they make on the right.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row, wrap};
use super::{Glyph, Name, Paint, footer};
use crate::base::text;
use crate::console::form::{FormScreen, findings};
use crate::console::refused::{self, Refused};
use crate::console::{Action, Model};
use crate::fleet::request::{Auth, Request};
use crate::fleet::transfer::{Course, Step};

/// From this width on the request stands beside the fields.
const BESIDE: u16 = 100;

/// Cells of a bar at most.
const BAR: usize = 40;

/// Between two figures.
const GAP: usize = 3;

/// The lines of the fields, and where the focused one is among them.
#[derive(Default)]
struct Sheet {
    lines: Vec<Line<'static>>,
    focus: usize,
    /// The line of the button while the cursor is on it, else 0.
    button: usize,
    /// Line and column of the cursor.
    cursor: Option<(usize, usize)>,
}

impl Sheet {
    fn push(&mut self, row: Row) {
        self.lines.push(row.line());
    }

    fn say(
        &mut self,
        paint: &Paint,
        indent: usize,
        mark: Option<Glyph>,
        name: Name,
        text: &str,
        width: usize,
    ) {
        let hang = if mark.is_some() { 2 } else { 0 };
        let room = width.saturating_sub(indent + hang);
        for (index, part) in wrap(text, room).into_iter().enumerate() {
            let mut row = Row::default();
            row.gap(indent);
            match mark {
                Some(glyph) if index == 0 => {
                    row.put(format!("{} ", paint.glyph(glyph)), paint.style(name));
                }
                _ => {
                    row.gap(hang);
                }
            }
            row.put(part, paint.style(name));
            self.push(row);
        }
    }
}

/// Draws the form.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    let Some(screen) = model.form() else { return };
    let beside = area.width >= BESIDE;
    let left = if beside {
        Rect {
            width: area.width * 11 / 20,
            ..area
        }
    } else {
        area
    };
    let width = usize::from(left.width.saturating_sub(1));
    let mut sheet = sheet(model, screen, paint, width, area.height < 16);
    let preview = preview(
        screen,
        paint,
        if beside {
            usize::from(area.width - left.width).saturating_sub(2)
        } else {
            width
        },
    );
    if beside {
        let right = Rect {
            x: left.right() + 1,
            width: area.width - left.width - 1,
            ..area
        };
        write::lines(frame.buffer_mut(), right, preview);
    } else {
        sheet.lines.push(Line::default());
        sheet.lines.extend(preview);
    }
    // The focused field stays visible, and with it what is said of it. Of the
    // button, the button first, and as much as fits of what it warns of.
    let height = usize::from(left.height);
    let slack = 2.min(height.saturating_sub(1));
    let top = (sheet.focus + slack + 1)
        .saturating_sub(height)
        .min(sheet.focus)
        .max((sheet.button + 1).saturating_sub(height));
    if let Some((line, column)) = sheet.cursor
        && model.overlay.is_none()
        && line >= top
        && line - top < height
    {
        let x = left.x + (column as u16).min(left.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(x, left.y + (line - top) as u16));
    }
    write::lines(frame.buffer_mut(), left, sheet.lines.into_iter().skip(top));
}

fn sheet(model: &Model, screen: &FormScreen, paint: &Paint, width: usize, tight: bool) -> Sheet {
    let form = screen.form();
    let mut sheet = Sheet::default();
    if !tight {
        sheet.say(paint, 1, None, Name::Dim, &t!(form.about), width);
        sheet.push(Row::default());
    }
    // On a small screen it stands where the eyes are.
    let at_button = tight && screen.on_button();
    if !at_button {
        refusal(&mut sheet, model, screen, paint, width);
    }
    let labels: Vec<String> = form
        .fields
        .iter()
        .map(|f| t!(f.label).into_owned())
        .collect();
    let widest = labels
        .iter()
        .map(|label| text::width(label))
        .max()
        .unwrap_or(0);
    let label_cells = widest.min(width / 2) + 2;
    for (index, label) in labels.iter().enumerate() {
        let focused = screen.focus() == index;
        let Some(line) = screen.line(index) else {
            continue;
        };
        let mut row = Row::default();
        let mark = if focused {
            paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        row.put(mark, paint.style(Name::Accent)).gap(1);
        let label_style = paint.style(if focused { Name::Title } else { Name::Text });
        row.left(&paint.cut(label, label_cells - 1), label_cells, label_style);
        let cells = width.saturating_sub(row.width()).min(40);
        let dot = paint.glyph(Glyph::Dot);
        let (shown, cursor) = line.window(cells.max(1), dot);
        if focused {
            sheet.focus = sheet.lines.len();
            sheet.cursor = Some((sheet.lines.len(), row.width() + cursor));
        }
        let style = paint.style(if focused {
            Name::FieldFocus
        } else {
            Name::Field
        });
        row.left(&shown, cells, style);
        sheet.push(row);
        beneath(model, screen, paint, &mut sheet, index, width, tight);
    }
    sheet.push(Row::default());
    if screen.on_button() {
        sheet.focus = sheet.lines.len();
    }
    for sentence in screen.before(model.data.cluster()) {
        sheet.say(
            paint,
            2,
            Some(Glyph::Warning),
            Name::Warning,
            &sentence,
            width,
        );
    }
    if at_button {
        refusal(&mut sheet, model, screen, paint, width);
    }
    if screen.on_button() {
        sheet.button = sheet.lines.len();
    }
    button(model, screen, paint, &mut sheet, width);
    if model.settings.read_only {
        let text = t!("READ-ONLY: nothing is sent. W allows changes.");
        sheet.say(paint, 2, Some(Glyph::Warning), Name::ReadOnly, &text, width);
    }
    sheet
}

/// What is said of a field: the server's words, what is wrong, what was found,
/// and help while it has the cursor.
fn beneath(
    model: &Model,
    screen: &FormScreen,
    paint: &Paint,
    sheet: &mut Sheet,
    index: usize,
    width: usize,
    tight: bool,
) {
    let focused = screen.focus() == index;
    let indent = 4;
    for words in screen.server_words(index) {
        sheet.say(
            paint,
            indent,
            Some(Glyph::Failed),
            Name::Failed,
            words,
            width,
        );
    }
    if let Some(problem) = screen.problem(index) {
        sheet.say(
            paint,
            indent,
            Some(Glyph::Failed),
            Name::Failed,
            &problem,
            width,
        );
    } else {
        for finding in findings(screen, &model.data, index) {
            let (glyph, name) = footer::level(finding.level);
            if !tight || focused {
                let text = text::clean_line(&finding.text);
                sheet.say(paint, indent, Some(glyph), name, &text, width);
            }
        }
    }
    if focused && let Some(field) = screen.form().fields.get(index) {
        sheet.say(paint, indent, None, Name::Dim, &t!(field.help), width);
        let words = screen.words(index);
        if !words.is_empty() {
            let text = t!("space: %{words}", words = words.join(" | "));
            sheet.say(paint, indent, None, Name::Dim, &text, width);
        }
        choices(model, screen, paint, sheet, index, width, tight);
    }
}

/// What the platform has for a field, those that stand in it marked.
fn choices(
    model: &Model,
    screen: &FormScreen,
    paint: &Paint,
    sheet: &mut Sheet,
    index: usize,
    width: usize,
    tight: bool,
) {
    let all = screen.choices(&model.data, index);
    if all.is_empty() {
        return;
    }
    let shown = if tight { 2 } else { 8 };
    let chosen = screen.chosen(index);
    let is_chosen = |value: &str| chosen.contains(&value);
    // The next one stands among those that are shown.
    let last = all.iter().rposition(|choice| is_chosen(&choice.value));
    let first = last.map_or(0, |last| (last + 2).saturating_sub(shown));
    let text = t!("space takes the next of these %{n}:", n = all.len());
    sheet.say(paint, 4, None, Name::Dim, &text, width);
    for choice in all.iter().skip(first).take(shown) {
        let (glyph, name) = if is_chosen(&choice.value) {
            (Glyph::Done, Name::Accent)
        } else {
            (Glyph::Dot, Name::Dim)
        };
        let words = text::clean_line(&format!("{}  {}", choice.value, choice.about));
        sheet.say(paint, 6, Some(glyph), name, words.trim_end(), width);
    }
}

fn refusal(sheet: &mut Sheet, model: &Model, screen: &FormScreen, paint: &Paint, width: usize) {
    let Some(refusal) = screen.refusal() else {
        return;
    };
    sheet.say(
        paint,
        1,
        Some(Glyph::Failed),
        Name::Failed,
        &refusal.title,
        width,
    );
    for line in refusal.lines.iter().filter(|line| line.field.is_empty()) {
        sheet.say(paint, 3, None, Name::Failed, &line.message, width);
    }
    if !refusal.advice.is_empty() {
        sheet.say(
            paint,
            3,
            None,
            Name::Warning,
            &t!(refusal.advice.clone()),
            width,
        );
    }
    if let Some(refused) = refused::shown(model) {
        let words = text::clean_line(&refused.by.words());
        sheet.say(paint, 3, None, Name::Warning, &words, width);
        if let Some(how) = opens(model, refused) {
            sheet.say(paint, 3, None, Name::Accent, &how, width);
        }
    }
    sheet.push(Row::default());
}

/// The key that opens what holds it, where something is known to.
fn opens(model: &Model, refused: &Refused) -> Option<String> {
    let key = model.keymap.keys(Action::Holder).next()?;
    let text = match refused.by.holders().len() {
        0 => return None,
        1 => t!("%{key} opens that task", key = key),
        _ => t!("%{key} opens these tasks on one screen", key = key),
    };
    Some(text.into_owned())
}

fn button(model: &Model, screen: &FormScreen, paint: &Paint, sheet: &mut Sheet, width: usize) {
    let mut row = Row::default();
    if let Some(course) = screen.course() {
        on_its_way(model, course, paint, sheet, width);
        return;
    }
    if screen.sent().is_some() {
        row.gap(2).put(
            format!(
                "{} {}",
                paint.glyph(Glyph::Running),
                t!("Sent; waiting for the answer")
            ),
            paint.style(Name::Running),
        );
    } else {
        let focused = screen.on_button();
        let mark = if focused {
            paint.glyph(Glyph::Selected)
        } else {
            " "
        };
        let style = paint.style(if focused { Name::Button } else { Name::Accent });
        row.put(mark, paint.style(Name::Accent))
            .gap(1)
            .put(format!("[ {} ]", screen.deed(model.data.cluster())), style)
            .gap(3)
            .put(t!("esc keeps a draft"), paint.style(Name::Dim));
    }
    sheet.push(row);
}

/// How far a file is.
fn on_its_way(model: &Model, course: &Course, paint: &Paint, sheet: &mut Sheet, width: usize) {
    let progress = course.progress();
    let running = Some(Glyph::Running);
    sheet.say(paint, 2, running, Name::Running, &course.deed(), width);
    if progress.step != Step::Waiting {
        let part = f64::from(progress.percent()) / 100.0;
        let (full, empty) = write::bar(paint, part, width.saturating_sub(6).min(BAR));
        let mut row = Row::default();
        row.gap(4)
            .put(full, paint.style(Name::Running))
            .put(empty, paint.style(Name::Dim));
        sheet.push(row);
    }
    let mut row = Row::default();
    for figure in course.figures(model.now) {
        // A number and its unit stay together.
        if row.width() > 0 && row.width() + GAP + text::width(&figure) > width {
            sheet.push(std::mem::take(&mut row));
        }
        row.gap(if row.width() > 0 { GAP } else { 4 });
        row.put(figure, paint.style(Name::Text));
    }
    sheet.push(row);
    sheet.say(paint, 4, None, Name::Dim, &t!("esc gives it up"), width);
}

/// The request as it will be sent, secrets masked.
fn preview(screen: &FormScreen, paint: &Paint, width: usize) -> Vec<Line<'static>> {
    let (request, complete) = screen.preview();
    let Some(request) = request else {
        return Vec::new();
    };
    let heading = if request.first.is_some() && complete {
        t!("These will be sent in this order, each once; the second only when the first is done:")
    } else if complete {
        t!("This will be sent, once:")
    } else {
        t!("This will be sent once the fields are right:")
    };
    let style = if complete {
        paint.style(Name::Text)
    } else {
        paint.style(Name::Dim)
    };
    let mut sheet = Sheet::default();
    sheet.say(paint, 1, None, Name::Dim, &heading, width);
    sheet.push(Row::default());
    for text in request_lines(&request) {
        if text.is_empty() {
            sheet.push(Row::default());
        }
        for part in wrap_keeping_indent(&text, width.saturating_sub(1)) {
            let mut row = Row::default();
            row.gap(1).put(part, style);
            sheet.push(row);
        }
    }
    sheet.lines
}

fn wrap_keeping_indent(value: &str, cells: usize) -> Vec<String> {
    let body = value.trim_start();
    let indent = value.len() - body.len();
    wrap(body, cells.saturating_sub(indent))
        .into_iter()
        .map(|part| format!("{}{part}", " ".repeat(indent)))
        .collect()
}

fn request_lines(request: &Request) -> Vec<String> {
    let mut out = Vec::new();
    for one in request.in_order() {
        if !out.is_empty() {
            out.push(String::new());
        }
        out.extend(one_request(one));
    }
    out
}

fn one_request(request: &Request) -> Vec<String> {
    let target = match &request.target {
        Some(target) => format!("http://{target}"),
        None => String::new(),
    };
    let mut out = vec![format!(
        "{} {target}{}",
        request.method.word(),
        request.path
    )];
    match request.auth {
        Auth::Open => {}
        _ if request.path.starts_with("/api/v2/") => out.push("Authorization: ***".to_owned()),
        Auth::Root => out.push("X-OCS-Header: ***".to_owned()),
        Auth::Agent => out.push("X-OCS-Agent-Header: ***".to_owned()),
    }
    if let Some(body) = &request.body {
        let json = serde_json::to_string_pretty(&body.masked()).unwrap_or_default();
        out.extend(json.lines().map(text::clean_line));
    }
    if let Some(task) = &request.makes {
        out.push(String::new());
        out.push(t!("It makes the task `%{name}`.", name = task).into_owned());
    }
    out
}
