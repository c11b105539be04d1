//! A task as lines of text: `task show -o tree`, the inline tree of `task
//! watch`, and what goes into a report.

use std::fmt::Write as _;

use jiff::Timestamp;
use rust_i18n::t;

use super::cause;
use super::counts::Counts;
use super::estimate::{Estimate, History};
use super::glyph::Glyphs;
use super::graph::Graph;
use super::model::{Node, Phase, State, Task};
use super::reason::Reasons;
use super::tree::{Branch, Fold, Folding, Item, Row, Tree};
use crate::base::{text, words};

/// How the text is made.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Only ASCII.
    pub ascii: bool,
    /// Cells that a line may take; `None`: as long as it is.
    pub width: Option<usize>,
    /// The time that running things are measured against.
    pub now: Timestamp,
}

/// The line of text of a state, in the reader's language.
#[must_use]
pub fn state_word(state: State) -> String {
    match state {
        State::Pending => t!("pending"),
        State::Ready => t!("queued"),
        State::Running => t!("running"),
        State::Waiting => t!("waiting"),
        State::Succeeded => t!("succeeded"),
        State::Failed => t!("failed"),
        State::Cancelling => t!("cancelling"),
        State::Cancelled => t!("cancelled"),
        State::RollingBack => t!("rolling back"),
        State::RolledBack => t!("rolled back"),
        State::Skipped => t!("skipped"),
        State::Unknown => t!("unknown"),
    }
    .into_owned()
}

/// The word of a phase, in the reader's language.
#[must_use]
pub fn phase_word(phase: Phase) -> String {
    match phase {
        Phase::Forward => t!("forward"),
        Phase::Retrying => t!("retrying"),
        Phase::RollingBack => t!("rolling back"),
        Phase::Cancelling => t!("cancelling"),
    }
    .into_owned()
}

/// Whether it can be said how long it will take: its way ahead is known.
#[must_use]
pub fn moves_forward(task: &Task) -> bool {
    task.is_live()
        && task.state != State::Waiting
        && matches!(task.phase, Phase::Forward | Phase::Retrying)
        && !task.nodes.is_empty()
}

/// The line above the tree: name, state, stage, time, what is left, id.
#[must_use]
pub fn header(task: &Task, estimate: &Estimate, style: Style) -> String {
    let mut parts = vec![format!(
        "{} {}",
        Glyphs { ascii: style.ascii }.state(task.state),
        task.name
    )];
    let mut state = state_word(task.state);
    if task.is_live() && task.phase != Phase::Forward || task.state == State::Running {
        let phase = phase_word(task.phase);
        if phase != state {
            state = format!("{state} {phase}");
        }
    }
    parts.push(state);
    if task.stages > 0 {
        parts.push(t!("stage %{n} of %{all}", n = task.stage, all = task.stages).into_owned());
    } else {
        let counts = Counts::of(task);
        if counts.total > 0 {
            parts.push(t!("%{n} of %{all}", n = counts.done, all = counts.total).into_owned());
        }
    }
    parts.extend(task.duration_ms(style.now).map(words::duration));
    if moves_forward(task) {
        let words = estimate.words(0);
        parts.push(words.unwrap_or_else(|| t!("no estimate").into_owned()));
    }
    parts.push(task.id.to_string());
    parts.join("   ")
}

/// The end of a task in one line: what, how it ended, how long it took and how
/// long that usually takes, why it failed.
#[must_use]
pub fn summary(task: &Task, history: &History) -> String {
    let mut line = format!("{}: {}", task.name, state_word(task.state));
    if let Some(ms) = task.duration_ms(task.ended_at.unwrap_or_default()) {
        let time = words::duration(ms);
        line.push_str(&t!(" after %{time}", time = time));
        if let Some(usual) = history.usual_task(&task.name) {
            line.push_str(&t!(" (usual %{usual})", usual = usual.words()));
        }
    }
    if task.state == State::Failed
        && let Some(cause) = cause::words(task, &Graph::of(task))
    {
        line.push_str("; ");
        line.push_str(&cause);
    }
    let _ = write!(line, "   {}", task.id);
    line
}

/// The tree, one line a row, columns aligned.
#[must_use]
pub fn lines(task: &Task, graph: &Graph, rows: &[Row], style: Style) -> Vec<String> {
    let reasons = Reasons::of(task, graph);
    let cells: Vec<[String; 4]> = rows
        .iter()
        .map(|row| row_cells(task, graph, &reasons, row, style))
        .collect();
    let widest = |column: usize| {
        let widths = cells.iter().map(|cells| text::width(&cells[column]));
        widths.max().unwrap_or(0)
    };
    let (name, note, time) = (widest(0), widest(1), widest(2));
    let ellipsis = Glyphs { ascii: style.ascii }.ellipsis();
    cells
        .iter()
        .map(|[first, second, third, last]| {
            let mut line = text::pad_right(first, name);
            for (cell, width, right) in [(second, note, false), (third, time, true)] {
                if width > 0 {
                    line.push_str("   ");
                    line.push_str(&if right {
                        text::pad_left(cell, width)
                    } else {
                        text::pad_right(cell, width)
                    });
                }
            }
            if !last.is_empty() {
                line.push_str("   ");
                line.push_str(last);
            }
            let line = line.trim_end();
            match style.width {
                Some(width) => text::cut_end_with(line, width, ellipsis).into_owned(),
                None => line.to_owned(),
            }
        })
        .collect()
}

