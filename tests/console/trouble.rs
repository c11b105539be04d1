//! What stops the questions, and what must be said before something that
//! cannot be taken back.

use obdeck::console::overlay::Overlay;
use obdeck::console::{Effect, Event, Level, Place, Screen, Settings};
use obdeck::fleet::task::TaskId;
use obdeck::link::{Ask, LinkError, Lost, Picture, SendError};

use super::support::{Session, on_cluster, running};

fn key_changed() -> LinkError {
    LinkError::KeyChanged {
        endpoint: "10.0.0.5:2886".into(),
        pinned: "SHA256:before".into(),
        offered: "SHA256:after".into(),
    }
}

fn refused(code: &str) -> LinkError {
    LinkError::Unauthorized {
        endpoint: "10.0.0.5:2886".into(),
        code: code.into(),
        message: "password is incorrect".into(),
        advice: String::new(),
    }
}

fn fails(session: &mut Session, error: LinkError) {
    session.event(Event::Asked {
        ask: Ask::Cluster,
        result: Err(error),
    });
}

#[test]
fn another_key_is_a_question_with_both_fingerprints() {
    let mut session = on_cluster();
    fails(&mut session, key_changed());
    assert!(session.model.overlay.is_none(), "it never grabs the keys");
    session.resize(120, 40);
    let text = session.text();
    assert!(text.contains("! settles it"), "{text}");
    session.keys("!");
    let text = session.text();
    for part in ["SHA256:before", "SHA256:after", "4.4.1.1", "Trust this key"] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    session.snapshot("another_key");
    session.effects.clear();
    // The safe answer is selected; letters select nothing.
    session.keys("y enter");
    assert!(session.effects.is_empty(), "{:?}", session.effects);
    session.keys("! right enter");
    let trust = Effect::Trust {
        endpoint: "10.0.0.5:2886".into(),
        fingerprint: "SHA256:after".into(),
    };
    assert_eq!(session.effects, [trust]);
    // The same place answers again: the last picture is still there.
    let place = session.model.settings.place.clone().unwrap();
    session.event(Event::Connected(place));
    assert!(session.model.data.trouble().is_none());
    assert!(session.text().contains("zone1"));
}

#[test]
fn a_refused_password_is_asked_for_again() {
    for (code, agent) in [
        ("Security.Authentication.IncorrectOceanbasePassword", false),
        ("Security.Authentication.IncorrectAgentPassword", true),
    ] {
        let mut session = on_cluster();
        fails(&mut session, refused(code));
        assert!(session.text().contains("! settles it"));
        session.effects.clear();
        session.keys("!");
        assert_eq!(session.effects, [Effect::Password { agent }]);
    }
}

#[test]
fn another_cluster_at_the_same_address_is_said_and_gets_no_changes() {
    let mut session = on_cluster();
    let mut stranger = running();
    stranger.id = Some(4711);
    stranger.name = "other".into();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(stranger)));
    assert!(session.model.settings.read_only);
    assert!(session.effects.contains(&Effect::ReadOnly(true)));
    let last = session.model.notices.all().last().unwrap();
    assert_eq!(last.level, Level::Error);
    assert!(last.text.contains("4711"), "{}", last.text);
    let text = session.text();
    assert!(text.contains("Another cluster answers here"), "{text}");
    // Changes come back on the operator's word only.
    session.keys("W enter");
    assert!(session.model.settings.read_only);
    session.keys("W right enter");
    assert!(!session.model.settings.read_only);
    assert!(session.model.data.other().is_none());
    // The one of before is now the other one.
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(running())));
    assert!(session.model.settings.read_only);
}

#[test]
fn a_lost_answer_is_told_in_a_sentence() {
    for (found, words) in [
        (Lost::NotMade, "it can be sent again"),
        (
            Lost::CannotTell("nobody answers".into()),
            "is not known: nobody answers",
        ),
    ] {
        let mut session = filled();
        session.effects.clear();
        session.keys("enter");
        let Some(Effect::Send { id, .. }) = session.effects.first() else {
            panic!("{:?}", session.effects);
        };
        let error = SendError::AnswerLost {
            reason: "the connection was reset".into(),
            found,
        };
        session.event(Event::Sent {
            id: *id,
            result: Err(error),
        });
        let notice = session.model.notices.all().last().unwrap().text.clone();
        assert!(notice.contains("the connection was reset"), "{notice}");
        assert!(notice.contains(words), "{notice}");
    }
}

/// A recorded task that failed, on the screen.
fn failed(session: &mut Session) -> TaskId {
    let lines = include_str!("../tasks/init-fail-dir-retry-then-port-in-use-dag.jsonl");
    let mut moments = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let failed = moments.find(|line| line["data"]["state"] == "FAILED");
    let data = failed.unwrap()["data"].take();
    let task = obdeck::wire::obshell::dto::task(data).unwrap();
    let id = task.id.clone();
    session.model.open(Screen::Task(id.clone()));
    session.answer(Ask::Task(id.clone()), Picture::Task(Box::new(task)));
    id
}

/// The form of a join, with the cursor on its button.
fn filled() -> Session {
    let mut session = Session::connected();
    session.keys("J '10.0.0.9:2886' tab '10.0.0.5:2886' tab 'zone1' pagedown");
    session
}

#[test]
fn enter_twice_sends_once() {
    let mut session = filled();
    session.keys("enter enter enter");
    let sent = |effect: &&Effect| matches!(effect, Effect::Send { .. });
    assert_eq!(session.effects.iter().filter(sent).count(), 1);
}

#[test]
fn production_starts_read_only_and_wants_its_name() {
    let mut session = Session::new(Settings {
        read_only: true,
        place: Some(Place {
            name: "prod".into(),
            endpoint: "10.0.0.5:2886".into(),
            production: true,
            platform: false,
            ..Place::default()
        }),
        ..Settings::default()
    });
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(running())));
    let name = running().name;
    let id = failed(&mut session);
    session.keys("a enter enter");
    let sent = |effect: &&Effect| matches!(effect, Effect::Send { .. });
    assert_eq!(session.effects.iter().filter(sent).count(), 0, "read-only");
    session.keys("esc esc esc W right enter");
    assert!(!session.model.settings.read_only);
    session.model.open(Screen::Task(id));
    session.keys("a");
    let menu = session.text();
    session.keys("enter enter");
    let text = session.text();
    assert!(
        matches!(session.model.overlay, Some(Overlay::Caution(_))),
        "{menu}\n{text}"
    );
    session.snapshot("production_name");
    session.keys("enter 'wrong' enter");
    assert_eq!(session.effects.iter().filter(sent).count(), 0, "no name");
    session.keys("ctrl-u");
    session.keys(&format!("'{name}' enter"));
    assert_eq!(session.effects.iter().filter(sent).count(), 1);
    assert!(session.model.overlay.is_none());
}
