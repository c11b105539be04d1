//! The keys that were trusted at first use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::fleet::Address;

/// Where fingerprints (`SHA256:…`) are kept: the user's `known_keys.toml`, or
/// memory. Called while a question is under way: it must not wait long.
pub trait Pins: Send + Sync {
    /// The pinned fingerprint of an agent. An error (a sentence for the operator)
    /// is not "none": whoever cannot tell must not trust.
    fn pinned(&self, agent: &Address) -> Result<Option<String>, String>;

    /// Pins it at first use.
    fn learn(&self, agent: &Address, fingerprint: &str);

    /// Whether the operator said that this key, and no other, takes the place of
    /// the pinned one; it is pinned then.
    fn accepts(&self, _agent: &Address, _fingerprint: &str) -> bool {
        false
    }
}

/// Pins that end with the program: `demo`, tests.
#[derive(Debug, Default)]
pub struct MemoryPins(Mutex<HashMap<Address, String>>);

impl Pins for MemoryPins {
    fn pinned(&self, agent: &Address) -> Result<Option<String>, String> {
        let pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(pins.get(agent).cloned())
    }

    fn learn(&self, agent: &Address, fingerprint: &str) {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pins.insert(agent.clone(), fingerprint.to_owned());
    }
}
