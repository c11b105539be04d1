//! `obdeck task`.

use jiff::Timestamp;

use super::access::Reach;
use super::cli::{Globals, LogsArgs, OperateArgs, ShowArgs, TaskCommand, WatchArgs};
use super::exit::{Exit, Stop};
use super::operating::{cancel_all, find, one, plausible, requests};
use super::print::{self, Manner};
use super::watch::{self, Watch};
use super::{columns, diagnosis, doing, lists, out};
use crate::fleet::request::Request;
use crate::fleet::task::{Key, Node, NodeKind, Operation, Source, State, Task, TaskId};
use crate::link::{Ask, Backend, Picture};

/// Runs one of the commands.
///
/// # Errors
/// What the server said; how the task ended.
pub async fn run(globals: &Globals, command: &TaskCommand) -> Result<Exit, Stop> {
    match command {
        TaskCommand::List { output } => {
            let backend = Reach::resolve(globals)?.open().await?;
            let asked = backend.ask(&Ask::Tasks).await?;
            let Picture::Tasks(tasks) = asked.picture else {
                return Err(Stop::failed("another question was answered"));
            };
            out::data(&lists::tasks(&tasks, *output))?;
            Ok(Exit::Done)
        }
        TaskCommand::Show(args) => show(globals, args).await,
        TaskCommand::Watch(args) => watch(globals, args).await,
        TaskCommand::Logs(args) => logs(globals, args).await,
        TaskCommand::Diagnose(args) => diagnosis::run(globals, args).await,
        TaskCommand::Retry(args) => operate(globals, args, Operation::Retry).await,
        TaskCommand::Rollback(args) => operate(globals, args, Operation::Rollback).await,
        TaskCommand::Cancel(args) => operate(globals, args, Operation::Cancel).await,
        TaskCommand::Pass(args) => operate(globals, args, Operation::Pass).await,
        TaskCommand::Skip(args) => skip(globals, args).await,
    }
}

async fn show(globals: &Globals, args: &ShowArgs) -> Result<Exit, Stop> {
    let reach = Reach::resolve(globals)?;
    let durations = reach.durations();
    let backend = reach.open().await?;
    let task = one(backend.as_ref(), &args.id).await?;
    let manner = Manner {
        ascii: globals.manner.ascii,
        columns: columns(),
    };
    out::data(&print::task(
        &task,
        args.output,
        manner,
        &durations.load(),
        Timestamp::now(),
    ))?;
    Ok(Exit::Done)
}

async fn watch(globals: &Globals, args: &WatchArgs) -> Result<Exit, Stop> {
    let reach = Reach::resolve(globals)?;
    let backend = reach.clone().open().await?;
    for id in &args.ids {
        plausible(backend.source(), id)?;
    }
    let watch = Watch {
        ids: args.ids.iter().cloned().map(TaskId).collect(),
        asked: None,
        made: None,
        limits: args.limits,
        ascii: globals.manner.ascii,
        reach,
    };
    watch::follow(backend.as_ref(), watch).await
}

async fn operate(
    globals: &Globals,
    args: &OperateArgs,
    operation: Operation,
) -> Result<Exit, Stop> {
    let reach = Reach::resolve(globals)?;
    let access = reach.write()?;
    confirmed(&reach, args.confirm.as_deref())?;
    let backend = reach.clone().open().await?;
    plausible(backend.source(), &args.id)?;
    let node = args.node.as_deref();
    let requests = requests(backend.as_ref(), &args.id, node, operation).await?;
    let show = |request: &Request| out::note(&doing::shown(request));
    requests.iter().for_each(show);
    let question = format!("{} task {}?", word(operation), args.id);
    if !args.yes && !out::confirm(&question)? {
        return Err(Stop::new(Exit::Withheld, "not sent"));
    }
    if operation == Operation::Cancel && node.is_none() && backend.source() == Source::Ocp {
        cancel_all(backend.as_ref(), &access, &args.id, requests, show).await?;
    } else {
        for request in &requests {
            backend.send(&access, request).await?;
        }
    }
    out::note(&format!(
        "{}: accepted for task {}",
        word(operation),
        args.id
    ));
    if args.follow.no_watch {
        return Ok(Exit::Done);
    }
    let watch = Watch {
        ids: vec![TaskId(args.id.clone())],
        asked: Some(operation),
        made: None,
        limits: args.follow.limits,
        ascii: globals.manner.ascii,
        reach,
    };
    watch::follow(backend.as_ref(), watch).await
}

