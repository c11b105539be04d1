//! OBProxies, hosts and their agents.

use super::{FINISH, Plan, START, WAIT};

/// One proxy, or the middle of an installation on several hosts.
pub(in crate::sim::ocp) const INSTALL_PROXIES: Plan = Plan {
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
pub(in crate::sim::ocp) const EMPTY_PROXY_CLUSTER: Plan = Plan {
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

pub(in crate::sim::ocp) const OFFLINE_PROXIES: Plan = Plan {
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

pub(in crate::sim::ocp) const OFFLINE_EMPTY: Plan = Plan {
    name: "Offline obproxy",
    steps: &[START, FINISH],
};

pub(in crate::sim::ocp) const RESTART_PROXIES: Plan = Plan {
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

pub(in crate::sim::ocp) const PREPARE_HOST: Plan = Plan {
    name: "Prepare host",
    steps: &[
        ("Pre check for create host", 1800, false, ""),
        ("Uninstall legacy obagent", 2100, false, ""),
        ("Uninstall legacy ocp agent", 600, false, ""),
        ("Install ocp agent", 5400, false, ""),
        ("Update host status", 1800, false, ""),
    ],
};

pub(in crate::sim::ocp) const REINSTALL_AGENT: Plan = Plan {
    name: "Reinstall OCP agent",
    steps: &[
        ("Prepare reinstalling OCP agent", 60, false, ""),
        ("Uninstall ocp agent", 1800, false, ""),
        ("Install ocp agent", 5400, false, ""),
        ("Finish reinstalling OCP agent", 60, false, ""),
    ],
};

pub(in crate::sim::ocp) const RESTART_AGENT: Plan = Plan {
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
