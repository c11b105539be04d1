//! Join, remove, configure, initialise: the calls that create DAGs before there is a cluster.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

use super::super::answer::{Answer, Refusal};
use super::super::engine::Draft;
use super::super::request::{Call, Fields, required};
use super::super::work::Work;
use super::super::world::{Identity, World};

const DENIED: [&str; 7] = [
    "cluster_id",
    "cluster",
    "rootPwd",
    "rootservice_list",
    "zone",
    "local_ip",
    "devname",
];

/// What `{"ip":…,"port":…}` names, and what of it is missing.
pub(super) fn address(
    fields: &Fields,
    prefix: &str,
    missing: &mut Vec<String>,
) -> Result<(String, i64), Refusal> {
    let ip = fields.text("ip")?;
    let port = fields.number("port")?;
    if ip.is_empty() {
        missing.push(format!("{prefix}.Ip"));
    }
    if port == 0 {
        missing.push(format!("{prefix}.Port"));
    }
    Ok((ip, port))
}

pub(super) fn socket(ip: &str, port: i64) -> Option<SocketAddr> {
    Some(SocketAddr::new(
        ip.parse::<IpAddr>().ok()?,
        u16::try_from(port).ok()?,
    ))
}

pub(super) fn refused(address: &str, path: &str) -> String {
    format!(
        "Request [GET]{address} to {path} failed: Get \"http://{address}{path}\": dial tcp {address}: connect: connection refused"
    )
}

impl World {
    /// The DAG that was just created, without its nodes.
    pub(super) fn created(&mut self, store: usize, draft: Draft) -> Answer {
        let index = self.create(store, draft);
        let shown = self
            .dag(store, index)
            .map(|dag| self.show(store, false).dag(dag));
        Answer::data(shown.unwrap_or(Value::Null))
    }

    pub(super) fn join(&mut self, agent: usize, call: &Call) -> Result<Answer, Refusal> {
        let fields = call.fields("JoinApiParam")?;
        let mut missing = Vec::new();
        let (ip, port) = address(
            &fields.inner("agentInfo")?,
            "JoinApiParam.AgentInfo",
            &mut missing,
        )?;
        let zone = fields.text("zoneName")?;
        if zone.is_empty() {
            missing.push("JoinApiParam.ZoneName".into());
        }
        let password = fields.maybe("masterPassword")?;
        required(&missing)?;
        let own = self.name(agent);
        let identity = self
            .agents
            .get(agent)
            .map_or(Identity::Single, |agent| agent.identity);
        if identity != Identity::Single {
            return Err(Refusal::identity(&own, identity.word(), "SINGLE"));
        }
        let target = format!("{ip}:{port}");
        if target == own {
            self.free(agent)
                .map_err(|refusal| refusal.creating("Join self"))?;
            let draft = Draft::new("Join self").node("Join self", agent, Work::JoinSelf { zone });
            return Ok(self.created(agent, draft));
        }
        let Some(master) = socket(&ip, port).and_then(|at| self.find(at)) else {
            let cause = refused(&target, "/api/v1/info");
            return Err(Refusal::unexpected(&format!(
                "get agent info failed: {cause}"
            )));
        };
        let Some(owner) = self.agents.get(master) else {
            return Ok(Answer::panic());
        };
        if owner.identity != Identity::Master {
            return Err(Refusal::identity(&target, owner.identity.word(), "MASTER"));
        }
        let (own_version, other) = (self.version_of(agent), self.version_of(master));
        if own_version != other {
            // The name is known; in which words was not recorded.
            let message = format!(
                "Agent version is inconsistent: {own} is {own_version}, {target} is {other}"
            );
            return Err(Refusal::new(400, "Agent.Version.Inconsistent", message));
        }
        if owner.agent_password.is_some() && owner.agent_password != password {
            return Err(Refusal::new(
                500,
                "Agent.RPC.RequestError",
                format!(
                    "send post request failed: Request [POST]/rpc/v1/agent/token to {target} error: Unauthorized: Agent password is incorrect"
                ),
            ));
        }
        self.free(agent)
            .map_err(|refusal| refusal.creating("Join to master"))?;
        let draft = Draft::new("Join to master")
            .node(
                "Join to master",
                agent,
                Work::JoinMaster {
                    master,
                    zone: zone.clone(),
                },
            )
            .node("Be follower", agent, Work::BeFollower { master, zone });
        Ok(self.created(agent, draft))
    }

