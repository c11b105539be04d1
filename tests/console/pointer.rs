//! What is pressed is what is selected, on every screen and at every size.

use obdeck::console::{Event, Screen};
use obdeck::fleet::task::Task;
use obdeck::link::{Ask, Picture};
use obdeck::view;
use obdeck::wire::obshell::dto;
use serde_json::Value;

use super::support::{Session, on_cluster};

/// Presses each row in turn and looks where the mark is then.
fn each_row_is_hit(session: &mut Session, width: u16, height: u16) -> usize {
    let mut pressed = 0;
    let left = if width >= 100 && session.model.screen().is_cluster() {
        60
    } else {
        10
    };
    for y in 0..height {
        let Some(spot) = view::under(&session.model, left, y) else {
            continue;
        };
        let before = session.text();
        let own = part(&before, y, left);
        // Below the last row, and on one that stands for several, is nothing.
        let nothing = own.trim().is_empty() || own.trim_start().starts_with('⋯');
        if spot.row.is_none() || nothing || own.starts_with('▸') {
            continue;
        }
        session.event(Event::Pressed(spot));
        let after = session.text();
        // Rows that were rolled up may come back and move it.
        let mut rows = (0..height).map(|y| part(&after, y, left));
        let selected = rows.any(|row| row.strip_prefix('▸').is_some_and(|row| *row == own[1..]));
        assert!(selected, "row {y}:\n{before}\n{after}");
        pressed += 1;
    }
    pressed
}

/// The words of a row in the pane, or beside the detail, where that column is.
fn part(text: &str, y: u16, left: u16) -> String {
    let line = text.lines().nth(usize::from(y)).unwrap_or_default();
    let mut begin = 0;
    for part in line.split('│') {
        let end = begin + part.chars().count();
        if end > usize::from(left) {
            return part.chars().take(68).collect();
        }
        begin = end + 1;
    }
    String::new()
}

/// An init in the middle: more nodes than a small screen has rows.
fn recorded() -> Task {
    let lines: Vec<&str> = include_str!("../tasks/init.jsonl").lines().collect();
    let mut line: Value = serde_json::from_str(lines[lines.len() / 2]).unwrap();
    dto::task(line["data"].take()).unwrap()
}

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

#[test]
fn rows_of_lists_and_panes_are_where_they_are_drawn() {
    for (width, height) in SIZES {
        for way in ["", "T", ": 'tenants' enter", ": 'topology' enter"] {
            let mut session = on_cluster();
            session.resize(width, height);
            session.keys(way);
            let pressed = each_row_is_hit(&mut session, width, height);
            assert!(pressed > 1, "{way:?} {width}x{height}\n{}", session.text());
        }
    }
}

#[test]
fn rows_of_a_task_are_where_they_are_drawn() {
    for (width, height) in SIZES {
        for way in ["", "t", "t t", "G"] {
            let mut session = on_cluster();
            session.resize(width, height);
            let task = recorded();
            let id = task.id.clone();
            session.model.open(Screen::Task(id.clone()));
            session.answer(Ask::Task(id), Picture::Task(Box::new(task)));
            session.keys(way);
            let pressed = each_row_is_hit(&mut session, width, height);
            assert!(pressed > 1, "{way:?} {width}x{height}\n{}", session.text());
        }
    }
}

#[test]
fn a_press_on_another_pane_goes_there_and_a_second_one_on_a_row_opens_it() {
    let mut session = on_cluster();
    session.resize(120, 40);
    let text = session.text();
    let y = text
        .lines()
        .position(|line| line.contains("Cluster scale out"))
        .unwrap();
    let spot = view::under(&session.model, 60, u16::try_from(y).unwrap());
    session.event(Event::Pressed(spot.unwrap()));
    assert!(session.model.screen().is_cluster());
    session.event(Event::Pressed(spot.unwrap()));
    assert!(matches!(session.model.screen(), Screen::Task(_)));
    // Under what lies over the screen nothing is pressed.
    session.keys("?");
    let before = session.text();
    session.event(Event::Pressed(spot.unwrap()));
    assert_eq!(session.text(), before);
}
