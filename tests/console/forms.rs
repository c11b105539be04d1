//! The join form: typed, probed, refused, sent.

use obdeck::console::{Effect, Event, Settings};
use obdeck::fleet::cluster::Agent;
use obdeck::fleet::task::State;
use obdeck::link::{Ask, LinkError, Picture, Probe, SendError, Sent};

use super::support::{Session, address, agent, before_init, probe, task};

fn filled() -> Session {
    let mut session = Session::connected();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(before_init())));
    session.keys("J '10.0.0.8' tab tab 'zone_4' tab");
    session
}

fn send(session: &mut Session) -> obdeck::console::SendId {
    session.keys("enter enter");
    session
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Send { id, .. } => Some(*id),
            _ => None,
        })
        .expect("the form sends")
}

#[test]
fn empty() {
    let mut session = Session::new(Settings::default());
    session.keys("J");
    session.snapshot("join-empty");
}

#[test]
fn a_probe_warns_and_refuses_nothing() {
    let mut session = filled();
    session.answer(Ask::Probe(address(8, 2886)), probe(8, "FOLLOWER"));
    let secured = Probe {
        agent: Agent {
            secured: Some(true),
            version: "4.4.0.0-1".into(),
            ..agent(5, "MASTER", "zone1")
        },
        home: String::new(),
        architecture: String::new(),
        fingerprint: String::new(),
        clock_ahead_ms: -9_000,
    };
    session.answer(
        Ask::Probe(address(5, 2886)),
        Picture::Probe(Box::new(secured)),
    );
    session.snapshot("join-probed");
    session.keys("'pw'");
    send(&mut session);
}

#[test]
fn a_refusal_stands_at_its_field_and_nothing_typed_is_lost() {
    let mut session = filled();
    session.keys("'pw'");
    let id = send(&mut session);
    let refused = LinkError::Refused {
        status: 400,
        code: "Agent.Identify.NotSupportOperation".into(),
        message:
            "'10.0.0.8:2886' is 'MASTER', instead of 'SINGLE', does not support this operation"
                .into(),
        advice: "Ask it who it is: `obdeck get agents`.".into(),
        trace: "t".into(),
    };
    session.event(Event::Sent {
        id,
        result: Err(SendError::NotDone(refused)),
    });
    session.later(20);
    session.snapshot("join-refused");
    session.resize(120, 40);
    let text = session.text();
    assert!(text.contains("10.0.0.8") && text.contains("zone_4") && !text.contains("pw"));
    // The cursor is at the refused field; its words go when it is edited.
    session.keys("'9'");
    assert!(!session.text().contains("instead of 'SINGLE'"));
    // Leaving keeps the draft.
    session.keys("esc J");
    assert!(session.text().contains("10.0.0.89"));
}

#[test]
fn a_join_opens_its_task() {
    let mut session = filled();
    let id = send(&mut session);
    assert!(session.text().contains("Sent; waiting for the answer"));
    let made = task("2112", "Join to master", State::Ready, 1, 3);
    session.event(Event::Sent {
        id,
        result: Ok(Sent {
            task: Some(Box::new(made)),
            status: 200,
            trace: "t".into(),
        }),
    });
    let asks = session.model.asks();
    assert!(asks.contains(&Ask::Task(obdeck::fleet::task::TaskId("2112".into()))));
    assert!(session.text().contains("Join to master"));
}

#[test]
fn wrong_shapes_are_not_sent() {
    let mut session = Session::new(Settings::default());
    session.keys("J 'a' space 'b' tab 'h:0' tab tab enter enter");
    assert!(
        !session
            .effects
            .iter()
            .any(|e| matches!(e, Effect::Send { .. }))
    );
    let text = session.text();
    assert!(text.contains("`a b` is not a host name"), "{text}");
    assert!(text.contains("`0` is not a port"), "{text}");
    assert!(text.contains("needs a value"), "{text}");
}

#[test]
fn read_only_keeps_it_back() {
    let mut session = filled();
    session.model.settings.read_only = true;
    session.keys("enter enter");
    assert!(
        !session
            .effects
            .iter()
            .any(|e| matches!(e, Effect::Send { .. }))
    );
    assert!(session.text().contains("Read-only"));
}

#[test]
fn without_a_context_the_form_goes_to_its_own_agent() {
    let mut session = Session::new(Settings::default());
    session.keys("J '10.0.0.8'");
    session.later(5);
    let connects = |session: &Session| {
        let is = |effect: &&Effect| matches!(effect, Effect::Connect(_));
        session.effects.iter().filter(is).count()
    };
    assert_eq!(connects(&session), 0, "it may be half an address");
    session.keys("tab tab");
    assert!(
        session
            .effects
            .contains(&Effect::Connect(vec!["10.0.0.8:2886".into()]))
    );
    assert_eq!(connects(&session), 1);
    session.event(Event::Connected(obdeck::console::Place {
        name: "10.0.0.8:2886".into(),
        ..Default::default()
    }));
    assert!(session.text().contains("Join a node"));
    session.keys("esc");
    assert_eq!(*session.model.screen(), obdeck::console::Screen::Cluster);
}

#[test]
fn half_an_address_is_not_asked_for() {
    let mut session = Session::new(Settings::default());
    session.keys("J '10.0.0.8'");
    assert!(session.model.asks().is_empty());
    session.later(1);
    assert!(session.model.asks().contains(&Ask::Probe(address(8, 2886))));
}
