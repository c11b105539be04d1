//! Exit codes: one type, one place where a fault becomes a code.

use std::fmt::{self, Write as _};
use std::io;
use std::process::ExitCode;

use crate::fleet::task::{Operation, State, TaskId};
use crate::link::{Cut, Held, LinkError, Lost, SendError};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed here: a fault in a file, a bug.
    Failed = 1,
    /// Wrong command line, or a question that nobody is there to answer.
    Usage = 2,
    /// The watched task did not reach what was asked for.
    TaskFailed = 3,
    /// The server refused.
    Refused = 4,
    /// Not authenticated, or another key than the pinned one.
    Unauthorized = 5,
    /// Server not reachable.
    Unreachable = 6,
    /// The answer to a change was lost.
    Lost = 7,
    /// Refused by obdeck itself.
    Withheld = 8,
    /// SIGHUP, or the terminal is gone.
    HungUp = 129,
    /// Ctrl-C, or the end of a `--timeout`: the watch detached.
    Interrupted = 130,
    /// SIGQUIT.
    Quit = 131,
    /// SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// How a watch ends: `asked` is the operation that this command sent, if any.
    #[must_use]
    pub fn of_outcome(state: State, asked: Option<Operation>) -> Self {
        let wanted = match state {
            State::Succeeded | State::Skipped => {
                !matches!(asked, Some(Operation::Rollback | Operation::Cancel))
            }
            State::RolledBack => asked == Some(Operation::Rollback),
            State::Cancelled => asked == Some(Operation::Cancel),
            _ => false,
        };
        if wanted { Self::Done } else { Self::TaskFailed }
    }
}

/// Why a face stops: its code and the sentence for stderr (empty: say nothing).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The code.
    pub exit: Exit,
    /// What names what, where and what to do.
    pub message: String,
}

impl Stop {
    /// A stop with a sentence.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A fault here.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// No word, just the code.
    #[must_use]
    pub fn quiet(exit: Exit) -> Self {
        Self::new(exit, "")
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<LinkError> for Stop {
    fn from(error: LinkError) -> Self {
        let exit = match &error {
            LinkError::Unreachable { .. } | LinkError::Garbled { .. } => Exit::Unreachable,
            LinkError::Refused { status: 401, .. }
            | LinkError::Unauthorized { .. }
            | LinkError::KeyChanged { .. } => Exit::Unauthorized,
            LinkError::Refused { .. } | LinkError::Throttled { .. } => Exit::Refused,
            LinkError::NotAsked(_) => Exit::Withheld,
        };
        let advice = match &error {
            LinkError::Refused { advice, .. } => advice.clone(),
            LinkError::Unauthorized {
                endpoint, advice, ..
            } if advice.is_empty() => format!(
                "{endpoint} wants another password: set OBDECK_PASSWORD or OBDECK_AGENT_PASSWORD, or a context"
            ),
            LinkError::Unauthorized {
                endpoint, advice, ..
            } => format!("{endpoint}: {advice}"),
            LinkError::KeyChanged {
                endpoint, offered, ..
            } => format!(
                "if the agent was re-deployed: obdeck keys trust {endpoint}, or --accept-key {offered}"
            ),
            LinkError::Unreachable { .. } => {
                "is the address right, the agent up, the port open?".to_owned()
            }
            LinkError::Garbled { .. } => {
                "an obshell agent answers on port 2886; is this another service?".to_owned()
            }
            LinkError::NotAsked(_) | LinkError::Throttled { .. } => String::new(),
        };
        Self::new(exit, with_advice(&error.to_string(), &advice))
    }
}

impl From<SendError> for Stop {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotDone(error) => error.into(),
            SendError::Held { error, by } => {
                let mut stop = Self::from(error);
                stop.message = format!("{}\n{}", stop.message, holders(&by));
                stop
            }
            SendError::CutShort { ref why, .. } => {
                let exit = match why {
                    Cut::GivenUp => Exit::Interrupted,
                    Cut::File(_) => Exit::Withheld,
                    Cut::Connection { .. } => Exit::Unreachable,
                };
                Self::new(exit, error.to_string())
            }
            SendError::HalfDone { done, then } => {
                let stop = Self::from(*then);
                let message = format!(
                    "{done} was done; the request after it was not:\n{}",
                    stop.message
                );
                Self::new(stop.exit, message)
            }
            SendError::AnswerLost { reason, found } => Self::new(
                Exit::Lost,
                format!("the answer was lost: {reason}\n{}", finding(&found)),
            ),
        }
    }
}

