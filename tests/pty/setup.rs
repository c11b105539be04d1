//! The guided setup by keys alone, on the embedded simulator.

use crate::session::{Program, Session};

const BACK: &str = "\x1b[Z";

fn fresh(more: &[&str]) -> Session {
    let words: Vec<&str> = ["demo", "--scene", "fresh", "--speed", "40"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    let mut session = Program::obdeck(&words).size(120, 40).run();
    session.wait("the agent of the scene", |screen| {
        screen.alternate_screen() && screen.contents().contains("SINGLE")
    });
    session.send("S");
    session.wait("three agents that answer", |screen| {
        screen.contents().matches("obshell 4.").count() >= 3
            && screen.contents().matches("✓ 127.0.0.1").count() == 3
    });
    session
}

/// Types the plan and starts it.
fn set_up(session: &mut Session) {
    session.send(BACK);
    session.send("\r");
    session.wait_text("Password of root@sys");
    session.send("prod\t\taA1!bB2@\taA1!bB2@");
    for _ in 0..4 {
        session.send(BACK);
    }
    session.wait_text("▸ [ Review ]");
    session.send("\r");
    session.wait_text("\"rootPwd\":\"***\"");
    session.send("\t\t");
    session.wait_text("▸ [ Set up prod");
    session.send("\r");
}

#[test]
fn from_bare_agents_to_the_finished_tree() {
    let mut session = fresh(&[]);
    set_up(&mut session);
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
    assert!(
        !session.raw().contains("aA1!bB2@"),
        "the password was shown"
    );
    session.send("\x03");
    session.wait_text("exit=");
    assert_eq!(session.files(), [] as [std::path::PathBuf; 0]);
}

#[test]
fn a_step_that_fails_is_retried_from_the_screen() {
    let mut session = fresh(&["--fault", "task-fail=Start observer#1"]);
    set_up(&mut session);
    session.wait_text("Retry");
    session.wait_text("Edit the plan and try again");
    session.send("\r");
    session.wait_text("prod is set up");
    session.send("\x03");
    session.wait_text("exit=");
}

#[test]
fn an_abandoned_setup_leaves_single_agents() {
    let mut session = fresh(&["--fault", "task-fail=Start observer"]);
    set_up(&mut session);
    session.wait_text("Roll back");
    // Roll back first: the lock of a failed init keeps everything else away.
    session.send("\x1b[B\r");
    session.wait_text("rolled back");
    session.wait_text("▸ Go on");
    session.send("\x1b[B\x1b[B\r");
    session.wait_text("Type its name");
    session.send("prod\r");
    session.wait("single agents again", |screen| {
        screen.contents().matches("SINGLE").count() == 3
    });
    session.send("\x03");
    session.wait_text("exit=");
}

#[test]
fn a_plan_is_edited_after_a_failure_and_tried_again() {
    let mut session = fresh(&["--fault", "task-fail=Start observer#1"]);
    set_up(&mut session);
    session.wait_text("Roll back");
    session.send("\x1b[B\r");
    session.wait_text("rolled back");
    session.wait_text("▸ Go on");
    session.send("\x1b[B");
    session.wait_text("▸ Edit the plan and try again");
    session.send("\r");
    session.wait_text("Password of root@sys");
    // The memory of all, from 6G to 7G.
    session.send(&"\t".repeat(4));
    session.wait("the field of the memory", |screen| {
        screen
            .contents()
            .lines()
            .any(|line| line.starts_with('▸') && line.contains("6G"))
    });
    session.send("\x7f\x7f7G");
    for _ in 0..5 {
        session.send(BACK);
    }
    session.wait_text("▸ [ Review ]");
    session.send("\r");
    session.wait_text("\"memory_limit\":\"7G\"");
    session.send(BACK);
    session.wait_text("▸ [ Go on with prod");
    session.send("\r");
    session.wait_text("prod is set up");
    session.send("\x03");
    session.wait_text("exit=");
}
