//! A main DAG and its sub DAGs as one task, so that one tree, one cursor and
//! one `waiting on` serve all of them.
//!
//! Each sub DAG stands under the work that started it on its agent, with its
//! own stages and sub-tasks inside. Ids collide between DAGs
//! (`api/obshell.md §13.1`), so keys of a sub DAG begin with the DAG.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::model::{Extra, Key, Node, NodeKind, State, SubDag, Task, TaskId};
use crate::fleet::Address;

/// Keys of what came from a sub DAG begin with this.
const MARK: &str = "dag:";

/// The sub DAGs that a task names: on its nodes, or merged at the DAG
/// (`api/obshell.md §5.8`).
#[must_use]
pub fn sub_dags(task: &Task) -> Vec<SubDag> {
    let mut found: Vec<SubDag> = Vec::new();
    let named = task.nodes.iter().flat_map(|node| &node.sub_dags).cloned();
    let data = task.extra.get("additional_data");
    let merged = data
        .and_then(|data| data.get("sub_dags"))
        .and_then(Value::as_object);
    let merged = merged.into_iter().flatten().filter_map(|(agent, id)| {
        Some(SubDag {
            agent: agent.clone(),
            id: TaskId(id.as_str()?.to_owned()),
        })
    });
    for dag in named.chain(merged).chain(said(task)) {
        if dag.id != task.id && found.iter().all(|other| other.id != dag.id) {
            found.push(dag);
        }
    }
    found
}

/// The DAGs on other agents that only the logs name: the work that is done for
/// a coordinator on another agent, and the local part of a scale out
/// (`api/obshell.md §5.5`, `§6.3`). Work that is over has nothing to follow.
fn said(task: &Task) -> impl Iterator<Item = SubDag> + '_ {
    let work = task.nodes.iter().filter(|node| {
        node.kind == NodeKind::SubTask && !is_inside(&node.key) && !node.logs.is_empty()
    });
    work.filter_map(|node| {
        let is_over = matches!(node.state, State::Succeeded | State::Skipped);
        let local = node.logs.iter().rev().find_map(|line| local_part(line));
        let remote = || node.logs.iter().rev().find_map(|line| remote_work(line));
        let id = local.or_else(|| if is_over { None } else { remote() })?;
        Some(SubDag {
            agent: node
                .agent
                .as_ref()
                .filter(|_| local.is_none())
                .map(ToString::to_string)
                .unwrap_or_default(),
            id: TaskId(id.to_owned()),
        })
    })
}

/// `create local scale out dag success, genericID:22130706692029861`.
fn local_part(line: &str) -> Option<&str> {
    let (said, id) = line.rsplit_once("genericID:")?;
    said.contains("local scale out dag").then_some(())?;
    digits(id.trim())
}

/// `remote task 22130706433028876 Start observer running [1/1]`, also in the
/// error that ends it.
fn remote_work(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("emote task ")?;
    digits(rest.split(' ').next()?)
}

fn digits(id: &str) -> Option<&str> {
    let is_id = id.len() > 7 && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(id)
}

/// Whether a node says in its log that it made that DAG.
fn says(node: &Node, dag: &SubDag) -> bool {
    let said = |line: &String| {
        let id = local_part(line).or_else(|| remote_work(line));
        id == Some(dag.id.0.as_str())
    };
    node.kind == NodeKind::SubTask && node.logs.iter().rev().any(said)
}

/// Stages of a scale out that wait for the part on the new agent.
const WAIT_FOR_LOCAL: [&str; 3] = [
    "Wait scale out ready",
    "Wait remote deploy finish",
    "Wait remote start finish",
];

/// Whether a node of a main DAG waits for that sub DAG: it stands for work on
/// the same agent, or it waits for what the new agent does for itself.
#[must_use]
pub fn waits_for(node: &Node, head: &Node) -> bool {
    let same = node.agent.is_some() && node.agent == head.agent;
    let local = head.name == "Local scale out" && WAIT_FOR_LOCAL.contains(&node.name.as_str());
    same || local
}

/// The key of the node that stands for a sub DAG.
#[must_use]
pub fn head_key(id: &TaskId) -> Key {
    Key::from(format!("{MARK}{id}"))
}

/// Whether a node stands for a whole sub DAG.
#[must_use]
pub fn is_head(key: &Key) -> bool {
    key.0.starts_with(MARK) && !key.0.contains('/')
}

/// Whether a node came from a sub DAG.
#[must_use]
pub fn is_inside(key: &Key) -> bool {
    key.0.starts_with(MARK)
}

