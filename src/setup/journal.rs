//! What a setup has done so far, written before and after each step, so that a
//! lost SSH session, a crash or a reboot loses nothing. Holds no secret.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rust_i18n::t;
use serde::{Deserialize, Serialize};

use super::{Step, StepKind};
use crate::fleet::task::TaskId;

/// How far one step came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum Mark {
    /// Its request is about to be sent. `known` are the tasks of that name which
    /// the agent already had: one that is not among them is the step's own.
    Begun {
        /// Ids of earlier tasks with the name that the request makes.
        known: Vec<TaskId>,
    },
    /// The agent answered with this task.
    Made {
        /// The task that does the step.
        task: TaskId,
    },
    /// It reached its end, or was so already.
    Done,
    /// The plan was edited: whatever was done before, it is to be done again.
    Again,
    /// It ended otherwise; the reason is the server's.
    Failed {
        /// The server's or the task's words.
        reason: String,
        /// The task that did not end well; an operator may set it going again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<TaskId>,
    },
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When, by our clock.
    pub at: Timestamp,
    /// [`super::Step::id`].
    pub step: String,
    /// How far it came.
    #[serde(flatten)]
    pub mark: Mark,
}

/// The lines of one setup, in memory or also in a file.
#[derive(Debug, Default)]
pub struct Journal {
    lines: Vec<Line>,
    file: Option<(PathBuf, File)>,
}

impl Journal {
    /// A journal that is gone with the process (`demo`).
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Opens or makes the journal at `path` (mode 0600) and reads what it holds. A
    /// last line that a crash cut in two is dropped: what it would have said is
    /// found out from the agents. The file is locked until it is closed, or its
    /// process dies: two at once would send twice.
    ///
    /// # Errors
    /// The file cannot be read or made, a line that is not the last is broken, or
    /// another process works with it (`WouldBlock`).
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::WouldBlock,
                t!("another obdeck is at work on this setup").into_owned(),
            ),
            TryLockError::Error(error) => error,
        })?;
        let (lines, whole) = parse(path, &std::fs::read_to_string(path)?)?;
        file.set_len(whole as u64)?;
        Ok(Self {
            lines,
            file: Some((path.to_owned(), file)),
        })
    }

    /// Reads what the journal at `path` holds, and leaves it alone.
    ///
    /// # Errors
    /// The file cannot be read, or a line that is not the last is broken.
    pub fn read(path: &Path) -> io::Result<Self> {
        let (lines, _) = parse(path, &std::fs::read_to_string(path)?)?;
        Ok(Self { lines, file: None })
    }

    /// How far that step came; `None` when it was never begun.
    pub fn mark(&self, step: &str) -> Option<&Mark> {
        self.lines
            .iter()
            .rev()
            .find(|line| line.step == step)
            .map(|line| &line.mark)
    }

    /// Whether nothing was ever begun.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether every one of these steps reached its end.
    pub fn holds_all(&self, steps: &[Step]) -> bool {
        steps
            .iter()
            .all(|step| self.mark(&step.id) == Some(&Mark::Done))
    }

    /// All lines, oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Notes that the plan was edited: steps that it changes are done again, and
    /// with parameters those of narrower scopes, because the last write wins. A
    /// password is no difference that can be seen, so a step with one always is.
    ///
    /// # Errors
    /// The disk refused.
    pub fn edited(&mut self, before: &[Step], after: &[Step], at: Timestamp) -> io::Result<()> {
        // A scope that is gone keeps its values: no empty list is taken. What the
        // others say of the same parameters counts when it is written after it.
        let mut wider = before.iter().any(|old| {
            let configured =
                matches!(old.kind, StepKind::Configure(_)) && self.mark(&old.id).is_some();
            configured && !after.iter().any(|step| step.id == old.id)
        });
        for step in after {
            let old = before.iter().find(|old| old.id == step.id);
            let same = old.is_some_and(|old| old.request == step.request);
            let configures = matches!(step.kind, StepKind::Configure(_));
            let over = matches!(self.mark(&step.id), Some(Mark::Done | Mark::Failed { .. }));
            if over && (!same || configures && wider) {
                self.write(&step.id, Mark::Again, at)?;
            }
            wider |= configures && !same;
        }
        Ok(())
    }

    /// Where it is kept.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Writes a line and waits until the disk has it: what follows may be the last
    /// thing that this process does.
    ///
    /// # Errors
    /// The disk refused; the step must not go on.
    pub fn write(&mut self, step: &str, mark: Mark, at: Timestamp) -> io::Result<()> {
        let line = Line {
            at,
            step: step.to_owned(),
            mark,
        };
        if let Some((_, file)) = &mut self.file {
            let mut text = serde_json::to_string(&line)?;
            text.push('\n');
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
        }
        self.lines.push(line);
        Ok(())
    }
}

