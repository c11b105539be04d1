//! A change on its way: of a file one sees how far it is, and ctrl-c gives it up.

use std::io::{self, IsTerminal as _, Write as _};
use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};

use crate::base::text;
use crate::faces::exit::{Exit, Stop};
use crate::faces::out;
use crate::fleet::request::Request;
use crate::fleet::transfer::{Course, Progress, Step};
use crate::link::{Backend, Cut, SendError, Sent, Transfer, WriteAccess};

/// Between two drawings.
const PACE: Duration = Duration::from_millis(100);
/// What cannot be drawn over is said this often, in percent.
const STRIDE: u8 = 10;
/// Columns when the terminal does not tell.
const FALLBACK: usize = 80;

/// Sends once. `refused` makes a stop of what went wrong.
///
/// # Errors
/// What the server refused, what became of half a file.
pub async fn send(
    backend: &dyn Backend,
    access: &WriteAccess,
    request: &Request,
    refused: impl FnOnce(SendError) -> Stop,
) -> Result<Sent, Stop> {
    if !request.carries_file() {
        return backend.send(access, request).await.map_err(refused);
    }
    let transfer = Transfer::default();
    let mut moved = transfer.watch();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut sending = pin!(backend.send_watched(access, request, &transfer));
    let mut meter = Meter::new(io::stderr().is_terminal());
    let mut ended_by = Exit::Interrupted;
    let outcome = loop {
        tokio::select! {
            // What was reached is said before it goes on.
            biased;
            _ = interrupt.recv() => transfer.give_up(),
            _ = terminate.recv() => {
                ended_by = Exit::Terminated;
                transfer.give_up();
            }
            Ok(()) = moved.changed() => {
                if let Some(progress) = *moved.borrow_and_update() {
                    meter.show(progress);
                }
            }
            outcome = &mut sending => break outcome,
        }
    };
    meter.leave();
    outcome.map_err(|error| {
        let given_up = match error.last() {
            SendError::CutShort { why, .. } => *why == Cut::GivenUp,
            SendError::NotDone(_) => transfer.is_given_up(),
            _ => false,
        };
        let mut stop = refused(error);
        if given_up {
            stop.exit = ended_by;
        }
        stop
    })
}

/// Shows progress on stderr: one line that is drawn over, or a line every ten
/// percent where nothing can be.
struct Meter {
    inline: bool,
    course: Course,
    drawn: Option<Instant>,
    /// The step and the tens that were last said.
    said: Option<(Step, u8)>,
}

impl Meter {
    fn new(inline: bool) -> Self {
        Self {
            inline,
            course: Course::default(),
            drawn: None,
            said: None,
        }
    }

    fn show(&mut self, progress: Progress) {
        let now = Timestamp::now();
        self.course.moved(now, progress);
        if self.inline {
            if self.drawn.is_none_or(|at| at.elapsed() >= PACE) {
                self.draw(now);
            }
            return;
        }
        let tens = progress.percent() / STRIDE;
        let reached = (progress.step, tens);
        // Of the first step the end is enough.
        let worth = match progress.step {
            Step::Reading => progress.done == progress.of,
            Step::Sending => tens > 0,
            Step::Waiting => true,
        };
        if worth && self.said != Some(reached) {
            self.said = Some(reached);
            out::note(&self.words(now));
        }
    }

    fn words(&self, now: Timestamp) -> String {
        format!(
            "{}  {}",
            self.course.deed(),
            self.course.figures(now).join("  ")
        )
    }

    fn draw(&mut self, now: Timestamp) {
        let columns = crossterm::terminal::size().map_or(FALLBACK, |(columns, _)| columns.into());
        let words = self.words(now);
        let line = text::head(&words, columns.saturating_sub(1));
        let mut err = io::stderr().lock();
        // A terminal that is gone is noticed elsewhere.
        let _ = write!(err, "\r{line}\x1b[K").and_then(|()| err.flush());
        self.drawn = Some(Instant::now());
    }

    /// Nothing of it stays.
    fn leave(&self) {
        if self.drawn.is_some() {
            let mut err = io::stderr().lock();
            let _ = write!(err, "\r\x1b[K").and_then(|()| err.flush());
        }
    }
}
