//! Join, remove, configure, initialise, scale out: the calls that create DAGs.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;

use super::super::answer::{Answer, Refusal};
use super::super::engine::Draft;
use super::super::request::{Call, Fields, required};
use super::super::work::{ScaleOrder, Work, cluster_draft};
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

/// Directories of the simulated machines that have a `bin` and a `lib`, but no binary in it.
const DIRECTORIES: [&str; 1] = ["/data/obproxy"];

/// What is there but no directory.
const FILES: [&str; 2] = ["/etc/hostname", "/etc/passwd"];

/// What `{"ip":…,"port":…}` names, and what of it is missing.
fn address(
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

fn socket(ip: &str, port: i64) -> Option<SocketAddr> {
    Some(SocketAddr::new(
        ip.parse::<IpAddr>().ok()?,
        u16::try_from(port).ok()?,
    ))
}

fn refused(address: &str, path: &str) -> String {
    format!(
        "Request [GET]{address} to {path} failed: Get \"http://{address}{path}\": dial tcp {address}: connect: connection refused"
    )
}

impl World {
    /// The DAG that was just created, without its nodes.
    fn created(&mut self, store: usize, draft: Draft) -> Answer {
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

    fn check_scope(&self, agent: usize, kind: &str, targets: &[String]) -> Result<(), Refusal> {
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
            let refusal = Refusal::new(
                500,
                "OB.Cluster.UnderMaintenanceWithDag",
                format!(
                    "OceanBase cluster is under maintenance by DAG: {}, please try again later",
                    dag.name
                ),
            );
            return Err(null(refusal.creating(task)));
        }
        if identity != Identity::Single {
            return Err(null(Refusal::identity(&target, identity.word(), "SINGLE")));
        }
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

    /// The one agent that runs the cluster's tasks.
    pub(in super::super) fn maintainer(&self, cluster: usize) -> Option<usize> {
        self.clusters.get(cluster)?.members.first().copied()
    }

    /// Starting and stopping is not simulated; what refuses it before is.
    pub(super) fn start_or_stop(&mut self, agent: usize, label: &str) -> Answer {
        match self.cluster_agent(agent) {
            Ok(_) => {
                Refusal::new(404, "Common.NotFound", "Element not found: 404 not found").into()
            }
            Err(_) if label == "ob/start" => Refusal::new(
                400,
                "OB.Cluster.NotInitialized",
                "Cluster has not been initialized, please initialize it first",
            )
            .into(),
            Err(refusal) => Answer::null(refusal),
        }
    }

    pub(super) fn proxy(&mut self, agent: usize, call: &Call, label: &str) -> Answer {
        let managed = self.agents.get(agent).is_some_and(|agent| agent.proxy);
        match (label, call.request.method.as_str()) {
            ("obproxy", "DELETE") if !managed => Answer::gone(),
            ("obproxy", "POST") => self.add_proxy(call, managed),
            ("obproxy/stop", _) if !managed => Answer::null(Refusal::new(
                400,
                "OBProxy.NotBeManaged",
                "This is not an OBProxy agent",
            )),
            ("obproxy/start", _) => {
                let mut draft = Draft::new("Start obproxy")
                    .node("Check obproxy status", agent, Work::ProxyCheck)
                    .node("Start obproxy", agent, Work::ProxyStart);
                draft.maintenance = 1;
                draft.proxy = true;
                self.created(agent, draft)
            }
            _ => Refusal::new(404, "Common.NotFound", "Element not found: 404 not found").into(),
        }
    }

    /// The simulated machine has no `OBProxy` binary: the refusals come as far as that.
    fn add_proxy(&self, call: &Call, managed: bool) -> Answer {
        let home = match call
            .fields("AddObproxyParam")
            .and_then(|fields| fields.text("home_path"))
        {
            Ok(home) => home,
            Err(refusal) => return refusal.into(),
        };
        if home.is_empty() {
            return match required(&["AddObproxyParam.HomePath".to_owned()]) {
                Err(refusal) => refusal.into(),
                Ok(()) => Answer::panic(),
            };
        }
        if managed {
            return Answer::null(Refusal::new(
                400,
                "OBProxy.AlreadyManaged",
                "Agent has already managed OBProxy",
            ));
        }
        if DIRECTORIES.contains(&home.as_str()) {
            return Answer::null(Refusal::new(
                500,
                "Common.Unexpected",
                "fork/exec ./bin/obproxy: no such file or directory",
            ));
        }
        if FILES.contains(&home.as_str()) {
            let message = format!("invalid obproxy home path: '{home}' is not a directory");
            return Answer::null(Refusal::new(400, "Common.PathNotDir", message));
        }
        let message = format!("invalid obproxy home path: '{home}' does not exist");
        Answer::null(Refusal::new(400, "Common.PathNotExist", message))
    }
}

fn plain(refusal: Refusal) -> Box<Answer> {
    Box::new(refusal.into())
}

fn null(refusal: Refusal) -> Box<Answer> {
    Box::new(Answer::null(refusal))
}

/// A cluster's DAG is answered before the database has told its times.
fn never_read_back(mut answer: Answer) -> Answer {
    if let Some(Value::Object(map)) = &mut answer.data {
        for key in ["start_time", "end_time"] {
            map.insert(key.to_owned(), "0001-01-01T00:00:00Z".into());
        }
    }
    answer
}
