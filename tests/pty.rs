//! Whole sessions on a pseudo-terminal: whatever way the program ends, the
//! shell gets a usable terminal back and the right exit code.

#[path = "pty/console.rs"]
mod console;
#[path = "pty/probe.rs"]
mod probe;
#[path = "pty/session.rs"]
mod session;
#[path = "pty/terminal.rs"]
mod terminal;
