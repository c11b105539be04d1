//! Tasks and their logs, never asked for in a way that hurts the agents
//! (`api/obshell.md §14.1`).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future;
use jiff::Timestamp;
use rust_i18n::t;

use super::Inner;
use super::agent::Peer;
use crate::fleet::Address;
use crate::fleet::request::Request;
use crate::fleet::task::{LogLine, Nodes, Task, TaskId};
use crate::link::LinkError;
use crate::wire::obshell::dto;
use crate::wire::obshell::{GenericId, api};

/// An answer to "does the database run anywhere" is believed for so long.
const BELIEVED: Duration = Duration::from_secs(3);

impl Inner {
    /// [`crate::link::Ask::Tasks`]: what the first endpoint that answers knows,
    /// and the local tasks of the other endpoints; newest first, without nodes.
    pub(super) async fn tasks(&self) -> Result<(Vec<Task>, Address), LinkError> {
        self.anywhere(|peer| async move {
            let info = self.introduce(&peer).await?;
            let mut lists = vec![self.get(&peer, &api::unfinish(), dto::part).await];
            if let Err(error @ (LinkError::Unauthorized { .. } | LinkError::KeyChanged { .. })) =
                &lists[0]
            {
                return Err(error.clone());
            }
            let (agent, cluster) = (api::dags_agent(), api::dags_ob());
            let runs = info.agent.identity == "CLUSTER AGENT";
            let others = self.other_endpoints(&peer).map(|other| async move {
                let other = self.peer(&other);
                self.get(&other, &api::dags_agent(), dto::part).await
            });
            let ((local, global), others) = future::join(
                future::join(self.get(&peer, &agent, dto::part), async {
                    if runs {
                        Some(self.get(&peer, &cluster, dto::part).await)
                    } else {
                        None
                    }
                }),
                future::join_all(others),
            )
            .await;
            let whole = local.is_ok() && global.as_ref().is_none_or(Result::is_ok);
            lists.push(local);
            lists.extend(global);
            if lists.iter().all(Result::is_err) {
                lists.swap(0, 1);
                if let Some(Err(error)) = lists.into_iter().next() {
                    return Err(error);
                }
                return Ok((Vec::new(), peer.address.clone()));
            }
            lists.extend(others);
            let tasks = newest_first(lists.into_iter().flatten().flatten().collect(), whole);
            self.shared()
                .seen
                .extend(tasks.iter().map(|task| task.id.clone()));
            Ok((tasks, peer.address.clone()))
        })
        .await
    }

    fn other_endpoints(&self, asked: &Peer) -> impl Iterator<Item = Address> + use<> {
        let shared = self.shared();
        let same = |address: &Address| {
            let named = |peer: &Arc<Peer>| peer.info().map(|info| info.agent.address);
            let other = shared.peers.get(address).and_then(named);
            *address == asked.address
                || other.is_some() && other == asked.info().map(|i| i.agent.address)
        };
        let mut others = self.endpoints.to_vec();
        others.retain(|address| !same(address));
        others.into_iter()
    }

    /// [`crate::link::Ask::Task`].
    pub(super) async fn task(&self, id: &TaskId) -> Result<(Task, Address), LinkError> {
        let parsed = parse(&id.0)?;
        let request = api::dag(id);
        let (data, endpoint) = match parsed.agent() {
            None => self.cluster_task(&request).await?,
            Some(agent) => self.local_task(id, agent, &request).await?,
        };
        let task = dto::task(data).map_err(|error| LinkError::Garbled {
            endpoint: endpoint.to_string(),
            reason: error.to_string(),
        })?;
        self.shared().seen.insert(id.clone());
        Ok((task, endpoint))
    }

    /// A task that the database keeps. With no database anywhere the agents
    /// would ask each other until they die.
    async fn cluster_task(
        &self,
        request: &Request,
    ) -> Result<(serde_json::Value, Address), LinkError> {
        self.anywhere(|peer| async move {
            if !self.database_runs(&peer).await? {
                return Err(LinkError::NotAsked(
                    t!("the database runs nowhere now, and this task is kept in it: no agent is asked for it")
                        .into_owned(),
                ));
            }
            let answer = self.read(&peer, request).await?;
            Ok((answer.data, peer.address.clone()))
        })
        .await
    }

    async fn database_runs(&self, peer: &Peer) -> Result<bool, LinkError> {
        let known = self.shared().available;
        if let Some((_, runs)) = known.filter(|(at, _)| at.elapsed() < BELIEVED) {
            return Ok(runs);
        }
        let statuses = self.get(peer, &api::agents_status(), dto::statuses).await?;
        let runs = statuses.iter().any(|status| status.ob_state == Some(3));
        self.shared().available = Some((Instant::now(), runs));
        Ok(runs)
    }

