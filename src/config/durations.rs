//! `history.jsonl`: how long tasks and their steps took, a line for each task
//! that was followed to its end. Estimates rest on it and on nothing else.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fleet::task::History;
use crate::fleet::task::estimate::Lesson;

/// What one task taught.
#[derive(Serialize, Deserialize)]
struct Line {
    /// The context, or the address, that the task belongs to: another cluster
    /// has other machines.
    cluster: String,
    /// The server's id of the task.
    task: String,
    at: Timestamp,
    lessons: Vec<Lesson>,
}

/// The durations of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    file: Option<PathBuf>,
    cluster: String,
}

impl Durations {
    /// Those of a cluster; without a file they last as long as the program.
    #[must_use]
    pub fn new(file: Option<PathBuf>, cluster: &str) -> Self {
        Self {
            file,
            cluster: cluster.to_owned(),
        }
    }

    /// What is known. Lines that cannot be read are left out: an estimate is
    /// not worth an error.
    #[must_use]
    pub fn load(&self) -> History {
        let mut history = History::default();
        let text = self.file.as_ref().map(fs::read_to_string);
        let text = text.and_then(Result::ok).unwrap_or_default();
        let mut seen = HashSet::new();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        for line in lines.filter(|line: &Line| line.cluster == self.cluster) {
            // Two consoles may have followed the same task.
            if seen.insert(line.task) {
                history.learn(&line.lessons);
            }
        }
        history
    }

    /// Adds what a task taught.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&self, task: &str, lessons: &[Lesson], at: Timestamp) -> io::Result<()> {
        let Some(file) = self.file.as_ref().filter(|_| !lessons.is_empty()) else {
            return Ok(());
        };
        if let Some(folder) = file.parent() {
            super::places::make_private_folder(folder)?;
        }
        let line = Line {
            cluster: self.cluster.clone(),
            task: task.to_owned(),
            at,
            lessons: lessons.to_vec(),
        };
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        // One write: two consoles that append do not tear each other's lines.
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(file)?;
        file.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_known_again_for_its_own_cluster() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/history.jsonl");
        let prod = Durations::new(Some(file.clone()), "prod");
        assert!(prod.load().is_empty());
        let lesson = |ms| Lesson {
            task: "Initialize cluster".into(),
            node: Some("Start observer".into()),
            ms,
        };
        let at = Timestamp::UNIX_EPOCH;
        prod.add("7", &[lesson(4_000)], at).unwrap();
        prod.add("7", &[lesson(4_000)], at).unwrap();
        prod.add("8", &[lesson(6_000)], at).unwrap();
        fs::write(&file, fs::read_to_string(&file).unwrap() + "half a li").unwrap();
        let usual = prod.load().usual("Start observer").unwrap();
        assert_eq!((usual.median_ms, usual.runs), (4_000, 2));
        assert!(Durations::new(Some(file), "test").load().is_empty());
        let memory = Durations::new(None, "demo");
        memory.add("7", &[lesson(1)], at).unwrap();
        assert!(memory.load().is_empty());
    }
}
