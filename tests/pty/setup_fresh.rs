//! The guided setup from the welcome page: nothing is configured, agents of a
//! simulator in another process, keys alone.

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};

use rustix::process::Signal;

use crate::program::Simulator;
use crate::session::{Program, Session};

const PASSWORD: &str = "welcome-MARKER#9";

/// Three ports in a row that are free, below those that the system hands out.
fn ports() -> u16 {
    let mine = (std::process::id() % 1_000) as u16;
    loop {
        let first = 20_000 + mine * 12 + 3 * NEXT.fetch_add(1, Ordering::Relaxed);
        let held = (0..3).map(|next| TcpListener::bind(("127.0.0.1", first + next)));
        if held.collect::<Result<Vec<_>, _>>().is_ok() {
            return first;
        }
    }
}

/// Two tests never try the same ports.
static NEXT: AtomicU16 = AtomicU16::new(0);

fn agents(speed: &str) -> (Simulator, String) {
    let first = ports();
    let arguments = ["--scene", "fresh", "--speed", speed];
    let simulator = Simulator::start_at(&format!("127.0.0.1:{first}"), &arguments);
    (simulator, format!("127.0.0.1:{first}-{}", first + 2))
}

fn welcomed(home: &Path) -> Session {
    let session = Program::obdeck(&[])
        .env("XDG_STATE_HOME", home.to_str().unwrap())
        .size(120, 45)
        .run();
    session.wait_text("No context and no local agent");
    session
}

/// Addresses, plan and review; stops before anything is sent.
fn planned(session: &mut Session, range: &str) {
    session.send("S");
    session.wait_text("1 probe");
    session.send(range);
    // Who leaves the text has its agents asked at once.
    session.send("\t");
    session.wait("three agents that answer", |screen| {
        screen.contents().matches("✓ 127.0.0.1").count() == 3
    });
    session.wait_text("memory free");
    to_button(session);
    session.send("\r");
    session.wait_text("Password of root@sys");
    session.send(&format!("prod\t\t{PASSWORD}\t{PASSWORD}"));
    session.wait_text("▸ the same again");
}

/// In the table: another memory for the second server.
fn edits_the_table(session: &mut Session) {
    session.send(&"\t".repeat(10));
    session.wait_text("One zone for each failure domain");
    session.send("\t\t\t");
    session.wait_text("memory_limit of this server alone");
    session.send("\x1b[B");
    session.send("7G");
    session.wait("the cell", |screen| {
        let text = screen.contents();
        text.lines()
            .any(|line| line.contains("zone2") && line.contains("7G"))
    });
}

/// Tabs on until the cursor stands on the button.
fn to_button(session: &mut Session) {
    for _ in 0..60 {
        if session.text().contains("▸ [") {
            return;
        }
        let before = session.raw().len();
        session.send("\t");
        session.wait_more(before);
    }
    panic!("no button:\n{}", session.text());
}

fn to_review(session: &mut Session) {
    to_button(session);
    session.send("\r");
    session.wait_text("\"rootPwd\":\"***\"");
}

fn begin(session: &mut Session) {
    to_button(session);
    session.send("\r");
}

fn ends_in_the_tree(session: &mut Session) {
    session.wait_text("prod is set up");
    session.wait("the finished tree", |screen| {
        let text = screen.contents();
        text.contains("Initialize cluster") && text.contains("✓ Synchronize agent from cluster")
    });
    session.send("\r");
    session.wait("the cluster", |screen| {
        let text = screen.contents();
        text.contains("AVAILABLE") && text.contains("zone3")
    });
    assert!(!session.raw().contains("MARKER"), "the password was shown");
    session.send("\x03");
    session.wait_text("exit=");
}

#[test]
fn from_the_welcome_page_to_the_finished_tree() {
    let (_simulator, range) = agents("40");
    let home = tempfile::tempdir().unwrap();
    let mut session = welcomed(home.path());
    planned(&mut session, &range);
    edits_the_table(&mut session);
    to_review(&mut session);
    session.send("s");
    session.wait_text("prod.toml");
    let plan = home.path().join("mine.toml");
    session.send(&"\x7f".repeat("prod.toml".len()));
    session.send(plan.to_str().unwrap());
    session.send("\r");
    session.wait("the file", |_| plan.exists());
    session.wait_text("▸ [ Set up prod");
    let text = std::fs::read_to_string(&plan).unwrap();
    for part in ["{ prompt = true }", "\"7G\"", "zone3"] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert!(!text.contains("MARKER"), "{text}");
    begin(&mut session);
    ends_in_the_tree(&mut session);
}

#[test]
fn after_a_kill_the_welcome_page_offers_to_go_on() {
    let (simulator, range) = agents("5");
    let home = tempfile::tempdir().unwrap();
    let mut session = welcomed(home.path());
    planned(&mut session, &range);
    to_review(&mut session);
    begin(&mut session);
    session.wait_text("Start observer");
    session.signal(Signal::KILL);
    session.wait_text("exit=137");
    drop(session);

    let mut session = welcomed(home.path());
    session.wait_text("Go on with the setup of prod");
    session.send("\r");
    session.wait_text("▸ Password of root@sys");
    session.send(&format!("{PASSWORD}\t{PASSWORD}"));
    to_review(&mut session);
    begin(&mut session);
    ends_in_the_tree(&mut session);
    drop(simulator);
}
