//! The obshell backend against simulated agents, over real sockets.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "link/change.rs"]
mod change;
#[path = "link/credentials.rs"]
mod credentials;
#[path = "link/held.rs"]
mod held;
#[path = "link/once.rs"]
mod once;
#[path = "link/program.rs"]
mod program;
#[path = "link/read.rs"]
mod read;
#[path = "link/sessions.rs"]
mod sessions;
#[path = "link/socket.rs"]
mod socket;
#[path = "link/stage.rs"]
mod stage;
#[path = "link/storms.rs"]
mod storms;
#[path = "link/tls.rs"]
mod tls;
#[path = "link/trouble.rs"]
mod trouble;
#[path = "link/upload.rs"]
mod upload;
