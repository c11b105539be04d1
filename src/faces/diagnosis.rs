//! `task diagnose`: everything that somebody else needs to say what is wrong,
//! in one text: the task as a tree, the log of each subtask that failed (of
//! those that run, where none did), and the task with all that it carries.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use jiff::Timestamp;

use super::access::Reach;
use super::cli::{DiagnoseArgs, Globals, TaskOutput};
use super::exit::{Exit, Stop};
use super::operating::one;
use super::print::{self, Manner};
use super::{out, tasks};
use crate::fleet::task::{History, Node, NodeKind, State, Task};
use crate::link::Backend;

/// Prints the diagnosis, or writes it to a file.
///
/// # Errors
/// What the server said; a file that is there already or cannot be written.
pub async fn run(globals: &Globals, args: &DiagnoseArgs) -> Result<Exit, Stop> {
    let reach = Reach::resolve(globals)?;
    let durations = reach.durations().load();
    let backend = reach.open().await?;
    let task = one(backend.as_ref(), &args.id).await?;
    let text = text(backend.as_ref(), &task, &durations).await;
    match &args.file {
        None => out::data(&text)?,
        Some(path) => {
            // A log may hold what only the operator should read.
            let mut options = OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600).open(path);
            let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| Stop::failed(format!("{}: {error}", path.display())))?;
        }
    }
    Ok(Exit::Done)
}

async fn text(backend: &dyn Backend, task: &Task, durations: &History) -> String {
    let now = Timestamp::now();
    let manner = Manner {
        ascii: true,
        columns: Some(100),
    };
    let whole = |output| print::task(task, output, manner, durations, now);
    let mut text = format!(
        "obdeck {}  {now}  {}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        backend.endpoint(),
        whole(TaskOutput::Tree).trim_end(),
    );
    for node in worth_reading(task) {
        let agent = node.agent.as_ref().map(|agent| format!(" @ {agent}"));
        let _ = writeln!(
            text,
            "\n=== {} {}{}: {}",
            node.key.0,
            node.name,
            agent.unwrap_or_default(),
            node.state.word()
        );
        // What cannot be read is said in its place; the rest is still worth having.
        match tasks::lines(backend, node).await {
            Ok(lines) if lines.is_empty() => text.push_str("(no log)\n"),
            Ok(lines) => {
                for line in lines {
                    let _ = writeln!(text, "{line}");
                }
            }
            Err(stop) => {
                let _ = writeln!(text, "(log not read: {})", stop.message);
            }
        }
    }
    let _ = write!(text, "\n=== json\n{}\n", whole(TaskOutput::Json).trim_end());
    text
}

/// What failed or was cancelled; where nothing did, what runs.
fn worth_reading(task: &Task) -> Vec<&Node> {
    let work = || task.nodes.iter().filter(|node| node.kind != NodeKind::Node);
    let failed: Vec<&Node> = work()
        .filter(|node| matches!(node.state, State::Failed | State::Cancelled))
        .collect();
    if failed.is_empty() {
        let live = |node: &&Node| matches!(node.state, State::Running | State::RollingBack);
        return work().filter(live).collect();
    }
    failed
}
