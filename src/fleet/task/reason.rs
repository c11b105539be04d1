//! Why a node stands as it stands, and what a task waits for, found through
//! the graph: blocked, queued, retrying, rolling back are different things.

use jiff::Timestamp;
use rust_i18n::t;

use super::graph::Graph;
use super::joined;
use super::model::{Key, Node, NodeKind, Phase, State, SubDag, Task};
use crate::base::words;

/// Why a node stands as it stands. Nodes are positions in [`Task::nodes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing more happens to it.
    Ended,
    /// Works now.
    Running,
    /// Works again after a failure.
    Retrying {
        /// Which attempt this is.
        attempt: u32,
    },
    /// Undoes what it did.
    RollingBack,
    /// Stops because an operator asked.
    Cancelling,
    /// Its turn has come; the scheduler takes it at its next tick.
    Queued,
    /// A stage waits for the slowest of its sub-tasks.
    Work {
        /// The sub-task that has worked longest.
        on: usize,
        /// How many more are not done.
        more: usize,
    },
    /// Waits for DAGs on other agents.
    SubDags {
        /// Those DAGs.
        on: Vec<SubDag>,
    },
    /// Waits for another node.
    Blocked {
        /// The work at the front of the queue.
        on: usize,
    },
    /// Will not start: that node failed.
    Stopped {
        /// The work that failed.
        on: usize,
    },
    /// Will not start: the task has ended.
    NotReached,
    /// Not known.
    Unknown,
}

/// A reason and since when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The reason.
    pub reason: Reason,
    /// Since when, where the server says.
    pub since: Option<Timestamp>,
}

/// The reasons of all nodes of a task.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    front: Vec<Option<usize>>,
    /// Nodes that stand for sub DAGs which have not ended.
    heads: Vec<usize>,
}

impl Reasons {
    /// Finds what each node waits for, in one pass over the graph.
    #[must_use]
    pub fn of(task: &Task, graph: &Graph) -> Self {
        let mut reasons = Self {
            front: vec![None; task.nodes.len()],
            heads: live_heads(task, graph),
        };
        for &at in graph.order() {
            if graph.parent(at).is_none() {
                reasons.front[at] = reasons.front_of(task, graph, at);
            }
        }
        reasons
    }

    /// Why a node stands as it stands.
    #[must_use]
    pub fn why(&self, task: &Task, graph: &Graph, at: usize) -> Why {
        let Some(node) = task.nodes.get(at) else {
            return Why {
                reason: Reason::Unknown,
                since: None,
            };
        };
        let reason = self.reason(task, graph, at, node);
        let since = match &reason {
            Reason::Ended => node.ended_at,
            Reason::Work { on, .. } | Reason::Blocked { on } => {
                let stage = graph.parent(*on).map(|stage| &task.nodes[stage]);
                let started = task.nodes[*on].started_at;
                started.or_else(|| stage.and_then(|stage| stage.started_at))
            }
            Reason::Stopped { on } => task.nodes[*on].ended_at,
            Reason::NotReached => task.ended_at,
            _ => node.started_at,
        };
        Why { reason, since }
    }

    fn reason(&self, task: &Task, graph: &Graph, at: usize, node: &Node) -> Reason {
        if matches!(node.state, State::Running | State::Waiting)
            && let Some(on) = self.in_sub_dag(task, graph, at)
        {
            return Reason::Blocked { on };
        }
        match node.state {
            State::Pending => self.pending(task, graph, at),
            State::Ready => Reason::Queued,
            State::Waiting if node.sub_dags.is_empty() => {
                slowest(task, graph, at).unwrap_or(Reason::SubDags { on: Vec::new() })
            }
            State::Waiting => sub_dags(node),
            State::Running if !node.sub_dags.is_empty() => sub_dags(node),
            State::Running => slowest(task, graph, at).unwrap_or(match node.attempt {
                Some(attempt) if attempt > 1 => Reason::Retrying { attempt },
                _ => Reason::Running,
            }),
            State::RollingBack => Reason::RollingBack,
            State::Cancelling => Reason::Cancelling,
            State::Unknown => Reason::Unknown,
            _ => Reason::Ended,
        }
    }

