//! Where a password comes from: a variable, else a question on a terminal,
//! else it is empty.

use super::{Reach, prompt};
use crate::base::Secret;
use crate::config::{Credentials, Endpoint, Source};
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
    /// Of root@sys before a setup sets `root`: tried first, until refused.
    pub earlier: Option<Secret>,
}

impl Secrets {
    /// `OBDECK_PASSWORD` and `OBDECK_AGENT_PASSWORD`; an empty string counts.
    #[must_use]
    pub fn from_environment() -> Self {
        let of = |name| std::env::var(name).ok().map(Secret::new);
        Self {
            root: of("OBDECK_PASSWORD"),
            agent: of("OBDECK_AGENT_PASSWORD"),
            earlier: None,
        }
    }

    /// The context's own sources, else the variables.
    ///
    /// # Errors
    /// A source that gives nothing, or a question that nobody is there to answer.
    pub fn of_context(credentials: &Credentials) -> Result<Self, Stop> {
        let plain = Self::from_environment();
        Ok(Self {
            root: fetch(credentials.password.as_ref(), "password of root@sys: ")?.or(plain.root),
            agent: fetch(credentials.agent_password.as_ref(), "agent password: ")?.or(plain.agent),
            earlier: None,
        })
    }
}

/// What a source gives; `None` where there is no source.
///
/// # Errors
/// It gives nothing, or nobody is there to type it.
pub fn fetch(source: Option<&Source>, question: &str) -> Result<Option<Secret>, Stop> {
    let Some(source) = source else {
        return Ok(None);
    };
    if *source == Source::Prompt {
        if !out::can_ask() {
            return Err(Stop::usage(format!(
                "{question}nobody is there to type it; give the context an env or command source"
            )));
        }
        return prompt::secret(question).map(Some);
    }
    let nobody = || Err(std::io::Error::other("not a prompt"));
    source
        .fetch(nobody)
        .map(Some)
        .map_err(|error| Stop::failed(format!("{question}{error}")))
}

/// A password that an agent wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Of root@sys.
    Root,
    /// Of the agent.
    Agent,
}

/// Which password the agent will want and nobody gave. An agent that wants
/// nothing yet is no reason to ask: SINGLE takes anything, and after a join the
/// empty password is right. The local agent's socket asks nobody.
pub async fn missing(reach: &Reach, backend: &dyn Backend) -> Option<Want> {
    let Some(Endpoint::Agent(address)) = reach.endpoints.first() else {
        return None;
    };
    if reach.secrets.root.is_some() && reach.secrets.agent.is_some() {
        return None;
    }
    // Who does not answer is told by the question that matters.
    let asked = backend.ask(&Ask::Probe(address.clone())).await.ok()?;
    let Picture::Probe(probe) = asked.picture else {
        return None;
    };
    let young = matches!(
        probe.agent.identity.as_str(),
        "SINGLE" | "MASTER" | "FOLLOWER"
    );
    if !young && reach.secrets.root.is_none() {
        return Some(Want::Root);
    }
    let secured = probe.agent.secured == Some(true);
    (young && secured && reach.secrets.agent.is_none()).then_some(Want::Agent)
}

/// Asks the operator on the plain terminal.
///
/// # Errors
/// Somebody interrupts at the prompt.
pub fn ask(secrets: &mut Secrets, want: Want, place: &str) -> Result<(), Stop> {
    match want {
        Want::Root => {
            let question = format!("password of root@sys at {place}: ");
            secrets.root = Some(prompt::secret(&question)?);
        }
        Want::Agent => {
            let question = format!("agent password at {place}: ");
            secrets.agent = Some(prompt::secret(&question)?);
        }
    }
    Ok(())
}
