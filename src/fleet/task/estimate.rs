//! What is left of a task and how long it may take, from earlier runs of the
//! same steps. Never a number without its basis.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use rust_i18n::t;

use super::graph::Graph;
use super::model::{Phase, State, Task};
use crate::base::words;

/// Durations of steps and of whole tasks that ran to their end, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    runs: HashMap<String, Vec<i64>>,
    tasks: HashMap<String, Vec<i64>>,
}

/// One duration that a task which ended teaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Name of the task.
    pub task: String,
    /// Name of the step; `None`: the task as a whole.
    pub node: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: i64,
}

/// Runs of one step that are remembered.
const KEPT: usize = 50;

/// Median and spread of the runs of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// The middle run, in milliseconds.
    pub median_ms: i64,
    /// Distance from the first to the third quarter of the runs.
    pub spread_ms: i64,
    /// How many runs that rests on.
    pub runs: usize,
}

/// What is left of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The longest remaining chain of steps, as positions in [`Task::nodes`].
    pub path: Vec<usize>,
    /// Milliseconds until it has ended; `None` where one of its steps never ran before.
    pub eta_ms: Option<i64>,
    /// Sum of the spreads along the path.
    pub spread_ms: i64,
    /// The fewest runs that one of its steps rests on.
    pub runs: usize,
}

impl History {
    /// Adds one run of a step.
    pub fn add(&mut self, name: &str, duration_ms: i64) {
        keep(self.runs.entry(name.to_owned()).or_default(), duration_ms);
    }

    /// Adds what a task taught.
    pub fn learn(&mut self, lessons: &[Lesson]) {
        for lesson in lessons {
            match &lesson.node {
                Some(node) => self.add(node, lesson.ms),
                None => keep(
                    self.tasks.entry(lesson.task.clone()).or_default(),
                    lesson.ms,
                ),
            }
        }
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.tasks.is_empty()
    }

    /// What a step usually takes.
    #[must_use]
    pub fn usual(&self, name: &str) -> Option<Usual> {
        usual(self.runs.get(name)?)
    }

    /// What a whole task usually takes.
    #[must_use]
    pub fn usual_task(&self, name: &str) -> Option<Usual> {
        usual(self.tasks.get(name)?)
    }
}

/// The newest runs say more about the next one than those of last year.
fn keep(runs: &mut Vec<i64>, ms: i64) {
    if ms >= 0 {
        if runs.len() == KEPT {
            runs.remove(0);
        }
        runs.push(ms);
    }
}

fn usual(runs: &[i64]) -> Option<Usual> {
    let mut runs = runs.to_vec();
    runs.sort_unstable();
    let last = runs.len().checked_sub(1)?;
    // The quarters lie outwards: two runs that differ have a spread.
    let at = |place: usize| runs.get(place).copied();
    Some(Usual {
        median_ms: at(last / 2)?,
        spread_ms: at((last * 3).div_ceil(4))? - at(last / 4)?,
        runs: runs.len(),
    })
}

impl Usual {
    /// In words, never without its basis: `1 min 55 s ± 10 s, 6 runs`.
    #[must_use]
    pub fn words(&self) -> String {
        let time = words::duration(self.median_ms);
        if self.runs == 1 {
            return t!("%{time}, 1 run", time = time).into_owned();
        }
        let spread = words::duration(self.spread_ms);
        t!(
            "%{time} ± %{spread}, %{n} runs",
            time = time,
            spread = spread,
            n = self.runs
        )
        .into_owned()
    }
}

impl Estimate {
    /// What is left, in words, never without its basis: `about 50 s left, by 6
    /// runs`. `None` where nothing is known of one of the steps.
    #[must_use]
    pub fn words(&self, since_ms: i64) -> Option<String> {
        let left = (self.eta_ms? - since_ms.max(0)).max(0);
        let time = words::rough(left);
        Some(if left == 0 {
            t!("longer than usual").into_owned()
        } else if self.runs == 1 {
            t!("about %{time} left, by 1 run", time = time).into_owned()
        } else {
            t!(
                "about %{time} left, by %{n} runs",
                time = time,
                n = self.runs
            )
            .into_owned()
        })
    }
}

/// What a task that has ended teaches: its steps that ran once and succeeded
/// and, where all of it went well at once, itself.
#[must_use]
pub fn lessons(task: &Task) -> Vec<Lesson> {
    let lesson = |node: Option<&str>, ms: i64| Lesson {
        task: task.name.clone(),
        node: node.map(str::to_owned),
        ms,
    };
    let mut lessons: Vec<Lesson> = durations(task)
        .map(|(name, ms)| lesson(Some(name), ms))
        .collect();
    let straight = task.state == State::Succeeded
        && task
            .nodes
            .iter()
            .all(|node| node.attempt.is_none_or(|n| n <= 1) && node.state == State::Succeeded);
    if straight && let (Some(from), Some(to)) = (task.started_at, task.ended_at) {
        let ms = to.as_millisecond() - from.as_millisecond();
        if ms >= 0 {
            lessons.push(lesson(None, ms));
        }
    }
    lessons
}

/// The durations that a task teaches: steps (not the sub-tasks in them) that
/// ran once and succeeded.
pub fn durations(task: &Task) -> impl Iterator<Item = (&str, i64)> {
    let steps = task.nodes.iter().filter(|node| node.parent.is_none());
    steps
        .filter(|node| node.state == State::Succeeded && node.attempt.is_none_or(|n| n <= 1))
        .filter_map(|node| {
            let took = node.ended_at?.duration_since(node.started_at?).as_millis();
            Some((node.name.as_str(), took as i64))
        })
}

