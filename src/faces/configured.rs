//! The configuration file, with what the other floors know of its words.

use super::cli::Globals;
use super::exit::Stop;
use crate::config::{Config, FileError, Places, Vocabulary, theme};
use crate::console::Key;
use crate::console::action::ACTIONS;

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

/// Reads the configuration of these places.
///
/// # Errors
/// Every mistake of the file.
pub fn read(places: &Places) -> Result<Config, FileError> {
    let actions: Vec<&str> = ACTIONS.iter().map(|info| info.name).collect();
    let themes = theme::Theme::list(Some(&places.themes));
    let vocabulary = Vocabulary {
        actions: &actions,
        key: |text| text.parse::<Key>().map(|_| ()).map_err(|e| e.to_string()),
        themes: &themes,
        languages: LANGUAGES,
    };
    Config::load(&places.config, &vocabulary)
}
