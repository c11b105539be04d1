//! Files, contexts, sources of secrets, known keys, keymap and themes.

pub mod theme;
