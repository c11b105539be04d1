//! `get` and `view`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::TaskOutput;

/// What `get` can picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pane {
    /// The cluster in one row
    Cluster,
    /// Its zones
    Zones,
    /// Its observers
    Servers,
    /// Its OBProxies
    Proxies,
    /// Its agents
    Agents,
    /// Its tasks, newest first
    Tasks,
    /// Its tenants
    Tenants,
    /// Its parameters
    Parameters,
    /// Hosts (OCP)
    Hosts,
    /// Packages that were uploaded
    Packages,
    /// Alarms (OCP)
    Alarms,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListOutput {
    /// The columns that matter
    #[default]
    Table,
    /// All columns
    Wide,
    /// One JSON object
    Json,
}

/// `obdeck get`.
#[derive(Clone, Copy, Debug, Args)]
pub struct GetArgs {
    /// What to picture.
    #[arg(value_enum)]
    pub pane: Pane,
    /// How to print it
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: ListOutput,
}

/// `obdeck view`.
#[derive(Clone, Debug, Args)]
pub struct ViewArgs {
    /// An answer, an envelope, a recorded exchange, or JSON lines; `-` is stdin
    pub file: PathBuf,
    /// Print it instead of opening it
    #[arg(short, long, value_enum)]
    pub output: Option<TaskOutput>,
}
