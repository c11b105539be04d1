//! `command_history`: what was typed after `:`, one command a line, oldest first.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// So many are remembered.
const MOST: usize = 500;

/// Commands that outlive the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands(PathBuf);

impl Commands {
    /// In this file, which only its owner reads.
    pub fn in_file(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The newest ones, each once where it was typed last. A file that cannot be
    /// read holds none: a history is not worth an error.
    #[must_use]
    pub fn load(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let mut known = Vec::new();
        for line in text.lines().rev().filter(|line| !line.is_empty()) {
            if known.len() < MOST && !known.iter().any(|old| old == line) {
                known.push(line.to_owned());
            }
        }
        known.reverse();
        // Half of it is old: it is written anew.
        if text.lines().count() > 2 * MOST {
            let whole = known.join("\n") + "\n";
            if let Ok(mut file) = self.open(false) {
                file.write_all(whole.as_bytes()).ok();
            }
        }
        known
    }

    /// One more. What could name somebody's password is not kept.
    pub fn add(&self, typed: &str) -> io::Result<()> {
        if typed.contains('@') || typed.contains('\n') {
            return Ok(());
        }
        if let Some(folder) = self.0.parent() {
            super::places::make_private_folder(folder)?;
        }
        self.open(true)?.write_all(format!("{typed}\n").as_bytes())
    }

    fn open(&self, append: bool) -> io::Result<File> {
        File::options()
            .create(true)
            .append(append)
            .truncate(!append)
            .write(true)
            .mode(0o600)
            .open(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_newest_are_kept_once_and_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/command_history");
        let commands = Commands::in_file(&path);
        assert_eq!(commands.load(), [] as [&str; 0]);
        for typed in [
            "tasks",
            "zones",
            "tasks",
            "connect http://admin:pw@ocp:8080",
        ] {
            commands.add(typed).unwrap();
        }
        assert_eq!(commands.load(), ["zones", "tasks"]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for n in 0..2 * MOST {
            commands.add(&format!("task {n}")).unwrap();
        }
        let known = commands.load();
        assert_eq!(
            (known.len(), known.last().unwrap().as_str()),
            (MOST, "task 999")
        );
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), MOST);
        assert_eq!(commands.load(), known);
    }
}
