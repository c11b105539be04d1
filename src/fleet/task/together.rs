//! Several tasks as one, so that one tree, one cursor and one timeline follow
//! all of them. Each stands under a head of its own, as a sub DAG does.

use std::collections::HashSet;

use rust_i18n::t;
use serde_json::Map;

use super::joined;
use super::model::{Kind, Nodes, Phase, Raw, Source, State, SubDag, Task, TaskId};

/// Between the ids of tasks that are followed together.
const AND: char = '+';

/// One id for several tasks, each once.
#[must_use]
pub fn id(ids: impl IntoIterator<Item = TaskId>) -> TaskId {
    let mut seen = HashSet::new();
    let ids = ids.into_iter().filter(|id| seen.insert(id.clone()));
    let ids: Vec<String> = ids.map(|id| id.0).collect();
    TaskId(ids.join(&AND.to_string()))
}

/// The tasks that an id means: itself, or several that are followed together.
#[must_use]
pub fn parts(id: &TaskId) -> Vec<TaskId> {
    let parts = id.0.split(AND).filter(|part| !part.is_empty());
    parts.map(|part| TaskId(part.to_owned())).collect()
}

/// Whether it stands for several tasks.
#[must_use]
pub fn is_together(id: &TaskId) -> bool {
    id.0.contains(AND)
}

/// The tasks under one roof. Nothing can be done with the roof itself: it is
/// not the server's.
#[must_use]
pub fn together(id: &TaskId, tasks: &[Task]) -> Task {
    let mut nodes = Nodes::default();
    for task in tasks {
        let dag = SubDag {
            agent: String::new(),
            id: task.id.clone(),
        };
        for node in joined::nodes_of(task, &dag, None) {
            nodes.push(node);
        }
    }
    let state = state(tasks);
    let count = parts(id).len();
    let problems = tasks.iter().flat_map(|task| {
        let problems = task.problems.iter();
        problems.map(|problem| format!("{}: {problem}", task.id))
    });
    Task {
        source: tasks.first().map_or(Source::Obshell, |task| task.source),
        id: id.clone(),
        name: t!("%{n} tasks", n = count).into_owned(),
        kind: Kind::Dag,
        state,
        phase: Phase::Forward,
        raw: Raw::default(),
        stage: 0,
        stages: 0,
        started_at: tasks.iter().filter_map(|task| task.started_at).min(),
        ended_at: if state.is_terminal() {
            tasks.iter().filter_map(|task| task.ended_at).max()
        } else {
            None
        },
        lock: None,
        main: None,
        detailed: true,
        problems: problems.collect(),
        nodes,
        extra: Map::new(),
    }
}

/// Alive while one of them is; then what went worst.
fn state(tasks: &[Task]) -> State {
    let any = |wanted: State| tasks.iter().any(|task| task.state == wanted);
    if tasks.is_empty() || tasks.iter().any(Task::is_live) {
        return State::Running;
    }
    let worst = [
        State::Failed,
        State::Unknown,
        State::Cancelled,
        State::RolledBack,
    ];
    worst
        .into_iter()
        .find(|state| any(*state))
        .unwrap_or(State::Succeeded)
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::model::Key;
    use super::super::model::State::{Failed, Running, Succeeded};
    use super::super::tree::Folding;
    use super::super::{Graph, Tree, operations, sample};
    use super::*;

    fn two() -> (TaskId, Vec<Task>) {
        let mut one = sample::stages(&[("a", Succeeded, &[Succeeded]), ("b", Failed, &[Failed])]);
        one.id = TaskId("112".into());
        one.state = Failed;
        let mut other = sample::graph("A>B>D A>C>D");
        other.id = TaskId("113".into());
        other.state = Running;
        other.nodes[0].state = Running;
        (id([one.id.clone(), other.id.clone()]), vec![one, other])
    }

    #[test]
    fn an_id_of_several_says_which() {
        let (id, tasks) = two();
        assert_eq!(id.0, "112+113");
        assert!(is_together(&id) && !is_together(&tasks[0].id));
        assert_eq!(parts(&id), [tasks[0].id.clone(), tasks[1].id.clone()]);
        assert_eq!(
            super::id([tasks[0].id.clone(), tasks[0].id.clone()]).0,
            "112"
        );
    }

    #[test]
    fn nothing_of_either_is_lost_and_nothing_can_be_done_to_the_roof() {
        let (id, tasks) = two();
        let whole = together(&id, &tasks);
        let inside = tasks.iter().map(|task| task.nodes.len()).sum::<usize>();
        assert_eq!(whole.nodes.len(), inside + 2);
        let counts: u32 = tasks.iter().map(|task| Counts::of(task).total).sum();
        assert_eq!(Counts::of(&whole).total, counts);
        let graph = Graph::of(&whole);
        let rows = Tree::of(&graph).rows(&whole, &Folding::default());
        let heads: Vec<_> = rows
            .iter()
            .filter(|row| row.depth == 0)
            .filter_map(|row| row.key(&whole))
            .collect();
        assert_eq!(heads, [&Key("dag:112".into()), &Key("dag:113".into())]);
        assert!(operations::legal(&whole, &graph).is_empty());
        assert_eq!(whole.state, Running, "one of them still works");
    }

    #[test]
    fn the_worst_end_counts() {
        let (id, mut tasks) = two();
        tasks[1].state = Succeeded;
        assert_eq!(together(&id, &tasks).state, Failed);
        tasks[0].state = Succeeded;
        assert_eq!(together(&id, &tasks).state, Succeeded);
        assert_eq!(together(&id, &[]).state, Running);
    }
}
