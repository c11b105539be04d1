//! One task for both APIs: what it is, how far it is, what it waits for.

pub mod budget;
pub mod counts;
pub mod glyph;
pub mod graph;
mod layout;
mod model;
pub mod tree;

pub use counts::Counts;
pub use graph::Graph;
pub use model::{
    Key, Kind, Lock, LogLine, Node, NodeKind, Operation, Phase, Raw, Source, State, SubDag, Task,
    TaskId,
};
pub use tree::Tree;
