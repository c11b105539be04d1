//! The trait that hides which API answers.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;

use super::{Ask, Cut, Held, Picture, Transfer, WriteAccess};
use crate::fleet::request::Request;
use crate::fleet::task::{Source, Task, TaskId};

/// A future that a backend hands out.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An answer with where and when it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The answer.
    pub picture: Picture,
    /// Who answered, for the header of the screen.
    pub endpoint: String,
    /// How long it took.
    pub took: Duration,
    /// When it came, by our clock.
    pub at: Timestamp,
}

/// Why there is no answer. Every variant can be shown as it stands; the server's
/// message and code come first, our advice after it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LinkError {
    /// Nobody there: refused, timed out, reset, name not found.
    #[error("{endpoint} does not answer: {reason}")]
    Unreachable {
        /// Who was asked.
        endpoint: String,
        /// The operating system's or the library's words.
        reason: String,
    },
    /// Something answered that speaks neither API: HTML, half a body, wrong JSON.
    #[error("{endpoint} answered something that is no answer of this API: {reason}")]
    Garbled {
        /// Who was asked.
        endpoint: String,
        /// What was wrong with it, with the place.
        reason: String,
    },
    /// The server refused.
    #[error("{code} ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's code: `Agent.UnderMaintenance`, or the legacy number.
        code: String,
        /// The server's message, cleaned, lines kept.
        message: String,
        /// One line of ours, empty where we have none.
        advice: String,
        /// The trace id of the request.
        trace: String,
    },
    /// The server wants to be asked less often: nothing is sent to it before the
    /// time is over.
    #[error("{}", throttled(.endpoint, *.status, .said, *.wait))]
    Throttled {
        /// Who was asked.
        endpoint: String,
        /// 429, or 503 with `Retry-After`.
        status: u16,
        /// The server's message, where it gave one.
        said: String,
        /// How long from now.
        wait: Duration,
    },
    /// The server wants another password; polling stops until it changes.
    #[error("{code} (401): {message}")]
    Unauthorized {
        /// Who was asked.
        endpoint: String,
        /// The server's code.
        code: String,
        /// The server's message.
        message: String,
        /// One line of ours.
        advice: String,
    },
    /// The agent's key is not the pinned one.
    #[error("the key of {endpoint} changed: pinned {pinned}, now {offered}")]
    KeyChanged {
        /// Who was asked.
        endpoint: String,
        /// Fingerprint that was trusted.
        pinned: String,
        /// Fingerprint that came.
        offered: String,
    },
    /// A question that must not be asked (`api/obshell.md §14.1`), or cannot.
    #[error("{0}")]
    NotAsked(String),
}

fn throttled(endpoint: &str, status: u16, said: &str, wait: Duration) -> String {
    let words = t!(
        "%{endpoint} wants to be asked less often (%{status}); the next question goes to it in %{s} s",
        endpoint = endpoint,
        status = status,
        s = wait.as_secs_f64().ceil()
    );
    if said.is_empty() {
        words.into_owned()
    } else {
        format!("{said}\n{words}")
    }
}

/// What a change came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The task that it made, where it made one.
    pub task: Option<Box<Task>>,
    /// HTTP status; 204 means there was nothing to do.
    pub status: u16,
    /// Trace id of the request.
    pub trace: String,
}

/// What was found after the answer to a change was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// A task that the request would have made is there.
    Made(TaskId),
    /// What the request would have made is there now and was not before: its name.
    There(String),
    /// The server answers, no such task is there, and none can come any more:
    /// whoever got the request is gone.
    NotMade,
    /// Nobody can tell.
    CannotTell(String),
}

impl Lost {
    /// What was found, for the operator.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Made(id) => t!("It was made: task %{id} has its name and its time.", id = id).into_owned(),
            Self::There(what) => {
                t!("It was made: %{what} is there now and was not before.", what = what).into_owned()
            }
            Self::NotMade => {
                t!("It was not made: the server started again since and has no such task; it can be sent again.").into_owned()
            }
            Self::CannotTell(why) => t!(
                "Whether it happened is not known: %{why}. Look before you send it again.",
                why = why
            )
            .into_owned(),
        }
    }
}

/// Why a change has no good answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SendError {
    /// It was not done: not reachable before it was sent, refused, not authorised.
    #[error(transparent)]
    NotDone(#[from] LinkError),
    /// It was not done because a task holds what it needs.
    #[error("{error}")]
    Held {
        /// The refusal.
        error: LinkError,
        /// Which task that is, as far as it can be told.
        by: Box<Held>,
    },
    /// It left and no answer came. It is never sent again.
    #[error("the answer was lost: {reason}")]
    AnswerLost {
        /// What happened to the connection.
        reason: String,
        /// What was found out since.
        found: Lost,
    },
    /// A file was sent in part and its end never left: nothing was done.
    #[error("{}. {}", why.words(*sent, *of), Cut::proof())]
    CutShort {
        /// Why it was not sent to its end.
        why: Cut,
        /// Bytes that were sent.
        sent: u64,
        /// Bytes of the whole.
        of: u64,
    },
    /// Of two changes the first was done and the second was not.
    #[error("{done} was done; the request after it was not: {then}")]
    HalfDone {
        /// Method and path of the first.
        done: String,
        /// Why the second was not.
        then: Box<SendError>,
    },
}

impl SendError {
    /// Why the last request that left has no good answer.
    #[must_use]
    pub fn last(&self) -> &Self {
        match self {
            Self::HalfDone { then, .. } => then.last(),
            error => error,
        }
    }

    /// What holds what the last request needed, where that refused it.
    #[must_use]
    pub fn held(&self) -> Option<&Held> {
        match self.last() {
            Self::Held { by, .. } => Some(by),
            _ => None,
        }
    }

    /// Why the last request was not done, where it was not.
    #[must_use]
    pub fn refusal(&self) -> Option<&LinkError> {
        match self.last() {
            Self::NotDone(error) | Self::Held { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The request that was done before it, if one was.
    #[must_use]
    pub fn done(&self) -> Option<&str> {
        match self {
            Self::HalfDone { done, .. } => Some(done),
            _ => None,
        }
    }
}

/// How one server is asked by a backend that wants sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// With a session.
    Open,
    /// With the password all the same; why.
    Password(String),
}

/// One cluster (obshell) or one platform (OCP), asked and changed.
pub trait Backend: Send + Sync {
    /// Reads. Never changes anything on the server.
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>>;

    /// Sends one change, once. Never repeats it, whatever happens.
    fn send<'a>(
        &'a self,
        access: &'a WriteAccess,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async move {
            let nobody = Transfer::default();
            self.send_watched(access, request, &nobody).await
        })
    }

    /// As [`Self::send`], with somebody who sees how far a file is and can give
    /// it up.
    fn send_watched<'a>(
        &'a self,
        access: &'a WriteAccess,
        request: &'a Request,
        transfer: &'a Transfer,
    ) -> BoxFuture<'a, Result<Sent, SendError>>;

    /// Where it points, for the header before anything answered.
    fn endpoint(&self) -> String;

    /// Which API answers.
    fn source(&self) -> Source {
        Source::Obshell
    }

    /// Ends the sessions that were opened; best effort, within seconds. Whoever
    /// asks again opens another one.
    fn leave(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// How each server that was met is asked; empty where nobody wants sessions.
    fn sessions(&self) -> Vec<(String, Session)> {
        Vec::new()
    }
}
