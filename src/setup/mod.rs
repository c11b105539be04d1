//! The engine of first-time setup: addresses, plan, findings, steps, journal.
//! The guided setup and `obdeck apply` drive the same one.

pub mod addresses;
mod after;

pub mod engine;
mod file;
pub mod findings;
pub mod journal;
mod plan;
pub mod propose;
pub mod runs;
mod written;

pub use file::{PlanFile, Sources, is_denied};
pub use plan::{Plan, PlanSecrets, PlannedProxy, PlannedServer, Step, StepKind};
