//! A package goes to the server before the operator's eyes, and is given up.

use std::io::Write as _;
use std::path::PathBuf;

use crate::program::Simulator;
use crate::session::{Program, Session};

const TO_BUTTON: &str = "\x1b[6~";

/// A package of 48 MiB; nothing is written of its middle.
fn package(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("obshell-4.6.0.0-2.el7.x86_64.rpm");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&[0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1])
        .unwrap();
    file.write_all(b"obshell-4.6.0.0-2.el7").unwrap();
    file.set_len(48 << 20).unwrap();
    path
}

/// The form with its file, sent.
fn sending(session: &mut Session, path: &str) {
    session.wait("the panes of the cluster", |screen| {
        screen.alternate_screen() && screen.contents().contains("zone3")
    });
    session.send(":package-upload\r");
    session.wait_text("Path of the package");
    session.send(path);
    session.send(TO_BUTTON);
    session.wait_text("▸ [ Upload obshell-4.6.0.0-2");
    session.send("\r");
    session.wait("it is under way", |screen| {
        let text = screen.contents();
        text.contains("MiB of 48.0 MiB") && text.contains("MiB/s") && text.contains(" left")
    });
}

#[test]
fn one_sees_a_package_go_and_gives_it_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = package(&folder);
    let demo = ["demo", "--speed", "50", "--fault", "slow=2M@package"];
    let mut session = Program::obdeck(&demo).size(120, 40).run();
    sending(&mut session, path.to_str().unwrap());
    session.send("\x1b");
    session.wait_text("Give up?");
    session.send("y\r");
    session.wait("what became of it", |screen| {
        let text = screen.contents();
        text.contains("given up after") && text.contains("It was not made")
    });
    session.send("\x1b");
    session.wait_text("Zones");
    session.send(":packages\r");
    session.wait_text("No package was uploaded yet");
    session.send("\x03");
    session.ends_clean(0);
}

/// It is written down what became of it, although nobody waits for it.
#[test]
fn who_quits_gives_it_up_and_the_log_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = package(&folder);
    let simulator = Simulator::start(&["--fault", "slow=2M@package"]);
    let agent = simulator.agent(0);
    let mut session = Program::obdeck(&["connect", &agent])
        .env("OBDECK_PASSWORD", simulator.password())
        .size(120, 40)
        .run();
    sending(&mut session, path.to_str().unwrap());
    session.send("\x03");
    session.wait_text("A file is being sent. To quit");
    session.send("y\r");
    session.wait_text("exit=");
    let audit = session
        .files()
        .into_iter()
        .find(|path| path.ends_with("audit.jsonl"))
        .expect("an audit log");
    let audit = std::fs::read_to_string(audit).unwrap();
    assert!(audit.contains(r#""outcome":"cut_short""#), "{audit}");
    session.ends_clean(0);
}

#[test]
fn a_command_draws_how_far_it_is_over_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = package(&folder);
    let simulator = Simulator::start(&["--fault", "slow=8M@package"]);
    let agent = simulator.agent(0);
    let file = format!("file={}", path.display());
    let words = [
        "--endpoint",
        &agent,
        "do",
        "package-upload",
        "--yes",
        "--set",
        &file,
    ];
    let session = Program::obdeck(&words)
        .env("OBDECK_PASSWORD", simulator.password())
        .run();
    session.wait("how far it is", |screen| {
        let text = screen.contents();
        text.contains("Sending  ") && text.contains("MiB of 48.0 MiB")
    });
    session.wait_text("exit=0");
    let text = session.text();
    assert!(!text.contains("Sending"), "{text}");
    assert!(text.contains("done"), "{text}");
    session.ends_clean(0);
}
