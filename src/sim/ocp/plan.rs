//! What an operation does, step by step: names, timeouts and classes as the
//! documents' samples show them. The few without a sample follow their
//! neighbours' pattern.

use std::borrow::Cow;

/// One step. On several servers a parallel step becomes one subtask for each.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub name: Cow<'static, str>,
    pub timeout: u32,
    pub parallel: bool,
    /// Class without the common package; empty where no sample shows one.
    pub class: &'static str,
    /// Whether its success forbids a rollback.
    pub final_step: bool,
    /// Ticks that it takes.
    pub ticks: u32,
}

/// An operation.
#[derive(Debug)]
pub(super) struct Plan {
    pub name: &'static str,
    steps: &'static [Row],
}

/// Name, timeout, parallel, class.
type Row = (&'static str, u32, bool, &'static str);

impl Plan {
    pub fn steps(&self) -> Vec<Step> {
        self.steps
            .iter()
            .map(|&(name, timeout, parallel, class)| Step {
                name: name.into(),
                timeout,
                parallel,
                class,
                final_step: FINAL.contains(&name),
                ticks: ticks(name),
            })
            .collect()
    }
}

/// Steps after which nothing can be undone.
const FINAL: [&str; 3] = [
    "Failover to Primary Check",
    "Failover to Primary",
    "Remove standby cluster",
];

/// How long a step takes; joints are quick, installations slow.
fn ticks(name: &str) -> u32 {
    if name.starts_with("Wait node") || name.starts_with("Start node") || name == "Finish node" {
        return 1;
    }
    let slow = [
        "Install",
        "Wait ",
        "Start observer",
        "Restart",
        "Create ob",
        "Bootstrap",
    ];
    if slow.iter().any(|word| name.starts_with(word)) {
        4
    } else {
        2
    }
}

const WAIT: Row = ("Wait node", 30, false, "WaitNode");
const START: Row = ("Start node", 30, false, "StartNode");
const FINISH: Row = ("Finish node", 0, false, "obproxy.FinishTask");
const SYNC: Row = (
    "Sync cluster info",
    30,
    false,
    "cluster.SyncClusterInfoTask",
);
const CLUSTER_STATUS: Row = (
    "Update OB cluster status",
    30,
    false,
    "cluster.UpdateObClusterStatusTask",
);
const ZONE_STATUS: Row = (
    "Update zone status",
    1800,
    false,
    "zone.UpdateObZoneStatusTask",
);
const SERVER_STATUS: Row = (
    "Update observer status",
    300,
    true,
    "server.UpdateObServerStatusTask",
);
const STOP_PROCESS: Row = (
    "Stop observer process",
    1200,
    true,
    "server.StopObServerProcessTask",
);
const START_PROCESS: Row = (
    "Start observer process",
    1200,
    true,
    "server.StartObServerProcessTask",
);
const WAIT_ACTIVE: Row = (
    "Wait observer active",
    1800,
    false,
    "server.WaitObServerActiveTask",
);
const AGENT_SERVICE: Row = (
    "Start ocp agent service",
    1800,
    true,
    "obagent.StartOcpAgentServiceTask",
);

