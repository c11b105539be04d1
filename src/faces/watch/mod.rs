//! Following a task to its end: a live tree on a terminal, lines elsewhere.

mod live;
mod other_key;
mod whole;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::signal::unix::{Signal, SignalKind, signal};

use self::live::Live;
use self::other_key::OtherKeys;
use self::whole::Whole;
use super::access::Reach;
use super::cli::{Follow, Limits};
use super::exit::{Exit, Stop};
use super::{out, print};
use crate::fleet::task::plain::{self, state_word};
use crate::fleet::task::{Graph, History, Operation, Task, TaskId, cause, estimate, events};
use crate::link::{Backend, LinkError};

/// The longest pause while the server is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is watched, and what this command asked of it.
pub struct Watch {
    /// The tasks, on one screen.
    pub ids: Vec<TaskId>,
    /// The operation that was sent, if any.
    pub asked: Option<Operation>,
    /// The task that this command has just made, as it was answered.
    pub made: Option<Task>,
    /// How to speak and when to end.
    pub limits: Limits,
    /// ASCII only.
    pub ascii: bool,
    /// Where they are.
    pub reach: Reach,
}

/// Prints a task that a change has just made, then follows it.
///
/// # Errors
/// As [`follow`].
pub async fn created(
    backend: &dyn Backend,
    task: Task,
    follow_flags: &Follow,
    ascii: bool,
    reach: Reach,
) -> Result<Exit, Stop> {
    let id = task.id.clone();
    if follow_flags.limits.json {
        let history = reach.durations().load();
        out::data(&print::json(&task, &history, Timestamp::now()).to_string())?;
    } else {
        out::data(&format!(
            "task {id}   {}   {}",
            task.name,
            task.state.word()
        ))?;
    }
    if follow_flags.no_watch {
        return Ok(Exit::Done);
    }
    let watch = Watch {
        ids: vec![id],
        asked: None,
        made: Some(task),
        limits: follow_flags.limits,
        ascii,
        reach,
    };
    follow(backend, watch).await
}

/// Follows a task to its end.
///
/// # Errors
/// The first question has no answer; the server stays away too long; somebody
/// interrupts.
pub async fn follow(backend: &dyn Backend, watch: Watch) -> Result<Exit, Stop> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut run = Run::new(&watch);
    let ended = tokio::select! {
        ended = run.poll(backend) => ended,
        stop = detached(&watch, &mut interrupt, &mut terminate) => Err(stop),
    };
    run.live.leave();
    ended
}

/// Ends when somebody interrupts, or time is up.
async fn detached(watch: &Watch, interrupt: &mut Signal, terminate: &mut Signal) -> Stop {
    let id = words(&watch.ids);
    let goes_on = format!("task {id} goes on; obdeck task watch {id}");
    let time_is_up = async {
        match watch.limits.timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt.recv() => Stop::new(Exit::Interrupted, goes_on),
        _ = terminate.recv() => Stop::new(Exit::Terminated, goes_on),
        () = time_is_up => Stop::new(Exit::Interrupted, format!("time is up; {goes_on}")),
    }
}

/// The ids as one types them.
fn words(ids: &[TaskId]) -> String {
    let ids: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
    ids.join(" ")
}

struct Run<'a> {
    watch: &'a Watch,
    live: Live,
    last: Option<Task>,
    reader: events::Reader,
    away_since: Option<Instant>,
    history: History,
    keys: OtherKeys,
}

impl<'a> Run<'a> {
    fn new(watch: &'a Watch) -> Self {
        let inline = !watch.limits.plain && !watch.limits.json && out::is_terminal();
        Self {
            watch,
            live: Live::new(inline, watch.ascii),
            last: None,
            reader: events::Reader::default(),
            away_since: None,
            keys: OtherKeys::default(),
            history: watch.reach.durations().load(),
        }
    }

