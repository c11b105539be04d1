//! Runs a plan: a wave of steps after the other, each journaled before and after.
//! Started again after anything, it finds out what is really so and goes on.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::{Mutex, mpsc};

use super::journal::{Journal, Mark};
use super::{Plan, PlanSecrets, Step, StepKind};
use crate::fleet::Address;
use crate::fleet::task::{State, Task, TaskId};
use crate::link::{
    Ask, Asked, Backend, Held, LinkError, Lost, Picture, Probe, SendError, WriteAccess,
};

/// How many answers in a row may fail while a task is watched: the servers restart
/// their agents, and a lost poll is no lost setup.
const PATIENCE: u32 = 60;

/// Who answers for an agent. Credentials and keys are its business.
pub trait Crew: Send + Sync {
    /// A backend that asks this agent and no other.
    fn backend(&self, agent: &Address) -> Arc<dyn Backend>;
}

/// What happens while a setup runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// A step was found to be so already.
    Already(String),
    /// A step begins.
    Begins(String),
    /// The task of a step, as it stands now.
    Task(String, Box<Task>),
    /// A step reached its end.
    Done(String),
    /// An answer did not come; asked again.
    Silent(String, LinkError),
}

/// Why a setup stopped. Started again it goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The journal cannot be written: going on would risk sending twice.
    #[error("the journal cannot be written: {0}")]
    Journal(#[from] std::io::Error),
    /// The server refused a step, or does not answer.
    #[error("{step}: {error}")]
    Refused {
        /// The step.
        step: String,
        /// The server's words.
        error: LinkError,
    },
    /// A task holds what a step needs.
    #[error("{step}: {error}\n{}", by.words())]
    Held {
        /// The step.
        step: String,
        /// The server's words.
        error: LinkError,
        /// Which task that is, as far as it can be told.
        by: Held,
    },
    /// The answer to a change was lost and it cannot be told what it did.
    #[error("{step}: the answer was lost ({reason}); whether it happened is not known")]
    AnswerLost {
        /// The step.
        step: String,
        /// What happened to the connection, and what was found out.
        reason: String,
    },
    /// The task of a step did not end well.
    #[error("{step}: its task {task} ended {}", state.word())]
    TaskEnded {
        /// The step.
        step: String,
        /// The task.
        task: TaskId,
        /// How it ended.
        state: State,
    },
    /// The agents are not as the plan and the journal say.
    #[error("{0}")]
    Elsewhere(String),
}

/// One run of a plan.
pub struct Engine<'a> {
    /// Who answers for which agent.
    pub crew: &'a dyn Crew,
    /// The right to change something.
    pub access: &'a WriteAccess,
    /// Where the run is written down.
    pub journal: &'a Mutex<Journal>,
    /// How often a running task is asked for.
    pub pace: Duration,
    /// Who hears what happens; a closed end is no reason to stop.
    pub report: mpsc::UnboundedSender<Progress>,
}

