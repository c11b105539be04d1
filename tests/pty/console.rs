//! The real console on the embedded simulator, as an operator starts it.

use rustix::process::Signal;

use crate::session::{Program, Session};

fn demo() -> Program {
    Program::obdeck(&["demo", "--speed", "50"])
}

/// The panes are on the screen, with what a server answered.
fn wait_for_panes(session: &Session) {
    session.wait("the panes of the cluster", |screen| {
        let text = screen.contents();
        screen.alternate_screen() && text.contains("zone1") && text.contains("zone3")
    });
}

fn running() -> Session {
    let session = demo().run();
    wait_for_panes(&session);
    session.wait("modes of the console", vt100::Screen::bracketed_paste);
    session
}

#[test]
fn the_demo_starts_quits_and_touches_no_file() {
    let mut session = running();
    session.send("q");
    session.wait_text("exit=");
    assert_eq!(session.files(), [] as [std::path::PathBuf; 0]);
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
        let session = running();
        session.signal(signal);
        session.ends_clean(code);
    }
}

#[test]
fn a_storm_of_keys_and_resizes_leaves_a_whole_screen() {
    let mut session = running();
    for step in 0..60 {
        session.resize(40 + step * 2, 12 + step % 20);
        session.send(["j", "k", "\t", "g", "G", "\x0c"][usize::from(step) % 6]);
    }
    session.resize(120, 40);
    wait_for_panes(&session);
    session.send("q");
    session.ends_clean(0);
}

#[test]
fn the_smallest_screen_works() {
    let mut session = demo().size(40, 12).run();
    session.wait("zones first", |screen| {
        screen.alternate_screen() && screen.contents().contains("zone1")
    });
    session.send("q");
    session.ends_clean(0);
}

#[test]
fn ctrl_z_stops_and_fg_brings_the_same_screen_back() {
    let mut session = demo().run_in_shell();
    wait_for_panes(&session);
    session.send("\x1a");
    session.wait("the prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt>")
    });
    session.check_restored();
    session.send("fg\r");
    wait_for_panes(&session);
    session.send("q");
    session.wait("the prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt>")
    });
    session.check_restored();
    session.send("exit\r");
    session.wait_exit();
}

#[test]
fn ctrl_z_where_nobody_can_resume_says_so_and_goes_on() {
    let mut session = running();
    session.send("\x1a");
    session.wait_text("no shell here could");
    session.send("q");
    session.ends_clean(0);
}

#[test]
fn a_vanished_terminal_ends_the_console() {
    for controlling in [true, false] {
        let mut session = demo().run_bare(controlling);
        wait_for_panes(&session);
        // Draws everything, so that the reader lets go of the terminal.
        session.hang_up("\x0c");
        assert_eq!(session.wait_exit(), 129, "controlling: {controlling}");
    }
}

#[test]
fn a_dumb_terminal_is_refused_with_a_way_out() {
    let session = demo().env("TERM", "dumb").run();
    let text = session.ends_clean(2);
    assert!(text.contains("obdeck get"), "{text}");
}

#[test]
fn a_pipe_is_refused_with_a_way_out() {
    let program = demo();
    let output = std::process::Command::new(&program.words[0])
        .args(&program.words[1..])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("obdeck get"), "{said}");
}

#[test]
fn without_colour_nothing_but_attributes_is_printed() {
    let mut session = demo().env("NO_COLOR", "1").run();
    wait_for_panes(&session);
    session.send("q");
    session.wait_text("exit=");
    let raw = session.raw();
    for sequence in raw.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        if sequence[end..].starts_with('m') {
            let numbers = sequence[..end].split(';');
            // 39, 49 and 59 are the terminal's own colours.
            let attributes = numbers.filter_map(|number| number.parse::<u8>().ok());
            let coloured = attributes.filter(|n| *n >= 30 && ![39, 49, 59].contains(n));
            assert_eq!(coloured.count(), 0, "{:?}", &sequence[..=end]);
        }
    }
    // The selected row is still marked.
    assert!(raw.contains("\x1b[7m"), "reverse");
    session.ends_clean(0);
}
