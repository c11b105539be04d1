//! A task as a tree of lines.

use jiff::Timestamp;
use rust_i18n::t;

use super::Manner;
use crate::base::{text, words};
use crate::fleet::task::glyph::Glyphs;
use crate::fleet::task::tree::{Branch, Folding, Item, Row, Tree};
use crate::fleet::task::{Counts, Graph, Node, State, Task, budget};

/// The whole task, nothing folded, nothing timed by our clock.
#[must_use]
pub fn whole(task: &Task, manner: Manner) -> String {
    let mut folding = Folding::default();
    folding
        .opened
        .extend(task.nodes.iter().map(|node| node.key.clone()));
    let graph = Graph::of(task);
    let rows = Tree::of(task, &graph).rows(task, &folding);
    let mut lines = vec![header(task, None, manner)];
    lines.extend(rows.iter().map(|row| line(task, row, None, manner)));
    for problem in &task.problems {
        lines.push(format!(" ! {problem}"));
    }
    lines.join("\n") + "\n"
}

/// The task within a height, as it stands now: what a live tree shows.
#[must_use]
pub fn live(task: &Task, now: Timestamp, height: usize, manner: Manner) -> Vec<String> {
    let graph = Graph::of(task);
    let rows = Tree::of(task, &graph).rows(task, &Folding::default());
    let rows = budget::fit(&rows, task, height.saturating_sub(1), None);
    let mut lines = vec![header(task, Some(now), manner)];
    lines.extend(rows.iter().map(|row| line(task, row, Some(now), manner)));
    // A crowd of running rows is never hidden by the layout; a live tree that
    // is taller than the terminal cannot be redrawn in place.
    lines.truncate(height);
    lines
}

/// Name, state, stage, time, id.
#[must_use]
pub fn header(task: &Task, now: Option<Timestamp>, manner: Manner) -> String {
    let mut parts = vec![format!(" {}", task.name), state(task.state, manner.ascii)];
    if task.stages > 0 {
        parts.push(t!("stage %{n} of %{all}", n = task.stage, all = task.stages).into_owned());
    }
    if let Some(ms) = took(task.started_at, task.ended_at, task.state, now) {
        parts.push(words::duration(ms));
    }
    let counts = Counts::of(task);
    if counts.total > 0 {
        parts.push(counts.words());
    }
    parts.push(task.id.to_string());
    cut(parts.join("   "), manner)
}

fn line(task: &Task, row: &Row, now: Option<Timestamp>, manner: Manner) -> String {
    let glyphs = Glyphs {
        ascii: manner.ascii,
    };
    let mut line = format!(" {}", guides(row, manner.ascii));
    match row.item {
        Item::Node { .. } => {
            if let (Some(node), Some(work)) = (row.node(task), row.work(task)) {
                line.push_str(&node_words(node, work, now, glyphs));
            }
            if row.hidden.total > 0 {
                line.push_str(&format!("   {}", row.hidden.words()));
            }
        }
        Item::Reference { .. } => {
            if let Some(node) = row.node(task) {
                line.push_str(&format!("{} {}", glyphs.reference(), node.name));
            }
        }
        Item::MoreReferences { count } => {
            line.push_str(&format!(
                "{} {}",
                glyphs.reference(),
                t!("%{n} more", n = count)
            ));
        }
        Item::RollUp => line.push_str(&format!("{} {}", glyphs.ellipsis(), row.hidden.words())),
    }
    cut(line, manner)
}

fn node_words(node: &Node, work: &Node, now: Option<Timestamp>, glyphs: Glyphs) -> String {
    let mut words_of = format!("{} {}", glyphs.state(node.state), node.name);
    if let Some(agent) = &work.agent {
        words_of.push_str(&format!(" @ {agent}"));
    }
    words_of.push_str(&format!("   {}", t!(node.state.word())));
    if let Some(ms) = took(node.started_at, node.ended_at, node.state, now) {
        words_of.push_str(&format!("   {}", words::duration(ms)));
    }
    if let Some(attempt) = work.attempt.filter(|attempt| *attempt > 1) {
        words_of.push_str(&format!("   {}", t!("attempt %{n}", n = attempt)));
    }
    if let Some(reason) = reason(work) {
        words_of.push_str(&format!("   {reason}"));
    }
    words_of
}

/// The line of the log that says why a node failed.
#[must_use]
pub fn reason(node: &Node) -> Option<&str> {
    if node.state != State::Failed {
        return None;
    }
    node.logs
        .iter()
        .rev()
        .find(|line| line.contains("ERROR"))
        .or(node.logs.last())
        .map(String::as_str)
}

/// The state as glyph and word.
#[must_use]
pub fn state(state: State, ascii: bool) -> String {
    format!("{} {}", Glyphs { ascii }.state(state), t!(state.word()))
}

fn took(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    state: State,
    now: Option<Timestamp>,
) -> Option<i64> {
    let end = if state.is_active() { now } else { end };
    Some(end?.duration_since(start?).as_millis() as i64)
}

fn guides(row: &Row, ascii: bool) -> String {
    let (trunk, tee, elbow) = if ascii {
        ("| ", "+ ", "` ")
    } else {
        ("│ ", "├ ", "└ ")
    };
    let depth = usize::from(row.depth);
    (0..depth)
        .map(|column| {
            let last = column + 1 == depth;
            match row.branch {
                Branch::Tee if last => tee,
                Branch::Elbow if last => elbow,
                _ if column < 64 && row.guides >> column & 1 == 1 => trunk,
                _ => "  ",
            }
        })
        .collect()
}

fn cut(line: String, manner: Manner) -> String {
    match manner.columns {
        Some(columns) => {
            let mark = Glyphs {
                ascii: manner.ascii,
            }
            .ellipsis();
            text::cut_end_with(&line, columns, mark).into_owned()
        }
        None => line,
    }
}
