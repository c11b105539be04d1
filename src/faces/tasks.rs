//! `obdeck task`.

use jiff::Timestamp;

use super::access::Reach;
use super::cli::{Globals, LogsArgs, OperateArgs, ShowArgs, TaskCommand, WatchArgs};
use super::exit::{Exit, Stop};
use super::print::{self, Manner};
use super::watch::{self, Watch};
use super::{columns, lists, out};
use crate::fleet::request::Request;
use crate::fleet::task::{Node, NodeKind, Operation, State, Task, TaskId};
use crate::link::{Ask, Backend, Picture};
use crate::wire::obshell::api;

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
        TaskCommand::Retry(args) => operate(globals, args, Operation::Retry).await,
        TaskCommand::Rollback(args) => operate(globals, args, Operation::Rollback).await,
        TaskCommand::Cancel(args) => operate(globals, args, Operation::Cancel).await,
        TaskCommand::Pass(args) => operate(globals, args, Operation::Pass).await,
        TaskCommand::Skip(_) => Err(Stop::new(
            Exit::Withheld,
            "skip belongs to OCP; obshell's word is `task pass --node`",
        )),
    }
}

async fn one(backend: &dyn Backend, id: &str) -> Result<Task, Stop> {
    let asked = backend.ask(&Ask::Task(TaskId(id.to_owned()))).await?;
    match asked.picture {
        Picture::Task(task) => Ok(*task),
        _ => Err(Stop::failed("another question was answered")),
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
    let durations = reach.durations();
    let backend = reach.open().await?;
    let watch = Watch {
        id: TaskId(args.id.clone()),
        asked: None,
        limits: args.limits,
        ascii: globals.manner.ascii,
        durations,
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
    let durations = reach.durations();
    let backend = reach.open().await?;
    let request = match &args.node {
        None => api::operate(&TaskId(args.id.clone()), operation),
        Some(_) if operation != Operation::Pass => {
            return Err(Stop::usage(
                "--node: obshell can only pass a single node; retry, rollback and cancel take the whole task",
            ));
        }
        Some(key) => {
            let task = one(backend.as_ref(), &args.id).await?;
            pass_node(&task, key)?
        }
    };
    let question = format!("{} task {}?", word(operation), args.id);
    if !args.yes && !out::confirm(&question)? {
        return Err(Stop::new(Exit::Withheld, "not sent"));
    }
    backend.send(&access, &request).await?;
    out::note(&format!(
        "{}: accepted for task {}",
        word(operation),
        args.id
    ));
    if args.follow.no_watch {
        return Ok(Exit::Done);
    }
    let watch = Watch {
        id: TaskId(args.id.clone()),
        asked: Some(operation),
        limits: args.follow.limits,
        ascii: globals.manner.ascii,
        durations,
    };
    watch::follow(backend.as_ref(), watch).await
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

/// The server passes stages; a sub-task stands for its stage.
fn pass_node(task: &Task, key: &str) -> Result<Request, Stop> {
    let mut node = find(task, key)?;
    if let Some(parent) = &node.parent {
        node = task
            .node(parent)
            .ok_or_else(|| Stop::usage(format!("--node {key}: its stage is not there")))?;
    }
    if node.kind == NodeKind::Node {
        Ok(api::pass_node(&node.id))
    } else {
        Err(Stop::usage(format!("--node {key}: it is no stage")))
    }
}

/// A node by its key, or by a bare id where that names one node only.
fn find<'a>(task: &'a Task, key: &str) -> Result<&'a Node, Stop> {
    if let Some(node) = task.nodes.iter().find(|node| node.key.0 == key) {
        return Ok(node);
    }
    let mut same = task.nodes.iter().filter(|node| node.id == key);
    match (same.next(), same.next()) {
        (Some(node), None) => Ok(node),
        (Some(first), Some(second)) => Err(Stop::usage(format!(
            "--node {key}: several nodes have this id; say {} or {}",
            first.key, second.key
        ))),
        _ => Err(Stop::usage(format!(
            "--node {key}: task {} has no such node; `obdeck task show {} -o json` lists the keys",
            task.id, task.id
        ))),
    }
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
    let backend = Reach::resolve(globals)?.open().await?;
    let mut printed: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    loop {
        let task = one(backend.as_ref(), &args.id).await?;
        for node in chosen(&task, args.node.as_deref())? {
            let lines = lines(backend.as_ref(), node).await?;
            let seen = printed.entry(node.key.0.clone()).or_default();
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
        tokio::time::sleep(watch::PACE).await;
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
async fn lines(backend: &dyn Backend, node: &Node) -> Result<Vec<String>, Stop> {
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
