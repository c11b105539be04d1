//! The ways out to the user. Each face is given parsed arguments and answers
//! with an exit code.

pub mod cli;
pub mod exit;
mod out;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
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

fn dispatch(_cli: Cli) -> Result<Exit, Stop> {
    Err(Stop::failed("not built yet"))
}
