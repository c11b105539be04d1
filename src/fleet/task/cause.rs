//! What failed first: the earliest failed piece of work and the line of its
//! log that says why, not the nodes that failed because another did.

use jiff::Timestamp;

use super::graph::Graph;
use super::model::{Node, State, Task};

/// An error line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorLine {
    /// Its place in the log.
    pub at: usize,
    /// Task on another agent that wrote it, where the line was copied.
    pub from: Option<String>,
    /// The server's code; agents before 4.3 write none.
    pub code: Option<String>,
    /// The rest of the line.
    pub message: String,
}

/// The first cause of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The work that failed, by its position in [`Task::nodes`].
    pub node: usize,
    /// The line that says why, where the log came with the answer.
    pub error: Option<ErrorLine>,
}

/// The first cause of a task's failure; `None` while nothing failed.
#[must_use]
pub fn first(task: &Task, graph: &Graph) -> Option<Cause> {
    let failed = problems(task, graph);
    let &node = failed
        .iter()
        .min_by_key(|at| earliest(&task.nodes[**at], graph, **at))?;
    let error = error_of(&task.nodes[node]);
    let blames = |line: &String| parse(line).is_some_and(|error| error.blames_another_node());
    if task.nodes[node].logs.iter().any(blames)
        && let Some(cause) = hidden_cause(task, graph, node)
    {
        return Some(cause);
    }
    Some(Cause { node, error })
}

/// Who failed first and why, in one line: `Start observer @ 10.0.0.7:2886:
/// connection refused`. `None` while nothing failed.
#[must_use]
pub fn words(task: &Task, graph: &Graph) -> Option<String> {
    let cause = first(task, graph)?;
    let node = &task.nodes[cause.node];
    let mut words = node.name.clone();
    if let Some(agent) = &node.agent {
        words.push_str(" @ ");
        words.push_str(&agent.to_string());
    }
    if let Some(error) = &cause.error {
        words.push_str(": ");
        words.push_str(error.short());
    }
    Some(words)
}

/// Everything that failed, in the order of the tree: failed work, and failed
/// stages of which no work failed.
#[must_use]
pub fn problems(task: &Task, graph: &Graph) -> Vec<usize> {
    let is_failed = |at: &usize| task.nodes[*at].state == State::Failed;
    let mut found = Vec::new();
    for &at in graph.order() {
        if graph.parent(at).is_some() {
            continue;
        }
        let before = found.len();
        let mut inside = vec![at];
        while let Some(at) = inside.pop() {
            let children = graph.children(at);
            if children.is_empty() && is_failed(&at) {
                found.push(at);
            }
            inside.extend(children.iter().rev());
        }
        if found.len() == before && is_failed(&at) {
            found.push(at);
        }
    }
    found
}

/// The error line of a node: of its last attempt the first one that does not
/// merely repeat that something else failed.
#[must_use]
pub fn error_of(node: &Node) -> Option<ErrorLine> {
    let last = last_attempt(&node.logs);
    error_in(&node.logs, last).or_else(|| error_in(&node.logs, 0))
}

/// The ERROR line that a log line is, `ERROR: [code]: …`, also behind the
/// prefixes that copied lines have (`task NAME: `, `NAME: `).
#[must_use]
pub fn parse(line: &str) -> Option<ErrorLine> {
    const MARK: &str = "ERROR: ";
    let at = line.find(MARK)?;
    let (prefix, rest) = (&line[..at], &line[at + MARK.len()..]);
    let from = match prefix.strip_suffix(": ") {
        _ if prefix.is_empty() => None,
        Some(name) => Some(name.strip_prefix("task ").unwrap_or(name).to_owned()),
        None => return None,
    };
    let coded = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .filter(|(code, _)| !code.contains(char::is_whitespace));
    let (code, message) = match coded {
        Some((code, message)) => (Some(code.to_owned()), message),
        None => (None, rest),
    };
    Some(ErrorLine {
        at: 0,
        from,
        code,
        message: message.to_owned(),
    })
}

impl ErrorLine {
    /// Code and message, as the server wrote them.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.code {
            Some(code) => format!("[{code}] {}", self.message),
            None => self.message.clone(),
        }
    }

    /// What happened, without the words that every unexpected error begins with.
    #[must_use]
    pub fn short(&self) -> &str {
        let message = self.message.trim();
        message
            .strip_prefix("Unexpected error: ")
            .unwrap_or(message)
    }

    /// Whether it only says that something elsewhere failed.
    #[must_use]
    pub fn is_echo(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        self.blames_another_node()
            || matches!(code, "Task.RemoteTask.Failed" | "Task.DagFailed")
            || (self.code.is_none()
                && self.message.starts_with("remote task ")
                && self.message.ends_with(" failed"))
    }

    /// Whether it says that sub DAGs failed, which is found out one node after
    /// the one that wrote why (`api/obshell.md §14.4`).
    fn blames_another_node(&self) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| code.starts_with("Task.SubDag."))
    }
}

