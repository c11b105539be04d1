//! How it stands with each question: what the screen says of staleness.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::link::{Ask, LinkError};

/// When a question is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is under way.
    Asking,
    /// At this moment, if it is still followed.
    At(Instant),
    /// When the operator has changed a password or trusted a key.
    AfterCredentials,
    /// Never by itself: it has ended, or it is not there.
    Never,
}

/// How it stands with one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// When the last good answer came.
    pub answered: Option<Timestamp>,
    /// Why the last try brought none; gone after the next good answer.
    pub error: Option<LinkError>,
    /// Tries without a good answer since the last one.
    pub failures: u32,
    /// When it is asked next.
    pub next: Next,
}

/// The standings, shared between the worker and whoever draws.
#[derive(Clone, Debug, Default)]
pub(super) struct Board(Arc<Mutex<BTreeMap<Ask, Standing>>>);

impl Board {
    pub(super) fn get(&self, ask: &Ask) -> Option<Standing> {
        self.with(|map| map.get(ask).cloned())
    }

    pub(super) fn put(&self, ask: &Ask, standing: Standing) {
        self.with(|map| map.insert(ask.clone(), standing));
    }

    pub(super) fn remove(&self, ask: &Ask) {
        self.with(|map| map.remove(ask));
    }

    pub(super) fn clear(&self) {
        self.with(BTreeMap::clear);
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Ask, Standing>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
