//! The agent's API (`/api/v1`): sealing, envelope, errors, data-transfer types.

pub mod api;
pub mod dto;
pub mod envelope;
pub mod errors;
mod id;
mod key;
mod login;
pub mod seal;

pub use envelope::{Answer, Fault, Garbled, Refusal, read};
pub use id::{GenericId, Home};
pub use key::{Fingerprint, KeyError, PublicKey};
pub use login::{Login, login};
pub use seal::{Credential, Dialect, Header, Proof, Scheme, SealError, Sealed, seal};
