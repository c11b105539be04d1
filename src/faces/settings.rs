//! `config`, `theme` and `keys`: what is configured, and what can be.

mod asking;

use std::fmt::Write as _;
use std::io::Write as _;

use super::access::Reach;
use super::cli::{ConfigCommand, Globals, ThemeCommand};
use super::configured;
use super::exit::{Exit, Stop};
use super::out;
use crate::base::text;
use crate::config::{KnownKeys, Places, SAMPLE, theme::Theme};
use crate::console::action::ACTIONS;
use crate::fleet::Address;
use crate::link::{Ask, Picture};
use crate::view::theme::NAMES;

fn places(globals: &Globals) -> Result<Places, Stop> {
    configured::places(globals)
        .ok_or_else(|| Stop::failed("there is no home directory; say --config FILE"))
}

/// `obdeck config`.
///
/// # Errors
/// No home directory; a file that is there already or has mistakes; with `--ask`
/// what the servers said.
pub async fn config(globals: &Globals, command: ConfigCommand) -> Result<Exit, Stop> {
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
        ConfigCommand::Check { ask } => {
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
            if ask {
                return asking::contexts(globals, &config).await;
            }
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

/// `obdeck keys trust ADDRESS`: asks the agent for its key, shows it and trusts
/// it from now on.
///
/// # Errors
/// Nobody answers (6), nobody is there to be asked (2), the operator does not
/// want to (8).
pub async fn trust(globals: &Globals, address: &str, yes: bool) -> Result<Exit, Stop> {
    let places = places(globals)?;
    let address: Address = address
        .parse()
        .map_err(|error| Stop::usage(format!("keys trust {address}: {error}")))?;
    let backend = Reach::at(globals, &address).backend()?;
    let asked = backend.ask(&Ask::Probe(address.clone())).await?;
    let Picture::Probe(probe) = asked.picture else {
        return Err(Stop::failed("another question was answered"));
    };
    let failed = |error: crate::config::FileError| Stop::failed(error.to_string());
    let known = KnownKeys::in_file(places.known_keys());
    let name = address.to_string();
    let pinned = known.all().map_err(failed)?.remove(&name);
    out::note(&format!("{name} offers {}", probe.fingerprint));
    match &pinned {
        Some(pinned) if *pinned == probe.fingerprint => {
            out::note("it is trusted already");
            return Ok(Exit::Done);
        }
        Some(pinned) => out::note(&format!("trusted was    {pinned}")),
        None => {}
    }
    if !yes && !out::confirm("trust this key from now on?")? {
        return Err(Stop::new(Exit::Withheld, "nothing was changed"));
    }
    known.trust(&name, &probe.fingerprint).map_err(failed)?;
    out::note(&format!("trusted: {name} {}", probe.fingerprint));
    Ok(Exit::Done)
}

/// `obdeck keys`.
///
/// # Errors
/// A closed pipe.
pub fn keys() -> Result<Exit, Stop> {
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
