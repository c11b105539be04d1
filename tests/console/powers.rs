//! The forms that stop, start, grow and add: nothing preselected, the effect on
//! the button, what will be cut off above it.

use obdeck::console::Effect;
use obdeck::link::Ask;

use super::support::{Session, address, on_cluster, probe};

fn form(name: &str) -> Session {
    let mut session = on_cluster();
    session.keys(&format!(": '{name}' enter"));
    session
}

fn sent(session: &Session) -> usize {
    let sends = |effect: &&Effect| matches!(effect, Effect::Send { .. });
    session.effects.iter().filter(sends).count()
}

#[test]
fn stopping_says_how_and_whom_it_cuts_off() {
    let mut session = form("stop");
    // Nothing is chosen for the operator.
    session.keys("pagedown enter");
    assert_eq!(sent(&session), 0);
    assert!(session.text().contains("say how"), "{}", session.text());
    session.keys("pageup 'S' tab '10.0.0.6' tab");
    for (keys, words) in [
        ("'f' tab 'f' tab", "[ stop service: 10.0.0.6:2886 ]"),
        (
            "up up 't' tab tab",
            "[ freeze, then stop processes: 10.0.0.6:2886 ]",
        ),
        ("up up 'f' tab 't' tab", "[ kill now: 10.0.0.6:2886 ]"),
    ] {
        session.keys(keys);
        let text = session.text();
        assert!(text.contains(words), "no {words}:\n{text}");
    }
    session.keys("pagedown");
    session.snapshot("form-stop");
    for (width, height) in super::support::SIZES {
        session.resize(width, height);
        let text = session.text();
        assert!(text.contains("▸ [ kill now"), "{width}x{height}\n{text}");
    }
    // It takes something away: the safe answer is the selected one.
    session.keys("enter enter");
    assert_eq!(sent(&session), 0);
    session.keys("enter right enter");
    assert_eq!(sent(&session), 1);
}

#[test]
fn stopping_two_of_three_zones_names_who_loses_the_majority() {
    let mut session = form("stop");
    session.keys("'Z' tab 'zone1,zone2' tab tab 't' pagedown");
    let text = session.text();
    assert!(text.contains("no majority is left"), "{text}");
    session.keys("pageup 'G' tab");
    session.keys("backspace backspace backspace backspace backspace backspace backspace backspace backspace backspace backspace");
    session.keys("tab 'f' tab 'f' pagedown enter");
    assert_eq!(sent(&session), 0);
    let text = session.text();
    assert!(text.contains("the service of all servers cannot"), "{text}");
}

#[test]
fn starting() {
    let mut session = form("start");
    session.keys("'S' tab '10.0.0.6' tab tab");
    session.snapshot("form-start");
    session.keys("enter");
    assert_eq!(sent(&session), 1);
}

#[test]
fn stopping_a_zone_counts_its_observers() {
    let mut session = form("zone-stop");
    session.keys("'zone2' tab tab tab");
    assert!(
        session.text().contains("stop zone2: kills "),
        "{}",
        session.text()
    );
    session.snapshot("form-zone-stop");
}

#[test]
fn scaling_out_asks_the_new_agent_first() {
    let mut session = form("scale-out");
    session.keys("'10.0.0.9' tab 'zone初' tab 'rpc_port=1024'");
    session.answer(Ask::Probe(address(9, 2886)), probe(9, "FOLLOWER"));
    let text = session.text();
    for part in ["must be SINGLE", "same versions", "no port from 1025"] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    session.snapshot("form-scale-out");
    session.keys("pagedown enter");
    assert_eq!(sent(&session), 0);
}

#[test]
fn scaling_in_says_that_the_home_must_be_rebuilt() {
    let mut session = form("scale-in");
    session.keys("'10.0.0.6' pagedown");
    session.snapshot("form-scale-in");
    let text = session.text();
    assert!(text.contains("must be rebuilt"), "{text}");
}

/// The last line says what enter does now, not what it does in the form below.
#[test]
fn the_last_line_names_the_answer_that_is_selected() {
    let mut session = form("scale-in");
    session.keys("'10.0.0.6' pagedown enter");
    let last = |session: &mut Session| {
        let text = session.text();
        let mut lines = text.lines().rev();
        let last = lines.find(|line| !line.trim().is_empty());
        last.unwrap_or_default().to_owned()
    };
    let line = last(&mut session);
    assert!(line.contains("enter Do nothing"), "{line}");
    session.keys("tab");
    let line = last(&mut session);
    assert!(line.contains("enter Do it"), "{line}");
    assert_eq!(sent(&session), 0);
    session.keys("enter");
    assert_eq!(sent(&session), 1);
}

#[test]
fn adding_an_obproxy() {
    let mut session = form("proxy-add");
    session.keys("'10.0.0.6' tab 'relative' tab tab '80' tab");
    session.snapshot("form-proxy-add");
    session.keys("pagedown enter");
    assert_eq!(sent(&session), 0);
}
