//! `config`, `theme` and `keys`: what is configured, and what can be.

use std::fmt::Write as _;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::cli::{ConfigCommand, Globals, KeysArgs, KeysCommand, ThemeCommand};
use super::exit::{Exit, Stop};
use super::out;
use crate::base::text;
use crate::console::action::ACTIONS;

/// `obdeck config`.
///
/// # Errors
/// No home directory; a file that is there already or cannot be read.
pub fn config(globals: &Globals, command: ConfigCommand) -> Result<Exit, Stop> {
    let path = path(globals)?;
    match command {
        ConfigCommand::Path => out::data(&path.display().to_string())?,
        ConfigCommand::Init | ConfigCommand::Check => {
            return Err(Stop::new(
                Exit::Withheld,
                "this version reads no configuration file yet; flags and OBDECK_ variables do it all",
            ));
        }
    }
    Ok(Exit::Done)
}

/// Where the configuration is looked for.
fn path(globals: &Globals) -> Result<PathBuf, Stop> {
    if let Some(path) = &globals.config {
        return Ok(path.clone());
    }
    let base = etcetera::choose_base_strategy()
        .map_err(|_| Stop::failed("there is no home directory; say --config FILE"))?;
    Ok(base.config_dir().join("obdeck").join("config.toml"))
}

/// `obdeck theme`.
///
/// # Errors
/// A theme that does not exist.
pub fn theme(command: &ThemeCommand) -> Result<Exit, Stop> {
    const BUILT_IN: &[(&str, &str)] = &[];
    match command {
        ThemeCommand::List => {
            let names: Vec<_> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            out::data(&names.join("\n"))?;
        }
        ThemeCommand::Show { name } => {
            let (_, text) = BUILT_IN
                .iter()
                .find(|(known, _)| known == name)
                .ok_or_else(|| {
                    Stop::usage(format!("there is no theme `{name}`; there is: default"))
                })?;
            out::data(text)?;
        }
    }
    Ok(Exit::Done)
}

/// `obdeck keys`.
///
/// # Errors
/// A closed pipe.
pub fn keys(args: &KeysArgs) -> Result<Exit, Stop> {
    if let Some(KeysCommand::Trust { address }) = &args.command {
        return Err(Stop::new(
            Exit::Withheld,
            format!("{address}: this version pins no keys, so there is none to trust"),
        ));
    }
    let keys: Vec<String> = ACTIONS.iter().map(|info| info.keys.join(" ")).collect();
    let room = |lines: &mut dyn Iterator<Item = usize>| lines.max().unwrap_or(0);
    let first = room(&mut keys.iter().map(|keys| text::width(keys)));
    let second = room(&mut ACTIONS.iter().map(|info| text::width(info.name)));
    let mut page = String::new();
    for (info, keys) in ACTIONS.iter().zip(&keys) {
        let _ = writeln!(
            page,
            "{}  {}  {}",
            text::pad_right(keys, first),
            text::pad_right(info.name, second),
            info.doc()
        );
    }
    out::data(&page)?;
    Ok(Exit::Done)
}
