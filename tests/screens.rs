//! Recorded tasks of real agents, played through the task screen: what it shows
//! at each turning point.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it misses by failing"
)]

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use obdeck::config::theme::Theme as Faces;
use obdeck::console::Colours;
use obdeck::console::task::TaskScreen;
use obdeck::fleet::task::{State, Task};
use obdeck::view::{Paint, Theme, task};
use obdeck::wire::obshell::dto::{Saved, saved};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rstest::rstest;

fn paint(now: Timestamp) -> Paint {
    Paint {
        theme: Theme::resolve(&Faces::default(), Colours::None),
        ascii: false,
        now,
        zone: TimeZone::UTC,
        stale: false,
    }
}

/// Every look at the recorded task with the time at which it was seen.
fn looks(file: &str) -> Vec<(Timestamp, Task)> {
    let path = format!("{}/tests/wire/captures/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let saved = saved(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
    let Saved::Task { task, history } = saved else {
        panic!("{path} holds no task");
    };
    let earliest = |task: &Task| task.nodes.iter().filter_map(|node| node.started_at).min();
    let begin = history
        .iter()
        .filter_map(|moment| moment.task.started_at.or_else(|| earliest(&moment.task)))
        .chain(task.started_at)
        .min()
        .expect("some time");
    let mut looks: Vec<(i64, Task)> = history
        .into_iter()
        .map(|moment| (moment.ms.unwrap_or(0), moment.task))
        .collect();
    let last = looks.last().map_or(0, |(ms, _)| *ms);
    looks.push((last + 1_000, *task));
    let at = |ms: i64| {
        begin
            .checked_add(jiff::SignedDuration::from_millis(ms))
            .expect("a time")
    };
    looks
        .into_iter()
        .filter(|(_, task)| !task.nodes.is_empty())
        .map(|(ms, task)| (at(ms), task))
        .collect()
}

fn text(screen: &TaskScreen, width: u16, height: u16, now: Timestamp) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    task::render(&mut buffer, area, screen, &[], &paint(now));
    let mut out = String::new();
    for y in 0..height {
        let line: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn play(file: &str) -> (TaskScreen, String) {
    let looks = looks(file);
    let mut screen = TaskScreen::new(looks[0].1.id.clone());
    let mut story = String::new();
    let mut before = None;
    for (at, task) in looks {
        let turn = (task.state, task.phase, task.stage);
        screen.arrived(task, at);
        if before.replace(turn) != Some(turn) {
            let _ = write!(story, "== {at} {turn:?}\n{}", text(&screen, 80, 24, at));
        }
    }
    (screen, story)
}

#[rstest]
#[case::join("join-self.jsonl")]
#[case::node_pass("init-node-pass.jsonl")]
#[case::retry("init-retry.jsonl")]
#[case::cancel("cluster/init-cancel-dag.jsonl")]
#[case::scale_out_rolled_back("cluster/scale-out-rollback-local-dag.jsonl")]
#[case::scale_in("cluster/scale-in-force-kill-dag.jsonl")]
#[case::start_fails("cluster/start-fail-observer-main-dag.jsonl")]
#[case::sub_dag("cluster/start-fail-observer-sub-1.jsonl")]
#[case::obproxy("cluster/obproxy-add-retry-dag.jsonl")]
fn a_recorded_task_at_its_turning_points(#[case] file: &str) {
    let (_, story) = play(file);
    let name = file.trim_end_matches(".jsonl").replace('/', "_");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("screens");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, story));
}

#[rstest]
#[case("init-retry.jsonl")]
#[case("cluster/start-fail-observer-main-dag.jsonl")]
fn what_failed_is_selected_and_its_error_read_at_40x12(#[case] file: &str) {
    let (screen, _) = play(file);
    let task = screen.task().expect("a task");
    assert_eq!(task.state, State::Failed);
    let shown = screen.shown().expect("it is shown");
    assert_eq!(screen.selected(), shown.first_cause());
    let now = screen.arrived_at().expect("an answer");
    let text = text(&screen, 40, 12, now);
    let node = screen
        .selected()
        .and_then(|key| shown.node(key))
        .expect("a node");
    let message = shown.short_error(node).expect("it says why");
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let start: String = flat(&message).chars().take(24).collect();
    assert!(flat(&text).contains(&start), "{start:?} is not on\n{text}");
}
