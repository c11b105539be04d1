//! `config.toml` as a whole.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use indexmap::IndexMap;
use rust_i18n::t;

use super::context::{self, Context};
use super::mistake::FileError;
use super::reader::{Doc, Place, Section};

/// What other floors know and a file must agree with.
#[derive(Clone, Copy)]
pub struct Vocabulary<'v> {
    /// Names of the actions that keys can be given to.
    pub actions: &'v [&'v str],
    /// Whether a text names a key; the error says what does.
    pub key: fn(&str) -> Result<(), String>,
    /// Names of the themes that there are.
    pub themes: &'v [String],
    /// Languages that there are.
    pub languages: &'v [&'v str],
}

/// How fast to poll, where the file says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Polling {
    /// Between two questions about something that moves.
    pub moving: Option<Duration>,
    /// Between two questions about something that stands still.
    pub still: Option<Duration>,
    /// The longest wait after failures.
    pub longest: Option<Duration>,
}

/// The configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The context to open where none is named.
    pub default: Option<String>,
    /// The contexts, in the order of the file.
    pub contexts: IndexMap<String, Context>,
    /// Keys by the name of their action; they replace its usual keys.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Name of the theme.
    pub theme: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Polling.
    pub polling: Polling,
    /// Clicks and the wheel.
    pub mouse: bool,
    /// Ring when a task that was followed ends.
    pub bell: bool,
    /// Tell the desktop around the terminal when it ends (OSC 9).
    pub notify: bool,
}

impl Config {
    /// Reads a file. One that is not there is an empty configuration; one with
    /// mistakes is an error that lists all of them.
    pub fn load(file: &Path, vocabulary: &Vocabulary) -> Result<Self, FileError> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(FileError::io(file, error)),
        };
        let meta = std::fs::metadata(file).map_err(|error| FileError::io(file, error))?;
        Self::parse(
            file,
            &text,
            Some(meta.permissions().mode() & 0o7777),
            vocabulary,
        )
    }

    /// Reads a text as if it stood in this file with this mode.
    pub fn parse(
        file: &Path,
        text: &str,
        mode: Option<u32>,
        vocabulary: &Vocabulary,
    ) -> Result<Self, FileError> {
        let doc = Doc::new(file, text);
        let table = doc.parse();
        let root = Section::root(&doc, &table);
        let folder = file.parent().unwrap_or(Path::new(""));
        let config = Self {
            contexts: contexts(&root, folder, mode),
            default: default(&root),
            keys: keys(&root, vocabulary),
            theme: one_of(&root, "theme", vocabulary.themes),
            language: one_of(&root, "language", vocabulary.languages),
            polling: polling(&root),
            mouse: flag(&root, "mouse"),
            bell: flag(&root, "bell"),
            notify: flag(&root, "notify"),
        };
        root.close();
        let mistakes = doc.into_mistakes();
        if mistakes.is_empty() {
            Ok(config)
        } else {
            Err(FileError::Mistakes(mistakes))
        }
    }
}

fn flag(root: &Section, key: &'static str) -> bool {
    let place = root.get(key);
    place.and_then(|place| place.flag()).unwrap_or(false)
}

fn contexts(root: &Section, folder: &Path, mode: Option<u32>) -> IndexMap<String, Context> {
    let section = root.get("contexts").and_then(|place| place.section());
    let entries = section.iter().flat_map(Section::entries);
    // The table is sorted by name; the line brings back the order of the file.
    let mut found: Vec<(usize, Context)> = entries
        .filter_map(|(name, place)| Some((place.line, context::read(name, &place, folder, mode)?)))
        .collect();
    found.sort_by_key(|(line, _)| *line);
    let named = |(_, context): (usize, Context)| (context.name.clone(), context);
    found.into_iter().map(named).collect()
}

/// The name must be that of a context, also of one that has mistakes of its own.
fn default(root: &Section) -> Option<String> {
    let place = root.get("default")?;
    let name = place.text()?;
    let section = root
        .get("contexts")
        .filter(|place| place.value.as_table().is_some())
        .and_then(|place| place.section());
    let names: Vec<&str> = section
        .iter()
        .flat_map(Section::entries)
        .map(|(name, _)| name)
        .collect();
    if !names.contains(&name) {
        let allowed = if names.is_empty() {
            t!("the name of a [contexts.NAME], and there is none").into_owned()
        } else {
            names.join(", ")
        };
        place.wrong(&place.found(), &allowed);
    }
    Some(name.to_owned())
}

fn one_of<S: AsRef<str>>(root: &Section, key: &'static str, allowed: &[S]) -> Option<String> {
    let place = root.get(key)?;
    let words: Vec<(&str, &str)> = allowed
        .iter()
        .map(|word| (word.as_ref(), word.as_ref()))
        .collect();
    place.choice(&words).map(str::to_owned)
}

fn keys(root: &Section, vocabulary: &Vocabulary) -> BTreeMap<String, Vec<String>> {
    let section = root.get("keys").and_then(|place| place.section());
    let mut keys = BTreeMap::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (action, place) in section.iter().flat_map(Section::entries) {
        if !vocabulary.actions.contains(&action) {
            place.wrong(&t!("an unknown action"), &vocabulary.actions.join(", "));
            continue;
        }
        let mut own = Vec::new();
        for (text, item) in one_or_many(&place) {
            if let Err(allowed) = (vocabulary.key)(text) {
                item.wrong(&format!("\"{text}\""), &allowed);
            } else if let Some(other) = taken.insert(text, action) {
                item.wrong(
                    &t!(
                        "\"%{key}\", which %{other} has too",
                        key = text,
                        other = other
                    ),
                    &t!("each key once"),
                );
            } else {
                own.push(text.to_owned());
            }
        }
        keys.insert(action.to_owned(), own);
    }
    keys
}

/// `"x"` or `["x", "ctrl-d"]`.
fn one_or_many<'d, 'a>(place: &Place<'d, 'a>) -> Vec<(&'d str, Place<'d, 'a>)> {
    match place.value.as_str() {
        Some(text) => vec![(text, place.clone())],
        None => place.texts(),
    }
}

fn polling(root: &Section) -> Polling {
    let Some(section) = root.get("polling").and_then(|place| place.section()) else {
        return Polling::default();
    };
    let time = |key| section.get(key).and_then(|place| duration(&place));
    let polling = Polling {
        moving: time("moving"),
        still: time("still"),
        longest: time("longest"),
    };
    section.close();
    polling
}

/// `"500ms"`, `"2s"`, `"1m"`; not faster than five times a second.
fn duration(place: &Place) -> Option<Duration> {
    let allowed = "\"500ms\", \"2s\", \"1m\" (200ms – 1h)";
    let parsed = place.value.as_str().and_then(|text| {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let number: u64 = digits.parse().ok()?;
        let ms = match &text[digits.len()..] {
            "ms" => number,
            "s" => number.checked_mul(1000)?,
            "m" => number.checked_mul(60_000)?,
            _ => return None,
        };
        (200..=3_600_000)
            .contains(&ms)
            .then(|| Duration::from_millis(ms))
    });
    if parsed.is_none() {
        place.wrong(&place.found(), allowed);
    }
    parsed
}
