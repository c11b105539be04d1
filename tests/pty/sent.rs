//! What the audit log joins: a request that was sent, and the task that it made.

use crate::program::Simulator;
use crate::session::{Program, Session};

const TO_BUTTON: &str = "\x1b[6~";

fn lines(session: &Session) -> Vec<serde_json::Value> {
    let files = session.files();
    let log = files.iter().find(|path| path.ends_with("audit.jsonl"));
    let text = std::fs::read_to_string(log.expect("an audit log")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_task_says_which_request_of_this_console_made_it() {
    let simulator = Simulator::start(&["--scene", "fresh", "--agents", "2", "--speed", "20"]);
    let agent = simulator.agent(0);
    let mut session = Program::obdeck(&["connect", &agent])
        .env("USER", "ada")
        .size(140, 40)
        .run();
    session.wait("the console", |screen| {
        screen.alternate_screen() && screen.contents().contains("SINGLE")
    });
    session.send("J");
    session.wait_text("Join a node");
    session.send(&format!("{agent}\t{agent}\tzone1"));
    session.send(TO_BUTTON);
    session.wait_text("▸ [ Join zone1");
    session.send("\r");
    session.wait_text("Join self");
    session.wait("its end", |screen| {
        screen.contents().contains("✓ succeeded")
    });

    // The log has the request, before and after it left, and the task's id.
    let log = lines(&session);
    let sent: Vec<_> = log.iter().filter(|line| line["event"] == "sent").collect();
    assert_eq!((log.len(), sent.len()), (2, 1), "{log:#?}");
    let id = sent[0]["task"].as_str().unwrap().to_owned();
    let trace = sent[0]["trace"].as_str().unwrap().to_owned();
    assert_eq!(sent[0]["path"], "/api/v1/agent/join");

    // Another session, which knows only the log, says the same of that task.
    session.send("\x03");
    session.wait_text("exit=");
    let files = session.files();
    let log = files.iter().find(|path| path.ends_with("audit.jsonl"));
    // The folder of the state, above that of the program.
    let folder = log.and_then(|log| log.parent()?.parent()).unwrap();
    let mut again = Program::obdeck(&["connect", &agent])
        .env("XDG_STATE_HOME", folder.to_str().unwrap())
        .size(140, 40)
        .run();
    again.wait("the console", |screen| {
        screen.alternate_screen() && screen.contents().contains("zone1")
    });
    again.send(&format!(":task {id}\r"));
    again.wait("who sent it", |screen| {
        let text = screen.contents();
        let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        flat.contains("Join self") && flat.contains("by ada at") && text.contains(&trace)
    });
    again.send("\x03");
    again.ends_clean(0);
    session.ends_clean(0);
}
