//! The live view of a task, on the whole screen: its fifteen points, each with
//! a test that fails when it is taken out; the ladder from 24 bits down to
//! ASCII; and the pictures in `screenshots/`, drawn from real frames.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test says what it misses by failing; the support serves the tests of the console too"
)]

#[path = "console/support.rs"]
mod support;

#[path = "live/ends.rs"]
mod ends;
#[path = "live/ladder.rs"]
mod ladder;
#[path = "live/log.rs"]
mod log;
#[path = "live/pictures.rs"]
mod pictures;
#[path = "live/points.rs"]
mod points;
#[path = "live/stories.rs"]
mod stories;
#[path = "live/together.rs"]
mod together;
