//! The task engine (`api/ocp.md §3.5`): a graph of subtasks, one tick at a time.

use jiff::Timestamp;

use super::answer::Refusal;
use super::subtask::{Operation, Status, Subtask};
use super::world::Change;
use crate::sim::Fault;

/// Which of the shapes an operation answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `tasks`, creator as object, context as text (seed 002).
    Old,
    /// `subtasks`, creator as text, context as object (seed 004).
    New,
    /// As `New`, without context and classes.
    Bare,
}

/// Strings and lists that the steps share.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub strings: Vec<(&'static str, String)>,
    pub lists: Vec<(&'static str, Vec<String>)>,
}

/// What a task is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    pub cluster: Option<i64>,
    pub tenant: Option<i64>,
    pub host: Option<i64>,
}

/// A task with its graph.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub id: i64,
    pub name: String,
    pub shape: Shape,
    pub subject: Subject,
    pub creator: (i64, String),
    pub status: Status,
    pub operation: Operation,
    pub created: Timestamp,
    pub began: Timestamp,
    pub ended: Option<Timestamp>,
    pub context: Context,
    pub subtasks: Vec<Subtask>,
    /// The order in which the subtasks are shown.
    pub order: Vec<usize>,
    /// What the end changes in the fleet.
    pub done: Vec<Change>,
    /// What a rollback changes back.
    pub undone: Vec<Change>,
}

impl Task {
    /// Starts what waits for nothing. Old shapes run at once, new ones queue.
    pub fn launch(&mut self, now: Timestamp) {
        let old = self.shape == Shape::Old;
        for subtask in self
            .subtasks
            .iter_mut()
            .filter(|subtask| subtask.up.is_empty())
        {
            subtask.status = Status::Ready;
            if old {
                subtask.start(now);
            }
        }
    }

    /// One tick; the changes of the fleet, when the task ends with it.
    pub fn tick(&mut self, now: Timestamp, faults: &[Fault]) -> Vec<Change> {
        if self.status != Status::Running {
            return Vec::new();
        }
        for subtask in &mut self.subtasks {
            match subtask.status {
                Status::Ready => subtask.start(now),
                Status::Running => subtask.work(now, faults),
                Status::Canceling => {
                    subtask.operation = Operation::Cancel;
                    subtask.end(Status::Failed, now);
                }
                Status::Pending | Status::Failed | Status::Successful => {}
            }
        }
        if self.operation == Operation::Rollback {
            self.queue_undoing();
        } else {
            self.queue_doing();
        }
        self.judge(now)
    }

    fn queue_doing(&mut self) {
        let done: Vec<bool> = self.is(Status::Successful);
        for subtask in &mut self.subtasks {
            if subtask.status == Status::Pending && subtask.up.iter().all(|up| done[*up]) {
                subtask.status = Status::Ready;
            }
        }
    }

    fn queue_undoing(&mut self) {
        let pending: Vec<bool> = self.is(Status::Pending);
        for subtask in &mut self.subtasks {
            let waits = matches!(subtask.status, Status::Successful | Status::Failed)
                && subtask.operation == Operation::Rollback;
            if waits && subtask.down.iter().all(|down| pending[*down]) {
                subtask.status = Status::Ready;
            }
        }
    }

    fn is(&self, status: Status) -> Vec<bool> {
        self.subtasks
            .iter()
            .map(|subtask| subtask.status == status)
            .collect()
    }

    /// A task ends only when nothing of it moves.
    fn judge(&mut self, now: Timestamp) -> Vec<Change> {
        let moving = |subtask: &Subtask| {
            matches!(
                subtask.status,
                Status::Ready | Status::Running | Status::Canceling
            )
        };
        if self.subtasks.iter().any(moving) {
            return Vec::new();
        }
        let back = self.operation == Operation::Rollback;
        let goal = if back {
            Status::Pending
        } else {
            Status::Successful
        };
        let all = self.subtasks.iter().all(|subtask| subtask.status == goal);
        self.status = if all {
            Status::Successful
        } else {
            Status::Failed
        };
        self.ended = Some(now);
        match (all, back) {
            (true, false) => std::mem::take(&mut self.done),
            (true, true) => std::mem::take(&mut self.undone),
            (false, _) => Vec::new(),
        }
    }

    /// True once a subtask that cannot be undone has ended well.
    pub fn prohibits_rollback(&self) -> bool {
        self.subtasks
            .iter()
            .any(|subtask| subtask.step.lasting && subtask.status == Status::Successful)
    }

    fn refused(&self, name: &str, status: Status) -> Refusal {
        let name = if name.is_empty() { &self.name } else { name };
        Refusal::new(400, "TSK10007").with([name, status.word()])
    }

    fn resume(&mut self) {
        self.status = Status::Running;
        self.ended = None;
    }

