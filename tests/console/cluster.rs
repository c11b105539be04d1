//! The cluster screen, the list of tasks, help and palette.

use obdeck::console::{Colours, Settings};
use obdeck::fleet::cluster::Cluster;
use obdeck::link::{Ask, Picture};

use super::support::{Session, before_init, on_cluster};

#[test]
fn running() {
    on_cluster().snapshot("cluster-running");
}

#[test]
fn tasks_focused() {
    let mut session = on_cluster();
    session.keys("2 j");
    session.snapshot("cluster-tasks");
}

#[test]
fn before_the_first_answer() {
    Session::connected().snapshot("cluster-asking");
}

#[test]
fn before_init_agents_stand_in_their_zones() {
    let mut session = Session::connected();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(before_init())));
    session.answer(Ask::Tasks, Picture::Tasks(Vec::new()));
    session.snapshot("cluster-before-init");
}

#[test]
fn empty() {
    let mut session = Session::connected();
    session.answer(Ask::Cluster, Picture::Cluster(Box::<Cluster>::default()));
    session.answer(Ask::Tasks, Picture::Tasks(Vec::new()));
    session.snapshot("cluster-empty");
}

#[test]
fn stale_says_so_and_why() {
    let mut session = on_cluster();
    session.later(75);
    session.fail(Ask::Cluster);
    session.later(30);
    session.snapshot("cluster-stale");
}

#[test]
fn production_without_colours_in_ascii() {
    let mut session = on_cluster();
    session.model.settings = Settings {
        read_only: true,
        ascii: true,
        colours: Colours::None,
        ..session.model.settings.clone()
    };
    if let Some(place) = &mut session.model.settings.place {
        place.production = true;
    }
    session.snapshot("cluster-production-ascii");
    session.resize(120, 40);
    assert!(session.text().is_ascii(), "{}", session.text());
}

#[test]
fn all_tasks() {
    let mut session = on_cluster();
    session.keys("T");
    session.snapshot("tasks");
}

#[test]
fn help() {
    let mut session = on_cluster();
    session.keys("?");
    session.snapshot("help");
}

#[test]
fn palette() {
    let mut session = on_cluster();
    session.keys("ctrl-p 'jo'");
    session.snapshot("palette");
}

#[test]
fn command_line() {
    let mut session = on_cluster();
    session.keys(": 't' tab");
    session.snapshot("command-line");
}

#[test]
fn welcome() {
    Session::new(Settings::default()).snapshot("welcome");
}

/// The terminal says its new size before the session hears of it: that frame is
/// drawn in the room that there is.
#[test]
fn a_terminal_that_shrank_is_drawn_before_the_session_hears_of_it() {
    let mut session = on_cluster();
    session.resize(100, 30);
    for (width, height) in [(1, 1), (36, 40), (99, 30), (120, 8)] {
        let buffer = session.buffer_of(width, height);
        assert_eq!((buffer.area.width, buffer.area.height), (width, height));
    }
}
