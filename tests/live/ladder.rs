//! The ladder: the same screen with the real theme on every kind of terminal,
//! down to none. The same facts must be readable on each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use assert_cmd::Command;
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

/// The last rung: `TERM=dumb`, and what reads it is no terminal.
fn plain(arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_obdeck"))
        .env("XDG_STATE_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("TERM", "dumb")
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLORTERM")
        .args(arguments)
        .assert()
        .success();
    String::from_utf8(made.get_output().stdout.clone()).unwrap()
}

/// One snapshot of all of them: to take one out changes it.
#[test]
fn a_failed_task_on_every_rung() {
    let mut shown = String::new();
    for (rung, colours, ascii) in RUNGS {
        let mut session = with(followed("tasks/init.jsonl"), |settings| {
            settings.colours = colours;
            settings.ascii = ascii;
        });
        session.resize(80, 24);
        let buffer = session.buffer();
        let (text, styles) = (text(&buffer), styles(&buffer));
        let _ = write!(shown, "=== {rung}\n{text}\n--- styles\n{styles}\n");
    }
    let file = format!("{}/tests/tasks/init.jsonl", env!("CARGO_MANIFEST_DIR"));
    let plain = plain(&["view", &file, "-o", "tree"]);
    let _ = write!(shown, "=== plain\n{plain}");
    insta::with_settings!({snapshot_path => "snapshots", omit_expression => true, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("ladder", shown);
    });
}

/// What no terminal reads has no control in it, and says what the screen says.
#[test]
fn the_plain_rung_is_words_alone() {
    let file = format!("{}/tests/tasks/init.jsonl", env!("CARGO_MANIFEST_DIR"));
    for ascii in [false, true] {
        let mut arguments = vec!["view", &file, "-o", "tree"];
        arguments.extend(ascii.then_some("--ascii"));
        let text = plain(&arguments);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
        assert!(!ascii || text.is_ascii(), "{text}");
        for word in [
            "Initialize cluster",
            "failed",
            "Start observer",
            "no such license",
        ] {
            assert!(text.contains(word), "{word} is not in\n{text}");
        }
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
