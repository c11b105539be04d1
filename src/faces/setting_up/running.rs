//! Runs the engine and prints what happens, a line an event.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, mpsc};

use super::crew::PlanCrew;
use super::looked::{self, Looked};
use crate::faces::exit::{Exit, Stop};
use crate::faces::out;
use crate::fleet::task::events::{self, Event, What};
use crate::fleet::task::{NodeKind, State, Task};
use crate::link::WriteAccess;
use crate::setup::engine::{Engine, Progress, SetupError};
use crate::setup::journal::Journal;
use crate::setup::{Plan, PlanSecrets};

/// What runs, and as whom.
pub struct Run<'a> {
    /// What is to be.
    pub plan: &'a Plan,
    /// Its secrets.
    pub secrets: &'a PlanSecrets,
    /// Who answers for which agent.
    pub crew: &'a PlanCrew,
    /// The right to change something.
    pub access: &'a WriteAccess,
    /// Between two pictures of a task.
    pub pace: Duration,
}

impl Run<'_> {
    /// Runs the plan to its end.
    ///
    /// # Errors
    /// The step that stopped it, or somebody interrupted: `apply` goes on from there.
    pub async fn to_its_end(&self, journal: &Mutex<Journal>) -> Result<Exit, Stop> {
        let (report, mut progress) = mpsc::unbounded_channel();
        let engine = Engine {
            crew: self.crew,
            access: self.access,
            journal,
            pace: self.pace,
            report,
        };
        let plan = self.plan;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut seen = BTreeMap::new();
        let mut work = std::pin::pin!(engine.run(plan, self.secrets));
        let goes_on = "stopped here; what runs on the agents goes on, and `obdeck apply` with the same file goes on from there";
        let outcome = loop {
            tokio::select! {
                biased;
                Some(progress) = progress.recv() => tell(&mut seen, progress)?,
                outcome = &mut work => break outcome,
                _ = interrupt.recv() => return Err(Stop::new(Exit::Interrupted, goes_on)),
                _ = terminate.recv() => return Err(Stop::new(Exit::Terminated, goes_on)),
            }
        };
        while let Ok(progress) = progress.try_recv() {
            tell(&mut seen, progress)?;
        }
        if let Err(error) = outcome {
            // Where an agent stands in a dead end, its cure is the news that counts.
            let looked = Looked::at(self.crew, plan, true).await;
            looked::say(&looked.dead_ends(plan, &*journal.lock().await));
            return Err(stop(error));
        }
        out::data(&format!(
            "{} is set up: {} servers in {} zones",
            plan.name,
            plan.servers.len(),
            plan.zone_names().len()
        ))?;
        Ok(Exit::Done)
    }
}

fn tell(seen: &mut BTreeMap<String, Task>, progress: Progress) -> Result<(), Stop> {
    match progress {
        Progress::Already(step) => out::data(&format!("✓ {step}: is so already")),
        Progress::Begins(step) => out::data(&format!("▸ {step}")),
        Progress::Done(step) => out::data(&format!("✓ {step}")),
        Progress::Silent(step, error) => {
            out::note(&format!("  {step}: {error}; asked again"));
            Ok(())
        }
        Progress::Task(step, task) => {
            let events = events::between(seen.get(&step), &task, Timestamp::now());
            for event in events.iter().filter(|event| is_news(&task, event)) {
                out::data(&format!("  {step}: {}", event.words()))?;
            }
            seen.insert(step, *task);
            Ok(())
        }
    }
}

/// What is said of a step's task: its stages, and whatever goes wrong. A task of
/// one stage has nothing to say that its step does not; the log stays with the
/// task (`obdeck task logs`).
fn is_news(task: &Task, event: &Event) -> bool {
    let stages = task.nodes.iter().filter(|node| node.kind == NodeKind::Node);
    let node = event.node.as_ref().and_then(|key| task.node(key));
    let is_stage = node.is_some_and(|node| node.kind == NodeKind::Node);
    match &event.what {
        What::Log { .. } => false,
        What::Phase { .. } | What::Attempt { .. } => true,
        What::Seen { state } | What::State { to: state, .. } => match state {
            State::Failed | State::Cancelled | State::RolledBack | State::Skipped => true,
            State::Pending | State::Ready => false,
            _ => is_stage && stages.count() > 1,
        },
    }
}

fn stop(error: SetupError) -> Stop {
    let message =
        format!("{error}\nstart again with the same file: `obdeck apply` goes on from here");
    match error {
        SetupError::Journal(_) => Stop::failed(message),
        SetupError::Held { error, by, .. } => {
            let watch: Vec<_> = by
                .holders()
                .iter()
                .map(|holder| format!("obdeck task watch {}", holder.id))
                .collect();
            let message = [vec![message], watch].concat().join("\n");
            Stop::new(Stop::from(error).exit, message)
        }
        SetupError::Refused { error, .. } => Stop::new(Stop::from(error).exit, message),
        SetupError::AnswerLost { .. } => Stop::new(Exit::Lost, message),
        SetupError::TaskEnded { task, .. } => {
            let retry = format!(
                "see it with `obdeck task show {task}`, then retry or roll back: `obdeck task retry {task}`"
            );
            Stop::new(Exit::TaskFailed, format!("{message}\n{retry}"))
        }
        SetupError::Elsewhere(_) => Stop::new(Exit::Withheld, message),
    }
}
