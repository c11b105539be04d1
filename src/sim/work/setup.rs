//! Joining, removing, configuring.

use super::super::engine::{Draft, Place};
use super::super::world::{Identity, Setting, World};
use super::{Step, Work};

impl World {
    pub(super) fn run_setup(&mut self, place: Place, agent: usize, work: &Work) {
        let own = place.store;
        match work {
            Work::JoinSelf { zone } => {
                if let Some(agent) = self.agents.get_mut(agent) {
                    agent.identity = Identity::Master;
                    agent.zone.clone_from(zone);
                    agent.members = vec![own];
                }
                self.lines_then_done(place, &["set agent identity to master"]);
            }
            Work::JoinMaster { master, zone } => self.join_master(place, *master, zone),
            Work::BeFollower { master, zone } => {
                if let Some(agent) = self.agents.get_mut(agent) {
                    agent.identity = Identity::Follower;
                    agent.zone.clone_from(zone);
                    agent.master = Some(*master);
                }
                self.lines_then_done(place, &["set agent identity to follower"]);
            }
            Work::TellFollower { follower } => self.tell_follower(place, *follower),
            Work::DropFollower { follower } => self.drop_follower(place, *follower),
            Work::LeaveCluster => {
                self.make_single(agent);
                self.lines_then_done(
                    place,
                    &[
                        "clearing ob config",
                        "change agent to single agent",
                        "set agent to single agent success",
                    ],
                );
            }
            Work::RemoveMaster => {
                self.make_single(own);
                self.lines_then_done(
                    place,
                    &[
                        "clearing ob config",
                        "clearing global config",
                        "change agent to single agent",
                        "set agent to single agent success",
                    ],
                );
            }
            Work::ClusterConfig {
                id,
                name,
                rs_list,
                root,
            } => {
                if let Some(agent) = self.agents.get_mut(own) {
                    agent.plan.cluster = Some((*id, name.clone()));
                    agent.plan.rs_list.clone_from(rs_list);
                    agent.plan.root_password.clone_from(root);
                    // Without a password the agent goes on wanting the one it had.
                    if root.is_some() {
                        agent.root_password.clone_from(root);
                    }
                }
                self.after(place, 0, Step::Done);
            }
            Work::ObserverConfig {
                scope,
                targets,
                values,
            } => {
                self.keep_settings(own, scope, targets, values);
                self.after(place, 0, Step::Done);
            }
            Work::ProxyCheck if !self.agents.get(own).is_some_and(|agent| agent.proxy) => {
                let error = "[OBProxy.NotBeManaged]: This is not an OBProxy agent";
                self.after(place, 0, Step::Fail(error.into()));
            }
            Work::ProxyCheck => self.after(place, 2, Step::Done),
            Work::ProxyStart => self.start_proxy(place, own),
            _ => self.after(place, 0, Step::Done),
        }
    }

    fn start_proxy(&mut self, place: Place, own: usize) {
        let (home, port) = self
            .agents
            .get(own)
            .map(|agent| agent.proxy_at.clone())
            .unwrap_or_default();
        self.log(
            place,
            format!("start obproxy cmd: cd '{home}'; ./bin/obproxy"),
        );
        let Some(agent) = self.agents.get_mut(own) else {
            return;
        };
        if agent.proxy_runs {
            let error = format!(
                "[Common.Unexpected]: Unexpected error: failed to start obproxy, output: obproxy: bind 127.0.0.1:{port}: [Errno 98] Address already in use\n: exit status 1"
            );
            self.after(place, 2, Step::Fail(error));
            return;
        }
        agent.proxy_runs = true;
        self.log(place, "start obproxy health check");
        self.after(place, 10_010, Step::Done);
    }

