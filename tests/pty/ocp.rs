//! A platform by keys alone, on the embedded simulator.

use crate::session::{Program, Session};

const TO_BUTTON: &str = "\x1b[6~";

fn overview(more: &[&str]) -> Session {
    let words: Vec<&str> = ["demo", "--scene", "ocp", "--speed", "10"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    let session = Program::obdeck(&words).size(120, 40).run();
    session.wait("the overview of clusters", |screen| {
        let text = screen.contents();
        screen.alternate_screen() && text.contains("▸ clusters") && text.contains("archive")
    });
    session
}

/// Opens the cluster `pay`, whose state is quiet.
fn open_pay(session: &mut Session) {
    session.send("jk");
    session.send("j\r");
    session.wait("the panes of pay", |screen| {
        let text = screen.contents();
        text.contains("▸ pay") && text.contains("zone3") && text.contains("10.1.0.")
    });
}

/// Adds two servers to the first zone, chosen from what the platform offers.
fn add_two_servers(session: &mut Session) {
    open_pay(session);
    session.send("a");
    session.wait_text("Add servers");
    session.send("\r");
    session.wait_text("POST /api/v2/ob/clusters/");
    // The cursor is at the first field that waits for something: the hosts.
    session.wait("free hosts are offered", |screen| {
        screen.contents().contains("takes the next")
    });
    session.send(" ");
    session.send(" ");
    session.send(TO_BUTTON);
    session.wait_text("▸ [ Add 2 servers to zone1 ]");
    session.send("\r");
    session.wait_text("Add OB server");
}

fn quit(mut session: Session) {
    session.send("\x03");
    session.wait_text("exit=");
    assert_eq!(session.files(), [] as [std::path::PathBuf; 0]);
    session.ends_clean(0);
}

#[test]
fn two_servers_are_added_and_21_subtasks_watched_to_the_end() {
    let mut session = overview(&[]);
    add_two_servers(&mut session);
    session.wait("all 21 subtasks are done", |screen| {
        let text = screen.contents();
        text.contains("succeeded") && text.contains("21 done")
    });
    quit(session);
}

#[test]
fn a_subtask_fails_is_read_in_its_log_and_retried() {
    let mut session = overview(&["--fault", "task-fail=Install rpm#1"]);
    add_two_servers(&mut session);
    session.wait("it fails", |screen| {
        let text = screen.contents();
        text.contains("failed") && text.contains("✗ Install rpm")
    });
    session.send("L");
    session.wait_text("############{EXECUTE}");
    session.send("\x1b");
    session.wait("the tree is back", |screen| {
        !screen.contents().contains("############{EXECUTE}")
    });
    session.send("a");
    session.wait_text("Retry");
    session.send("\r");
    session.wait_text("/retry");
    session.send("\r");
    session.wait("all 21 subtasks are done", |screen| {
        let text = screen.contents();
        text.contains("succeeded") && text.contains("21 done")
    });
    quit(session);
}

#[test]
fn an_obproxy_cluster_goes_from_its_package_to_running() {
    let mut session = overview(&[]);
    session.send(":packages\r");
    session.wait_text("obproxy-4.2.3.0-20240131100000.el7.x86_64.rpm");
    // The package goes into the form from its row.
    session.send("/4.2.3.0\r");
    session.wait("only that package", |screen| {
        let text = screen.contents();
        text.contains("obproxy-4.2.3.0") && !text.contains("obproxy-1.9.1.1")
    });
    session.send("a");
    session.wait_text("Create an OBProxy cluster");
    session.send("\r");
    session.wait_text("\"workMode\": \"CONFIG_URL\"");
    session.send("front");
    session.wait_text("\"name\": \"front\"");
    // Name, access address, access port, work mode, links, hosts.
    session.send("\t10.1.0.200\t2883\t\t");
    session.wait("clusters are offered", |screen| {
        screen.contents().contains("pay=")
    });
    session.send(" \t");
    session.wait("free hosts are offered", |screen| {
        screen.contents().contains("takes the next")
    });
    session.send(" ");
    session.wait_text("\"exporterPort\": 2884");
    session.send(TO_BUTTON);
    session.wait_text("▸ [ Create OBProxy cluster front on 1 hosts ]");
    session.send("\r");
    session.wait("it is installed", |screen| {
        let text = screen.contents();
        text.contains("Install obproxy") && text.contains("succeeded")
    });
    session.send(":proxies\r");
    session.wait("it runs", |screen| {
        screen
            .contents()
            .lines()
            .any(|line| line.contains("front") && line.contains("1 running"))
    });
    quit(session);
}

#[test]
fn the_smallest_screen_shows_the_overview_and_a_cluster() {
    let words = ["demo", "--scene", "ocp", "--speed", "10"];
    let mut session = Program::obdeck(&words).size(40, 12).run();
    session.wait_text("archive");
    session.send("jj\r");
    session.wait("its zone", |screen| {
        let text = screen.contents();
        text.contains("▸ archive") && text.contains("zone1")
    });
    session.send("\x1b");
    session.wait("back", |screen| screen.contents().contains("▸ clusters"));
    quit(session);
}
