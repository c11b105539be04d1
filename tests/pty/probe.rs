//! The smallest program on `obdeck::term`: this test binary, started again on a
//! pseudo-terminal. What no shipped program may do on demand (panic in a task,
//! hang) is tried here.

use std::process::exit;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use obdeck::term::{Event, Events, Options, Screen, Suspended};
use ratatui::widgets::Paragraph;

use crate::session::Program;

const SWITCH: &str = "OBDECK_PTY_PROBE";

pub fn program() -> Program {
    let own = std::env::current_exe().expect("this test");
    let mut words = vec![own.into_os_string()];
    words.extend(
        [
            "--exact",
            "probe::the_program",
            "--nocapture",
            "--test-threads=1",
        ]
        .map(Into::into),
    );
    Program {
        words,
        env: vec![(SWITCH, "1".to_owned())],
        size: (80, 24),
    }
}

/// Not a test: the program that the tests of `terminal` start.
#[test]
fn the_program() {
    if std::env::var_os(SWITCH).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    exit(runtime.block_on(run()));
}

#[derive(Default)]
struct Said {
    keys: usize,
    pasted: String,
    resizes: usize,
    note: String,
}

async fn run() -> i32 {
    let mut screen = match Screen::claim(Options { mouse: true }) {
        Ok(screen) => screen,
        Err(error) => {
            eprintln!("{error}");
            return 2;
        }
    };
    let mut events = Events::new().expect("events");
    let mut said = Said::default();
    loop {
        let (frames, bytes) = (screen.counts().frames(), screen.counts().bytes());
        let drawn = screen.draw(|frame| {
            let area = frame.area();
            let text = format!(
                "ready {}x{}\nkeys {}\npasted {}\nresizes {}\n{}",
                area.width, area.height, said.keys, said.pasted, said.resizes, said.note
            );
            frame.render_widget(Paragraph::new(text), area);
        });
        if drawn.is_err() {
            return 129;
        }
        let (more_frames, more_bytes) = (screen.counts().frames(), screen.counts().bytes());
        assert!(more_frames <= frames + 1);
        assert_eq!(more_frames == frames, more_bytes == bytes);
        if said.note == "hangs" {
            std::thread::sleep(Duration::from_secs(3600));
        }
        match events.next().await {
            Event::Key(key) => {
                said.keys += 1;
                match (key.code, key.modifiers) {
                    (KeyCode::Char('q'), _) => return 0,
                    (KeyCode::Char('p'), _) => {
                        tokio::spawn(async { panic!("a task broke") });
                    }
                    (KeyCode::Char('h'), _) => said.note = "hangs".into(),
                    (KeyCode::Char('z'), KeyModifiers::CONTROL) => {
                        said.note = match screen.suspend().await {
                            Ok(Suspended::Resumed) => "resumed".into(),
                            Ok(Suspended::NobodyToResume) => "nobody".into(),
                            Err(error) => error.to_string(),
                        };
                    }
                    _ => {}
                }
            }
            Event::Paste(text) => said.pasted = text,
            Event::Resize(_) => said.resizes += 1,
            Event::Continued => screen.reclaim().expect("the terminal"),
            Event::Mouse(_) => {}
            Event::End(ending) => {
                drop(screen);
                return i32::from(ending.exit_code());
            }
        }
    }
}