/// The main DAG with those of its sub DAGs that have answered.
#[must_use]
pub fn join(main: &Task, subs: &BTreeMap<TaskId, Task>) -> Task {
    let mut inside: HashMap<Option<Key>, Vec<Node>> = HashMap::new();
    for dag in sub_dags(main) {
        let Some(sub) = subs.get(&dag.id).filter(|sub| sub.detailed) else {
            continue;
        };
        let owner = owner(main, &dag).map(|node| node.key.clone());
        let nodes = nodes_of(sub, &dag, owner.clone());
        inside.entry(owner).or_default().extend(nodes);
    }
    let mut task = main.clone();
    if inside.is_empty() {
        return task;
    }
    let mut nodes = Vec::with_capacity(task.nodes.len() * 2);
    for node in task.nodes {
        let more = inside.remove(&Some(node.key.clone()));
        nodes.push(node);
        nodes.extend(more.into_iter().flatten());
    }
    nodes.extend(inside.into_values().flatten());
    task.nodes = nodes.into();
    task
}

/// The work that started a sub DAG: that of its agent in the first stage that
/// has some, else the stage that names it.
fn owner<'a>(main: &'a Task, dag: &SubDag) -> Option<&'a Node> {
    let names = |node: &&Node| node.sub_dags.iter().any(|other| other.id == dag.id);
    let stage = main.nodes.iter().find(names);
    let works = |node: &&Node| {
        let agent = node.agent.as_ref().map(ToString::to_string);
        node.kind == NodeKind::SubTask
            && agent.as_deref() == Some(&dag.agent)
            && stage.is_none_or(|stage| node.parent.as_ref() == Some(&stage.key))
    };
    let said = main.nodes.iter().find(|node| says(node, dag));
    said.or_else(|| main.nodes.iter().find(works).or(stage))
}

/// The node that stands for a sub DAG, and what is in it.
pub(super) fn nodes_of(sub: &Task, dag: &SubDag, owner: Option<Key>) -> Vec<Node> {
    let head = head_key(&sub.id);
    let inner = |key: &Key| Key::from(format!("{head}/{key}"));
    let mut nodes = vec![Node {
        key: head.clone(),
        kind: NodeKind::Node,
        id: sub.id.0.clone(),
        name: sub.name.clone(),
        state: sub.state,
        raw: sub.raw.clone(),
        parent: owner,
        agent: dag.agent.parse().ok().or_else(|| own_agent(sub)),
        attempt: None,
        upstream: Vec::new(),
        downstream: Vec::new(),
        started_at: sub.started_at,
        ended_at: sub.ended_at,
        logs: Vec::new(),
        sub_dags: Vec::new(),
        extra: Extra::default(),
    }];
    nodes.extend(sub.nodes.iter().cloned().map(|mut node| {
        node.parent = Some(node.parent.as_ref().map_or_else(|| head.clone(), inner));
        for key in node.upstream.iter_mut().chain(&mut node.downstream) {
            *key = inner(key);
        }
        node.key = inner(&node.key);
        node
    }));
    nodes
}

