//! Below the tree where there is no room for the detail beside it: the selected
//! node in a line, what is around it, the end of its log. A task that failed
//! says why here, in full, at any size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::detail::log_line;
use super::pen::{Pen, wrap};
use super::{rows, signs, state};
use crate::console::task::log::fold;
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::{Key, Node, State};
use crate::view::{Glyph, Name, Paint};

pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    screen: &TaskScreen,
    shown: &Shown,
    paint: &Paint,
) {
    let cut = paint.glyph(Glyph::Cut);
    let failed = shown.task().state == State::Failed;
    let selected = screen.selected();
    let work = selected.and_then(|key| shown.work(key));
    let mut line = 0;
    let cause = state::cause_words(shown).filter(|_| failed);
    let at_cause = shown.cause().is_some_and(|cause| {
        let nodes = &shown.task().nodes;
        nodes
            .get(cause.node)
            .is_some_and(|node| Some(&node.key) == work.map(|work| &work.key))
    });
    if area.height < 4 {
        if let Some(cause) = cause {
            let width = usize::from(area.width.saturating_sub(2));
            for text in wrap(&cause, width, usize::from(area.height)) {
                Pen::new(buffer, area, line, cut)
                    .skip(1)
                    .put(&text, paint.style(Name::Failed));
                line += 1;
            }
        } else if let Some(work) = work {
            let text = rows::last_line(work);
            Pen::new(buffer, area, line, cut)
                .skip(1)
                .put(&text, paint.style(Name::Dim));
        }
        return;
    }
    let (Some(key), Some(work)) = (selected, work) else {
        return;
    };
    head(
        &mut Pen::new(buffer, area, line, cut),
        screen,
        shown,
        key,
        work,
        paint,
    );
    around(
        &mut Pen::new(buffer, area, line + 1, cut),
        shown,
        key,
        paint,
    );
    line += 2;
    // Where the cursor is elsewhere the first cause still has its line.
    let said = if at_cause {
        shown.error(work)
    } else {
        cause.or_else(|| shown.error(work))
    };
    if let Some(said) = said {
        for text in wrap(&said, usize::from(area.width.saturating_sub(2)), 2) {
            Pen::new(buffer, area, line, cut)
                .skip(1)
                .put(&text, paint.style(Name::Failed));
            line += 1;
        }
    }
    let log = fold(work.logs.iter().map(|text| (None, None, text.as_str())));
    let room = usize::from(area.height.saturating_sub(line));
    for entry in &log[log.len().saturating_sub(room)..] {
        let mut pen = Pen::new(buffer, area, line, cut);
        log_line(pen.skip(3), &entry.text, entry.times, entry.level(), paint);
        line += 1;
    }
}

fn head(
    pen: &mut Pen<'_>,
    screen: &TaskScreen,
    shown: &Shown,
    key: &Key,
    work: &Node,
    paint: &Paint,
) {
    let now = screen.past().map_or(paint.now, |past| past.at);
    let style = paint.style(signs::name(work.state));
    pen.skip(1)
        .put(paint.glyph(signs::glyph(work.state)), style)
        .put(" ", style);
    pen.put(&rows::named(work, shown, true), paint.style(Name::Title));
    pen.put("  ", style).put(&signs::node_word(work), style);
    if let Some(attempt) = work.attempt.filter(|attempt| *attempt > 1) {
        pen.put(&t!(", attempt %{n}", n = attempt), style);
    }
    let why = shown
        .graph()
        .find(key)
        .map(|at| shown.why(at, now))
        .unwrap_or_default();
    if !why.is_empty() {
        pen.put("  ", style).put(&why, paint.style(Name::Waiting));
    }
}

/// The nearest on both sides, and how many more there are.
fn around(pen: &mut Pen<'_>, shown: &Shown, key: &Key, paint: &Paint) {
    let reach = shown.reach(key);
    let dim = paint.style(Name::Dim);
    let sides = [(t!("upstream"), &reach.up), (t!("downstream"), &reach.down)];
    pen.skip(3);
    for (label, found) in sides {
        let name = found
            .first()
            .and_then(|(node, _)| shown.task().nodes.get(*node));
        let name = name.map_or_else(|| t!("none").into_owned(), |node| node.name.clone());
        let more = found.len().saturating_sub(1);
        pen.put(&label, dim)
            .put(" ", dim)
            .put(&name, paint.style(Name::Text));
        if more > 0 {
            pen.put(&t!(", %{n} more", n = more), dim);
        }
        pen.put("   ", dim);
    }
}
