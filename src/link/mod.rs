//! One backend trait; polling, back-off, staleness, audit and recording.

mod ask;
mod backend;
mod write;

pub use ask::{Ask, Picture, Probe};
pub use backend::{Asked, Backend, BoxFuture, LinkError, Lost, SendError, Sent};
pub use write::WriteAccess;