    /// Runs every failed subtask again.
    pub fn retry(&mut self) -> Result<(), Refusal> {
        if self.status != Status::Failed || self.operation == Operation::Rollback {
            return Err(self.refused("", self.status));
        }
        for subtask in &mut self.subtasks {
            if subtask.status == Status::Failed {
                subtask.status = Status::Ready;
                subtask.operation = Operation::Retry;
                subtask.runs += 1;
            }
        }
        self.operation = Operation::Retry;
        self.resume();
        Ok(())
    }

    /// Undoes everything from the end.
    pub fn roll_back(&mut self) -> Result<(), Refusal> {
        if self.status != Status::Failed {
            return Err(self.refused("", self.status));
        }
        if self.prohibits_rollback() {
            return Err(Refusal::new(400, "TSK10009").with([&self.name]));
        }
        for subtask in &mut self.subtasks {
            if subtask.status != Status::Pending {
                subtask.operation = Operation::Rollback;
            }
        }
        self.operation = Operation::Rollback;
        self.queue_undoing();
        self.resume();
        Ok(())
    }

    fn index(&self, id: i64) -> Result<usize, Refusal> {
        self.subtasks
            .iter()
            .position(|subtask| subtask.id == id)
            .ok_or_else(|| Refusal::new(404, "TSK10001").with([id]))
    }

    /// The subtask of that id.
    pub fn subtask(&self, id: i64) -> Result<&Subtask, Refusal> {
        Ok(&self.subtasks[self.index(id)?])
    }

    /// Runs one failed subtask again.
    pub fn retry_subtask(&mut self, id: i64) -> Result<(), Refusal> {
        let index = self.index(id)?;
        let subtask = &self.subtasks[index];
        if subtask.status != Status::Failed || self.operation == Operation::Rollback {
            return Err(self.refused(&subtask.step.name, subtask.status));
        }
        let subtask = &mut self.subtasks[index];
        subtask.status = Status::Ready;
        subtask.operation = Operation::Retry;
        subtask.runs += 1;
        self.resume();
        Ok(())
    }

    /// Declares one failed subtask done, or undone while rolling back.
    pub fn skip_subtask(&mut self, id: i64) -> Result<(), Refusal> {
        let index = self.index(id)?;
        let subtask = &self.subtasks[index];
        if subtask.status != Status::Failed {
            return Err(self.refused(&subtask.step.name, subtask.status));
        }
        let operation = if self.operation == Operation::Rollback {
            Operation::RollbackSkip
        } else {
            Operation::Skip
        };
        let subtask = &mut self.subtasks[index];
        subtask.status = Status::Ready;
        subtask.operation = operation;
        self.resume();
        Ok(())
    }

    /// Stops one running subtask.
    pub fn cancel_subtask(&mut self, id: i64) -> Result<(), Refusal> {
        let index = self.index(id)?;
        let subtask = &self.subtasks[index];
        if subtask.status != Status::Running {
            return Err(self.refused(&subtask.step.name, subtask.status));
        }
        self.subtasks[index].status = Status::Canceling;
        Ok(())
    }

