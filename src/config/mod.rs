//! Files, contexts, sources of secrets, known keys, keymap and themes.
//!
//! A mistake in a file names file, line, key, what was found and what is
//! allowed, and all mistakes of a file are found at once.

mod commands;
mod context;
mod drafts;
pub mod durations;
mod file;
mod keyring;
mod known_keys;
mod mistake;
mod places;
mod program;
pub(crate) mod reader;
pub(crate) mod source;
pub mod theme;

#[cfg(test)]
mod tests;

pub use commands::Commands;
pub use context::{Api, Context, Credentials, Endpoint};
pub use drafts::{Draft, Drafts};
pub use file::{Config, Polling, Vocabulary};
pub use known_keys::{KnownKeys, Meeting};
pub use mistake::{FileError, Mistake};
pub use places::Places;
pub use program::SourceError;
pub use source::Source;

/// What `obdeck config init` writes: every key, explained, nothing switched on.
pub const SAMPLE: &str = include_str!("sample.toml");
