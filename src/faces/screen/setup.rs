//! What the guided setup wants done outside: agents asked, plans kept, the
//! engine run. Everything runs in tasks of its own and comes back as news.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::Incoming;
use super::opening::Opened;
use crate::config::Endpoint;
use crate::console::setup::{Failure, News, Order, Run};
use crate::console::{Event, Place};
use crate::faces::access::{Reach, Secrets};
use crate::faces::cli::Globals;
use crate::faces::setting_up::{Looked, PlanCrew};
use crate::fleet::request::Request;
use crate::fleet::task::{State, TaskId};
use crate::fleet::{Address, change};
use crate::link::{Ask, Picture, Probe, WriteAccess};
use crate::setup::engine::{Crew, Engine, Progress, SetupError};
use crate::setup::findings::{self, Probed};
use crate::setup::journal::{Journal, Mark};
use crate::setup::{Plan, PlanSecrets, runs};

/// A DAG moves at most once a second (`api/obshell.md §5.5`); asked twice as
/// often, no state is shown late.
const PACE: Duration = Duration::from_millis(500);
/// So often an agent is asked whether something has come about.
const LOOKS: usize = 240;

type Shared = Arc<tokio::sync::Mutex<Journal>>;

/// The journals of this session, by the name of their setup.
#[derive(Default)]
pub struct SettingUp {
    journals: Arc<Mutex<BTreeMap<String, Shared>>>,
}

/// Where the session points now.
pub struct Around {
    /// Where news goes.
    pub queue: UnboundedSender<Incoming>,
    /// The right to change something.
    pub access: Option<Arc<WriteAccess>>,
    /// Flags.
    pub globals: Globals,
    /// The open place.
    pub place: Option<Reach>,
    /// The number of the place to be opened.
    pub wanted: u64,
    /// Whether the simulator is open: it never touches the user's files.
    pub simulated: bool,
}

impl Around {
    fn tell(&self, news: News) {
        let _ = self.queue.send(Incoming::Event(Event::Setup(news)));
    }

    /// How one agent is reached.
    fn reach(&self, agent: &Address) -> Reach {
        match self.place.as_ref().filter(|_| self.simulated) {
            Some(place) => Reach {
                endpoints: vec![Endpoint::Agent(agent.clone())],
                secrets: Secrets::default(),
                ..place.clone()
            },
            None => Reach::at(&self.globals, agent),
        }
    }

    fn places(&self) -> Option<crate::config::Places> {
        self.reach(&Address::new("", 0)).places
    }

    /// The session points at the servers of the plan from here on, so that their
    /// tasks and the finished cluster can be opened.
    fn enter(&self, run: &Run) {
        let servers = &run.file.plan.servers;
        let Some(master) = run.file.plan.master() else {
            return;
        };
        let mut reach = self.reach(master);
        reach.name.clone_from(&run.file.plan.name);
        reach.endpoints = servers
            .iter()
            .map(|server| Endpoint::Agent(server.agent.clone()))
            .collect();
        reach.secrets = Secrets {
            root: Some(run.secrets.root.clone()),
            agent: run
                .secrets
                .after_agent
                .clone()
                .or_else(|| run.secrets.master_agent.clone()),
            earlier: Some(crate::base::Secret::default()),
            ..Secrets::default()
        };
        let Ok(backend) = reach.backend() else {
            return;
        };
        let opened = Opened {
            place: Place {
                name: reach.name.clone(),
                endpoint: backend.endpoint(),
                ..Place::default()
            },
            backend,
            reach: Some(reach),
            want: None,
            sim: None,
            task: None,
            past: Vec::new(),
        };
        let _ = self
            .queue
            .send(Incoming::Opened(self.wanted, Box::new(opened)));
    }
}

