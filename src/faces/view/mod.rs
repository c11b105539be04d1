//! `obdeck view FILE`: a saved answer or recording, offline.

pub mod saved;
pub mod shelf;
pub mod story;

use std::io::Read;
use std::path::Path;

use serde_json::json;

use self::saved::Found;
use self::shelf::Shelf;
use super::cli::{TaskOutput, ViewArgs};
use super::exit::{Exit, Stop};
use super::print::{self, Manner};
use super::{columns, out};
use crate::fleet::task::History;

/// The tasks to open on a screen, where a person looks and asked for no print.
///
/// # Errors
/// As [`print`].
pub fn shelf(args: &ViewArgs) -> Result<Option<Shelf>, Stop> {
    if args.output.is_some() || !out::is_terminal() || args.file == Path::new("-") {
        return Ok(None);
    }
    match load(&args.file)? {
        Found::Tasks(stories) => Ok(Some(Shelf::new(args.file.display().to_string(), stories))),
        Found::Nothing(_) => Ok(None),
    }
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
        Found::Tasks(stories) => {
            let history = History::default();
            match stories.as_slice() {
                [story] => print::task(&story.task, output, manner, &history, story.at),
                stories => print::tasks(stories, output, manner),
            }
        }
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
