//! Tasks for the tests of this room.

use serde_json::Map;

use super::model::{
    Extra, Key, Kind, Node, NodeKind, Nodes, Phase, Raw, Source, State, Task, TaskId,
};

/// A task of the given source with nothing in it.
pub(super) fn task(source: Source) -> Task {
    let (id, kind) = match source {
        Source::Obshell => ("22130706433028868", Kind::Dag),
        Source::Ocp => ("12", Kind::Task),
    };
    Task {
        source,
        id: TaskId(id.to_owned()),
        name: "Initialize cluster".to_owned(),
        kind,
        state: State::Running,
        phase: Phase::Forward,
        raw: Raw::default(),
        stage: 1,
        stages: 0,
        started_at: None,
        ended_at: None,
        lock: None,
        main: None,
        detailed: true,
        nodes: Nodes::default(),
        problems: Vec::new(),
        extra: Map::new(),
    }
}

/// A node with no edges.
pub(super) fn node(kind: NodeKind, id: &str, name: &str, state: State) -> Node {
    let prefix = match kind {
        NodeKind::Node => "node",
        NodeKind::SubTask => "sub_task",
        NodeKind::Subtask => "subtask",
    };
    Node {
        key: Key::from(format!("{prefix}:{id}")),
        kind,
        id: id.to_owned(),
        name: name.to_owned(),
        state,
        raw: Raw::default(),
        parent: None,
        agent: None,
        attempt: None,
        upstream: Vec::new(),
        downstream: Vec::new(),
        started_at: None,
        ended_at: None,
        logs: Vec::new(),
        sub_dags: Vec::new(),
        extra: Extra::default(),
    }
}

/// An OCP task from edges: `"A>B A>C B>D"`; `"A"` alone is a node. Ids are the
/// places in the alphabet of first sight, names the letters.
pub(super) fn graph(text: &str) -> Task {
    let mut task = task(Source::Ocp);
    let mut names: Vec<String> = Vec::new();
    let mut edges = Vec::new();
    for word in text.split_whitespace() {
        let ends: Vec<usize> = word
            .split('>')
            .map(|name| {
                names
                    .iter()
                    .position(|other| other == name)
                    .unwrap_or_else(|| {
                        names.push(name.to_owned());
                        names.len() - 1
                    })
            })
            .collect();
        edges.extend(ends.windows(2).map(|pair| (pair[0], pair[1])));
    }
    task.nodes = names
        .iter()
        .enumerate()
        .map(|(at, name)| node(NodeKind::Subtask, &at.to_string(), name, State::Pending))
        .collect();
    for (from, to) in edges {
        let (up, down) = (task.nodes[from].key.clone(), task.nodes[to].key.clone());
        task.nodes[from].downstream.push(down);
        task.nodes[to].upstream.push(up);
    }
    task
}

/// A chain of stages, each with sub-tasks: `[("Start observer", &[Running, Pending])]`.
pub(super) fn stages(stages: &[(&str, State, &[State])]) -> Task {
    let mut task = task(Source::Obshell);
    task.stages = stages.len() as u32;
    let mut before: Option<Key> = None;
    let mut id = 0;
    for (at, (name, state, works)) in stages.iter().enumerate() {
        let mut stage = node(NodeKind::Node, &(at + 1).to_string(), name, *state);
        stage.upstream.extend(before.clone());
        if let Some(up) = task
            .nodes
            .iter_mut()
            .find(|node| Some(&node.key) == before.as_ref())
        {
            up.downstream.push(stage.key.clone());
        }
        let key = stage.key.clone();
        before = Some(key.clone());
        task.nodes.push(stage);
        for (port, state) in works.iter().enumerate() {
            id += 1;
            let mut work = node(NodeKind::SubTask, &id.to_string(), name, *state);
            work.parent = Some(key.clone());
            work.agent = format!("10.0.0.{}:2886", port + 5).parse().ok();
            work.attempt = Some(u32::from(*state != State::Pending));
            task.nodes.push(work);
        }
    }
    task
}