/// The main DAG of a start or stop lets its stages succeed although sub DAGs
/// failed, and fails at the end: why stands in the log of work that succeeded.
fn hidden_cause(task: &Task, graph: &Graph, failed: usize) -> Option<Cause> {
    let mut before = Vec::new();
    for (at, _) in graph.upstream(failed) {
        before.push(at);
        before.extend(graph.children(at));
    }
    before
        .into_iter()
        .filter(|at| task.nodes[*at].state == State::Succeeded)
        .filter_map(|node| {
            let error = error_of(&task.nodes[node])?;
            (!error.blames_another_node()).then_some(Cause {
                node,
                error: Some(error),
            })
        })
        .min_by_key(|cause| earliest(&task.nodes[cause.node], graph, cause.node))
}

fn earliest(node: &Node, graph: &Graph, at: usize) -> (Timestamp, usize) {
    let ended = node.ended_at.or(node.started_at);
    (ended.unwrap_or(Timestamp::MAX), graph.rank(at))
}

fn error_in(logs: &[String], from: usize) -> Option<ErrorLine> {
    let mut errors = logs
        .iter()
        .enumerate()
        .skip(from)
        .filter_map(|(at, line)| parse(line).map(|error| ErrorLine { at, ..error }));
    let first = errors.next()?;
    if !first.is_echo() {
        return Some(first);
    }
    errors.find(|error| !error.is_echo()).or(Some(first))
}

/// Where the last attempt begins. A log holds the lines of several attempts
/// without a mark between them, but each attempt begins with the same line.
fn last_attempt(logs: &[String]) -> usize {
    logs.first()
        .and_then(|first| logs.iter().rposition(|line| line == first))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::model::State::{Failed, Pending, Running, Succeeded};
    use super::super::sample;
    use super::*;

    fn logs(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn error_lines_are_read_behind_their_prefixes() {
        let plain = parse("ERROR: [Common.DirNotEmpty]: Directory '/data' is not empty").unwrap();
        assert_eq!(plain.code.as_deref(), Some("Common.DirNotEmpty"));
        assert_eq!(plain.message, "Directory '/data' is not empty");
        assert_eq!(plain.from, None);
        let remote = parse("task Start observer: ERROR: [A.B]: [ERROR] disk is full").unwrap();
        assert_eq!(remote.from.as_deref(), Some("Start observer"));
        assert_eq!(remote.message, "[ERROR] disk is full");
        let copied = parse("Start observer: ERROR: [A.B]: x").unwrap();
        assert_eq!(copied.from.as_deref(), Some("Start observer"));
        let old = parse("ERROR: observer cannot start").unwrap();
        assert_eq!(
            (old.code, old.message.as_str()),
            (None, "observer cannot start")
        );
        assert_eq!(parse("no ERROR: here"), None);
        assert_eq!(parse("seven different levels"), None);
    }

    #[test]
    fn the_last_attempt_speaks_and_echoes_do_not() {
        let mut task = sample::stages(&[("Start observer", Failed, &[Failed])]);
        task.nodes[1].logs = logs(&[
            "start observer",
            "ERROR: [A.Old]: memory",
            "start observer",
            "ERROR: [Task.RemoteTask.Failed]: Remote task 7 Start observer failed",
            "task Start observer: ERROR: [A.New]: port",
        ]);
        let error = error_of(&task.nodes[1]).unwrap();
        assert_eq!((error.at, error.code.as_deref()), (4, Some("A.New")));
    }

    #[test]
    fn the_earliest_failed_work_is_the_cause() {
        let mut task = sample::stages(&[
            ("Integrate config", Succeeded, &[Succeeded]),
            ("Start observer", Running, &[Failed, Running, Failed]),
            ("Migrate", Pending, &[Pending]),
        ]);
        task.nodes[3].ended_at = "2026-11-21T01:00:09Z".parse().ok();
        task.nodes[5].ended_at = "2026-11-21T01:00:02Z".parse().ok();
        let graph = Graph::of(&task);
        assert_eq!(first(&task, &graph).unwrap().node, 5);
        assert_eq!(problems(&task, &graph), [3, 5]);
    }

    #[test]
    fn nothing_failed_has_no_cause() {
        let task = sample::stages(&[("a", Succeeded, &[Succeeded]), ("b", Running, &[Running])]);
        assert_eq!(first(&task, &Graph::of(&task)), None);
    }

    #[test]
    fn a_stage_may_succeed_with_the_cause_in_its_log() {
        let mut task = sample::stages(&[
            ("Inform all agents", Succeeded, &[Succeeded]),
            ("Wait for all agents", Succeeded, &[Succeeded, Succeeded]),
            ("Inform all agents to end the task", Failed, &[Failed]),
        ]);
        task.nodes[4].logs = logs(&["Start observer: ERROR: [Common.Unexpected]: disk is full"]);
        task.nodes[6].logs = logs(&[
            "ERROR: [Common.Unexpected]: agent 10.0.0.6:2886 not succeed",
            "ERROR: [Task.SubDag.NotAllSucceed]: check sub dag succeed failed",
        ]);
        let graph = Graph::of(&task);
        // The first line does not say it, the code of the second does.
        let cause = first(&task, &graph).unwrap();
        assert_eq!(cause.node, 4);
        assert_eq!(cause.error.unwrap().message, "disk is full");
    }
}
