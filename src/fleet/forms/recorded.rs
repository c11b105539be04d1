//! What the forms send, held against requests that a real agent took.

use serde_json::Value;

use super::{Given, find, set};
use crate::fleet::request::{Auth, Method};

const RECORDED: &str = include_str!("../../../tests/forms/requests.json");

/// A recorded request and the fields that make it.
const CASES: &[(&str, &str, &[&str])] = &[
    (
        "join-zone2-request",
        "join",
        &[
            "agent=127.0.1.2:2986",
            "master=127.0.1.1:2986",
            "zone=zone2",
        ],
    ),
    (
        "agentpw-join-right-master-password-request",
        "join",
        &[
            "agent=127.0.2.5:2986",
            "master=127.0.2.4:2986",
            "zone=zoneB",
            "master_password=Agent#567",
        ],
    ),
    (
        "remove-follower-request",
        "remove",
        &["ip=127.0.2.5", "port=2986"],
    ),
    (
        "observer-config-global-request",
        "observer-config",
        &[
            "observerConfig=memory_limit=6G,system_memory=1G,log_disk_size=15G,datafile_size=10G,cpu_count=16",
            "scope.type=GLOBAL",
        ],
    ),
    (
        "observer-config-server1-request",
        "observer-config",
        &[
            "observerConfig.mysql_port=12881",
            "observerConfig.rpc_port=12882",
            "scope.type=SERVER",
            "scope.target=127.0.1.1:2986",
        ],
    ),
    (
        "obcluster-config-request",
        "cluster-config",
        &["clusterId=11", "clusterName=obx", "rootPwd=Root#1234"],
    ),
    (
        "cluster-config-bad-rslist-request",
        "cluster-config",
        &[
            "clusterId=12",
            "clusterName=oby",
            "rootPwd=Root#1234",
            "rsList=127.0.2.9:13882:13881",
        ],
    ),
    ("init-request", "init", &[]),
    (
        "init-options-request",
        "init",
        &[
            "import_script=true",
            "create_proxyro_user=true",
            "proxyro_password=proxyro1",
            "master=127.0.2.4:2986",
        ],
    ),
    (
        "scale-out-existing-zone-request",
        "scale-out",
        &[
            "agentInfo.ip=127.0.1.4",
            "agentInfo.port=2986",
            "obConfigs=mysql_port=42881,rpc_port=42882,memory_limit=6G,system_memory=1G,log_disk_size=15G,datafile_size=10G",
            "zone=zone1",
        ],
    ),
    (
        "scale-out-right-target-agent-password-request",
        "scale-out",
        &[
            "agentInfo=127.0.1.4:2986",
            "obConfigs.mysql_port=42881",
            "obConfigs.rpc_port=42882",
            "zone=zone1",
            "targetAgentPassword=Agent#567",
        ],
    ),
    (
        "scale-in-request",
        "scale-in",
        &["agent_info.port=2986", "agent_info.ip=127.0.1.4"],
    ),
    (
        "scale-in-force-kill-request",
        "scale-in",
        &["agent_info=127.0.1.4:2986", "force_kill=true"],
    ),
    ("start-global-request", "start", &["scope.type=GLOBAL"]),
    (
        "start-server-after-force-request",
        "start",
        &["scope.type=SERVER", "scope.target=127.0.1.3:2986"],
    ),
    (
        "start-zone-request",
        "start",
        &["scope.type=ZONE", "scope.target=zone2"],
    ),
    (
        "start-global-force-pass-request",
        "start",
        &[
            "scope.type=GLOBAL",
            "forcePassDag.id=221307066890298634,221307066890298636",
        ],
    ),
    (
        "stop-service-server-request",
        "stop",
        &[
            "scope.type=SERVER",
            "scope.target=127.0.1.4:2986",
            "force=false",
            "terminate=false",
        ],
    ),
    (
        "stop-terminate-server-request",
        "stop",
        &[
            "scope.type=SERVER",
            "scope.target=127.0.1.3:2986",
            "terminate=true",
        ],
    ),
    (
        "stop-force-server-request",
        "stop",
        &[
            "scope.type=SERVER",
            "scope.target=127.0.1.3:2986",
            "force=true",
            "terminate=false",
        ],
    ),
    (
        "stop-terminate-global-request",
        "stop",
        &["scope.type=GLOBAL", "terminate=true"],
    ),
    (
        "stop-force-pass-request",
        "stop",
        &[
            "scope.type=SERVER",
            "scope.target=127.0.1.3:2986",
            "force=true",
            "forcePassDag.id=221307066890298639, 221307066890298642",
        ],
    ),
    (
        "zone-stop-freeze-request",
        "zone-stop",
        &["zone_name=zone3", "freeze_server=true"],
    ),
    ("zone-stop-no-freeze-request", "zone-stop", &["zone=zone3"]),
    ("delete-zone-empty-request", "zone-delete", &["name=zone4"]),
    (
        "agent-password-set-cluster-agent",
        "agent-password",
        &["password=Agent#567"],
    ),
    (
        "parameter-set-cluster",
        "parameter-set",
        &["name=syslog_level", "value=INFO", "scope=CLUSTER"],
    ),
    (
        "parameter-set-one-server",
        "parameter-set",
        &[
            "name=enable_syslog_wf",
            "value=True",
            "scope=CLUSTER",
            "servers=127.0.1.2:22882",
        ],
    ),
    (
        "parameter-set-zones",
        "parameter-set",
        &[
            "params.0.name=max_syslog_file_count",
            "value=8",
            "scope=CLUSTER",
            "zones=zone1,zone2",
        ],
    ),
    (
        "parameter-set-tenant-sys",
        "parameter-set",
        &[
            "name=major_freeze_duty_time",
            "value=03:00",
            "scope=TENANT",
            "tenants=sys",
        ],
    ),
    (
        "parameter-set-all-user-tenant",
        "parameter-set",
        &[
            "name=major_freeze_duty_time",
            "value=03:00",
            "scope=TENANT",
            "all_user_tenant=true",
        ],
    ),
    (
        "obproxy-add-request",
        "proxy-add",
        &[
            "home_path=/data/p4",
            "rs_list=127.0.1.1:12881;127.0.1.2:22881;127.0.1.3:32881",
            "proxyro_password=proxyro1",
            "obproxy_sys_password=Sys#1",
            "name=px4",
            "sql_port=42883",
            "exporter_port=42884",
            "rpc_port=42885",
            "parameters.proxy_mem_limited=2G",
        ],
    ),
    (
        "obproxy-add-cluster-agent-request",
        "proxy-add",
        &[
            "home_path=/data/p2",
            "proxyro_password=proxyro1",
            "sql_port=22883",
            "exporter_port=22884",
            "rpc_port=22885",
        ],
    ),
    ("obproxy-start-request", "proxy-start", &[]),
    (
        "obproxy-stop-request",
        "proxy-stop",
        &["agent=127.0.1.4:2986"],
    ),
    ("obproxy-delete-request", "proxy-delete", &[]),
];