/// What stands in the way, and how to look at it.
#[must_use]
pub fn holders(by: &Held) -> String {
    let mut text = by.words();
    for holder in by.holders() {
        let _ = write!(text, "\nobdeck task watch {}", holder.id);
    }
    text
}

fn finding(found: &Lost) -> String {
    match found {
        Lost::Made(TaskId(id)) => {
            format!("it was made: task {id} has its name and its time; obdeck task watch {id}")
        }
        Lost::There(what) => format!("it was made: {what} is there now and was not before"),
        Lost::NotMade => {
            "it was not made: the server started again since and has no such task".to_owned()
        }
        Lost::CannotTell(why) => format!("whether it happened is not known: {why}"),
    }
}

fn with_advice(said: &str, advice: &str) -> String {
    if advice.is_empty() {
        said.to_owned()
    } else {
        format!("{said}\n{advice}")
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::quiet(Exit::Done)
        } else {
            Self::failed(error.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable() -> LinkError {
        LinkError::Unreachable {
            endpoint: "10.0.0.5:2886".into(),
            reason: "connection refused".into(),
        }
    }

    #[test]
    fn every_fault_has_its_code() {
        let refused = |status| LinkError::Refused {
            status,
            code: "Agent.UnderMaintenance".into(),
            message: "busy".into(),
            advice: String::new(),
            trace: String::new(),
        };
        assert_eq!(Stop::from(unreachable()).exit, Exit::Unreachable);
        assert_eq!(Stop::from(refused(500)).exit, Exit::Refused);
        assert_eq!(Stop::from(refused(404)).exit, Exit::Refused);
        assert_eq!(Stop::from(refused(401)).exit, Exit::Unauthorized);
        assert_eq!(
            Stop::from(LinkError::NotAsked("no".into())).exit,
            Exit::Withheld
        );
        assert_eq!(
            Stop::from(SendError::NotDone(unreachable())).exit,
            Exit::Unreachable
        );
        let lost = Stop::from(SendError::AnswerLost {
            reason: "reset".into(),
            found: Lost::Made(TaskId("77".into())),
        });
        assert_eq!(lost.exit, Exit::Lost);
        assert!(lost.message.contains("77"), "{lost}");
    }

    #[test]
    fn a_closed_pipe_says_nothing() {
        let stop = Stop::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(stop, Stop::quiet(Exit::Done));
    }

    #[test]
    fn an_outcome_is_judged_by_what_was_asked() {
        use Operation::{Cancel, Pass, Retry, Rollback};
        for (state, asked, exit) in [
            (State::Succeeded, None, Exit::Done),
            (State::Skipped, None, Exit::Done),
            (State::Skipped, Some(Pass), Exit::Done),
            (State::Succeeded, Some(Retry), Exit::Done),
            (State::RolledBack, None, Exit::TaskFailed),
            (State::RolledBack, Some(Rollback), Exit::Done),
            (State::Cancelled, Some(Cancel), Exit::Done),
            (State::Cancelled, None, Exit::TaskFailed),
            (State::Succeeded, Some(Cancel), Exit::TaskFailed),
            (State::Failed, Some(Retry), Exit::TaskFailed),
            (State::Unknown, None, Exit::TaskFailed),
        ] {
            assert_eq!(Exit::of_outcome(state, asked), exit, "{state:?} {asked:?}");
        }
    }
}
