//! Which handler answers which route.

mod cluster;
mod grow;
mod info;
mod login;
mod packages;
mod parameters;
mod power;
mod proxy;
mod setup;
mod shrink;
mod stats;
mod status;
mod tasks;
mod tenant;
mod tenants;
mod unit;

pub(super) use login::Session;

use super::answer::{Answer, Refusal};
use super::request::Call;
use super::world::{Identity, World};

/// The route's name, with the places of ids marked; none where the agent has no such
/// route, or the simulator does not play it.
pub(super) fn label(method: &str, words: &[&str]) -> Option<&'static str> {
    Some(match (method, words) {
        ("GET", ["time"]) => "time",
        ("GET", ["info"]) => "info",
        ("GET", ["git-info"]) => "git-info",
        ("GET", ["secret"]) => "secret",
        ("GET" | "POST", ["status"]) => "status",
        ("POST", ["login"]) => "login",
        ("POST", ["logout"]) => "logout",
        ("GET", ["agents", "status"]) => "agents/status",
        ("GET", ["agent", "host-info"]) => "agent/host-info",
        ("GET", ["ob", "info"]) => "ob/info",
        ("GET", ["ob", "agents"]) => "ob/agents",
        ("POST", ["agent", "join"] | ["agent"]) => "agent/join",
        ("POST", ["agent", "remove"]) | ("DELETE", ["agent"]) => "agent/remove",
        ("POST", ["agent", "password"]) => "agent/password",
        ("POST" | "PUT", ["obcluster", "config"]) => "obcluster/config",
        ("POST" | "PUT", ["observer", "config"]) => "observer/config",
        ("POST", ["ob", "init"]) => "ob/init",
        ("POST", ["ob", "scale_out"]) => "ob/scale_out",
        ("POST", ["ob", "scale_in"]) | ("DELETE", ["observer"]) => "ob/scale_in",
        ("POST", ["ob", "zone", _, "stop"]) => "ob/zone/:zone_name/stop",
        ("POST", ["ob", "zone", _, "stop", "check"]) => "ob/zone/:zone_name/stop/check",
        ("DELETE", ["zone", _]) => "zone/:name",
        ("PATCH", ["obcluster", "parameters"]) => "obcluster/parameters set",
        ("POST", ["ob", "start"]) => "ob/start",
        ("POST", ["ob", "stop"]) => "ob/stop",
        ("GET", ["obcluster", "info"]) => "obcluster/info",
        ("GET", ["obcluster", "topology", "info"]) => "obcluster/topology/info",
        ("GET", ["obcluster", "statistics"]) => "obcluster/statistics",
        ("GET", ["obcluster", "parameters"]) => "obcluster/parameters",
        ("GET", ["obcluster", "charsets"]) => "obcluster/charsets",
        ("GET", ["obcluster", "license"]) => "obcluster/license",
        ("GET", ["obcluster", "unit-config-limit"]) => "obcluster/unit-config-limit",
        ("GET", ["observer", "info"]) => "observer/info",
        ("GET", ["tenants", "overview"]) => "tenants/overview",
        ("POST", ["tenant"]) => "tenant",
        ("GET" | "DELETE", ["tenant", _]) => "tenant/:name",
        ("GET", ["units", "config"]) => "units/config",
        ("POST", ["unit", "config"]) => "unit/config",
        ("GET" | "DELETE", ["unit", "config", _]) => "unit/config/:name",
        ("GET", ["resource-pools"]) => "resource-pools",
        ("POST" | "DELETE", ["obproxy"]) => "obproxy",
        ("POST", ["obproxy", "start"]) => "obproxy/start",
        ("POST", ["obproxy", "stop"]) => "obproxy/stop",
        ("POST", ["obproxy", "package"]) => "obproxy/package",
        ("POST", ["obproxy", "upgrade"]) => "obproxy/upgrade",
        ("POST", ["package"] | ["upgrade", "package"]) => "package",
        ("GET", ["upgrade", "package", "info"]) => "upgrade/package/info",
        ("DELETE", ["upgrade", "package", _]) => "upgrade/package/:id",
        ("POST", ["ob", "upgrade"]) => "ob/upgrade",
        ("POST", ["ob", "upgrade", "check"]) => "ob/upgrade/check",
        ("POST", ["agent", "upgrade"]) => "agent/upgrade",
        ("POST", ["agent", "upgrade", "check"]) => "agent/upgrade/check",
        ("GET", ["task", "dags", "ob"]) => "task/dags/ob",
        ("GET", ["task", "dags", "agent"]) => "task/dags/agent",
        ("GET", ["task", "dag", "maintain", "ob"]) => "task/dag/maintain/ob",
        ("GET", ["task", "dag", "maintain", "agent"]) => "task/dag/maintain/agent",
        ("GET", ["task", "dag", "maintain", "agents"]) => "task/dag/maintain/agents",
        ("GET", ["task", "dag", "unfinish"]) => "task/dag/unfinish",
        ("GET", ["task", "dag", "ob", "unfinish"]) => "task/dag/ob/unfinish",
        ("GET", ["task", "dag", "agent", "unfinish"]) => "task/dag/agent/unfinish",
        ("GET", ["task", "dag", "agent", "main_dags"]) => "task/dag/agent/main_dags",
        ("GET" | "POST", ["task", "dag", _]) => "task/dag/:id",
        ("GET" | "POST", ["task", "node", _]) => "task/node/:id",
        ("GET", ["task", "sub_task", _]) => "task/sub_task/:id",
        ("GET", ["task", "sub_task", _, "logs"]) => "task/sub_task/:id/logs",
        _ => return None,
    })
}

