//! The screen at 120x40, 80x24 and 40x12: text and a list of style runs.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::config::theme::{Colour, Face, Theme as Faces};
use crate::console::task::TaskScreen;
use crate::console::task::fixtures::{self, after, chain, forked};
use crate::console::{Action, Colours, Room};
use crate::fleet::task::State::{
    Cancelled, Pending, RolledBack, RollingBack, Running, Succeeded, Waiting,
};
use crate::fleet::task::{Phase, State, Task};
use crate::view::theme::NAMES;
use crate::view::{Paint, Theme};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// A theme in which every name has a colour of its own: its number.
fn paint(now: Timestamp) -> Paint {
    let faces = NAMES
        .iter()
        .enumerate()
        .map(|(at, (word, _))| {
            let face = Face {
                fg: (*word != "selected").then_some(Colour::Indexed(at as u8)),
                reverse: *word == "selected",
                ..Face::default()
            };
            ((*word).to_owned(), face)
        })
        .collect();
    let faces = Faces {
        name: "numbers".into(),
        faces,
    };
    Paint {
        theme: Theme::resolve(&faces, Colours::Indexed),
        ascii: false,
        now,
        zone: TimeZone::UTC,
        stale: false,
    }
}

fn frame(screen: &TaskScreen, (width, height): (u16, u16), paint: &Paint) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    super::render(
        &mut buffer,
        Rect::new(0, 0, width, height),
        screen,
        &[],
        paint,
    );
    buffer
}

fn lines(buffer: &Buffer) -> Vec<String> {
    (0..buffer.area.height)
        .map(|y| {
            let mut x = 0;
            let mut line = String::new();
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += (crate::base::text::width(symbol) as u16).max(1);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// `row:from-to name` for each run of cells that does not look like plain text.
fn runs(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut from = 0;
        let words = |x: u16| style_words(buffer[(x, y)].style());
        let mut found = Vec::new();
        for x in 1..=buffer.area.width {
            if x == buffer.area.width || words(x) != words(from) {
                let name = words(from);
                if !name.is_empty() {
                    found.push(format!("{from}-{} {name}", x - 1));
                }
                from = x;
            }
        }
        if !found.is_empty() {
            let _ = writeln!(out, "{y}: {}", found.join(", "));
        }
    }
    out
}

fn style_words(style: Style) -> String {
    let mut words = Vec::new();
    if let Some(Color::Indexed(at)) = style.fg {
        words.push(NAMES[usize::from(at)].0);
    }
    for (modifier, word) in [(Modifier::REVERSED, "reverse"), (Modifier::DIM, "dimmed")] {
        if style.add_modifier.contains(modifier) {
            words.push(word);
        }
    }
    words.join("+")
}

fn seen(task: Task, at: Timestamp) -> TaskScreen {
    let mut screen = TaskScreen::new(task.id.clone());
    screen.arrived(task, at);
    screen
}

fn act(screen: &mut TaskScreen, actions: &[Action], at: Timestamp) {
    for action in actions {
        screen.act(
            *action,
            at,
            Room {
                width: 120,
                height: 38,
            },
        );
    }
}

/// Text and styles at the three sizes. The text alone is what one reviews first.
fn snapshot(name: &str, screen: &TaskScreen, paint: &Paint) {
    for size in SIZES {
        let buffer = frame(screen, size, paint);
        let mut all = lines(&buffer).join("\n");
        all.push_str("\n---\n");
        all.push_str(&runs(&buffer));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), all));
    }
}

fn text(screen: &TaskScreen, size: (u16, u16), at: Timestamp) -> String {
    lines(&frame(screen, size, &paint(at))).join("\n")
}

#[test]
fn running_init() {
    let now = after(35_000);
    snapshot("running_init", &seen(fixtures::running(), now), &paint(now));
}

#[test]
fn failed_init() {
    let mut screen = seen(fixtures::running(), after(5_000));
    screen.arrived(fixtures::failed(), after(6_000));
    snapshot("failed_init", &screen, &paint(after(9_000)));
}

#[test]
fn the_first_cause_is_read_at_once_at_40x12() {
    let screen = seen(fixtures::failed(), after(6_000));
    let text = text(&screen, (40, 12), after(9_000));
    assert!(text.contains("✗ failed"), "{text}");
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("connection refused"), "{text}");
    assert!(words.contains("10.0.0.7:2886"), "{text}");
}

#[test]
fn rolled_back() {
    let mut task = chain(
        "Initialize cluster",
        RolledBack,
        &[
            ("Integrate config", RolledBack, &[RolledBack]),
            ("Create observer workdir", RolledBack, &[RolledBack; 3]),
            (
                "Start observer",
                RolledBack,
                &[RolledBack, RolledBack, Pending],
            ),
            ("Cluster boostrap", Pending, &[Pending]),
        ],
    );
    task.stage = 1;
    task.phase = Phase::RollingBack;
    snapshot(
        "rolled_back",
        &seen(task, after(9_000)),
        &paint(after(60_000)),
    );
}

