//! One backend trait; polling, back-off, staleness, audit and recording.

mod ask;
pub mod audit;
mod backend;
mod brake;
pub mod doors;
mod endpoints;
mod held;
mod http;
mod lost;
mod observe;
pub mod obshell;
pub mod ocp;
pub mod poll;
pub mod record;
mod transfer;
mod upload;
mod write;

pub use ask::{Ask, Picture, Probe, TaskPage, TaskStatus};
pub use backend::{Asked, Backend, BoxFuture, LinkError, Lost, SendError, Sent, Session};
pub use held::{Held, Holder};
pub use http::{Tls, TlsError};
pub use observe::{Answer, Asking, Observer, Observers};
pub use transfer::{Cut, Transfer};
pub use write::WriteAccess;
