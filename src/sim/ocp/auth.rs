//! Who asks: Basic and the access key, verified as the documents describe the
//! server (`api/ocp.md §1.2`).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};
use sha1::Sha1;

use super::Endpoint;
use super::answer::Refusal;
use crate::sim::parcel::Taken;

/// Failures of one user until its account is locked, in versions from 4.2 on.
const ATTEMPTS: u32 = 20;
const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(30);
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// One user.
#[derive(Debug)]
struct Account {
    id: i64,
    name: &'static str,
    password: &'static str,
    access: String,
    secret: String,
    /// Whether it has the roles that change things.
    manages: bool,
    failures: u32,
    locked: Option<Timestamp>,
}

/// Who a request turned out to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    pub id: i64,
    pub name: &'static str,
    pub manages: bool,
}

/// All users.
#[derive(Debug)]
pub(super) struct Accounts(Vec<Account>);

/// What of a request is signed.
pub(super) struct Asked<'a> {
    pub method: &'a Method,
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    pub taken: &'a Taken,
}

impl Accounts {
    /// The two users, with keys made from the random hexadecimal digits.
    pub fn new(mut digits: impl FnMut(usize) -> String) -> Self {
        let mut account = |id, name, password, manages| Account {
            id,
            name,
            password,
            access: digits(16),
            secret: digits(32),
            manages,
            failures: 0,
            locked: None,
        };
        Self(vec![
            account(100, "admin", "aaAA11__", true),
            account(101, "viewer", "bbBB22__", false),
        ])
    }

    /// What the operator of the simulation is told.
    pub fn endpoint(&self, address: SocketAddr) -> Endpoint {
        let (admin, viewer) = (&self.0[0], &self.0[1]);
        Endpoint {
            address,
            user: admin.name.into(),
            password: admin.password.into(),
            ak: admin.access.clone(),
            sk: admin.secret.clone(),
            viewer: (viewer.name.into(), viewer.password.into()),
        }
    }

    /// Finds out who asks.
    pub fn check(&mut self, asked: &Asked<'_>, now: Timestamp) -> Result<Caller, Refusal> {
        let header = text(asked.headers, "authorization");
        let (scheme, proof) = header.split_once(' ').unwrap_or((header, ""));
        let account = if scheme.eq_ignore_ascii_case("Basic") {
            self.basic(proof.trim(), now)?
        } else if scheme == "OCP-ACCESS-KEY-HMACSHA1" {
            self.signed(proof.trim(), asked, now)?
        } else {
            return Err(Refusal::new(401, "IAM10000"));
        };
        Ok(Caller {
            id: account.id,
            name: account.name,
            manages: account.manages,
        })
    }

    fn basic(&mut self, proof: &str, now: Timestamp) -> Result<&Account, Refusal> {
        let pair = STANDARD.decode(proof).ok();
        let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
        let (user, password) = pair
            .as_deref()
            .and_then(|pair| pair.split_once(':'))
            .ok_or_else(|| Refusal::new(401, "IAM10000"))?;
        let account = self
            .0
            .iter_mut()
            .find(|account| account.name == user)
            .ok_or_else(|| Refusal::new(401, "IAM10004").with([ATTEMPTS - 1]))?;
        if account.locked.is_some_and(|until| now < until) {
            return Err(Refusal::new(401, "IAM10003"));
        }
        if account.password == password {
            account.failures = 0;
            account.locked = None;
            return Ok(account);
        }
        account.failures += 1;
        if account.failures >= ATTEMPTS {
            account.failures = 0;
            account.locked = now.checked_add(LOCKED_FOR).ok();
            return Err(Refusal::new(401, "IAM10003"));
        }
        Err(Refusal::new(401, "IAM10004").with([ATTEMPTS - account.failures]))
    }

