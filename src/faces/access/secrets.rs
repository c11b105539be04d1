//! Where a password comes from: a variable, else a question on a terminal,
//! else it is empty.

use super::{Reach, platform, prompt};
use crate::base::Secret;
use crate::config::{Api, Credentials, Endpoint, Source};
use crate::faces::exit::Stop;
use crate::faces::out;
use crate::link::{Ask, Backend, Picture};

/// The passwords of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// Of root@sys, or of a platform's user; `None` was not given (an empty one was).
    pub root: Option<Secret>,
    /// Of the agents.
    pub agent: Option<Secret>,
    /// Of a platform's access key.
    pub secret_key: Option<Secret>,
    /// Of root@sys before a setup sets `root`: tried first, until refused.
    pub earlier: Option<Secret>,
    /// Of an agent before a setup sets `agent`.
    pub earlier_agent: Option<Secret>,
    /// Whether they only open a session, and the session everything else.
    pub session: bool,
}

impl Secrets {
    /// `OBDECK_PASSWORD`, `OBDECK_AGENT_PASSWORD` and `OBDECK_SECRET_KEY`; an empty string counts.
    #[must_use]
    pub fn from_environment() -> Self {
        let of = |name| std::env::var(name).ok().map(Secret::new);
        Self {
            root: of("OBDECK_PASSWORD"),
            agent: of("OBDECK_AGENT_PASSWORD"),
            secret_key: of("OBDECK_SECRET_KEY"),
            earlier: None,
            earlier_agent: None,
            session: false,
        }
    }

    /// Keeps what was typed.
    pub fn take(&mut self, want: Want, secret: Secret) {
        let place = match want {
            Want::Root | Want::User => &mut self.root,
            Want::Agent => &mut self.agent,
            Want::SecretKey => &mut self.secret_key,
        };
        *place = Some(secret);
    }

    /// The context's own sources, else the variables.
    ///
    /// # Errors
    /// A source that gives nothing, or a question that nobody is there to answer.
    pub fn of_context(credentials: &Credentials) -> Result<Self, Stop> {
        let plain = Self::from_environment();
        let whose = credentials.user.as_deref().unwrap_or("root@sys");
        let question = format!("password of {whose}: ");
        Ok(Self {
            root: fetch(credentials.password.as_ref(), &question)?.or(plain.root),
            secret_key: fetch(credentials.secret_key.as_ref(), "secret key: ")?
                .or(plain.secret_key),
            agent: fetch(credentials.agent_password.as_ref(), "agent password: ")?.or(plain.agent),
            earlier: None,
            earlier_agent: None,
            session: credentials.session,
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

/// A secret that a server wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Of root@sys.
    Root,
    /// Of the agent.
    Agent,
    /// Of a platform's user.
    User,
    /// Of a platform's access key.
    SecretKey,
}

/// Which password the agent will want and nobody gave. An agent that wants
/// nothing yet is no reason to ask: SINGLE takes anything, and after a join the
/// empty password is right. The local agent's socket asks nobody.
pub async fn missing(reach: &Reach, backend: &dyn Backend) -> Option<Want> {
    if reach.api == Some(Api::Ocp) {
        return platform::missing(reach);
    }
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
    let question = match want {
        Want::Root => format!("password of root@sys at {place}: "),
        Want::Agent => format!("agent password at {place}: "),
        Want::User => format!("password at {place}: "),
        Want::SecretKey => format!("secret key at {place}: "),
    };
    secrets.take(want, prompt::secret(&question)?);
    Ok(())
}
