//! Asks again and again for what is on the screen, and for nothing else.
//!
//! The rules: never two requests for the same question at once; a slow one
//! holds up no other; failures back off with jitter; a refused credential is
//! not tried again until it changed; an id that is not there is not asked for
//! again (`api/obshell.md` §14.1). Time is tokio's, chance is seeded, so tests
//! need neither a clock nor luck.

mod pace;
mod standing;
mod worker;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::{Ask, Asked, Backend, LinkError};

pub use pace::Pace;
pub use standing::{Next, Standing};

use standing::Board;
use worker::{Command, Worker};

/// Answers that wait for a busy screen; beyond that the poller waits for it.
const WAITING: usize = 64;

/// The handle of a poller. Dropping it ends the polling.
#[derive(Debug)]
pub struct Poller {
    commands: mpsc::UnboundedSender<Command>,
    board: Board,
    worker: AbortHandle,
}

/// Answers as they come.
pub type Answers = mpsc::Receiver<(Ask, Result<Asked, LinkError>)>;

impl Poller {
    /// Starts on this backend. Nothing is asked before [`Poller::follow`].
    /// `seed` decides the jitter.
    pub fn start(backend: Arc<dyn Backend>, pace: Pace, seed: u64) -> (Self, Answers) {
        let (commands, receiver) = mpsc::unbounded_channel();
        let (answers, out) = mpsc::channel(WAITING);
        let board = Board::default();
        let worker = Worker::new(backend, pace, seed, board.clone(), answers);
        let worker = tokio::spawn(worker.run(receiver)).abort_handle();
        let poller = Self {
            commands,
            board,
            worker,
        };
        (poller, out)
    }

    /// These questions are on the screen now, and no other. One that was
    /// followed before keeps its pace; one that is new is asked at once.
    pub fn follow(&self, asks: BTreeSet<Ask>) {
        self.tell(Command::Follow(asks));
    }

    /// Asks this out of turn, followed or not. One that is under way is asked
    /// once more after it: its answer may be older than what the caller knows.
    pub fn ask_now(&self, ask: Ask) {
        self.tell(Command::AskNow(ask));
    }

    /// Passwords or trusted keys are other ones now: what they stopped goes on.
    pub fn credentials_changed(&self) {
        self.tell(Command::CredentialsChanged);
    }

    /// Points at another server. What was under way is cancelled; no answer of
    /// the old one arrives after an answer of the new one, but those that
    /// already wait in [`Answers`] do: drain it.
    pub fn switch(&self, backend: Arc<dyn Backend>) {
        self.tell(Command::Switch(backend));
    }

    /// How it stands with a question: its last answer, error and next try.
    pub fn standing(&self, ask: &Ask) -> Option<Standing> {
        self.board.get(ask)
    }

    fn tell(&self, command: Command) {
        // The worker ends only with this handle or with whoever takes the answers.
        self.commands.send(command).ok();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.worker.abort();
    }
}
