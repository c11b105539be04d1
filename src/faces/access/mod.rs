//! Which server, which secret, and the right to change something.

mod backend;
pub mod leaving;
mod platform;
mod prompt;
mod secrets;

pub use backend::login;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::cli::Globals;
use super::configured;
use super::exit::{Exit, Stop};
use super::out;
use crate::config::durations::Durations;
use crate::config::{Api, Context, Endpoint, KnownKeys};
use crate::fleet::Address;
use crate::link::{Backend, WriteAccess};

pub use platform::Account;
pub use secrets::{Secrets, Want, fetch, missing};

/// The socket of an agent, below its home directory.
const SOCKET: &str = "run/obshell.sock";

/// Where a command goes, and with which secrets.
#[derive(Clone, Debug)]
pub struct Reach {
    /// What it is called: the context, or its first address.
    pub name: String,
    /// Endpoints of one cluster, tried in order.
    pub endpoints: Vec<Endpoint>,
    /// Which API answers there; `None` where that is found out by asking.
    pub api: Option<Api>,
    /// Who asks, where a platform answers.
    pub account: Account,
    /// What opens them.
    pub secrets: Secrets,
    /// Whether a context calls it production.
    pub production: bool,
    /// Whether a context wants no changes.
    pub read_only: bool,
    /// Certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// Where exchanges are recorded.
    pub record: Option<PathBuf>,
    /// A key to trust although another one is pinned.
    pub accept_key: Option<String>,
    /// Where obdeck remembers things; `None` keeps everything in memory.
    pub places: Option<crate::config::Places>,
    /// Between two pictures of a task that is followed.
    pub pace: Duration,
}

impl Reach {
    /// The server that flags, configuration and working directory name, in this order.
    ///
    /// # Errors
    /// A wrong address, or nothing names a server: exit 2.
    pub fn resolve(globals: &Globals) -> Result<Self, Stop> {
        Self::find(globals)?.ok_or_else(|| {
            Stop::usage(
                "which server? Name a context of the configuration (--context NAME), \
                 an address (--endpoint ADDRESS), or the home of an agent on this machine \
                 (--home DIR, or start in it)",
            )
        })
    }

    /// As [`Reach::resolve`]; `None` where nothing names a server.
    ///
    /// # Errors
    /// A wrong address, a context that does not exist, a fault in the configuration.
    pub fn find(globals: &Globals) -> Result<Option<Self>, Stop> {
        let server = &globals.server;
        if let Some(name) = &server.context {
            let config = configured::load(globals)?;
            if let Some(context) = config.contexts.get(name) {
                return Self::of_context(globals, context).map(Some);
            }
            let known: Vec<_> = config.contexts.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            return Err(Stop::usage(format!(
                "--context {name}: the configuration has no such context; it has: {known}"
            )));
        }
        if !server.endpoint.is_empty() {
            return Self::addresses(globals, &server.endpoint, "--endpoint").map(Some);
        }
        if let Some(home) = &server.home {
            let path = home.join(SOCKET);
            if !path.exists() {
                return Err(Stop::usage(format!(
                    "--home {}: there is no {SOCKET} in it",
                    home.display()
                )));
            }
            return Ok(Some(Self::of(globals, vec![Endpoint::Socket(path)])));
        }
        let config = configured::load(globals)?;
        if let Some(context) = config
            .default
            .and_then(|name| config.contexts.get(&name).cloned())
        {
            return Self::of_context(globals, &context).map(Some);
        }
        let here = Path::new(SOCKET);
        if here.exists() {
            let path = std::env::current_dir().map_or(PathBuf::from(here), |dir| dir.join(here));
            return Ok(Some(Self::of(globals, vec![Endpoint::Socket(path)])));
        }
        Ok(None)
    }

