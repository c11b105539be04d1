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
    // The last one comes alone: no key makes the screen new.
    session.resize(70, 20);
    session.wait("one pane at a time", |screen| {
        !screen.contents().contains('╭')
    });
    session.resize(120, 40);
    session.wait("all panes", |screen| {
        let text = screen.contents();
        text.matches('╭').count() >= 4 && text.contains("zone3")
    });
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
fn one_cell_is_survived() {
    let mut session = demo().size(1, 1).run();
    session.wait("the screen", |screen| {
        screen.alternate_screen() && screen.bracketed_paste()
    });
    // A frame of one cell was drawn, and another one after these keys.
    let frames = |session: &Session| session.raw().matches("\x1b[?2026l").count();
    session.wait("a frame", |_| frames(&session) > 0);
    let before = frames(&session);
    session.send("\x0c");
    session.wait("another frame", |_| frames(&session) > before);
    session.send("jkG");
    session.resize(100, 30);
    wait_for_panes(&session);
    // What lies over the screen is drawn on one cell too, and is there after it.
    for (key, sign) in [("?", "Keys of this screen"), ("\x10", "Palette")] {
        session.send(key);
        session.wait_text(sign);
        session.resize(1, 1);
        let before = frames(&session);
        session.send("\x0c");
        session.wait("a frame of one cell", |_| frames(&session) > before);
        session.resize(100, 30);
        session.wait_text(sign);
        session.send("\x1b");
        session.wait("nothing over it", |screen| {
            let text = screen.contents();
            text.contains("zone3") && !text.contains(sign)
        });
    }
    session.send("\x03");
    session.ends_clean(0);
}

/// Whoever knows no synchronized updates passes them over: the same is shown.
#[test]
fn a_terminal_without_mode_2026_shows_the_same() {
    let mut session = running();
    session.send("jj\t?");
    session.wait_text("Keys of this screen");
    session.send("\x03");
    session.wait_text("exit=");
    let raw = session.raw();
    // What stood on the alternate screen last.
    let end = raw.rfind("\x1b[?1049l").expect("it was left");
    let shown = |bytes: &str| {
        let size = |n| std::num::NonZeroU16::new(n).unwrap();
        let mut terminal = vt100::Parser::new(size(30), size(100), 0);
        terminal.process(bytes.as_bytes());
        terminal.screen().contents()
    };
    let begun = raw[..end]
        .replace("\x1b[?2026h", "")
        .replace("\x1b[?2026l", "");
    assert!(begun.len() < end && shown(&begun).contains("Keys of this screen"));
    assert_eq!(shown(&begun), shown(&raw[..end]));
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

/// As an SSH connection goes: first nothing passes, then the terminal is gone.
#[test]
fn a_connection_that_stalls_and_breaks_ends_the_console() {
    for controlling in [true, false] {
        let mut session = demo().run_bare(controlling);
        wait_for_panes(&session);
        session.stall("\x0c");
        // Whole frames, until the terminal takes no more.
        for _ in 0..200 {
            session.send("\x0c");
        }
        session.break_off();
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
    let mut reversed = false;
    for sequence in raw.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        if sequence[end..].starts_with('m') {
            let numbers = sequence[..end].split(';');
            let attributes = numbers.filter_map(|number| number.parse::<u8>().ok());
            let attributes: Vec<u8> = attributes.collect();
            // 39, 49 and 59 are the terminal's own colours.
            let coloured = |n: &&u8| **n >= 30 && ![39, 49, 59].contains(*n);
            let coloured = attributes.iter().filter(coloured).count();
            assert_eq!(coloured, 0, "{:?}", &sequence[..=end]);
            reversed |= attributes.contains(&7);
        }
    }
    assert!(reversed, "the selected row is marked");
    session.ends_clean(0);
}

#[test]
fn another_key_is_asked_about_and_the_console_goes_on() {
    let session = Program::obdeck(&["demo", "--speed", "50", "--fault", "key-change@ob/info#2"]);
    let mut session = session.run();
    session.wait_text("settles it");
    session.send("!");
    session.wait_text("Trust this key");
    assert!(session.text().contains("SHA256:"));
    // The safe answer is the one that enter gives.
    session.send("\r");
    session.wait("the question is gone", |screen| {
        !screen.contents().contains("Trust this key")
    });
    session.send("!");
    session.wait_text("Trust this key");
    session.send("\x1b[C\r");
    session.wait("the trouble is settled", |screen| {
        let text = screen.contents();
        !text.contains("settles it") && text.contains("zone3")
    });
    session.send("\x03");
    session.ends_clean(0);
}

#[test]
fn a_server_that_goes_away_is_said_and_comes_back_by_itself() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = obdeck::sim::Options {
        scene: obdeck::sim::Scene::Fresh,
        agents: Some(1),
        faults: vec!["down=4s#20".parse().unwrap()],
        ..obdeck::sim::Options::default()
    };
    let sim = runtime.block_on(obdeck::sim::Sim::start(options)).unwrap();
    let agent = sim.endpoints()[0].address.to_string();
    let mut session = Program::obdeck(&["connect", &agent]).run();
    session.wait_text("SINGLE");
    session.wait("it is away", |screen| {
        let text = screen.contents();
        text.contains("does not answer:") && text.contains("stale")
    });
    // What was known stays on the screen.
    assert!(session.text().contains("SINGLE"));
    session.wait("it is back", |screen| {
        let text = screen.contents();
        text.contains("SINGLE") && !text.contains("does not answer:")
    });
    session.send("\x03");
    session.ends_clean(0);
}

