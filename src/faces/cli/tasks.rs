//! `task`.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{ListOutput, words};

/// What to do with tasks.
#[derive(Clone, Debug, Subcommand)]
pub enum TaskCommand {
    /// All tasks, newest first
    List {
        /// How to print them
        #[arg(short, long, value_enum, default_value = "table")]
        output: ListOutput,
    },
    /// One task as a tree
    Show(ShowArgs),
    /// Follow a task to its end
    Watch(WatchArgs),
    /// Run what failed again
    Retry(OperateArgs),
    /// Undo a failed task
    Rollback(OperateArgs),
    /// Stop a running task
    Cancel(OperateArgs),
    /// Declare what failed done
    Pass(OperateArgs),
    /// OCP: skip a failed subtask
    Skip(OperateArgs),
    /// Logs of a task
    Logs(LogsArgs),
    /// The task, what failed and its logs in one text
    Diagnose(DiagnoseArgs),
}

/// How one task is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TaskOutput {
    /// For eyes
    #[default]
    Tree,
    /// For programs
    Json,
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
    /// A picture
    Svg,
}

/// `obdeck task show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// The task.
    pub id: String,
    /// How to print it
    #[arg(short, long, value_enum, default_value = "tree")]
    pub output: TaskOutput,
}

/// How a watch speaks and when it ends.
#[derive(Clone, Debug, Default, Args)]
pub struct Follow {
    /// Do not follow the task
    #[arg(long)]
    pub no_watch: bool,
    /// How it speaks and when it ends.
    #[command(flatten)]
    pub limits: Limits,
}

/// Forms and ends of a watch.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Limits {
    /// One line an event, also on a terminal
    #[arg(long)]
    pub plain: bool,
    /// One JSON object a line
    #[arg(long, conflicts_with = "plain")]
    pub json: bool,
    /// End the watch after this time; the task goes on
    #[arg(long, value_name = "T", value_parser = words::duration)]
    pub timeout: Option<Duration>,
    /// End the watch when the server stays away for this time
    #[arg(long, value_name = "T", value_parser = words::duration)]
    pub give_up: Option<Duration>,
}

/// `obdeck task watch`.
#[derive(Clone, Debug, Args)]
pub struct WatchArgs {
    /// The task; of several, all on one screen
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// How it speaks and when it ends.
    #[command(flatten)]
    pub limits: Limits,
}

/// `obdeck task retry`, `rollback`, `cancel`, `pass`.
#[derive(Clone, Debug, Args)]
pub struct OperateArgs {
    /// The task.
    pub id: String,
    /// One node of it: a key (`node:7`), or a bare id where it is unique
    #[arg(long, value_name = "KEY")]
    pub node: Option<String>,
    /// Ask nothing before it is sent
    #[arg(long)]
    pub yes: bool,
    /// Name the cluster, for a production context
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// How the task is followed afterwards.
    #[command(flatten)]
    pub follow: Follow,
}

/// `obdeck task diagnose`.
#[derive(Clone, Debug, Args)]
pub struct DiagnoseArgs {
    /// The task.
    pub id: String,
    /// Write it to this new file, which only you can read
    #[arg(long, value_name = "FILE")]
    pub file: Option<std::path::PathBuf>,
}

/// `obdeck task logs`.
#[derive(Clone, Debug, Args)]
pub struct LogsArgs {
    /// The task.
    pub id: String,
    /// One node of it: a key (`sub_task:3`), or a bare id where it is unique
    #[arg(long, value_name = "KEY")]
    pub node: Option<String>,
    /// Go on until the task ends
    #[arg(long)]
    pub follow: bool,
}
