//! One task for both APIs: what it is, how far it is, what it waits for.

pub mod budget;
pub mod cause;
mod compact;
pub mod counts;
pub mod difference;
pub mod dot;
pub mod estimate;
pub mod events;
pub mod flags;
pub mod fold_log;
pub mod glyph;
pub mod graph;
pub mod holds;
pub mod joined;
pub mod json;
mod layout;
mod model;
pub mod operations;
pub mod origin;
pub mod plain;
#[cfg(test)]
mod properties;
pub mod reason;
#[cfg(test)]
mod sample;
pub mod together;
pub mod tree;
#[cfg(test)]
mod tree_tests;

pub use counts::Counts;
pub use estimate::{Estimate, History};
pub use graph::Graph;
pub use holds::holds_lock;
pub use model::{
    Extra, Key, Kind, Lock, LogLine, Node, NodeKind, Nodes, Operation, Phase, Raw, Source, State,
    SubDag, Task, TaskId,
};
pub use origin::Origin;
pub use tree::Tree;
