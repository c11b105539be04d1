//! Whatever is typed at whatever size: no panic, and every screen can be drawn.

use obdeck::console::{Event, Key, Settings};
use obdeck::link::{Ask, Picture};
use proptest::prelude::*;

use super::support::{Session, before_init, on_cluster, probe, running, tasks};

const KEYS: &[&str] = &[
    "j",
    "k",
    "g",
    "G",
    "h",
    "l",
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "1",
    "2",
    "3",
    "4",
    "/",
    "n",
    "N",
    ":",
    "ctrl-p",
    "[",
    "]",
    "-",
    "f",
    "p",
    "e",
    "u",
    "d",
    "t",
    "L",
    "a",
    "y",
    "J",
    "C",
    "T",
    "M",
    "?",
    "W",
    "!",
    "R",
    "ctrl-d",
    "ctrl-u",
    "backspace",
    "up",
    "down",
    "left",
    "right",
    "x",
    "初",
    "z",
    "0",
    ".",
    "space",
    "ctrl-w",
    "pagedown",
    "D",
    "s",
    "<",
    ">",
];

#[derive(Clone, Debug)]
enum Step {
    Key(&'static str),
    Paste(String),
    Size(u16, u16),
    Later(i64),
    Answer(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => proptest::sample::select(KEYS).prop_map(Step::Key),
        1 => "\\PC{0,30}".prop_map(Step::Paste),
        2 => (0..130_u16, 0..45_u16).prop_map(|(w, h)| Step::Size(w, h)),
        1 => (1..3_u16).prop_map(|n| Step::Size(n, n)),
        1 => (0..100_i64).prop_map(Step::Later),
        2 => (0..6_u8).prop_map(Step::Answer),
    ]
}

fn play(session: &mut Session, step: Step) {
    match step {
        Step::Key(key) => session.event(Event::Key(key.parse::<Key>().unwrap())),
        Step::Paste(text) => session.event(Event::Paste(text)),
        Step::Size(width, height) => session.resize(width, height),
        Step::Later(seconds) => session.later(seconds),
        Step::Answer(0) => session.answer(Ask::Cluster, Picture::Cluster(Box::new(running()))),
        Step::Answer(1) => session.answer(Ask::Cluster, Picture::Cluster(Box::new(before_init()))),
        Step::Answer(2) => session.answer(Ask::Tasks, Picture::Tasks(tasks())),
        Step::Answer(3) => session.fail(Ask::Cluster),
        Step::Answer(_) => {
            for ask in session.model.asks() {
                match &ask {
                    Ask::Probe(_) => session.answer(ask, probe(8, "SINGLE")),
                    Ask::Task(_) => {
                        let task = tasks().remove(0);
                        session.answer(ask, Picture::Task(Box::new(task)));
                    }
                    _ => session.fail(ask),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_panics(
        steps in proptest::collection::vec(step(), 1..60),
        size in (0..130_u16, 0..45_u16),
        welcome: bool,
    ) {
        let mut session = if welcome {
            Session::new(Settings::default())
        } else {
            on_cluster()
        };
        for step in steps {
            play(&mut session, step);
            session.buffer();
            // A terminal that was resized is drawn before the session hears of it.
            session.buffer_of(size.0, size.1);
        }
    }
}