impl SettingUp {
    /// Does it, in the background.
    pub fn carry_out(&self, around: Around, order: Order) {
        match order {
            Order::Look => look(&around),
            Order::Probe(agents) => {
                let around = Arc::new(around);
                for agent in agents {
                    tokio::spawn(probe(Arc::clone(&around), agent));
                }
            }
            Order::Doors(doors) => {
                tokio::spawn(async move {
                    let listens = crate::link::doors::listening(doors).await;
                    around.tell(News::Listens(listens));
                });
            }
            Order::Save { path, text } => {
                let saved = runs::write_private(Path::new(&path), &text)
                    .map(|()| path.clone())
                    .map_err(|error| format!("{path}: {error}"));
                around.tell(News::Saved(saved));
            }
            Order::Run(run) => self.start(around, run, None),
            Order::Operate {
                step,
                task,
                request,
                run,
            } => self.start(around, run, Some((step, task, *request))),
            Order::Abandon(run) => {
                let journals = Arc::clone(&self.journals);
                tokio::spawn(async move {
                    let outcome = abandon(&around, &run).await;
                    if outcome.is_ok() {
                        forget(&around, &journals, &run.file.plan);
                    }
                    around.tell(News::Abandoned(outcome));
                });
            }
        }
    }

    fn start(&self, around: Around, run: Box<Run>, first: Option<(String, TaskId, Request)>) {
        let failed = |around: &Around, sentence: String| {
            around.tell(News::Ended(Err(Failure {
                step: String::new(),
                sentence,
                task: None,
            })));
        };
        let Some(access) = around.access.clone() else {
            let why = t!("not sent: read-only, or nothing is open").into_owned();
            return failed(&around, why);
        };
        let journal = match self.journal(&around, &run) {
            Ok(journal) => journal,
            Err(error) => {
                let why = t!("the journal of this setup: %{error}", error = error);
                return failed(&around, why.into_owned());
            }
        };
        around.enter(&run);
        let journals = Arc::clone(&self.journals);
        tokio::spawn(async move {
            let outcome = work(&around, &run, &access, &journal, first).await;
            if outcome.is_ok() {
                // Its lock goes with it: `apply` may look at the cluster from here on.
                let_go(&journals, &run.file.plan);
            }
            drop(journal);
            around.tell(News::Ended(outcome));
        });
    }

    /// The journal of a plan, opened once a session; the plan is kept beside it.
    fn journal(&self, around: &Around, run: &Run) -> std::io::Result<Shared> {
        let places = around.places();
        let folder = places.map(|places| places.make_journal()).transpose()?;
        if let Some(folder) = &folder {
            runs::keep(folder, &run.file)?;
        }
        let mut journals = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
        let name = runs::name(&run.file.plan);
        if let Some(journal) = journals.get(&name) {
            return Ok(Arc::clone(journal));
        }
        let journal = match &folder {
            Some(folder) => Journal::open(&runs::journal_path(folder, &run.file.plan))?,
            None => Journal::in_memory(),
        };
        let journal = Arc::new(tokio::sync::Mutex::new(journal));
        journals.insert(name, Arc::clone(&journal));
        Ok(journal)
    }
}

fn look(around: &Around) {
    let doors = around.place.iter().flat_map(|place| &place.endpoints);
    let doors = doors.filter_map(|endpoint| match endpoint {
        Endpoint::Agent(address) => Some(address.clone()),
        _ => None,
    });
    let folder = around.places().map(|places| places.journal());
    around.tell(News::Around {
        doors: doors.collect(),
        unfinished: folder
            .map(|folder| runs::unfinished(&folder))
            .unwrap_or_default(),
    });
}

async fn probe(around: Arc<Around>, agent: Address) {
    let backend = match around.reach(&agent).backend() {
        Ok(backend) => backend,
        Err(stop) => {
            let probe = Box::new(Err(stop.message));
            return around.tell(News::Probed {
                agent,
                probe,
                error_ms: 0,
            });
        }
    };
    let (probe, error_ms) = ask(backend.as_ref(), &agent).await;
    let single = probe
        .as_ref()
        .is_ok_and(|probe| probe.agent.identity == "SINGLE" && probe.agent.secured != Some(true));
    around.tell(News::Probed {
        agent: agent.clone(),
        probe: Box::new(probe),
        error_ms,
    });
    // Others want a password for this, which nobody gave yet.
    if single
        && let Ok(asked) = backend.ask(&Ask::Host(agent.clone())).await
        && let Picture::Host(host) = asked.picture
    {
        around.tell(News::Host { agent, host });
    }
}

