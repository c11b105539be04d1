//! One `[contexts.NAME]`: a cluster or a platform, and who asks it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use rust_i18n::t;

use super::reader::{Place, Section};
use super::source::{self, Source};
use crate::fleet::Address;

/// Which API answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// The agents of one cluster.
    Obshell,
    /// The platform over many.
    Ocp,
}

/// Where something answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `10.0.0.5` or `10.0.0.5:2886`.
    Agent(Address),
    /// `http://ocp:8080`, `https://…`; without a slash at the end.
    Url(String),
    /// `unix:/path/obshell.sock`.
    Socket(PathBuf),
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            if !path.starts_with('/') {
                return Err(t!("a socket needs an absolute path: unix:/path").into_owned());
            }
            return Ok(Self::Socket(path.into()));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return match text.parse() {
                Ok(address) => Ok(Self::Agent(address)),
                Err(error) => Err(error.to_string()),
            };
        };
        if !matches!(scheme, "http" | "https") {
            return Err(t!(
                "`%{scheme}` is not spoken here, only http and https",
                scheme = scheme
            )
            .into_owned());
        }
        let rest = rest.trim_end_matches('/');
        let host = rest.split('/').next().unwrap_or_default();
        // A user in an address would end up in titles and logs.
        if host.contains('@') {
            return Err(t!("an address holds no user and no password").into_owned());
        }
        Address::parse(host, 80).map_err(|error| error.to_string())?;
        Ok(Self::Url(format!("{scheme}://{rest}")))
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Agent(address) => address.fmt(f),
            Self::Url(url) => f.write_str(url),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// The spellings of [`Endpoint`], for sentences.
pub(super) const ENDPOINTS: &str =
    "[\"10.0.0.5\", \"10.0.0.5:2886\", \"https://host:8080\", \"unix:/path\"]";

/// Who asks, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// User of OCP.
    pub user: Option<String>,
    /// Access key of OCP, with `secret_key` instead of user and password.
    pub access_key: Option<String>,
    /// Password of root@sys, or of OCP's user.
    pub password: Option<Source>,
    /// The agent password (obshell).
    pub agent_password: Option<Source>,
    /// Secret of the access key (OCP).
    pub secret_key: Option<Source>,
    /// Whether to log in once and ask with a session (obshell).
    pub session: bool,
}

/// One context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// Which API answers.
    pub api: Api,
    /// Tried in order.
    pub endpoints: Vec<Endpoint>,
    /// Who asks.
    pub credentials: Credentials,
    /// Red frame, read-only at the start, names typed before something is destroyed.
    pub production: bool,
    /// No changes.
    pub read_only: bool,
    /// Certificates to trust.
    pub ca_file: Option<PathBuf>,
}

/// Reads a context; `folder` is that of the file, for paths in it.
pub(super) fn read(name: &str, place: &Place, folder: &Path, mode: Option<u32>) -> Option<Context> {
    let section = place.section()?;
    let apis = [("obshell", Api::Obshell), ("ocp", Api::Ocp)];
    let api = match section.get("api") {
        Some(place) => place.choice(&apis),
        None => Some(Api::Obshell),
    };
    let context = Context {
        name: name.to_owned(),
        // A wrong word is noted; what follows is read as if it were the usual one.
        api: api.unwrap_or(Api::Obshell),
        endpoints: endpoints(&section),
        credentials: credentials(&section, api, mode),
        production: flag(&section, "production"),
        read_only: flag(&section, "read_only"),
        ca_file: section
            .get("ca_file")
            .and_then(|place| existing(&place, folder)),
    };
    section.close();
    Some(context)
}

fn flag(section: &Section, key: &'static str) -> bool {
    section
        .get(key)
        .and_then(|place| place.flag())
        .unwrap_or(false)
}

fn endpoints(section: &Section) -> Vec<Endpoint> {
    let Some(place) = section.get("endpoints") else {
        section.missing("endpoints", ENDPOINTS);
        return Vec::new();
    };
    let texts = place.texts();
    if texts.is_empty() && place.value.as_array().is_some_and(|items| items.is_empty()) {
        place.wrong("[]", ENDPOINTS);
    }
    let read = |(text, place): (&str, Place)| match text.parse() {
        Ok(endpoint) => Some(endpoint),
        Err(error) => {
            place.wrong(&format!("\"{text}\" ({error})"), ENDPOINTS);
            None
        }
    };
    texts.into_iter().filter_map(read).collect()
}

fn credentials(section: &Section, api: Option<Api>, mode: Option<u32>) -> Credentials {
    let only = |key: &'static str, owner: Api| {
        let place = section.get(key)?;
        if api.is_some_and(|api| api != owner) {
            let word = if owner == Api::Ocp { "ocp" } else { "obshell" };
            place.wrong(
                &t!("a key that only api = \"%{api}\" has", api = word),
                &t!("nothing"),
            );
            return None;
        }
        Some(place)
    };
    let text = |place: Place| place.text().map(str::to_owned);
    let secret = |place: Place| source::read(&place, mode);
    let found = Credentials {
        user: only("user", Api::Ocp).and_then(text),
        access_key: only("access_key", Api::Ocp).and_then(text),
        password: section.get("password").and_then(secret),
        agent_password: only("agent_password", Api::Obshell).and_then(secret),
        secret_key: only("secret_key", Api::Ocp).and_then(secret),
        session: only("session", Api::Obshell)
            .and_then(|place| place.flag())
            .unwrap_or(false),
    };
    if found.access_key.is_some()
        && section.get("user").is_some()
        && let Some(place) = section.get("access_key")
    {
        place.wrong(&t!("an access key beside a user"), "user, access_key");
    }
    found
}

fn existing(place: &Place, folder: &Path) -> Option<PathBuf> {
    let path = folder.join(place.text()?);
    if path.is_file() {
        return Some(path);
    }
    place.wrong(&place.found(), &t!("a file that exists"));
    None
}
