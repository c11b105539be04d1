//! A run as the screen shows it: its steps, their tasks, and what can be done
//! where it stopped.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_i18n::t;

use super::order::Failure;
use crate::console::task::TaskScreen;
use crate::fleet::change::Scope;
use crate::fleet::request::Request;
use crate::fleet::task::{State, TaskId};
use crate::setup::engine::Progress;
use crate::setup::{Step, StepKind};

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its turn has not come.
    Waits,
    /// It works.
    Works,
    /// It reached its end.
    Done,
    /// It was so already.
    Already,
    /// It stopped the run.
    Failed,
}

impl Standing {
    /// The state of a task that looks the same.
    #[must_use]
    pub fn state(self) -> State {
        match self {
            Self::Waits => State::Pending,
            Self::Works => State::Running,
            Self::Done | Self::Already => State::Succeeded,
            Self::Failed => State::Failed,
        }
    }
}

/// A step.
#[derive(Clone, Debug)]
pub struct Line {
    /// [`Step::id`].
    pub id: String,
    /// What it is called.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// When it began.
    pub began: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why nothing is heard of it.
    pub note: String,
}

/// What can be done where a run stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it is called.
    pub title: String,
    /// What it does.
    pub about: String,
    /// What choosing it does.
    pub deed: Deed,
}

/// What choosing does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// An operation on the task of the step.
    Operate(Box<Request>),
    /// Goes on where it stopped.
    GoOn,
    /// Back to the plan.
    Edit,
    /// Removes all agents.
    Abandon,
    /// Opens the cluster.
    Cluster,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Running {
    /// The steps.
    pub lines: Vec<Line>,
    trees: BTreeMap<String, TaskScreen>,
    current: Option<String>,
    /// How it ended; `None` while it works.
    pub end: Option<Result<(), Failure>>,
    /// An abandoning is on its way.
    pub leaving: bool,
}

impl Running {
    /// A run that begins.
    #[must_use]
    pub fn new(steps: &[Step]) -> Self {
        let line = |step: &Step| Line {
            id: step.id.clone(),
            title: title(&step.kind),
            standing: Standing::Waits,
            began: None,
            ended: None,
            note: String::new(),
        };
        Self {
            lines: steps.iter().map(line).collect(),
            trees: BTreeMap::new(),
            current: None,
            end: None,
            leaving: false,
        }
    }

    /// Whether something is under way that leaving the program would cut off.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.end.is_none() || self.leaving
    }

    /// Takes in what the engine tells.
    pub fn heard(&mut self, progress: Progress, at: Timestamp) {
        match progress {
            Progress::Already(step) => self.stand(&step, Standing::Already, at),
            Progress::Begins(step) => {
                self.stand(&step, Standing::Works, at);
                self.current = Some(step);
            }
            Progress::Done(step) => self.stand(&step, Standing::Done, at),
            Progress::Silent(step, error) => {
                if let Some(line) = self.line(&step) {
                    line.note = error.to_string();
                }
            }
            Progress::Task(step, task) => {
                if let Some(line) = self.line(&step) {
                    line.note.clear();
                }
                self.trees
                    .entry(step.clone())
                    .and_modify(|tree| {
                        // A retried step may have made another task.
                        if *tree.id() != task.id {
                            *tree = TaskScreen::new(task.id.clone());
                        }
                    })
                    .or_insert_with(|| TaskScreen::new(task.id.clone()))
                    .arrived(*task, at);
                self.current = Some(step);
            }
        }
    }

    /// Takes in how it ended.
    pub fn ended(&mut self, end: Result<(), Failure>, at: Timestamp) {
        if let Err(failure) = &end {
            let step = failure.step.clone();
            self.stand(&step, Standing::Failed, at);
            if self.trees.contains_key(&step) {
                self.current = Some(step);
            }
        }
        self.end = Some(end);
    }

    /// The tree of a step, or of the step that works.
    #[must_use]
    pub fn tree(&self, step: Option<&str>) -> Option<&TaskScreen> {
        let chosen = step.and_then(|step| self.trees.get(step));
        chosen.or_else(|| self.trees.get(self.current.as_deref()?))
    }

    /// The tree of exactly this step.
    #[must_use]
    pub fn tree_of(&self, step: &str) -> Option<&TaskScreen> {
        self.trees.get(step)
    }

    /// The step that stopped it, and its task.
    #[must_use]
    pub fn failed_task(&self) -> Option<(String, TaskId)> {
        match &self.end {
            Some(Err(Failure {
                step,
                task: Some(task),
                ..
            })) => Some((step.clone(), task.clone())),
            _ => None,
        }
    }

    /// What can be done now.
    #[must_use]
    pub fn choices(&self, name: &str) -> Vec<Choice> {
        let choice = |title: String, about: String, deed| Choice { title, about, deed };
        match &self.end {
            _ if self.leaving => Vec::new(),
            None => Vec::new(),
            Some(Ok(())) => vec![choice(
                t!("Open %{name}", name = name).into_owned(),
                t!("the cluster is made").into_owned(),
                Deed::Cluster,
            )],
            Some(Err(failure)) => {
                let tree = self.trees.get(&failure.step);
                let mut choices: Vec<Choice> = tree
                    .filter(|_| failure.task.is_some())
                    .map(TaskScreen::deeds)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(title, about, request)| {
                        choice(title, about, Deed::Operate(Box::new(request)))
                    })
                    .collect();
                choices.extend([
                    choice(
                        t!("Go on").into_owned(),
                        t!("finds out what is so, and continues from there").into_owned(),
                        Deed::GoOn,
                    ),
                    choice(
                        t!("Edit the plan and try again").into_owned(),
                        t!("what you change is sent again, the rest stays").into_owned(),
                        Deed::Edit,
                    ),
                    choice(
                        t!("Abandon").into_owned(),
                        t!("removes all agents of the plan: they are SINGLE again").into_owned(),
                        Deed::Abandon,
                    ),
                ]);
                choices
            }
        }
    }

    fn line(&mut self, step: &str) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.id == step)
    }

    fn stand(&mut self, step: &str, standing: Standing, at: Timestamp) {
        let Some(line) = self.line(step) else { return };
        line.standing = standing;
        line.note.clear();
        match standing {
            Standing::Works => line.began = Some(at),
            Standing::Done | Standing::Failed => line.ended = Some(at),
            Standing::Waits | Standing::Already => {}
        }
    }
}

/// What a step is called.
#[must_use]
pub fn title(kind: &StepKind) -> String {
    let list = |agents: &[crate::fleet::Address]| {
        let agents: Vec<_> = agents.iter().map(ToString::to_string).collect();
        agents.join(", ")
    };
    match kind {
        StepKind::JoinSelf => t!("The first agent becomes the master"),
        StepKind::Join(agent) => t!("%{agent} joins", agent = agent),
        StepKind::Configure(Scope::Global) => t!("Parameters of all servers"),
        StepKind::Configure(Scope::Zone(zones)) => {
            t!("Parameters of %{zones}", zones = zones.join(", "))
        }
        StepKind::Configure(Scope::Server(agents)) => {
            t!("Parameters of %{zones}", zones = list(agents))
        }
        StepKind::ClusterConfig => t!("Name, id and root password"),
        StepKind::Init => t!("Make the cluster"),
        StepKind::AgentPassword(agent) => t!("Agent password of %{agent}", agent = agent),
        StepKind::Proxy(agent) => t!("OBProxy at %{agent}", agent = agent),
    }
    .into_owned()
}
