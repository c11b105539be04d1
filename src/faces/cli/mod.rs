//! Every command and flag. Help, man page and completions come from this table.

mod asking;
mod doing;
mod globals;
mod serving;
mod tasks;
mod words;

use clap::{Args, Parser, Subcommand};

pub use asking::{GetArgs, ListOutput, Pane, ViewArgs};
pub use doing::DoArgs;
pub use globals::{Globals, Lang, MannerFlags, ServerFlags};
pub use serving::{DemoArgs, Engine, SimArgs};
pub use tasks::{
    DiagnoseArgs, Follow, Limits, LogsArgs, OperateArgs, ShowArgs, TaskCommand, TaskOutput,
    WatchArgs,
};
pub use words::duration;

/// A terminal console for the people who run `OceanBase` clusters.
///
/// Without a command it opens the console: on the default context of the
/// configuration, else on the socket of the local agent, else on a welcome page.
#[derive(Debug, Parser)]
#[command(
    name = "obdeck",
    version,
    max_term_width = 100,
    subcommand_required = false
)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do; the console when absent.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the console on addresses, without configuration
    Connect(ConnectArgs),
    /// Open the console on an embedded simulator; nothing of yours is touched
    Demo(DemoArgs),
    /// Serve the simulator for other programs
    Sim(SimArgs),
    /// Print one picture of a pane
    Get(GetArgs),
    /// List, show, follow and steer tasks
    Task {
        /// What to do with them.
        #[command(subcommand)]
        command: TaskCommand,
    },
    /// Fill in a form without a screen and send it
    Do(DoArgs),
    /// First-time setup from a file: check the file
    Plan {
        /// What to do with it.
        #[command(subcommand)]
        command: PlanCommand,
    },
    /// First-time setup from a file: do it, or go on with it
    Apply(ApplyArgs),
    /// Open a saved answer or recording, offline
    View(ViewArgs),
    /// Print the completions of a shell
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
    /// Write, check or find the configuration file
    Config {
        /// What to do with it.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// List the themes or show one
    Theme {
        /// What to do with them.
        #[command(subcommand)]
        command: ThemeCommand,
    },
    /// List the keys of the console, or trust the key of an agent
    Keys(KeysArgs),
}

/// `obdeck connect`.
#[derive(Debug, Args)]
pub struct ConnectArgs {
    /// `10.0.0.5`, `10.0.0.5:2886`, `http://ocp:8080` or `unix:/path/obshell.sock`
    #[arg(required = true, value_name = "ADDRESS")]
    pub addresses: Vec<String>,
}

/// `obdeck plan`.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Name every mistake of a plan file
    Check {
        /// The plan.
        file: std::path::PathBuf,
    },
}

/// `obdeck apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The plan.
    pub file: std::path::PathBuf,
    /// Print each request, secrets masked, and send none
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing
    #[arg(long)]
    pub yes: bool,
}

/// `obdeck config`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented configuration file where none is
    Init,
    /// Name every mistake of the configuration file
    Check {
        /// Also ask its contexts (or that of --context) whether they answer, and whether
        /// the session that one wants can be opened
        #[arg(long)]
        ask: bool,
    },
    /// Print where the configuration file is looked for
    Path,
}

/// `obdeck theme`.
#[derive(Debug, Subcommand)]
pub enum ThemeCommand {
    /// Names of the built-in themes and of yours
    List,
    /// One theme as TOML
    Show {
        /// Its name.
        name: String,
    },
}

/// `obdeck keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// What to do; the list of keys when absent.
    #[command(subcommand)]
    pub command: Option<KeysCommand>,
}

/// `obdeck keys trust`.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Ask an agent for its key and trust it from now on
    Trust {
        /// The agent.
        address: String,
        /// Ask nothing
        #[arg(long)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_table_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn reads_the_commands_of_the_promise() {
        for line in [
            "obdeck",
            "obdeck connect 10.0.0.5 unix:/x",
            "obdeck demo --scene failure --speed 5 --seed 7",
            "obdeck sim --scene fresh --agents 5 --listen 127.0.0.1:4000 --fault delay=5s --fault reset#2",
            "obdeck get servers -o json --endpoint 10.0.0.5 --endpoint 10.0.0.6",
            "obdeck task list",
            "obdeck task show 22 -o mermaid",
            "obdeck task watch 22 --json --timeout 5m --give-up 30s",
            "obdeck task pass 22 --node node:7 --yes --no-watch",
            "obdeck task logs 22 --node sub_task:3 --follow",
            "obdeck do join --set agent=a --set master=b --dry-run",
            "obdeck do --list",
            "obdeck do join --help",
            "obdeck plan check p.toml",
            "obdeck apply p.toml --dry-run",
            "obdeck view f.json -o svg",
            "obdeck completions bash",
            "obdeck config path",
            "obdeck config check --ask --context prod",
            "obdeck theme show dark",
            "obdeck keys",
            "obdeck keys trust 10.0.0.5:2886 --yes",
            "obdeck --read-only --no-color --ascii --lang zh-CN -v get zones",
        ] {
            let parsed = Cli::try_parse_from(line.split(' '));
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        for line in [
            "obdeck --read-only --write get zones",
            "obdeck task watch 1 --plain --json",
            "obdeck do",
            "obdeck get pies",
            "obdeck sim --speed 0",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
