//! Setup runs on disk: a journal and, beside it, the plan without its secrets,
//! so that a later start can offer to go on.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::journal::{Journal, Mark};
use super::{Plan, PlanFile, PlanSecrets};
use crate::base::Secret;

/// A setup that did not reach its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// What was to be, and where its secrets come from.
    pub file: PlanFile,
    /// Steps that reached their end.
    pub done: usize,
    /// All its steps.
    pub steps: usize,
    /// When the last line was written.
    pub last: Option<Timestamp>,
}

/// The name that a setup has on disk: the cluster and its master.
#[must_use]
pub fn name(plan: &Plan) -> String {
    let master = plan.master().map(ToString::to_string).unwrap_or_default();
    format!("{}-{}-{master}", plan.name, plan.id)
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect()
}

/// The journal of a plan.
#[must_use]
pub fn journal_path(folder: &Path, plan: &Plan) -> PathBuf {
    folder.join(format!("{}.jsonl", name(plan)))
}

/// Keeps the plan beside its journal, for its owner only. Passwords stay outside.
///
/// # Errors
/// The disk refused.
pub fn keep(folder: &Path, file: &PlanFile) -> io::Result<()> {
    write_private(
        &folder.join(format!("{}.toml", name(&file.plan))),
        &file.text(),
    )
}

/// The plan as it was when it was last begun or went on.
#[must_use]
pub fn kept(folder: &Path, plan: &Plan) -> Option<PlanFile> {
    PlanFile::load(&folder.join(format!("{}.toml", name(plan)))).ok()
}

/// Writes a plan file for its owner only; an older one is replaced as a whole.
///
/// # Errors
/// The disk refused.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("toml.new");
    let mut file = std::fs::File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()?;
    std::fs::rename(fresh, path)
}

/// The setups in this folder that can go on, the latest first. What cannot be
/// read is none: it must not keep the operator from a fresh start.
#[must_use]
pub fn unfinished(folder: &Path) -> Vec<Unfinished> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .filter_map(|path| {
            let file = PlanFile::load(&path).ok()?;
            let journal = Journal::read(&journal_path(folder, &file.plan)).ok()?;
            standing(file, &journal)
        })
        .collect();
    found.sort_by_key(|run| std::cmp::Reverse(run.last));
    found
}

/// How a setup stands by its journal; `None` where it ended or never began.
#[must_use]
pub fn standing(file: PlanFile, journal: &Journal) -> Option<Unfinished> {
    if journal.is_empty() {
        return None;
    }
    let steps = file.plan.steps(&shape(&file));
    let is_done = |id: &str| journal.mark(id) == Some(&Mark::Done);
    let done = steps.iter().filter(|step| is_done(&step.id)).count();
    (done < steps.len()).then(|| Unfinished {
        done,
        steps: steps.len(),
        last: journal.lines().last().map(|line| line.at),
        file,
    })
}

/// Secrets of the same shape as the plan's, all empty: they decide which steps there are.
#[must_use]
pub fn shape(file: &PlanFile) -> PlanSecrets {
    let unseen = |there: bool| there.then(Secret::default);
    let master = file.plan.master();
    PlanSecrets {
        root: Secret::default(),
        proxyro: unseen(file.sources.proxyro.is_some()),
        master_agent: unseen(master.is_some_and(|at| file.sources.agents.contains_key(at))),
        after_agent: unseen(file.sources.after_agent.is_some()),
    }
}

/// Takes a setup that was given up out of the way; its journal stays readable.
///
/// # Errors
/// The disk refused.
pub fn put_away(folder: &Path, plan: &Plan, at: Timestamp) -> io::Result<()> {
    let name = name(plan);
    let aside = format!("{name}.{}.abandoned", at.as_second());
    rename(&folder.join(format!("{name}.jsonl")), &folder.join(aside))?;
    match std::fs::remove_file(folder.join(format!("{name}.toml"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    const PLAN: &str = r#"
version = 1
[cluster]
name = "初 prod"
id = 1
root_password = { env = "X" }
[[server]]
agent = "10.0.0.5:2886"
zone = "zone1"
"#;

    fn file() -> PlanFile {
        PlanFile::parse(Path::new("plan.toml"), PLAN, None).unwrap()
    }

    fn at() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_unfinished_setup_is_found_until_it_ends_or_is_put_away() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let file = file();
        keep(folder, &file).unwrap();
        assert_eq!(unfinished(folder), [], "nothing was begun");
        let mut journal = Journal::open(&journal_path(folder, &file.plan)).unwrap();
        journal.write("join-self", Mark::Done, at()).unwrap();
        let found = unfinished(folder);
        assert_eq!((found[0].done, found[0].steps), (1, 3));
        assert_eq!(found[0].file, file);
        for step in ["cluster-config", "init"] {
            journal.write(step, Mark::Done, at()).unwrap();
        }
        assert_eq!(unfinished(folder), []);
        journal.write("init", Mark::Again, at()).unwrap();
        assert_eq!(unfinished(folder).len(), 1);
        put_away(folder, &file.plan, at()).unwrap();
        put_away(folder, &file.plan, at()).unwrap();
        assert_eq!(unfinished(folder), []);
    }

    #[test]
    fn nobody_else_may_read_the_plan() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut file = file();
        file.sources.root = Some(Source::Prompt);
        keep(folder.path(), &file).unwrap();
        let path = folder.path().join(format!("{}.toml", name(&file.plan)));
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