fn parse(path: &Path, text: &str) -> io::Result<(Vec<Line>, usize)> {
    let mut lines = Vec::new();
    let mut whole = 0;
    for (index, raw) in text.split_inclusive('\n').enumerate() {
        match serde_json::from_str(raw.trim_end()) {
            Ok(line) if raw.ends_with('\n') => lines.push(line),
            _ if whole + raw.len() == text.len() => break,
            Ok(_) => {}
            Err(error) => {
                let place = format!("{}, line {}: {error}", path.display(), index + 1);
                return Err(io::Error::new(io::ErrorKind::InvalidData, place));
            }
        }
        whole += raw.len();
    }
    Ok((lines, whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::Address;
    use crate::setup::{Plan, PlanSecrets, PlannedServer};

    fn at() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    fn begun() -> Mark {
        Mark::Begun {
            known: vec![TaskId("7".to_owned())],
        }
    }

    #[test]
    fn remembers_across_a_crash_in_mid_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prod.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        journal.write("init", begun(), at()).unwrap();
        journal
            .write(
                "init",
                Mark::Made {
                    task: TaskId("9".to_owned()),
                },
                at(),
            )
            .unwrap();
        drop(journal);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str(r#"{"at":"2026-11-21T03:0"#);
        std::fs::write(&path, &text).unwrap();

        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(
            journal.mark("init"),
            Some(&Mark::Made {
                task: TaskId("9".to_owned())
            })
        );
        assert_eq!(journal.lines().len(), 2);
        journal.write("init", Mark::Done, at()).unwrap();
        assert_eq!(journal.mark("join-self"), None);
        let read = Journal::read(&path).unwrap();
        assert_eq!(read.mark("init"), Some(&Mark::Done));
    }

    #[test]
    fn one_process_works_with_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prod.jsonl");
        let first = Journal::open(&path).unwrap();
        let second = Journal::open(&path).unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::WouldBlock, "{second}");
        drop(first);
        Journal::open(&path).unwrap();
    }

    #[test]
    fn an_edited_parameter_is_written_again_and_the_narrower_ones_after_it() {
        let plan = |memory: &str| Plan {
            observer: [("memory_limit".to_owned(), memory.to_owned())].into(),
            servers: vec![PlannedServer {
                agent: Address::new("10.0.0.5", 2886),
                zone: "zone1".to_owned(),
                observer: [("mysql_port".to_owned(), "3000".to_owned())].into(),
            }],
            ..Plan::default()
        };
        let steps = |memory| plan(memory).steps(&PlanSecrets::default());
        let mut journal = Journal::in_memory();
        for step in steps("8G") {
            journal.write(&step.id, Mark::Done, at()).unwrap();
        }
        journal.edited(&steps("8G"), &steps("8G"), at()).unwrap();
        assert!(journal.holds_all(&steps("8G")), "nothing was edited");
        journal.edited(&steps("8G"), &steps("7G"), at()).unwrap();
        let again = |step: &Step| journal.mark(&step.id) == Some(&Mark::Again);
        let again: Vec<_> = steps("7G").into_iter().filter(again).collect();
        let ids: Vec<_> = again.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(ids, ["configure all", "configure server 10.0.0.5:2886"]);
    }

    #[test]
    fn where_a_scope_is_gone_the_wider_ones_are_written_after_it() {
        let plan = |zone: &[(&str, &str)]| Plan {
            observer: [("memory_limit".to_owned(), "8G".to_owned())].into(),
            zones: [(
                "zone1".to_owned(),
                zone.iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
            )]
            .into(),
            servers: vec![PlannedServer {
                agent: Address::new("10.0.0.5", 2886),
                zone: "zone1".to_owned(),
                observer: indexmap::IndexMap::new(),
            }],
            ..Plan::default()
        };
        let steps = |zone| plan(zone).steps(&PlanSecrets::default());
        let (before, after) = (steps(&[("memory_limit", "16G")]), steps(&[]));
        let mut journal = Journal::in_memory();
        journal.edited(&before, &after, at()).unwrap();
        assert!(journal.is_empty(), "nothing was done yet");
        for step in &before {
            journal.write(&step.id, Mark::Done, at()).unwrap();
        }
        journal.edited(&before, &after, at()).unwrap();
        assert_eq!(journal.mark("configure all"), Some(&Mark::Again));
    }

    #[test]
    fn a_broken_line_in_the_middle_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prod.jsonl");
        std::fs::write(&path, "nonsense\n{}\n").unwrap();
        let error = Journal::open(&path).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prod.jsonl");
        Journal::open(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