    /// A task that one agent keeps.
    async fn local_task(
        &self,
        id: &TaskId,
        agent: &Address,
        request: &Request,
    ) -> Result<(serde_json::Value, Address), LinkError> {
        if self.shared().gone.contains(id) {
            return Err(gone(id));
        }
        let asked = self.at_home(agent, request, Some(id)).await;
        if let Err(LinkError::Refused {
            status: 404,
            message,
            ..
        }) = &asked
        {
            // An agent that is short of files says the same words about a task that is there.
            if !message.contains("unable to open") {
                self.shared().gone.insert(id.clone());
            }
        }
        asked
    }

    /// Asks the agent that keeps it; if that cannot be dialled, an endpoint that forwards.
    async fn at_home(
        &self,
        agent: &Address,
        request: &Request,
        task: Option<&TaskId>,
    ) -> Result<(serde_json::Value, Address), LinkError> {
        // Once an endpoint's own name is known, a forwarded port is no detour.
        for endpoint in self.endpoints.iter() {
            let peer = self.peer(endpoint);
            if peer.info().is_none() {
                let _ = self.introduce(&peer).await;
            }
        }
        if let Some(peer) = self.way_to(agent) {
            match self.known_there(&peer, request, task).await {
                Err(LinkError::Unreachable { .. }) if !self.endpoints.contains(&peer.address) => {
                    self.mark_away(&peer.address);
                }
                // A follower of a master with an agent password can be asked by
                // nobody (§14.2); its master passes questions on with its own token.
                Err(error @ LinkError::Unauthorized { .. }) => {
                    if let Some(master) = self.master_of(&peer) {
                        let data = self.known_there(&master, request, task).await?;
                        return Ok((data, master.address.clone()));
                    }
                    // Who stands at a socket has no password, and needs none there.
                    if !self.endpoints.iter().any(|at| at.as_socket().is_some()) {
                        return Err(error);
                    }
                }
                asked => return asked.map(|data| (data, peer.address.clone())),
            }
        }
        self.anywhere(|peer| async move {
            let data = self.known_there(&peer, request, task).await?;
            Ok((data, peer.address.clone()))
        })
        .await
    }

    fn master_of(&self, peer: &Peer) -> Option<Arc<Peer>> {
        let named = peer.info()?.agent;
        let master = self.shared().masters.get(&named.address).cloned()?;
        (named.identity == "FOLLOWER").then(|| self.peer(&self.dialled(&master)))
    }

    /// A master and its followers pass an id that nobody knows to each other for
    /// 82 s: before the first question for it, it must be sure to exist.
    async fn known_there(
        &self,
        peer: &Peer,
        request: &Request,
        task: Option<&TaskId>,
    ) -> Result<serde_json::Value, LinkError> {
        self.meet(peer).await?;
        let identity = peer.info().map(|info| info.agent.identity);
        let fragile = matches!(identity.as_deref(), Some("MASTER" | "FOLLOWER"));
        let unsure = task.filter(|id| fragile && !self.shared().seen.contains(*id));
        if let Some(id) = unsure {
            self.sure(peer, id).await?;
        }
        Ok(self.read(peer, request).await?.data)
    }

