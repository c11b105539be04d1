//! What is watched, as one picture: the tasks that were named, each with the
//! sub DAGs that work for it on other agents.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::fleet::task::{Task, TaskId, joined, together};
use crate::link::{Ask, Backend, LinkError, Picture};

/// Sub DAGs must not keep the main DAG waiting: their agents restart.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tasks that are watched together.
pub struct Whole {
    id: TaskId,
    mains: BTreeMap<TaskId, Task>,
    subs: BTreeMap<TaskId, Task>,
    /// Sub DAGs that no agent knows.
    gone: BTreeSet<TaskId>,
}

impl Whole {
    /// The tasks with these ids; nothing is asked yet.
    pub fn new(ids: &[TaskId]) -> Self {
        Self {
            id: together::id(ids.iter().cloned()),
            mains: BTreeMap::new(),
            subs: BTreeMap::new(),
            gone: BTreeSet::new(),
        }
    }

    /// The tasks that were named and have answered, in the order of naming.
    pub fn mains(&self) -> Vec<&Task> {
        let parts = together::parts(&self.id);
        parts.iter().filter_map(|id| self.mains.get(id)).collect()
    }

    /// Asks for everything that may have moved.
    ///
    /// # Errors
    /// A task that was named did not answer; sub DAGs may stay away.
    pub async fn ask(&mut self, backend: &dyn Backend) -> Result<Timestamp, LinkError> {
        let mut at = Timestamp::now();
        for id in together::parts(&self.id) {
            if self.mains.get(&id).is_some_and(|task| !task.is_live()) {
                continue;
            }
            let asked = backend.ask(&Ask::Task(id.clone())).await?;
            at = asked.at;
            if let Picture::Task(task) = asked.picture {
                self.mains.insert(id, *task);
            }
        }
        let wanted = self.moving_subs();
        let answers = join_all(wanted.iter().map(|id| async move {
            let ask = Ask::Task(id.clone());
            (id, tokio::time::timeout(PATIENCE, backend.ask(&ask)).await)
        }))
        .await;
        for (id, answer) in answers {
            match answer {
                Ok(Ok(asked)) => {
                    if let Picture::Task(task) = asked.picture {
                        self.subs.insert(id.clone(), *task);
                    }
                }
                Ok(Err(LinkError::Refused { status: 404, .. })) => {
                    self.gone.insert(id.clone());
                }
                // What it was stays; the main DAG says how it goes on.
                Ok(Err(_)) | Err(_) => {}
            }
        }
        Ok(at)
    }

    fn moving_subs(&self) -> Vec<TaskId> {
        let named = self.mains.values().flat_map(joined::sub_dags);
        let moves = |id: &TaskId| {
            let known = self.subs.get(id);
            !self.gone.contains(id) && known.is_none_or(|task| !task.state.is_terminal())
        };
        named.map(|dag| dag.id).filter(moves).collect()
    }

    /// All of it as one task.
    pub fn picture(&self) -> Task {
        let joined: Vec<Task> = self
            .mains()
            .into_iter()
            .map(|main| joined::join(main, &self.subs))
            .collect();
        match <[Task; 1]>::try_from(joined) {
            Ok([only]) if !together::is_together(&self.id) => only,
            Ok(one) => together::together(&self.id, &one),
            Err(several) => together::together(&self.id, &several),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use super::*;
    use crate::fleet::request::Request;
    use crate::fleet::task::State;
    use crate::link::{Asked, BoxFuture, SendError, Sent, Transfer, WriteAccess};
    use crate::wire::obshell::dto;

    /// What an agent answers to one question.
    enum Say {
        Task(Box<Task>),
        NotThere,
        Down,
        Nothing,
    }

    /// Answers in their order by the id that is asked for; the last one stays.
    #[derive(Default)]
    struct Script {
        answers: Mutex<BTreeMap<String, VecDeque<Say>>>,
        asked: Mutex<Vec<String>>,
    }

    impl Script {
        fn says(&self, id: &str, answers: impl IntoIterator<Item = Say>) {
            let mut all = self.answers.lock().unwrap();
            all.insert(id.to_owned(), answers.into_iter().collect());
        }

        fn asked(&self, id: &str) -> usize {
            let asked = self.asked.lock().unwrap();
            asked.iter().filter(|asked| *asked == id).count()
        }

        fn next(&self, id: &str) -> Say {
            self.asked.lock().unwrap().push(id.to_owned());
            let mut all = self.answers.lock().unwrap();
            let queue = all.get_mut(id).expect("it is in the script");
            match (queue.len(), queue.front().expect("an answer")) {
                (1, Say::Task(task)) => Say::Task(task.clone()),
                (1, Say::NotThere) => Say::NotThere,
                (1, Say::Down) => Say::Down,
                (1, Say::Nothing) => Say::Nothing,
                _ => queue.pop_front().expect("an answer"),
            }
        }
    }

    impl Backend for Script {
        fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
            Box::pin(async move {
                let Ask::Task(id) = ask else {
                    panic!("{ask:?}")
                };
                match self.next(&id.0) {
                    Say::Task(task) => Ok(Asked {
                        picture: Picture::Task(task),
                        endpoint: String::new(),
                        took: Duration::ZERO,
                        at: Timestamp::UNIX_EPOCH,
                    }),
                    Say::NotThere => Err(LinkError::Refused {
                        status: 404,
                        code: "Task.NotFound".into(),
                        message: String::new(),
                        advice: String::new(),
                        trace: String::new(),
                    }),
                    Say::Down => Err(LinkError::Unreachable {
                        endpoint: id.0.clone(),
                        reason: "connection refused".into(),
                    }),
                    Say::Nothing => std::future::pending().await,
                }
            })
        }

        fn send_watched<'a>(
            &'a self,
            _: &'a WriteAccess,
            request: &'a Request,
            _: &'a Transfer,
        ) -> BoxFuture<'a, Result<Sent, SendError>> {
            panic!("a watch sends nothing: {request:?}")
        }