/// Header and tree of a task, folded as it is told, with why it failed and what
/// is ahead.
#[must_use]
pub fn show(
    task: &Task,
    folding: &Folding,
    estimate: &Estimate,
    history: &History,
    style: Style,
) -> String {
    let graph = Graph::of(task);
    let rows = Tree::of(&graph).rows(task, folding);
    let mut out = vec![header(task, estimate, style)];
    let ellipsis = Glyphs { ascii: style.ascii }.ellipsis();
    let fit = |line: String| match style.width {
        Some(width) => text::cut_end_with(&line, width, ellipsis).into_owned(),
        None => line,
    };
    let cause = cause::words(task, &graph);
    let cause = cause.map(|cause| t!("first cause: %{cause}", cause = cause).into_owned());
    out.extend(cause.map(fit));
    out.extend(outlook(task, estimate, history));
    out.extend(lines(task, &graph, &rows, style));
    let sign = if style.ascii { "!" } else { "⚠" };
    out.extend(task.problems.iter().map(|said| format!("{sign} {said}")));
    out.join("\n") + "\n"
}

/// What is still ahead on the longest way, with what each step usually takes.
fn outlook(task: &Task, estimate: &Estimate, history: &History) -> Option<String> {
    if !moves_forward(task) || estimate.path.is_empty() {
        return None;
    }
    let named = |at: &usize| {
        let name = &task.nodes[*at].name;
        match history.usual(name) {
            Some(usual) => format!("{name} ({})", usual.words()),
            None => name.clone(),
        }
    };
    let names: Vec<String> = estimate.path.iter().map(named).collect();
    Some(t!("critical path: %{path}", path = names.join(", ")).into_owned())
}

/// The guide lines before a row: `│ ├ `.
#[must_use]
pub fn guides(row: &Row, ascii: bool) -> String {
    let mut out = String::new();
    let hang = u16::from(row.branch != Branch::None);
    for column in 0..row.depth.saturating_sub(hang) {
        let runs = u32::from(column) < u64::BITS && row.guides >> column & 1 == 1;
        out.push_str(match (runs, ascii) {
            (false, _) => "  ",
            (true, false) => "│ ",
            (true, true) => "| ",
        });
    }
    out.push_str(match (row.branch, ascii) {
        (Branch::None, _) => "",
        (Branch::Tee, false) => "├ ",
        (Branch::Tee, true) => "+ ",
        (Branch::Elbow, false) => "└ ",
        (Branch::Elbow, true) => "` ",
    });
    out
}

/// What a row is called: a sub-task beside others of its stage by its agent,
/// which is all that tells them apart.
#[must_use]
pub fn row_name(task: &Task, row: &Row) -> String {
    let Some(node) = row.node(task) else {
        return String::new();
    };
    match (&node.agent, stage_of(task, node)) {
        (Some(agent), Some(stage)) if stage.name == node.name => agent.to_string(),
        (Some(agent), _) => format!("{} @ {agent}", node.name),
        (None, _) => node.name.clone(),
    }
}

fn stage_of<'a>(task: &'a Task, node: &Node) -> Option<&'a Node> {
    node.parent.as_ref().and_then(|key| task.node(key))
}

fn row_cells(
    task: &Task,
    graph: &Graph,
    reasons: &Reasons,
    row: &Row,
    style: Style,
) -> [String; 4] {
    let glyphs = Glyphs { ascii: style.ascii };
    let guides = guides(row, style.ascii);
    let node = match row.item {
        Item::Node { node, .. } => node,
        Item::Reference { .. } => {
            let name = row_name(task, row);
            let cell = format!("{guides}{} {name}", glyphs.reference());
            return [cell, String::new(), String::new(), String::new()];
        }
        Item::MoreReferences { count } => {
            let more = t!("%{n} more wait for it", n = count);
            let cell = format!("{guides}{} {more}", glyphs.reference());
            return [cell, String::new(), String::new(), String::new()];
        }
        Item::RollUp => {
            let cell = format!("{guides}  {}", row.hidden.words());
            return [cell, String::new(), String::new(), String::new()];
        }
    };
    let shown = &task.nodes[node];
    let fold = match row.fold {
        Fold::None => String::new(),
        Fold::Open => format!("{} ", glyphs.open()),
        Fold::Folded => format!("{} ", glyphs.folded()),
    };
    let name = format!(
        "{guides}{fold}{} {}",
        glyphs.state(shown.state),
        row_name(task, row)
    );
    let time = shown
        .duration_ms(style.now)
        .map(words::duration)
        .unwrap_or_default();
    let mut last = Vec::new();
    let quiet = matches!(
        shown.state,
        State::Pending | State::Ready | State::Running | State::Succeeded
    );
    if !quiet {
        last.push(state_word(shown.state));
    }
    last.extend(news(task, graph, reasons, row, style.now));
    [name, note(task, graph, row, node), time, last.join("   ")]
}

