//! A package on its way: how far it is, given up, cut short.

use obdeck::console::{Effect, Event, SendId};
use obdeck::fleet::transfer::{Progress, Step};
use obdeck::link::{Ask, Cut, Picture, SendError};

use super::support::{Session, running};

const LENGTH: u64 = 300 << 20;

/// A form whose file is being sent.
fn sending() -> (Session, SendId) {
    let mut session = Session::connected();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(running())));
    session.keys(":");
    session.keys("'package-upload' enter");
    session.keys("'/tmp/obshell-4.6.0.0-2.el7.x86_64.rpm' pagedown enter");
    let sends = session.effects.iter().find_map(|effect| match effect {
        Effect::Send { id, .. } => Some(*id),
        _ => None,
    });
    let id = sends.expect("the form sends");
    (session, id)
}

fn moved(session: &mut Session, id: SendId, step: Step, mib: u64) {
    let progress = Progress {
        step,
        done: mib << 20,
        of: LENGTH,
    };
    session.event(Event::Moved { id, progress });
}

/// 42 MiB in the fourth second.
fn under_way() -> (Session, SendId) {
    let (mut session, id) = sending();
    moved(&mut session, id, Step::Reading, 150);
    assert!(session.text().contains("Reading the file"));
    for second in 0..=4 {
        moved(&mut session, id, Step::Sending, second * 21 / 2);
        if second < 4 {
            session.later(1);
        }
    }
    (session, id)
}

fn gives_up(session: &Session) -> bool {
    let mut effects = session.effects.iter();
    effects.any(|effect| matches!(effect, Effect::GiveUp(_)))
}

#[test]
fn one_sees_how_far_it_is() {
    let (mut session, id) = under_way();
    session.snapshot("upload-sending");
    session.resize(80, 24);
    let text = session.text();
    for figure in ["14 %", "42.0 MiB of 300.0 MiB", "10.5 MiB/s", "24 s left"] {
        assert!(text.contains(figure), "{figure}: {text}");
    }
    // A word of another request is not of this one.
    moved(&mut session, SendId(id.0 + 1), Step::Sending, 200);
    assert!(session.text().contains("14 %"));
    moved(&mut session, id, Step::Waiting, 300);
    let text = session.text();
    assert!(text.contains("Sent; waiting for the answer"), "{text}");
}

#[test]
fn esc_asks_before_it_is_given_up() {
    let (mut session, id) = under_way();
    session.keys("esc");
    session.snapshot("upload-give-up");
    session.keys("enter");
    assert!(!gives_up(&session), "the safe answer is the first");
    session.keys("esc y enter");
    assert!(session.effects.contains(&Effect::GiveUp(id)));
    session.event(Event::Sent {
        id,
        result: Err(SendError::CutShort {
            why: Cut::GivenUp,
            sent: 42 << 20,
            of: LENGTH,
        }),
    });
    session.resize(120, 40);
    let text = session.text();
    assert!(
        text.contains("given up after 42.0 MiB of 300.0 MiB"),
        "{text}"
    );
    assert!(text.contains("It was not made"), "{text}");
    assert!(text.contains("/tmp/obshell-4.6.0.0-2"), "{text}");
    // It is over: esc leaves the form as ever.
    session.keys("esc");
    assert!(session.model.form().is_none());
}

#[test]
fn quitting_says_that_it_gives_it_up() {
    let (mut session, _) = under_way();
    session.keys("ctrl-c");
    let text = session.text();
    assert!(text.contains("A file is being sent. To quit"), "{text}");
    assert!(!session.effects.contains(&Effect::Quit));
    session.keys("y enter");
    assert!(session.effects.contains(&Effect::Quit));
}
