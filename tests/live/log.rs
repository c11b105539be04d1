//! The log of a sub-task: each key that its last line names does something,
//! and what it did can be read.

use obdeck::console::{Effect, Key, Screen};
use obdeck::fleet::task::{LogLine, TaskId};
use obdeck::link::{Ask, Picture};

use super::pictures::joined;
use super::stories::followed;
use super::support::{Session, start};

/// The log of the first cause of a failed init, with an answer of the server.
fn opened() -> Session {
    let mut session = followed("tasks/init.jsonl");
    session.later(20);
    session.keys("e L");
    let id = log_id(&session);
    let line = |attempt, text: &str| LogLine {
        attempt: Some(attempt),
        at: Some(start()),
        text: text.to_owned(),
    };
    let mut lines = vec![line(1, "start observer")];
    lines.extend((0..31).map(|_| line(1, "wait for observer to start")));
    lines.extend((0..60).map(|number| line(1, &format!("step {number}"))));
    lines.push(line(1, "ERROR: [Common.Unexpected]: no such license"));
    lines.extend((0..60).map(|number| line(2, &format!("again {number}"))));
    let long = format!("start cmd: {}", "observer -o memory_limit=8G ".repeat(9));
    lines.push(line(2, &long));
    session.answer(Ask::Log(id), Picture::Log(lines));
    session
}

fn log_id(session: &Session) -> String {
    let asks = session.model.asks();
    let found = asks.iter().find_map(|ask| match ask {
        Ask::Log(id) => Some(id.clone()),
        _ => None,
    });
    found.expect("a log is open")
}

fn last_line(session: &mut Session) -> String {
    let text = session.text();
    text.lines().last().unwrap_or_default().to_owned()
}

/// The keys that the last line names, with what it calls them.
fn hints(session: &mut Session) -> Vec<(Key, String)> {
    let line = last_line(session);
    let parts = line.trim().split("   ");
    parts
        .filter_map(|part| {
            let (key, title) = part.trim().split_once(' ')?;
            Some((key.parse().ok()?, title.to_owned()))
        })
        .collect()
}

#[test]
fn repeats_are_one_line_and_the_head_says_how_many_there_were() {
    let mut session = opened();
    session.keys("g");
    let text = session.text();
    assert!(
        text.contains("wait for observer to start (31 times)"),
        "{text}"
    );
    assert!(text.contains("154 lines  1 error"), "{text}");
    assert!(!text.contains("following"), "{text}");
    session.keys("f");
    assert!(session.text().contains("following"));
}

#[test]
fn a_search_says_how_often_it_found_and_goes_round() {
    let mut session = opened();
    session.keys("/ 'step' enter");
    let text = session.text();
    assert!(text.contains("/step  60 found"), "{text}");
    let top = |session: &Session| {
        let screen = session.model.task().unwrap();
        screen.open().log.as_ref().unwrap().top
    };
    let first = top(&session);
    session.keys("n");
    let second = top(&session);
    assert!(second > first, "{first} {second}");
    session.keys("N");
    assert_eq!(top(&session), first);
    session.keys("esc");
    assert!(!session.text().contains("found"));
    assert_eq!(*session.model.screen(), screen_of(&session));
}

fn screen_of(session: &Session) -> Screen {
    Screen::Task(session.model.task().unwrap().id().clone())
}

#[test]
fn the_next_error_is_one_key_away() {
    let mut session = opened();
    session.keys("g e");
    let text = session.text();
    let first = text.lines().nth(2).unwrap();
    assert!(first.contains("no such license"), "{text}");
}

#[test]
fn long_lines_are_broken_on_demand() {
    let mut session = opened();
    let cut = session.text();
    assert!(cut.contains('⋯') && !cut.contains("wrapped"), "{cut}");
    session.keys("t");
    let broken = session.text();
    assert!(
        broken.contains("wrapped") && !broken.contains('⋯'),
        "{broken}"
    );
    session.keys("t");
    assert_eq!(session.text(), cut);
}

#[test]
fn the_whole_log_is_saved_and_copied() {
    let mut session = opened();
    let id = log_id(&session);
    session.keys("w y");
    let mut effects = session.effects.iter().rev();
    let saved = effects.find_map(|effect| match effect {
        Effect::Save { name, text } => Some((name.clone(), text.clone())),
        _ => None,
    });
    let (name, text) = saved.expect("it is written");
    assert_eq!(name, format!("obdeck-log-{id}.txt"));
    assert!(text.contains("step 0\n") && text.contains("again 59\n"));
    assert!(session.effects.contains(&Effect::Copy(text)));
}

#[test]
fn the_last_line_names_the_keys_of_what_is_open() {
    let mut session = opened();
    let log: Vec<String> = hints(&mut session).into_iter().map(|hint| hint.1).collect();
    let titles = [
        "follow",
        "search",
        "next match",
        "next error",
        "wrap",
        "save",
        "copy",
        "close",
        "help",
    ];
    assert_eq!(log, titles);
    session.keys("esc a");
    let menu: Vec<String> = hints(&mut session).into_iter().map(|hint| hint.1).collect();
    assert_eq!(menu, ["choose", "down", "up", "close"]);
    session.keys("enter");
    assert!(last_line(&mut session).contains("enter send it"));
    session.keys("esc esc y");
    assert!(last_line(&mut session).contains("enter copy"));
    session.keys("esc");
    assert!(last_line(&mut session).contains("first cause"));
}

/// A hint that does nothing would be worse than none.
#[test]
fn every_key_that_the_last_line_names_does_something() {
    for (key, title) in hints(&mut opened()) {
        let mut session = opened();
        // From a place where each of them has something to do.
        session.keys("/ 'step' enter g");
        let (before, sent) = (session.text(), session.effects.len());
        session.keys(&key.to_string());
        let did = session.text() != before || session.effects.len() > sent;
        assert!(did, "{key} {title} does nothing in\n{before}");
    }
}

#[test]
fn a_filtered_row_stands_in_what_it_belongs_to() {
    let mut session = joined(9_000);
    let id = session.model.task().unwrap().id().clone();
    session.keys("g");
    for _ in 0..60 {
        let screen = session.model.task().unwrap();
        let inside = screen.selected().is_some_and(|key| key.0.contains('/'));
        if inside {
            break;
        }
        session.keys("j");
    }
    for key in ["u", "u d", "d D"] {
        session.keys(key);
        let shown = session.model.task().unwrap().shown().unwrap();
        let rows = shown.rows();
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.depth > 0) {
            let above = rows[..at]
                .iter()
                .rev()
                .find(|above| above.depth < row.depth);
            let above = above.map(|above| above.depth);
            assert_eq!(
                above,
                Some(row.depth - 1),
                "{key}: {row:?} hangs in the air"
            );
        }
        assert!(!rows.is_empty());
        session.keys("esc");
    }
    assert_eq!(*session.model.screen(), Screen::Task(TaskId(id.0)));
}
