//! The console: one queue, one owner of the state, effects carried out as tasks.
//!
//! A frame is drawn only when something happened and the queue is empty, never
//! more than thirty times a second, and the first one before any server has
//! answered.

mod effects;
mod kept;
mod keys;
pub mod opening;
mod origins;
mod prompt;
mod saved;
mod sending;
mod setup;

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::effects::{End, Outside};
use self::opening::{Opened, Target};
use self::prompt::{Answered, Prompt};
use super::cli::Globals;
use super::configured;
use super::exit::{Exit, Stop};
use crate::config::Config;
use crate::console::{
    self, Code, Colours, Effect, Event, Keymap, Level, Message, Model, Screen as Page, Settings,
};
use crate::fleet::task::TaskId;
use crate::term::{self, Charset, ClaimError, Depth, Ending};
use crate::view;

/// Between two frames.
const FRAME: Duration = Duration::from_millis(33);

/// A frame is not kept back longer than this by a queue that never empties.
const STARVED: Duration = Duration::from_millis(250);

/// Rows that a notch of the wheel moves.
const WHEEL: usize = 3;

/// Ages grow once a second.
const TICK: Duration = Duration::from_secs(1);

/// What comes in through the one queue.
enum Incoming {
    /// Something for the model.
    Event(Event),
    /// The terminal or the system speaks.
    Terminal(term::Event),
    /// An answer of a place that may have been left since.
    From(u64, Event),
    /// A place is open.
    Opened(u64, Box<Opened>),
    /// A place did not open.
    NotOpened(Stop),
}

/// What the console starts with.
pub struct Start {
    /// What to open; `None` shows the welcome page.
    pub target: Option<Target>,
    /// The task to begin with.
    pub task: Option<TaskId>,
    /// Whether a change can be sent at all.
    pub read_only: bool,
}

/// Runs the console until the operator or a signal ends it.
///
/// # Errors
/// No terminal, or the terminal cannot be used: exit 2 and 1.
pub async fn run(globals: &Globals, start: Start) -> Result<Exit, Stop> {
    let config = configured::load(globals)?;
    let settings = settings(globals, &config, &start)?;
    let screen = term::Screen::claim(term::Options {
        mouse: config.mouse,
    })
    .map_err(|error| {
        let exit = match error {
            ClaimError::Io(_) => Exit::Failed,
            _ => Exit::Usage,
        };
        Stop::new(exit, error.to_string())
    })?;
    let (queue, inbox) = mpsc::unbounded_channel();
    let mut model = Model::new(settings, Timestamp::now());
    model.keymap = keymap(&config);
    if let Ok(size) = screen.size() {
        model.size = (size.width, size.height);
    }
    if let Some(task) = start.task {
        model.open(Page::Task(task));
    }
    let mut console = Console {
        model,
        outside: Outside::new(
            screen,
            queue.clone(),
            globals,
            effects::pace(globals, config.polling),
            start.read_only,
            End {
                bell: config.bell,
                notify: config.notify,
            },
        ),
        prompt: None,
        dirty: true,
    };
    match start.target {
        Some(target) => console.outside.open(target),
        None => console.outside.set_up(console::setup::Order::Look),
    }
    let pump = tokio::spawn(pump(queue));
    let ended = console.live(inbox).await;
    pump.abort();
    console.outside.end().await;
    ended
}

fn settings(globals: &Globals, config: &Config, start: &Start) -> Result<Settings, Stop> {
    let manner = &globals.manner;
    let env = |name: &str| std::env::var(name).ok();
    let colours = match Depth::detect(manner.no_color, env) {
        Depth::Mono => Colours::None,
        Depth::Ansi16 => Colours::Sixteen,
        Depth::Ansi256 => Colours::Indexed,
        Depth::True => Colours::True,
    };
    Ok(Settings {
        read_only: start.read_only,
        ascii: Charset::detect(manner.ascii, env) == Charset::Ascii,
        colours,
        theme: configured::theme(globals, config)?,
        zone: None,
        place: start.target.as_ref().map(Target::place),
    })
}

fn keymap(config: &Config) -> Keymap {
    let changed = config
        .keys
        .iter()
        .map(|(name, keys)| {
            let keys = keys.iter().filter_map(|key| key.parse().ok()).collect();
            (name.clone(), keys)
        })
        .collect();
    Keymap::new(&changed)
}

/// Everything that the terminal says, into the queue.
async fn pump(queue: mpsc::UnboundedSender<Incoming>) {
    let Ok(mut events) = term::Events::new() else {
        let _ = queue.send(Incoming::Terminal(term::Event::End(Ending::HungUp)));
        return;
    };
    loop {
        let event = events.next().await;
        let last = matches!(event, term::Event::End(_));
        if queue.send(Incoming::Terminal(event)).is_err() || last {
            // The listener stays: it is the last resort of a loop that hangs.
            std::future::pending::<()>().await;
        }
    }
}

struct Console {
    model: Model,
    outside: Outside,
    prompt: Option<Prompt>,
    dirty: bool,
}

