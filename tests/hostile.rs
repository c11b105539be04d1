//! Hostile text from a server, through the real backend, the real model and the
//! real screen buffer to the bytes that a terminal gets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where it stands"
)]

#[path = "hostile/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "shared with the tests of the console")]
#[path = "console/support.rs"]
mod support;

use std::num::NonZeroU16;
use std::sync::Arc;

use obdeck::base::Secret;
use obdeck::base::text::width;
use obdeck::console::{Event, Screen};
use obdeck::fleet::Address;
use obdeck::link::obshell::{Config, Credentials, ObshellBackend};
use obdeck::link::{Ask, Backend as _, LinkError, Picture, SendError};
use obdeck::sim::{Options, Scene, Sim};
use obdeck::view;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use proxy::Proxy;
use support::Session;

/// What servers can say; each is put before every text of an answer.
const HOSTILE: &[&str] = &[
    "\x1b]0;title\x07\x1b[2J\x1b[31m",
    "\x1b]52;c;ZXZpbA==\x1b\\",
    "\x1bP+q544e\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\",
    "\u{9b}31m\u{9d}0;t\u{9c}\u{90}q\u{9c}",
    "\0\x01\x07\x08\x7f\r",
    "\u{202e}gnp.\u{202c}\u{2066}x\u{2069}\u{61c}",
    "a\u{200b}b\u{200d}\u{feff}\u{2060}\u{ad}\u{34f}",
    "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}",
    "初始化集群ｗｉｄｅ한국어",
    "½·§°±×÷αβ─│□◆",
    "👩‍👩‍👧‍👦🇨🇳🏽❤️ 👍🏽 a🏽",
    "क्ष्म நி ที่ ლ 1️⃣",
    "line\nbreak\r\nnext\u{2028}sep\u{85}nel\x0b\x0c",
    "tab\ttab\t\t",
    "\u{e0041}\u{e0042}\u{e007f}",
    "\u{fff9}note\u{fffb}\u{3164}\u{ffa0}\u{115f}",
];

/// Nothing but printable cells, each as wide as it says.
fn check(session: &mut Session, what: &str) {
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        session.resize(columns, rows);
        let (bytes, cells) = drawn(session);
        let text = String::from_utf8(bytes.clone()).expect("UTF-8 only");
        sequences(&text, what);
        let mut terminal = vt100::Parser::new(
            NonZeroU16::new(rows).unwrap(),
            NonZeroU16::new(columns).unwrap(),
            0,
        );
        terminal.process(&bytes);
        let shown: Vec<String> = terminal.screen().rows(0, columns).collect();
        for (row, wanted) in cells.iter().enumerate() {
            let shown = shown[row].trim_end();
            assert_eq!(shown, wanted.trim_end(), "{what}: row {row} moved");
        }
    }
}

/// One frame: its bytes, and the rows of its cells.
fn drawn(session: &Session) -> (Vec<u8>, Vec<String>) {
    let (columns, rows) = session.model.size;
    let area = Rect::new(0, 0, columns, rows);
    let viewport = Viewport::Fixed(area);
    let mut bytes = Vec::new();
    let backend = CrosstermBackend::new(&mut bytes);
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let frame = terminal
        .draw(|frame| view::draw(&session.model, frame))
        .unwrap();
    let mut lines = Vec::new();
    for y in 0..rows {
        let mut line = String::new();
        let mut x = 0;
        while x < columns {
            let symbol = frame.buffer[(x, y)].symbol();
            assert!(printable(symbol), "{symbol:?} at {x},{y}");
            let cells = width(symbol);
            assert!((1..=4).contains(&cells), "{symbol:?} is {cells} wide");
            line.push_str(symbol);
            x += cells as u16;
        }
        assert_eq!(x, columns, "a wide character hangs over the edge");
        lines.push(line);
    }
    drop(terminal);
    (bytes, lines)
}

fn printable(symbol: &str) -> bool {
    let invisible = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
    };
    !symbol.is_empty() && !symbol.chars().any(|c| c.is_control() || invisible(c))
}

/// Colours, cursor and nothing else: no title, no clipboard, no modes that we
/// did not ask for.
fn sequences(text: &str, what: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        rest = &rest[at + 1..];
        let Some(sequence) = rest.strip_prefix('[') else {
            panic!("{what}: {:?}", &rest[..rest.len().min(20)]);
        };
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        let last = sequence.as_bytes()[end];
        let cursor = ["?25l", "?25h"].contains(&&sequence[..=end]);
        assert!(
            cursor || matches!(last, b'm' | b'H'),
            "{what}: {:?}",
            &sequence[..=end]
        );
        rest = &sequence[end..];
    }
    let control = |c: &char| c.is_control() && *c != '\x1b';
    assert_eq!(text.chars().find(control), None, "{what}");
}

async fn site() -> (Sim, Address, Credentials) {
    let sim = Sim::start(Options {
        scene: Scene::Default,
        ..Options::default()
    })
    .await
    .unwrap();
    let first = sim.endpoints().swap_remove(0);
    let secret = |text: Option<String>| text.map(Secret::new);
    let credentials = Credentials::new(secret(first.password), secret(first.agent_password));
    let at = Address::new(first.address.ip().to_string(), first.address.port());
    (sim, at, credentials)
}

