//! A package on its way without a screen: how far it is on stderr, and what
//! became of one that does not arrive.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Said, Site};

/// A package of so many MiB; nothing is written of its middle.
fn package(folder: &Path, mib: u64) -> PathBuf {
    let path = folder.join("obshell-4.6.0.0-2.el7.x86_64.rpm");
    let mut file = File::create(&path).unwrap();
    file.write_all(&[0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1])
        .unwrap();
    file.write_all(b"obshell-4.6.0.0-2.el7").unwrap();
    file.set_len(mib << 20).unwrap();
    path
}

impl Site {
    fn uploads(&self, path: &Path) -> Command {
        let mut command = self.command();
        let file = format!("file={}", path.display());
        command.args(["do", "package-upload", "--yes", "--set", &file]);
        command
    }
}

#[test]
fn how_far_it_is_goes_to_stderr_line_by_line() {
    let site = Site::cluster("3", &["--fault", "slow=8M@package"]);
    let folder = tempfile::tempdir().unwrap();
    let path = package(folder.path(), 40);
    let said = Said::from(site.uploads(&path).output().unwrap());
    let said = said.done("Sent; waiting for the answer  40.0 MiB");
    assert_eq!(said.out, "");
    assert!(said.err.contains("Reading the file  100 %"), "{said:#?}");
    let lines: Vec<&str> = said
        .err
        .lines()
        .filter(|line| line.starts_with("Sending  "))
        .collect();
    assert!((1..=10).contains(&lines.len()), "{lines:?}");
    assert!(lines.iter().all(|line| line.contains(" MiB of 40.0 MiB")));
    assert!(!said.err.contains('\x1b'), "{said:#?}");
}

#[test]
fn a_connection_that_breaks_says_that_nothing_was_made() {
    let site = Site::cluster("3", &["--fault", "cut=8M@package#1"]);
    let folder = tempfile::tempdir().unwrap();
    let path = package(folder.path(), 40);
    let said = Said::from(site.uploads(&path).output().unwrap());
    said.refused(6, "It was not made: its end was never sent");
    assert!(said.err.contains("MiB of 40.0 MiB"), "{said:#?}");
    assert_eq!(site.list("packages").len(), 0);
}

#[test]
fn ctrl_c_gives_it_up_and_says_what_became_of_it() {
    let site = Site::cluster("3", &["--fault", "slow=2M@package"]);
    let folder = tempfile::tempdir().unwrap();
    let path = package(folder.path(), 48);
    let state = folder.path().join("state");
    let mut child = site
        .uploads(&path)
        .env("XDG_STATE_HOME", &state)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("Sending  ") {
        line.clear();
        assert_ne!(err.read_line(&mut line).unwrap(), 0, "it ended");
    }
    let told = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(told.unwrap().success());
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("given up after"), "{rest}");
    assert!(rest.contains("It was not made"), "{rest}");
    let audit = std::fs::read_to_string(state.join("obdeck/audit.jsonl")).unwrap();
    assert!(audit.contains(r#""outcome":"cut_short""#), "{audit}");
    assert_eq!(site.list("packages").len(), 0);
}
