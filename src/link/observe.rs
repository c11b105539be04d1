//! Who looks on while a backend works: the audit log, the recording.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{SendError, Sent};
use crate::base::Secret;
use crate::fleet::request::{Auth, Request};

/// One request as it may be written down: secrets are masked in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
    /// When it left.
    pub at: Timestamp,
    /// To whom: `10.0.0.5:2886`.
    pub endpoint: String,
    /// `POST`.
    pub method: &'static str,
    /// Path with query.
    pub path: String,
    /// Which header it carried.
    pub auth: Auth,
    /// The body before encryption, secrets masked.
    pub body: Option<Value>,
    /// Its trace id.
    pub trace: String,
}

impl Asking {
    /// What may be written down of this request.
    pub fn of(request: &Request, endpoint: &str, trace: &str, at: Timestamp) -> Self {
        Self {
            at,
            endpoint: endpoint.to_owned(),
            method: request.method.word(),
            path: request.path.clone(),
            auth: request.auth,
            body: request
                .body
                .as_ref()
                .map(crate::fleet::request::Body::masked),
            trace: trace.to_owned(),
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// An HTTP answer, whatever it says.
    Http {
        /// HTTP status.
        status: u16,
        /// `Content-Type`, empty where it had none.
        content_type: String,
        /// The body: JSON where it is JSON, a text where it is not, null where
        /// there is none.
        body: Value,
    },
    /// None; why.
    Nothing(String),
}

/// Looks on. Every method has a default that does nothing.
pub trait Observer: Send + Sync {
    /// After each exchange, reads too.
    fn exchange(&self, _asking: &Asking, _answer: &Answer) {}

    /// Whether it does something with exchanges that only read.
    fn looks_at_reads(&self) -> bool {
        true
    }

    /// A secret is about to leave in the body of a change: should a server repeat
    /// it, it must not be written down.
    fn carries(&self, _secret: &Secret) {}

    /// Before a change leaves. An error (a sentence for the operator) means that
    /// it must not leave: [`LinkError::NotAsked`](super::LinkError::NotAsked).
    fn before_change(&self, _asking: &Asking) -> Result<(), String> {
        Ok(())
    }

    /// After a change, with what it came to.
    fn after_change(&self, _asking: &Asking, _outcome: &Result<Sent, SendError>) {}
}

/// Several observers; an empty list is nobody.
#[derive(Clone, Default)]
pub struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    /// One more.
    pub fn add(&mut self, observer: Arc<dyn Observer>) {
        self.0.push(observer);
    }

    /// Whether any of them wants to see what only reads.
    pub fn look_at_reads(&self) -> bool {
        self.0.iter().any(|one| one.looks_at_reads())
    }
}

impl std::fmt::Debug for Observers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} observers", self.0.len())
    }
}

impl Observer for Observers {
    fn exchange(&self, asking: &Asking, answer: &Answer) {
        self.0.iter().for_each(|one| one.exchange(asking, answer));
    }

    fn looks_at_reads(&self) -> bool {
        self.look_at_reads()
    }

    fn carries(&self, secret: &Secret) {
        self.0.iter().for_each(|one| one.carries(secret));
    }

    fn before_change(&self, asking: &Asking) -> Result<(), String> {
        self.0.iter().try_for_each(|one| one.before_change(asking))
    }

    fn after_change(&self, asking: &Asking, outcome: &Result<Sent, SendError>) {
        self.0
            .iter()
            .for_each(|one| one.after_change(asking, outcome));
    }
}