    async fn poll(&mut self, backend: &dyn Backend) -> Result<Exit, Stop> {
        let mut whole = Whole::new(&self.watch.ids);
        let mut pause = self.watch.reach.pace;
        loop {
            match whole.ask(backend).await {
                Ok(at) => {
                    pause = self.watch.reach.pace;
                    self.back();
                    let picture = whole.picture();
                    self.show(&picture, at)?;
                    if whole.mains().iter().all(|task| !task.is_live()) {
                        return self.ends(&whole.mains(), at);
                    }
                    self.last = Some(picture);
                }
                Err(error @ LinkError::KeyChanged { .. }) => {
                    self.live.leave();
                    let task = self.last.as_ref().or(self.watch.made.as_ref());
                    self.keys.settle(self.watch, task, error).await?;
                    continue;
                }
                Err(error) => {
                    self.away(error)?;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn show(&mut self, task: &Task, at: Timestamp) -> Result<(), Stop> {
        if self.live.is_inline() {
            return self.live.draw(task, at, &self.history);
        }
        let events = events::between(self.last.as_ref(), task, at);
        let plain = !self.watch.limits.json;
        let events = if plain {
            self.reader.worth_reading(events, task)
        } else {
            events
        };
        for event in events {
            if self.watch.limits.json {
                out::data(&event.json().to_string())?;
            } else {
                let time = event.at.to_zoned(TimeZone::system()).strftime("%H:%M:%S");
                out::data(&format!("{time}  {}", event.words()))?;
            }
        }
        Ok(())
    }

    /// Every end is told; of several outcomes the first bad one counts.
    fn ends(&mut self, tasks: &[&Task], at: Timestamp) -> Result<Exit, Stop> {
        let mut outcome = Ok(Exit::Done);
        for task in tasks {
            match self.end(task, at) {
                Ok(_) => {}
                Err(stop) if outcome.is_ok() => outcome = Err(stop),
                Err(stop) => out::note(&format!("obdeck: {stop}")),
            }
        }
        outcome
    }

    fn end(&mut self, task: &Task, at: Timestamp) -> Result<Exit, Stop> {
        if self.watch.limits.json {
            out::data(&print::json(task, &self.history, Timestamp::now()).to_string())?;
        } else {
            self.live.leave();
            out::data(&plain::summary(task, &self.history))?;
        }
        self.learn(task, at);
        let exit = Exit::of_outcome(task.state, self.watch.asked);
        if exit == Exit::Done {
            return Ok(exit);
        }
        Err(Stop::new(exit, why(task)))
    }

    /// A task that was only looked at after its end was learned from by whoever
    /// followed it.
    fn learn(&self, task: &Task, at: Timestamp) {
        if self.last.is_some() {
            let lessons = estimate::lessons(task);
            if let Err(error) = self.watch.reach.durations().add(&task.id.0, &lessons, at) {
                out::note(&format!("obdeck: durations are not kept: {error}"));
            }
        }
    }

    /// An answer that did not come. The first one ends the watch; later ones
    /// are waited out: servers restart here.
    fn away(&mut self, error: LinkError) -> Result<(), Stop> {
        let passing = match &error {
            LinkError::Unreachable { .. }
            | LinkError::Garbled { .. }
            | LinkError::Throttled { .. } => true,
            LinkError::Refused { status, .. } => *status >= 500,
            _ => false,
        };
        if self.last.is_none() || !passing {
            return Err(error.into());
        }
        let since = *self.away_since.get_or_insert_with(|| {
            self.live.leave();
            out::note(&format!("obdeck: {error}; waiting"));
            Instant::now()
        });
        match self.watch.limits.give_up {
            Some(limit) if since.elapsed() >= limit => {
                let id = words(&self.watch.ids);
                let mut stop = Stop::from(error);
                stop.exit = Exit::Unreachable;
                stop.message = format!("{}\ngave up; task {id} may go on", stop.message);
                Err(stop)
            }
            _ => Ok(()),
        }
    }

    fn back(&mut self) {
        if self.away_since.take().is_some() {
            out::note("obdeck: it answers again");
        }
    }
}

/// Why a task ended otherwise than hoped.
fn why(task: &Task) -> String {
    let mut text = format!(
        "task {} ({}): {}",
        task.id,
        task.name,
        state_word(task.state)
    );
    let Some(cause) = cause::first(task, &Graph::of(task)) else {
        return text;
    };
    let node = &task.nodes[cause.node];
    let _ = write!(text, "\n  {}", node.name);
    if let Some(agent) = &node.agent {
        let _ = write!(text, " @ {agent}");
    }
    if let Some(error) = cause.error {
        let _ = write!(text, ": {}", error.words());
    }
    text
}
