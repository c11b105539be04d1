//! What every floor may use: secrets, words, and text that is safe to show.

mod secret;
pub mod text;
pub mod words;

pub use secret::Secret;
