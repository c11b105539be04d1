//! Which task of the agents holds what a refused change needs
//! (`api/obshell.md §5.7`).

use super::Inner;
use super::agent::Peer;
use crate::fleet::Address;
use crate::fleet::request::Request;
use crate::fleet::task::{Lock, Task, holds_lock};
use crate::link::held::{Held, Holder, PATIENCE};
use crate::link::{LinkError, SendError};
use crate::wire::obshell::errors::{Busy, busy};
use crate::wire::obshell::{GenericId, Home, api, dto};

impl Inner {
    /// A refusal, with the task that it is about where it says that there is one.
    pub(super) async fn blamed(
        &self,
        peer: &Peer,
        request: &Request,
        error: LinkError,
    ) -> SendError {
        let LinkError::Refused { code, message, .. } = &error else {
            return error.into();
        };
        let Some(what) = busy(code, message) else {
            return error.into();
        };
        let asked = tokio::time::timeout(PATIENCE, self.unfinished(peer, &what)).await;
        let by = match asked {
            Ok(Ok(tasks)) => {
                let own = peer.info().map(|info| info.agent.address);
                held(&what, message, &request.path, own, &tasks)
            }
            Ok(Err(why)) => Held::not_told(&why),
            Err(_) => Held::too_slow(),
        };
        let by = Box::new(by);
        SendError::Held { error, by }
    }

    /// What has not ended at the agent that refused, and at the one that it
    /// says is held.
    async fn unfinished(&self, peer: &Peer, what: &Busy) -> Result<Vec<Task>, LinkError> {
        let mut tasks = self.unfinished_at(peer).await?;
        let own = peer.info().map(|info| info.agent.address);
        if let Busy::Agent(Some(named)) = what
            && own.as_ref() != Some(named)
        {
            let other = self.peer(&self.dialled(named));
            tasks.extend(self.unfinished_at(&other).await?);
        }
        let mut shared = self.shared();
        shared.seen.extend(tasks.iter().map(|task| task.id.clone()));
        Ok(tasks)
    }

