//! Where an agent or a server answers: a host and a port, or a socket of this machine.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The port an obshell agent listens on when none is named (`api/obshell.md §1.1`).
pub const AGENT_PORT: u16 = 2886;

/// The beginning of a host that is a socket of this machine.
const SOCKET: &str = "unix:";

/// A host name or IP (no brackets) and a port. Displays as `host:port`, IPv6 as
/// `[host]:port`, a socket as `unix:/path`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// Host name, IPv4 or IPv6 without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing before the port.
    #[error("an address needs a host")]
    NoHost,
    /// The part behind the last colon is no port.
    #[error("`{0}` is not a port (1 to 65535)")]
    Port(String),
    /// Characters that stand in no host name.
    #[error("`{0}` is not a host name or an IP address")]
    Host(String),
}

impl Address {
    /// An address from its parts.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
        }
    }

    /// A socket of this machine. No text is read as one: a host has no slash.
    #[must_use]
    pub fn socket(path: &Path) -> Self {
        Self::new(format!("{SOCKET}{}", path.display()), 0)
    }

    /// The path of a socket; `None` for a host.
    #[must_use]
    pub fn as_socket(&self) -> Option<&Path> {
        let path = self.host.strip_prefix(SOCKET)?;
        (self.port == 0).then(|| Path::new(path))
    }

    /// Reads `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address.
    ///
    /// # Errors
    /// Says which part is wrong.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, AddressError> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix('[') {
            let (host, tail) = rest
                .split_once(']')
                .ok_or_else(|| AddressError::Host(text.to_owned()))?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(AddressError::Host(host.to_owned()));
            }
            let port = match tail.strip_prefix(':') {
                None if tail.is_empty() => default_port,
                None => return Err(AddressError::Host(text.to_owned())),
                Some(port) => parse_port(port)?,
            };
            return Ok(Self::new(host, port));
        }
        if text.parse::<std::net::Ipv6Addr>().is_ok() {
            return Ok(Self::new(text, default_port));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, parse_port(port)?),
            None => (text, default_port),
        };
        if host.is_empty() {
            return Err(AddressError::NoHost);
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !host.chars().all(plain) {
            return Err(AddressError::Host(host.to_owned()));
        }
        Ok(Self::new(host, port))
    }
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(AddressError::Port(text.to_owned())),
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text, AGENT_PORT)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.as_socket().is_some() {
            f.write_str(&self.host)
        } else if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_spelling() {
        for (text, shown) in [
            ("10.0.0.5", "10.0.0.5:2886"),
            (" 10.0.0.5:4000 ", "10.0.0.5:4000"),
            ("ob-1.example", "ob-1.example:2886"),
            ("::1", "[::1]:2886"),
            ("[fe80::2]:99", "[fe80::2]:99"),
        ] {
            assert_eq!(
                text.parse::<Address>().map(|a| a.to_string()),
                Ok(shown.to_owned())
            );
        }
    }

    #[test]
    fn a_socket_is_no_host() {
        let socket = Address::socket(Path::new("/ob/run/obshell.sock"));
        assert_eq!(socket.to_string(), "unix:/ob/run/obshell.sock");
        assert_eq!(socket.as_socket(), Some(Path::new("/ob/run/obshell.sock")));
        assert_eq!(Address::new("::1", 0).as_socket(), None);
        assert!("unix:/ob/run/obshell.sock".parse::<Address>().is_err());
    }

    #[test]
    fn names_the_wrong_part() {
        assert_eq!(
            "h:0".parse::<Address>(),
            Err(AddressError::Port("0".into()))
        );
        assert_eq!(
            "h:x".parse::<Address>(),
            Err(AddressError::Port("x".into()))
        );
        assert_eq!(":1".parse::<Address>(), Err(AddressError::NoHost));
        assert_eq!(
            "a b".parse::<Address>(),
            Err(AddressError::Host("a b".into()))
        );
    }
}