    /// The work inside of a sub DAG that a node of the main DAG waits for: that
    /// of its agent; a stage waits for the one that has worked longest.
    fn in_sub_dag(&self, task: &Task, graph: &Graph, at: usize) -> Option<usize> {
        if self.heads.is_empty() || joined::is_inside(&task.nodes[at].key) {
            return None;
        }
        let works = |at: &usize| !task.nodes[*at].state.is_terminal();
        let children = graph.children(at);
        let waiting = std::iter::once(at)
            .filter(|_| children.is_empty())
            .chain(children.iter().copied().filter(works));
        let waiting: Vec<_> = waiting.map(|at| &task.nodes[at]).collect();
        let heads = self.heads.iter().filter(|head| {
            let head = &task.nodes[**head];
            waiting.iter().any(|node| joined::waits_for(node, head))
        });
        let fronts = heads.filter_map(|head| works_inside(task, graph, *head));
        fronts.min_by_key(|at| {
            let node = &task.nodes[*at];
            let started = node.started_at.unwrap_or(Timestamp::MAX);
            (urgency(node.state), started, graph.rank(*at))
        })
    }

    fn pending(&self, task: &Task, graph: &Graph, at: usize) -> Reason {
        let stage = std::iter::successors(Some(at), |at| graph.parent(*at)).last();
        let front = stage.and_then(|stage| self.front.get(stage).copied().flatten());
        match front {
            Some(on) if task.nodes[on].state == State::Failed => Reason::Stopped { on },
            _ if !task.is_live() => Reason::NotReached,
            Some(on) => Reason::Blocked { on },
            None => Reason::Queued,
        }
    }

    /// The work that a node's start hangs on: failed before active before queued.
    fn front_of(&self, task: &Task, graph: &Graph, at: usize) -> Option<usize> {
        let fronts = graph.up(at).iter().filter_map(|&up| {
            if is_over(task.nodes[up].state) {
                None
            } else if task.nodes[up].state == State::Pending {
                self.front[up].or(Some(up))
            } else {
                Some(front_work(task, graph, up))
            }
        });
        fronts.min_by_key(|at| (urgency(task.nodes[*at].state), graph.rank(*at)))
    }
}

impl Why {
    /// In words: `waiting on Start observer @ 10.0.0.7:2886 for 42 s`. Empty
    /// where the state says it all.
    #[must_use]
    pub fn words(&self, task: &Task, now: Timestamp) -> String {
        let named = |on: usize| match task.nodes.get(on) {
            // A second attempt is why it takes so long.
            Some(Node {
                name,
                agent: Some(agent),
                attempt: Some(attempt @ 2..),
                ..
            }) => t!(
                "%{what}, attempt %{n},",
                what = format!("{name} @ {agent}"),
                n = attempt
            )
            .into_owned(),
            Some(Node {
                name,
                agent: Some(agent),
                ..
            }) => format!("{name} @ {agent}"),
            Some(node) => node.name.clone(),
            None => String::new(),
        };
        let time = self
            .since
            .map(|since| words::rough(now.duration_since(since).as_millis() as i64));
        match (&self.reason, time) {
            (Reason::Retrying { attempt }, _) => t!("attempt %{n}", n = attempt).into_owned(),
            (Reason::Queued, _) => t!("queued").into_owned(),
            (Reason::Work { on, .. }, time) => {
                // It bears the name of its stage; who is slow is the news.
                let agent = task.nodes.get(*on).and_then(|node| node.agent.as_ref());
                let what = agent.map_or_else(|| named(*on), ToString::to_string);
                if let Some(time) = time {
                    t!("waiting on %{what} for %{time}", what = what, time = time)
                } else {
                    t!("waiting on %{what}", what = what)
                }
                .into_owned()
            }
            (Reason::Blocked { on }, Some(time)) => t!(
                "waiting on %{what} for %{time}",
                what = named(*on),
                time = time
            )
            .into_owned(),
            (Reason::Blocked { on }, None) => {
                t!("waiting on %{what}", what = named(*on)).into_owned()
            }
            (Reason::SubDags { on }, _) if !on.is_empty() => {
                let agents: Vec<&str> = on.iter().map(|dag| dag.agent.as_str()).collect();
                t!(
                    "waiting on sub DAGs of %{agents}",
                    agents = agents.join(", ")
                )
                .into_owned()
            }
            (Reason::Stopped { on }, _) => t!("stopped by %{what}", what = named(*on)).into_owned(),
            (Reason::NotReached, _) => t!("not reached").into_owned(),
            _ => String::new(),
        }
    }
}