impl Console {
    async fn live(&mut self, mut inbox: mpsc::UnboundedReceiver<Incoming>) -> Result<Exit, Stop> {
        let mut drawn = None;
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tick.tick().await;
        // The model says what it wants to be asked for before anything happened.
        if let Some(exit) = self.happened(Event::Tick).await? {
            return Ok(exit);
        }
        loop {
            let starved = drawn.is_none_or(|at: Instant| at.elapsed() >= STARVED);
            if self.dirty && (inbox.is_empty() || starved) {
                let due = drawn
                    .map(|at| at + FRAME)
                    .filter(|due| *due > Instant::now());
                if due.is_none() {
                    self.draw().await?;
                    drawn = Some(Instant::now());
                    continue;
                }
            }
            let next_frame = async {
                match drawn.filter(|_| self.dirty) {
                    Some(at) => tokio::time::sleep_until(at + FRAME).await,
                    None => std::future::pending().await,
                }
            };
            let incoming = tokio::select! {
                biased;
                Some(incoming) = inbox.recv() => incoming,
                () = next_frame => continue,
                _ = tick.tick() => Incoming::Event(Event::Tick),
            };
            if let Some(exit) = self.handle(incoming).await? {
                return Ok(exit);
            }
        }
    }

    async fn handle(&mut self, incoming: Incoming) -> Result<Option<Exit>, Stop> {
        match incoming {
            Incoming::Event(event) => self.happened(event).await,
            Incoming::From(place, event) if place == self.outside.place() => {
                self.happened(event).await
            }
            Incoming::Terminal(event) => self.terminal(event).await,
            Incoming::Opened(number, opened) if self.outside.wants(number) => {
                self.opened(*opened).await
            }
            // Of a place that was left since.
            Incoming::From(..) | Incoming::Opened(..) => Ok(None),
            Incoming::NotOpened(stop) => {
                self.happened(Event::Notice(Level::Error, stop.message))
                    .await
            }
        }
    }

    async fn terminal(&mut self, event: term::Event) -> Result<Option<Exit>, Stop> {
        match event {
            term::Event::End(ending) => Ok(Some(match ending {
                Ending::Terminated => Exit::Terminated,
                Ending::Interrupted => Exit::Interrupted,
                Ending::HungUp => Exit::HungUp,
                Ending::Quit => Exit::Quit,
            })),
            term::Event::Continued => {
                self.outside
                    .screen
                    .reclaim()
                    .map_err(|error| Stop::failed(error.to_string()))?;
                self.happened(Event::Resumed).await
            }
            term::Event::Resize(size) => {
                // It may have been smaller meanwhile and lost what was there.
                self.outside.screen.repaint()?;
                let (width, height) = (size.width, size.height);
                self.happened(Event::Resize { width, height }).await
            }
            term::Event::Key(event) => match keys::key(event) {
                Some(key) => self.key(key).await,
                None => Ok(None),
            },
            term::Event::Paste(text) => {
                if let Some(prompt) = &mut self.prompt {
                    prompt.paste(&text);
                    self.dirty = true;
                    return Ok(None);
                }
                self.happened(Event::Paste(text)).await
            }
            term::Event::Mouse(mouse) => self.pointed(mouse).await,
        }
    }

    async fn pointed(&mut self, mouse: MouseEvent) -> Result<Option<Exit>, Stop> {
        let turned = match mouse.kind {
            MouseEventKind::ScrollDown => Code::Down,
            MouseEventKind::ScrollUp => Code::Up,
            MouseEventKind::Down(MouseButton::Left) if self.prompt.is_none() => {
                return match view::under(&self.model, mouse.column, mouse.row) {
                    Some(spot) => self.happened(Event::Pressed(spot)).await,
                    None => Ok(None),
                };
            }
            _ => return Ok(None),
        };
        for _ in 0..WHEEL {
            let key = console::Key::new(turned, false, false, false);
            if let Some(exit) = self.key(key).await? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    async fn key(&mut self, key: console::Key) -> Result<Option<Exit>, Stop> {
        let Some(prompt) = &mut self.prompt else {
            return self.happened(Event::Key(key)).await;
        };
        self.dirty = true;
        match prompt.key(key) {
            Answered::NotYet => {}
            Answered::Never => {
                self.prompt = None;
                self.outside.release(self.model.asks());
            }
            Answered::Secret(want, secret) => {
                self.prompt = None;
                self.outside.open_with(want, secret);
            }
        }
        Ok(None)
    }

    async fn opened(&mut self, opened: Opened) -> Result<Option<Exit>, Stop> {
        if let Some(want) = opened.want {
            self.prompt = Some(Prompt::new(want, opened.place.endpoint.clone()));
        }
        let place = opened.place.clone();
        let task = opened.task.clone();
        let past = opened.past.clone();
        self.outside.enter(opened);
        let ended = self.happened(Event::Connected(place)).await?;
        if let Some(task) = task {
            self.model.open(Page::Task(task.clone()));
            self.model.remember(&task, past);
        }
        self.outside.follow(self.model.asks());
        Ok(ended)
    }

    /// Tells the model and carries out what it wants.
    async fn happened(&mut self, event: Event) -> Result<Option<Exit>, Stop> {
        self.dirty = true;
        let message = Message::new(Timestamp::now(), event);
        for effect in console::update(&mut self.model, message) {
            if effect == Effect::Quit {
                return Ok(Some(Exit::Done));
            }
            if let Effect::Password { agent } = effect {
                let want = self.outside.wanted(agent);
                self.prompt = Some(Prompt::new(want, self.outside.endpoint()));
                continue;
            }
            self.outside.carry_out(effect).await?;
        }
        Ok(None)
    }

    async fn draw(&mut self) -> Result<(), Stop> {
        let model = &self.model;
        let prompt = self.prompt.as_ref();
        self.outside.screen.draw(|frame| {
            view::draw(model, frame);
            if let Some(prompt) = prompt {
                prompt.draw(frame);
            }
        })?;
        self.dirty = false;
        let geometry = view::geometry(&self.model);
        if geometry != self.model.geometry {
            self.happened(Event::Geometry(geometry)).await?;
        }
        Ok(())
    }
}
