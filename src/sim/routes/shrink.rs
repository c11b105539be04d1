//! Scale-in, and zones that are deleted.

use std::sync::Arc;

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, required};
use super::super::work::{ShrinkOrder, scale_in_draft, zone_draft};
use super::super::world::{Cluster, Identity, World};
use super::setup::{address, null, plain, socket};

impl World {
    /// `ob/scale_in`.
    pub(super) fn scale_in(&mut self, agent: usize, call: &Call) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("ClusterScaleInParam").map_err(plain)?;
        let mut missing = Vec::new();
        let inner = fields.inner("agent_info").map_err(plain)?;
        let prefix = "ClusterScaleInParam.AgentInfo";
        let (ip, port) = address(&inner, prefix, &mut missing).map_err(plain)?;
        let force_kill = fields.flag("force_kill").map_err(plain)?;
        required(&missing).map_err(plain)?;
        let named = socket(&ip, port).and_then(|at| self.find(at));
        let own = self.agents.get(agent).map(|own| own.identity);
        let alone = matches!(own, Some(Identity::ClusterAgent | Identity::ScalingIn));
        if named == Some(agent) && own == Some(Identity::Single) {
            return Ok(Answer::gone());
        }
        if named == Some(agent) && alone {
            return Err(plain(Refusal::new(
                400,
                "OB.Server.DeleteSelf",
                "Cannot delete the current server",
            )));
        }
        let cluster = self.cluster_agent(agent).map_err(plain)?;
        self.reaches_database(agent, "check server exist failed")
            .map_err(null)?;
        let member = named.filter(|named| self.servers(cluster).contains(named));
        let Some(leaving) = member else {
            return Ok(Answer::gone());
        };
        if force_kill && !self.lives_without(cluster, leaving) {
            return Err(null(Refusal::new(
                400,
                "OB.Cluster.MultiPaxosNotAlive",
                "Multi paxos member is not alive",
            )));
        }
        self.cluster_free(cluster, "Cluster scale in")
            .map_err(null)?;
        let order = Arc::new(ShrinkOrder {
            cluster,
            agents: vec![leaving],
            zone: None,
            forced: force_kill,
        });
        let maintainer = self.maintainer(cluster).unwrap_or(agent);
        let draft = scale_in_draft(maintainer, leaving, force_kill, &order);
        let answer = self.created(self.cluster_store(cluster), draft);
        Ok(super::grow::never_read_back(answer))
    }

    /// `zone/:name` deleted.
    pub(super) fn delete_zone(&mut self, agent: usize, zone: &str) -> Result<Answer, Box<Answer>> {
        let cluster = self.cluster_agent(agent).map_err(null)?;
        self.reaches_database(agent, "check zone exist failed")
            .map_err(null)?;
        let Some(known) = self.clusters.get(cluster) else {
            return Ok(Answer::panic());
        };
        if !known.zones.iter().any(|name| name == zone) {
            return Ok(Answer::gone());
        }
        if known.first_zones().iter().any(|name| name == zone) {
            return Err(null(Refusal::new(
                400,
                "OB.Zone.NotEmpty",
                format!("The zone '{zone}' is not empty and cannot be deleted"),
            )));
        }
        if self.agents.get(agent).is_some_and(|own| own.zone == zone) {
            return Err(null(Refusal::new(
                400,
                "OB.Zone.DeleteSelf",
                "Cannot delete the zone of the current server",
            )));
        }
        self.cluster_free(cluster, "Delete zone").map_err(null)?;
        let agents: Vec<usize> = self
            .servers(cluster)
            .into_iter()
            .filter(|server| self.agents.get(*server).is_some_and(|own| own.zone == zone))
            .collect();
        let order = Arc::new(ShrinkOrder {
            cluster,
            agents,
            zone: Some(zone.to_owned()),
            forced: false,
        });
        let maintainer = self.maintainer(cluster).unwrap_or(agent);
        let draft = zone_draft(maintainer, zone, &order);
        let answer = self.created(self.cluster_store(cluster), draft);
        Ok(super::grow::never_read_back(answer))
    }

    fn reaches_database(&self, agent: usize, what: &str) -> Result<(), Refusal> {
        self.database(agent).map_err(|mut refusal| {
            refusal.message = format!("{what}: {}", refusal.message);
            refusal
        })
    }

    fn cluster_free(&self, cluster: usize, task: &str) -> Result<(), Refusal> {
        let Some(dag) = self.lock(self.cluster_store(cluster)) else {
            return Ok(());
        };
        Err(Refusal::under(&dag.name).creating(task))
    }

    /// Whether a majority of zones has an observer besides this one.
    fn lives_without(&self, cluster: usize, leaving: usize) -> bool {
        let zones = self.clusters.get(cluster).map(Cluster::first_zones);
        let zones = zones.unwrap_or_default();
        let servers = self.servers(cluster);
        let alive = zones.iter().filter(|zone| {
            servers.iter().any(|server| {
                *server != leaving
                    && self
                        .agents
                        .get(*server)
                        .is_some_and(|own| own.zone == **zone && own.observer.state > 0)
            })
        });
        alive.count() * 2 > zones.len()
    }
}
