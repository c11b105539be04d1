//! Scale-out.

use std::sync::Arc;

use serde_json::Value;

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, required};
use super::super::work::{ScaleOrder, cluster_draft};
use super::super::world::{Identity, World};
use super::packages::newer;
use super::setup::{address, null, plain, refused, socket};

/// The first version that a cluster upgrades on the way in.
const FIRST_UPGRADED: &str = "4.2.4.1";

impl World {
    pub(super) fn scale_out(&mut self, agent: usize, call: &Call) -> Result<Answer, Box<Answer>> {
        let kind = "ClusterScaleOutParam";
        let fields = call.fields(kind).map_err(plain)?;
        let mut missing = Vec::new();
        let inner = fields.inner("agentInfo").map_err(plain)?;
        let (ip, port) = address(
            &inner,
            "ClusterScaleOutParam.ScaleOutParam.AgentInfo",
            &mut missing,
        )
        .map_err(plain)?;
        let configs = fields.strings("obConfigs").map_err(plain)?;
        if configs.is_none() {
            missing.push("ClusterScaleOutParam.ScaleOutParam.ObConfigs".into());
        }
        let zone = fields.text("zone").map_err(plain)?;
        if zone.is_empty() {
            missing.push("ClusterScaleOutParam.ScaleOutParam.Zone".into());
        }
        let agent_password = fields.maybe("targetAgentPassword").map_err(plain)?;
        required(&missing).map_err(plain)?;
        let cluster = self.cluster_agent(agent).map_err(null)?;
        let configs = configs.unwrap_or_default();
        if let Some(bad) = configs
            .get("rpc_port")
            .filter(|port| port.parse::<i64>().is_err())
        {
            return Err(null(Refusal::new(
                400,
                "Common.InvalidPort",
                format!("The port '{bad}' is invalid, must be in [1024, 65535]"),
            )));
        }
        let target = format!("{ip}:{port}");
        let Some(new) = socket(&ip, port).and_then(|at| self.find(at)) else {
            let cause = refused(&target, "/api/v1/status");
            return Err(null(Refusal::new(
                500,
                "Agent.RPC.RequestFailed",
                format!("get {target} status failed: {cause}"),
            )));
        };
        let task = "Cluster scale out";
        let store = self.cluster_store(cluster);
        let identity = self
            .agents
            .get(new)
            .map_or(Identity::Single, |agent| agent.identity);
        if let Some(dag) = self.lock(store) {
            return Err(null(Refusal::under(&dag.name).creating(task)));
        }
        self.database(agent).map_err(null)?;
        if identity != Identity::Single {
            return Err(null(Refusal::identity(&target, identity.word(), "SINGLE")));
        }
        self.fits(agent, cluster, new, configs.get("rpc_port"))
            .map_err(null)?;
        let uuid = self.uuid();
        let known = self
            .clusters
            .get(cluster)
            .is_some_and(|cluster| cluster.zones.contains(&zone));
        let order = Arc::new(ScaleOrder {
            cluster,
            zone,
            configs,
            agent_password,
            uuid,
        });
        let maintainer = self.maintainer(cluster).unwrap_or(agent);
        let draft = cluster_draft(maintainer, new, &order, !known);
        let answer = self.created(store, draft);
        Ok(never_read_back(answer))
    }

    /// Versions, then addresses. The names of these refusals are known; in which
    /// words they come was not recorded.
    fn fits(
        &self,
        agent: usize,
        cluster: usize,
        new: usize,
        rpc_port: Option<&String>,
    ) -> Result<(), Refusal> {
        let (ours, theirs) = (self.version_of(agent), self.version_of(new));
        let target = self.name(new);
        if newer(theirs, ours) {
            let message = format!("{target} is {theirs}, higher than the cluster's {ours}");
            let name = "OB.Cluster.ScaleOutHigherVersion";
            return Err(Refusal::new(400, name, message));
        }
        if newer(FIRST_UPGRADED, theirs) {
            let message = format!("{target} is {theirs}, lower than {FIRST_UPGRADED}");
            let name = "OB.Cluster.ScaleOutLowerVersion";
            return Err(Refusal::new(400, name, message));
        }
        if newer(ours, theirs) {
            // With a binary the agent would be upgraded on the way: what that
            // task looks like was not recorded, so there never is one here.
            let message = format!("no binary of obshell {ours} to upgrade {target} with");
            return Err(Refusal::new(500, "Agent.Binary.NotFound", message));
        }
        let port = rpc_port.map_or(2882, |port| port.parse().unwrap_or_default());
        let ip = self.agents.get(new).map(|own| own.address.ip());
        let taken = self.servers(cluster).into_iter().any(|server| {
            self.agents
                .get(server)
                .is_some_and(|own| Some(own.address.ip()) == ip && own.observer.rpc_port == port)
        });
        if taken {
            let ip = ip.map(|ip| ip.to_string()).unwrap_or_default();
            let message = format!("server {ip}:{port} already exists");
            return Err(Refusal::new(500, "Agent.AlreadyExists", message));
        }
        Ok(())
    }

    /// The one agent that runs the cluster's tasks.
    pub(in super::super) fn maintainer(&self, cluster: usize) -> Option<usize> {
        self.clusters.get(cluster)?.members.first().copied()
    }
}

/// A cluster's DAG is answered before the database has told its times.
pub(super) fn never_read_back(mut answer: Answer) -> Answer {
    if let Some(Value::Object(map)) = &mut answer.data {
        for key in ["start_time", "end_time"] {
            map.insert(key.to_owned(), "0001-01-01T00:00:00Z".into());
        }
    }
    answer
}
