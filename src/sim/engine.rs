//! The task engine: a tick a second for each agent, one state step a tick.
//!
//! Nothing runs in the background. Every request first lets pass what would
//! have happened until then, event by event in order of its simulated time,
//! so a story comes out the same at every speed.

pub(super) use super::draft::Draft;
use super::task::{Dag, LogLine, Node, Operator, Span, State, SubTask};
use super::work::Step;
use super::world::World;

/// Simulated nanoseconds of a millisecond.
pub(super) const MILLI: u64 = 1_000_000;
const TICK: u64 = 1_000 * MILLI;

/// Where a sub-task is kept. DAGs are never deleted, so it stays right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) store: usize,
    pub(super) dag: usize,
    pub(super) node: usize,
    pub(super) task: usize,
}

/// Something that will happen.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// A store's scheduler looks at its DAGs.
    Tick(usize),
    /// A sub-task goes on, if it is still at that attempt.
    Step(Place, u64, Step),
    /// A cancelled sub-task notices that it was.
    GiveUp(Place),
}

impl World {
    /// Let everything happen that is due by now.
    pub(super) fn advance(&mut self) {
        let now = self.elapsed().max(self.clock);
        self.advance_to(now);
    }

    pub(super) fn advance_to(&mut self, now: u64) {
        while let Some((&key, _)) = self.queue.first_key_value() {
            if key.0 > now {
                break;
            }
            let Some(event) = self.queue.remove(&key) else {
                break;
            };
            self.clock = key.0;
            match event {
                Event::Tick(store) => self.tick(store),
                Event::GiveUp(place) => self.give_up_wait(place),
                Event::Step(place, epoch, step) => {
                    let current = self
                        .task(place)
                        .is_some_and(|task| task.epoch == epoch && task.state == State::Running);
                    if current {
                        self.step(place, step);
                    }
                }
            }
        }
        self.clock = now;
    }

    pub(super) fn schedule(&mut self, after: u64, event: Event) {
        self.sequence += 1;
        self.queue
            .insert((self.clock + after, self.sequence), event);
    }

    /// Queue a step of a running sub-task.
    pub(super) fn after(&mut self, place: Place, millis: u64, step: Step) {
        if let Some(epoch) = self.task(place).map(|task| task.epoch) {
            // Steps that follow each other at once still take their turn.
            self.schedule(millis * MILLI + 40_000, Event::Step(place, epoch, step));
        }
    }

    /// A store's next tick; every agent has its own moment within the second.
    pub(super) fn wake(&mut self, store: usize) {
        if self.ticking.get(store).copied().unwrap_or(true) {
            return;
        }
        if let Some(flag) = self.ticking.get_mut(store) {
            *flag = true;
        }
        let phase = (130 + 230 * store as u64) % 1_000 * MILLI;
        let since = (self.clock + TICK - phase) % TICK;
        self.schedule(TICK - since, Event::Tick(store));
    }

    /// Store a new DAG and set it going.
    pub(super) fn create(&mut self, store: usize, draft: Draft) -> usize {
        let mut moment = self.now();
        let stepping = jiff::SignedDuration::from_micros(70);
        let Some(kept) = self.stores.get_mut(store) else {
            return 0;
        };
        let created = moment;
        let mut nodes = Vec::with_capacity(draft.nodes.len());
        for (name, tasks) in draft.nodes {
            kept.nodes += 1;
            moment += stepping;
            let span = Span::both(moment);
            let id = kept.nodes;
            let tasks = tasks
                .into_iter()
                .map(|(agent, work)| {
                    kept.tasks += 1;
                    moment += stepping;
                    SubTask {
                        id: kept.tasks,
                        name: name.clone(),
                        agent,
                        state: State::Pending,
                        operator: Operator::Run,
                        span: Span::both(moment),
                        times: 0,
                        logs: Vec::new(),
                        work,
                        remote: None,
                        epoch: 0,
                    }
                })
                .collect();
            nodes.push(Node {
                id,
                name,
                state: State::Pending,
                operator: Operator::Run,
                span,
                tasks,
            });
        }
        let index = kept.dags.len();
        kept.dags.push(Dag {
            id: index as u64 + 1,
            name: draft.name,
            stage: 1,
            maintenance: draft.maintenance,
            key: draft.key,
            proxy: draft.proxy,
            frees: draft.frees,
            state: State::Ready,
            operator: Operator::Run,
            span: Span::both(created),
            data: draft.data,
            nodes,
        });
        self.wake(store);
        index
    }

