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
