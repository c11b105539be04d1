//! Every change of state since the view opened, to be stepped through.
//!
//! Kept as what changed, not as whole tasks: a poll of a task of 10,000 nodes
//! that moved three of them costs three nodes.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::fleet::task::difference::Difference;
use crate::fleet::task::{Key, Node, Nodes, State, Task};

/// How many changed nodes are kept before the oldest steps are forgotten.
const KEPT_NODES: usize = 20_000;

/// One state change that was seen.
#[derive(Clone, Debug)]
struct Step {
    at: Timestamp,
    /// The task without its nodes.
    head: Task,
    /// Places of nodes and what they became; `whole` when the set of nodes changed.
    nodes: Vec<(usize, Arc<Node>)>,
    whole: Option<Nodes>,
    changed: Vec<Key>,
}

/// A moment of the past, put together again.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The task as it was.
    pub task: Task,
    /// When it was seen.
    pub at: Timestamp,
    /// What changed in this step.
    pub changed: Vec<Key>,
}

/// The past of one task.
#[derive(Clone, Debug, Default)]
pub struct History {
    first: Option<(Task, Timestamp)>,
    steps: Vec<Step>,
    weight: usize,
}

impl History {
    /// How many moments there are to step through.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.steps.len()
    }

    /// Whether nothing was seen yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Takes in an answer; `before` is the one before it. Gives what changed,
    /// nothing when no state did.
    pub fn push(
        &mut self,
        before: Option<(&Task, &Difference)>,
        now: &Task,
        at: Timestamp,
    ) -> Vec<Key> {
        let Some((before, difference)) = before.filter(|_| self.first.is_some()) else {
            self.first = Some((now.clone(), at));
            return Vec::new();
        };
        let step = step(before, difference, now, at);
        if step.changed.is_empty() && same_head(before, now) && step.whole.is_none() {
            return Vec::new();
        }
        let changed = step.changed.clone();
        self.weight += step.weight();
        self.steps.push(step);
        self.forget();
        changed
    }

    /// The moment with that number, from 0.
    #[must_use]
    pub fn moment(&self, number: usize) -> Option<Moment> {
        let (first, seen) = self.first.as_ref()?;
        let steps = self.steps.get(..number)?;
        let mut task = first.clone();
        for step in steps {
            apply(&mut task, step);
        }
        Some(Moment {
            task,
            at: steps.last().map_or(*seen, |step| step.at),
            changed: steps
                .last()
                .map_or_else(Vec::new, |step| step.changed.clone()),
        })
    }

    fn forget(&mut self) {
        while self.weight > KEPT_NODES && self.steps.len() > 1 {
            let oldest = self.steps.remove(0);
            self.weight -= oldest.weight();
            if let Some((first, at)) = &mut self.first {
                apply(first, &oldest);
                *at = oldest.at;
            }
        }
    }
}

impl Step {
    fn weight(&self) -> usize {
        self.nodes.len() + self.whole.as_ref().map_or(0, Nodes::len)
    }
}

fn apply(task: &mut Task, step: &Step) {
    let mut nodes = std::mem::take(&mut task.nodes);
    if let Some(whole) = &step.whole {
        nodes.clone_from(whole);
    }
    for (place, node) in &step.nodes {
        nodes.put(*place, Arc::clone(node));
    }
    *task = step.head.clone();
    task.nodes = nodes;
}

fn same_head(before: &Task, now: &Task) -> bool {
    (before.state, before.phase, before.stage, &before.raw)
        == (now.state, now.phase, now.stage, &now.raw)
}

/// Whether an operator would call it a change: logs that grow are none.
fn moved(before: &Node, now: &Node) -> bool {
    (before.state, before.attempt, before.started_at, &before.raw)
        != (now.state, now.attempt, now.started_at, &now.raw)
}

