//! What real agents answered, read by the wire floor; and what it seals, opened
//! again by code that shares nothing with it.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "wire/captures.rs"]
mod captures;
#[path = "wire/dags.rs"]
mod dags;
#[path = "wire/exchanges.rs"]
mod exchanges;
#[path = "wire/mutations.rs"]
mod mutations;
#[path = "wire/open.rs"]
mod open;
#[path = "wire/sealing.rs"]
mod sealing;
