//! What a session leaves for the next one: drafts and typed commands.

use std::collections::BTreeMap;

use obdeck::config::Draft;
use obdeck::console::{Effect, Event};
use obdeck::link::Sent;

use super::support::Session;

fn drafts(session: &mut Session) -> Vec<(&'static str, Draft)> {
    let effects = session.effects.drain(..);
    effects
        .filter_map(|effect| match effect {
            Effect::Draft { form, draft } => Some((form, draft)),
            _ => None,
        })
        .collect()
}

fn join(values: &[(&str, &str)]) -> Draft {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    values.iter().map(pair).collect()
}

#[test]
fn what_is_typed_is_kept_without_its_secrets() {
    let mut session = Session::connected();
    session.keys("J");
    session.later(1);
    assert_eq!(drafts(&mut session), [], "nobody typed anything");
    session.keys("'10.0.0.9:2886' tab '10.0.0.5:2886' tab 'zone1' tab 'geheim' tab");
    session.later(1);
    let typed = [
        ("agent", "10.0.0.9:2886"),
        ("master", "10.0.0.5:2886"),
        ("zone", "zone1"),
    ];
    assert_eq!(drafts(&mut session), [("join", join(&typed))]);
    session.later(1);
    assert_eq!(drafts(&mut session), [], "kept once");
    // What was typed in the last second before the end is kept too.
    session.keys("shift-tab shift-tab '2' ctrl-c");
    let last = drafts(&mut session);
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].1["zone"], "zone12");
}

#[test]
fn a_draft_is_offered_again_and_forgotten_when_it_has_done_its_work() {
    let mut session = Session::connected();
    let before = join(&[("agent", "10.0.0.9:2886"), ("zone", "zone7")]);
    session.event(Event::Remembered {
        drafts: BTreeMap::from([("join".to_owned(), before)]),
        commands: Vec::new(),
    });
    session.keys("J");
    let text = session.text();
    assert!(
        text.contains("zone7") && text.contains("10.0.0.9:2886"),
        "{text}"
    );
    assert!(text.contains("A draft of before is filled in"), "{text}");
    // The cursor stands where something is missing.
    session.keys("'10.0.0.5:2886' pagedown enter");
    drafts(&mut session);
    let Some(id) = session
        .model
        .form()
        .and_then(obdeck::console::form::FormScreen::sent)
    else {
        panic!("not sent: {}", session.text());
    };
    let result = Ok(Sent {
        task: None,
        status: 200,
        trace: String::new(),
    });
    session.event(Event::Sent { id, result });
    assert_eq!(drafts(&mut session), [("join", Draft::new())]);
    session.keys("J");
    assert!(!session.text().contains("zone7"));
}

#[test]
fn commands_of_before_come_back_with_the_arrow() {
    let mut session = Session::connected();
    session.event(Event::Remembered {
        drafts: BTreeMap::new(),
        commands: vec!["servers zone1".into(), "messages".into()],
    });
    session.keys(": 'tasks' enter");
    let typed = |effect: &Effect| *effect == Effect::Typed("tasks".into());
    assert!(session.effects.iter().any(typed), "{:?}", session.effects);
    session.keys(": up up up");
    assert!(
        session.text().contains("servers zone1"),
        "{}",
        session.text()
    );
}
