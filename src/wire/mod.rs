//! Bytes in, fleet out. No sockets: `link` carries what is made here.

pub mod obshell;
pub mod ocp;
