//! The ways out to the user. Each face is given parsed arguments and answers
//! with an exit code.

mod access;
pub mod cli;
mod configured;
mod diagnosis;
mod doing;
pub mod exit;
mod lists;
mod logging;
mod operating;
mod out;
mod print;
mod screen;
mod serve;
mod setting_up;
mod settings;
mod tasks;
mod view;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use access::{Reach, leaving};
use cli::{Cli, Command, Globals, KeysCommand};
use exit::{Exit, Stop};
use screen::Start;
use screen::opening::Target;

/// Parses the command line and runs the face that it names.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    guard();
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
    match dispatch(&cli) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            if !stop.message.is_empty() {
                out::note(&format!("obdeck: {stop}"));
            }
            stop.exit.into()
        }
    }
}

/// Passwords live in this process: no core file of it, and no other program of
/// this user may look into it.
fn guard() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Where the kernel refuses, everything works as before.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

fn dispatch(cli: &Cli) -> Result<Exit, Stop> {
    let globals = &cli.globals;
    logging::begin(globals)?;
    rust_i18n::set_locale(configured::language(globals));
    match &cli.command {
        None => open(globals, Reach::find(globals)?.map(Target::Reach)),
        Some(Command::Connect(args)) => {
            let reach = Reach::addresses(globals, &args.addresses, "connect")?;
            open(globals, Some(Target::Reach(reach)))
        }
        Some(Command::Demo(args)) => open(globals, Some(serve::demo(&args.engine)?)),
        Some(Command::Sim(args)) => runtime()?.block_on(serve::run(args)),
        Some(Command::Get(args)) => to_the_end(async {
            let backend = Reach::resolve(globals)?.open().await?;
            lists::get(backend.as_ref(), args.pane, args.output).await
        }),
        Some(Command::Task { command }) => to_the_end(tasks::run(globals, command)),
        Some(Command::Do(args)) => to_the_end(doing::run(globals, args)),
        Some(Command::View(args)) => match view::shelf(args)? {
            Some(shelf) => open(globals, Some(Target::Shelf(shelf))),
            None => view::print(args, globals.manner.ascii),
        },
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "obdeck", &mut script);
            out::data(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Done)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            out::data(&String::from_utf8_lossy(&page))?;
            Ok(Exit::Done)
        }
        Some(Command::Config { command }) => to_the_end(settings::config(globals, *command)),
        Some(Command::Theme { command }) => settings::theme(globals, command),
        Some(Command::Keys(args)) => match &args.command {
            None => settings::keys(),
            Some(KeysCommand::Trust { address, yes }) => {
                to_the_end(settings::trust(globals, address, *yes))
            }
        },
        Some(Command::Plan {
            command: cli::PlanCommand::Check { file },
        }) => setting_up::check(file),
        Some(Command::Apply(args)) => to_the_end(setting_up::apply(globals, args)),
    }
}

/// Opens the console.
fn open(globals: &Globals, target: Option<Target>) -> Result<Exit, Stop> {
    let read_only = match &target {
        Some(Target::Reach(reach)) => reach.read_only,
        Some(Target::Shelf(_)) => true,
        _ => globals.read_only,
    };
    let start = Start {
        target,
        task: None,
        read_only,
    };
    let runtime = beside_the_screen()?;
    let ended = runtime.block_on(screen::run(globals, start));
    // The terminal is given back by now.
    runtime.block_on(leaving::leave());
    // A request that hangs must not keep the operator from the shell.
    runtime.shutdown_background();
    ended
}

/// Runs a command, and ends the sessions that it opened.
fn to_the_end(command: impl Future<Output = Result<Exit, Stop>>) -> Result<Exit, Stop> {
    runtime()?.block_on(async {
        let ended = command.await;
        leaving::leave().await;
        ended
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// The console draws on the thread that came with the process. What it waits
/// for is work for one other, and each thread has a store of memory of its own
/// that it does not give back.
fn beside_the_screen() -> Result<tokio::runtime::Runtime, Stop> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?)
}

/// The width to keep within, where a person reads.
fn columns() -> Option<usize> {
    if !out::is_terminal() {
        return None;
    }
    let (columns, _) = crossterm::terminal::size().ok()?;
    Some(usize::from(columns).max(20))
}
