//! One task for both APIs: what it is, how far it is, what it waits for.

mod model;

pub use model::{
    Key, Kind, Lock, LogLine, Node, NodeKind, Operation, Phase, Raw, Source, State, SubDag, Task,
    TaskId,
};