    pub(super) fn dag(&self, store: usize, dag: usize) -> Option<&Dag> {
        self.stores.get(store)?.dags.get(dag)
    }

    pub(super) fn dag_mut(&mut self, store: usize, dag: usize) -> Option<&mut Dag> {
        self.stores.get_mut(store)?.dags.get_mut(dag)
    }

    pub(super) fn task(&self, place: Place) -> Option<&SubTask> {
        self.dag(place.store, place.dag)?
            .nodes
            .get(place.node)?
            .tasks
            .get(place.task)
    }

    pub(super) fn task_mut(&mut self, place: Place) -> Option<&mut SubTask> {
        self.dag_mut(place.store, place.dag)?
            .nodes
            .get_mut(place.node)?
            .tasks
            .get_mut(place.task)
    }

    pub(super) fn log(&mut self, place: Place, text: impl Into<String>) {
        let at = self.now();
        let Some(store) = self.stores.get_mut(place.store) else {
            return;
        };
        store.logs += 1;
        let id = store.logs;
        if let Some(task) = self.task_mut(place) {
            let attempt = task.times;
            task.logs.push(LogLine {
                id,
                attempt,
                text: text.into(),
                at,
            });
        }
    }

    /// End a sub-task's attempt.
    pub(super) fn finish(&mut self, place: Place, state: State) {
        let now = self.now();
        if let Some(task) = self.task_mut(place) {
            task.state = state;
            task.span.end = now;
            task.epoch += 1;
        }
    }

    fn tick(&mut self, store: usize) {
        if self.agents.get(store).is_some_and(|own| own.dead) {
            if let Some(flag) = self.ticking.get_mut(store) {
                *flag = false;
            }
            return;
        }
        let count = self.stores.get(store).map_or(0, |store| store.dags.len());
        for index in 0..count {
            match self.dag(store, index) {
                Some(dag) if dag.active() => match dag.operator {
                    Operator::Rollback => self.back(store, index),
                    Operator::Cancel => self.cancel(store, index),
                    _ => self.forth(store, index),
                },
                _ => {}
            }
        }
        let active = self
            .stores
            .get(store)
            .is_some_and(|store| store.dags.iter().any(Dag::active));
        if active {
            self.schedule(TICK, Event::Tick(store));
        } else if let Some(flag) = self.ticking.get_mut(store) {
            *flag = false;
        }
    }

    /// READY becomes RUNNING; says whether it did, and what the current node is.
    fn begin(&mut self, store: usize, index: usize) -> Option<(bool, usize, State)> {
        let now = self.now();
        let dag = self.dag_mut(store, index)?;
        let starting = dag.state == State::Ready;
        if starting {
            dag.state = State::Running;
            dag.span.start = now;
        }
        let at = dag.stage.checked_sub(1)?;
        let node = dag.nodes.get_mut(at)?;
        let state = node.state;
        if state == State::Pending {
            node.state = State::Running;
            node.span = Span::both(now);
        }
        Some((starting, at, state))
    }

    fn forth(&mut self, store: usize, index: usize) {
        let Some((starting, at, was)) = self.begin(store, index) else {
            return;
        };
        if was == State::Succeed {
            if !starting {
                self.next_stage(store, index);
            }
            return;
        }
        let retrying = self
            .dag(store, index)
            .and_then(|dag| dag.nodes.get(at))
            .is_some_and(|node| node.operator == Operator::Retry);
        // Once an undoing has failed nothing is tried again.
        let stuck = self.any(store, index, at, |task| {
            task.state == State::Failed && task.operator == Operator::Rollback
        });
        let mut started = false;
        for task in 0..self.width(store, index, at) {
            let place = Place {
                store,
                dag: index,
                node: at,
                task,
            };
            let Some((state, operator)) = self.task(place).map(|t| (t.state, t.operator)) else {
                continue;
            };
            match (was, state, operator) {
                // A failed attempt is rolled back before the next one.
                (State::Pending, State::Failed, _) if retrying => {
                    self.start(place, Operator::Rollback);
                }
                (State::Pending, State::Pending | State::Ready, _) => {
                    self.start(place, Operator::Run);
                }
                (State::Running, State::Succeed, Operator::Rollback) if !stuck => {
                    self.start(place, Operator::Run);
                }
                _ => continue,
            }
            started = true;
        }
        let undone =
            |task: &SubTask| task.state == State::Succeed && task.operator == Operator::Rollback;
        let waiting = !stuck && self.any(store, index, at, undone);
        if !started && !waiting && self.ended(store, index, at, false) {
            let failed = self.end_node(store, index, at);
            if failed {
                self.end_dag(store, index, State::Failed);
            } else if was == State::Running {
                self.next_stage(store, index);
            }
        }
    }