async fn ask(backend: &dyn crate::link::Backend, agent: &Address) -> (Probed, i64) {
    match backend.ask(&Ask::Probe(agent.clone())).await {
        Ok(asked) => match asked.picture {
            Picture::Probe(probe) => (Ok(*probe), asked.took.as_millis() as i64 / 2),
            _ => (Err(t!("it answered another question").into_owned()), 0),
        },
        Err(error) => (Err(error.to_string()), 0),
    }
}

async fn work(
    around: &Around,
    run: &Run,
    access: &WriteAccess,
    journal: &Shared,
    first: Option<(String, TaskId, Request)>,
) -> Result<(), Failure> {
    let (plan, secrets) = (&run.file.plan, &run.secrets);
    let nowhere = |sentence: String| Failure {
        step: String::new(),
        sentence,
        task: None,
    };
    let crew = {
        let mut journal = journal.lock().await;
        if let Some(before) = &run.before {
            journal
                .edited(
                    &before.steps(secrets),
                    &plan.steps(secrets),
                    Timestamp::now(),
                )
                .map_err(|error| nowhere(error.to_string()))?;
        }
        let reach = |agent: &Address| around.reach(agent);
        PlanCrew::new(reach, plan, secrets, &BTreeMap::new(), &journal)
            .map_err(|stop| nowhere(stop.message))?
    };
    if let Some((step, task, request)) = first {
        operate(run, &crew, access, journal, (&step, &task, &request))
            .await
            .map_err(|sentence| Failure {
                step,
                sentence,
                task: Some(task),
            })?;
    }
    again(plan, secrets, &crew, journal)
        .await
        .map_err(|error| nowhere(error.to_string()))?;
    let (report, mut progress) = mpsc::unbounded_channel::<Progress>();
    let engine = Engine {
        crew: &crew,
        access,
        journal,
        pace: PACE,
        report,
    };
    let mut engine = std::pin::pin!(engine.run(plan, secrets));
    let outcome = loop {
        tokio::select! {
            biased;
            Some(progress) = progress.recv() => around.tell(News::Progress(Box::new(progress))),
            outcome = &mut engine => break outcome,
        }
    };
    while let Ok(progress) = progress.try_recv() {
        around.tell(News::Progress(Box::new(progress)));
    }
    match outcome {
        Ok(()) => Ok(()),
        Err(error) => Err(explain(plan, &crew, journal, error).await),
    }
}

/// Notes what is to be done again because somebody removed agents meanwhile.
async fn again(
    plan: &Plan,
    secrets: &PlanSecrets,
    crew: &PlanCrew,
    journal: &Shared,
) -> std::io::Result<()> {
    if journal.lock().await.is_empty() {
        return Ok(());
    }
    let looked = Looked::at(crew, plan, true).await;
    let mut journal = journal.lock().await;
    let steps = if findings::gone(plan, &looked.probed, &journal) {
        let steps = plan.steps(secrets).into_iter();
        steps.map(|step| step.id).collect()
    } else {
        findings::rejoins(plan, &looked.probed, &journal)
    };
    for step in steps {
        journal.write(&step, Mark::Again, Timestamp::now())?;
    }
    Ok(())
}

/// What stopped it; where the agents stand in a dead end, that and its cure too.
async fn explain(plan: &Plan, crew: &PlanCrew, journal: &Shared, error: SetupError) -> Failure {
    let looked = Looked::at(crew, plan, true).await;
    let mut sentence = error.to_string();
    for finding in looked.dead_ends(plan, &*journal.lock().await) {
        let agent = finding
            .agent
            .map(|agent| format!("{agent}: "))
            .unwrap_or_default();
        sentence = format!("{sentence}\n{agent}{}", finding.sentence);
    }
    let (step, task) = match error {
        SetupError::TaskEnded { step, task, .. } => (step, Some(task)),
        SetupError::Held { step, .. }
        | SetupError::Refused { step, .. }
        | SetupError::AnswerLost { step, .. } => (step, None),
        SetupError::Journal(_) | SetupError::Elsewhere(_) => (String::new(), None),
    };
    Failure {
        step,
        sentence,
        task,
    }
}

