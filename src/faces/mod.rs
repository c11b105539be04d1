//! The ways out to the user. Each face is given parsed arguments and answers
//! with an exit code.

pub mod cli;
pub mod exit;
mod out;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use exit::{Exit, Stop};

/// Parses the command line and runs the face that it names.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(answer) => {
            // Help on a closed pipe has nobody to complain to.
            let _ = answer.print();
            return if answer.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    match dispatch(cli) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            if !stop.message.is_empty() {
                out::note(&format!("obdeck: {stop}"));
            }
            stop.exit.into()
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Stop> {
    if let Some(lang) = cli.globals.manner.lang {
        rust_i18n::set_locale(lang.locale());
    }
    match cli.command {
        Some(Command::Sim(args)) => runtime()?.block_on(serve::run(args)),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "obdeck", &mut script);
            out::data(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Done)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            out::data(&String::from_utf8_lossy(&page))?;
            Ok(Exit::Done)
        }
        _ => Err(Stop::failed("this command is not built yet")),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