/// Bytes of each frame of an output, first to last.
fn frames(output: &str) -> Vec<usize> {
    let begun = output.split("\x1b[?2026h").skip(1);
    let whole = begun.filter_map(|frame| frame.split_once("\x1b[?2026l"));
    whole.map(|(frame, _)| frame.len()).collect()
}

#[test]
fn ten_thousand_nodes_scroll_row_by_row_at_the_price_of_a_row() {
    let mut session = Program::obdeck(&["demo", "--scene", "giant"])
        .size(120, 40)
        .run();
    session.wait_text("of 10000 done");
    // From the middle of the tree each step moves every row on the screen.
    session.send("g\x04\x04\x04\x04?");
    session.wait_text("Keys of this screen");
    session.send("\x1b");
    session.wait("the tree again", |screen| {
        !screen.contents().contains("Keys of this screen")
    });
    for key in ["j"; 20].into_iter().chain(["k"; 50]) {
        let before = session.raw().len();
        session.send(key);
        session.wait("a whole frame", |_| {
            !frames(&session.raw()[before..]).is_empty()
        });
        // An answer may come with a step or two: that is little beside it.
        let price = frames(&session.raw()[before..])[0];
        assert!(price <= 1_500, "bytes of a step: {price}");
    }
    // The program with its simulator; what it maps of its own file depends on the build.
    let weight = session.private_kilobytes();
    assert!(weight <= 46_000, "{weight} kB");
    session.signal(Signal::TERM);
    session.ends_clean(143);
}

/// Where the configuration wants it, the wheel moves and a press selects.
#[test]
fn the_wheel_moves_and_a_press_selects() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "mouse = true\n").unwrap();
    let mut session = demo().env("OBDECK_CONFIG", config.to_str().unwrap()).run();
    wait_for_panes(&session);
    let row_of = |screen: &vt100::Screen, text: &str| {
        let rows = screen.rows(0, 100).collect::<Vec<_>>();
        rows.iter().position(|row| row.contains(text))
    };
    let marked = |screen: &vt100::Screen, y: usize| {
        let row = screen.rows(34, 60).nth(y).unwrap_or_default();
        row.contains('▸')
    };
    // A notch is three rows: over the servers of the first zone to the second.
    session.wait("the first row", |screen| {
        row_of(screen, "zone1").is_some_and(|y| marked(screen, y))
    });
    session.send("\x1b[<65;60;5M");
    session.wait("the row of the second zone is selected", |screen| {
        row_of(screen, "zone2").is_some_and(|y| marked(screen, y))
    });
    let text = session.text();
    let at = text.lines().position(|row| row.contains("127.0.0.1:2982"));
    let at = at.unwrap();
    let y = at + 1;
    session.send(&format!("\x1b[<0;60;{y}M\x1b[<0;60;{y}m"));
    session.wait("the pressed row is selected", |screen| marked(screen, at));
    session.send("q");
    session.ends_clean(0);
}