/// OCP's word for passing a subtask; an agent has another one.
async fn skip(globals: &Globals, args: &OperateArgs) -> Result<Exit, Stop> {
    let mut reach = Reach::resolve(globals)?;
    reach.settle().await?;
    if !reach.is_platform() {
        return Err(Stop::new(
            Exit::Withheld,
            "skip belongs to OCP; obshell's word is `task pass --node`",
        ));
    }
    operate(globals, args, Operation::Pass).await
}

/// A production context wants its name typed; `--yes` is not enough.
pub fn confirmed(reach: &Reach, confirm: Option<&str>) -> Result<(), Stop> {
    if reach.production && confirm != Some(reach.name.as_str()) {
        return Err(Stop::new(
            Exit::Withheld,
            format!("{0} is production: say --confirm {0}", reach.name),
        ));
    }
    Ok(())
}

fn word(operation: Operation) -> &'static str {
    match operation {
        Operation::Retry => "retry",
        Operation::Rollback => "roll back",
        Operation::Cancel => "cancel",
        Operation::Pass => "pass",
    }
}

async fn logs(globals: &Globals, args: &LogsArgs) -> Result<Exit, Stop> {
    let reach = Reach::resolve(globals)?;
    let pace = reach.pace;
    let backend = reach.open().await?;
    let mut printed: std::collections::HashMap<Key, usize> = std::collections::HashMap::new();
    loop {
        let task = one(backend.as_ref(), &args.id).await?;
        for node in chosen(&task, args.node.as_deref())? {
            let lines = lines(backend.as_ref(), node).await?;
            let seen = printed.entry(node.key.clone()).or_default();
            // A new attempt may begin a shorter log.
            if lines.len() < *seen {
                *seen = 0;
            }
            for line in &lines[*seen..] {
                out::data(&format!("{}{line}", prefix(node)))?;
            }
            *seen = lines.len();
        }
        if !args.follow || !task.is_live() {
            return Ok(Exit::Done);
        }
        tokio::time::sleep(pace).await;
    }
}

/// The work whose log is wanted: of the task, of a stage, or one sub-task.
fn chosen<'a>(task: &'a Task, key: Option<&str>) -> Result<Vec<&'a Node>, Stop> {
    let within = key.map(|key| find(task, key)).transpose()?;
    Ok(task
        .nodes
        .iter()
        .filter(|node| node.kind != NodeKind::Node)
        .filter(|node| {
            within.is_none_or(|within| {
                node.key == within.key || node.parent.as_ref() == Some(&within.key)
            })
        })
        .collect())
}

/// All attempts where the server tells them, else the last one.
pub(super) async fn lines(backend: &dyn Backend, node: &Node) -> Result<Vec<String>, Stop> {
    if matches!(node.state, State::Pending | State::Ready) && node.attempt.unwrap_or(0) == 0 {
        return Ok(Vec::new());
    }
    match backend.ask(&Ask::Log(node.id.clone())).await {
        Ok(asked) => match asked.picture {
            Picture::Log(lines) => Ok(lines.into_iter().map(|line| line.text).collect()),
            _ => Err(Stop::failed("another question was answered")),
        },
        Err(crate::link::LinkError::Refused { status: 404, .. }) => Ok(node.logs.clone()),
        Err(error) => Err(error.into()),
    }
}

fn prefix(node: &Node) -> String {
    match &node.agent {
        Some(agent) => format!("{} @ {agent}: ", node.name),
        None => format!("{}: ", node.name),
    }
}
