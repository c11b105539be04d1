//! What may be done with a task now, what it will do, and the request for it.

mod ocp;

use rust_i18n::t;
use serde_json::Value;

use super::flags;
use super::graph::Graph;
use super::model::{Key, Node, NodeKind, Operation, Source, State, Task};
use super::together;
use crate::fleet::request::{Auth, Body, Effect, Method, Request};

/// An operation that is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Which.
    pub operation: Operation,
    /// The node it works on; `None`: the task.
    pub node: Option<Key>,
    /// What it will do, in words.
    pub words: String,
    /// What to know before; also said where the facts do not tell whether the
    /// server allows it.
    pub warning: Option<String>,
    /// The request that does it.
    pub request: Request,
}

impl Operation {
    /// The word of the JSON promise and of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Rollback => "rollback",
            Self::Cancel => "cancel",
            Self::Pass => "pass",
        }
    }
}

/// Everything that is legal now, on the task and on its nodes.
#[must_use]
pub fn offers(task: &Task, graph: &Graph) -> Vec<Offer> {
    // What stands for several tasks is not the server's.
    if together::is_together(&task.id) {
        return Vec::new();
    }
    match task.source {
        Source::Obshell => obshell(task, graph),
        Source::Ocp => ocp::offers(task, graph),
    }
}

/// The words of the operations on the task itself, for the JSON promise.
#[must_use]
pub fn legal(task: &Task, graph: &Graph) -> Vec<Operation> {
    let offers = offers(task, graph);
    let mut legal: Vec<Operation> = offers.iter().map(|offer| offer.operation).collect();
    legal.sort_unstable();
    legal.dedup();
    legal
}