    fn join_master(&mut self, place: Place, master: usize, zone: &str) {
        let own = place.store;
        self.log(place, "creating token");
        self.log(place, "token created");
        self.log(place, "send join rpc to master");
        let address = self.name(master);
        let Some(owner) = self.agents.get_mut(master) else {
            return;
        };
        if owner.identity != Identity::Master {
            let error = format!(
                "[Agent.RPC.RequestError]: send post request failed: Request [POST]/rpc/v1/agent/join to {address} error: '{address}' is '{}', instead of 'MASTER', does not support this operation",
                owner.identity.word()
            );
            self.after(place, 8, Step::Fail(error));
            return;
        }
        if !owner.members.contains(&own) {
            owner.members.push(own);
        }
        owner.plan.zones.insert(own, zone.to_owned());
        if let Some(agent) = self.agents.get_mut(own) {
            zone.clone_into(&mut agent.zone);
        }
        let line = format!("join to master success, master agent info: {address}");
        self.after(place, 8, Step::Log(line));
        self.after(place, 8, Step::Done);
    }

    fn tell_follower(&mut self, place: Place, follower: usize) {
        let address = self.name(follower);
        self.log(
            place,
            format!("send remove agent request to follower, agent: {address}"),
        );
        if self.agents.get(follower).is_none_or(|own| own.dead) {
            // It is asked for half a minute, and then dropped without being told.
            let line = format!(
                "WARN: send remove agent request failed, err: Request [DELETE]{address} to /rpc/v1/agent failed: Delete \"http://{address}/rpc/v1/agent\": dial tcp {address}: connect: connection refused"
            );
            for second in 0..30 {
                self.after(place, second * 1_000, Step::Log(line.clone()));
            }
            self.after(place, 30_000, Step::Done);
            return;
        }
        let draft =
            Draft::new("Agent to single").node("Agent to single", follower, Work::LeaveCluster);
        let dag = self.create(follower, draft);
        if let Some(id) = self
            .dag(follower, dag)
            .map(|dag| self.generic(follower, dag))
        {
            let line = format!("send remove agent request succeed, remote dag id: &{{{id}}}");
            self.after(place, 4, Step::Log(line));
        }
        self.after(place, 4, Step::Done);
    }

    fn drop_follower(&mut self, place: Place, follower: usize) {
        let master = place.store;
        let address = self.name(follower);
        let zone = self.zone_in_plan(master, follower);
        let alone = !self.known(master).iter().any(|other| {
            *other != follower && *other != master && self.zone_in_plan(master, *other) == zone
        });
        self.log(place, format!("finding agent {address} info"));
        self.log(place, format!("get zone '{zone}' agents"));
        if alone {
            self.log(
                place,
                format!(
                    "zone '{zone}' has no other follower agent, clearing zone and observer config"
                ),
            );
        }
        self.log(place, format!("deleting agent {address}"));
        if let Some(owner) = self.agents.get_mut(master) {
            owner.members.retain(|member| *member != follower);
            owner.plan.settings.retain(|setting| {
                setting.target != address
                    && (!alone || setting.scope != "ZONE" || setting.target != zone)
            });
            owner.plan.zones.shift_remove(&follower);
        }
        self.log(place, format!("remove follower agent {address} success"));
        self.after(place, 0, Step::Done);
    }

    /// A member's zone as its master knows it: the member itself may have forgotten.
    pub(in super::super) fn zone_in_plan(&self, master: usize, member: usize) -> String {
        self.agents
            .get(master)
            .and_then(|owner| owner.plan.zones.get(&member).cloned())
            .or_else(|| self.agents.get(member).map(|agent| agent.zone.clone()))
            .unwrap_or_default()
    }

    fn keep_settings(
        &mut self,
        master: usize,
        scope: &str,
        targets: &[String],
        values: &indexmap::IndexMap<String, String>,
    ) {
        let Some(owner) = self.agents.get_mut(master) else {
            return;
        };
        let everywhere = [String::new()];
        let targets = if scope == "GLOBAL" {
            &everywhere
        } else {
            targets
        };
        for target in targets {
            let settings = &mut owner.plan.settings;
            settings.retain(|old| old.scope != scope || old.target != *target);
            settings.push(Setting {
                scope: scope.to_owned(),
                target: target.clone(),
                values: values.clone(),
            });
        }
    }
}