fn given(form: &str, sets: &[&str]) -> Given {
    let mut given = Given::new();
    for one in sets {
        set(find(form).unwrap(), &mut given, one).unwrap();
    }
    given
}

#[test]
fn forms_send_what_a_real_agent_took() {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    for (name, form, sets) in CASES {
        let given = given(form, sets);
        let form = find(form).unwrap();
        assert_eq!(form.check(&given), [], "{name}");
        let request = (form.request)(&given).unwrap();
        let wanted = &recorded[name];
        // Setup routes take PUT and POST alike.
        let same = match request.method {
            Method::Put => wanted["method"] == "POST" || wanted["method"] == "PUT",
            method => wanted["method"] == method.word(),
        };
        assert!(same, "{name}: {:?}", request.method);
        assert_eq!(wanted["path"], request.path.as_str(), "{name}");
        let auth = if request.auth == Auth::Agent {
            "agent"
        } else {
            "ob"
        };
        assert_eq!(wanted["auth"], auth, "{name}");
        let sent = request.body.map(|body| body.revealed());
        let empty = wanted["body"].is_null() || wanted["body"] == serde_json::json!({});
        match sent {
            None => assert!(empty, "{name}"),
            Some(mut sent) => {
                if *name == "cluster-config-bad-rslist-request" {
                    // The order of these two is ours.
                    assert_eq!(sent, wanted["body"], "{name}");
                    sent = wanted["body"].clone();
                }
                assert_eq!(sent.to_string(), wanted["body"].to_string(), "{name}");
            }
        }
    }
    let tried: std::collections::BTreeSet<_> = CASES.iter().map(|case| case.0).collect();
    let all = recorded.as_object().unwrap().keys();
    let left: Vec<_> = all.filter(|name| !tried.contains(name.as_str())).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn refused(form: &str, sets: &[&str]) -> Vec<String> {
    let wrong = find(form).unwrap().check(&given(form, sets));
    wrong.into_iter().map(|error| error.field).collect()
}

/// A form, what is given, and the fields that must be refused.
type Refusal = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const REFUSED: &[Refusal] = &[
    (
        "scale-out",
        &["agentInfo=h", "zone=z", "obConfigs.rpc_port=1024"],
        &["obConfigs"],
    ),
    (
        "scale-out",
        &["agentInfo=h", "zone=z", "obConfigs.rpc_port=65536"],
        &["obConfigs"],
    ),
    ("scale-out", &["zone=a b"], &["agentInfo", "zone"]),
    ("parameter-set", &["name=x", "scope=CLUSTER"], &["value"]),
    (
        "parameter-set",
        &["name=x", "scope=CLUSTER", "value="],
        &["value"],
    ),
    (
        "parameter-set",
        &["name=x", "scope=TENANT", "value=1"],
        &["tenants"],
    ),
    (
        "parameter-set",
        &["name=x", "scope=PLANET", "value=1"],
        &["scope"],
    ),
    (
        "parameter-set",
        &["name=x", "scope=CLUSTER", "value=1", "tenants=sys"],
        &["tenants"],
    ),
    (
        "observer-config",
        &["observerConfig.zone=z", "scope.type=ZONE"],
        &["observerConfig", "scope.target"],
    ),
    (
        "cluster-config",
        &["clusterId=0", "clusterName="],
        &["clusterId", "clusterName", "rootPwd"],
    ),
    ("init", &["create_proxyro_user=true"], &["master"]),
    ("init", &["proxyro_password=x"], &["proxyro_password"]),
    ("start", &["scope.type=SERVER"], &["scope.target"]),
    (
        "start",
        &["scope.type=GLOBAL", "scope.target=z"],
        &["scope.target"],
    ),
    ("start", &[], &["scope.type"]),
    (
        "stop",
        &["scope.type=ZONE", "scope.target=z"],
        &["terminate"],
    ),
    (
        "stop",
        &["scope.type=ZONE", "scope.target=z", "force=false"],
        &["terminate"],
    ),
    (
        "stop",
        &[
            "scope.type=ZONE",
            "scope.target=z",
            "force=true",
            "terminate=true",
        ],
        &["force"],
    ),
    (
        "stop",
        &["scope.type=GLOBAL", "force=false", "terminate=false"],
        &["terminate"],
    ),
    (
        "zone-stop",
        &["freeze_server=maybe"],
        &["zone_name", "freeze_server"],
    ),
    ("agent-password", &["password="], &["password"]),
    (
        "proxy-add",
        &["home_path=data", "sql_port=1024"],
        &["home_path", "sql_port"],
    ),
    (
        "proxy-add",
        &["home_path=/d", "rs_list=a:1", "config_url=http://x"],
        &["config_url"],
    ),
    (
        "proxy-add",
        &["home_path=/d", "sql_port=2884"],
        &["exporter_port"],
    ),
    (
        "proxy-add",
        &["home_path=/d", "parameters.listen_port=abc"],
        &["parameters"],
    ),
];

#[test]
fn what_the_server_lets_through_and_should_not_is_refused() {
    for (form, sets, wanted) in REFUSED {
        assert_eq!(refused(form, sets), *wanted, "{form} {sets:?}");
    }
    // An empty root password can be meant; then it is said.
    let said = ["clusterId=1", "clusterName=x", "rootPwd="];
    assert!(refused("cluster-config", &said).is_empty());
}

#[test]
fn a_button_says_what_it_does() {
    let deed = |form: &str, sets: &[&str]| (find(form).unwrap().deed)(&given(form, sets), None);
    let server = ["scope.type=SERVER", "scope.target=h:1"];
    let stop = |flags: &[&str]| deed("stop", &[&server, flags].concat());
    assert_eq!(stop(&[]), "Stop");
    assert_eq!(
        stop(&["force=false", "terminate=false"]),
        "stop service: h:1"
    );
    assert_eq!(
        stop(&["terminate=true"]),
        "freeze, then stop processes: h:1"
    );
    assert_eq!(stop(&["force=true"]), "kill now: h:1");
    assert_eq!(
        deed("zone-stop", &["zone=z3"]),
        "stop z3: kills its observers"
    );
    assert_eq!(deed("scale-in", &["agent_info=h:1"]), "take h:1 out");
}