/// Whether all nodes allow something. `None`: one of them is not in the facts.
fn all(task: &Task, stages: &[&Node], operation: Operation) -> Option<bool> {
    let mut known = !stages.is_empty();
    for stage in stages {
        match flags::of(&task.name, &stage.name) {
            Some(flags) if !flags.allow(operation) => return Some(false),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

fn obshell(task: &Task, graph: &Graph) -> Vec<Offer> {
    let stages: Vec<&Node> = graph
        .order()
        .iter()
        .map(|at| &task.nodes[*at])
        // What came from a sub DAG has its own operations, on its own screen.
        .filter(|node| node.kind == NodeKind::Node && node.parent.is_none())
        .collect();
    let current = (task.stage.max(1) as usize).min(stages.len());
    let reached = &stages[..current];
    let raw = |word: &str| task.raw.state.eq_ignore_ascii_case(word);
    // The main DAG moves a sub DAG that waits; an operator would only disturb it.
    if task.state == State::Waiting {
        return Vec::new();
    }
    let mut offers = Vec::new();
    let mut offer = |operation, allowed: Option<bool>, words: String, warning: Option<String>| {
        if allowed == Some(false) {
            return;
        }
        let unknown = || t!("the server decides: what this task allows is not known").into_owned();
        offers.push(Offer {
            operation,
            node: None,
            words,
            warning: warning.or_else(|| allowed.is_none().then(unknown)),
            request: dag_request(task, operation),
        });
    };
    if raw("FAILED") {
        let at = reached.last().copied().into_iter().collect::<Vec<_>>();
        let unfinished: Vec<&Node> = stages
            .iter()
            .copied()
            .filter(|node| !node.raw.state.eq_ignore_ascii_case("SUCCEED"))
            .collect();
        offer(
            Operation::Retry,
            all(task, &at, Operation::Retry),
            retry_words(task, graph, reached),
            retry_warning(task),
        );
        offer(
            Operation::Rollback,
            all(task, reached, Operation::Rollback),
            rollback_words(task, graph, reached),
            None,
        );
        offer(
            Operation::Pass,
            all(task, &unfinished, Operation::Pass),
            pass_words(unfinished.len()),
            None,
        );
    } else if !raw("SUCCEED") {
        offer(
            Operation::Cancel,
            all(task, reached, Operation::Cancel),
            cancel_words(reached),
            cancel_warning(task, reached),
        );
    }
    if raw("FAILED") {
        offers.extend(passed_nodes(task, &stages));
    }
    offers
}

fn retry_words(task: &Task, graph: &Graph, reached: &[&Node]) -> String {
    let Some(stage) = reached.last() else {
        return t!("runs what failed again, then goes on").into_owned();
    };
    let children = graph
        .find(&stage.key)
        .map_or(&[][..], |at| graph.children(at));
    let failed = |at: &&usize| !task.nodes[**at].raw.state.eq_ignore_ascii_case("SUCCEED");
    let again = children.iter().filter(failed).count().max(1);
    t!(
        "undoes what %{name} did where it failed and runs it again on %{agents}, then goes on",
        name = stage.name,
        agents = agents(again)
    )
    .into_owned()
}

/// `1 agent`, `3 agents`.
fn agents(n: usize) -> String {
    if n == 1 {
        t!("1 agent")
    } else {
        t!("%{n} agents", n = n)
    }
    .into_owned()
}

fn retry_warning(task: &Task) -> Option<String> {
    task.raw
        .operator
        .as_deref()
        .is_some_and(|operator| operator.eq_ignore_ascii_case("ROLLBACK"))
        .then(|| t!("it was rolling back: this turns it forward again").into_owned())
}

fn rollback_words(task: &Task, graph: &Graph, reached: &[&Node]) -> String {
    let names = reached.iter().rev().map(|stage| {
        let agents = graph.find(&stage.key).map_or(0, |at| {
            let ran = |at: &&usize| task.nodes[**at].attempt.is_none_or(|attempt| attempt > 0);
            graph.children(at).iter().filter(ran).count()
        });
        t!(
            "%{name} on %{agents}",
            name = stage.name,
            agents = self::agents(agents.max(1))
        )
        .into_owned()
    });
    let names: Vec<String> = names.collect();
    t!(
        "rolls back from stage %{from} to 1; runs the undo of %{names}",
        from = reached.len().max(1),
        names = names.join(", ")
    )
    .into_owned()
}

fn pass_words(stages: usize) -> String {
    if stages == 1 {
        t!("declares the unfinished stage done; nothing runs, nothing is undone, the lock is freed")
    } else {
        t!(
            "declares %{n} unfinished stages done; nothing runs, nothing is undone, the lock is freed",
            n = stages
        )
    }
    .into_owned()
}

fn cancel_words(reached: &[&Node]) -> String {
    let name = reached.last().map_or("", |stage| stage.name.as_str());
    t!("stops %{name}; the task ends and keeps its lock until it is retried, rolled back or passed", name = name)
        .into_owned()
}

fn cancel_warning(task: &Task, reached: &[&Node]) -> Option<String> {
    let stage = reached.last().map(|stage| stage.name.as_str());
    match (task.name.as_str(), stage) {
        ("Initialize cluster", Some("Start observer")) => Some(
            t!("the followers go on for up to 10 minutes; until then a retry or rollback fails")
                .into_owned(),
        ),
        ("Start OB" | "Stop OB", _) => Some(
            t!("the sub DAGs stay and lock all agents until a start or stop passes them")
                .into_owned(),
        ),
        _ => None,
    }
}

fn passed_nodes<'a>(task: &'a Task, stages: &'a [&Node]) -> impl Iterator<Item = Offer> + 'a {
    let failed = stages
        .iter()
        .enumerate()
        .filter(|(_, node)| node.raw.state.eq_ignore_ascii_case("FAILED"));
    failed.filter_map(|(at, node)| {
        let allowed = all(task, &[node], Operation::Pass);
        if allowed == Some(false) {
            return None;
        }
        let next = stages.get(at + 1).map(|next| next.name.as_str());
        let words = if let Some(next) = next {
            t!(
                "declares %{name} done and goes on with %{next}",
                name = node.name,
                next = next
            )
        } else {
            t!(
                "declares %{name} done, which ends the task",
                name = node.name
            )
        };
        let unknown = || t!("the server decides: what this task allows is not known").into_owned();
        Some(Offer {
            operation: Operation::Pass,
            node: Some(node.key.clone()),
            words: words.into_owned(),
            warning: allowed.is_none().then(unknown),
            request: change(
                auth_of(&node.id),
                format!("/api/v1/task/node/{}", node.id),
                Some("PASS"),
            ),
        })
    })
}

fn dag_request(task: &Task, operation: Operation) -> Request {
    let operator = operation.word().to_ascii_uppercase();
    change(
        auth_of(&task.id.0),
        format!("/api/v1/task/dag/{}", task.id),
        Some(&operator),
    )
}

/// Ids of OBProxy tasks begin with 4 or 5 and want the agent password; short
/// ids are old raw numbers (`api/obshell.md §5.4`).
fn auth_of(id: &str) -> Auth {
    const SHORTEST: usize = 17;
    if id.len() >= SHORTEST && id.starts_with(['4', '5']) {
        Auth::Agent
    } else {
        Auth::Root
    }
}

fn change(auth: Auth, path: String, operator: Option<&str>) -> Request {
    Request {
        target: None,
        method: Method::Post,
        path,
        body: operator.map(|word| {
            Body::Map(vec![(
                "operator".to_owned(),
                Body::Plain(Value::from(word)),
            )])
        }),
        auth,
        effect: Effect::Changes,
        makes: None,
        first: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Phase;
    use super::super::model::State::{Failed, Pending, Running, Succeeded};
    use super::super::sample;
    use super::*;

    fn init(states: &[State]) -> Task {
        let names = [
            "Integrate config",
            "Create observer workdir",
            "Start observer",
            "Cluster boostrap",
        ];
        let list: Vec<_> = names
            .iter()
            .zip(states)
            .map(|(name, state)| (*name, *state, std::slice::from_ref(state)))
            .collect();
        let mut task = sample::stages(&list);
        for node in &mut task.nodes {
            node.raw.state = match node.state {
                Failed => "FAILED",
                Succeeded => "SUCCEED",
                Running => "RUNNING",
                _ => "PENDING",
            }
            .into();
        }
        task
    }

    fn offered(task: &Task) -> Vec<(Operation, bool)> {
        let offers = offers(task, &Graph::of(task));
        offers
            .iter()
            .map(|offer| (offer.operation, offer.node.is_some()))
            .collect()
    }

    #[test]
    fn a_failed_init_can_be_retried_rolled_back_and_its_node_passed() {
        let mut task = init(&[Succeeded, Succeeded, Failed, Pending]);
        task.raw.state = "FAILED".into();
        task.state = Failed;
        task.stage = 3;
        // The later stages cannot be passed, so the whole task cannot.
        assert_eq!(
            offered(&task),
            [
                (Operation::Retry, false),
                (Operation::Rollback, false),
                (Operation::Pass, true)
            ]
        );
        let offers = offers(&task, &Graph::of(&task));
        assert_eq!(
            offers[1].words,
            "rolls back from stage 3 to 1; runs the undo of Start observer on 1 agent, Create observer workdir on 1 agent, Integrate config on 1 agent"
        );
        assert_eq!(offers[0].request.path, "/api/v1/task/dag/22130706433028868");
        assert_eq!(
            offers[0]
                .request
                .body
                .as_ref()
                .unwrap()
                .masked()
                .to_string(),
            r#"{"operator":"RETRY"}"#
        );
        assert_eq!(offers[2].request.path, "/api/v1/task/node/3");
        assert!(offers.iter().all(|offer| offer.warning.is_none()));
    }

    #[test]
    fn a_running_one_can_only_be_cancelled() {
        let mut task = init(&[Succeeded, Succeeded, Running, Pending]);
        task.raw.state = "RUNNING".into();
        task.stage = 3;
        assert_eq!(offered(&task), [(Operation::Cancel, false)]);
        task.name = "Cluster scale out".into();
        assert!(offered(&task).is_empty());
    }

    #[test]
    fn what_is_not_in_the_facts_is_offered_with_a_warning() {
        let mut task = init(&[Succeeded, Failed]);
        task.name = "Take over".into();
        task.raw.state = "FAILED".into();
        task.stage = 2;
        let offers = offers(&task, &Graph::of(&task));
        assert_eq!(offers.len(), 4);
        assert!(offers.iter().all(|offer| offer.warning.is_some()));
    }

    #[test]
    fn a_join_that_failed_offers_nothing_and_proxies_want_the_agent_password() {
        let mut task = sample::stages(&[("Join to master", Failed, &[Failed])]);
        task.name = "Join to master".into();
        task.raw.state = "FAILED".into();
        assert!(offered(&task).is_empty());
        assert_eq!(auth_of("42130706433028868"), Auth::Agent);
        assert_eq!(auth_of("22130706433028868"), Auth::Root);
        assert_eq!(auth_of("48"), Auth::Root);
    }

    #[test]
    fn ocp_has_its_own_rules() {
        let mut task = sample::graph("A>B");
        task.state = Failed;
        task.nodes[0].state = Failed;
        assert_eq!(
            offered(&task),
            [
                (Operation::Retry, false),
                (Operation::Rollback, false),
                (Operation::Retry, true),
                (Operation::Pass, true)
            ]
        );
        task.state = State::Cancelled;
        assert_eq!(offered(&task).len(), 4);
        task.extra.insert("prohibitRollback".into(), true.into());
        task.phase = Phase::RollingBack;
        assert_eq!(offered(&task), [(Operation::Pass, true)]);
        let request = &offers(&task, &Graph::of(&task))[0].request;
        assert!(request.path.ends_with("/instances/12/subtasks/0/skip"));
        assert!(request.body.is_none());
    }
}
