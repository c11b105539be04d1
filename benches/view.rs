//! The task screen with 10,000 nodes: what an answer costs, and what a frame.

use divan::{Bencher, black_box};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use obdeck::config::theme::Theme as Faces;
use obdeck::console::task::TaskScreen;
use obdeck::console::{Action, Colours, Room};
use obdeck::fleet::task::{Key, Kind, Node, NodeKind, Phase, Raw, Source, State, Task, TaskId};
use obdeck::view::{Paint, Theme, task};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{Tree, TreeItem, TreeState};

const NODES: usize = 10_000;
const ROOM: Room = Room {
    width: 120,
    height: 38,
};

fn main() {
    divan::main();
}

/// Layers of ten nodes, each waiting for two of the layer before.
fn giant(done: usize) -> Task {
    let key = |at: usize| Key::from(format!("subtask:{at}"));
    let nodes = (0..NODES)
        .map(|at| {
            let state = match at {
                at if at < done => State::Succeeded,
                at if at < done + 3 => State::Running,
                _ => State::Pending,
            };
            let layer = at / 10 * 10;
            let before = |step: usize| layer.checked_sub(10).map(|from| from + (at + step) % 10);
            let after =
                |step: usize| Some(layer + 10 + (at + 10 - step) % 10).filter(|to| *to < NODES);
            Node {
                key: key(at),
                kind: NodeKind::Subtask,
                id: at.to_string(),
                name: format!("Install package on host {at}"),
                state,
                raw: Raw {
                    state: "RUNNING".into(),
                    operator: None,
                },
                parent: None,
                agent: None,
                attempt: Some(1),
                upstream: before(0).into_iter().chain(before(1)).map(key).collect(),
                downstream: after(0).into_iter().chain(after(1)).map(key).collect(),
                started_at: (state != State::Pending).then_some(Timestamp::UNIX_EPOCH),
                ended_at: (state == State::Succeeded).then_some(Timestamp::UNIX_EPOCH),
                logs: Vec::new(),
                sub_dags: Vec::new(),
                extra: obdeck::fleet::task::Extra::default(),
            }
        })
        .collect();
    Task {
        source: Source::Ocp,
        id: TaskId("1".into()),
        name: "Giant".into(),
        kind: Kind::Task,
        state: State::Running,
        phase: Phase::Forward,
        raw: Raw {
            state: "RUNNING".into(),
            operator: None,
        },
        stage: 0,
        stages: 0,
        started_at: Some(Timestamp::UNIX_EPOCH),
        ended_at: None,
        lock: None,
        main: None,
        detailed: true,
        nodes,
        problems: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

fn screen() -> TaskScreen {
    let task = giant(5_000);
    let mut screen = TaskScreen::new(task.id.clone());
    screen.arrived(task, Timestamp::UNIX_EPOCH);
    screen
}

fn frame(bencher: Bencher<'_, '_>, screen: &TaskScreen) {
    let area = Rect::new(0, 0, 120, 40);
    let paint = Paint {
        theme: Theme::resolve(&Faces::default(), Colours::True),
        ascii: false,
        now: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        stale: false,
    };
    let mut buffer = Buffer::empty(area);
    bencher.bench_local(|| {
        buffer.reset();
        task::render(black_box(&mut buffer), area, screen, &[], &paint);
    });
}

#[divan::bench]
fn first_answer(bencher: Bencher<'_, '_>) {
    let task = giant(5_000);
    bencher
        .with_inputs(|| task.clone())
        .bench_local_values(|task| {
            let mut screen = TaskScreen::new(task.id.clone());
            screen.arrived(task, Timestamp::UNIX_EPOCH);
            screen
        });
}

#[divan::bench]
fn answer_that_moved_three_nodes(bencher: Bencher<'_, '_>) {
    let next = giant(5_003);
    let screen = screen();
    bencher
        .with_inputs(|| (screen.clone(), next.clone()))
        .bench_local_values(|(mut screen, task)| {
            screen.arrived(task, Timestamp::UNIX_EPOCH);
            screen
        });
}

#[divan::bench]
fn frame_that_follows(bencher: Bencher<'_, '_>) {
    frame(bencher, &screen());
}

#[divan::bench]
fn frame_where_the_operator_is(bencher: Bencher<'_, '_>) {
    let mut screen = screen();
    for action in [Action::Top, Action::HalfDown, Action::Down] {
        screen.act(action, Timestamp::UNIX_EPOCH, ROOM);
    }
    frame(bencher, &screen);
}

#[divan::bench]
fn one_row_down(bencher: Bencher<'_, '_>) {
    let mut screen = screen();
    screen.act(Action::Top, Timestamp::UNIX_EPOCH, ROOM);
    bencher.bench_local(|| screen.act(Action::Down, Timestamp::UNIX_EPOCH, ROOM));
}

/// The same graph in tui-tree-widget, as a program without a list of its own
/// would do it: items made from the answer, every node open, drawn at the top.
fn items() -> Vec<TreeItem<'static, usize>> {
    let task = giant(5_000);
    let leaf = |at: usize| TreeItem::new_leaf(at, task.nodes[at].name.clone());
    (0..NODES)
        .step_by(10)
        .filter_map(|layer| {
            let inside = (layer + 1..layer + 10).map(leaf).collect();
            TreeItem::new(layer, task.nodes[layer].name.clone(), inside).ok()
        })
        .collect()
}

#[divan::bench]
fn widget_items_of_an_answer(bencher: Bencher<'_, '_>) {
    bencher.bench_local(items);
}

#[divan::bench]
fn widget_frame(bencher: Bencher<'_, '_>) {
    let items = items();
    let area = Rect::new(0, 0, 120, 40);
    let mut buffer = Buffer::empty(area);
    let mut state = TreeState::default();
    for layer in (0..NODES).step_by(10) {
        state.open(vec![layer]);
    }
    bencher.bench_local(|| {
        buffer.reset();
        if let Ok(tree) = Tree::new(black_box(&items)) {
            StatefulWidget::render(tree, area, &mut buffer, &mut state);
        }
    });
}
