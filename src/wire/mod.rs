//! Bytes in, fleet out. No sockets: `link` carries what is made here.

pub(crate) mod clean;
pub mod multipart;
pub mod obshell;
pub mod ocp;
