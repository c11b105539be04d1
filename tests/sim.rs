//! The simulator answers as real agents did.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sim/client.rs"]
mod client;
#[path = "sim/days.rs"]
mod days;
#[path = "sim/diary.rs"]
mod diary;
#[path = "sim/ends.rs"]
mod ends;
#[path = "sim/login.rs"]
mod login;
#[path = "sim/old.rs"]
mod old;
#[path = "sim/scenes.rs"]
mod scenes;
#[path = "sim/sights.rs"]
mod sights;
#[path = "sim/story.rs"]
mod story;
#[path = "sim/three.rs"]
mod three;