/// Agents of a stage, who does the work, which attempt.
fn note(task: &Task, graph: &Graph, row: &Row, node: usize) -> String {
    let children = graph.children(node);
    let work = row.work(task);
    let attempt = work
        .and_then(|work| work.attempt)
        .filter(|attempt| *attempt > 1)
        .map(|attempt| t!("attempt %{n}", n = attempt).into_owned());
    let mut parts = Vec::new();
    if children.len() > 1 {
        let done = children
            .iter()
            .filter(|at| task.nodes[**at].state == State::Succeeded)
            .count();
        parts.push(if done == children.len() || done == 0 {
            t!("%{n} agents", n = children.len()).into_owned()
        } else {
            t!("%{n} of %{all}", n = done, all = children.len()).into_owned()
        });
    }
    parts.extend(attempt);
    parts.join(", ")
}

/// Why it failed or what it waits for; quiet for what has nothing to say.
fn news(
    task: &Task,
    graph: &Graph,
    reasons: &Reasons,
    row: &Row,
    now: Timestamp,
) -> Option<String> {
    let node = row.item.node()?;
    let state = task.nodes[node].state;
    if state == State::Failed {
        return cause::error_of(row.work(task)?).map(|error| error.short().to_owned());
    }
    let can_say = state.is_active() || matches!(state, State::Ready | State::Waiting);
    let why = can_say.then(|| reasons.why(task, graph, node).words(task, now))?;
    // The attempt has a column of its own.
    (!why.is_empty()
        && !matches!(
            reasons.why(task, graph, node).reason,
            super::reason::Reason::Retrying { .. }
        ))
    .then_some(why)
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Failed, Pending, Running, Succeeded};
    use super::super::sample;
    use super::*;

    fn task() -> Task {
        let mut task = sample::stages(&[
            ("Integrate config", Succeeded, &[Succeeded]),
            (
                "Create observer workdir",
                Succeeded,
                &[Succeeded, Succeeded, Succeeded],
            ),
            ("Start observer", Running, &[Succeeded, Failed, Running]),
            ("Cluster boostrap", Pending, &[Pending]),
        ]);
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).ok();
        task.started_at = at(0);
        task.stage = 3;
        (task.nodes[0].started_at, task.nodes[0].ended_at) = (at(0), at(1));
        (task.nodes[2].started_at, task.nodes[2].ended_at) = (at(1), at(4));
        task.nodes[6].started_at = at(11);
        (task.nodes[7].started_at, task.nodes[7].ended_at) = (at(11), at(23));
        task.nodes[8].logs = vec!["ERROR: [Common.Unexpected]: connection refused".into()];
        task.nodes[9].started_at = at(11);
        task.nodes[9].attempt = Some(2);
        task
    }

    fn style(ascii: bool, width: Option<usize>) -> Style {
        Style {
            ascii,
            width,
            now: Timestamp::from_second(1_800_000_042).unwrap(),
        }
    }

    fn shown(style: Style) -> String {
        let (folding, history) = (Folding::default(), History::default());
        show(&task(), &folding, &Estimate::default(), &history, style)
    }

    #[test]
    fn looks_as_promised() {
        assert_eq!(
            shown(style(false, None)),
            "\
◉ Initialize cluster   running forward   stage 3 of 4   42 s   no estimate   22130706433028868
first cause: Start observer @ 10.0.0.6:2886: connection refused
✓ Integrate config                        1.0 s
▸ ✓ Create observer workdir   3 agents    3.0 s
▾ ◉ Start observer            1 of 3       31 s   waiting on 10.0.0.7:2886 for 31 s
├ ✓ 10.0.0.5:2886                          12 s
├ ✗ 10.0.0.6:2886                                 failed   connection refused
└ ◉ 10.0.0.7:2886             attempt 2    31 s
◌ Cluster boostrap
"
        );
    }

    #[test]
    fn ascii_is_ascii_and_fits() {
        let text = shown(style(true, Some(40)));
        assert!(text.is_ascii(), "{text}");
        let tree = text.lines().skip(1);
        assert!(tree.map(text::width).all(|width| width <= 40), "{text}");
    }
}