    /// These addresses, which are one cluster's.
    ///
    /// # Errors
    /// Names the address and what is wrong with it.
    pub fn addresses(globals: &Globals, texts: &[String], flag: &str) -> Result<Self, Stop> {
        let endpoints = texts
            .iter()
            .map(|text| {
                text.parse()
                    .map_err(|wrong: String| Stop::usage(format!("{flag} {text}: {wrong}")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(globals, endpoints))
    }

    /// One agent that a form names.
    #[must_use]
    pub fn at(globals: &Globals, target: &Address) -> Self {
        Self {
            api: Some(Api::Obshell),
            ..Self::of(globals, vec![Endpoint::Agent(target.clone())])
        }
    }

    fn of(globals: &Globals, endpoints: Vec<Endpoint>) -> Self {
        let name = endpoints.first().map(ToString::to_string);
        Self {
            name: name.unwrap_or_default(),
            endpoints,
            api: None,
            account: Account {
                user: globals.server.user.clone(),
                access_key: globals.server.access_key.clone(),
            },
            secrets: Secrets::from_environment(),
            production: false,
            read_only: globals.read_only,
            ca_file: globals.server.ca_file.clone(),
            record: globals.record.clone(),
            accept_key: globals.server.accept_key.clone(),
            places: configured::places(globals),
            pace: configured::pace(globals),
        }
    }

    /// The server of a context.
    ///
    /// # Errors
    /// A source of its secrets gives nothing.
    pub fn of_context(globals: &Globals, context: &Context) -> Result<Self, Stop> {
        let plain = Self::of(globals, context.endpoints.clone());
        let own = &context.credentials;
        let mut account = plain.account.clone();
        // A flag stands above the context, and either of the two stands alone.
        if account == Account::default() {
            account = Account {
                user: own.user.clone(),
                access_key: own.access_key.clone(),
            };
        }
        Ok(Self {
            name: context.name.clone(),
            api: Some(context.api),
            account,
            secrets: Secrets::of_context(own)?,
            production: context.production,
            ca_file: globals.server.ca_file.clone().or(context.ca_file.clone()),
            read_only: globals.read_only
                || !globals.write && (context.read_only || context.production),
            ..plain
        })
    }

    /// A backend behind these endpoints; nothing is asked yet.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn backend(&self) -> Result<Arc<dyn Backend>, Stop> {
        match self.api {
            Some(Api::Ocp) => platform::make(self),
            Some(Api::Obshell) | None => backend::make(self),
        }
    }

    /// Finds out which API answers, where nobody said.
    ///
    /// # Errors
    /// Nobody answers: exit 6.
    pub async fn settle(&mut self) -> Result<(), Stop> {
        self.api = Some(platform::api(self).await?);
        Ok(())
    }

    /// A backend behind these endpoints. On a terminal the operator is asked
    /// for a password that it will want and nobody gave.
    ///
    /// # Errors
    /// Somebody interrupts at the prompt.
    pub async fn open(mut self) -> Result<Arc<dyn Backend>, Stop> {
        self.settle().await?;
        let backend = self.backend()?;
        if !out::can_ask() {
            return Ok(backend);
        }
        let Some(want) = secrets::missing(&self, backend.as_ref()).await else {
            return Ok(backend);
        };
        let place = self.name.clone();
        secrets::ask(&mut self.secrets, want, &place)?;
        self.backend()
    }

    /// Whether a platform over many clusters answers, as far as it was said or
    /// found out.
    #[must_use]
    pub fn is_platform(&self) -> bool {
        self.api == Some(Api::Ocp)
    }

    /// Trusts this key of an agent from now on, in place of the one before.
    ///
    /// # Errors
    /// The file of pins cannot be written.
    pub fn trust(&self, endpoint: &str, fingerprint: &str) -> Result<(), Stop> {
        // What is only in memory is learned anew with the next backend.
        let Some(places) = &self.places else {
            return Ok(());
        };
        KnownKeys::in_file(places.known_keys())
            .trust(endpoint, fingerprint)
            .map_err(|error| Stop::failed(error.to_string()))
    }

    /// The flags that name this server again, with a blank before each.
    #[must_use]
    pub fn flags(&self) -> String {
        let first = self.endpoints.first().map(ToString::to_string);
        if first.as_ref() != Some(&self.name) {
            let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
            return if self.name.chars().all(plain) {
                format!(" --context {}", self.name)
            } else {
                format!(" --context '{}'", self.name.replace('\'', "'\\''"))
            };
        }
        let each = self.endpoints.iter();
        each.fold(String::new(), |flags, endpoint| {
            format!("{flags} --endpoint {endpoint}")
        })
    }

    /// How long tasks took there.
    #[must_use]
    pub fn durations(&self) -> Durations {
        let file = self.places.as_ref().map(crate::config::Places::durations);
        Durations::new(file, &self.name)
    }

    /// The right to change something there.
    ///
    /// # Errors
    /// Read-only: exit 8.
    pub fn write(&self) -> Result<WriteAccess, Stop> {
        WriteAccess::grant(self.read_only).ok_or_else(|| {
            Stop::new(
                Exit::Withheld,
                format!(
                    "not sent: {} is read-only (--read-only, OBDECK_READ_ONLY, or its context; --write unlocks a context)",
                    self.name
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globals(endpoint: &str) -> Globals {
        Globals {
            server: crate::faces::cli::ServerFlags {
                endpoint: vec![endpoint.into()],
                ..Default::default()
            },
            ..Globals::default()
        }
    }

    #[test]
    fn a_wrong_address_is_named() {
        let stop = Reach::resolve(&globals("10.0.0.5:99999")).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
        assert!(stop.message.contains("99999"), "{stop}");
    }

    #[test]
    fn read_only_gives_no_right() {
        let mut flags = globals("10.0.0.5");
        assert!(Reach::resolve(&flags).unwrap().write().is_ok());
        flags.read_only = true;
        let stop = Reach::resolve(&flags).unwrap().write().unwrap_err();
        assert_eq!(stop.exit, Exit::Withheld);
    }
}