impl Engine<'_> {
    /// Runs every step that is not so already.
    ///
    /// # Errors
    /// The first step that does not reach its end; steps of its wave go on to theirs.
    pub async fn run(&self, plan: &Plan, secrets: &PlanSecrets) -> Result<(), SetupError> {
        let steps = plan.steps(secrets);
        let waves = steps.last().map_or(0, |step| step.wave + 1);
        for wave in 0..waves {
            let members = steps.iter().filter(|step| step.wave == wave);
            for outcome in join_all(members.map(|step| self.step(plan, step))).await {
                outcome?;
            }
        }
        Ok(())
    }

    async fn step(&self, plan: &Plan, step: &Step) -> Result<(), SetupError> {
        let mark = self.journal.lock().await.mark(&step.id).cloned();
        let begun = matches!(mark, Some(Mark::Begun { .. }));
        let task = match mark {
            Some(Mark::Done) => {
                self.say(Progress::Already(step.id.clone()));
                return Ok(());
            }
            Some(Mark::Made { task }) => Some(task),
            Some(Mark::Begun { known }) => self.own_task(step, &known).await?,
            Some(Mark::Failed { task, .. }) => self.standing(step, task).await?,
            Some(Mark::Again) | None => None,
        };
        self.say(Progress::Begins(step.id.clone()));
        let task = match task {
            Some(task) => Some(task),
            None if self.is_so(plan, step, begun).await? => {
                self.write(step, Mark::Done).await?;
                self.say(Progress::Already(step.id.clone()));
                return Ok(());
            }
            None => self.send(step).await?,
        };
        if let Some(task) = task {
            self.watch(step, &task).await?;
        }
        self.write(step, Mark::Done).await?;
        self.say(Progress::Done(step.id.clone()));
        Ok(())
    }

    async fn send(&self, step: &Step) -> Result<Option<TaskId>, SetupError> {
        let known = self
            .tasks_named(step)
            .await?
            .into_iter()
            .map(|task| task.id)
            .collect();
        self.write(step, Mark::Begun { known }).await?;
        let backend = self.backend(step);
        let task = match backend.send(self.access, &step.request).await {
            Ok(sent) => sent.task.map(|task| {
                let id = task.id.clone();
                self.say(Progress::Task(step.id.clone(), task));
                id
            }),
            Err(SendError::AnswerLost {
                found: Lost::Made(task),
                ..
            }) => Some(task),
            Err(SendError::NotDone(error)) => {
                let reason = error.to_string();
                self.write(step, Mark::Failed { reason, task: None })
                    .await?;
                return Err(SetupError::Refused {
                    step: step.id.clone(),
                    error,
                });
            }
            Err(SendError::Held { error, by }) => {
                let reason = format!("{error}\n{}", by.words());
                self.write(step, Mark::Failed { reason, task: None })
                    .await?;
                let step = step.id.clone();
                let by = *by;
                return Err(SetupError::Held { step, error, by });
            }
            // A step of the setup is one request without a file.
            Err(error @ (SendError::HalfDone { .. } | SendError::CutShort { .. })) => {
                return Err(SetupError::AnswerLost {
                    step: step.id.clone(),
                    reason: error.to_string(),
                });
            }
            Err(SendError::AnswerLost { reason, found }) => {
                let reason = match found {
                    Lost::CannotTell(why) => format!("{reason}; {why}"),
                    _ => reason,
                };
                return Err(SetupError::AnswerLost {
                    step: step.id.clone(),
                    reason,
                });
            }
        };
        if let Some(task) = &task {
            self.write(step, Mark::Made { task: task.clone() }).await?;
        }
        Ok(task)
    }

    async fn watch(&self, step: &Step, id: &TaskId) -> Result<(), SetupError> {
        let backend = self.backend(step);
        let mut silent = 0;
        loop {
            match backend.ask(&Ask::Task(id.clone())).await {
                Ok(Asked {
                    picture: Picture::Task(task),
                    ..
                }) => {
                    silent = 0;
                    let state = task.state;
                    self.say(Progress::Task(step.id.clone(), task));
                    match state {
                        State::Succeeded | State::Skipped => return Ok(()),
                        state if state.is_terminal() => {
                            let failed = Mark::Failed {
                                reason: state.word().to_owned(),
                                task: Some(id.clone()),
                            };
                            self.write(step, failed).await?;
                            let (step, task) = (step.id.clone(), id.clone());
                            return Err(SetupError::TaskEnded { step, task, state });
                        }
                        _ => {}
                    }
                }
                Ok(_) => {}
                Err(
                    error @ (LinkError::Unreachable { .. }
                    | LinkError::Garbled { .. }
                    | LinkError::Throttled { .. }),
                ) if silent < PATIENCE => {
                    silent += 1;
                    self.say(Progress::Silent(step.id.clone(), error));
                }
                Err(error) => {
                    return Err(SetupError::Refused {
                        step: step.id.clone(),
                        error,
                    });
                }
            }
            tokio::time::sleep(self.pace).await;
        }
    }

    /// The task that the request of a step made before this process began.
    async fn own_task(&self, step: &Step, known: &[TaskId]) -> Result<Option<TaskId>, SetupError> {
        let tasks = self.tasks_named(step).await?;
        Ok(tasks
            .into_iter()
            .map(|task| task.id)
            .find(|id| !known.contains(id)))
    }

    /// The task of a failed step, unless it was undone since: an operator may have
    /// set it going again, and it is not sent a second time.
    async fn standing(
        &self,
        step: &Step,
        failed: Option<TaskId>,
    ) -> Result<Option<TaskId>, SetupError> {
        let Some(failed) = failed else {
            return Ok(None);
        };
        let tasks = self.tasks_named(step).await?;
        let own = tasks.into_iter().find(|task| task.id == failed);
        Ok(own
            .filter(|task| task.state != State::RolledBack)
            .map(|task| task.id))
    }

    async fn tasks_named(&self, step: &Step) -> Result<Vec<Task>, SetupError> {
        let Some(name) = &step.request.makes else {
            return Ok(Vec::new());
        };
        match self.backend(step).ask(&Ask::Tasks).await {
            Ok(Asked {
                picture: Picture::Tasks(tasks),
                ..
            }) => Ok(tasks
                .into_iter()
                .filter(|task| task.name == *name)
                .collect()),
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(SetupError::Refused {
                step: step.id.clone(),
                error,
            }),
        }
    }

    /// Whether the world is already as the step would make it. `begun`: its
    /// request may have been sent, and nothing is known of its answer.
    async fn is_so(&self, plan: &Plan, step: &Step, begun: bool) -> Result<bool, SetupError> {
        let (agent, wanted) = match &step.kind {
            StepKind::JoinSelf => (plan.master(), ["MASTER", "CLUSTER AGENT"]),
            StepKind::Join(agent) => (Some(agent), ["FOLLOWER", "CLUSTER AGENT"]),
            StepKind::Init => (plan.master(), ["CLUSTER AGENT", "CLUSTER AGENT"]),
            // One that was set before this setup is another one.
            StepKind::AgentPassword(agent) => {
                return Ok(begun && self.probe(step, agent).await?.agent.secured == Some(true));
            }
            StepKind::Proxy(agent) => {
                return Ok(self.probe(step, agent).await?.agent.has_proxy == Some(true));
            }
            StepKind::Configure(_) | StepKind::ClusterConfig => return Ok(false),
        };
        let Some(agent) = agent else { return Ok(false) };
        let probe = self.probe(step, agent).await?;
        let identity = probe.agent.identity.as_str();
        if !wanted.contains(&identity) {
            return Ok(false);
        }
        let planned = plan.servers.iter().find(|server| server.agent == *agent);
        match planned {
            Some(server) if server.zone != probe.agent.zone => Err(SetupError::Elsewhere(format!(
                "{agent} is {identity} of zone {}, the plan wants {}",
                probe.agent.zone, server.zone
            ))),
            _ => Ok(true),
        }
    }

    async fn probe(&self, step: &Step, agent: &Address) -> Result<Probe, SetupError> {
        match self
            .crew
            .backend(agent)
            .ask(&Ask::Probe(agent.clone()))
            .await
        {
            Ok(Asked {
                picture: Picture::Probe(probe),
                ..
            }) => Ok(*probe),
            Ok(_) => Err(SetupError::Elsewhere(format!(
                "{agent} did not answer as an agent does"
            ))),
            Err(error) => Err(SetupError::Refused {
                step: step.id.clone(),
                error,
            }),
        }
    }

    fn backend(&self, step: &Step) -> Arc<dyn Backend> {
        let agent = step
            .request
            .target
            .clone()
            .unwrap_or_else(|| Address::new("", 0));
        self.crew.backend(&agent)
    }

    async fn write(&self, step: &Step, mark: Mark) -> Result<(), SetupError> {
        self.journal
            .lock()
            .await
            .write(&step.id, mark, Timestamp::now())?;
        Ok(())
    }

    fn say(&self, progress: Progress) {
        // The run goes on whether or not somebody listens.
        let _ = self.report.send(progress);
    }
}
