//! Where a password comes from: a variable, else a question on a terminal,
//! else it is empty.

use super::prompt;
use crate::base::Secret;
use crate::faces::exit::Stop;
use crate::faces::out;
use crate::link::{Ask, Backend, Picture};

/// The passwords of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// Of root@sys; `None` was not given (an empty one was).
    pub root: Option<Secret>,
    /// Of the agents.
    pub agent: Option<Secret>,
}

impl Secrets {
    /// `OBDECK_PASSWORD` and `OBDECK_AGENT_PASSWORD`; an empty string counts.
    #[must_use]
    pub fn from_environment() -> Self {
        let of = |name| std::env::var(name).ok().map(Secret::new);
        Self {
            root: of("OBDECK_PASSWORD"),
            agent: of("OBDECK_AGENT_PASSWORD"),
        }
    }
}

/// Asks the operator for what the agent will want and nobody gave. An agent
/// that wants nothing yet is not a reason to ask: SINGLE takes anything, and
/// after a join the empty password is right.
///
/// # Errors
/// Somebody interrupts at the prompt.
pub async fn ask_missing(
    secrets: &mut Secrets,
    backend: &dyn Backend,
    door: &super::Door,
) -> Result<bool, Stop> {
    if !out::can_ask() {
        return Ok(false);
    }
    let super::Door::Tcp(address) = door else {
        // The socket of the local agent asks nobody.
        return Ok(false);
    };
    let Ok(asked) = backend.ask(&Ask::Probe(address.clone())).await else {
        // What is wrong is said by the question that matters.
        return Ok(false);
    };
    let Picture::Probe(probe) = asked.picture else {
        return Ok(false);
    };
    let identity = probe.agent.identity.as_str();
    let initialised = !matches!(identity, "SINGLE" | "MASTER" | "FOLLOWER");
    let mut asked = false;
    if initialised && secrets.root.is_none() {
        let question = format!("password of root@sys at {address}: ");
        secrets.root = Some(prompt::secret(&question)?);
        asked = true;
    }
    let secured = probe.agent.secured == Some(true);
    if secured && !initialised && secrets.agent.is_none() {
        let question = format!("agent password at {address}: ");
        secrets.agent = Some(prompt::secret(&question)?);
        asked = true;
    }
    Ok(asked)
}