fn step(before: &Task, difference: &Difference, now: &Task, at: Timestamp) -> Step {
    let head = Task {
        nodes: Nodes::default(),
        source: now.source,
        id: now.id.clone(),
        name: now.name.clone(),
        kind: now.kind,
        state: now.state,
        phase: now.phase,
        raw: now.raw.clone(),
        stage: now.stage,
        stages: now.stages,
        started_at: now.started_at,
        ended_at: now.ended_at,
        lock: now.lock.clone(),
        main: now.main.clone(),
        detailed: now.detailed,
        problems: now.problems.clone(),
        extra: now.extra.clone(),
    };
    if let Difference::Nodes(places) = difference {
        let nodes: Vec<(usize, Arc<Node>)> = places
            .iter()
            .filter_map(|&place| {
                let (old, new) = (before.nodes.get(place)?, now.nodes.get(place)?);
                moved(old, new).then(|| Some((place, now.nodes.share(place)?)))?
            })
            .collect();
        let changed = nodes.iter().map(|(_, node)| node.key.clone()).collect();
        return Step {
            at,
            head,
            nodes,
            whole: None,
            changed,
        };
    }
    let was: HashMap<&Key, &Node> = before.nodes.iter().map(|node| (&node.key, node)).collect();
    let changed = now
        .nodes
        .iter()
        .filter(|node| was.get(&node.key).is_none_or(|before| moved(before, node)))
        .map(|node| node.key.clone())
        .collect();
    Step {
        at,
        head,
        nodes: Vec::new(),
        whole: Some(now.nodes.clone()),
        changed,
    }
}

/// A stretch of time in which a node was seen in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it did.
    pub state: State,
    /// Which attempt it was.
    pub attempt: Option<u32>,
    /// When it began, by the server where it says, else when we saw it.
    pub from: Timestamp,
    /// When it ended; `None` while it goes on.
    pub to: Option<Timestamp>,
}

/// What each node did when, as far as it was seen: the rows of the timeline.
#[derive(Clone, Debug, Default)]
pub struct Spans(HashMap<Key, Vec<Span>>);

impl Spans {
    /// Takes in what one answer changed.
    pub fn see(&mut self, task: &Task, difference: &Difference, at: Timestamp) {
        match difference {
            Difference::Shape => self.see_nodes(task.nodes.iter(), at),
            Difference::Nodes(places) => {
                self.see_nodes(places.iter().filter_map(|at| task.nodes.get(*at)), at);
            }
        }
    }

    fn see_nodes<'a>(&mut self, nodes: impl Iterator<Item = &'a Node>, at: Timestamp) {
        for node in nodes {
            let ended = node.state.is_terminal();
            let worked = ended || node.state.is_active() || node.state == State::Waiting;
            if !worked && !self.0.contains_key(&node.key) {
                continue;
            }
            let spans = self.0.entry(node.key.clone()).or_default();
            let same = spans.last().is_some_and(|last| {
                last.state == node.state && last.attempt == node.attempt && last.to.is_none()
            });
            if same {
                continue;
            }
            let from = node.started_at;
            if let Some(last) = spans.last_mut().filter(|last| last.to.is_none()) {
                // The end of the same piece of work, not another piece.
                if ended
                    && last.attempt == node.attempt
                    && from.is_none_or(|from| from <= last.from)
                {
                    last.state = node.state;
                    last.to = Some(node.ended_at.unwrap_or(at).max(last.from));
                    continue;
                }
                last.to = Some(from.unwrap_or(at).clamp(last.from, at.max(last.from)));
            }
            let Some(from) = from.filter(|_| worked) else {
                continue;
            };
            let to = ended.then(|| node.ended_at.unwrap_or(at).max(from));
            let next = Span {
                state: node.state,
                attempt: node.attempt,
                from,
                to,
            };
            if spans.last() != Some(&next) {
                spans.push(next);
            }
        }
    }

    /// What was seen of that node, oldest first.
    #[must_use]
    pub fn of(&self, key: &Key) -> &[Span] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }
}
