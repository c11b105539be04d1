use proptest::prelude::*;

use super::fixtures::{after, chain, failed, forked, running};
use super::lens::Look;
use super::menu::Purpose;
use super::*;
use crate::console::{Action, Effect, Room};
use crate::fleet::task::State::{Failed, Pending, Running, Succeeded};

const ROOM: Room = Room {
    width: 80,
    height: 22,
};

fn seen(task: Task) -> TaskScreen {
    let mut screen = TaskScreen::new(task.id.clone());
    screen.arrived(task, after(5_000));
    screen
}

fn act(screen: &mut TaskScreen, action: Action) -> Option<Vec<Effect>> {
    screen.act(action, after(6_000), ROOM)
}

fn selected_name(screen: &TaskScreen) -> String {
    let shown = screen.shown().unwrap();
    let node = screen.selected().and_then(|key| shown.node(key)).unwrap();
    copy::named(node)
}

#[test]
fn the_cursor_follows_the_work_until_the_operator_moves() {
    let mut screen = seen(running());
    assert_eq!(selected_name(&screen), "Start observer @ 10.0.0.7:2886");
    act(&mut screen, Action::Up);
    let here = screen.selected().cloned();
    screen.arrived(failed(), after(6_000));
    assert_eq!(screen.selected().cloned(), here, "the operator had moved");
    act(&mut screen, Action::Follow);
    assert_eq!(selected_name(&screen), "Start observer @ 10.0.0.7:2886");
}

#[test]
fn a_failure_opens_at_its_first_cause() {
    let mut screen = seen(running());
    screen.arrived(failed(), after(6_000));
    assert_eq!(selected_name(&screen), "Start observer @ 10.0.0.7:2886");
    let row = screen.selected_row().unwrap();
    let item = screen.shown().unwrap().rows()[row].item;
    assert_eq!(item.state(screen.task().unwrap()), Some(Failed));
}

#[test]
fn the_first_cause_is_shown_although_its_stage_was_folded() {
    let mut screen = seen(running());
    act(&mut screen, Action::Fold);
    act(&mut screen, Action::Fold);
    screen.arrived(failed(), after(6_000));
    act(&mut screen, Action::FirstCause);
    assert_eq!(selected_name(&screen), "Start observer @ 10.0.0.7:2886");
    let rows = screen.window(20);
    let row = rows.rows[rows.selected.unwrap()];
    assert_eq!(row.key(screen.task().unwrap()), screen.selected());
}

#[test]
fn back_closes_one_thing_at_a_time_and_then_leaves() {
    let mut screen = seen(failed());
    for action in [
        Action::CycleLook,
        Action::Upstream,
        Action::Open,
        Action::Log,
        Action::Copy,
    ] {
        if action == Action::Copy {
            continue;
        }
        act(&mut screen, action);
    }
    for closed in 0..4 {
        assert!(act(&mut screen, Action::Back).is_some(), "{closed}");
    }
    assert_eq!(act(&mut screen, Action::Back), None);
    assert_eq!(screen.lens().look, Look::Tree);
}

#[test]
fn an_operation_is_shown_before_it_is_sent_and_sent_once() {
    let mut screen = seen(failed());
    act(&mut screen, Action::Actions);
    assert_eq!(
        screen.open().menu.as_ref().unwrap().purpose,
        Purpose::Actions
    );
    assert_eq!(
        act(&mut screen, Action::Open),
        Some(vec![]),
        "first it is shown"
    );
    assert!(screen.open().menu.as_ref().unwrap().confirming);
    let sent = act(&mut screen, Action::Open).unwrap();
    let [Effect::Send { request, .. }] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    assert_eq!(request.method.word(), "POST");
    assert!(
        request.path.ends_with("/task/dag/22130706433028868"),
        "{}",
        request.path
    );
    assert!(screen.open().menu.is_none());
}

