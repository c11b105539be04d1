//! The ladder: the same screen with the real theme on every kind of terminal.
//! The same facts must be readable on each.

use std::collections::BTreeSet;

use obdeck::console::Colours;
use ratatui::style::{Color, Modifier};

use super::pictures::joined;
use super::stories::{followed, with};
use super::support::{styles, text};

const RUNGS: [(&str, Colours, bool); 5] = [
    ("true", Colours::True, false),
    ("256", Colours::Indexed, false),
    ("16", Colours::Sixteen, false),
    ("mono", Colours::None, false),
    ("ascii", Colours::None, true),
];

#[test]
fn a_failed_task_on_every_rung() {
    for (rung, colours, ascii) in RUNGS {
        let mut session = with(followed("tasks/init.jsonl"), |settings| {
            settings.colours = colours;
            settings.ascii = ascii;
        });
        session.resize(80, 24);
        let buffer = session.buffer();
        let shown = format!("{}\n--- styles\n{}", text(&buffer), styles(&buffer));
        insta::with_settings!({snapshot_path => "snapshots", omit_expression => true, prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(format!("ladder-{rung}"), shown);
        });
    }
}

#[test]
fn no_rung_loses_a_word() {
    let words = |ascii: bool, colours| {
        let mut session = with(joined(9_000), |settings| {
            settings.colours = colours;
            settings.ascii = ascii;
        });
        session.resize(120, 40);
        let text = session.text();
        assert!(!ascii || text.is_ascii(), "{text}");
        let is_word = |word: &&str| word.chars().filter(char::is_ascii_alphanumeric).count() > 1;
        let clean = |word: &str| {
            word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
                .to_owned()
        };
        text.split_whitespace()
            .filter(is_word)
            .map(clean)
            .collect::<BTreeSet<_>>()
    };
    let all = words(false, Colours::True);
    for (rung, colours, ascii) in RUNGS {
        assert_eq!(words(ascii, colours), all, "{rung}");
    }
}

#[test]
fn without_colours_no_colour_is_printed_and_the_cursor_is_seen() {
    let mut session = with(followed("tasks/init.jsonl"), |settings| {
        settings.colours = Colours::None;
    });
    session.resize(80, 24);
    let buffer = session.buffer();
    let cells = buffer.content();
    assert!(
        cells
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
    let reversed = cells
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED));
    assert!(reversed.count() >= 40, "the selected row is reversed");
}

#[test]
fn what_colour_says_the_glyph_says_too() {
    let mut session = with(followed("tasks/init.jsonl"), |settings| {
        settings.colours = Colours::None;
    });
    session.resize(120, 40);
    let text = session.text();
    for sign in ["✓", "✗", "◌"] {
        assert!(text.contains(sign), "{sign} is missing in\n{text}");
    }
}
