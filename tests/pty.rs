//! Whole sessions on a pseudo-terminal: whatever way the program ends, the
//! shell gets a usable terminal back and the right exit code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where it stands"
)]

#[path = "pty/console.rs"]
mod console;
#[path = "pty/ocp.rs"]
mod ocp;
#[path = "pty/probe.rs"]
mod probe;
#[path = "cli/program.rs"]
#[allow(dead_code, reason = "its helpers belong to several tests")]
mod program;
#[path = "pty/sent.rs"]
mod sent;
#[path = "pty/session.rs"]
mod session;
#[path = "pty/setup.rs"]
mod setup;
#[path = "pty/setup_fresh.rs"]
mod setup_fresh;
#[path = "pty/terminal.rs"]
mod terminal;
#[path = "pty/upload.rs"]
mod upload;
