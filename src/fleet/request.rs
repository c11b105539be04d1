//! A request as a value: shown before it is sent, sealed by `wire`, sent by `link`.

use serde_json::{Map, Value};

use super::Address;
use crate::base::Secret;

/// HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or does.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Which password a route wants (`api/obshell.md §2.8`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// None: an open route.
    Open,
    /// The password of root@sys, in `X-OCS-Header`.
    Root,
    /// The agent password, in `X-OCS-Agent-Header` (OBProxy routes, tasks 4… and 5…).
    Agent,
}

/// What a request does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// Changes something; sent once, needs write access.
    Changes,
    /// Takes something away; also wants its target named.
    Destroys,
}

/// A JSON body that may hold secrets. Key order is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A value without secrets.
    Plain(Value),
    /// A secret text.
    Secret(Secret),
    /// A file of this machine, by its path: sent as the part `file` of a form
    /// of several parts, read when it is sent.
    File(String),
    /// A list.
    List(Vec<Body>),
    /// An object.
    Map(Vec<(String, Body)>),
}

impl Body {
    /// The body as it is shown, written to the audit log and copied: secrets are `***`.
    #[must_use]
    pub fn masked(&self) -> Value {
        self.value(|_| "***".to_owned())
    }

    /// The body as it is sent. Only `wire` calls this.
    #[must_use]
    pub fn revealed(&self) -> Value {
        self.value(|secret| secret.reveal().to_owned())
    }

    /// Every secret in it.
    #[must_use]
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Plain(_) | Self::File(_) => Vec::new(),
            Self::Secret(secret) => vec![secret],
            Self::List(items) => items.iter().flat_map(Self::secrets).collect(),
            Self::Map(entries) => entries
                .iter()
                .flat_map(|(_, item)| item.secrets())
                .collect(),
        }
    }

    fn value(&self, secret: fn(&Secret) -> String) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Secret(text) => Value::String(secret(text)),
            Self::File(path) => serde_json::json!({ "file": path }),
            Self::List(items) => {
                Value::Array(items.iter().map(|item| item.value(secret)).collect())
            }
            Self::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, item)| (key.clone(), item.value(secret)))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

/// A request that has not been sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The agent it must go to; `None`: any endpoint of the context.
    pub target: Option<Address>,
    /// Method.
    pub method: Method,
    /// Path with its query, exactly as sent: the header seals it (`api/obshell.md §2.4`).
    pub path: String,
    /// Body, `None` for an empty one.
    pub body: Option<Body>,
    /// Which password it wants.
    pub auth: Auth,
    /// What it does.
    pub effect: Effect,
    /// Name of the task that it makes, where it makes one (`Join self`).
    pub makes: Option<String>,
    /// A change that is sent before it. Only when that is done is this one sent.
    pub first: Option<Box<Request>>,
}

impl Request {
    /// A read of any endpoint with root's password.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            target: None,
            method: Method::Get,
            path: path.into(),
            body: None,
            auth: Auth::Root,
            effect: Effect::Reads,
            makes: None,
            first: None,
        }
    }

    /// Everything that is sent, in its order.
    pub fn in_order(&self) -> impl Iterator<Item = &Self> {
        self.first.as_deref().into_iter().chain([self])
    }

    /// Whether a file is sent with it: that takes its time, and can be given up.
    #[must_use]
    pub fn carries_file(&self) -> bool {
        let mut each = self.in_order();
        each.any(|one| matches!(one.body, Some(Body::File(_))))
    }

    /// Method and path, for a sentence.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method.word(), self.path)
    }
}
