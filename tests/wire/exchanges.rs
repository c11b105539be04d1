//! Every recorded answer, read.

use obdeck::fleet::Address;
use obdeck::fleet::cluster::{Cluster, Mood};
use obdeck::fleet::task::TaskId;
use obdeck::wire::obshell::dto;
use obdeck::wire::obshell::{Fault, Garbled, read};
use serde_json::Value;

use crate::captures::{body, data, exchange, exchanges};

#[test]
fn each_answer_is_what_it_is() {
    let (mut good, mut refused, mut empty) = (0, 0, 0);
    for (path, exchange) in exchanges() {
        let place = path.display();
        let response = &exchange["response"];
        let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
        let content_type = response["content_type"].as_str();
        let envelope = &response["body"];
        match read(status, content_type, &body(&exchange)) {
            Ok(answer) if status == 204 => {
                empty += 1;
                assert_eq!(answer.data, Value::Null, "{place}");
            }
            Ok(answer) => {
                good += 1;
                assert_eq!(envelope["successful"], true, "{place}");
                assert_eq!(answer.data, envelope["data"], "{place}");
                assert_eq!(
                    answer.trace,
                    *envelope["traceId"].as_str().unwrap_or(""),
                    "{place}"
                );
                assert!(answer.at.is_some(), "{place}");
            }
            Err(Fault::Refused(refusal)) => {
                refused += 1;
                let error = &envelope["error"];
                let code = match error["errCode"].as_str() {
                    Some(code) => code.to_owned(),
                    None => error["code"].to_string(),
                };
                assert_eq!((refusal.status, &refusal.code), (status, &code), "{place}");
                assert_eq!(refusal.legacy, error["code"].as_i64(), "{place}");
                let message = error["message"].as_str().unwrap();
                assert_eq!(refusal.message, message.trim(), "{place}");
                assert_eq!(refusal.at.is_none(), status == 500, "{place}");
                let known = [
                    "Security.",
                    "Task.",
                    "Agent.",
                    "OB.",
                    "OBProxy.",
                    "Request.",
                    "Common.",
                    "MySQL.",
                ];
                if known.iter().any(|start| refusal.name().starts_with(start)) {
                    assert!(
                        !refusal.advice().is_empty(),
                        "no advice for {}: {place}",
                        refusal.name()
                    );
                }
            }
            Err(Fault::Garbled(garbled)) => {
                assert!(
                    matches!(garbled, Garbled::Html { status: 200 }),
                    "{place}: {garbled}"
                );
            }
        }
    }
    assert!(
        good > 50 && refused > 100 && empty > 2,
        "{good} {refused} {empty}"
    );
}

#[test]
fn an_old_refusal_means_what_the_new_one_says() {
    for name in [
        "refuse-join-again",
        "refuse-init-single",
        "refuse-init-twice",
        "refuse-dag-bad-id",
        "refuse-pass-init",
        "refuse-retry-rolled-back",
        "refuse-unknown-route",
        "refuse-join-empty",
    ] {
        let code = |version: &str| match read_refusal(&format!("old/{version}/{name}")) {
            Some(refusal) => refusal,
            None => panic!("{version} {name}"),
        };
        let new = code("4.3.1");
        assert!(new.contains('.'), "{name}");
        for version in ["4.2.3", "4.2.6"] {
            assert_eq!(code(version), new, "{version} {name}");
        }
    }
}