async fn ask(backend: &ObshellBackend, session: &mut Session, ask: Ask) -> Option<Picture> {
    let result = backend.ask(&ask).await;
    let picture = result.as_ref().ok().map(|asked| asked.picture.clone());
    session.now = obdeck_now(&result);
    session.event(Event::Asked { ask, result });
    picture
}

/// The session's clock follows the answers.
fn obdeck_now(result: &Result<obdeck::link::Asked, LinkError>) -> jiff::Timestamp {
    result
        .as_ref()
        .map_or_else(|_| jiff::Timestamp::now(), |asked| asked.at)
}

/// Every screen, fed with what the proxy makes of the answers.
async fn visit(hostile: &str) {
    let (sim, agent, credentials) = site().await;
    let proxy = Proxy::start(&agent, Arc::from(hostile)).await;
    let mut config = Config::new(vec![proxy.address.clone()]);
    config.credentials = credentials;
    let backend = ObshellBackend::new(config).unwrap();
    let mut session = Session::connected();
    let what = format!("{hostile:?}");
    assert!(ask(&backend, &mut session, Ask::Cluster).await.is_some());
    let Some(Picture::Tasks(tasks)) = ask(&backend, &mut session, Ask::Tasks).await else {
        panic!("{what}: no tasks");
    };
    for keys in ["1", "2", "3", "4", "T", "ctrl-p", "esc M", "C"] {
        session.keys(keys);
        check(&mut session, &what);
    }
    for brief in tasks.iter().take(2) {
        session.model.open(Screen::Task(brief.id.clone()));
        let Some(Picture::Task(task)) =
            ask(&backend, &mut session, Ask::Task(brief.id.clone())).await
        else {
            panic!("{what}: no task {}", brief.id);
        };
        for keys in ["j j j", "t", "t", "t", "u", "d", "enter", "L"] {
            session.keys(keys);
            check(&mut session, &what);
        }
        if let Some(node) = task.nodes.iter().find(|node| !node.logs.is_empty()) {
            ask(&backend, &mut session, Ask::Log(node.id.clone())).await;
            check(&mut session, &what);
        }
        session.keys("esc esc");
    }
    drop(sim);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_printable_cells_reach_the_terminal() {
    for hostile in HOSTILE {
        visit(hostile).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_of_a_megabyte_is_cut_and_costs_no_megabyte_a_frame() {
    let long = format!("\x1b[31m初{}", "x".repeat(1 << 20));
    let (sim, agent, credentials) = site().await;
    let proxy = Proxy::start(&agent, Arc::from(long.as_str())).await;
    let mut config = Config::new(vec![proxy.address.clone()]);
    config.credentials = credentials;
    let backend = ObshellBackend::new(config).unwrap();
    let mut session = Session::connected();
    proxy.only("/task/dags/");
    ask(&backend, &mut session, Ask::Cluster).await;
    ask(&backend, &mut session, Ask::Tasks).await;
    assert!(
        session
            .model
            .data
            .tasks()
            .iter()
            .any(|task| task.name.len() > 1 << 20)
    );
    for keys in ["1", "2", "T"] {
        session.keys(keys);
        check(&mut session, "1 MB");
    }
    let (bytes, _) = drawn(&session);
    assert!(bytes.len() < 64 << 10, "{} bytes a frame", bytes.len());
    drop(sim);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_text_are_no_answer() {
    let (sim, agent, credentials) = site().await;
    let proxy = Proxy::start(&agent, Arc::from("INVALID")).await;
    let mut config = Config::new(vec![proxy.address.clone()]);
    config.credentials = credentials;
    let backend = ObshellBackend::new(config).unwrap();
    let error = backend.ask(&Ask::Cluster).await.unwrap_err();
    assert!(matches!(error, LinkError::Garbled { .. }), "{error:?}");
    let mut session = Session::connected();
    session.event(Event::Asked {
        ask: Ask::Cluster,
        result: Err(error),
    });
    check(&mut session, "invalid UTF-8");
    drop(sim);
}

/// What the server says when it refuses stands at the form and in the last line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_cleaned_too() {
    let (sim, agent, credentials) = site().await;
    for hostile in HOSTILE {
        let proxy = Proxy::start(&agent, Arc::from(*hostile)).await;
        let mut config = Config::new(vec![proxy.address.clone()]);
        config.credentials = credentials.clone();
        let backend = ObshellBackend::new(config).unwrap();
        let mut session = Session::connected();
        session.keys("J '10.0.0.9:2886' tab '10.0.0.5:2886' tab 'zone1' pagedown enter");
        let request = obdeck::fleet::change::join(&agent, &agent, "zone1", None);
        let access = obdeck::link::WriteAccess::grant(false).unwrap();
        let request = obdeck::fleet::request::Request {
            target: Some(proxy.address.clone()),
            ..request
        };
        let error = backend.send(&access, &request).await.unwrap_err();
        assert!(
            matches!(error, SendError::NotDone(LinkError::Refused { .. })),
            "{error:?}"
        );
        let id = session.model.form().unwrap().sent().unwrap();
        session.event(Event::Sent {
            id,
            result: Err(error),
        });
        check(&mut session, &format!("{hostile:?}"));
        session.keys("esc M");
        check(&mut session, &format!("{hostile:?}"));
    }
    drop(sim);
}