    /// Puts the task where it stands when `count` subtasks are done, one a
    /// `pace`, and ends or fails it there.
    pub fn preset(&mut self, count: usize, fate: Status, pace: jiff::SignedDuration) {
        let mut at = self.began;
        let total = self.subtasks.len();
        for (index, subtask) in self.subtasks.iter_mut().enumerate() {
            let failing = fate == Status::Failed && index == count && count < total;
            if index >= count && !failing {
                if subtask.status == Status::Running {
                    subtask.log.clear();
                }
                subtask.status = Status::Pending;
                subtask.began = None;
                continue;
            }
            subtask.log.clear();
            subtask.status = Status::Ready;
            subtask.start(at);
            at = at.checked_add(pace).unwrap_or(at);
            subtask.end(
                if failing {
                    Status::Failed
                } else {
                    Status::Successful
                },
                at,
            );
        }
        match fate {
            Status::Running => self.queue_doing(),
            fate => {
                self.status = fate;
                self.ended = Some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan;
    use super::super::subtask::graph;
    use super::*;

    fn task(plan: &plan::Plan, targets: usize) -> Task {
        let targets: Vec<String> = (0..targets).map(|n| format!("10.0.0.{n}")).collect();
        let subtasks = graph(plan.steps(), &targets, 100);
        let mut task = Task {
            id: 1,
            name: plan.name.into(),
            shape: Shape::New,
            subject: Subject::default(),
            creator: (100, "admin".into()),
            status: Status::Running,
            operation: Operation::Execute,
            created: Timestamp::UNIX_EPOCH,
            began: Timestamp::UNIX_EPOCH,
            ended: None,
            context: Context::default(),
            order: (0..subtasks.len()).collect(),
            subtasks,
            done: Vec::new(),
            undone: Vec::new(),
        };
        task.launch(Timestamp::UNIX_EPOCH);
        task
    }

    fn run(task: &mut Task, faults: &[Fault]) {
        for _ in 0..1000 {
            task.tick(Timestamp::UNIX_EPOCH, faults);
            if task.status != Status::Running {
                return;
            }
        }
        panic!("the task does not end");
    }

    fn failing(text: &str) -> Vec<Fault> {
        vec![text.parse().unwrap()]
    }

    #[test]
    fn add_server_is_a_chain_of_21() {
        let mut task = task(&plan::ADD_SERVERS, 2);
        assert_eq!(task.subtasks.len(), 21);
        assert!(
            task.subtasks
                .iter()
                .all(|node| node.up.len() <= 1 && node.down.len() <= 1)
        );
        run(&mut task, &[]);
        assert_eq!(task.status, Status::Successful);
    }

    #[test]
    fn a_zone_forks_and_joins() {
        let task = task(&plan::STOP_ZONE, 3);
        assert_eq!(task.subtasks.len(), 7 + 3 * 3);
        assert!(task.subtasks.iter().any(|node| node.down.len() == 3));
        assert!(task.subtasks.iter().any(|node| node.up.len() == 3));
        let edges: usize = task.subtasks.iter().map(|node| node.up.len()).sum();
        assert_eq!(
            edges,
            task.subtasks
                .iter()
                .map(|node| node.down.len())
                .sum::<usize>()
        );
    }

    #[test]
    fn a_failure_leaves_the_other_branches_running_and_can_be_retried() {
        let mut task = task(&plan::STOP_ZONE, 3);
        let faults = failing("task-fail=stop observer process#1");
        run(&mut task, &faults);
        let of = |task: &Task, status| {
            task.subtasks
                .iter()
                .filter(|node| node.status == status)
                .count()
        };
        assert_eq!(
            (task.status, of(&task, Status::Failed)),
            (Status::Failed, 1)
        );
        let peers = task
            .subtasks
            .iter()
            .filter(|node| node.step.name == "Stop observer process");
        assert_eq!(
            peers
                .filter(|node| node.status == Status::Successful)
                .count(),
            2
        );
        task.retry().unwrap();
        run(&mut task, &faults);
        assert_eq!(
            (task.status, task.operation),
            (Status::Successful, Operation::Retry)
        );
        assert!(task.retry().is_err() && task.roll_back().is_err());
    }

    #[test]
    fn a_rollback_ends_with_everything_pending() {
        let mut task = task(&plan::ADD_SERVERS, 1);
        run(&mut task, &failing("task-fail=Install rpm"));
        task.roll_back().unwrap();
        assert!(task.retry().is_err());
        run(&mut task, &[]);
        assert_eq!(
            (task.status, task.operation),
            (Status::Successful, Operation::Rollback)
        );
        assert!(
            task.subtasks
                .iter()
                .all(|node| node.status == Status::Pending)
        );
    }

    #[test]
    fn cancel_fails_skip_goes_on() {
        let mut task = task(&plan::ADD_SERVERS, 1);
        task.tick(Timestamp::UNIX_EPOCH, &[]);
        let id = task.subtasks[0].id;
        assert!(task.skip_subtask(id).is_err());
        task.cancel_subtask(id).unwrap();
        run(&mut task, &[]);
        assert_eq!(task.subtasks[0].operation, Operation::Cancel);
        assert_eq!(task.status, Status::Failed);
        task.skip_subtask(id).unwrap();
        run(&mut task, &[]);
        assert_eq!(
            (task.status, task.subtasks[0].operation),
            (Status::Successful, Operation::Skip)
        );
    }

    #[test]
    fn a_cancelled_undoing_can_be_skipped() {
        let mut task = task(&plan::ADD_SERVERS, 1);
        run(&mut task, &failing("task-fail=Install rpm"));
        task.roll_back().unwrap();
        task.tick(Timestamp::UNIX_EPOCH, &[]);
        let running = task
            .subtasks
            .iter()
            .find(|node| node.status == Status::Running);
        let id = running.unwrap().id;
        task.cancel_subtask(id).unwrap();
        run(&mut task, &[]);
        assert_eq!(task.status, Status::Failed);
        task.skip_subtask(id).unwrap();
        run(&mut task, &[]);
        assert_eq!(
            (task.status, task.operation),
            (Status::Successful, Operation::Rollback)
        );
    }

    #[test]
    fn a_lasting_forbids_the_rollback() {
        let mut task = task(&plan::FAILOVER, 1);
        run(&mut task, &failing("task-fail=Sync all cluster info"));
        assert_eq!(task.roll_back().unwrap_err().code, "TSK10009");
    }
}
