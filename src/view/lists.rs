//! The plain lists: tasks and OBProxies. Only visible rows are built.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rust_i18n::t;

use super::write::{self, Row};
use super::{Glyph, Name, Paint, cluster, layout};
use crate::base::words;
use crate::console::Model;
use crate::fleet::cluster::Proxy;
use crate::fleet::task::plain::state_word;
use crate::fleet::task::{Counts, Source, Task};

/// Draws all tasks on the whole screen.
pub fn draw_all_tasks(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    draw_tasks(model, paint, frame, area, true);
}

/// Draws tasks, in the pane or on the whole screen.
pub fn draw_tasks(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect, focused: bool) {
    let pane = &model.screens.panes.tasks;
    let full = model.screen().is_tasks();
    let asks = pane.asks(&model.data, model.source(), full);
    let ask = asks.first().cloned().unwrap_or(crate::link::Ask::Tasks);
    let answered = model
        .data
        .known(&ask)
        .is_some_and(|known| known.asked.is_some());
    if !answered {
        cluster::say(paint, frame, area, &cluster::waiting(model, &ask));
        return;
    }
    let below = layout::list_area(area);
    let width = usize::from(area.width);
    let columns = Columns::of(width);
    let mut drawn = 0;
    for (y, task) in (below.y..below.bottom()).zip(pane.shown(&model.data)) {
        let selected = pane.list.selected() == Some(&task.id);
        let row = task_line(task, paint, columns, selected);
        select(
            paint,
            frame,
            Rect::new(area.x, y, area.width, 1),
            &row,
            selected,
            focused,
        );
        drawn += 1;
    }
    if drawn == 0 {
        let sentence = if pane.status.is_some() && pane.filter.is_empty() {
            t!("No task of this status. s shows others.")
        } else if pane.filter.is_empty() && model.source() == Source::Ocp {
            t!("No task yet. Whatever changes a cluster makes one. a: what may be done.")
        } else if pane.filter.is_empty() {
            t!("No task yet. Whatever changes the cluster makes one. J: join a node.")
        } else {
            t!(
                "Nothing matches /%{filter}. esc shows all.",
                filter = pane.filter
            )
        };
        cluster::say(paint, frame, area, &sentence);
    } else if below.y > area.y {
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &columns.names(paint), area.width);
    }
}

/// Draws a row; the selected one is marked in its first column too.
pub(super) fn select(
    paint: &Paint,
    frame: &mut Frame<'_>,
    area: Rect,
    line: &Line<'static>,
    selected: bool,
    focused: bool,
) {
    frame
        .buffer_mut()
        .set_line(area.x, area.y, line, area.width);
    if selected {
        if focused {
            paint.select(frame.buffer_mut(), area);
        } else {
            frame.buffer_mut().set_style(area, paint.style(Name::Title));
        }
    }
}

#[derive(Clone, Copy)]
struct Columns {
    name: usize,
    state: usize,
    stage: usize,
    took: usize,
    ago: usize,
    id: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        let mut columns = Self {
            name: 0,
            state: 0,
            stage: 7,
            took: 0,
            ago: 0,
            id: 0,
        };
        let mut room = width.saturating_sub(5 + columns.stage);
        let mut take = |cells: usize, keep: usize| {
            let fits = room >= cells + keep;
            if fits {
                room -= cells;
                cells
            } else {
                0
            }
        };
        columns.state = take(12, 16);
        columns.took = take(13, 18);
        columns.ago = take(12, 24);
        columns.id = take(21, 28);
        columns.name = room;
        columns
    }

    fn names(self, paint: &Paint) -> Line<'static> {
        let style = paint.style(Name::Dim);
        let name = |cells: usize, name: std::borrow::Cow<'static, str>| {
            if cells == 0 {
                String::new()
            } else {
                name.into_owned()
            }
        };
        let mut row = Row::default();
        row.gap(4)
            .left(&t!("task"), self.name, style)
            .left(&name(self.state, t!("state")), self.state, style)
            .right(&t!("stage"), self.stage, style)
            .right(&name(self.took, t!("took")), self.took, style)
            .right(&name(self.ago, t!("started")), self.ago, style)
            .right(&name(self.id, t!("id")), self.id, style);
        row.line()
    }
}

