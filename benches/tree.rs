//! What 10,000 nodes cost: first layout, rows after a poll, one screen of rows.

use divan::{Bencher, black_box};
use jiff::Timestamp;
use obdeck::fleet::task::estimate::{self, History};
use obdeck::fleet::task::reason::Reasons;
use obdeck::fleet::task::tree::Folding;
use obdeck::fleet::task::{
    Graph, Key, Kind, Node, NodeKind, Phase, Raw, Source, State, Task, TaskId, Tree, budget, cause,
    difference, json,
};

const NODES: usize = 10_000;
const SCREEN: usize = 38;

fn main() {
    divan::main();
}

fn node(id: usize, state: State) -> Node {
    Node {
        key: Key::from(format!("subtask:{id}")),
        kind: NodeKind::Subtask,
        id: id.to_string(),
        name: format!("Step {}", id % 40),
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
        extra: obdeck::fleet::task::Extra::default(),
    }
}

/// Layers of ten; each node waits for three of the layer before.
fn giant() -> Task {
    let mut nodes: Vec<Node> = (0..NODES)
        .map(|id| {
            let state = match id {
                0..5_000 => State::Succeeded,
                5_000..5_006 => State::Running,
                5_006 => State::Failed,
                _ => State::Pending,
            };
            node(id, state)
        })
        .collect();
    for id in 10..NODES {
        for up in 0..3 {
            let from = id / 10 * 10 - 10 + (id + up * 3) % 10;
            nodes[from]
                .downstream
                .push(Key::from(format!("subtask:{id}")));
            nodes[id]
                .upstream
                .push(Key::from(format!("subtask:{from}")));
        }
    }
    Task {
        source: Source::Ocp,
        id: TaskId("1".to_owned()),
        name: "Giant".to_owned(),
        kind: Kind::Task,
        state: State::Running,
        phase: Phase::Forward,
        raw: Raw::default(),
        stage: 0,
        stages: 0,
        started_at: None,
        ended_at: None,
        lock: None,
        main: None,
        detailed: true,
        nodes: nodes.into(),
        problems: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

#[divan::bench]
fn first_layout(bencher: Bencher<'_, '_>) {
    let task = giant();
    bencher.bench(|| {
        let graph = Graph::of(black_box(&task));
        Tree::of(&graph)
    });
}

#[divan::bench]
fn poll_keeps_the_layout(bencher: Bencher<'_, '_>) {
    let task = giant();
    let mut next = task.clone();
    for node in next.nodes.iter_mut().skip(5_000).take(3) {
        node.state = State::Succeeded;
    }
    bencher.bench(|| difference::between(black_box(&task), &next));
}

#[divan::bench]
fn rows_after_a_poll(bencher: Bencher<'_, '_>) {
    let task = giant();
    let tree = Tree::of(&Graph::of(&task));
    bencher.bench(|| tree.rows(black_box(&task), &Folding::default()));
}

#[divan::bench]
fn budget_of_a_screen(bencher: Bencher<'_, '_>) {
    let task = giant();
    let rows = Tree::of(&Graph::of(&task)).rows(&task, &Folding::default());
    bencher.bench(|| budget::fit(black_box(&rows), &task, SCREEN, Some(7_000)));
}

#[divan::bench]
fn reasons(bencher: Bencher<'_, '_>) {
    let task = giant();
    let graph = Graph::of(&task);
    bencher.bench(|| Reasons::of(black_box(&task), &graph));
}

#[divan::bench]
fn first_cause(bencher: Bencher<'_, '_>) {
    let task = giant();
    let graph = Graph::of(&task);
    bencher.bench(|| cause::first(black_box(&task), &graph));
}

#[divan::bench]
fn critical_path(bencher: Bencher<'_, '_>) {
    let task = giant();
    let graph = Graph::of(&task);
    let mut history = History::default();
    for step in 0..40 {
        history.add(&format!("Step {step}"), 1_000 * step);
    }
    bencher
        .bench(|| estimate::remaining(black_box(&task), &graph, &history, Timestamp::UNIX_EPOCH));
}

#[divan::bench]
fn as_json(bencher: Bencher<'_, '_>) {
    let task = giant();
    bencher.bench(|| json::brief_json(black_box(&task), Timestamp::UNIX_EPOCH));
}