impl World {
    /// Answer a call that may be answered.
    pub(super) fn route(&mut self, agent: usize, call: &Call) -> Answer {
        let words = call.request.words();
        let method = call.request.method.as_str();
        let Some(label) = label(method, &words) else {
            return Refusal::new(404, "Common.NotFound", "Element not found: 404 not found").into();
        };
        match label {
            "time" | "info" | "git-info" | "secret" | "status" | "agents/status"
            | "agent/host-info" | "ob/info" | "ob/agents" => self.inform(agent, label),
            "agent/join" => self.join(agent, call).unwrap_or_else(Into::into),
            "agent/remove" => self.remove(agent, call).unwrap_or_else(Into::into),
            "login" => self.log_in(agent, call).unwrap_or_else(Into::into),
            "logout" => self.log_out(agent, call).unwrap_or_else(Into::into),
            "agent/password" => self.set_agent_password(agent, call),
            "obcluster/config" => self
                .configure_cluster(agent, call)
                .unwrap_or_else(Into::into),
            "observer/config" => self
                .configure_observer(agent, call)
                .unwrap_or_else(|answer| *answer),
            "ob/init" => self.init(agent, call).unwrap_or_else(|answer| *answer),
            "ob/scale_out" => self.scale_out(agent, call).unwrap_or_else(|answer| *answer),
            "ob/scale_in" => self.scale_in(agent, call).unwrap_or_else(|answer| *answer),
            "ob/start" | "ob/stop" => self
                .start_or_stop(agent, call, label)
                .unwrap_or_else(|answer| *answer),
            "ob/zone/:zone_name/stop" | "ob/zone/:zone_name/stop/check" => {
                let zone = power::decoded(words.get(2).copied().unwrap_or_default());
                self.stop_zone(agent, call, &zone, label.ends_with("check"))
                    .unwrap_or_else(|answer| *answer)
            }
            "zone/:name" => {
                let zone = power::decoded(words.get(1).copied().unwrap_or_default());
                self.delete_zone(agent, &zone)
                    .unwrap_or_else(|answer| *answer)
            }
            "obcluster/parameters set" => {
                self.set_parameters(agent, call).unwrap_or_else(Into::into)
            }
            "package" | "obproxy/package" => self
                .upload(agent, call, label.starts_with("obproxy"))
                .unwrap_or_else(Into::into),
            "upgrade/package/info" => self.packages(agent, None).unwrap_or_else(Into::into),
            "upgrade/package/:id" => {
                let id = words.get(2).copied().unwrap_or_default();
                self.packages(agent, Some(id)).unwrap_or_else(Into::into)
            }
            "ob/upgrade" | "ob/upgrade/check" | "agent/upgrade" | "agent/upgrade/check" => self
                .upgrade(agent, call, label)
                .unwrap_or_else(|answer| *answer),
            "obproxy/upgrade" => self
                .upgrade_proxy(agent, call)
                .unwrap_or_else(|answer| *answer),
            "tenant" => self
                .create_tenant(agent, call)
                .unwrap_or_else(|answer| *answer),
            "tenant/:name" => {
                let name = power::decoded(words.get(1).copied().unwrap_or_default());
                let answer = if method == "DELETE" {
                    self.drop_tenant(agent, call, &name)
                } else {
                    self.one_tenant(agent, &name)
                };
                answer.unwrap_or_else(|answer| *answer)
            }
            "units/config" | "unit/config" | "unit/config/:name" | "resource-pools" => {
                let name = power::decoded(words.get(2).copied().unwrap_or_default());
                self.units(agent, call, label, &name)
                    .unwrap_or_else(Into::into)
            }
            "obproxy" | "obproxy/start" | "obproxy/stop" => self
                .proxy(agent, call, label)
                .unwrap_or_else(|answer| *answer),
            _ if label.starts_with("task/") => self.tasks(agent, call, label, &words),
            _ => self.cluster_data(agent, call, label),
        }
    }

    /// The agent must be of a running cluster.
    fn cluster_agent(&self, agent: usize) -> Result<usize, Refusal> {
        let found = self
            .agents
            .get(agent)
            .ok_or_else(|| Refusal::unexpected("no agent"))?;
        match (found.identity, found.cluster) {
            (Identity::ClusterAgent, Some(cluster)) => Ok(cluster),
            (identity, _) => Err(Refusal::identity(
                &self.name(agent),
                identity.word(),
                "CLUSTER AGENT",
            )),
        }
    }

    /// The agent's own observer must answer.
    fn database(&self, agent: usize) -> Result<(), Refusal> {
        match self.agents.get(agent).map_or(0, |own| own.observer.state) {
            0 => Err(Refusal::new(
                500,
                "OB.Server.Process.NotExist",
                "Observer process does not exist",
            )),
            2 => Err(Refusal::new(
                500,
                "Agent.OceanBase.Useless",
                "The current database is useless",
            )),
            _ => Ok(()),
        }
    }

    /// The agent must be a MASTER (or FOLLOWER, which has sent the call on).
    fn unborn(&self, agent: usize) -> Result<(), Refusal> {
        match self.agents.get(agent).map(|agent| agent.identity) {
            Some(Identity::Master | Identity::Follower) => Ok(()),
            Some(Identity::ClusterAgent) => Err(Refusal::new(
                400,
                "OB.Cluster.AlreadyInitialized",
                "Cluster has already been initialized",
            )),
            identity => Err(Refusal::identity(
                &self.name(agent),
                identity.map_or("", Identity::word),
                "MASTER or FOLLOWER",
            )),
        }
    }

    /// Refused while a global DAG holds the agent.
    fn free(&self, agent: usize) -> Result<(), Refusal> {
        if self.lock(agent).is_some() {
            return Err(Refusal::busy(&self.name(agent)));
        }
        Ok(())
    }
}
