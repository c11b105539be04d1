//! `config`, `theme` and `keys`: what is configured, and what can be.

use std::fmt::Write as _;
use std::io::Write as _;

use super::cli::{ConfigCommand, Globals, KeysArgs, KeysCommand, ThemeCommand};
use super::configured;
use super::exit::{Exit, Stop};
use super::out;
use crate::base::text;
use crate::config::{Places, SAMPLE, theme::Theme};
use crate::console::action::ACTIONS;
use crate::view::theme::NAMES;

fn places(globals: &Globals) -> Result<Places, Stop> {
    configured::places(globals)
        .ok_or_else(|| Stop::failed("there is no home directory; say --config FILE"))
}

/// `obdeck config`.
///
/// # Errors
/// No home directory; a file that is there already or has mistakes.
pub fn config(globals: &Globals, command: ConfigCommand) -> Result<Exit, Stop> {
    let places = places(globals)?;
    let path = places.config.display().to_string();
    match command {
        ConfigCommand::Path => out::data(&path)?,
        ConfigCommand::Init => {
            let failed = |error: std::io::Error| Stop::failed(format!("{path}: {error}"));
            if let Some(folder) = places.config.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&places.config)
                .map_err(failed)?;
            file.write_all(SAMPLE.as_bytes()).map_err(failed)?;
            out::note(&format!("written: {path}"));
        }
        ConfigCommand::Check => {
            if !places.config.exists() {
                out::note(&format!(
                    "{path}: not there; `obdeck config init` writes one"
                ));
                return Ok(Exit::Done);
            }
            let config = configured::load(globals)?;
            out::note(&format!(
                "{path}: no mistakes, {} contexts",
                config.contexts.len()
            ));
        }
    }
    Ok(Exit::Done)
}

/// `obdeck theme`.
///
/// # Errors
/// A theme that does not exist or has mistakes.
pub fn theme(globals: &Globals, command: &ThemeCommand) -> Result<Exit, Stop> {
    let folder = configured::places(globals).map(|places| places.themes);
    let folder = folder.as_deref();
    match command {
        ThemeCommand::List => out::data(&Theme::list(folder).join("\n"))?,
        ThemeCommand::Show { name } => {
            let failed = |error: crate::config::FileError| Stop::failed(error.to_string());
            let Some((file, text)) = Theme::text(name, folder).map_err(failed)? else {
                let known = Theme::list(folder).join(", ");
                return Err(Stop::usage(format!(
                    "there is no theme `{name}`; there are: {known}"
                )));
            };
            let names: Vec<&str> = NAMES.iter().map(|(word, _)| *word).collect();
            Theme::parse(&file, &text, &names).map_err(failed)?;
            out::data(&text)?;
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
