//! The console's screens: keys in, text out. Snapshots hold the text of a
//! screen and the runs of its styles, which a test terminal does not print.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "console/support.rs"]
mod support;
#[path = "console/tables.rs"]
mod tables;

#[path = "console/cluster.rs"]
mod cluster;
#[path = "console/deeds.rs"]
mod deeds;
#[path = "console/forms.rs"]
mod forms;
#[path = "console/held.rs"]
mod held;
#[path = "console/kept.rs"]
mod kept;
#[path = "console/platform.rs"]
mod platform;
#[path = "console/pointer.rs"]
mod pointer;
#[path = "console/powers.rs"]
mod powers;
#[path = "console/random.rs"]
mod random;
#[path = "console/session.rs"]
mod session;
#[path = "console/setup.rs"]
mod setup;
#[path = "console/trouble.rs"]
mod trouble;
#[path = "console/upload.rs"]
mod upload;
