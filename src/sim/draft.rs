//! What a DAG is made of before it is stored.

use super::work::Work;

/// What a new DAG is made of.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) maintenance: u8,
    pub(super) key: String,
    pub(super) proxy: bool,
    pub(super) frees: usize,
    pub(super) data: serde_json::Map<String, serde_json::Value>,
    pub(super) nodes: Vec<(String, Vec<(usize, Work)>)>,
}

impl Draft {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            maintenance: super::task::GLOBAL,
            key: String::new(),
            proxy: false,
            frees: 0,
            data: serde_json::Map::new(),
            nodes: Vec::new(),
        }
    }

    /// A node with one sub-task.
    pub(super) fn node(self, name: impl Into<String>, agent: usize, work: Work) -> Self {
        self.parallel(name, vec![(agent, work)])
    }

    pub(super) fn parallel(mut self, name: impl Into<String>, tasks: Vec<(usize, Work)>) -> Self {
        self.nodes.push((name.into(), tasks));
        self
    }
}
