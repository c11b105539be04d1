//! The configuration file, with what the other floors know of its words.

use std::time::Duration;

use super::cli::Globals;
use super::exit::Stop;
use crate::config::theme::{DEFAULT, Theme};
use crate::config::{Config, FileError, Places, Vocabulary};
use crate::console::Key;
use crate::console::action::ACTIONS;
use crate::view::theme::NAMES;

/// A task moves at most once a second (`api/obshell.md §5.5`).
pub const PACE: Duration = Duration::from_secs(1);

/// The languages of the catalogue.
pub const LANGUAGES: &[&str] = &["en", "zh-CN"];

/// Where obdeck's files are; `None`: this user has no home.
#[must_use]
pub fn places(globals: &Globals) -> Option<Places> {
    Places::find(globals.config.clone())
}

/// Reads the configuration; a file that is not there is an empty one.
///
/// # Errors
/// Every mistake of the file: exit 1.
pub fn load(globals: &Globals) -> Result<Config, Stop> {
    let Some(places) = places(globals) else {
        return Ok(Config::default());
    };
    read(&places).map_err(|error| Stop::failed(error.to_string()))
}

/// How often a task that is followed is asked for without a screen: as the file
/// says, else once a second. A file with mistakes is no hindrance here: who
/// needs a context of it will be told.
#[must_use]
pub fn pace(globals: &Globals) -> Duration {
    let polling = load(globals).map(|config| config.polling.moving);
    polling.ok().flatten().unwrap_or(PACE)
}

/// Reads the configuration of these places.
///
/// # Errors
/// Every mistake of the file.
pub fn read(places: &Places) -> Result<Config, FileError> {
    let actions: Vec<&str> = ACTIONS.iter().map(|info| info.name).collect();
    let themes = Theme::list(Some(&places.themes));
    let vocabulary = Vocabulary {
        actions: &actions,
        key: |text| text.parse::<Key>().map(|_| ()).map_err(|e| e.to_string()),
        themes: &themes,
        languages: LANGUAGES,
    };
    Config::load(&places.config, &vocabulary)
}

/// The theme that flag or configuration name.
///
/// # Errors
/// A theme that does not exist (2) or has mistakes (1).
pub fn theme(globals: &Globals, config: &Config) -> Result<Theme, Stop> {
    let name = globals.manner.theme.as_deref();
    let name = name.or(config.theme.as_deref()).unwrap_or(DEFAULT);
    let folder = places(globals).map(|places| places.themes);
    let names: Vec<&str> = NAMES.iter().map(|(word, _)| *word).collect();
    let found = Theme::load(name, folder.as_deref(), &names)
        .map_err(|error| Stop::failed(error.to_string()))?;
    found.ok_or_else(|| {
        let known = Theme::list(folder.as_deref()).join(", ");
        Stop::usage(format!("there is no theme `{name}`; there are: {known}"))
    })
}

/// The language: the flag, else the locale of the shell.
#[must_use]
pub fn language(globals: &Globals) -> &'static str {
    if let Some(lang) = globals.manner.lang {
        return lang.locale();
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.starts_with("zh") => "zh-CN",
        _ => "en",
    }
}
