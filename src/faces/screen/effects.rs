//! What the session wants done outside, done.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_i18n::t;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::Incoming;
use super::kept::Kept;
use super::opening::{Opened, Simulation, Target};
use super::origins::Origins;
use super::saved;
use super::sending::Sending;
use super::setup::{Around, SettingUp};
use crate::base::Secret;
use crate::config::Polling;
use crate::config::durations::Durations;
use crate::console::setup::Order;
use crate::console::{Effect, Event, Level, SendId};
use crate::faces::access::{Reach, Want, leaving};
use crate::faces::cli::Globals;
use crate::faces::exit::Stop;
use crate::fleet::request::Request;
use crate::link::poll::{Answers, Pace, Poller};
use crate::link::{Ask, Backend, LinkError, SendError, WriteAccess};
use crate::sim::Options;
use crate::term::{self, Suspended};

/// The open place.
struct Here {
    backend: Arc<dyn Backend>,
    reach: Option<Reach>,
    poller: Poller,
    answers: JoinHandle<()>,
    sim: Option<Simulation>,
    durations: Durations,
}

impl Drop for Here {
    fn drop(&mut self) {
        self.answers.abort();
    }
}

/// Terminal, server and clipboard.
pub struct Outside {
    /// The terminal.
    pub screen: term::Screen,
    queue: UnboundedSender<Incoming>,
    access: Option<Arc<WriteAccess>>,
    here: Option<Here>,
    place: u64,
    /// The number of the last place that was to be opened: an earlier one that
    /// comes later is not wanted any more.
    wanted: u64,
    /// A password was asked for and not given yet: an empty one is not tried.
    held: bool,
    pace: Pace,
    globals: Globals,
    end: End,
    setup: SettingUp,
    sending: Sending,
    /// What the open place keeps for the next session.
    kept: Kept,
    origins: Origins,
}

/// What is wished for when a task that was followed ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct End {
    /// Ring the bell.
    pub bell: bool,
    /// Tell the desktop (OSC 9).
    pub notify: bool,
}

/// How fast to ask: as the configuration says, slower over a thin line.
pub fn pace(globals: &Globals, polling: Polling) -> Pace {
    let usual = Pace::default();
    let times = if globals.manner.low_bandwidth { 4 } else { 1 };
    Pace {
        moving: polling.moving.unwrap_or(usual.moving * times),
        still: polling.still.unwrap_or(usual.still * times),
        longest: polling.longest.unwrap_or(usual.longest),
        ..usual
    }
}

impl Outside {
    /// Opens a place in the background; the answer comes through the queue.
    pub fn open(&mut self, target: Target) {
        self.wanted += 1;
        let (queue, number) = (self.queue.clone(), self.wanted);
        tokio::spawn(async move {
            let incoming = match target.open().await {
                Ok(opened) => Incoming::Opened(number, Box::new(opened)),
                Err(stop) => Incoming::NotOpened(stop),
            };
            let _ = queue.send(incoming);
        });
    }

    /// Whether the place of this number is still the one to be opened.
    pub fn wants(&self, number: u64) -> bool {
        self.wanted == number
    }

    /// The operator gives no password: the empty one is tried then.
    pub fn release(&mut self, asks: BTreeSet<Ask>) {
        self.held = false;
        self.follow(asks);
    }

    /// A session that points nowhere yet.
    pub fn new(
        screen: term::Screen,
        queue: UnboundedSender<Incoming>,
        globals: &Globals,
        pace: Pace,
        read_only: bool,
        end: End,
    ) -> Self {
        Self {
            screen,
            queue,
            access: WriteAccess::grant(read_only).map(Arc::new),
            here: None,
            place: 0,
            wanted: 0,
            held: false,
            pace,
            globals: globals.clone(),
            end,
            setup: SettingUp::default(),
            sending: Sending::default(),
            kept: Kept::default(),
            origins: Origins::default(),
        }
    }

    /// The number of the open place: answers of an earlier one are late.
    pub fn place(&self) -> u64 {
        self.place
    }

