//! Sentences about what is ahead of a task: what it waits for, how long it may
//! take and what that rests on, what it holds back meanwhile.

use jiff::Timestamp;
use rust_i18n::t;

use crate::base::{text, words};
use crate::console::refused::Refused;
use crate::console::task::{Shown, TaskScreen};
use crate::fleet::task::{State, holds, joined, plain, reason};
use crate::link::Held;
use crate::view::Paint;

/// Steps of the critical path that are named.
const NAMED: usize = 6;

/// `about 50 s left, by 6 runs`, or plainly that nobody knows.
pub(super) fn left(screen: &TaskScreen, shown: &Shown, now: Timestamp) -> Option<String> {
    if screen.past().is_some() || !plain::moves_forward(shown.task()) {
        return None;
    }
    let since = screen
        .arrived_at()
        .map_or(0, |at| now.as_millisecond() - at.as_millisecond());
    let words = screen.forecast().estimate.words(since);
    Some(words.unwrap_or_else(|| t!("no estimate").into_owned()))
}

/// How long such a task usually takes.
pub(super) fn usual(screen: &TaskScreen, shown: &Shown) -> Option<String> {
    let usual = screen.forecast().history.usual_task(&shown.task().name)?;
    Some(usual.words())
}

/// The steps that are still ahead on the longest way.
pub(super) fn path(screen: &TaskScreen, shown: &Shown) -> Option<String> {
    if screen.past().is_some() || !plain::moves_forward(shown.task()) {
        return None;
    }
    let path = &screen.forecast().estimate.path;
    let nodes = &shown.task().nodes;
    let names = path.iter().take(NAMED).filter_map(|at| nodes.get(*at));
    let mut names: Vec<String> = names.map(|node| node.name.clone()).collect();
    if names.is_empty() {
        return None;
    }
    if path.len() > NAMED {
        names.push(t!("%{n} more", n = path.len() - NAMED).into_owned());
    }
    Some(names.join(", "))
}

/// The work that is at the front, with its agent and since when.
pub(super) fn waiting_on(shown: &Shown, now: Timestamp) -> Option<String> {
    let task = shown.task();
    let front = reason::waiting_on(task, shown.graph());
    let longest = front.iter().min_by_key(|at| {
        let node = &task.nodes[**at];
        node.started_at.unwrap_or(Timestamp::MAX)
    })?;
    let node = &task.nodes[*longest];
    let mut words = node.name.clone();
    if let Some(agent) = &node.agent {
        words = format!("{words} @ {agent}");
    }
    if let Some(from) = node.started_at {
        let ms = now.as_millisecond() - from.as_millisecond();
        words.push_str(&t!(" for %{time}", time = words::duration(ms.max(0))));
    }
    if front.len() > 1 {
        words.push_str(&t!(", %{n} more", n = front.len() - 1));
    }
    Some(words)
}

/// What it locks, and who waits for that.
pub(super) fn holds(shown: &Shown) -> Vec<String> {
    holds::words(shown.task())
}

/// A change that was refused because of it: when, what, and whether it still
/// stands in the way.
pub(super) fn waits(shown: &Shown, refused: &Refused, paint: &Paint) -> String {
    let change = &refused.change;
    let what = text::clean_line(&format!("{}, {}", change.deed, change.request));
    let time = paint.clock(refused.at);
    let words = if is_over(shown, refused) {
        t!(
            "at %{time}: %{what}; this task is over, so it may be sent again",
            time = time,
            what = what
        )
    } else if matches!(refused.by, Held::By(_)) {
        t!(
            "at %{time}: %{what}; waits for this task",
            time = time,
            what = what
        )
    } else {
        t!(
            "at %{time}: %{what}; perhaps because of this task",
            time = time,
            what = what
        )
    };
    words.into_owned()
}

/// Whether every task on the screen that stood in its way has let go.
fn is_over(shown: &Shown, refused: &Refused) -> bool {
    let task = shown.task();
    let lets_go =
        |state: State| matches!(state, State::Succeeded | State::Skipped | State::RolledBack);
    refused.by.holders().iter().all(|holder| {
        if holder.id == task.id {
            return lets_go(task.state);
        }
        // Under a roof each task stands under a head of its own.
        let head = shown.node(&joined::head_key(&holder.id));
        head.is_none_or(|head| lets_go(head.state))
    })
}

/// Who sent the request that made it, and when: its line of the audit log.
pub(super) fn origin(screen: &TaskScreen, paint: &Paint) -> Option<String> {
    let origin = screen.origin()?;
    let time = origin.at.to_zoned(paint.zone.clone());
    let time = time.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let words = if origin.who.is_empty() {
        t!(
            "at %{time} from this console: %{request}, trace %{trace}",
            time = time,
            request = origin.request,
            trace = origin.trace
        )
    } else {
        t!(
            "by %{who} at %{time} from this console: %{request}, trace %{trace}",
            who = origin.who,
            time = time,
            request = origin.request,
            trace = origin.trace
        )
    };
    Some(words.into_owned())
}