/// Seed 002: a chain of 21 whatever the number of hosts.
pub(super) const ADD_SERVERS: Plan = Plan {
    name: "Add OB server",
    steps: &[
        ("Prepare add observer", 300, false, ""),
        ("Reserve host", 1800, false, ""),
        ("Pre check for install OB", 1800, false, ""),
        WAIT,
        ("Install rpm", 3600, false, ""),
        WAIT,
        ("Make dir for ob", 600, false, ""),
        WAIT,
        ("Start observer process with param", 1200, false, ""),
        WAIT,
        ("Add observer", 1800, false, ""),
        WAIT_ACTIVE,
        ("Restart observer process", 1200, false, ""),
        WAIT_ACTIVE,
        ("Start ocp agent service", 1800, false, ""),
        WAIT,
        ("Update observer status", 300, false, ""),
        WAIT,
        ("Update zone status", 1800, false, ""),
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const ADD_ZONE: Plan = Plan {
    name: "Add OB zone",
    steps: ADD_SERVERS.steps,
};

pub(super) const DELETE_SERVERS: Plan = Plan {
    name: "Delete OB server",
    steps: &[
        ("Prepare delete observer", 300, false, ""),
        ("Delete observer", 1800, false, ""),
        ("Wait observer deleted", 604_800, false, ""),
        ("Stop observer process", 1200, false, ""),
        ("Uninstall rpm", 1800, false, ""),
        ("Unreserve host", 1800, false, "host.UnReserveHostTask"),
        ("Update zone status", 1800, false, ""),
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const DELETE_ZONE: Plan = Plan {
    name: "Delete OB zone",
    steps: DELETE_SERVERS.steps,
};

pub(super) const STOP_SERVER: Plan = Plan {
    name: "Stop OB server",
    steps: &[
        ("Prepare stop observer", 300, false, ""),
        ("Stop server", 1800, false, ""),
        ("Stop observer process", 1200, false, ""),
        ("Wait observer stop", 600, false, ""),
        ("Update observer status", 300, false, ""),
        ("Update zone status", 1800, false, ""),
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const START_SERVER: Plan = Plan {
    name: "Start OB server",
    steps: &[
        ("Prepare start observer", 300, false, ""),
        ("Start observer process", 1200, false, ""),
        ("Wait observer accessible", 1800, false, ""),
        ("Start ocp agent service", 1800, false, ""),
        ("Start server", 1800, false, ""),
        ("Update observer status", 300, false, ""),
        ("Update zone status", 1800, false, ""),
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const RESTART_SERVER: Plan = Plan {
    name: "Restart OB server",
    steps: &[
        (
            "Prepare restart observer",
            300,
            false,
            "server.PrepareRestartObServerTask",
        ),
        (
            "Stop observer process",
            1200,
            false,
            "server.StopObServerProcessTask",
        ),
        (
            "Start observer process",
            1200,
            false,
            "server.StartObServerProcessTask",
        ),
        WAIT_ACTIVE,
        (
            "Start ocp agent service",
            1800,
            false,
            "obagent.StartOcpAgentServiceTask",
        ),
        (
            "Update observer status",
            300,
            false,
            "server.UpdateObServerStatusTask",
        ),
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const STOP_ZONE: Plan = Plan {
    name: "Stop OB zone",
    steps: &[
        (
            "Prepare stop OB zone",
            1800,
            false,
            "zone.PrepareStopObZoneTask",
        ),
        ("Stop zone", 1800, false, "zone.StopObZoneTask"),
        (
            "Prepare stop observer",
            300,
            true,
            "server.PrepareStopObServerTask",
        ),
        WAIT,
        STOP_PROCESS,
        WAIT,
        SERVER_STATUS,
        ZONE_STATUS,
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const START_ZONE: Plan = Plan {
    name: "Start OB zone",
    steps: &[
        (
            "Prepare start OB zone",
            1800,
            false,
            "zone.PrepareStartObZoneTask",
        ),
        (
            "Prepare start observer",
            300,
            true,
            "server.PrepareStartObServerTask",
        ),
        WAIT,
        START_PROCESS,
        WAIT_ACTIVE,
        AGENT_SERVICE,
        WAIT,
        SERVER_STATUS,
        ("Start zone", 1800, false, "zone.StartObZoneTask"),
        ZONE_STATUS,
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const RESTART_ZONE: Plan = Plan {
    name: "Restart OB zone",
    steps: &[
        (
            "Prepare restart OB zone",
            1800,
            false,
            "zone.PrepareRestartObZoneTask",
        ),
        ("Stop zone", 1800, false, "zone.StopObZoneTask"),
        (
            "Prepare restart observer",
            300,
            true,
            "server.PrepareRestartObServerTask",
        ),
        WAIT,
        STOP_PROCESS,
        WAIT,
        START_PROCESS,
        WAIT_ACTIVE,
        AGENT_SERVICE,
        WAIT,
        SERVER_STATUS,
        ("Start zone", 1800, false, "zone.StartObZoneTask"),
        ZONE_STATUS,
        SYNC,
        CLUSTER_STATUS,
    ],
};

pub(super) const STOP_CLUSTER: Plan = Plan {
    name: "Stop OB cluster",
    steps: &[
        ("Prepare stop cluster", 300, false, ""),
        ("Prepare stop OB zone", 1800, false, ""),
        WAIT,
        ("Prepare stop observer", 300, true, ""),
        WAIT,
        STOP_PROCESS,
        WAIT,
        SERVER_STATUS,
        WAIT,
        ZONE_STATUS,
        CLUSTER_STATUS,
    ],
};

pub(super) const START_CLUSTER: Plan = Plan {
    name: "Start OB cluster",
    steps: &[
        ("Prepare start cluster", 300, false, ""),
        ("Prepare start OB zone", 1800, false, ""),
        WAIT,
        ("Prepare start observer", 300, true, ""),
        WAIT,
        START_PROCESS,
        ("Wait observer accessible", 1800, true, ""),
        AGENT_SERVICE,
        WAIT,
        ("Start server", 1800, true, ""),
        WAIT,
        ("Start zone", 1800, false, ""),
        WAIT,
        SERVER_STATUS,
        WAIT,
        ZONE_STATUS,
        ("Sync all tenant information", 300, false, ""),
        CLUSTER_STATUS,
    ],
};

pub(super) const RESTART_CLUSTER: Plan = Plan {
    name: "Restart OB cluster",
    steps: &[
        ("Prepare restart cluster", 300, false, ""),
        WAIT,
        ("Prepare restart observer", 300, true, ""),
        WAIT,
        STOP_PROCESS,
        WAIT,
        START_PROCESS,
        ("Wait observer accessible", 1800, true, ""),
        AGENT_SERVICE,
        WAIT,
        SERVER_STATUS,
        WAIT,
        ZONE_STATUS,
        ("Sync all tenant information", 300, false, ""),
        CLUSTER_STATUS,
    ],
};

/// One proxy, or the middle of an installation on several hosts.
pub(super) const INSTALL_PROXIES: Plan = Plan {
    name: "Install obproxy",
    steps: &[
        (
            "Prepare obproxy install",
            300,
            false,
            "obproxy.PrepareObproxyInstallTask",
        ),
        (
            "Prepare create obproxy",
            1800,
            true,
            "obproxy.PrepareCreateObproxyTask",
        ),
        (
            "Check if process not exist",
            300,
            true,
            "host.CheckProcessNotExistTask",
        ),
        (
            "Check if command exists",
            300,
            true,
            "host.CheckCommandTask",
        ),
        (
            "Install rpm by package and version",
            3600,
            true,
            "host.InstallRpmByPackageAndVersionTask",
        ),
        (
            "Start obproxy process",
            600,
            true,
            "obproxy.StartObproxyTask",
        ),
        (
            "Sync obproxy parameter",
            30,
            true,
            "obproxy.SyncObproxyParameterTask",
        ),
        (
            "Set obproxy user and password for connect",
            30,
            true,
            "obproxy.SetObproxyUserPasswordForObTask",
        ),
        (
            "Refresh ocp agent config",
            3600,
            true,
            "host.RefreshAgentConfigTask",
        ),
        (
            "Register obproxy exporter",
            30,
            true,
            "obproxy.RegisterObproxyExporterTask",
        ),
        (
            "Update obproxy status",
            300,
            true,
            "obproxy.UpdateObproxyStatusTask",
        ),
        FINISH,
    ],
};

/// Seed 004: a cluster of OBProxies without a host.
pub(super) const EMPTY_PROXY_CLUSTER: Plan = Plan {
    name: "Install obproxy",
    steps: &[
        (
            "Prepare obproxy install",
            300,
            false,
            "obproxy.PrepareObproxyInstallTask",
        ),
        FINISH,
    ],
};

pub(super) const OFFLINE_PROXIES: Plan = Plan {
    name: "Offline obproxy",
    steps: &[
        START,
        (
            "Prepare offline obproxy",
            1800,
            true,
            "obproxy.PrepareOfflineObproxyTask",
        ),
        WAIT,
        (
            "Stop and uninstall obproxy",
            1800,
            true,
            "obproxy.UninstallObproxyTask",
        ),
        (
            "Delete obproxy info",
            300,
            false,
            "obproxy.DeleteObproxyMetaInfoTask",
        ),
        (
            "Offline obproxy exporter",
            30,
            true,
            "obproxy.OfflineObproxyExporterTask",
        ),
        ("Unreserve host", 1800, false, "host.UnReserveHostTask"),
        FINISH,
    ],
};

pub(super) const OFFLINE_EMPTY: Plan = Plan {
    name: "Offline obproxy",
    steps: &[START, FINISH],
};

pub(super) const RESTART_PROXIES: Plan = Plan {
    name: "Restart obproxy",
    steps: &[
        START,
        ("Prepare restart obproxy", 300, true, ""),
        ("Stop obproxy process", 600, true, ""),
        (
            "Start obproxy process",
            600,
            true,
            "obproxy.StartObproxyTask",
        ),
        (
            "Update obproxy status",
            300,
            true,
            "obproxy.UpdateObproxyStatusTask",
        ),
        FINISH,
    ],
};

pub(super) const PREPARE_HOST: Plan = Plan {
    name: "Prepare host",
    steps: &[
        ("Pre check for create host", 1800, false, ""),
        ("Uninstall legacy obagent", 2100, false, ""),
        ("Uninstall legacy ocp agent", 600, false, ""),
        ("Install ocp agent", 5400, false, ""),
        ("Update host status", 1800, false, ""),
    ],
};

pub(super) const CREATE_TENANT: Plan = Plan {
    name: "Create tenant",
    steps: &[
        ("Prepare create tenant", 30, false, ""),
        ("Create ob tenant", 1200, false, ""),
        ("Sync tenant information", 300, false, ""),
        ("Set super user password", 300, false, ""),
        ("Set whitelist", 300, false, ""),
        ("Set system variables", 300, false, ""),
        ("Set ob tenant parameters", 300, false, ""),
        ("Update tenant status", 300, false, ""),
        ("Import tenant srs info", 600, false, ""),
        ("Import tenant time zone info", 600, false, ""),
    ],
};

pub(super) const REINSTALL_AGENT: Plan = Plan {
    name: "Reinstall OCP agent",
    steps: &[
        ("Prepare reinstalling OCP agent", 60, false, ""),
        ("Uninstall ocp agent", 1800, false, ""),
        ("Install ocp agent", 5400, false, ""),
        ("Finish reinstalling OCP agent", 60, false, ""),
    ],
};

pub(super) const RESTART_AGENT: Plan = Plan {
    name: "Restart OCP agent",
    steps: &[
        (
            "Prepare restart OCP agent",
            60,
            false,
            "obagent.PrepareRestartOcpAgentTask",
        ),
        (
            "Restart pos proxy",
            60,
            false,
            "obagent.RestartPosProxyTask",
        ),
        (
            "Stop all OCP agent processes",
            600,
            false,
            "obagent.StopAllOcpAgentProcessesTask",
        ),
        (
            "Start all OCP agent processes",
            600,
            false,
            "obagent.StartAllOcpAgentProcessesTask",
        ),
        (
            "Finish OCP agent operation",
            60,
            false,
            "obagent.FinishOcpAgentOperationTask",
        ),
    ],
};

pub(super) const FAILOVER: Plan = Plan {
    name: "Failover OB cluster",
    steps: &[
        ("Mc lock ob clusters", 60, false, ""),
        ("Failover to Primary Check", 1800, false, ""),
        ("Failover to Primary", 1800, false, ""),
        ("Update OB cluster status", 30, true, ""),
        WAIT,
        ("Mc ob failover update mc ob cluster", 60, false, ""),
        ("Sync all cluster info", 60, false, ""),
        ("Remove standby cluster", 1800, true, ""),
        ("Mc unlock ob clusters", 60, false, ""),
    ],
};

/// What the history of a fleet is made of.
pub(super) const HISTORY: [&Plan; 8] = [
    &REINSTALL_AGENT,
    &CREATE_TENANT,
    &RESTART_SERVER,
    &RESTART_AGENT,
    &ADD_SERVERS,
    &PREPARE_HOST,
    &RESTART_ZONE,
    &FAILOVER,
];
