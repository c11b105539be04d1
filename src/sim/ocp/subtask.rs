//! One node of a task's graph: its states, its runs, what a tick does to it.

use jiff::Timestamp;

use super::plan::Step;
use crate::sim::{Fault, FaultKind};

/// Status of a subtask; tasks use three of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Ready,
    Running,
    Canceling,
    Failed,
    Successful,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Ready => "READY",
            Self::Running => "RUNNING",
            Self::Canceling => "CANCELING",
            Self::Failed => "FAILED",
            Self::Successful => "SUCCESSFUL",
        }
    }
}

/// What a subtask or task was last told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Execute,
    Retry,
    Rollback,
    Skip,
    Cancel,
    RollbackSkip,
}

impl Operation {
    pub fn word(self) -> &'static str {
        match self {
            Self::Execute => "EXECUTE",
            Self::Retry => "RETRY",
            Self::Rollback => "ROLLBACK",
            Self::Skip => "SKIP",
            Self::Cancel => "CANCEL",
            Self::RollbackSkip => "ROLLBACK_SKIP",
        }
    }

    fn undoes(self) -> bool {
        matches!(self, Self::Rollback | Self::RollbackSkip)
    }
}

/// One run of a subtask, for its log.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub operation: Operation,
    pub began: Timestamp,
    pub ended: Option<(Timestamp, Status)>,
}

/// One node of the graph. The order of a task's nodes is topological; the
/// order in which they are shown is not.
#[derive(Debug, Clone)]
pub(super) struct Subtask {
    pub id: i64,
    pub step: Step,
    pub series: usize,
    /// Which of several servers; -1 outside parallel steps.
    pub lane: i32,
    /// On what it works.
    pub target: String,
    pub status: Status,
    pub operation: Operation,
    pub runs: u32,
    pub up: Vec<usize>,
    pub down: Vec<usize>,
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub log: Vec<Run>,
    left: u32,
    /// The first of its name: the one that a fault hits.
    first: bool,
}

/// The nodes of a plan on these targets. Between a parallel step and the next
/// one on the same servers each goes on alone; everything else is a joint.
pub(super) fn graph(steps: Vec<Step>, targets: &[String], first_id: i64) -> Vec<Subtask> {
    let lanes = targets.len().max(1);
    let mut nodes: Vec<Subtask> = Vec::new();
    let mut above: Vec<usize> = Vec::new();
    let mut above_parallel = false;
    for step in steps {
        let count = if step.parallel { lanes } else { 1 };
        let start = nodes.len();
        let first = !nodes.iter().any(|node| node.step.name == step.name);
        for lane in 0..count {
            let index = start + lane;
            let up = if step.parallel && above_parallel && above.len() == count {
                vec![above[lane]]
            } else {
                above.clone()
            };
            for &parent in &up {
                nodes[parent].down.push(index);
            }
            nodes.push(Subtask {
                id: first_id + index as i64,
                series: index,
                lane: if step.parallel { lane as i32 } else { -1 },
                target: targets
                    .get(lane)
                    .or(targets.first())
                    .cloned()
                    .unwrap_or_default(),
                status: Status::Pending,
                operation: Operation::Execute,
                runs: 1,
                up,
                down: Vec::new(),
                began: None,
                ended: None,
                log: Vec::new(),
                left: 0,
                first: first && lane == 0,
                step: step.clone(),
            });
        }
        above = (start..start + count).collect();
        above_parallel = step.parallel;
    }
    nodes
}

impl Subtask {
    pub fn start(&mut self, now: Timestamp) {
        match self.operation {
            Operation::Skip => self.end(Status::Successful, now),
            Operation::RollbackSkip => self.end(Status::Pending, now),
            operation => {
                self.status = Status::Running;
                self.left = self.step.ticks;
                self.began.get_or_insert(now);
                self.ended = None;
                self.log.push(Run {
                    operation,
                    began: now,
                    ended: None,
                });
            }
        }
    }

    pub fn end(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.ended = Some(now);
        if let Some(run) = self.log.last_mut().filter(|run| run.ended.is_none()) {
            run.ended = Some((now, status));
        }
    }

    pub fn work(&mut self, now: Timestamp, faults: &[Fault]) {
        if !self.operation.undoes() && self.hangs(faults) {
            return;
        }
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            return;
        }
        let status = if self.operation.undoes() {
            Status::Pending
        } else if self.fails(faults) {
            Status::Failed
        } else {
            Status::Successful
        };
        self.end(status, now);
    }

    fn named(&self, name: &str) -> bool {
        self.first && self.step.name.eq_ignore_ascii_case(name.trim())
    }

    fn fails(&self, faults: &[Fault]) -> bool {
        faults.iter().any(|fault| match &fault.kind {
            FaultKind::TaskFail(name) => {
                self.named(name) && fault.nth.is_none_or(|nth| nth == u64::from(self.runs))
            }
            _ => false,
        })
    }

    fn hangs(&self, faults: &[Fault]) -> bool {
        faults.iter().any(|fault| match &fault.kind {
            FaultKind::TaskHang(name) => {
                self.named(name) && fault.nth.is_none_or(|nth| nth == u64::from(self.runs))
            }
            _ => false,
        })
    }
}
