//! `do`.

use std::path::PathBuf;

use clap::Args;

use super::Follow;

/// `obdeck do`. Its help is the form's own when a form is named.
#[derive(Clone, Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the flags of a command line are independent of each other"
)]
#[command(disable_help_flag = true)]
pub struct DoArgs {
    /// The form: `obdeck do --list` names them
    #[arg(required_unless_present_any = ["list", "help"])]
    pub form: Option<String>,
    /// A value of a field; may be repeated
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub sets: Vec<String>,
    /// Values from a file, TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Print each request, secrets masked, and send none
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing before it is sent
    #[arg(long)]
    pub yes: bool,
    /// Name what is destroyed, for a production context
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// How the task that it makes is followed.
    #[command(flatten)]
    pub follow: Follow,
    /// List the forms
    #[arg(long)]
    pub list: bool,
    /// Print help; with a form, its fields
    #[arg(short, long)]
    pub help: bool,
}
