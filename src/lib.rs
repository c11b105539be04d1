//! obdeck: a terminal console for the people who run `OceanBase` clusters.
//!
//! The map of the house. A floor may use only the floors below it; rooms on
//! one floor do not see each other. `tests/house.rs` holds the rule.
//!
//! | floor | room | holds |
//! |---|---|---|
//! | 0 | [`base`] | secrets, the catalogue of words, cleaning and width of foreign text |
//! | 1 | [`fleet`] | the operator's world as plain data: cluster, task, graph, tree, forms |
//! | 2 | [`wire`] | bytes in, fleet out: envelope, errors, sealing, data-transfer types |
//! | 2 | [`sim`] | obshell agents in process: real HTTP, real cryptography, real state machines |
//! | 3 | [`config`] | files, contexts, sources of secrets, known keys, keymap, themes |
//! | 4 | [`link`] | one backend trait; polling, back-off, staleness, audit, recording |
//! | 4 | [`setup`] | the engine of first-time setup: addresses, plan, findings, journal |
//! | 5 | [`console`] | the operator's session: model, actions, messages, update, effects |
//! | 5 | [`term`] | the terminal itself: raw mode, signals, suspend, synchronized output |
//! | 6 | [`view`] | model to frame; draws and does nothing else |
//! | 7 | [`faces`] | the ways out to the user: console, get, task, do, view, sim, demo |
#![forbid(unsafe_code)]

// A key is the English sentence itself; `minify_key` makes a missing translation show that sentence.
rust_i18n::i18n!(
    "locales",
    fallback = "en",
    minify_key = true,
    minify_key_len = 24,
    minify_key_prefix = "",
    minify_key_thresh = 1024
);

pub mod base;
pub mod config;
pub mod console;
pub mod faces;
pub mod fleet;
pub mod link;
pub mod setup;
pub mod sim;
pub mod term;
pub mod view;
pub mod wire;
