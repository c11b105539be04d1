//! A change on its way, as whoever waits for it sees it: how far its file is,
//! and a way to give it up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rust_i18n::t;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{LinkError, SendError, Sent};
use crate::fleet::transfer::{Progress, Step, amount};

/// Its last bytes have not left.
const OPEN: u8 = 0;
/// They may have left.
const WHOLE: u8 = 1;
/// They never left and never will.
const CLOSED: u8 = 2;

/// Shared between the sender and who looks on. Only a file has progress; what
/// has no file can be given up before it leaves and not after.
#[derive(Clone, Debug, Default)]
pub struct Transfer(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    progress: watch::Sender<Option<Progress>>,
    given_up: CancellationToken,
    gate: AtomicU8,
}

impl Transfer {
    /// How far it is, whenever that changes; `None` while no file is read.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Progress>> {
        self.0.progress.subscribe()
    }

    /// Stops sending. What became of it is the answer of the sender.
    pub fn give_up(&self) {
        self.0.given_up.cancel();
    }

    /// Whether it was given up.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.0.given_up.is_cancelled()
    }

    pub(super) async fn given_up(&self) {
        self.0.given_up.cancelled().await;
    }

    /// Whether it may leave now.
    pub(super) fn may_leave(&self) -> Result<(), LinkError> {
        if self.is_given_up() {
            let why = t!("given up before anything was sent").into_owned();
            return Err(LinkError::NotAsked(why));
        }
        Ok(())
    }

    pub(super) fn progress(&self) -> Progress {
        self.0.progress.borrow().unwrap_or_default()
    }

    pub(super) fn report(&self, step: Step, done: u64, of: u64) {
        self.0
            .progress
            .send_replace(Some(Progress { step, done, of }));
    }

    /// Whether the last bytes may leave; after that nobody can say that they
    /// did not.
    pub(super) fn finish(&self) -> bool {
        self.turn(WHOLE)
    }

    /// Whether the last bytes have not left; after that they never will.
    pub(super) fn close(&self) -> bool {
        self.turn(CLOSED)
    }

    /// What is no answer says nothing of a change that was not whole: a door that
    /// finds it too large answers before its end.
    pub(super) fn judged(
        &self,
        outcome: Result<Sent, SendError>,
        endpoint: &str,
    ) -> Result<Sent, SendError> {
        let progress = *self.0.progress.borrow();
        match (outcome, progress) {
            (Err(SendError::AnswerLost { reason, .. }), Some(Progress { done, of, .. }))
                if self.close() =>
            {
                let endpoint = endpoint.to_owned();
                Err(SendError::CutShort {
                    why: Cut::Connection { endpoint, reason },
                    sent: done,
                    of,
                })
            }
            (outcome, _) => outcome,
        }
    }

    fn turn(&self, to: u8) -> bool {
        let gate = &self.0.gate;
        gate.compare_exchange(OPEN, to, Ordering::SeqCst, Ordering::SeqCst)
            .map_or_else(|is| is == to, |_| true)
    }
}

/// Why a file was not sent to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The operator gave it up.
    GivenUp,
    /// The file is not what it was; why, in a sentence.
    File(String),
    /// The connection broke, or nothing moved on it.
    Connection {
        /// To whom.
        endpoint: String,
        /// What happened to it.
        reason: String,
    },
}

impl Cut {
    /// What happened, after how much.
    #[must_use]
    pub fn words(&self, sent: u64, of: u64) -> String {
        let amount = amount(sent, of);
        match self {
            Self::GivenUp => t!("given up after %{amount}", amount = amount),
            Self::File(why) => t!(
                "%{why}; stopped after %{amount}",
                why = why,
                amount = amount
            ),
            Self::Connection { endpoint, reason } => t!(
                "%{endpoint}: %{reason}, after %{amount}",
                endpoint = endpoint,
                reason = reason,
                amount = amount
            ),
        }
        .into_owned()
    }

    /// Why nothing was done.
    #[must_use]
    pub fn proof() -> String {
        t!("It was not made: its end was never sent, and no server takes a file without it.")
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_leaves_or_it_never_does() {
        let transfer = Transfer::default();
        assert!(transfer.finish() && transfer.finish());
        assert!(!transfer.close());
        let transfer = Transfer::default();
        assert!(transfer.close() && transfer.close());
        assert!(!transfer.finish());
    }
}