    pub(super) fn remove(&mut self, agent: usize, call: &Call) -> Result<Answer, Refusal> {
        let fields = call.fields("AgentInfo")?;
        let mut missing = Vec::new();
        let (ip, port) = address(&fields, "AgentInfo", &mut missing)?;
        required(&missing)?;
        let own = self.name(agent);
        let target = format!("{ip}:{port}");
        let identity = self
            .agents
            .get(agent)
            .map_or(Identity::Single, |agent| agent.identity);
        match identity {
            Identity::Single if target == own => return Ok(Answer::gone()),
            Identity::Master => {}
            _ => {
                return Err(Refusal::identity(
                    &own,
                    identity.word(),
                    "MASTER or FOLLOWER",
                ));
            }
        }
        let followers: Vec<usize> = self
            .known(agent)
            .into_iter()
            .filter(|known| *known != agent)
            .collect();
        let tell = |follower: usize| (follower, Work::TellFollower { follower });
        if target == own {
            self.free(agent)?;
            let mut draft = Draft::new("Remove all agents");
            if !followers.is_empty() {
                draft =
                    draft.parallel("Remove follower", followers.into_iter().map(tell).collect());
            }
            return Ok(self.created(
                agent,
                draft.node("Remove master", agent, Work::RemoveMaster),
            ));
        }
        let known = socket(&ip, port)
            .and_then(|at| self.find(at))
            .filter(|at| followers.contains(at));
        let Some(follower) = known else {
            return Ok(Answer::gone());
        };
        self.free(agent)?;
        let name = format!("Remove follower agent {target}");
        let draft = Draft::new(name.clone())
            .parallel("Remove follower", vec![tell(follower)])
            .node(name, agent, Work::DropFollower { follower });
        Ok(self.created(agent, draft))
    }

    pub(super) fn set_agent_password(&mut self, agent: usize, call: &Call) -> Answer {
        let password = match call
            .fields("SetAgentPasswordParam")
            .and_then(|fields| fields.text("password"))
        {
            Ok(password) => password,
            Err(refusal) => return refusal.into(),
        };
        if let Err(refusal) = required(&if password.is_empty() {
            vec!["SetAgentPasswordParam.Password".to_owned()]
        } else {
            Vec::new()
        }) {
            return refusal.into();
        }
        let Some(own) = self.agents.get_mut(agent) else {
            return Answer::panic();
        };
        let falls = own.agent_password.is_none()
            && !call.by_agent_password
            && !matches!(own.identity, Identity::Single | Identity::ClusterAgent);
        own.agent_password = Some(password);
        own.sessions.clear();
        // The agent sets it, and falls over its own answer.
        if falls {
            Answer::panic()
        } else {
            Answer::empty()
        }
    }

    pub(super) fn configure_cluster(
        &mut self,
        agent: usize,
        call: &Call,
    ) -> Result<Answer, Refusal> {
        let fields = call.fields("ObClusterConfigParams")?;
        let id = fields.number("clusterId")?;
        let name = fields.text("clusterName")?;
        let rs_list = fields.maybe("rsList")?;
        let root = fields.maybe("rootPwd")?;
        // It may have been sealed once more; older agents want it so.
        let own = self.agents.get(agent);
        let sealed = |text: String| own.and_then(|own| own.key.text(&text)).unwrap_or(text);
        let root = root.map(sealed);
        self.unborn(agent)?;
        if id <= 0 {
            return Err(Refusal::new(
                400,
                "OB.Cluster.Id.Invalid",
                "Cluster ID is invalid",
            ));
        }
        if name.is_empty() {
            return Err(Refusal::new(
                400,
                "OB.Cluster.Name.Empty",
                "Cluster name is empty",
            ));
        }
        let task = "Update cluster config";
        if let Err(refusal) = self.free(agent) {
            return Ok(Answer::null(refusal.creating(task)));
        }
        let work = Work::ClusterConfig {
            id,
            name,
            rs_list,
            root,
        };
        Ok(self.created(agent, Draft::new(task).node(task, agent, work)))
    }

