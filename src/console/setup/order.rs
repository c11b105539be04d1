//! What the guided setup wants done outside, and what it hears of it.

use std::collections::BTreeSet;

use crate::fleet::Address;
use crate::fleet::host::HostInfo;
use crate::fleet::request::Request;
use crate::fleet::task::TaskId;
use crate::setup::engine::Progress;
use crate::setup::findings::Probed;
use crate::setup::runs::Unfinished;
use crate::setup::{Plan, PlanFile, PlanSecrets};

/// A plan to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What is to be; kept beside the journal, without the secrets.
    pub file: PlanFile,
    /// The secrets, as typed.
    pub secrets: PlanSecrets,
    /// The plan as it was when it began, where this goes on with one.
    pub before: Option<Plan>,
}

/// Something to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Say which agents are at hand and which setups are unfinished.
    Look,
    /// Ask these agents who they are. Answered by `Probed` and `Host`, one by one.
    Probe(Vec<Address>),
    /// See whether somebody listens there already. Answered by `Listens`.
    Doors(BTreeSet<Address>),
    /// Write a plan file.
    Save {
        /// Where.
        path: String,
        /// What.
        text: String,
    },
    /// Run the plan, or go on with it. Answered by `Progress` and `Ended`.
    Run(Box<Run>),
    /// Send an operation on the task of a step, then go on as `Run` does.
    Operate {
        /// The step.
        step: String,
        /// Its task.
        task: TaskId,
        /// The operation, which the operator has chosen.
        request: Box<Request>,
        /// The plan.
        run: Box<Run>,
    },
    /// Remove all agents of the plan and forget the setup.
    Abandon(Box<Run>),
}

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The step that stopped it; empty for none.
    pub step: String,
    /// What happened.
    pub sentence: String,
    /// The task that did not end well.
    pub task: Option<TaskId>,
}

/// What was heard from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// To `Look`.
    Around {
        /// Agents that the session was opened with.
        doors: Vec<Address>,
        /// Setups that can go on.
        unfinished: Vec<Unfinished>,
    },
    /// An agent told who it is, or did not.
    Probed {
        /// The agent.
        agent: Address,
        /// What it said.
        probe: Box<Probed>,
        /// The measuring error of its clock.
        error_ms: i64,
    },
    /// An agent told what its host has.
    Host {
        /// The agent.
        agent: Address,
        /// What its host has.
        host: Box<HostInfo>,
    },
    /// Those ports of the plan where somebody listens already.
    Listens(BTreeSet<Address>),
    /// The plan file is written, or why it is not.
    Saved(Result<String, String>),
    /// Something happened in the run.
    Progress(Box<Progress>),
    /// The run is at its end, or why it stopped.
    Ended(Result<(), Failure>),
    /// The agents are removed, or why they are not.
    Abandoned(Result<(), String>),
}
