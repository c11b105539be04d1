//! Values that a task of ten thousand nodes holds ten thousand times, kept
//! small: keys are shared, and what a server said besides stays the text that
//! it was until somebody looks.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::model::Node;

/// The key of a node: `node:ID`, `sub_task:ID`, `subtask:ID`, with `#2` when an
/// id repeats. Unique within a task; a copy of it is a pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub Arc<str>);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// What else a server said of a node, key by key in its order.
///
/// A map of ten entries weighs a kilobyte; its text a fifth of that. Copies
/// share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra(Option<Arc<str>>);

impl Extra {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// All of it.
    #[must_use]
    pub fn map(&self) -> Map<String, Value> {
        let text = self.0.as_deref();
        let read = text.and_then(|text| serde_json::from_str(text).ok());
        read.unwrap_or_default()
    }

    /// One value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        // Most questions are for what is not there.
        let named = self.0.as_deref().is_some_and(|text| text.contains(key));
        named.then(|| self.map().shift_remove(key)).flatten()
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(map: Map<String, Value>) -> Self {
        Self((!map.is_empty()).then(|| Value::Object(map).to_string().into()))
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.map().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

/// The nodes of a task, each shared until it is changed: what is kept between
/// polls of a task of ten thousand nodes costs the nodes that moved.
#[derive(Clone, Default)]
pub struct Nodes(Arc<Vec<Arc<Node>>>);

/// Goes over the nodes.
pub type Iter<'a> = std::iter::Map<std::slice::Iter<'a, Arc<Node>>, fn(&'a Arc<Node>) -> &'a Node>;

/// Goes over the nodes to change them.
pub type IterMut<'a> =
    std::iter::Map<std::slice::IterMut<'a, Arc<Node>>, fn(&'a mut Arc<Node>) -> &'a mut Node>;

impl Nodes {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The node at that place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Node> {
        self.0.get(at).map(|node| &**node)
    }

    /// The first one.
    #[must_use]
    pub fn first(&self) -> Option<&Node> {
        self.get(0)
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&Node> {
        self.0.last().map(|node| &**node)
    }

    /// One after the other.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|node| node)
    }

    /// One after the other, to be changed; those that others hold are copied.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        Arc::make_mut(&mut self.0).iter_mut().map(Arc::make_mut)
    }

    /// One more.
    pub fn push(&mut self, node: Node) {
        Arc::make_mut(&mut self.0).push(Arc::new(node));
    }

    /// Takes the last one away.
    pub fn pop(&mut self) -> Option<Node> {
        Arc::make_mut(&mut self.0).pop().map(Arc::unwrap_or_clone)
    }

    /// Turns the order around.
    pub fn reverse(&mut self) {
        Arc::make_mut(&mut self.0).reverse();
    }

    /// The node at that place, to be changed; copied where others hold it.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut Node> {
        let node = Arc::make_mut(&mut self.0).get_mut(at);
        node.map(Arc::make_mut)
    }

    /// Puts another one in the place of one.
    pub fn put(&mut self, at: usize, node: Arc<Node>) {
        if let Some(slot) = Arc::make_mut(&mut self.0).get_mut(at) {
            *slot = node;
        }
    }

    /// The node at that place, to be kept.
    #[must_use]
    pub fn share(&self, at: usize) -> Option<Arc<Node>> {
        self.0.get(at).cloned()
    }

    /// Holds the nodes of an older picture instead of its own where they are
    /// equal; `changed` are the places where they are not, in order.
    pub fn share_with(&mut self, older: &Self, changed: &[usize]) {
        if self.len() != older.len() {
            return;
        }
        let mut nodes = (*older.0).clone();
        for &at in changed {
            if let (Some(slot), Some(node)) = (nodes.get_mut(at), self.0.get(at)) {
                slot.clone_from(node);
            }
        }
        self.0 = Arc::new(nodes);
    }
}

impl std::ops::Index<usize> for Nodes {
    type Output = Node;

    fn index(&self, at: usize) -> &Node {
        &self.0[at]
    }
}

impl std::ops::IndexMut<usize> for Nodes {
    fn index_mut(&mut self, at: usize) -> &mut Node {
        Arc::make_mut(&mut Arc::make_mut(&mut self.0)[at])
    }
}

impl PartialEq for Nodes {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Vec<Node>> for Nodes {
    fn from(nodes: Vec<Node>) -> Self {
        nodes.into_iter().collect()
    }
}

impl FromIterator<Node> for Nodes {
    fn from_iter<I: IntoIterator<Item = Node>>(nodes: I) -> Self {
        Self(Arc::new(nodes.into_iter().map(Arc::new).collect()))
    }
}

impl IntoIterator for Nodes {
    type Item = Node;
    type IntoIter = std::iter::Map<std::vec::IntoIter<Arc<Node>>, fn(Arc<Node>) -> Node>;

    fn into_iter(self) -> Self::IntoIter {
        let nodes = Arc::unwrap_or_clone(self.0).into_iter();
        nodes.map(Arc::unwrap_or_clone)
    }
}

impl<'a> IntoIterator for &'a Nodes {
    type Item = &'a Node;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Nodes {
    type Item = &'a mut Node;
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl Serialize for Nodes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for Nodes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Node>::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_lost_and_the_order_stays() {
        let said =
            json!({"zeta": [1, null], "alpha": {"b": "x\ny", "a": 9_007_199_254_740_993_u64}});
        let extra: Extra = serde_json::from_value(said.clone()).unwrap();
        assert_eq!(json!(extra).to_string(), said.to_string());
        assert_eq!(extra.get("zeta"), Some(json!([1, null])));
        assert_eq!(extra.get("b"), None, "a key of what is inside is none");
        assert!(!extra.is_empty() && Extra::from(Map::new()).is_empty());
        assert_eq!(json!(Extra::default()).to_string(), "{}");
    }

    #[test]
    fn a_copy_is_a_pointer() {
        assert!(size_of::<Key>() <= 16 && size_of::<Extra>() <= 16);
        let same = |a: &Node, b: &Node| std::ptr::eq(a, b);
        let first = super::super::sample::graph("A>B>C");
        let mut second = first.clone();
        assert!(same(&first.nodes[0], &second.nodes[0]));
        second.nodes[0].name = "other".into();
        assert_ne!(first.nodes[0].name, second.nodes[0].name);
        assert!(
            same(&first.nodes[1], &second.nodes[1]),
            "what did not change"
        );
        let mut fresh = super::super::sample::graph("A>B>C");
        fresh.nodes[2].name = "third".into();
        fresh.nodes.share_with(&first.nodes, &[2]);
        assert!(same(&first.nodes[1], &fresh.nodes[1]));
        assert_eq!(fresh.nodes[2].name, "third");
    }
}