#[test]
fn cancelled() {
    let task = chain(
        "Update observer config",
        Cancelled,
        &[("Update observer config", Cancelled, &[Cancelled])],
    );
    snapshot(
        "cancelled",
        &seen(task, after(3_000)),
        &paint(after(60_000)),
    );
}

#[test]
fn rolling_back() {
    let mut task = chain(
        "Initialize cluster",
        State::RollingBack,
        &[
            ("Integrate config", Succeeded, &[Succeeded]),
            (
                "Create observer workdir",
                RollingBack,
                &[RolledBack, RollingBack, Pending],
            ),
            (
                "Start observer",
                RolledBack,
                &[RolledBack, RolledBack, RolledBack],
            ),
        ],
    );
    task.phase = Phase::RollingBack;
    let now = after(9_000);
    snapshot("rolling_back", &seen(task, now), &paint(now));
}

fn forked_task() -> Task {
    forked(&[
        ("Prepare", Succeeded, &[]),
        ("Install on host 1", Succeeded, &["Prepare"]),
        ("Install on host 2", Running, &["Prepare"]),
        ("Install on host 3", Waiting, &["Prepare"]),
        ("Start host 1", Running, &["Install on host 1"]),
        (
            "Check network",
            Pending,
            &["Install on host 1", "Install on host 2"],
        ),
        (
            "Add to cluster",
            Pending,
            &["Start host 1", "Install on host 2", "Install on host 3"],
        ),
        ("Clean up", Pending, &["Add to cluster"]),
    ])
}

#[test]
fn forked_graph() {
    let now = after(9_000);
    snapshot("forked", &seen(forked_task(), now), &paint(now));
}

#[test]
fn upstream_only() {
    let now = after(9_000);
    let mut screen = seen(forked_task(), now);
    act(&mut screen, &[Action::Upstream], now);
    let text = text(&screen, (80, 24), now);
    assert!(text.contains("upstream of Install on host 2"), "{text}");
    assert!(
        text.contains("Prepare") && !text.contains("Clean up\n"),
        "{text}"
    );
}

#[test]
fn stale() {
    let now = after(95_000);
    let mut paint = paint(now);
    paint.stale = true;
    snapshot("stale", &seen(fixtures::failed(), after(6_000)), &paint);
}

#[test]
fn log_view() {
    let now = after(9_000);
    let mut screen = seen(fixtures::failed(), now);
    act(&mut screen, &[Action::Log], now);
    snapshot("log", &screen, &paint(now));
}

#[test]
fn the_request_that_made_it_is_said_in_detail_and_report() {
    let mut screen = seen(fixtures::running(), after(9_000));
    screen.came_from(crate::fleet::task::Origin {
        who: "ada".into(),
        at: after(-1_000),
        request: "POST /api/v1/ob/init".into(),
        trace: "trace-7".into(),
    });
    let paint = paint(after(9_000));
    let text = |buffer: &ratatui::buffer::Buffer| {
        let cells = buffer.content.iter().map(ratatui::buffer::Cell::symbol);
        cells
            .collect::<String>()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let report = text(&crate::view::task::report::picture(&screen, &paint));
    let said = "ada at 2026-11-21 01:11:45 from this console: POST /api/v1/ob/init, trace trace-7";
    assert!(report.contains(said), "{report}");
    // The detail wraps it.
    let detail = lines(&frame(&screen, (120, 40), &paint)).join("\n");
    assert!(detail.contains("by ada at 2026-11-21"), "{detail}");
    // A request of another day made another task of that id.
    screen.came_from(crate::fleet::task::Origin {
        who: "ada".into(),
        at: after(-90_000_000),
        request: "POST /api/v1/ob/init".into(),
        trace: "trace-7".into(),
    });
    let report = text(&crate::view::task::report::picture(&screen, &paint));
    assert!(!report.contains("trace-7"), "{report}");
}

#[test]
fn timeline() {
    let mut screen = seen(fixtures::running(), after(5_000));
    screen.arrived(fixtures::failed(), after(6_000));
    act(&mut screen, &[Action::CycleLook], after(9_000));
    snapshot("timeline", &screen, &paint(after(9_000)));
}

#[test]
fn table() {
    let now = after(9_000);
    let mut screen = seen(fixtures::running(), now);
    act(&mut screen, &[Action::CycleLook, Action::CycleLook], now);
    snapshot("table", &screen, &paint(now));
}

#[test]
fn actions_and_their_request() {
    let now = after(9_000);
    let mut screen = seen(fixtures::failed(), now);
    act(&mut screen, &[Action::Actions], now);
    snapshot("actions", &screen, &paint(now));
    act(&mut screen, &[Action::Open], now);
    snapshot("confirm", &screen, &paint(now));
}

#[test]
fn ascii_says_the_same() {
    let now = after(9_000);
    let screen = seen(forked_task(), now);
    let mut paint = paint(now);
    paint.ascii = true;
    for size in SIZES {
        let shown = lines(&frame(&screen, size, &paint)).join("\n");
        assert!(shown.is_ascii(), "{shown}");
    }
}

#[test]
fn nothing_has_answered() {
    let now = after(0);
    let screen = TaskScreen::new(fixtures::running().id);
    assert!(text(&screen, (40, 12), now).contains("no answer yet"));
}
