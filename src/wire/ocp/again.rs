//! Reading a task once more. Of ten thousand subtasks three have moved since the
//! last answer: only those are read, and the others stay the nodes that they are.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use super::fields::Fields;
use super::raw::{self, Raw};
use super::task::{Read, ids, node};
use crate::fleet::task::{Key, Node, Nodes, Task};

/// Fewer subtasks are not worth it.
const FEWEST: usize = 256;

/// What an answer about a task said: a print of the text of each subtask, and
/// the node that was made of it.
#[derive(Debug, Default)]
pub struct Known {
    print: RandomState,
    prints: Vec<u64>,
    nodes: Nodes,
    detailed: bool,
}

/// The prints of an answer, until its task is whole.
#[derive(Default)]
pub(super) struct Prints {
    print: RandomState,
    prints: Vec<u64>,
}

impl Prints {
    /// Of the texts of these subtasks.
    pub fn of(items: &[Raw<'_>], known: Option<&Known>) -> Self {
        if items.len() < FEWEST {
            return Self::default();
        }
        let print = known.map_or_else(RandomState::new, |known| known.print.clone());
        let prints = items.iter().map(|item| print.hash_one(item.get()));
        Self {
            prints: prints.collect(),
            print,
        }
    }

    /// To be read again by; not where the graph was not as it should be, since
    /// its faults lie between its subtasks.
    pub fn known(self, task: &Task) -> Option<Known> {
        let sound = task.problems.is_empty() && !self.prints.is_empty();
        (sound && self.prints.len() == task.nodes.len()).then(|| Known {
            print: self.print,
            prints: self.prints,
            nodes: task.nodes.clone(),
            detailed: task.detailed,
        })
    }
}

impl Known {
    /// The subtasks of a newer answer. `None` where they are others or hang
    /// together in another way: then everything must be read.
    pub(super) fn read(&self, items: &[Raw<'_>], prints: &Prints) -> Option<Read> {
        if prints.prints.len() != self.prints.len() {
            return None;
        }
        let mut nodes = self.nodes.clone();
        let prints = self.prints.iter().zip(&prints.prints);
        for (at, _) in prints.enumerate().filter(|(_, (was, is))| was != is) {
            let fields = Fields::owned(raw::value(items[at]).ok()?)?;
            nodes.put(at, renewed(self.nodes.get(at)?, fields)?.into());
        }
        Some(Read {
            nodes,
            named: None,
            detailed: self.detailed,
        })
    }
}

/// What became of a node that still stands where it stood.
fn renewed(before: &Node, mut fields: Fields) -> Option<Node> {
    let id = fields.text("id");
    let above = ids(&mut fields, "upstreams");
    let below = ids(&mut fields, "downstreams");
    let stays =
        before.id == id && same(&before.upstream, &above) && same(&before.downstream, &below);
    stays.then(|| Node {
        upstream: before.upstream.clone(),
        downstream: before.downstream.clone(),
        ..node(before.key.clone(), id, fields)
    })
}

/// Whether these keys are those of these ids.
fn same(keys: &[Key], ids: &[String]) -> bool {
    let id = |key: &'_ Key| key.0.strip_prefix("subtask:").map(str::to_owned);
    let keys: HashSet<Option<String>> = keys.iter().map(id).collect();
    let ids: HashSet<Option<String>> = ids.iter().cloned().map(Some).collect();
    keys == ids
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::task::{read_again, task};
    use super::*;

    const COUNT: usize = 300;

    /// A chain of subtasks.
    fn chain() -> Value {
        let subtask = |id: usize| {
            json!({"id": id, "name": format!("step {id}"), "status": "PENDING", "timeout": 30,
                "upstreams": if id > 0 { vec![id - 1] } else { vec![] },
                "downstreams": if id + 1 < COUNT { vec![id + 1] } else { vec![] }})
        };
        let subtasks: Vec<Value> = (0..COUNT).map(subtask).collect();
        json!({"id": 7, "name": "n", "status": "RUNNING", "prohibitRollback": false, "subtasks": subtasks})
    }

    fn read(value: &Value, known: Option<&Known>) -> (Task, Option<Known>) {
        let text = value.to_string();
        let raw: Raw<'_> = serde_json::from_str(&text).unwrap();
        read_again(raw, known).unwrap().unwrap().joined_and_known()
    }

    /// How many nodes of the second are not those of the first.
    fn fresh(first: &Task, second: &Task) -> usize {
        let pairs = first.nodes.iter().zip(&second.nodes);
        pairs.filter(|(a, b)| !std::ptr::eq(*a, *b)).count()
    }

    #[test]
    fn only_what_moved_is_read() {
        let mut said = chain();
        let (first, known) = read(&said, None);
        said["status"] = json!("SUCCESSFUL");
        said["subtasks"][5]["status"] = json!("RUNNING");
        said["subtasks"][9]["timeout"] = json!(31);
        let (second, known) = read(&said, known.as_ref());
        assert_eq!(Some(&second), task(&said).as_ref());
        assert_eq!(fresh(&first, &second), 2);
        said["subtasks"][5]["status"] = json!("SUCCESSFUL");
        let (third, _) = read(&said, known.as_ref());
        assert_eq!(Some(&third), task(&said).as_ref());
        assert_eq!(fresh(&second, &third), 1);
    }

    #[test]
    fn other_edges_ids_or_subtasks_are_read_whole() {
        let changes: [fn(&mut Value); 5] = [
            |said| said["subtasks"][5]["upstreams"] = json!([]),
            |said| said["subtasks"][5]["downstreams"] = json!([6, 999]),
            |said| said["subtasks"][5]["id"] = json!(5_000),
            |said| said["subtasks"][5] = json!(null),
            |said| {
                said["subtasks"].as_array_mut().unwrap().pop();
            },
        ];
        for change in changes {
            let mut said = chain();
            let (first, known) = read(&said, None);
            assert!(known.is_some());
            change(&mut said);
            let (second, next) = read(&said, known.as_ref());
            assert_eq!(Some(&second), task(&said).as_ref());
            assert_ne!(fresh(&first, &second), 1);
            // A graph with faults is read whole until it has none.
            assert_eq!(next.is_some(), second.problems.is_empty());
        }
    }

    #[test]
    fn few_subtasks_are_read_as_ever() {
        let said =
            json!({"id": 7, "status": "RUNNING", "subtasks": [{"id": 1, "status": "READY"}]});
        let (first, known) = read(&said, None);
        assert!(known.is_none() && Some(&first) == task(&said).as_ref());
    }
}