/// What a task waits for right now: the work that is active, else what is
/// queued, else what comes next. Empty when it has ended.
#[must_use]
pub fn waiting_on(task: &Task, graph: &Graph) -> Vec<usize> {
    if !task.is_live() {
        return Vec::new();
    }
    let work = |wanted: fn(State) -> bool| -> Vec<usize> {
        let leaf = |at: &&usize| graph.children(**at).is_empty();
        let found = graph.order().iter().filter(leaf).copied();
        found.filter(|at| wanted(task.nodes[*at].state)).collect()
    };
    let active = work(|state| state.is_active() || state == State::Waiting);
    if !active.is_empty() {
        return active;
    }
    let queued = work(|state| state == State::Ready);
    if !queued.is_empty() {
        return queued;
    }
    let can_start = |at: &usize| {
        let stage = graph.parent(*at).unwrap_or(*at);
        let mut ups = graph.up(stage).iter();
        ups.all(|up| is_over(task.nodes[*up].state))
    };
    let pending = work(|state| state == State::Pending);
    let next: Vec<usize> = pending.into_iter().filter(can_start).collect();
    if next.is_empty() || task.phase != Phase::Forward {
        // Between two ticks of a retry or a roll-back nothing says that it is next.
        return current_stage(task, graph).into_iter().collect();
    }
    next
}

fn current_stage(task: &Task, graph: &Graph) -> Option<usize> {
    let stages = graph.order().iter().copied();
    let mut stages =
        stages.filter(|at| task.nodes[*at].kind == NodeKind::Node && graph.parent(*at).is_none());
    stages.nth((task.stage as usize).checked_sub(1)?)
}

/// The keys of [`waiting_on`].
#[must_use]
pub fn waiting_on_keys(task: &Task, graph: &Graph) -> Vec<Key> {
    let keys = waiting_on(task, graph).into_iter();
    keys.map(|at| task.nodes[at].key.clone()).collect()
}

/// Nodes that stand for sub DAGs which have not ended.
fn live_heads(task: &Task, graph: &Graph) -> Vec<usize> {
    let is_live = |at: &usize| {
        let node = &task.nodes[*at];
        graph.parent(*at).is_some()
            && node.kind == NodeKind::Node
            && joined::is_head(&node.key)
            && !node.state.is_terminal()
    };
    (0..task.nodes.len()).filter(is_live).collect()
}

/// What works inside of a sub DAG. One that only waits to be advanced is not
/// what anybody waits for.
fn works_inside(task: &Task, graph: &Graph, head: usize) -> Option<usize> {
    let mut inside = vec![head];
    let mut best = None;
    while let Some(at) = inside.pop() {
        let children = graph.children(at);
        inside.extend(children);
        let state = task.nodes[at].state;
        if at != head && (state.is_active() || state == State::Ready) {
            // Between two ticks a stage works of which no sub-task does.
            let work = children.is_empty();
            best = best.max(Some((std::cmp::Reverse(urgency(state)), work, at)));
        }
    }
    best.map(|(.., at)| match graph.children(at) {
        // Its only sub-task knows on which agent.
        [only] => *only,
        _ => at,
    })
}

fn is_over(state: State) -> bool {
    matches!(state, State::Succeeded | State::Skipped)
}

fn urgency(state: State) -> u8 {
    match state {
        State::Failed => 0,
        State::Running | State::Cancelling | State::RollingBack => 1,
        State::Waiting => 2,
        State::Ready | State::Unknown => 3,
        _ => 4,
    }
}

fn sub_dags(node: &Node) -> Reason {
    Reason::SubDags {
        on: node.sub_dags.clone(),
    }
}

