//! What an operation does, step by step: names, timeouts and classes as the
//! documents' samples show them. The few without a sample follow their
//! neighbours' pattern.

mod database;
mod platform;

use std::borrow::Cow;

pub(super) use database::*;
pub(super) use platform::*;

/// One step. On several servers a parallel step becomes one subtask for each.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub name: Cow<'static, str>,
    pub timeout: u32,
    pub parallel: bool,
    /// Class without the common package; empty where no sample shows one.
    pub class: &'static str,
    /// Whether its success forbids a rollback.
    pub lasting: bool,
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
                lasting: LASTING.contains(&name),
                ticks: ticks(name),
            })
            .collect()
    }
}

/// Steps after which nothing can be undone.
const LASTING: [&str; 3] = [
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
