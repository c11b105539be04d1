//! The obshell backend against simulated agents, over real sockets.

#[path = "link/change.rs"]
mod change;
#[path = "link/credentials.rs"]
mod credentials;
#[path = "link/read.rs"]
mod read;
#[path = "link/stage.rs"]
mod stage;
#[path = "link/trouble.rs"]
mod trouble;