/// The sub-task at the front of a stage, or the stage itself.
fn front_work(task: &Task, graph: &Graph, at: usize) -> usize {
    let key = |at: &usize| {
        let node = &task.nodes[*at];
        let started = node.started_at.unwrap_or(Timestamp::MAX);
        (urgency(node.state), started, graph.rank(*at))
    };
    let left = graph.children(at).iter();
    let left = left.filter(|at| !is_over(task.nodes[**at].state));
    left.copied().min_by_key(key).unwrap_or(at)
}

/// A stage of several sub-tasks waits for those that are not done.
fn slowest(task: &Task, graph: &Graph, at: usize) -> Option<Reason> {
    let is_left = |at: &&usize| !task.nodes[**at].state.is_terminal();
    let left = graph.children(at).iter().filter(is_left).count();
    if left == 0 || graph.children(at).len() < 2 {
        return None;
    }
    let key = |at: &&usize| {
        let node = &task.nodes[**at];
        (
            urgency(node.state),
            node.started_at.unwrap_or(Timestamp::MAX),
        )
    };
    let on = graph.children(at).iter().filter(is_left).min_by_key(key)?;
    Some(Reason::Work {
        on: *on,
        more: left - 1,
    })
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Failed, Pending, Ready, Running, Succeeded};
    use super::super::sample;
    use super::*;

    #[test]
    fn a_later_stage_waits_for_the_sub_task_at_the_front() {
        let mut task = sample::stages(&[
            ("Integrate config", Succeeded, &[Succeeded]),
            ("Start observer", Running, &[Succeeded, Running, Running]),
            ("Migrate table", Pending, &[Pending]),
            ("Modify password", Pending, &[Pending]),
        ]);
        task.nodes[4].started_at = "2026-11-21T01:00:05Z".parse().ok();
        task.nodes[5].started_at = "2026-11-21T01:00:00Z".parse().ok();
        let graph = Graph::of(&task);
        let reasons = Reasons::of(&task, &graph);
        assert_eq!(
            reasons.why(&task, &graph, 2).reason,
            Reason::Work { on: 5, more: 1 }
        );
        let why = reasons.why(&task, &graph, 8);
        assert_eq!(why.reason, Reason::Blocked { on: 5 });
        let now = "2026-11-21T01:00:42Z".parse().unwrap();
        assert_eq!(
            why.words(&task, now),
            "waiting on Start observer @ 10.0.0.7:2886 for 42 s"
        );
        assert_eq!(waiting_on(&task, &graph), [4, 5]);
        assert_eq!(reasons.why(&task, &graph, 0).reason, Reason::Ended);
    }

    #[test]
    fn after_a_failure_the_rest_is_stopped() {
        let mut task = sample::stages(&[
            ("a", Failed, &[Succeeded, Failed]),
            ("b", Pending, &[Pending]),
        ]);
        task.state = Failed;
        let graph = Graph::of(&task);
        let reasons = Reasons::of(&task, &graph);
        assert_eq!(
            reasons.why(&task, &graph, 3).reason,
            Reason::Stopped { on: 2 }
        );
        assert!(waiting_on(&task, &graph).is_empty());
    }

    #[test]
    fn retries_queues_and_sub_dags_are_told_apart() {
        let mut task = sample::stages(&[
            ("a", Running, &[Running]),
            ("b", Ready, &[Ready]),
            ("c", Running, &[Running]),
        ]);
        task.nodes[1].attempt = Some(2);
        task.nodes[5].sub_dags.push(SubDag {
            agent: "10.0.0.5:2886".into(),
            id: super::super::TaskId("7".into()),
        });
        let graph = Graph::of(&task);
        let reasons = Reasons::of(&task, &graph);
        let reason = |at| reasons.why(&task, &graph, at).reason;
        assert_eq!(reason(1), Reason::Retrying { attempt: 2 });
        assert_eq!(reason(3), Reason::Queued);
        assert!(matches!(reason(5), Reason::SubDags { .. }));
    }

    #[test]
    fn between_two_ticks_the_next_one_is_awaited() {
        let task = sample::stages(&[
            ("a", Succeeded, &[Succeeded]),
            ("b", Pending, &[Pending, Pending]),
            ("c", Pending, &[Pending]),
        ]);
        assert_eq!(waiting_on(&task, &Graph::of(&task)), [3, 4]);
    }
}
