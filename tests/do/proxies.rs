//! What agents refuse of OBProxies, and the database of parameters.

use super::{AGENT, Site};

#[test]
fn proxies_and_parameters() {
    let site = Site::cluster("4", &[]);
    site.each(&[
        ("proxy-stop", "", 5, "AgentPasswordNotInitialized"),
        ("agent-password", "password=", 2, "password"),
        (
            "agent-password",
            &format!("agent={{1}} password={AGENT}"),
            0,
            "done",
        ),
        (
            "agent-password",
            &format!("agent={{3}} password={AGENT}"),
            0,
            "done",
        ),
        ("proxy-add", "agent={1} home_path=relative", 2, "home_path"),
        (
            "proxy-add",
            "agent={1} home_path=/nonexistent",
            4,
            "Common.PathNotExist & at home_path",
        ),
        (
            "proxy-add",
            "agent={1} home_path=/etc/passwd",
            4,
            "Common.PathNotDir & at home_path",
        ),
        (
            "proxy-add",
            "agent={1} home_path=/data/pfull",
            4,
            "Common.DirNotEmpty & at home_path",
        ),
        (
            "proxy-add",
            "agent={1} home_path=/data/p1 rs_list=1.1.1.1:1 config_url=http://x",
            2,
            "not both",
        ),
        (
            "proxy-add",
            "agent={3} home_path=/data/p1",
            4,
            "OBProxy.RsListOrConfigUrl.NotSpecified",
        ),
        (
            "proxy-add",
            "agent={1} home_path=/data/p1 sql_port=1024",
            2,
            "no port from 1025",
        ),
        (
            "proxy-add",
            "agent={1} home_path=/data/p1 parameters.listen_port=99999",
            2,
            "no port from 1025",
        ),
        ("proxy-stop", "agent={1}", 4, "OBProxy.NotBeManaged"),
        ("proxy-delete", "agent={1}", 0, "nothing to do"),
        // Only start has no check: its first node fails.
        ("proxy-start", "agent={1}", 3, "Check obproxy status"),
        (
            "parameter-set",
            "name=syslog_level scope=CLUSTER",
            2,
            "needs a value",
        ),
        (
            "parameter-set",
            "name=syslog_level scope=TENANT value=INFO",
            2,
            "name the tenants",
        ),
        (
            "parameter-set",
            "name=syslog_level scope=ZONE value=INFO",
            2,
            "scope",
        ),
        (
            "parameter-set",
            "name=no_such_parameter scope=CLUSTER value=1",
            4,
            "MySQL.Error & System config unknown",
        ),
    ]);
    with_a_wrong_agent_password(&site);
}

fn with_a_wrong_agent_password(site: &Site) {
    let mut wrong = site.command();
    wrong.env("OBDECK_AGENT_PASSWORD", "wrong");
    let at = format!("agent={}", site.agent(1));
    let words = [
        "do",
        "proxy-add",
        "--yes",
        "--set",
        &at,
        "--set",
        "home_path=/data/p1",
    ];
    let said: super::Said = wrong.args(words).output().unwrap().into();
    said.refused(5, "IncorrectAgentPassword");
}
