//! What the server refuses, with its code and at the field that it means; and
//! what is never sent because the server would let it through.

use super::{AGENT, Site};

/// A form, what is set, the exit code, and words of the answer.
type Case = (&'static str, &'static str, i32, &'static str);

const BEFORE_INIT: &[Case] = &[
    // Nobody is a master yet.
    (
        "join",
        "agent={1} master={0} zone=zone2",
        4,
        "Agent.Identify.NotSupportOperation & at master",
    ),
    (
        "join",
        "agent={1} master=127.0.0.1:1 zone=zone2",
        4,
        "Common.Unexpected",
    ),
    ("join", "agent={1} zone=zone2", 2, "master"),
    (
        "join",
        "agent={1} master={0} zone=a/b",
        2,
        "letters, digits",
    ),
    ("init", "", 4, "Agent.Identify.NotSupportOperation"),
    (
        "observer-config",
        "observerConfig.memory_limit=8G scope.type=GLOBAL",
        4,
        "Agent.Identify.NotSupportOperation",
    ),
    (
        "cluster-config",
        "clusterId=7 clusterName=prod rootPwd=x",
        4,
        "Agent.Identify.NotSupportOperation",
    ),
    ("start", "scope.type=GLOBAL", 4, "OB.Cluster.NotInitialized"),
    (
        "stop",
        "scope.type=GLOBAL force=true",
        4,
        "Agent.Identify.NotSupportOperation",
    ),
    (
        "scale-out",
        "agentInfo={1} zone=zone1 obConfigs.rpc_port=2882",
        4,
        "Agent.Identify.NotSupportOperation",
    ),
    (
        "zone-delete",
        "zone=zone1",
        4,
        "Agent.Identify.NotSupportOperation",
    ),
    ("remove", "ip={0}", 0, "nothing to do"),
    ("remove", "ip={1}", 4, "Agent.Identify.NotSupportOperation"),
    (
        "proxy-add",
        "home_path=/data/p1",
        5,
        "AgentPasswordNotInitialized",
    ),
    ("join", "agent={0} master={0} zone=zone1", 0, "succeeded"),
    (
        "join",
        "agent={0} master={0} zone=zone1",
        4,
        "Agent.Identify.NotSupportOperation & at agent",
    ),
    ("join", "agent={1} master={0} zone=zone2", 0, "succeeded"),
    // A follower forwards it: the refusal names the master.
    (
        "join",
        "agent={1} master={0} zone=zone2",
        4,
        "is 'MASTER', instead of 'SINGLE'",
    ),
    (
        "observer-config",
        "observerConfig=memory_limit=8G scope.type=ZONE scope.target=nozone",
        4,
        "OB.Zone.NotExist & at scope.target",
    ),
    (
        "observer-config",
        "observerConfig=memory_limit=8G scope.type=SERVER scope.target=127.0.0.77:1",
        4,
        "Agent.NotExist & at scope.target",
    ),
    (
        "observer-config",
        "observerConfig=memory_limit=8G scope.type=ZONE",
        2,
        "at least one zone",
    ),
    (
        "observer-config",
        "observerConfig=memory_limit=8G scope.type=REGION scope.target=x",
        2,
        "scope.type",
    ),
    (
        "observer-config",
        "observerConfig.zone=z scope.type=GLOBAL",
        2,
        "set by the agent itself",
    ),
    (
        "observer-config",
        "observerConfig.mysqlPort=2881 observerConfig.mysql_port=2882 scope.type=GLOBAL",
        2,
        "differ",
    ),
    (
        "observer-config",
        "observerConfig.mysql_port=80 scope.type=GLOBAL",
        2,
        "no port from 1025",
    ),
    (
        "cluster-config",
        "clusterId=0 clusterName=prod rootPwd=x",
        2,
        "greater than 0",
    ),
    (
        "cluster-config",
        "clusterId=7 clusterName=prod",
        2,
        "rootPwd",
    ),
    ("init", "create_proxyro_user=true", 2, "name the master"),
    (
        "init",
        "proxyro_password=x",
        2,
        "only together with create_proxyro_user",
    ),
    ("remove", "ip={3}", 0, "nothing to do"),
    // It says 500, and sets it nevertheless.
    (
        "agent-password",
        "password=Agent#567",
        4,
        "sets it nevertheless & Common.Unexpected",
    ),
];

#[test]
fn before_init() {
    let site = Site::fresh("4", &[]);
    site.each(BEFORE_INIT);
    let agents = site.list("agents");
    let secured = agents.iter().find(|agent| agent["secured"] == true);
    assert_eq!(secured.unwrap()["identity"], "MASTER", "{agents:?}");
}

#[test]
fn a_master_with_an_agent_password_wants_it_named() {
    let site = Site::fresh("2", &[]);
    let password = format!("agent={{0}} password={AGENT}");
    let right = format!("agent={{1}} master={{0}} zone=zone2 master_password={AGENT}");
    site.each(&[
        ("agent-password", &password, 0, "done"),
        ("join", "agent={0} master={0} zone=zone1", 0, "succeeded"),
        (
            "join",
            "agent={1} master={0} zone=zone2 master_password=wrong",
            4,
            "at master_password",
        ),
        ("join", &right, 0, "succeeded"),
    ]);
}

const AFTER_INIT: &[Case] = &[
    (
        "join",
        "agent={1} master={0} zone=zone1",
        4,
        "Agent.Identify.NotSupportOperation & at agent",
    ),
    (
        "observer-config",
        "observerConfig=memory_limit=8G scope.type=GLOBAL",
        4,
        "OB.Cluster.AlreadyInitialized",
    ),
    (
        "cluster-config",
        "clusterId=7 clusterName=prod rootPwd=x",
        4,
        "OB.Cluster.AlreadyInitialized",
    ),
    ("init", "", 4, "OB.Cluster.AlreadyInitialized"),
    ("remove", "ip={1}", 4, "Agent.Identify.NotSupportOperation"),
    (
        "scale-out",
        "agentInfo={1} zone=zone1 obConfigs.rpc_port=3333",
        4,
        "Agent.Identify.NotSupportOperation & at agentInfo",
    ),
    (
        "scale-out",
        "agentInfo=127.0.0.1:1 zone=zone1 obConfigs.rpc_port=3333",
        4,
        "Agent.RPC.RequestFailed",
    ),
    (
        "scale-out",
        "agentInfo={3} zone=zone1 obConfigs.rpc_port=abc",
        2,
        "no port from 1025",
    ),
    (
        "scale-out",
        "agentInfo={3} zone=zone1 obConfigs.rpc_port=0",
        2,
        "no port from 1025",
    ),
    (
        "scale-out",
        "agentInfo={3} zone=zone1 obConfigs.mysql_port=65536",
        2,
        "no port from 1025",
    ),
    (
        "scale-in",
        "agent_info={0}",
        4,
        "OB.Server.DeleteSelf & must be rebuilt",
    ),
    ("scale-in", "agent_info={3}", 0, "nothing to do"),
    (
        "zone-delete",
        "zone=zone2",
        4,
        "OB.Zone.NotEmpty & at zone_name",
    ),
    ("zone-delete", "zone=zone1", 4, "OB.Zone.NotEmpty"),
    (
        "zone-stop",
        "zone=nozone",
        4,
        "OB.Zone.NotExist & at zone_name",
    ),
    ("stop", "scope.type=SERVER scope.target={2}", 2, "say how"),
    (
        "stop",
        "scope.type=GLOBAL terminate=false force=false",
        2,
        "service of all servers cannot",
    ),
    (
        "stop",
        "scope.type=SERVER scope.target=127.0.0.77:1 force=true",
        4,
        "Agent.NotExist & at scope.target",
    ),
    (
        "stop",
        "scope.type=SERVER force=true",
        2,
        "at least one server",
    ),
    (
        "start",
        "scope.type=ZONE scope.target=nozone",
        4,
        "OB.Zone.NotExist & at scope.target",
    ),
    (
        "start",
        "scope.type=GLOBAL scope.target=zone1",
        2,
        "name none",
    ),
    (
        "stop",
        "scope.type=SERVER scope.target={2} force=false terminate=false",
        0,
        "stop service: & stops 1 of 3 servers",
    ),
    // Two zones of three would be gone, and every tenant with them.
    (
        "stop",
        "scope.type=SERVER scope.target={1} force=false terminate=false",
        4,
        "no majority is left for & OB.Server.StoppedInMultiZone",
    ),
    ("zone-stop", "zone=zone2", 4, "no majority is left for"),
    (
        "stop",
        "scope.type=SERVER scope.target={2} force=true",
        0,
        "kill now & stops 1 of 3 servers",
    ),
    (
        "scale-in",
        "agent_info={1} force_kill=true",
        4,
        "OB.Cluster.MultiPaxosNotAlive",
    ),
];

#[test]
fn after_init() {
    let site = Site::cluster("4", &[]);
    site.each(AFTER_INIT);
}

/// Agents that differ in more than their address.
#[test]
fn another_version_or_an_address_that_is_taken_is_refused() {
    let versions = "4.5.0.0,4.5.0.0,4.5.0.0,4.4.0.0,4.6.0.0,4.2.3.0,4.5.0.0";
    let site = Site::cluster("7", &["--agent-version", versions]);
    let ports = "obConfigs.mysql_port=3481 obConfigs.rpc_port=3482";
    let scale_out = |number: usize| format!("agentInfo={{{number}}} zone=zone1 {ports}");
    site.each(&[
        (
            "scale-out",
            &scale_out(3),
            4,
            "Agent.Binary.NotFound (500) & Upload the obshell package",
        ),
        (
            "scale-out",
            &scale_out(4),
            4,
            "OB.Cluster.ScaleOutHigherVersion (400) & upgrade the cluster first",
        ),
        (
            "scale-out",
            &scale_out(5),
            4,
            "OB.Cluster.ScaleOutLowerVersion (400) & install 4.2.4.1 or later",
        ),
        // The ports of the first server, on the same host.
        (
            "scale-out",
            "agentInfo={6} zone=zone1 obConfigs.mysql_port=2881 obConfigs.rpc_port=2882",
            4,
            "Agent.AlreadyExists (500) & It is already there",
        ),
        ("scale-out", &scale_out(6), 0, "succeeded"),
    ]);

    let site = Site::fresh("2", &["--agent-version", "4.5.0.0-1,4.5.0.0-2"]);
    site.each(&[
        ("join", "agent={0} master={0} zone=zone1", 0, "succeeded"),
        // The release counts too.
        (
            "join",
            "agent={1} master={0} zone=zone2",
            4,
            "Agent.Version.Inconsistent (400) & the release part included",
        ),
    ]);
}

#[test]
fn what_is_busy_refuses() {
    let hang = "task-hang=Create observer workdir";
    let site = Site::fresh("3", &["--fault", hang]);
    site.each(&[
        ("join", "agent={0} master={0} zone=zone1", 0, "succeeded"),
        (
            "cluster-config",
            "clusterId=7 clusterName=prod rootPwd=Root#1234",
            0,
            "succeeded",
        ),
    ]);
    let mut site = site;
    super::ROOT.clone_into(&mut site.root);
    let init = site.run(&["do", "init", "--yes", "--no-watch"]);
    assert_eq!(init.code, 0, "{init:#?}");
    site.each(&[
        (
            "observer-config",
            "observerConfig=memory_limit=8G scope.type=GLOBAL",
            4,
            "Agent.UnderMaintenance",
        ),
        (
            "cluster-config",
            "clusterId=7 clusterName=prod rootPwd=x",
            4,
            "Agent.UnderMaintenance",
        ),
        ("init", "", 4, "Agent.UnderMaintenance"),
        ("remove", "ip={0}", 4, "Agent.UnderMaintenance"),
    ]);
}
