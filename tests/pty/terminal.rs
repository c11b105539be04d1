//! `obdeck::term` on a pseudo-terminal, through the probe.

use rustix::process::Signal;

use crate::probe::program;
use crate::session::Session;

fn ready() -> Session {
    let session = program().run();
    session.wait_text("ready 80x24");
    session.wait("modes of the console", |screen| {
        screen.hide_cursor() && screen.bracketed_paste()
    });
    session
}

#[test]
fn a_quit_gives_the_terminal_back() {
    let mut session = ready();
    session.send("xyz");
    session.wait_text("keys 3");
    session.send("q");
    session.ends_clean(0);
}

#[test]
fn each_ending_signal_gives_the_terminal_back() {
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ] {
        let session = ready();
        session.signal(signal);
        session.ends_clean(code);
    }
}

#[test]
fn a_panic_in_a_task_gives_the_terminal_back_and_says_what_it_was() {
    let mut session = ready();
    session.send("p");
    let text = session.ends_clean(1);
    assert!(text.contains("a task broke"), "{text}");
    assert!(text.contains("This is a bug of obdeck"), "{text}");
}

#[test]
fn a_loop_that_hangs_is_ended_all_the_same() {
    let mut session = ready();
    session.send("h");
    session.wait_text("hangs");
    session.signal(Signal::TERM);
    session.ends_clean(143);
}

#[test]
fn a_paste_is_one_event() {
    let mut session = ready();
    session.send("\x1b[200~10.0.0.5:2886 q\x1b[201~");
    session.wait_text("pasted 10.0.0.5:2886 q");
    session.wait_text("keys 0");
    session.send("q");
    session.ends_clean(0);
}

#[test]
fn a_storm_of_resizes_ends_in_the_last_size() {
    let mut session = ready();
    for step in 0..50 {
        session.resize(60 + step, 20 + step % 7);
    }
    session.resize(72, 22);
    session.wait_text("ready 72x22");
    session.send("q");
    session.ends_clean(0);
}

#[test]
fn ctrl_z_stops_and_fg_repaints() {
    let mut session = program().run_in_shell();
    session.wait_text("ready 80x24");
    for round in 1..=2 {
        session.send("\x1a");
        session.wait("the prompt", |screen| {
            !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt>")
        });
        session.check_restored();
        session.send("echo there-$((40 + 2))\r");
        session.wait_text("there-42");
        session.send("fg\r");
        session.wait("the console again", |screen| {
            screen.alternate_screen()
                && screen.contents().contains("resumed")
                && screen.contents().contains(&format!("keys {round}"))
        });
    }
    session.send("q");
    session.wait_text("exit=");
    session.wait("the prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt>")
    });
    session.check_restored();
    session.send("exit\r");
    session.wait_exit();
}

#[test]
fn ctrl_z_where_nobody_can_resume_goes_on() {
    let mut session = ready();
    session.send("\x1a");
    session.wait_text("nobody");
    session.send("xq");
    session.ends_clean(0);
}

#[test]
fn a_vanished_terminal_ends_the_program() {
    for controlling in [true, false] {
        let mut session = program().run_bare(controlling);
        session.wait_text("ready 80x24");
        session.hang_up("x");
        assert_eq!(session.wait_exit(), 129, "controlling: {controlling}");
    }
}

/// A terminal that is gone reads as an end of file for ever, and a stopped
/// program must stand still: measured in what the kernel has booked.
#[cfg(target_os = "linux")]
#[test]
fn nothing_spins_without_a_terminal_or_while_stopped() {
    for controlling in [true, false] {
        let mut session = program().run_bare(controlling);
        session.wait_text("ready 80x24");
        let pid = session.bare_pid();
        let (_, before) = Session::worked(pid);
        session.hang_up("x");
        let worked = Session::wait_state(pid, 'Z') - before;
        assert!(worked < 50, "{worked} hundredths of a second to the end");
        assert_eq!(session.wait_exit(), 129);
    }
    let mut session = program().run_in_shell();
    session.wait_text("ready 80x24");
    let pid = session.job_pid();
    session.send("\x1a");
    let stopped = Session::wait_state(pid, 'T');
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(Session::worked(pid), ('T', stopped));
    session.send("fg\r");
    session.wait("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("resumed")
    });
    // Idle again: two seconds in which nothing happens cost next to nothing.
    let (_, before) = Session::worked(pid);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let worked = Session::worked(pid).1 - before;
    assert!(worked < 20, "{worked} hundredths of a second for nothing");
    session.send("q");
    session.wait_text("exit=");
    session.send("exit\r");
    session.wait_exit();
}

#[test]
fn a_frame_leaves_between_begin_and_end_of_an_update() {
    let mut session = ready();
    session.send("xq");
    session.wait_text("exit=");
    let raw = session.raw();
    assert!(raw.contains("\x1b[?2026h"));
    let shown = raw.matches("\x1b[?2026h").count();
    // The way out ends an update once more, in case one was cut off.
    assert_eq!(raw.matches("\x1b[?2026l").count(), shown + 1);
    session.ends_clean(0);
}

#[test]
fn a_dumb_terminal_is_refused_with_a_way_out() {
    let session = program().env("TERM", "dumb").run();
    let text = session.ends_clean(2);
    assert!(
        text.contains("TERM=dumb") && text.contains("obdeck get"),
        "{text}"
    );
}

#[test]
fn a_pipe_is_refused_with_a_way_out() {
    let program = program();
    let output = std::process::Command::new(&program.words[0])
        .args(&program.words[1..])
        .envs(program.env)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("standard input") && said.contains("obdeck get"),
        "{said}"
    );
}