    fn back(&mut self, store: usize, index: usize) {
        let Some((starting, at, was)) = self.begin(store, index) else {
            return;
        };
        if was == State::Succeed {
            if !starting {
                self.previous_stage(store, index);
            }
            return;
        }
        let mut started = false;
        if was == State::Pending {
            for task in 0..self.width(store, index, at) {
                let place = Place {
                    store,
                    dag: index,
                    node: at,
                    task,
                };
                if self.task(place).is_some_and(|task| task.times > 0) {
                    self.start(place, Operator::Rollback);
                    started = true;
                }
            }
        }
        if !started && self.ended(store, index, at, true) {
            let failed = self.end_node(store, index, at);
            if failed {
                self.end_dag(store, index, State::Failed);
            } else if was == State::Running {
                self.previous_stage(store, index);
            }
        }
    }

    fn cancel(&mut self, store: usize, index: usize) {
        let Some((_, at, was)) = self.begin(store, index) else {
            return;
        };
        if was == State::Failed {
            self.end_dag(store, index, State::Failed);
            return;
        }
        for task in 0..self.width(store, index, at) {
            let place = Place {
                store,
                dag: index,
                node: at,
                task,
            };
            if self
                .task(place)
                .is_some_and(|task| task.state == State::Running)
            {
                self.log(place, "sub task cancelled");
                self.finish(place, State::Failed);
                self.schedule(2 * TICK, Event::GiveUp(place));
            }
        }
        let now = self.now();
        if let Some(node) = self.dag_mut(store, index).and_then(Dag::current) {
            node.state = State::Failed;
            node.span.end = now;
        }
    }

    fn width(&self, store: usize, index: usize, node: usize) -> usize {
        self.dag(store, index)
            .and_then(|dag| dag.nodes.get(node))
            .map_or(0, |node| node.tasks.len())
    }

    fn any(
        &self,
        store: usize,
        index: usize,
        node: usize,
        test: impl Fn(&SubTask) -> bool,
    ) -> bool {
        self.dag(store, index)
            .and_then(|dag| dag.nodes.get(node))
            .is_some_and(|node| node.tasks.iter().any(test))
    }

    fn ended(&self, store: usize, index: usize, node: usize, back: bool) -> bool {
        self.dag(store, index)
            .and_then(|dag| dag.nodes.get(node))
            .is_some_and(|node| {
                node.tasks
                    .iter()
                    .filter(|task| !back || task.operator == Operator::Rollback)
                    .all(|task| task.state.ended())
            })
    }

    /// Close a node whose sub-tasks have ended; says whether it failed.
    fn end_node(&mut self, store: usize, index: usize, node: usize) -> bool {
        let now = self.now();
        let Some(dag) = self.dag_mut(store, index) else {
            return false;
        };
        let back = dag.operator == Operator::Rollback;
        let Some(node) = dag.nodes.get_mut(node) else {
            return false;
        };
        let failed = node
            .tasks
            .iter()
            .filter(|task| !back || task.operator == Operator::Rollback)
            .any(|task| task.state == State::Failed);
        node.state = if failed {
            State::Failed
        } else {
            State::Succeed
        };
        node.span.end = now;
        failed
    }

    fn end_dag(&mut self, store: usize, index: usize, state: State) {
        let now = self.now();
        if let Some(dag) = self.dag_mut(store, index) {
            dag.state = state;
            dag.span.end = now;
        }
    }

    fn next_stage(&mut self, store: usize, index: usize) {
        match self.dag_mut(store, index) {
            Some(dag) if dag.stage < dag.nodes.len() => dag.stage += 1,
            _ => self.end_dag(store, index, State::Succeed),
        }
    }

    fn previous_stage(&mut self, store: usize, index: usize) {
        match self.dag_mut(store, index) {
            Some(dag) if dag.stage > 1 => dag.stage -= 1,
            _ => self.end_dag(store, index, State::Succeed),
        }
    }

    fn start(&mut self, place: Place, operator: Operator) {
        let now = self.now();
        let Some(task) = self.task_mut(place) else {
            return;
        };
        task.state = State::Running;
        task.operator = operator;
        task.times += 1;
        task.span.start = now;
        task.epoch += 1;
        let work = task.work.clone();
        if operator == Operator::Rollback {
            self.roll_back(place, &work);
        } else {
            self.run(place, &work);
        }
    }
}