    /// Enters a place that was opened; what was open before is left.
    pub fn enter(&mut self, opened: Opened) {
        self.place += 1;
        self.held = opened.want.is_some();
        let (poller, answers) = Poller::start(
            Arc::clone(&opened.backend),
            self.pace,
            u64::from(std::process::id()),
        );
        let durations = opened.durations();
        let history = Box::new(durations.load());
        let _ = self.queue.send(Incoming::Event(Event::Learned(history)));
        self.kept = Kept::of(&opened);
        let same = |a: &Reach, b: &Reach| b.endpoints.iter().all(|at| a.endpoints.contains(at));
        let before = self.here.as_ref().and_then(|here| here.reach.as_ref());
        let again = before
            .zip(opened.reach.as_ref())
            .is_some_and(|(a, b)| same(a, b));
        let origins = Origins::of(&opened);
        self.origins = if again {
            origins.again(&self.origins)
        } else {
            origins
        };
        if let Some(event) = self.kept.load() {
            let _ = self.queue.send(Incoming::Event(event));
        }
        let answers = tokio::spawn(deliver(answers, self.queue.clone(), self.place));
        // The same place again, with another password or key: its simulator lives on.
        let old = self.here.take();
        if let Some(old) = &old {
            tokio::spawn(leaving::leave_one(Arc::clone(&old.backend)));
        }
        let old = old.filter(|_| again).and_then(|mut old| old.sim.take());
        self.here = Some(Here {
            backend: opened.backend,
            reach: opened.reach,
            poller,
            answers,
            sim: opened.sim.or(old),
            durations,
        });
    }

    /// Opens the place again, with a password that the operator typed.
    pub fn open_with(&mut self, want: Want, secret: Secret) {
        let Some(here) = &self.here else { return };
        let Some(mut reach) = here.reach.clone() else {
            return;
        };
        reach.secrets.take(want, secret);
        self.open(Target::Reach(reach));
    }

    /// Opens the place again, with another key of one agent trusted.
    fn trust(&mut self, endpoint: &str, fingerprint: &str) {
        let Some(reach) = self.here.as_ref().and_then(|here| here.reach.clone()) else {
            return;
        };
        match reach.trust(endpoint, fingerprint) {
            Ok(()) => self.open(Target::Reach(reach)),
            Err(stop) => self.say(Level::Error, stop.message),
        }
    }

    /// The secret that a refused password means there.
    pub fn wanted(&self, agent: bool) -> Want {
        let reach = self.here.as_ref().and_then(|here| here.reach.as_ref());
        match reach.filter(|reach| reach.is_platform()) {
            Some(reach) if reach.account.access_key.is_some() => Want::SecretKey,
            Some(_) => Want::User,
            None if agent => Want::Agent,
            None => Want::Root,
        }
    }

    /// Who answers, for a question about its password.
    pub fn endpoint(&self) -> String {
        let here = self.here.as_ref();
        here.map(|here| here.backend.endpoint()).unwrap_or_default()
    }

    /// These questions are on the screen now.
    pub fn follow(&mut self, asks: BTreeSet<Ask>) {
        self.origins.look(&asks, &self.queue, self.place);
        if let Some(here) = self.here.as_ref().filter(|_| !self.held) {
            here.poller.follow(asks);
        }
    }