/// Who keeps a DAG that works on one agent only.
fn own_agent(sub: &Task) -> Option<Address> {
    let mut agents = sub.nodes.iter().filter_map(|node| node.agent.as_ref());
    let first = agents.next()?;
    agents.all(|other| other == first).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Pending, Running, Succeeded, Waiting};
    use super::super::reason::{Reason, Reasons};
    use super::super::tree::Folding;
    use super::super::{Graph, Tree, sample};
    use super::*;

    fn main_dag() -> Task {
        let mut main = sample::stages(&[
            ("Inform all agents", Succeeded, &[Succeeded, Succeeded]),
            ("Wait for all agents", Running, &[Running, Running]),
            ("End", Pending, &[Pending]),
        ]);
        main.extra.insert(
            "additional_data".into(),
            serde_json::json!({"sub_dags": {"10.0.0.5:2886": "71", "10.0.0.6:2886": "72"}}),
        );
        main
    }

    fn sub_dag(id: &str) -> Task {
        let mut sub = sample::stages(&[
            ("Start preparations", Succeeded, &[Succeeded]),
            ("Start observer", Running, &[Running]),
            ("Wait for task to end", Pending, &[Pending]),
        ]);
        sub.id = TaskId(id.into());
        sub.name = "Start observer".into();
        for node in &mut sub.nodes {
            if node.agent.is_some() {
                node.agent = format!("10.0.0.{}:2886", if id == "71" { 5 } else { 6 })
                    .parse()
                    .ok();
            }
        }
        sub
    }

    fn joined(ids: &[&str]) -> Task {
        let subs = ids.iter().map(|id| (TaskId((*id).into()), sub_dag(id)));
        join(&main_dag(), &subs.collect())
    }

    #[test]
    fn a_sub_dag_stands_under_the_work_that_started_it() {
        let task = joined(&["71", "72"]);
        assert_eq!(task.nodes.len(), 8 + 2 * 7);
        let keys: std::collections::HashSet<_> = task.nodes.iter().map(|node| &node.key).collect();
        assert_eq!(keys.len(), task.nodes.len(), "keys stay unique");
        let graph = Graph::of(&task);
        let head = graph.find(&Key("dag:72".into())).unwrap();
        let owner = graph.parent(head).unwrap();
        assert_eq!(
            task.nodes[owner].agent.as_ref().unwrap().to_string(),
            "10.0.0.6:2886"
        );
        let rows = Tree::of(&graph).rows(&task, &Folding::default());
        let open = rows.iter().filter(|row| {
            row.node(&task)
                .is_some_and(|node| node.name == "Start preparations")
        });
        assert_eq!(open.count(), 2, "what runs inside is not folded away");
        let deepest = rows.iter().map(|row| row.depth).max();
        assert_eq!(deepest, Some(3), "the stages of a sub DAG stay a chain");
    }

    #[test]
    fn waiting_is_followed_into_the_sub_dag_of_the_agent() {
        let task = joined(&["71", "72"]);
        let graph = Graph::of(&task);
        let reasons = Reasons::of(&task, &graph);
        let wait = task
            .nodes
            .iter()
            .position(|node| {
                node.name == "Wait for all agents"
                    && node
                        .agent
                        .as_ref()
                        .is_some_and(|agent| agent.to_string() == "10.0.0.6:2886")
            })
            .unwrap();
        let Reason::Blocked { on } = reasons.why(&task, &graph, wait).reason else {
            panic!("{:?}", reasons.why(&task, &graph, wait));
        };
        assert!(
            task.nodes[on].key.0.starts_with("dag:72/"),
            "{}",
            task.nodes[on].key
        );
        assert_eq!(task.nodes[on].name, "Start observer");
        let stage = graph.parent(wait).unwrap();
        let Reason::Blocked { on } = reasons.why(&task, &graph, stage).reason else {
            panic!("the stage waits for the same work");
        };
        assert!(is_inside(&task.nodes[on].key));
    }

    #[test]
    fn what_has_not_answered_is_left_out_and_nothing_is_asked_twice() {
        let task = joined(&["72"]);
        assert_eq!(task.nodes.len(), 8 + 7);
        assert_eq!(sub_dags(&task).len(), 2);
        let mut main = main_dag();
        main.nodes[0].sub_dags = sub_dags(&main);
        assert_eq!(sub_dags(&main).len(), 2);
        let alone = join(&main, &BTreeMap::new());
        assert_eq!(alone, main);
        assert!(!is_inside(&alone.nodes[0].key));
    }

    #[test]
    fn what_only_a_log_names_is_followed_while_it_may_move() {
        let mut main = main_dag();
        main.extra.clear();
        let line = |id: &str| format!("remote task {id} Start observer running [1/1]");
        main.nodes[4].logs = vec!["begin".into(), line("22130706433028876")];
        main.nodes[1].logs = vec![line("22130706433028866")];
        let dags = sub_dags(&main);
        let ids: Vec<&str> = dags.iter().map(|dag| dag.id.0.as_str()).collect();
        assert_eq!(ids, ["22130706433028876"], "the other one is over");
        let mut sub = sub_dag("72");
        sub.id = dags[0].id.clone();
        let task = join(&main, &[(sub.id.clone(), sub)].into());
        let graph = Graph::of(&task);
        let head = graph.find(&head_key(&dags[0].id)).unwrap();
        assert_eq!(graph.parent(head), graph.find(&main.nodes[4].key));
    }

    #[test]
    fn a_scale_out_waits_for_its_local_part() {
        let mut main = sample::stages(&[
            ("Create local scale out dag", Succeeded, &[Succeeded]),
            ("Wait remote start finish", Running, &[Running]),
        ]);
        let said = "create local scale out dag success, genericID:22130706692029861";
        main.nodes[1].logs = vec![said.into()];
        let mut sub = sub_dag("72");
        sub.id = TaskId("22130706692029861".into());
        sub.name = "Local scale out".into();
        assert_eq!(sub_dags(&main)[0].id, sub.id);
        let task = join(&main, &[(sub.id.clone(), sub)].into());
        let graph = Graph::of(&task);
        let reasons = Reasons::of(&task, &graph);
        let wait = graph.find(&main.nodes[2].key).unwrap();
        let Reason::Blocked { on } = reasons.why(&task, &graph, wait).reason else {
            panic!("{:?}", reasons.why(&task, &graph, wait));
        };
        assert_eq!(task.nodes[on].name, "Start observer");
        assert!(is_inside(&task.nodes[on].key));
    }

    #[test]
    fn a_sub_dag_at_its_rendezvous_is_no_failure() {
        let mut sub = sub_dag("71");
        sub.state = Waiting;
        let task = join(&main_dag(), &[(sub.id.clone(), sub)].into());
        let graph = Graph::of(&task);
        assert!(super::super::cause::problems(&task, &graph).is_empty());
    }
}