    pub(super) fn configure_observer(
        &mut self,
        agent: usize,
        call: &Call,
    ) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("ObServerConfigParams").map_err(plain)?;
        let mut values = fields
            .strings("observerConfig")
            .map_err(plain)?
            .unwrap_or_default();
        let scope = fields.inner("scope").map_err(plain)?;
        let kind = scope.text("type").map_err(plain)?;
        let targets = scope.list("target").map_err(plain)?;
        self.unborn(agent).map_err(plain)?;
        if values.is_empty() {
            return Err(plain(Refusal::illegal("observerConfig", "config is empty")));
        }
        if let Some(denied) = values.keys().find(|key| DENIED.contains(&key.as_str())) {
            let why = format!("config {denied} is not allowed to set");
            return Err(plain(Refusal::illegal("observerConfig", &why)));
        }
        self.check_scope(agent, &kind, &targets).map_err(plain)?;
        for (old, new) in [("mysqlPort", "mysql_port"), ("rpcPort", "rpc_port")] {
            let Some(value) = values.shift_remove(old) else {
                continue;
            };
            if values.get(new).is_some_and(|set| *set != value) {
                let why = format!("You cannot set both {new} and {old}, use {new} instead.");
                return Err(Box::new(Answer::null(Refusal::illegal(
                    "observerConfig",
                    &why,
                ))));
            }
            values.insert(new.to_owned(), value);
        }
        let task = "Update observer config";
        self.free(agent)
            .map_err(|refusal| Box::new(Answer::null(refusal.creating(task))))?;
        let work = Work::ObserverConfig {
            scope: kind.to_ascii_uppercase(),
            targets,
            values,
        };
        Ok(self.created(agent, Draft::new(task).node(task, agent, work)))
    }

    pub(super) fn check_scope(
        &self,
        agent: usize,
        kind: &str,
        targets: &[String],
    ) -> Result<(), Refusal> {
        let known = self.known(agent);
        let kind_upper = kind.to_ascii_uppercase();
        if !["GLOBAL", "ZONE", "SERVER"].contains(&kind_upper.as_str()) {
            return Err(Refusal::new(
                400,
                "OB.Cluster.Scope.Invalid",
                format!("Scope '{kind}' is invalid"),
            ));
        }
        if kind_upper == "GLOBAL" {
            return Ok(());
        }
        if targets.is_empty() {
            return Err(Refusal::illegal("target", "target is empty"));
        }
        for target in targets {
            if kind_upper == "ZONE" {
                if !known
                    .iter()
                    .any(|known| self.zone_in_plan(agent, *known) == *target)
                {
                    return Err(Refusal::new(
                        400,
                        "OB.Zone.NotExist",
                        format!("Zone '{target}' does not exist"),
                    ));
                }
            } else if !known.iter().any(|known| self.name(*known) == *target) {
                return Err(Refusal::new(
                    400,
                    "Agent.NotExist",
                    format!("Server '{target}' does not exist"),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn init(&mut self, agent: usize, call: &Call) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("ObInitParam").map_err(plain)?;
        // A follower sends the request on without its body.
        let kept = call.forwarded.is_none();
        let script = kept && fields.flag("import_script").map_err(plain)?;
        let user = kept && fields.flag("create_proxyro_user").map_err(plain)?;
        fields.text("proxyro_password").map_err(plain)?;
        self.unborn(agent).map_err(plain)?;
        let task = "Initialize cluster";
        self.free(agent)
            .map_err(|refusal| Box::new(Answer::null(refusal.creating(task))))?;
        let members = self.known(agent);
        let all = |work: Work| {
            members
                .iter()
                .map(|member| (*member, work.clone()))
                .collect::<Vec<_>>()
        };
        let sync = Work::Synchronize { cluster_of: agent };
        let mut draft = Draft::new(task)
            .node("Integrate config", agent, Work::Integrate)
            .parallel(
                "Create observer workdir",
                all(Work::Workdir { owner: agent }),
            )
            .parallel("Start observer", all(Work::StartObserver { owner: agent }))
            .node("Cluster boostrap", agent, Work::Bootstrap)
            .node("Migrate table", agent, Work::MigrateTable)
            .node("Modify password", agent, Work::ModifyPassword);
        if user {
            draft = draft.node("Create user", agent, Work::CreateUser);
        }
        draft = draft
            .node("Migrate data", agent, Work::MigrateData)
            .node(
                "Convert follower to cluster agent",
                agent,
                Work::ConvertFollowers,
            )
            .parallel("Synchronize agent from cluster", all(sync.clone()))
            .node(
                "Convert master to cluster agent",
                agent,
                Work::ConvertMaster,
            );
        if script {
            draft = draft.node("Import script for tenant", agent, Work::ImportScript);
        }
        draft = draft.parallel("Synchronize agent from cluster", all(sync));
        Ok(self.created(agent, draft))
    }
}

pub(super) fn plain(refusal: Refusal) -> Box<Answer> {
    Box::new(refusal.into())
}

pub(super) fn null(refusal: Refusal) -> Box<Answer> {
    Box::new(Answer::null(refusal))
}