/// Sends an operation on the failed task of a step. From then on that task is
/// the step's again, however it goes on.
async fn operate(
    run: &Run,
    crew: &PlanCrew,
    access: &WriteAccess,
    journal: &Shared,
    (id, task, request): (&str, &TaskId, &Request),
) -> Result<(), String> {
    let steps = run.file.plan.steps(&run.secrets);
    let target = steps
        .into_iter()
        .find(|step| step.id == id)
        .and_then(|step| step.request.target)
        .ok_or_else(|| t!("the plan has no such step any more").into_owned())?;
    let backend = crew.backend(&target);
    backend
        .send(access, request)
        .await
        .map_err(|error| error.to_string())?;
    // The server takes it up at its next tick: until then the task looks as it did.
    for _ in 0..LOOKS {
        if let Ok(asked) = backend.ask(&Ask::Task(task.clone())).await
            && let Picture::Task(task) = asked.picture
            && task.state != State::Failed
        {
            break;
        }
        tokio::time::sleep(PACE).await;
    }
    let made = Mark::Made { task: task.clone() };
    let mut journal = journal.lock().await;
    journal
        .write(id, made, Timestamp::now())
        .map_err(|error| error.to_string())
}

/// Removes all agents, through the master.
async fn abandon(around: &Around, run: &Run) -> Result<(), String> {
    let Some(master) = run.file.plan.master() else {
        return Ok(());
    };
    let Some(access) = &around.access else {
        return Err(t!("not sent: read-only, or nothing is open").into_owned());
    };
    let reach = |agent: &Address| around.reach(agent);
    // Before init the empty password may still be the right one.
    let early = Journal::in_memory();
    let crew = PlanCrew::new(
        reach,
        &run.file.plan,
        &run.secrets,
        &BTreeMap::new(),
        &early,
    )
    .map_err(|stop| stop.message)?;
    let backend = crew.backend(master);
    let is_free =
        |probe: &Probe| probe.agent.identity == "SINGLE" && !probe.agent.under_maintenance;
    match ask(backend.as_ref(), master).await.0 {
        Ok(probe) if is_free(&probe) => return Ok(()),
        Ok(_) => {}
        Err(reason) => return Err(reason),
    }
    let sent = backend
        .send(access, &change::remove(Some(master), master))
        .await
        .map_err(|error| error.to_string())?;
    for _ in 0..LOOKS {
        if let (Ok(probe), _) = ask(backend.as_ref(), master).await
            && is_free(&probe)
        {
            return Ok(());
        }
        if let Some(task) = &sent.task
            && let Ok(asked) = backend.ask(&Ask::Task(task.id.clone())).await
            && let Picture::Task(task) = asked.picture
            && task.state == State::Failed
        {
            return Err(
                t!("task %{id} failed: %{name}", id = task.id, name = task.name).into_owned(),
            );
        }
        tokio::time::sleep(PACE).await;
    }
    Err(t!("the agents are still there; look at the tasks of the master").into_owned())
}

/// Closes the journal of a setup.
fn let_go(journals: &Mutex<BTreeMap<String, Shared>>, plan: &Plan) {
    journals
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&runs::name(plan));
}

/// The setup is over: its journal is put away.
fn forget(around: &Around, journals: &Mutex<BTreeMap<String, Shared>>, plan: &Plan) {
    let_go(journals, plan);
    let Some(places) = around.places() else {
        return;
    };
    if let Err(error) = runs::put_away(&places.journal(), plan, Timestamp::now()) {
        tracing::warn!("the journal of {}: {error}", plan.name);
    }
}
