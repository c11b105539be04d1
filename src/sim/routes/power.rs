//! Start and stop: what refuses them, and the DAGs that do them.

use std::sync::Arc;

use super::super::answer::{Answer, Refusal};
use super::super::request::Call;
use super::super::work::{Power, PowerOrder, power_draft};
use super::super::world::World;
use super::setup::{null, plain};

fn multi_zone() -> Refusal {
    Refusal::new(
        400,
        "OB.Server.StoppedInMultiZone",
        "Cannot stop server or stop zone in multiple zones",
    )
}

/// A word of a path as it was meant.
pub(super) fn decoded(word: &str) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend(before.bytes());
        let digits = after
            .get(..2)
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match digits {
            Some(byte) => bytes.push(byte),
            None => bytes.push(b'%'),
        }
        rest = if digits.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

impl World {
    /// `ob/start` and `ob/stop`.
    pub(super) fn start_or_stop(
        &mut self,
        agent: usize,
        call: &Call,
        label: &str,
    ) -> Result<Answer, Box<Answer>> {
        let starts = label == "ob/start";
        let cluster = self.cluster_agent(agent).map_err(|refusal| {
            if starts {
                plain(Refusal::new(
                    400,
                    "OB.Cluster.NotInitialized",
                    "Cluster has not been initialized, please initialize it first",
                ))
            } else {
                null(refusal)
            }
        })?;
        let fields = call.fields("ObStopParam").map_err(plain)?;
        let scope = fields.inner("scope").map_err(plain)?;
        let kind = scope.text("type").map_err(plain)?;
        let named = scope.list("target").map_err(plain)?;
        self.check_scope(agent, &kind, &named).map_err(plain)?;
        let scope = kind.to_ascii_uppercase();
        let force = fields.flag("force").map_err(plain)?;
        let terminate = fields.flag("terminate").map_err(plain)?;
        let power = match (starts, force, terminate) {
            (true, ..) => Power::Start,
            (false, true, true) => {
                return Err(null(Refusal::new(
                    400,
                    "OB.Cluster.StopModeConflict",
                    "Cannot stop observer with 'force' and 'terminate' at the same time",
                )));
            }
            (false, true, false) => Power::StopNow,
            (false, false, true) => Power::StopFrozen,
            (false, false, false) if scope == "GLOBAL" => {
                return Err(null(Refusal::new(
                    400,
                    "OB.Cluster.ForceStopOrTerminateRequired",
                    "Cannot stop all observers without 'force' and 'terminate'",
                )));
            }
            (false, false, false) => Power::StopService,
        };
        let targets: Vec<usize> = self
            .servers(cluster)
            .into_iter()
            .filter(|server| match scope.as_str() {
                "GLOBAL" => true,
                "ZONE" => self
                    .agents
                    .get(*server)
                    .is_some_and(|own| named.contains(&own.zone)),
                _ => named.contains(&self.name(*server)),
            })
            .collect();
        let available = self
            .agents
            .get(agent)
            .is_some_and(|own| own.observer.state == 3);
        if !starts && power != Power::StopNow && !available {
            return Err(null(Refusal::new(
                400,
                "OB.Cluster.ForceStopRequired",
                "The current observer is not available, please stop with 'force'",
            )));
        }
        if power == Power::StopService {
            self.may_stop(cluster, &targets).map_err(null)?;
        }
        let order = Arc::new(PowerOrder {
            cluster,
            power,
            zones: if scope == "ZONE" { named } else { Vec::new() },
            scope,
            targets,
            pass_first: pass_first(call)?,
        });
        Ok(self.power_on(agent, &order))
    }

    fn power_on(&mut self, agent: usize, order: &Arc<PowerOrder>) -> Answer {
        let members = self.known(agent);
        self.created(agent, power_draft(agent, &members, order))
    }

    /// `ob/zone/:zone_name/stop` and its check.
    pub(super) fn stop_zone(
        &mut self,
        agent: usize,
        call: &Call,
        zone: &str,
        only_check: bool,
    ) -> Result<Answer, Box<Answer>> {
        let refuse = if only_check { plain } else { null };
        let cluster = self.cluster_agent(agent).map_err(refuse)?;
        if self
            .agents
            .get(agent)
            .is_none_or(|own| own.observer.state == 0)
        {
            return Err(refuse(Refusal::new(
                500,
                "OB.Server.Process.NotExist",
                "check if zone exist failed: Observer process does not exist",
            )));
        }
        let known = self.clusters.get(cluster);
        if !known.is_some_and(|known| known.zones.iter().any(|name| name == zone)) {
            return Err(refuse(Refusal::new(
                400,
                "OB.Zone.NotExist",
                format!("Zone '{zone}' does not exist"),
            )));
        }
        let targets: Vec<usize> = self
            .servers(cluster)
            .into_iter()
            .filter(|server| self.agents.get(*server).is_some_and(|own| own.zone == zone))
            .collect();
        self.may_stop(cluster, &targets).map_err(refuse)?;
        if only_check {
            return Ok(Answer::empty());
        }
        let fields = call.fields("StopZoneParam").map_err(plain)?;
        let freezes = fields.flag("freeze_server").map_err(plain)?;
        let order = Arc::new(PowerOrder {
            cluster,
            power: Power::StopZone(freezes),
            scope: "ZONE".into(),
            zones: vec![zone.to_owned()],
            targets,
            pass_first: pass_first(call)?,
        });
        Ok(self.power_on(agent, &order))
    }

    /// Servers may be out of service in one zone only, and a tenant must keep its
    /// majority. An observer that has died is not out of service.
    fn may_stop(&self, cluster: usize, targets: &[usize]) -> Result<(), Refusal> {
        let Some(known) = self.clusters.get(cluster) else {
            return Ok(());
        };
        let mut zones: Vec<&str> = Vec::new();
        let servers = self.servers(cluster);
        let out = servers.iter().filter(|server| {
            targets.contains(server)
                || self.agents.get(**server).is_some_and(|own| {
                    own.observer.out_of_service.is_some() || known.stopped_zones.contains(&own.zone)
                })
        });
        for own in out.filter_map(|server| self.agents.get(*server)) {
            if !zones.contains(&own.zone.as_str()) {
                zones.push(&own.zone);
            }
        }
        if zones.len() > 1 {
            return Err(multi_zone());
        }
        let held = known.first_zones();
        let lives = |zone: &&String| {
            !zones.contains(&zone.as_str())
                && servers.iter().any(|server| {
                    self.up(*server)
                        && self
                            .agents
                            .get(*server)
                            .is_some_and(|own| own.zone == **zone)
                })
        };
        let left = held.iter().filter(lives).count();
        // The database looks after sys itself.
        if known.tenants.len() > 1 && left * 2 <= held.len() {
            return Err(Refusal::new(
                400,
                "OB.Cluster.Tenant.Replica.Invalid",
                "err.ob.cluster.tenant.replica.invalid",
            ));
        }
        Ok(())
    }
}

fn pass_first(call: &Call) -> Result<Vec<String>, Box<Answer>> {
    let fields = call.fields("ObStopParam").map_err(plain)?;
    let inner = fields.inner("forcePassDag").map_err(plain)?;
    inner.list("id").map_err(plain)
}