    /// Carries out one effect.
    ///
    /// # Errors
    /// The terminal cannot be taken again.
    pub async fn carry_out(&mut self, effect: Effect) -> Result<(), Stop> {
        match effect {
            Effect::Follow(asks) => self.follow(asks),
            Effect::AskNow(ask) => {
                if let Some(here) = self.here.as_ref().filter(|_| !self.held) {
                    here.poller.ask_now(ask);
                }
            }
            Effect::Send { id, request } => self.send(id, *request),
            Effect::GiveUp(id) => self.sending.give_up(id),
            Effect::ReadOnly(read_only) => {
                self.access = WriteAccess::grant(read_only).map(Arc::new);
            }
            Effect::Connect(addresses) => {
                match Reach::addresses(&self.globals, &addresses, ":connect") {
                    Ok(reach) => self.open(Target::Reach(reach)),
                    Err(stop) => self.say(Level::Error, stop.message),
                }
            }
            Effect::Trust {
                endpoint,
                fingerprint,
            } => self.trust(&endpoint, &fingerprint),
            Effect::Demo => self.open(Target::Demo(Options::default())),
            Effect::Copy(text) => {
                if !self.screen.copy(&text)? {
                    self.say(
                        Level::Warning,
                        t!("too long for the clipboard").into_owned(),
                    );
                }
            }
            Effect::Save { name, text } => self.save(name, text),
            Effect::Learn { task, lessons } => {
                if let Some(here) = &self.here {
                    let at = jiff::Timestamp::now();
                    if let Err(error) = here.durations.add(&task.0, &lessons, at) {
                        tracing::warn!(%error, "durations are not kept");
                    }
                }
            }
            Effect::Ring(sentence) => {
                if self.end.bell {
                    self.screen.bell()?;
                }
                if self.end.notify {
                    self.screen.notify(&sentence)?;
                }
            }
            Effect::Draft { form, draft } => self.kept.draft(form, &draft),
            Effect::Typed(command) => self.kept.typed(&command),
            Effect::Setup(order) => self.set_up(*order),
            Effect::Redraw => self.screen.repaint()?,
            Effect::Suspend => self.suspend().await?,
            // The console itself asks and quits.
            Effect::Password { .. } | Effect::Quit => {}
        }
        Ok(())
    }

    /// Carries out what the guided setup wants.
    pub fn set_up(&mut self, order: Order) {
        // A run enters the place of its plan: nothing else may open after it.
        if matches!(order, Order::Run(_) | Order::Operate { .. }) {
            self.wanted += 1;
        }
        let reach = self.here.as_ref().and_then(|here| here.reach.as_ref());
        let around = Around {
            queue: self.queue.clone(),
            access: self.access.clone(),
            globals: self.globals.clone(),
            place: reach.cloned(),
            wanted: self.wanted,
            simulated: self.here.as_ref().is_some_and(|here| here.sim.is_some()),
        };
        self.setup.carry_out(around, order);
    }

    fn send(&mut self, id: SendId, request: Request) {
        let queue = self.queue.clone();
        let (Some(access), Some(here)) = (self.access.clone(), &self.here) else {
            let why = t!("not sent: read-only, or nothing is open").into_owned();
            let result = Err(SendError::NotDone(LinkError::NotAsked(why)));
            let _ = queue.send(Incoming::Event(Event::Sent { id, result }));
            return;
        };
        let backend = Arc::clone(&here.backend);
        let origins = self.origins.clone();
        self.sending
            .send((id, request), backend, access, queue, origins);
    }

    /// The session ends.
    pub async fn end(&mut self) {
        self.sending.end().await;
    }

    /// Writes a file, beside the loop: a disk may be slow.
    fn save(&self, name: String, text: String) {
        let queue = self.queue.clone();
        tokio::task::spawn_blocking(move || {
            let folder = std::env::current_dir().unwrap_or_default();
            let (level, words) = match saved::save(&folder, &name, &text) {
                Ok(path) => (
                    Level::Good,
                    t!("Written to %{path}", path = path.display()).into_owned(),
                ),
                Err(why) => (
                    Level::Error,
                    t!("%{path}: %{why}", path = name, why = why).into_owned(),
                ),
            };
            let _ = queue.send(Incoming::Event(Event::Notice(level, words)));
        });
    }

    async fn suspend(&mut self) -> Result<(), Stop> {
        let outcome = self.screen.suspend().await;
        match outcome.map_err(|error| Stop::failed(error.to_string()))? {
            Suspended::Resumed => {
                let _ = self.queue.send(Incoming::Event(Event::Resumed));
            }
            Suspended::NobodyToResume => self.say(
                Level::Warning,
                t!("no shell here could bring the console back, so it goes on").into_owned(),
            ),
        }
        Ok(())
    }

    fn say(&self, level: Level, words: String) {
        let _ = self
            .queue
            .send(Incoming::Event(Event::Notice(level, words)));
    }
}

async fn deliver(mut answers: Answers, queue: UnboundedSender<Incoming>, place: u64) {
    while let Some((ask, result)) = answers.recv().await {
        let event = Event::Asked { ask, result };
        if queue.send(Incoming::From(place, event)).is_err() {
            return;
        }
    }
}
