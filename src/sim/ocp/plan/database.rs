//! Clusters, zones, servers and tenants.

use super::{
    AGENT_SERVICE, CLUSTER_STATUS, Plan, SERVER_STATUS, START_PROCESS, STOP_PROCESS, SYNC, WAIT,
    WAIT_ACTIVE, ZONE_STATUS,
};

/// Seed 002: a chain of 21 whatever the number of hosts.
pub(in crate::sim::ocp) const ADD_SERVERS: Plan = Plan {
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

pub(in crate::sim::ocp) const ADD_ZONE: Plan = Plan {
    name: "Add OB zone",
    steps: ADD_SERVERS.steps,
};

pub(in crate::sim::ocp) const DELETE_SERVERS: Plan = Plan {
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

pub(in crate::sim::ocp) const DELETE_ZONE: Plan = Plan {
    name: "Delete OB zone",
    steps: DELETE_SERVERS.steps,
};

pub(in crate::sim::ocp) const STOP_SERVER: Plan = Plan {
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

pub(in crate::sim::ocp) const START_SERVER: Plan = Plan {
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

pub(in crate::sim::ocp) const RESTART_SERVER: Plan = Plan {
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

pub(in crate::sim::ocp) const STOP_ZONE: Plan = Plan {
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

pub(in crate::sim::ocp) const START_ZONE: Plan = Plan {
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

pub(in crate::sim::ocp) const RESTART_ZONE: Plan = Plan {
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

pub(in crate::sim::ocp) const STOP_CLUSTER: Plan = Plan {
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

pub(in crate::sim::ocp) const START_CLUSTER: Plan = Plan {
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

pub(in crate::sim::ocp) const RESTART_CLUSTER: Plan = Plan {
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

pub(in crate::sim::ocp) const CREATE_TENANT: Plan = Plan {
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

pub(in crate::sim::ocp) const FAILOVER: Plan = Plan {
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