/// What is left of a task that moves forward. Without any history the path is
/// the one with the most steps.
#[must_use]
pub fn remaining(task: &Task, graph: &Graph, history: &History, now: Timestamp) -> Estimate {
    if !task.is_live() || task.phase == Phase::RollingBack || task.phase == Phase::Cancelling {
        return Estimate::default();
    }
    let left = |at: usize| graph.parent(at).is_none() && !is_over(task.nodes[at].state);
    let mut names: HashMap<&str, Option<Usual>> = HashMap::new();
    let usual: Vec<Option<Usual>> = task
        .nodes
        .iter()
        .map(|node| {
            let name = node.name.as_str();
            *names.entry(name).or_insert_with(|| history.usual(name))
        })
        .collect();
    let cost = |at: usize| {
        let node = &task.nodes[at];
        let usual = usual[at]?.median_ms;
        let spent = match node.started_at {
            Some(started) if node.state.is_active() => now.duration_since(started).as_millis(),
            _ => 0,
        };
        Some((usual - spent as i64).max(0))
    };
    // Longest way to the end, from the last node backwards: time, then steps.
    let mut longest = vec![(0_i64, 0_usize, None); task.nodes.len()];
    for &at in graph.order().iter().rev().filter(|at| left(**at)) {
        let best = graph
            .down(at)
            .iter()
            .filter(|next| left(**next) && graph.rank(**next) > graph.rank(at))
            .max_by_key(|next| (longest[**next].0, longest[**next].1, graph.rank(**next)));
        let (time, steps) = best.map_or((0, 0), |next| (longest[*next].0, longest[*next].1));
        longest[at] = (time + cost(at).unwrap_or(0), steps + 1, best.copied());
    }
    let start = graph.order().iter().copied().filter(|at| left(*at));
    let start = start.max_by_key(|at| {
        let (time, steps, _) = longest[*at];
        (time, steps, std::cmp::Reverse(graph.rank(*at)))
    });
    let path: Vec<usize> = std::iter::successors(start, |at| longest[*at].2).collect();
    let known: Option<Vec<Usual>> = path.iter().map(|at| usual[*at]).collect();
    let basis = known.unwrap_or_default();
    Estimate {
        eta_ms: (!basis.is_empty()).then(|| path.iter().filter_map(|at| cost(*at)).sum()),
        spread_ms: basis.iter().map(|usual| usual.spread_ms).sum(),
        runs: basis.iter().map(|usual| usual.runs).min().unwrap_or(0),
        path,
    }
}

fn is_over(state: State) -> bool {
    matches!(
        state,
        State::Succeeded | State::Skipped | State::RolledBack | State::Cancelled
    )
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Running, Succeeded};
    use super::super::sample;
    use super::*;

    fn history(steps: &[(&str, i64)]) -> History {
        let mut history = History::default();
        for (name, ms) in steps {
            history.add(name, *ms);
        }
        history
    }

    #[test]
    fn median_and_spread_of_what_ran() {
        let history = history(&[("A", 100), ("A", 900), ("A", 200), ("A", 300), ("A", -5)]);
        let usual = history.usual("A").unwrap();
        assert_eq!((usual.median_ms, usual.runs), (200, 4));
        assert_eq!(history.usual("B"), None);
    }

    #[test]
    fn the_longest_way_counts_what_is_spent() {
        let mut task = sample::graph("A>B>D A>C>D");
        task.nodes[0].state = Succeeded;
        task.nodes[1].state = Running;
        task.nodes[1].started_at = "2026-11-21T01:00:00Z".parse().ok();
        let history = history(&[("B", 5_000), ("C", 2_000), ("D", 1_000)]);
        let graph = Graph::of(&task);
        let now = "2026-11-21T01:00:01Z".parse().unwrap();
        let estimate = remaining(&task, &graph, &history, now);
        assert_eq!(estimate.eta_ms, Some(5_000));
        let names: Vec<_> = estimate
            .path
            .iter()
            .map(|at| &task.nodes[*at].name)
            .collect();
        assert_eq!(names, ["B", "D"]);
        assert_eq!(estimate.runs, 1);
    }

    #[test]
    fn a_task_that_went_well_teaches_its_steps_and_itself() {
        let mut task = sample::graph("A>B");
        for (at, node) in task.nodes.iter_mut().enumerate() {
            node.state = Succeeded;
            node.started_at = Timestamp::from_second(at as i64).ok();
            node.ended_at = Timestamp::from_second(at as i64 * 3 + 1).ok();
        }
        task.started_at = Timestamp::from_second(0).ok();
        task.ended_at = Timestamp::from_second(4).ok();
        task.state = Succeeded;
        let mut history = History::default();
        history.learn(&lessons(&task));
        assert_eq!(history.usual("B").map(|usual| usual.median_ms), Some(3_000));
        let whole = history.usual_task(&task.name).unwrap();
        assert_eq!(whole.words(), "4.0 s, 1 run");
        // What was tried twice says nothing of how long it takes.
        task.nodes[1].attempt = Some(2);
        let taught = lessons(&task);
        assert_eq!(taught.len(), 1);
        assert_eq!(taught[0].node.as_deref(), Some("A"));
    }

    #[test]
    fn no_number_without_a_basis() {
        let task = sample::graph("A>B>C");
        let graph = Graph::of(&task);
        let now = Timestamp::UNIX_EPOCH;
        let estimate = remaining(&task, &graph, &history(&[("A", 1)]), now);
        assert_eq!(estimate.eta_ms, None);
        assert_eq!(estimate.path.len(), 3);
        let mut ended = task.clone();
        ended.state = Succeeded;
        assert_eq!(
            remaining(&ended, &graph, &history(&[]), now),
            Estimate::default()
        );
    }
}