        fn endpoint(&self) -> String {
            String::new()
        }
    }

    const MAIN: &str = "114";
    const SUB: &str = "22130706433028871";

    fn dag(id: &str, state: &str, sub: Option<&str>) -> Say {
        let data = match sub {
            Some(sub) => serde_json::json!({"sub_dags": {"127.0.0.1:2886": sub}}),
            None => serde_json::Value::Null,
        };
        let task = serde_json::json!({
            "id": id, "dag_id": 14, "name": "Start OB", "stage": 1, "max_stage": 1,
            "state": state, "operator": "RUN", "additional_data": null,
            "nodes": [{
                "id": "124", "node_id": 24, "name": "Start", "state": state,
                "operator": "RUN", "additional_data": data, "sub_tasks": [{
                    "id": "134", "task_id": 34, "name": "Start", "state": state,
                    "operator": "RUN", "execute_times": 1,
                    "execute_agent": {"ip": "127.0.0.1", "port": 2886}, "task_logs": null,
                }],
            }],
        });
        Say::Task(Box::new(dto::task(task).unwrap()))
    }

    fn whole(ids: &[&str]) -> Whole {
        let ids: Vec<TaskId> = ids.iter().map(|id| TaskId((*id).to_owned())).collect();
        Whole::new(&ids)
    }

    fn inside(picture: &Task) -> usize {
        let nodes = picture.nodes.iter();
        nodes.filter(|node| joined::is_inside(&node.key)).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_is_silent_keeps_the_picture_that_it_had() {
        let script = Script::default();
        script.says(MAIN, [dag(MAIN, "RUNNING", Some(SUB))]);
        script.says(SUB, [dag(SUB, "RUNNING", None), Say::Nothing, Say::Down]);
        let mut whole = whole(&[MAIN]);
        whole.ask(&script).await.unwrap();
        let full = inside(&whole.picture());
        assert!(full > 1, "a head and what it holds: {full}");
        let began = tokio::time::Instant::now();
        whole.ask(&script).await.unwrap();
        assert_eq!(
            began.elapsed(),
            PATIENCE,
            "it keeps nobody waiting for longer"
        );
        assert_eq!(inside(&whole.picture()), full);
        whole.ask(&script).await.unwrap();
        assert_eq!(inside(&whole.picture()), full);
        assert_eq!(script.asked(SUB), 3, "it may come back");
    }

    /// A master with followers hurts itself over an id that nobody knows.
    #[tokio::test]
    async fn a_part_that_nobody_knows_is_asked_for_once() {
        let script = Script::default();
        script.says(MAIN, [dag(MAIN, "RUNNING", Some(SUB))]);
        script.says(SUB, [Say::NotThere]);
        let mut whole = whole(&[MAIN]);
        for _ in 0..3 {
            whole.ask(&script).await.unwrap();
        }
        assert_eq!((script.asked(MAIN), script.asked(SUB)), (3, 1));
    }

    #[tokio::test]
    async fn what_is_over_is_not_asked_for_again() {
        let script = Script::default();
        script.says("115", [dag("115", "SUCCEED", None)]);
        script.says(
            MAIN,
            [
                dag(MAIN, "RUNNING", Some(SUB)),
                dag(MAIN, "SUCCEED", Some(SUB)),
            ],
        );
        script.says(SUB, [dag(SUB, "SUCCEED", None)]);
        let mut whole = whole(&[MAIN, "115"]);
        for _ in 0..3 {
            whole.ask(&script).await.unwrap();
        }
        assert_eq!(
            (script.asked("115"), script.asked(MAIN), script.asked(SUB)),
            (1, 2, 1)
        );
        let mains: Vec<&str> = whole
            .mains()
            .iter()
            .map(|task| task.id.0.as_str())
            .collect();
        assert_eq!(mains, [MAIN, "115"], "in the order of naming");
        let picture = whole.picture();
        assert_eq!(
            (picture.id.0.as_str(), picture.state),
            ("114+115", State::Succeeded)
        );
    }

    #[tokio::test]
    async fn a_task_that_was_named_must_answer() {
        let script = Script::default();
        script.says(MAIN, [Say::Down]);
        let error = whole(&[MAIN]).ask(&script).await.unwrap_err();
        assert!(matches!(error, LinkError::Unreachable { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn one_task_stands_for_itself() {
        let script = Script::default();
        script.says(MAIN, [dag(MAIN, "RUNNING", None)]);
        let mut whole = whole(&[MAIN]);
        whole.ask(&script).await.unwrap();
        assert_eq!(whole.picture().id.0, MAIN);
        assert_eq!(inside(&whole.picture()), 0, "no roof over a single task");
    }
}