    async fn unfinished_at(&self, peer: &Peer) -> Result<Vec<Task>, LinkError> {
        let info = self.introduce(peer).await?;
        let mut tasks = self.get(peer, &api::unfinish(), dto::part).await?;
        if info.agent.identity == "FOLLOWER" {
            // Its list is its master's; only its last task is its own (§1.6).
            match self.get(peer, &api::maintain_agent(), dto::task).await {
                Ok(last) => tasks.push(last),
                // It never had a task.
                Err(LinkError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(tasks)
    }
}

fn held(what: &Busy, message: &str, path: &str, own: Option<Address>, tasks: &[Task]) -> Held {
    let about = Refused { what, path, own };
    let mut found: Vec<&Task> = Vec::new();
    for task in tasks.iter().filter(|task| about.may_be(task)) {
        if !found.iter().any(|known| known.id == task.id) {
            found.push(task);
        }
    }
    // An id among the words leaves no doubt, nor does a tenant's name.
    let says = |task: &&Task| {
        let tenant = matches!(&task.lock, Some(Lock::Tenant(name)) if message.contains(&format!("'{name}'")));
        tenant || message.contains(&format!("[{}:", task.id))
    };
    if found.iter().any(says) {
        found.retain(says);
    }
    let sure = found.iter().all(|task| task.lock.is_some());
    Held::one_of(found.into_iter().map(Holder::of).collect(), sure)
}

/// A refusal and what is known around it.
struct Refused<'a> {
    what: &'a Busy,
    /// Of the request.
    path: &'a str,
    /// The agent that refused.
    own: Option<Address>,
}

impl Refused<'_> {
    /// Whether the lock that the refusal speaks of can be this task's.
    fn may_be(&self, task: &Task) -> bool {
        let Some(id) = GenericId::parse(&task.id.0) else {
            return false;
        };
        // A task that is operated on does not stand in its own way.
        let operated = self.path.split('/').any(|part| part == task.id.0);
        // Old agents list what has not ended and do not tell what it locks.
        let may_hold = task.lock.is_none() || holds_lock(task);
        if operated || !may_hold {
            return false;
        }
        match (self.what, &id.home) {
            (Busy::Agent(named), Home::Local(at)) => {
                !self.is_about_proxy() && self.is_there(named.as_ref(), at)
            }
            (Busy::Agent(named), Home::Obproxy(at)) => {
                self.is_about_proxy() && self.is_there(named.as_ref(), at)
            }
            (Busy::Cluster(name), Home::Cluster) => {
                name.as_ref().is_none_or(|name| *name == task.name)
            }
            (Busy::Tenant, Home::Cluster) => matches!(task.lock, Some(Lock::Tenant(_))),
            _ => false,
        }
    }

    fn is_about_proxy(&self) -> bool {
        self.path.starts_with("/api/v1/obproxy")
    }

    fn is_there(&self, named: Option<&Address>, at: &Address) -> bool {
        named.or(self.own.as_ref()).is_none_or(|agent| agent == at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SCALE_IN: &str = "/api/v1/ob/scale_in";

    fn dag(id: &str, name: &str, kind: i64, key: &str) -> Value {
        json!({
            "id": id, "dag_id": 1, "name": name, "stage": 2, "max_stage": 3,
            "maintenance_type": kind, "maintenance_key": key,
            "state": "RUNNING", "operator": "RUN", "nodes": null,
        })
    }

    fn found(busy: &Busy, message: &str, path: &str, dags: &[Value]) -> Held {
        let tasks = dto::part(json!({ "contents": dags })).unwrap();
        let own = Address::parse("127.0.0.1:2886", 0).ok();
        held(busy, message, path, own, &tasks)
    }

    fn ids(held: &Held) -> Vec<&str> {
        let holders = held.holders().iter();
        holders.map(|holder| holder.id.0.as_str()).collect()
    }

    #[test]
    fn the_cluster_is_held_by_a_cluster_task_of_that_name() {
        let named = Busy::Cluster(Some("Cluster scale out".into()));
        let all = || {
            vec![
                dag("112", "Cluster scale out", 2, ""),
                dag("113", "Create tenant t1", 3, "t1"),
                dag("114", "Start OB", 1, ""),
                dag("22130706433028869", "Cluster scale out", 2, ""),
            ]
        };
        assert_eq!(ids(&found(&named, "", SCALE_IN, &all())), ["112"]);
        let by = found(&Busy::Cluster(None), "", SCALE_IN, &all());
        assert!(matches!(&by, Held::Among(_)), "{by:?}");
        assert_eq!(ids(&by), ["112", "113"]);
        let other = Busy::Cluster(Some("Delete zone".into()));
        assert!(matches!(
            found(&other, "", SCALE_IN, &all()),
            Held::CannotTell(_)
        ));
    }

    #[test]
    fn a_task_that_is_operated_on_does_not_stand_in_its_own_way() {
        let all = vec![
            dag("112", "Cluster scale in", 2, ""),
            dag("113", "Cluster scale out", 2, ""),
        ];
        let by = found(&Busy::Cluster(None), "", "/api/v1/task/dag/112", &all);
        assert!(matches!(&by, Held::By(one) if one.id.0 == "113"), "{by:?}");
    }

    #[test]
    fn an_agent_is_held_by_its_own_task_and_its_proxy_by_another() {
        let all = || {
            vec![
                dag("22130706433028869", "Initialize cluster", 2, ""),
                dag("22130706433028879", "Start observer", 2, ""),
                dag("42130706433028861", "Start obproxy", 4, ""),
            ]
        };
        let named = Busy::Agent(Address::parse("127.0.0.1:2887", 0).ok());
        assert_eq!(
            ids(&found(&named, "", SCALE_IN, &all())),
            ["22130706433028879"]
        );
        let own = Busy::Agent(None);
        assert_eq!(
            ids(&found(&own, "", SCALE_IN, &all())),
            ["22130706433028869"]
        );
        let proxy = found(&own, "", "/api/v1/obproxy/stop", &all());
        assert_eq!(ids(&proxy), ["42130706433028861"]);
    }

    #[test]
    fn the_words_of_a_refusal_leave_no_doubt() {
        let tenants = || vec![dag("112", "A", 3, "t1"), dag("113", "B", 3, "t2")];
        let says = "Tenant 't2' is under maintenance";
        assert_eq!(
            ids(&found(&Busy::Tenant, says, SCALE_IN, &tenants())),
            ["113"]
        );
        assert_eq!(
            ids(&found(&Busy::Tenant, "?", SCALE_IN, &tenants())).len(),
            2
        );
        let by = "127.0.0.1:2886 is under maintenance by DAG [22130706433028862:Start observer]";
        let all = vec![
            dag("22130706433028861", "Start observer", 2, ""),
            dag("22130706433028862", "Start observer", 2, ""),
        ];
        assert_eq!(
            ids(&found(&Busy::Agent(None), by, SCALE_IN, &all)),
            ["22130706433028862"]
        );
    }
}