#[test]
fn a_diagnosis_names_what_one_is_asked_for() {
    let mut screen = seen(failed());
    act(&mut screen, Action::Copy);
    let menu = screen.open().menu.clone().unwrap();
    let text = menu
        .entries
        .iter()
        .find(|entry| entry.title == "Diagnosis")
        .unwrap();
    let menu::Deed::Copy(text) = &text.deed else {
        panic!()
    };
    for part in [
        "22130706433028868",
        "Start observer @ 10.0.0.7:2886",
        "connection refused",
        "attempt 1",
        "wait for observer to start (2 times)",
        "RETRY",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn a_log_is_asked_for_while_it_is_open() {
    let mut screen = seen(failed());
    act(&mut screen, Action::Log);
    let id = screen.open().log.as_ref().unwrap().id.clone();
    assert!(screen.asks().contains(&Ask::Log(id.clone())));
    let line = LogLine {
        attempt: Some(2),
        at: None,
        text: "again".into(),
    };
    screen.log_arrived(&id, &[line]);
    assert_eq!(screen.open().log.as_ref().unwrap().lines[0].text, "again");
    act(&mut screen, Action::Back);
    assert_eq!(screen.asks().len(), 1);
}

#[test]
fn the_past_can_be_stepped_through_and_says_what_changed() {
    let mut screen = seen(chain(
        "a",
        Running,
        &[("one", Running, &[Running]), ("two", Pending, &[Pending])],
    ));
    screen.arrived(
        chain(
            "a",
            Running,
            &[
                ("one", Succeeded, &[Succeeded]),
                ("two", Running, &[Running]),
            ],
        ),
        after(6_000),
    );
    // A poll in which no state changed is no moment.
    let same = screen.task().unwrap().clone();
    screen.arrived(same, after(7_000));
    screen.arrived(
        chain(
            "a",
            Succeeded,
            &[
                ("one", Succeeded, &[Succeeded]),
                ("two", Succeeded, &[Succeeded]),
            ],
        ),
        after(8_000),
    );
    assert_eq!(screen.moments(), 3);
    act(&mut screen, Action::Earlier);
    assert_eq!(screen.past().unwrap().at, after(6_000));
    assert_eq!(screen.shown().unwrap().task().state, Running);
    assert!(!screen.past().unwrap().changed.is_empty());
    act(&mut screen, Action::Earlier);
    assert_eq!(screen.past().unwrap().number, 0);
    act(&mut screen, Action::Earlier);
    assert_eq!(screen.past().unwrap().number, 0, "the first is the first");
    act(&mut screen, Action::Later);
    act(&mut screen, Action::Later);
    assert!(screen.past().is_none());
    assert_eq!(screen.shown().unwrap().task().state, Succeeded);
}

#[test]
fn a_reference_leads_to_its_node() {
    let task = forked(&[
        ("a", Succeeded, &[]),
        ("b", Running, &["a"]),
        ("c", Running, &["a"]),
        ("x", Pending, &["b"]),
        ("d", Pending, &["b", "c"]),
        ("y", Pending, &["c"]),
    ]);
    let mut screen = seen(task);
    let rows = screen.shown().unwrap().rows().to_vec();
    let is_reference =
        |row: &Row| matches!(row.item, crate::fleet::task::tree::Item::Reference { .. });
    let at = rows
        .iter()
        .position(is_reference)
        .expect("d has two parents");
    act(&mut screen, Action::Top);
    for _ in 0..at {
        act(&mut screen, Action::Down);
    }
    assert_eq!(screen.selected_row(), Some(at));
    act(&mut screen, Action::Open);
    let there = screen.selected_row().unwrap();
    assert!(!is_reference(&rows[there]));
    assert_eq!(rows[there].item.node(), rows[at].item.node());
}

fn any_state() -> impl Strategy<Value = State> {
    prop_oneof![
        Just(Pending),
        Just(State::Ready),
        Just(Running),
        Just(State::Waiting),
        Just(Succeeded),
        Just(Failed),
        Just(State::Cancelled),
        Just(State::RollingBack),
        Just(State::RolledBack),
        Just(State::Skipped),
        Just(State::Unknown),
    ]
}

fn any_chain() -> impl Strategy<Value = Task> {
    let stage = (any_state(), proptest::collection::vec(any_state(), 0..4));
    (any_state(), proptest::collection::vec(stage, 0..9)).prop_map(|(state, stages)| {
        let stages: Vec<_> = stages
            .iter()
            .map(|(state, agents)| ("stage 节点", *state, agents.as_slice()))
            .collect();
        chain("task", state, &stages)
    })
}

/// What can happen to a screen.
#[derive(Clone, Debug)]
enum Happens {
    Key(Action),
    Arrives(Box<Task>),
    Moves(Vec<State>),
    Types(String),
}

fn any_happening() -> impl Strategy<Value = Happens> {
    let actions: Vec<Action> = crate::console::action::ACTIONS
        .iter()
        .map(|info| info.action)
        .collect();
    prop_oneof![
        12 => proptest::sample::select(actions).prop_map(Happens::Key),
        2 => any_chain().prop_map(|task| Happens::Arrives(Box::new(task))),
        3 => proptest::collection::vec(any_state(), 0..6).prop_map(Happens::Moves),
        1 => "[a-e节]{0,2}".prop_map(Happens::Types),
    ]
}

proptest! {
    #[test]
    fn no_keys_lose_the_selection(
        first in any_chain(),
        story in proptest::collection::vec(any_happening(), 0..60),
        width in 0_u16..140,
        height in 0_u16..45,
    ) {
        let mut screen = seen(first);
        let room = Room { width, height };
        for (at, happens) in story.into_iter().enumerate() {
            let now = after(6_000 + at as i64 * 500);
            match happens {
                Happens::Key(action) => { screen.act(action, now, room); }
                Happens::Arrives(task) => {
                    let before = screen.selected().cloned();
                    let follows = screen.follows();
                    screen.arrived(*task, now);
                    let still = before.filter(|key| screen.task().unwrap().node(key).is_some());
                    if !follows && screen.past().is_none() && still.is_some() {
                        prop_assert_eq!(screen.selected().cloned(), still);
                    }
                }
                Happens::Moves(states) => {
                    // The same graph: only what a poll moved may be worked out again.
                    let mut task = screen.task().unwrap().clone();
                    for (place, state) in states.into_iter().enumerate() {
                        let count = task.nodes.len().max(1);
                        if let Some(node) = task.nodes.get_mut((place * 7 + at) % count) {
                            node.state = state;
                        }
                    }
                    screen.arrived(task, now);
                }
                Happens::Types(text) => screen.search(&text),
            }
            let shown = screen.shown().unwrap();
            let anew = Shown::new(shown.task().clone(), screen.lens());
            if screen.lens().look != Look::Table {
                prop_assert_eq!(shown.rows(), anew.rows());
            }
            prop_assert_eq!(shown.cause(), anew.cause());
            prop_assert_eq!(shown.counts(), anew.counts());
            if !shown.task().nodes.is_empty() {
                let key = screen.selected().expect("something is selected");
                prop_assert!(shown.node(key).is_some(), "{key} is not in the task");
            }
            let window = screen.window(usize::from(height));
            prop_assert!(window.rows.len() <= usize::from(height).max(1));
            prop_assert!(window.selected.is_none_or(|at| at < window.rows.len()));
            if screen.selected_row().is_some() && height > 0 {
                prop_assert!(window.selected.is_some(), "the selected row is off the screen");
            }
        }
    }
}
