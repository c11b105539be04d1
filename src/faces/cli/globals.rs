//! Flags that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Which server, which secret, and how to speak.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Which server.
    #[command(flatten)]
    pub server: ServerFlags,
    /// How to speak.
    #[command(flatten)]
    pub manner: MannerFlags,
    /// Send nothing that changes anything
    #[arg(
        long,
        global = true,
        env = "OBDECK_READ_ONLY",
        conflicts_with = "write"
    )]
    pub read_only: bool,
    /// Allow changes in a context that starts read-only
    #[arg(long, global = true, env = "OBDECK_WRITE")]
    pub write: bool,
    /// The configuration file
    #[arg(long, global = true, env = "OBDECK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write a log of the program itself
    #[arg(long, global = true, env = "OBDECK_LOG_FILE", value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Record every exchange, secrets masked
    #[arg(long, global = true, env = "OBDECK_RECORD", value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// More of the log; twice for all of it
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Which server, and who asks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which server")]
pub struct ServerFlags {
    /// A context of the configuration
    #[arg(long, global = true, env = "OBDECK_CONTEXT", value_name = "NAME")]
    pub context: Option<String>,
    /// An address; may be repeated for one cluster
    #[arg(
        long,
        global = true,
        env = "OBDECK_ENDPOINT",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub endpoint: Vec<String>,
    /// Home directory of the local agent: its socket is `run/obshell.sock` in it
    #[arg(long, global = true, env = "OBDECK_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// User of OCP
    #[arg(long, global = true, env = "OBDECK_USER", value_name = "NAME")]
    pub user: Option<String>,
    /// Access key of OCP
    #[arg(long, global = true, env = "OBDECK_ACCESS_KEY", value_name = "KEY")]
    pub access_key: Option<String>,
    /// Certificates to trust, PEM
    #[arg(long, global = true, env = "OBDECK_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Trust this key of an agent although another one is pinned
    #[arg(long, global = true, value_name = "SHA256:…")]
    pub accept_key: Option<String>,
}

/// How to speak to the terminal.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Appearance")]
pub struct MannerFlags {
    /// The theme
    #[arg(long, global = true, env = "OBDECK_THEME", value_name = "NAME")]
    pub theme: Option<String>,
    /// No colour (also `NO_COLOR`)
    #[arg(long, global = true, env = "OBDECK_NO_COLOR")]
    pub no_color: bool,
    /// ASCII only
    #[arg(long, global = true, env = "OBDECK_ASCII")]
    pub ascii: bool,
    /// Fewer bytes: slower polling, no animation
    #[arg(long, global = true, env = "OBDECK_LOW_BANDWIDTH")]
    pub low_bandwidth: bool,
    /// The language
    #[arg(long, global = true, env = "OBDECK_LANG", value_enum)]
    pub lang: Option<Lang>,
}

/// The languages of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English
    #[value(name = "en")]
    English,
    /// Simplified Chinese
    #[value(name = "zh-CN")]
    Chinese,
}

impl Lang {
    /// The name of the locale.
    #[must_use]
    pub fn locale(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}
