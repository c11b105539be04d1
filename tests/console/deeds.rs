//! What may be done with a row: the form with its name in it, and the three
//! ways of stopping as three deeds.

use obdeck::console::Screen;
use obdeck::fleet::task::State;
use obdeck::link::{Ask, Picture};

use super::support::{Session, on_cluster, task};

fn menu(session: &mut Session, search: &str) -> String {
    session.keys(&format!("a '{search}'"));
    session.text()
}

#[test]
fn a_server_is_stopped_in_one_of_three_ways() {
    let mut session = on_cluster();
    session.resize(120, 40);
    session.keys("1 g j");
    let text = menu(&mut session, "10.0.0.5");
    for words in ["stop service", "freeze, then stop", "kill now", "start "] {
        assert!(text.contains(words), "{words}: {text}");
    }
    session.keys("esc");
    menu(&mut session, "killnow");
    session.keys("enter");
    assert_eq!(*session.model.screen(), Screen::Form("stop"));
    let text = session.text();
    assert!(text.contains("\"force\": true"), "{text}");
    assert!(text.contains("10.0.0.5:2886"), "{text}");
    assert!(text.contains("kill now: 10.0.0.5:2886"), "{text}");
    assert!(text.contains("stops 1 of"), "{text}");
    // Nothing leaves without being asked about.
    session.keys("enter");
    assert!(session.model.overlay.is_some());
}

#[test]
fn a_zone_says_how_many_observers_it_costs() {
    let mut session = on_cluster();
    session.resize(120, 40);
    session.keys("1 g");
    let text = menu(&mut session, "kills");
    assert!(text.contains("stop zone1: kills"), "{text}");
    session.keys("enter");
    assert_eq!(*session.model.screen(), Screen::Form("zone-stop"));
    assert!(session.text().contains("/api/v1/ob/zone/zone1/stop"));
}

#[test]
fn words_are_chosen_not_typed() {
    let mut session = on_cluster();
    session.resize(120, 40);
    session.keys(": 'stop' enter space space tab 'zone2' tab");
    let text = session.text();
    assert!(text.contains("ZONE"), "{text}");
    // None of the ways of stopping is preselected.
    assert!(text.contains("[ Stop ]"), "{text}");
    session.keys("'t'");
    assert!(
        session
            .text()
            .contains("freeze, then stop processes: zone2")
    );
}

#[test]
fn a_cancelled_stop_offers_its_cure() {
    let mut session = on_cluster();
    let stopped = task("217", "Stop OB", State::Cancelled, 3, 6);
    let id = stopped.id.clone();
    session.model.open(Screen::Task(id.clone()));
    session.later(1);
    session.answer(Ask::Task(id), Picture::Task(Box::new(stopped)));
    session.keys("a");
    let text = session.text();
    assert!(text.contains("passing what it left"), "{text}");
    session.keys("G k enter");
    assert_eq!(*session.model.screen(), Screen::Form("start"));
    session.keys("space");
    assert!(
        session.text().contains("\"forcePassDag\""),
        "{}",
        session.text()
    );
}