fn task_line(task: &Task, paint: &Paint, columns: Columns, selected: bool) -> Line<'static> {
    let (glyph, name) = write::state(task.state);
    let mut row = Row::default();
    let mark = if selected {
        paint.glyph(Glyph::Selected)
    } else {
        " "
    };
    row.put(mark, paint.style(Name::Accent)).gap(1);
    row.put(paint.glyph(glyph), paint.style(name)).gap(1);
    let cut = paint.cut(&task.name, columns.name.saturating_sub(1));
    row.left(&cut, columns.name, paint.text());
    if columns.state > 0 {
        let state = paint.cut(&state_word(task.state), columns.state - 1);
        row.left(&state, columns.state, paint.style(name));
    }
    let stage = if task.stages > 0 {
        format!("{}/{}", task.stage, task.stages)
    } else if task.nodes.is_empty() {
        String::new()
    } else {
        // A platform's task has no stages; its subtasks are counted.
        let counts = Counts::of(task);
        format!("{}/{}", counts.done + counts.skipped, counts.total)
    };
    row.right(&stage, columns.stage, paint.text());
    let (took, ago) = times(task, paint.now);
    if columns.took > 0 {
        row.right(&took, columns.took, paint.text());
    }
    if columns.ago > 0 {
        row.right(&ago, columns.ago, paint.style(Name::Dim));
    }
    if columns.id > 0 {
        let id = paint.cut_middle(&task.id.0, columns.id - 1);
        row.right(&id, columns.id, paint.style(Name::Dim));
    }
    row.line()
}

fn times(task: &Task, now: Timestamp) -> (String, String) {
    let Some(started) = task.started_at else {
        return (String::new(), String::new());
    };
    let started = started.as_millisecond();
    let ended = task.ended_at.map(Timestamp::as_millisecond);
    let took = match ended {
        Some(ended) => words::duration(ended - started),
        None if task.is_live() => words::duration(now.as_millisecond() - started),
        None => String::new(),
    };
    (took, words::age(now.as_millisecond() - started))
}

/// Draws the OBProxies.
pub fn draw_proxies(
    model: &Model,
    paint: &Paint,
    frame: &mut Frame<'_>,
    area: Rect,
    focused: bool,
) {
    let Some(found) = model.data.cluster() else {
        let sentence = cluster::waiting(model, &model.data.cluster_ask());
        cluster::say(paint, frame, area, &sentence);
        return;
    };
    if found.proxies.is_empty() {
        cluster::say(
            paint,
            frame,
            area,
            &if model.source() == Source::Ocp {
                t!("No OBProxy cluster reaches this cluster. `:proxy-cluster-create` makes one.")
            } else {
                t!("No OBProxy is managed here. a: add one")
            },
        );
        return;
    }
    let list = &model.screens.panes.proxies;
    let rows = found.proxies.iter().skip(list.offset());
    let mut below = area;
    for (y, proxy) in (area.y..area.bottom()).zip(rows) {
        below.y = y + 1;
        below.height = area.bottom() - below.y;
        let selected = list.selected() == Some(&proxy.address);
        let line = proxy_line(proxy, paint, selected, usize::from(area.width));
        select(
            paint,
            frame,
            Rect::new(area.x, y, area.width, 1),
            &line,
            selected,
            focused,
        );
    }
    if model.source() == Source::Obshell {
        cluster::say(
            paint,
            frame,
            below,
            &t!("port and state: obshell tells none"),
        );
    }
}

fn proxy_line(proxy: &Proxy, paint: &Paint, selected: bool, width: usize) -> Line<'static> {
    let mut row = Row::default();
    let mark = if selected {
        paint.glyph(Glyph::Selected)
    } else {
        " "
    };
    row.put(mark, paint.style(Name::Accent)).gap(1);
    match &proxy.status {
        Some(status) => {
            let (glyph, name) = write::mood(status.mood());
            row.put(paint.glyph(glyph), paint.style(name));
        }
        None => {
            row.put(paint.glyph(Glyph::Dot), paint.style(Name::Dim));
        }
    }
    row.gap(1);
    let room = width.saturating_sub(4);
    let name = paint.cut_middle(&proxy.address.to_string(), room);
    row.left(&name, room.min(24), paint.text());
    // obshell tells neither port nor state of an OBProxy (`api/obshell.md §4.5`).
    let about = match (&proxy.status, &proxy.version) {
        (Some(status), _) => status.0.clone(),
        (None, Some(version)) => version.clone(),
        (None, None) => t!("managed").into_owned(),
    };
    let rest = width.saturating_sub(row.width());
    row.put(paint.cut(&about, rest), paint.style(Name::Dim));
    row.line()
}
