//! `obdeck view FILE`: a saved answer or recording, offline.

pub mod saved;
pub mod shelf;

use std::io::Read;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use self::saved::Found;
use self::shelf::Shelf;
use super::cli::{TaskOutput, ViewArgs};
use super::exit::{Exit, Stop};
use super::print::{self, Manner};
use super::{columns, out};
use crate::fleet::task::{History, Task};
use crate::wire::obshell::dto;

/// The tasks to open on a screen, where a person looks and asked for no print.
///
/// # Errors
/// As [`print`].
pub fn shelf(args: &ViewArgs) -> Result<Option<Shelf>, Stop> {
    if args.output.is_some() || !out::is_terminal() || args.file == Path::new("-") {
        return Ok(None);
    }
    match load(&args.file)? {
        Found::Tasks(tasks) => {
            let name = args.file.display().to_string();
            Ok(Some(Shelf::new(name, tasks).with_past(past(&args.file))))
        }
        Found::Nothing(_) => Ok(None),
    }
}

/// Every picture of the task of a recording but the last, with the time at which
/// it was seen; none where the file holds one picture.
fn past(path: &Path) -> Vec<(Timestamp, Task)> {
    let saved = std::fs::read(path)
        .ok()
        .and_then(|bytes| dto::saved(&bytes).ok());
    let Some(dto::Saved::Task { task, history }) = saved else {
        return Vec::new();
    };
    let all = history.iter().map(|moment| &moment.task).chain([&*task]);
    let times = all.flat_map(|task| {
        let nodes = task.nodes.iter().filter_map(|node| node.started_at);
        nodes.chain(task.started_at)
    });
    let begin = times.min().unwrap_or_default();
    let detailed = history.into_iter().filter(|moment| moment.task.detailed);
    let mut at = begin;
    detailed
        .enumerate()
        .map(|(number, moment)| {
            // Lines without a time of their own are told apart by their order.
            let ms = moment.ms.unwrap_or(number as i64 * 1_000);
            at = at.max(begin + SignedDuration::from_millis(ms));
            (at, moment.task)
        })
        .collect()
}

/// Reads the file and prints what it holds.
///
/// # Errors
/// No file, no JSON, or a task that cannot be read: 1, with the place.
pub fn print(args: &ViewArgs, ascii: bool) -> Result<Exit, Stop> {
    let found = load(&args.file)?;
    let output = args.output.unwrap_or_default();
    let manner = Manner {
        ascii,
        columns: columns(),
    };
    let text = match found {
        Found::Nothing(data) if output == TaskOutput::Json => {
            json!({ "schema": "obdeck.answer/1", "data": data }).to_string()
        }
        Found::Nothing(data) => {
            out::note(&format!("obdeck: {} holds no task", args.file.display()));
            serde_json::to_string_pretty(&data).unwrap_or_default()
        }
        Found::Tasks(tasks) if tasks.len() == 1 => {
            print::task(&tasks[0], output, manner, &History::default())
        }
        Found::Tasks(tasks) => print::tasks(&tasks, output, manner),
    };
    out::data(&text)?;
    Ok(Exit::Done)
}

/// What a file holds; `-` is stdin.
///
/// # Errors
/// As [`print`].
pub fn load(path: &Path) -> Result<Found, Stop> {
    let name = path.display();
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        bytes
    } else {
        std::fs::read(path).map_err(|error| Stop::failed(format!("{name}: {error}")))?
    };
    saved::read(&String::from_utf8_lossy(&bytes))
        .map_err(|wrong| Stop::failed(format!("{name}: {wrong}")))
}