    fn signed(&self, proof: &str, asked: &Asked<'_>, now: Timestamp) -> Result<&Account, Refusal> {
        let refused = || Refusal::new(401, "IAM10000");
        let (access, signature) = proof.split_once(':').ok_or_else(refused)?;
        let account = self
            .0
            .iter()
            .find(|account| account.access == access)
            .ok_or_else(refused)?;
        let date = text(asked.headers, "date");
        let sent = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(date)
            .map_err(|_| refused())?;
        if now.duration_since(sent).abs() >= SKEW {
            return Err(refused());
        }
        let signature = STANDARD.decode(signature).map_err(|_| refused())?;
        let mut mac =
            Hmac::<Sha1>::new_from_slice(account.secret.as_bytes()).map_err(|_| refused())?;
        mac.update(string_to_sign(asked, date).as_bytes());
        mac.verify_slice(&signature).map_err(|_| refused())?;
        Ok(account)
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let pairs = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    pairs.collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn string_to_sign(asked: &Asked<'_>, date: &str) -> String {
    let mut lines = String::new();
    let mut line = |part: &str| {
        lines.push_str(part);
        lines.push('\n');
    };
    line(asked.method.as_str());
    line(&match &asked.taken.parcel {
        Some(parcel) => hex(&parcel.md5).to_uppercase(),
        None if asked.taken.body.is_empty() => String::new(),
        None => hex(&Md5::digest(&asked.taken.body)).to_uppercase(),
    });
    line(text(asked.headers, "content-type"));
    line(date);
    line(text(asked.headers, "host"));
    line(&ocp_headers(asked.headers));
    let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
    lines.push_str(path);
    let query = sorted_query(query);
    if !query.is_empty() {
        lines.push('?');
        lines.push_str(&query);
    }
    lines
}

fn ocp_headers(headers: &HeaderMap) -> String {
    let mut named: Vec<&str> = headers.keys().map(axum::http::HeaderName::as_str).collect();
    named.retain(|name| name.starts_with("x-ocp"));
    named.sort_unstable();
    named.dedup();
    let lines: Vec<String> = named
        .iter()
        .map(|name| {
            let values = headers
                .get_all(*name)
                .iter()
                .filter_map(|value| value.to_str().ok());
            format!("{name}:{}", values.collect::<Vec<_>>().join(","))
        })
        .collect();
    lines.join("\n")
}

/// Sorted by key, repeated keys merged, everything percent-encoded again.
fn sorted_query(query: &str) -> String {
    let mut merged: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in pairs(query) {
        let values = merged.entry(key).or_default();
        if !value.is_empty() {
            values.push(value);
        }
    }
    let mut parts = Vec::new();
    for (key, mut values) in merged {
        values.sort();
        parts.push(format!("{}={}", encoded(&key), encoded(&values.join(","))));
    }
    parts.join("&")
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.extend(['%', upper_digit(byte >> 4), upper_digit(byte & 15)]),
        }
    }
    out
}

fn upper_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

/// The decoded pairs of a query.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(key), decoded(value))
        })
        .collect()
}

/// Percent-decoded text; what is no UTF-8 becomes U+FFFD.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (digit(ahead.next()), digit(ahead.next())) {
            (Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in list {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    /// The documentation's own message for its first vector.
    #[test]
    fn seven_lines_are_signed() {
        let headers = headers(&[
            ("content-type", "application/json"),
            ("host", "ocp.alibaba.net:8080"),
            ("x-ocp-data", "A"),
            ("x-ocp-data", "1"),
        ]);
        let body = br#"{"name":"test01","description":"test","regionId":1}"#;
        let taken = Taken {
            body: body.as_slice().into(),
            parcel: None,
        };
        let asked = Asked {
            method: &Method::POST,
            target: "/api/v2/compute/idcs",
            headers: &headers,
            taken: &taken,
        };
        assert_eq!(
            string_to_sign(&asked, "Tue, 17 Jan 2023 09:13:57 GMT"),
            "POST\n186974DB33A090A16D3E2CA35F547B56\napplication/json\n\
             Tue, 17 Jan 2023 09:13:57 GMT\nocp.alibaba.net:8080\nx-ocp-data:A,1\n/api/v2/compute/idcs"
        );
    }

    #[test]
    fn the_query_is_sorted_and_merged() {
        assert_eq!(
            sorted_query("b=2&a=3&a=1&a=&c=%e4 "),
            "a=1%2C3&b=2&c=%EF%BF%BD%20"
        );
    }
}
