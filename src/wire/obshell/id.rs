//! Generic ids (`api/obshell.md §5.4`): the id of a DAG, node or sub-task says
//! who keeps it.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::fleet::Address;

/// Whose task it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// Kept in the database: prefix 1.
    Cluster,
    /// Kept by one agent: prefixes 2 and 3.
    Local(Address),
    /// An OBProxy task of one agent: prefixes 4 and 5.
    Obproxy(Address),
}

/// A generic id taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenericId {
    /// Who keeps it.
    pub home: Home,
    /// The number behind the address, as written.
    pub number: String,
}

impl GenericId {
    /// Takes an id apart; `None` for what no agent would accept.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (prefix, rest) = text.split_at_checked(1)?;
        let (home, number) = match prefix {
            "1" => (Home::Cluster, rest),
            "2" => split(rest, 10).map(|(at, number)| (Home::Local(at), number))?,
            "3" => split(rest, 39).map(|(at, number)| (Home::Local(at), number))?,
            "4" => split(rest, 10).map(|(at, number)| (Home::Obproxy(at), number))?,
            "5" => split(rest, 39).map(|(at, number)| (Home::Obproxy(at), number))?,
            _ => return None,
        };
        (!number.is_empty()).then(|| Self {
            home,
            number: number.to_owned(),
        })
    }

    /// Whether it is kept in the database.
    #[must_use]
    pub fn is_cluster(&self) -> bool {
        self.home == Home::Cluster
    }

    /// Whether its routes want the agent password.
    #[must_use]
    pub fn is_obproxy(&self) -> bool {
        matches!(self.home, Home::Obproxy(_))
    }

    /// The agent that keeps it; `None` for the database.
    #[must_use]
    pub fn agent(&self) -> Option<&Address> {
        match &self.home {
            Home::Cluster => None,
            Home::Local(at) | Home::Obproxy(at) => Some(at),
        }
    }
}

/// Address of `ip` digits and a port of five, and what follows.
fn split(text: &str, ip: usize) -> Option<(Address, &str)> {
    let (address, rest) = text.split_at_checked(ip)?;
    let (port, number) = rest.split_at_checked(5)?;
    let host = if ip == 10 {
        Ipv4Addr::from(address.parse::<u32>().ok()?).to_string()
    } else {
        Ipv6Addr::from(address.parse::<u128>().ok()?).to_string()
    };
    let port = port.parse().ok().filter(|port| *port > 0)?;
    Some((Address::new(host, port), number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_each_kind_apart() {
        let local = GenericId::parse("22130706433028869").unwrap();
        assert_eq!(local.agent(), Some(&Address::new("127.0.0.1", 2886)));
        assert_eq!(local.number, "9");
        assert!(GenericId::parse("11").unwrap().is_cluster());
        let proxy = GenericId::parse("42130706692029862").unwrap();
        assert!(proxy.is_obproxy());
        assert_eq!(proxy.agent(), Some(&Address::new("127.0.1.4", 2986)));
        let six = format!(
            "3{:039}{:05}7",
            u128::from("fe80::1".parse::<Ipv6Addr>().unwrap()),
            2886
        );
        assert_eq!(
            GenericId::parse(&six).unwrap().agent(),
            Some(&Address::new("fe80::1", 2886))
        );
    }

    #[test]
    fn refuses_what_an_agent_refuses() {
        for bad in [
            "",
            "1",
            "2213070643302886",
            "9123",
            "abc",
            "2-130706433028869",
            "29999999999028861",
        ] {
            assert_eq!(GenericId::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = GenericId::parse(&text);
        }
    }
}
