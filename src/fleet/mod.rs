//! The operator's world as plain data. No I/O, no clock, no terminal types.

pub mod address;
pub mod change;
pub mod checks;
pub mod cluster;
pub mod forms;
pub mod host;
pub mod platform;
pub mod request;
pub mod task;
pub mod transfer;
pub mod unit;

pub use address::{Address, AddressError};