    /// That an id exists. The list of a follower cannot tell: it is its master's.
    /// But the last task of an agent is really its own, whoever was asked, and
    /// local numbers only grow.
    async fn sure(&self, peer: &Peer, id: &TaskId) -> Result<(), LinkError> {
        let named = peer.info().map(|info| info.agent);
        let home = parse(&id.0)?;
        let own = named.as_ref().map(|agent| &agent.address) == home.agent();
        let listed = match named.as_ref().map(|agent| agent.identity.as_str()) {
            _ if !own => self.get(peer, &api::maintain_agents(), dto::tasks).await,
            Some("FOLLOWER") => {
                let last = self.get(peer, &api::maintain_agent(), dto::task).await;
                last.map(|task| vec![task])
            }
            _ => {
                let listed = self.get(peer, &api::dags_agent(), dto::tasks).await?;
                let mut shared = self.shared();
                shared.seen.extend(listed.into_iter().map(|task| task.id));
                let known = shared.seen.contains(id);
                return if known { Ok(()) } else { Err(gone(id)) };
            }
        };
        let lasts = match listed {
            Ok(lasts) => lasts,
            // An agent without any task says 404, and 500 for all agents.
            Err(LinkError::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let made = |task: &Task| match GenericId::parse(&task.id.0) {
            Some(last) => {
                last.home == home.home && number(&home).is_some_and(|n| Some(n) <= number(&last))
            }
            None => false,
        };
        if lasts.iter().any(made) {
            Ok(())
        } else {
            Err(gone(id))
        }
    }

    /// [`crate::link::Ask::Log`].
    pub(super) async fn log(&self, id: &str) -> Result<(Vec<LogLine>, Address), LinkError> {
        let parsed = parse(id)?;
        let all = self.sub_task(&parsed, &api::sub_task_logs(id)).await;
        let (data, endpoint, lines) = match all {
            Ok((data, endpoint)) => {
                let lines = dto::logs(data.clone());
                (data, endpoint, lines)
            }
            // Agents before 4.3 have no such route: the last attempt must do.
            Err(LinkError::Refused { message, .. }) if message.contains("404 not found") => {
                let (data, endpoint) = self.sub_task(&parsed, &api::sub_task(id)).await?;
                let lines = dto::node(data.clone()).map(|nodes| dto::sub_task_logs_of(&nodes));
                (data, endpoint, lines)
            }
            Err(error) => return Err(error),
        };
        drop(data);
        let lines = lines.map_err(|error| LinkError::Garbled {
            endpoint: endpoint.to_string(),
            reason: error.to_string(),
        })?;
        Ok((lines, endpoint))
    }

    async fn sub_task(
        &self,
        id: &GenericId,
        request: &Request,
    ) -> Result<(serde_json::Value, Address), LinkError> {
        match id.agent() {
            Some(agent) => self.at_home(agent, request, None).await,
            None => {
                self.anywhere(|peer| async move {
                    let answer = self.read(&peer, request).await?;
                    Ok((answer.data, peer.address.clone()))
                })
                .await
            }
        }
    }
}

/// The number of an id among those of its agent.
fn number(id: &GenericId) -> Option<u64> {
    id.number.parse().ok()
}

fn parse(id: &str) -> Result<GenericId, LinkError> {
    GenericId::parse(id).ok_or_else(|| {
        LinkError::NotAsked(
            t!(
                "`%{id}` is no id of obshell: those are numbers that begin with 1 to 5",
                id = id
            )
            .into_owned(),
        )
    })
}

fn gone(id: &TaskId) -> LinkError {
    LinkError::Refused {
        status: 404,
        code: "Task.NotFound".to_owned(),
        message: t!("no agent knows a task %{id}", id = id).into_owned(),
        advice: crate::wire::obshell::errors::advice("Task.NotFound").into_owned(),
        trace: String::new(),
    }
}

/// Each task once, the one that came with its nodes rather than the other, by
/// the moment it began. Where a part of the list is missing, a sub DAG that may
/// wait for a main DAG in it is left waiting: it is not said to have failed.
fn newest_first(tasks: Vec<Task>, whole: bool) -> Vec<Task> {
    let mut once: HashMap<TaskId, Task> = HashMap::with_capacity(tasks.len());
    for task in tasks {
        match once.get(&task.id) {
            Some(known) if known.detailed || !task.detailed => {}
            _ => {
                once.insert(task.id.clone(), task);
            }
        }
    }
    let mut tasks: Vec<_> = once.into_values().collect();
    if whole {
        dto::settle(&mut tasks);
    }
    for task in &mut tasks {
        task.nodes = Nodes::default();
        task.detailed = false;
    }
    tasks.sort_by(|a, b| {
        let by_time = began(b).cmp(&began(a));
        by_time.then_with(|| (b.id.0.len(), &b.id.0).cmp(&(a.id.0.len(), &a.id.0)))
    });
    tasks
}

/// When it began or was created; one that just came has no time yet and is the newest.
pub(super) fn began(task: &Task) -> Timestamp {
    let created = || {
        let text = task.extra.get("created_at")?.as_str()?;
        text.parse().ok()
    };
    let begun = task.started_at.or_else(created).or(task.ended_at);
    begun.unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fleet::task::State;

    fn list(id: &str, name: &str, state: &str, stage: u32) -> Value {
        json!({ "contents": [{
            "id": id, "dag_id": 1, "name": name, "stage": stage, "max_stage": 7,
            "state": state, "operator": "RUN",
            "start_time": "2026-05-08T10:00:00Z", "end_time": "2026-05-08T10:00:01Z",
            "additional_data": null, "nodes": null
        }] })
    }

    fn state_of_local(parts: &[Value], whole: bool) -> State {
        let tasks = parts
            .iter()
            .flat_map(|part| dto::part(part.clone()).unwrap());
        let tasks = newest_first(tasks.collect(), whole);
        let local = tasks.iter().find(|task| task.name == "Local scale out");
        local.unwrap().state
    }

    #[test]
    fn a_part_of_a_scale_out_waits_although_its_main_dag_is_in_another_list() {
        let local = list("22130706433028861", "Local scale out", "FAILED", 4);
        let main = |state| list("11", "Cluster scale out", state, 5);
        let both = [local.clone(), main("RUNNING")];
        assert_eq!(state_of_local(&both, true), State::Waiting);
        // The database did not answer: nobody knows, and it is not said to have failed.
        assert_eq!(state_of_local(&both[..1], false), State::Waiting);
        assert_eq!(state_of_local(&both[..1], true), State::Failed);
        let ended = [local, main("FAILED")];
        assert_eq!(state_of_local(&ended, true), State::Failed);
    }
}
