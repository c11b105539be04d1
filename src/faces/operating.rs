//! `task retry|rollback|cancel|pass|skip`: which requests an operation is. The
//! two APIs differ: an agent takes whole tasks and passes stages, a platform
//! takes tasks and single subtasks, and cancels only subtasks.

use std::collections::BTreeSet;
use std::time::Duration;

use super::exit::{Exit, Stop};
use super::out;
use crate::fleet::request::Request;
use crate::fleet::task::{Node, NodeKind, Operation, Source, State, Task, TaskId};
use crate::link::{Ask, Backend, LinkError, Picture, SendError, WriteAccess};
use crate::wire::{obshell, ocp};

/// How often a subtask is looked for that can be cancelled, and how far apart.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(250);

/// The task as it stands.
///
/// # Errors
/// What the server said.
pub async fn one(backend: &dyn Backend, id: &str) -> Result<Task, Stop> {
    plausible(backend.source(), id)?;
    let asked = backend.ask(&Ask::Task(TaskId(id.to_owned()))).await?;
    match asked.picture {
        Picture::Task(task) => Ok(*task),
        _ => Err(Stop::failed("another question was answered")),
    }
}

/// Whether an id can be one of this server: it is asked for none that cannot.
///
/// # Errors
/// A slip in the command line, with the form that an id has.
pub fn plausible(source: Source, id: &str) -> Result<(), Stop> {
    let (fits, form) = match source {
        Source::Obshell => (
            obshell::GenericId::parse(id).is_some(),
            "obshell's are numbers that begin with 1 to 5 and name their agent",
        ),
        Source::Ocp => (
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()),
            "OCP's are numbers",
        ),
    };
    if fits {
        Ok(())
    } else {
        Err(Stop::usage(format!(
            "`{id}` is no id of a task: {form}; `obdeck task list` has them"
        )))
    }
}

/// The requests that do it; more than one where a platform's task is cancelled.
///
/// # Errors
/// A node that is not there, or an operation that this server does not have.
pub async fn requests(
    backend: &dyn Backend,
    id: &str,
    node: Option<&str>,
    operation: Operation,
) -> Result<Vec<Request>, Stop> {
    match backend.source() {
        Source::Obshell => Ok(vec![of_agent(backend, id, node, operation).await?]),
        Source::Ocp => of_platform(backend, id, node, operation).await,
    }
}

async fn of_agent(
    backend: &dyn Backend,
    id: &str,
    node: Option<&str>,
    operation: Operation,
) -> Result<Request, Stop> {
    match node {
        None => Ok(obshell::api::operate(&TaskId(id.to_owned()), operation)),
        Some(_) if operation != Operation::Pass => Err(Stop::usage(
            "--node: obshell can only pass a single node; retry, rollback and cancel take the whole task",
        )),
        Some(key) => pass_node(&one(backend, id).await?, key),
    }
}

async fn of_platform(
    backend: &dyn Backend,
    id: &str,
    node: Option<&str>,
    operation: Operation,
) -> Result<Vec<Request>, Stop> {
    if let Some(key) = node {
        let task = one(backend, id).await?;
        let subtask = &find(&task, key)?.id;
        return Ok(vec![match operation {
            Operation::Retry => ocp::api::retry_subtask(id, subtask),
            Operation::Pass => ocp::api::skip_subtask(id, subtask),
            Operation::Cancel => ocp::api::cancel_subtask(id, subtask),
            Operation::Rollback => {
                let why = "--node: OCP rolls whole tasks back; leave --node out";
                return Err(Stop::usage(why));
            }
        }]);
    }
    match operation {
        Operation::Retry => Ok(vec![ocp::api::retry_task(id)]),
        Operation::Rollback => Ok(vec![ocp::api::roll_back_task(id)]),
        Operation::Pass => Err(Stop::usage(
            "OCP skips single subtasks: name one with --node; `obdeck task show ID -o json` lists the keys",
        )),
        // There is no such route for a whole task.
        Operation::Cancel => cancel(backend, id).await,
    }
}

/// Between two subtasks nothing runs for a moment: the next one is waited for.
async fn cancel(backend: &dyn Backend, id: &str) -> Result<Vec<Request>, Stop> {
    let mut looks = 0;
    loop {
        let task = one(backend, id).await?;
        let moving = |node: &&Node| matches!(node.state, State::Running | State::RollingBack);
        let running = task.nodes.iter().filter(moving);
        let requests: Vec<Request> = running
            .map(|node| ocp::api::cancel_subtask(id, &node.id))
            .collect();
        if !requests.is_empty() {
            return Ok(requests);
        }
        looks += 1;
        if !task.is_live() || looks == LOOKS {
            return Err(Stop::new(
                Exit::Withheld,
                format!(
                    "not sent: a task of OCP is cancelled by cancelling the subtasks that run, \
                     and none of task {id} does ({})",
                    task.state.word()
                ),
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Cancels the subtasks of a platform's task. One that ended before it was reached
/// refuses, and the next one runs: whoever cancels the task means that one too.
/// No request is sent twice; each is shown before it leaves, the first ones were.
///
/// # Errors
/// What the server said, or what became of a request without an answer.
pub async fn cancel_all(
    backend: &dyn Backend,
    access: &WriteAccess,
    id: &str,
    first: Vec<Request>,
    show: impl Fn(&Request),
) -> Result<(), Stop> {
    let mut asked = BTreeSet::new();
    let mut requests = first;
    let mut accepted = false;
    loop {
        let mut late = None;
        for request in &requests {
            asked.insert(request.path.clone());
            match backend.send(access, request).await {
                Ok(_) => accepted = true,
                Err(error) if has_moved_on(&error) => late = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        let Some(late) = late else { return Ok(()) };
        // An error here says that nothing of it runs any more.
        let mut next = cancel(backend, id).await.unwrap_or_default();
        next.retain(|request| !asked.contains(&request.path));
        if next.is_empty() {
            return if accepted { Ok(()) } else { Err(late.into()) };
        }
        out::note(&format!("{late}"));
        next.iter().for_each(&show);
        requests = next;
    }
}

fn has_moved_on(error: &SendError) -> bool {
    matches!(error, SendError::NotDone(LinkError::Refused { code, .. }) if ocp::has_moved_on(code))
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
        Ok(obshell::api::pass_node(&node.id))
    } else {
        Err(Stop::usage(format!("--node {key}: it is no stage")))
    }
}

/// A node by its key, or by a bare id where that names one node only.
///
/// # Errors
/// No such node, or several.
pub fn find<'a>(task: &'a Task, key: &str) -> Result<&'a Node, Stop> {
    if let Some(node) = task.nodes.iter().find(|node| *node.key.0 == *key) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_cannot_be_one_is_a_slip_of_the_command_line() {
        for (source, good, bad) in [
            (Source::Obshell, "22130706433028861", "2213070643302886"),
            (Source::Obshell, "11", "abc"),
            (Source::Ocp, "62", "task-62"),
        ] {
            assert!(plausible(source, good).is_ok(), "{good}");
            let stop = plausible(source, bad).unwrap_err();
            assert_eq!(stop.exit, Exit::Usage);
            assert!(stop.message.contains(bad), "{stop}");
        }
    }
}
