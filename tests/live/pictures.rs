//! The pictures of the README. `UPDATE_SCREENSHOTS=1 cargo test --test live`
//! draws them anew.

use std::path::Path;

use obdeck::console::{Colours, Settings};
use obdeck::link::{Ask, Picture};
use obdeck::view::picture::{Inks, svg};

use super::stories::{begin, followed, on_task, shift, story, with};
use super::support::{Session, address, before_init, on_cluster, probe};

fn held(name: &str, title: &str, session: Session, size: (u16, u16)) {
    let mut session = with(session, |settings: &mut Settings| {
        settings.colours = Colours::True;
    });
    session.resize(size.0, size.1);
    let drawn = svg(&session.buffer(), &Inks::default(), title);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("screenshots")
        .join(name);
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "screenshots/{name} is out of date: UPDATE_SCREENSHOTS=1 cargo test --test live"
    );
}

#[test]
fn a_cluster_that_scales_out() {
    held(
        "cluster.svg",
        "A cluster that scales out",
        on_cluster(),
        (120, 34),
    );
}

#[test]
fn a_task_that_failed() {
    let mut session = followed("tasks/init.jsonl");
    session.later(1);
    held("task-failed.svg", "An init that failed", session, (120, 34));
}

#[test]
fn a_task_that_runs() {
    let mut session = joined(9_000);
    session.later(1);
    held(
        "task-running.svg",
        "A start of servers, with its sub DAGs",
        session,
        (120, 34),
    );
}

#[test]
fn the_timeline_of_a_task() {
    let mut session = joined(12_000);
    session.keys("t");
    held(
        "timeline.svg",
        "The same task over time",
        session,
        (120, 30),
    );
}

#[test]
fn the_form_of_a_join() {
    let mut session = Session::connected();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(before_init())));
    session.keys("J '10.0.0.8' tab tab 'zone4' tab");
    session.answer(Ask::Probe(address(8, 2886)), probe(8, "SINGLE"));
    session.answer(Ask::Probe(address(5, 2886)), probe(5, "MASTER"));
    held("join.svg", "A node joins", session, (120, 26));
}

/// A start whose observer does not start, followed with two of its sub DAGs
/// until then.
pub fn joined(until: i64) -> Session {
    let folder = "wire/captures/cluster/start-fail-observer";
    let main = story(&format!("{folder}-main-dag.jsonl"));
    let begin = begin(&main);
    let mut session = on_task(&main[0].1.id);
    let subs = [1, 3].map(|number| story(&format!("{folder}-sub-{number}.jsonl")));
    let mut all: Vec<_> = main.into_iter().chain(subs.into_iter().flatten()).collect();
    all.sort_by_key(|(ms, _)| *ms);
    for (ms, mut task) in all.into_iter().filter(|(ms, _)| *ms <= until) {
        shift(&mut task, begin);
        session.came(&task, ms);
    }
    session
}
