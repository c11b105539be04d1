//! A program that gives a secret, and why one did not come.

use std::process::{Command, Output, Stdio};

use rust_i18n::t;

/// Why a secret did not come.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The variable is not there.
    #[error("{}", t!("the variable %{name} is not set", name = .0))]
    NoVariable(String),
    /// The command could not run or failed.
    #[error("{}", t!("the command %{command} gave no secret: %{reason}", command = command, reason = reason))]
    Command {
        /// Its name, without arguments.
        command: String,
        /// What it said.
        reason: String,
    },
    /// The keyring gave none.
    #[error("{}", t!("the keyring gave no secret %{name}: %{reason}", name = name, reason = reason))]
    Keyring {
        /// Under which name it was looked for.
        name: String,
        /// What was wrong, and what helps.
        reason: String,
    },
    /// Nobody could be asked.
    #[error("{}", t!("nobody could be asked: %{reason}", reason = .0))]
    Prompt(std::io::Error),
}

/// Variables that hold secrets.
const SECRETS: [&str; 3] = [
    "OBDECK_PASSWORD",
    "OBDECK_AGENT_PASSWORD",
    "OBDECK_SECRET_KEY",
];

/// The command may itself ask (a password store unlocks): it keeps the terminal.
pub(super) fn output_of(words: &[String]) -> std::io::Result<Output> {
    let (program, arguments) = words.split_first().map_or(("", &[][..]), |(p, a)| (p, a));
    let mut command = Command::new(program);
    // A program that keeps one secret has no business with the others.
    for name in SECRETS {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
}
