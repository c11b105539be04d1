//! What a change leaves behind by which one can tell whether it was done, when
//! its answer is lost: a task, or a unit config.

use jiff::Timestamp;
use rust_i18n::t;

use super::Inner;
use super::agent::Peer;
use super::tasks::began;
use crate::fleet::request::Request;
use crate::fleet::task::{Task, TaskId};
use crate::link::{LinkError, Lost, lost};
use crate::wire::obshell::{api, dto};

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trail {
    /// A task of this name.
    Task(String),
    /// A unit config of this name, which was not there before.
    UnitConfig(String),
    /// A unit config of this name was there before: the server refuses another.
    WasThere(String),
    /// Nothing that could be looked for.
    None,
}

fn unit_config(name: &str) -> String {
    t!("unit config %{name}", name = name).into_owned()
}

impl Inner {
    /// What the request will leave behind, as far as that can be looked for.
    pub(super) async fn trail(&self, peer: &Peer, request: &Request) -> Trail {
        if let Some(name) = &request.makes {
            return Trail::Task(name.clone());
        }
        let Some(name) = api::makes_unit_config(request) else {
            return Trail::None;
        };
        match self.has_unit_config(peer, &name).await {
            Ok(true) => Trail::WasThere(name),
            Ok(false) => Trail::UnitConfig(name),
            // It can be sent all the same; only its loss leaves more open.
            Err(_) => Trail::None,
        }
    }

    async fn has_unit_config(&self, peer: &Peer, name: &str) -> Result<bool, LinkError> {
        let configs = self
            .get(peer, &api::unit_configs(), dto::unit_configs)
            .await?;
        Ok(configs.iter().any(|config| config.name == name))
    }

    /// Looks for what only this request can have made.
    pub(super) async fn look(&self, peer: &Peer, trail: &Trail, left: Timestamp) -> Lost {
        let broke = Timestamp::now();
        let ahead = peer.ahead_ms();
        let since = lost::since(left, ahead);
        let seek = || async move {
            match trail {
                Trail::Task(name) => {
                    let tasks = self.listed(peer).await?;
                    Ok(self.made(&tasks, name, since).map(Lost::Made))
                }
                Trail::UnitConfig(name) => {
                    self.introduce(peer).await?;
                    let there = self.has_unit_config(peer, name).await?;
                    Ok(there.then(|| Lost::There(unit_config(name))))
                }
                Trail::WasThere(_) | Trail::None => Ok(None),
            }
        };
        // A process that started after the connection broke never had the request,
        // and the one that may have had it makes nothing any more; but a follower
        // passes requests on.
        let gone = || {
            peer.info().is_some_and(|info| {
                let began = info.started_at.map(Timestamp::as_millisecond);
                info.agent.identity != "FOLLOWER"
                    && began > Some(broke.as_millisecond() + ahead.unwrap_or(0))
            })
        };
        let what = match trail {
            Trail::Task(name) => t!("task %{name}", name = name).into_owned(),
            Trail::UnitConfig(name) => unit_config(name),
            Trail::WasThere(name) => {
                let what = unit_config(name);
                return Lost::CannotTell(
                    t!(
                        "%{what} was there before it was sent, and stays as it was",
                        what = what
                    )
                    .into_owned(),
                );
            }
            Trail::None => return Lost::no_trail(),
        };
        lost::look(&what, seek, gone).await
    }

    fn made(&self, tasks: &[Task], name: &str, since: i64) -> Option<TaskId> {
        let shared = self.shared();
        let mut made: Vec<_> = tasks
            .iter()
            .filter(|task| task.name == name && !shared.seen.contains(&task.id))
            .filter(|task| began(task).as_millisecond() >= since)
            .collect();
        made.sort_by_key(|task| began(task));
        made.last().map(|task| task.id.clone())
    }

    /// The tasks of the receiver and, where it belongs to one, of its cluster.
    async fn listed(&self, peer: &Peer) -> Result<Vec<Task>, LinkError> {
        let info = self.introduce(peer).await?;
        let unfinished = self.get(peer, &api::unfinish(), dto::tasks).await;
        let local = self.get(peer, &api::dags_agent(), dto::tasks).await;
        let mut lists = vec![unfinished, local];
        match info.agent.identity.as_str() {
            "CLUSTER AGENT" => lists.push(self.get(peer, &api::dags_ob(), dto::tasks).await),
            // Its other lists are the master's: only this one comes back to it (§1.6).
            "FOLLOWER" => {
                let last = self.get(peer, &api::maintain_agent(), dto::task).await;
                lists.push(last.map(|task| vec![task]));
            }
            _ => {}
        }
        if lists.iter().all(Result::is_err) {
            return lists.swap_remove(0);
        }
        Ok(lists.into_iter().flatten().flatten().collect())
    }
}
