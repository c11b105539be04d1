//! Which server, which secret, and the right to change something.

mod prompt;
mod secrets;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cli::Globals;
use super::exit::{Exit, Stop};
use super::out;
use crate::fleet::Address;
use crate::fleet::address::AGENT_PORT;
use crate::link::{Backend, WriteAccess};

pub use secrets::{Secrets, Want, missing};

/// The socket of an agent, below its home directory.
const SOCKET: &str = "run/obshell.sock";

/// One place where an agent answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// Over TCP.
    Tcp(Address),
    /// The socket of an agent on this machine.
    Socket(PathBuf),
}

impl std::fmt::Display for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Where a command goes, and with which secrets.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Doors of one cluster, tried in order.
    pub doors: Vec<Door>,
    /// What opens them.
    pub secrets: Secrets,
}

impl Reach {
    /// The server that flags, configuration and working directory name, in this order.
    ///
    /// # Errors
    /// A wrong address, or nothing names a server: exit 2.
    pub fn resolve(globals: &Globals) -> Result<Self, Stop> {
        match Self::find(globals)? {
            Some(reach) => Ok(reach),
            None => Err(Stop::usage(
                "which server? Name a context of the configuration (--context NAME), \
                 an address (--endpoint ADDRESS), or the home of an agent on this machine \
                 (--home DIR, or start in it)",
            )),
        }
    }

    /// As [`Reach::resolve`]; `None` where nothing names a server.
    ///
    /// # Errors
    /// A wrong address, a context that does not exist.
    pub fn find(globals: &Globals) -> Result<Option<Self>, Stop> {
        let server = &globals.server;
        if let Some(name) = &server.context {
            return Err(Stop::usage(format!(
                "--context {name}: contexts are not read by this version; use --endpoint ADDRESS or --home DIR"
            )));
        }
        if !server.endpoint.is_empty() {
            return Self::addresses(&server.endpoint, "--endpoint").map(Some);
        }
        if let Some(home) = &server.home {
            let path = home.join(SOCKET);
            if !path.exists() {
                return Err(Stop::usage(format!(
                    "--home {}: there is no {SOCKET} in it",
                    home.display()
                )));
            }
            return Ok(Some(Self::of(vec![Door::Socket(path)])));
        }
        let here = Path::new(SOCKET);
        if here.exists() {
            let path = std::env::current_dir().map_or(here.to_owned(), |dir| dir.join(here));
            return Ok(Some(Self::of(vec![Door::Socket(path)])));
        }
        Ok(None)
    }

    /// These addresses, which are one cluster's.
    ///
    /// # Errors
    /// Names the address and what is wrong with it.
    pub fn addresses(addresses: &[String], flag: &str) -> Result<Self, Stop> {
        let doors = addresses
            .iter()
            .map(|text| door(text).map_err(|wrong| Stop::usage(format!("{flag} {text}: {wrong}"))))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(doors))
    }

    /// One agent that a form names.
    #[must_use]
    pub fn at(target: &Address) -> Self {
        Self::of(vec![Door::Tcp(target.clone())])
    }

    /// A backend behind these doors; nothing is asked yet.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn backend(&self) -> Result<Arc<dyn Backend>, Stop> {
        Err(Stop::failed("not built yet"))
    }

    /// A backend behind these doors. On a terminal the operator is asked for
    /// a password that it will want and nobody gave.
    ///
    /// # Errors
    /// Somebody interrupts at the prompt.
    pub async fn open(mut self) -> Result<Arc<dyn Backend>, Stop> {
        let backend = self.backend()?;
        if !out::can_ask() {
            return Ok(backend);
        }
        let (Some(want), Some(door)) = (
            secrets::missing(&self, backend.as_ref()).await,
            self.doors.first().cloned(),
        ) else {
            return Ok(backend);
        };
        secrets::ask(&mut self.secrets, want, &door)?;
        self.backend()
    }

    fn of(doors: Vec<Door>) -> Self {
        Self {
            doors,
            secrets: Secrets::from_environment(),
        }
    }
}

fn door(text: &str) -> Result<Door, String> {
    if let Some(path) = text.strip_prefix("unix:") {
        return Ok(Door::Socket(PathBuf::from(path)));
    }
    if text.starts_with("https://") {
        return Err("https is not spoken by this version".to_owned());
    }
    let plain = text.strip_prefix("http://").unwrap_or(text);
    let plain = plain.trim_end_matches('/');
    Address::parse(plain, AGENT_PORT)
        .map(Door::Tcp)
        .map_err(|error| error.to_string())
}

/// The right to change something.
///
/// # Errors
/// Read-only mode: exit 8.
pub fn write(globals: &Globals) -> Result<WriteAccess, Stop> {
    WriteAccess::grant(globals.read_only).ok_or_else(|| {
        Stop::new(
            Exit::Withheld,
            "not sent: this is read-only mode (--read-only or OBDECK_READ_ONLY)",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_spelling_of_an_address() {
        for (text, shown) in [
            ("10.0.0.5", "10.0.0.5:2886"),
            ("http://10.0.0.5:4000/", "10.0.0.5:4000"),
            ("[::1]:99", "[::1]:99"),
            ("unix:/x/obshell.sock", "unix:/x/obshell.sock"),
        ] {
            assert_eq!(door(text).map(|d| d.to_string()), Ok(shown.to_owned()));
        }
        for text in ["10.0.0.5:x", "http://", "a b", "https://ocp"] {
            assert!(door(text).is_err(), "{text}");
        }
    }

    #[test]
    fn without_a_server_all_three_ways_are_named() {
        let stop = Reach::resolve(&Globals::default()).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
        for way in ["--context", "--endpoint", "--home"] {
            assert!(stop.message.contains(way), "{stop}");
        }
    }

    #[test]
    fn a_wrong_address_is_named() {
        let globals = Globals {
            server: crate::faces::cli::ServerFlags {
                endpoint: vec!["10.0.0.5:99999".into()],
                ..Default::default()
            },
            ..Globals::default()
        };
        let stop = Reach::resolve(&globals).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
        assert!(stop.message.contains("99999"), "{stop}");
    }
}
