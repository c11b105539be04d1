//! What an agent tells of itself and of the agents it knows.

use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::scene;
use super::super::world::{Agent, Identity, World};

impl World {
    pub(super) fn inform(&mut self, agent: usize, label: &str) -> Answer {
        let now = self.now();
        let Some(own) = self.agents.get(agent) else {
            return Answer::panic();
        };
        match label {
            "time" => Answer::data(now.to_string().into()),
            "info" => Answer::data(self.agent_info(own)),
            "git-info" => Answer::data(json!({
                "branch": "", "commitId": "", "shortCommitId": "", "commitTime": "",
            })),
            "secret" => Answer::data(json!({
                "ip": own.address.ip().to_string(),
                "port": own.address.port(),
                "public_key": own.key.public(),
            })),
            "status" => Answer {
                untraced: true,
                ..Answer::data(self.status(agent))
            },
            "agents/status" => {
                let mut known = self.known(agent);
                // One that has left still asks those that it knew.
                if own.identity == Identity::ScalingIn
                    && let Some(cluster) = own.cluster.and_then(|index| self.clusters.get(index))
                {
                    known.extend(cluster.members.iter().filter(|member| **member != agent));
                    known.sort_unstable();
                }
                let map: Map<String, Value> = known
                    .into_iter()
                    .filter(|known| self.agents.get(*known).is_some_and(|own| !own.dead))
                    .map(|known| (self.name(known), self.status(known)))
                    .collect();
                Answer::data(map.into())
            }
            "agent/host-info" => Answer::data(scene::host()),
            "ob/agents" => match self.cluster_agent(agent) {
                Ok(_) => Answer::contents(
                    self.known(agent)
                        .into_iter()
                        .map(|known| self.address(known))
                        .collect(),
                ),
                Err(refusal) => refusal.into(),
            },
            _ => Answer::data(self.ob_info(agent)),
        }
    }

    pub(super) fn address(&self, agent: usize) -> Value {
        self.addresses.get(agent).map_or(
            Value::Null,
            |at| json!({ "ip": at.ip().to_string(), "port": at.port() }),
        )
    }

    fn agent_info(&self, own: &Agent) -> Value {
        // From the file until the database answers.
        let joined = own.cluster.and_then(|index| self.clusters.get(index));
        let joined = joined.is_some_and(|cluster| {
            own.identity != Identity::Master
                && cluster
                    .members
                    .iter()
                    .any(|member| self.addresses.get(*member) == Some(&own.address))
        });
        let ob_version = if joined && own.observer.state == 3 {
            self.ob_version.clone()
        } else {
            format!("{}-{}", self.ob_version, self.ob_release)
        };
        json!({
            "pid": own.pid,
            "state": 2,
            "startAt": own.started.as_nanosecond() as i64,
            "homePath": own.home,
            "obVersion": ob_version,
            "architecture": "x86_64",
            "ip": own.address.ip().to_string(),
            "port": own.address.port(),
            "zone": own.zone,
            "identity": own.identity.word(),
            "version": own.version.as_ref().unwrap_or(&self.version),
            "isObproxyAgent": own.proxy,
            "security": own.agent_password.is_some(),
            "supportedAuth": ["v2"],
        })
    }

    fn status(&self, agent: usize) -> Value {
        let Some(own) = self.agents.get(agent) else {
            return Value::Null;
        };
        let mut status = json!({
            "agent": {
                "ip": own.address.ip().to_string(),
                "port": own.address.port(),
                "identity": own.identity.word(),
            },
            "state": 2,
            "version": self.version_of(agent),
            "pid": own.pid,
            "startAt": own.started.as_nanosecond() as i64,
            "port": own.address.port(),
            "obState": own.observer.state,
        });
        if let Value::Object(map) = &mut status {
            if own.observer.sql_port > 0 && own.identity != Identity::ScalingOut {
                map.insert("sqlPort".into(), own.observer.sql_port.into());
            }
            map.insert("underMaintenance".into(), self.lock(agent).is_some().into());
        }
        status
    }

    fn ob_info(&self, agent: usize) -> Value {
        let known = self.known(agent);
        let agents: Vec<Value> = known
            .iter()
            .filter_map(|known| {
                let at = self.agents.get(*known)?;
                let zone = match self.agents.get(agent).map(|own| own.identity) {
                    Some(Identity::Master) => self.zone_in_plan(agent, *known),
                    _ => at.zone.clone(),
                };
                // The master's list says FOLLOWER from the joining on.
                let identity = match at.identity {
                    Identity::Single if *known != agent => Identity::Follower,
                    identity => identity,
                };
                Some(json!({
                    "ip": at.address.ip().to_string(),
                    "port": at.address.port(),
                    "zone": zone,
                    "identity": identity.word(),
                    "version": self.version_of(*known),
                }))
            })
            .collect();
        let own = self.agents.get(agent);
        let running = own
            .filter(|own| own.identity == Identity::ClusterAgent && own.observer.state == 3)
            .and_then(|own| own.cluster);
        let cluster = if let Some((index, cluster)) =
            running.and_then(|index| Some((index, self.clusters.get(index)?)))
        {
            json!({
                "id": cluster.id,
                "name": cluster.name,
                "version": self.ob_version,
                "topology": self.server_configs(index),
                "is_shared_storage": false,
            })
        } else {
            let plan = own
                .filter(|own| {
                    // Its own file has what it was told itself.
                    matches!(own.identity, Identity::Master | Identity::ClusterAgent)
                })
                .and_then(|own| own.plan.cluster.clone())
                .unwrap_or_default();
            json!({
                "id": plan.0,
                "name": plan.1,
                "version": "",
                "topology": null,
                "is_shared_storage": false,
            })
        };
        json!({ "agent_info": agents, "obcluster_info": cluster })
    }
}