fn read_refusal(name: &str) -> Option<String> {
    let exchange = exchange(name);
    let status = u16::try_from(exchange["response"]["status"].as_u64()?).ok()?;
    match read(status, None, &body(&exchange)) {
        Err(Fault::Refused(refusal)) => Some(refusal.name()),
        _ => None,
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

#[test]
fn a_fresh_agent_tells_who_it_is() {
    let info = dto::info(data("fresh-info")).unwrap();
    assert_eq!(info.agent.address, address("127.0.0.1:2886"));
    assert_eq!(info.agent.identity, "SINGLE");
    assert_eq!(
        (info.agent.has_proxy, info.agent.secured),
        (Some(false), Some(false))
    );
    assert_eq!(info.home, "/data/ob1");
    let old = dto::info(data("old/4.2.3/info")).unwrap();
    assert_eq!((old.agent.has_proxy, old.agent.secured), (None, None));
    let secret = dto::secret(data("fresh-secret")).unwrap();
    assert!(secret.public_key.starts_with("MIGJAoGB"));
    let status = dto::status(data("fresh-status")).unwrap();
    assert_eq!((status.state, status.ob_state), (Some(2), Some(0)));
    let host = dto::host_info(data("fresh-host-info")).unwrap();
    assert_eq!(
        (host.os.as_str(), host.logical_cores, host.disks.len()),
        ("debian 12", Some(2), 3)
    );
}

#[test]
fn a_running_cluster_is_put_together() {
    let mut cluster = Cluster::default();
    dto::merge_ob_info(&mut cluster, data("cluster/ob-info-running")).unwrap();
    assert_eq!(cluster.zones[0].servers[0].status.0, "ACTIVE");
    let statuses = dto::statuses(data("cluster/agents-status-four-servers")).unwrap();
    dto::merge_statuses(&mut cluster, &statuses);
    dto::merge_obcluster(&mut cluster, data("cluster/obcluster-info-running")).unwrap();
    assert_eq!((cluster.name.as_str(), cluster.id), ("obx", Some(11)));
    assert_eq!(cluster.status.mood(), Mood::Good);
    assert!(cluster.is_initialised());
    let zones: Vec<_> = cluster
        .zones
        .iter()
        .map(|zone| zone.name.as_str())
        .collect();
    assert_eq!(zones, ["zone1", "zone2", "zone3"]);
    let server = &cluster.zones[0].servers[0];
    assert_eq!(server.address, address("127.0.1.1:12882"));
    assert_eq!(server.sql_port, Some(12881));
    assert_eq!(server.agent, Some(address("127.0.1.1:2986")));
    assert_eq!(server.status.0, "RUNNING");
    assert!(server.root_server && server.started_at.is_some());
    assert!((server.usage.cpu.unwrap().total - 16.0).abs() < f64::EPSILON);
    assert_eq!(cluster.servers().count(), 3);
    assert_eq!(cluster.agents.len(), 4);
    assert!(cluster.agents.iter().all(|agent| agent.reachable));
    assert_eq!(cluster.tenants.as_ref().unwrap()[0].name, "sys");
    let more = dto::tenants(data("cluster/tenants-overview-user-tenants")).unwrap();
    assert!(more.len() > 1);
}

#[test]
fn a_stopped_cluster_keeps_its_rows_in_order() {
    let mut cluster = Cluster::default();
    dto::merge_ob_info(&mut cluster, data("cluster/ob-info-running")).unwrap();
    dto::merge_obcluster(&mut cluster, data("cluster/obcluster-info-cluster-stopped")).unwrap();
    assert_eq!(cluster.status.0, "NOT RUNNING");
    let zones: Vec<_> = cluster
        .zones
        .iter()
        .map(|zone| zone.name.as_str())
        .collect();
    assert_eq!(zones, ["zone1", "zone2", "zone3",]);
    assert!(
        cluster
            .servers()
            .all(|server| server.status.0 == "PROCESS_STOPPED")
    );
    assert!(cluster.servers().all(|server| server.started_at.is_none()));
    assert_eq!(cluster.ob_version, "4.3.5.1");
    assert!(
        dto::tenants(data("cluster/tenants-overview-cluster-stopped"))
            .unwrap()
            .is_empty()
    );
    assert!(
        dto::parameters(data("cluster/obcluster-parameters-cluster-stopped"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn before_init_the_zones_are_those_of_the_agents() {
    let mut cluster = Cluster::default();
    dto::merge_ob_info(&mut cluster, data("master-ob-info-configured")).unwrap();
    dto::merge_statuses(
        &mut cluster,
        &dto::statuses(data("master-agents-status")).unwrap(),
    );
    assert_eq!((cluster.name.as_str(), cluster.id), ("prod", Some(1)));
    let zones: Vec<_> = cluster
        .zones
        .iter()
        .map(|zone| zone.name.as_str())
        .collect();
    assert_eq!(zones, ["zone1", "zone2", "zone3"]);
    let roles: Vec<_> = cluster
        .agents
        .iter()
        .map(|agent| agent.identity.as_str())
        .collect();
    assert_eq!(roles, ["MASTER", "FOLLOWER", "FOLLOWER"]);
}

#[test]
fn who_does_not_answer_is_not_reachable() {
    let mut cluster = Cluster::default();
    dto::merge_ob_info(&mut cluster, data("cluster/ob-info-one-agent-dead")).unwrap();
    let all = cluster.agents.len();
    dto::merge_statuses(
        &mut cluster,
        &dto::statuses(data("cluster/agents-status-one-agent-dead")).unwrap(),
    );
    let dead = cluster
        .agents
        .iter()
        .filter(|agent| !agent.reachable)
        .count();
    assert_eq!((dead, cluster.agents.len()), (1, all));
}

#[test]
fn a_stop_names_its_task_at_the_server() {
    let mut cluster = Cluster::default();
    dto::merge_obcluster(
        &mut cluster,
        data("cluster/obcluster-info-server-service-stopped"),
    )
    .unwrap();
    assert!(
        cluster
            .servers()
            .any(|server| server.status.0 == "SERVICE_STOPPED")
    );
    let mut value = data("cluster/obcluster-info-running");
    value["zones"][0]["servers"][0]["local_task_id"] = "221307066890298639".into();
    let mut cluster = Cluster::default();
    dto::merge_obcluster(&mut cluster, value).unwrap();
    let task = cluster.zones[0].servers[0].task.clone();
    assert_eq!(task, Some(TaskId("221307066890298639".into())));
}

#[test]
fn parameters_have_a_value_a_server() {
    let parameters = dto::parameters(data("cluster/obcluster-parameters-running")).unwrap();
    assert!(parameters.len() > 20);
    let cluster = parameters.iter().find(|one| one.name == "cluster").unwrap();
    assert_eq!(cluster.values.len(), 3);
    assert_eq!(cluster.values[0].value, "obx");
    assert!(
        parameters
            .iter()
            .any(|one| one.values.iter().any(|value| value.tenant.is_some()))
    );
}

#[test]
fn logs_of_all_attempts_are_lines() {
    let recorded = data("cluster/init-sub-task-logs");
    let lines = dto::logs(recorded.clone()).unwrap();
    let raw = recorded["contents"].as_array().unwrap();
    assert!(lines.len() >= raw.len());
    assert_eq!(lines[0].text, "start observer");
    assert_eq!(lines[0].attempt, Some(1));
    assert!(lines[0].at.is_some());
    let failed = dto::logs(data("init-failed-sub-task-logs")).unwrap();
    assert!(failed.iter().any(|line| line.text.starts_with("ERROR: [")));
}
