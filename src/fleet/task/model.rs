//! The data of a task. Everything that can be worked out of it lives in the
//! files beside this one; nothing here is stored twice.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use super::compact::{Extra, Key, Nodes};
use crate::fleet::Address;

/// The id a server gave a task: a generic id of obshell, a number of OCP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId(pub String);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which API told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An agent of a node.
    Obshell,
    /// The platform over many clusters.
    Ocp,
}

/// What the servers call the thing as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// obshell: a DAG.
    Dag,
    /// OCP: a task.
    Task,
}

/// How a task or a node stands, as the operator should read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its turn has not come.
    Pending,
    /// Queued: the scheduler takes it at its next tick.
    Ready,
    /// Works now.
    Running,
    /// Has done its part and waits for another (sub DAGs at a rendezvous).
    Waiting,
    /// Reached its end.
    Succeeded,
    /// Stopped with an error.
    Failed,
    /// An operator asked to stop it and it has not stopped yet.
    Cancelling,
    /// Stopped because an operator asked.
    Cancelled,
    /// Undoing what it did.
    RollingBack,
    /// Undone. Not a success of what was asked for.
    RolledBack,
    /// An operator declared it done; nothing ran.
    Skipped,
    /// The server said a word that is not in the facts.
    Unknown,
}

/// Which way a task moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Towards its last stage.
    Forward,
    /// Towards its last stage again, after a failure.
    Retrying,
    /// Back towards its first stage.
    RollingBack,
    /// Towards a stop.
    Cancelling,
}

/// What the server said, word for word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    /// `state` of obshell, `status` of OCP.
    pub state: String,
    /// `operator` of obshell; OCP has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
}

/// What a node is. obshell's sequences of ids collide between kinds
/// (`api/obshell.md §13.1`), so a node is known by kind *and* id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// obshell: a stage of the chain.
    Node,
    /// obshell: the work of one agent in a stage.
    SubTask,
    /// OCP: a subtask.
    Subtask,
}

/// One stage or one piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Unique within the task.
    pub key: Key,
    /// What it is.
    pub kind: NodeKind,
    /// The server's id; not unique.
    pub id: String,
    /// The server's name, cleaned of control characters.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// What the server said.
    pub raw: Raw,
    /// The stage that holds this sub-task (obshell).
    pub parent: Option<Key>,
    /// Who runs it.
    pub agent: Option<Address>,
    /// How often it was started; `None` where the server does not count.
    pub attempt: Option<u32>,
    /// What must end before this starts. Only keys that exist in the task.
    pub upstream: Vec<Key>,
    /// What starts after this. Only keys that exist in the task.
    pub downstream: Vec<Key>,
    /// When it really started; unset times of the servers are `None`.
    pub started_at: Option<Timestamp>,
    /// When it really ended; `None` while it runs, whatever the server says.
    pub ended_at: Option<Timestamp>,
    /// Log lines that came with the answer.
    pub logs: Vec<String>,
    /// DAGs on other agents that this node waits for.
    pub sub_dags: Vec<SubDag>,
    /// Everything else the server said of it.
    pub extra: Extra,
}

/// A DAG that a node started on another agent (`additional_data.sub_dags`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubDag {
    /// The agent that runs it, as the server wrote it.
    pub agent: String,
    /// Its id.
    pub id: TaskId,
}

/// What a maintenance task locks (`api/obshell.md §5.7`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Nothing.
    None,
    /// The whole agent or, for a cluster task, the whole cluster.
    Global,
    /// One tenant.
    Tenant(String),
    /// The OBProxy of the agent.
    Obproxy,
}

/// What an operator can do with a task or a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Run what failed again, then go on.
    Retry,
    /// Undo stage by stage, down to the first.
    Rollback,
    /// Stop what runs.
    Cancel,
    /// Declare what failed done and go on, or end.
    Pass,
}

/// A task of either API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Which API told us.
    pub source: Source,
    /// The server's id.
    pub id: TaskId,
    /// The server's name, cleaned of control characters.
    pub name: String,
    /// DAG or task.
    pub kind: Kind,
    /// How it stands.
    pub state: State,
    /// Which way it moves.
    pub phase: Phase,
    /// What the server said.
    pub raw: Raw,
    /// Current stage, from 1; 0 where the server has none.
    pub stage: u32,
    /// Number of stages.
    pub stages: u32,
    /// When it really started.
    pub started_at: Option<Timestamp>,
    /// When it really ended.
    pub ended_at: Option<Timestamp>,
    /// What it locks; `None` where the server does not say.
    pub lock: Option<Lock>,
    /// The main DAG that this sub DAG serves.
    pub main: Option<TaskId>,
    /// Whether `nodes` came with the answer (`show_details`).
    pub detailed: bool,
    /// Stages and sub-tasks (obshell), subtasks (OCP), in the server's order.
    pub nodes: Nodes,
    /// What is wrong with the answer: edges into nothing, repeated ids, cycles.
    pub problems: Vec<String>,
    /// Everything else the server said of it.
    pub extra: Map<String, Value>,
}

/// A line of a sub-task's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Which attempt wrote it, from 1.
    pub attempt: Option<u32>,
    /// When, if the server says.
    pub at: Option<Timestamp>,
    /// The text, cleaned of control characters.
    pub text: String,
}

impl State {
    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::RolledBack | Self::Skipped
        )
    }

    /// Whether something moves now.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling | Self::RollingBack)
    }

    /// The word of the JSON promise (`rolling_back`), also the key of the catalogue of words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }
}

impl Node {
    /// How long it has worked, or worked, in milliseconds; `None` before its start.
    #[must_use]
    pub fn duration_ms(&self, now: Timestamp) -> Option<i64> {
        span_ms(self.started_at, self.ended_at, now)
    }
}

/// From a start to an end, or to now while there is none. Clocks differ: never negative.
fn span_ms(start: Option<Timestamp>, end: Option<Timestamp>, now: Timestamp) -> Option<i64> {
    let span = end.unwrap_or(now).duration_since(start?);
    i64::try_from(span.as_millis()).ok().map(|ms| ms.max(0))
}

impl Task {
    /// How long it has worked, or worked, in milliseconds; `None` before its start.
    #[must_use]
    pub fn duration_ms(&self, now: Timestamp) -> Option<i64> {
        span_ms(self.started_at, self.ended_at, now)
    }

    /// The node with that key.
    #[must_use]
    pub fn node(&self, key: &Key) -> Option<&Node> {
        self.nodes.iter().find(|node| node.key == *key)
    }

    /// Whether the task is still moving or may move without an operator.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.state.is_terminal() && self.state != State::Unknown
    }

    /// Whether it starts agents again as new ones: an upgrade of them, on its own
    /// or as a part of the observers' (`api/obshell.md §6.7`).
    #[must_use]
    pub fn restarts_agents(&self) -> bool {
        self.name.starts_with("Upgrade obshell ")
            || self.nodes.iter().any(|node| node.name == "Restart obshell")
    }
}
