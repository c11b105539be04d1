//! The simulated OCP over real HTTP: who may ask, what it answers, what its
//! tasks do. The client is the program's own wire, so both meet here.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sim_ocp/client.rs"]
mod client;
#[path = "sim_ocp/scenes.rs"]
mod scenes;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use client::{Client, post, start};
use jiff::SignedDuration;
use obdeck::fleet::request::{Method, Request};
use obdeck::fleet::task::{Phase, State};
use obdeck::sim::ocp::{Endpoint, Scene};
use obdeck::wire::ocp::{self, api};
use serde_json::{Value, json};

#[tokio::test]
async fn a_signature_by_other_hands_is_accepted_and_bad_ones_are_not() {
    let (ocp, client) = start(Scene::Ocp, &[]).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ocp/client.py");
    let (address, ak, sk) = (
        client.at.address.to_string(),
        client.at.ak.clone(),
        client.at.sk.clone(),
    );
    let output = tokio::task::spawn_blocking(move || {
        Command::new("python3")
            .arg(script)
            .args([address, ak, sk])
            .output()
    });
    match output.await.unwrap() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && output.stdout.starts_with(b"ok"),
                "{errors}"
            );
        }
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "python3 is missing: {error}"
            );
            eprintln!("NOT CHECKED with tests/ocp/client.py: python3 is missing: {error}");
        }
    }
    ocp.stop().await;
}

#[tokio::test]
async fn who_may_ask() {
    let (_ocp, mut client) = start(Scene::Ocp, &[]).await;
    assert!(client.ask(&api::clusters(1)).await.is_ok());
    client.ahead = SignedDuration::from_mins(16);
    let refusal = client.ask(&api::clusters(1)).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (401, "IAM10000"));
    let (user, password) = (client.at.user.clone(), client.at.password.clone());
    let client = client.basic(&user, "wrong");
    let refusal = client.ask(&api::clusters(1)).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (401, "IAM10004"));
    assert!(refusal.message.contains("19"), "{}", refusal.message);
    let client = client.basic(&user, &password);
    assert!(client.ask(&api::clusters(1)).await.is_ok());
    let (viewer, password) = client.at.viewer.clone();
    let mut client = client.basic(&viewer, &password);
    client.language = "zh-CN";
    assert!(client.ask(&api::clusters(1)).await.is_ok());
    let refusal = client.ask(&api::retry_task("107722")).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (403, "IAM11000"));
    assert_eq!(refusal.message, "您没有执行此操作的权限。");
}

#[tokio::test]
async fn servers_are_added_in_21_steps_that_fail_and_go_on() {
    let (_ocp, client) = start(Scene::Ocp, &["task-fail=Install rpm#1"]).await;
    let cluster = client.cluster("pay").await;
    let request = post(
        format!("/api/v2/ob/clusters/{cluster}/servers"),
        json!({"zoneName": "zone2", "servers": [client.first_free_host().await]}),
    );
    let made = ocp::made(&client.ask(&request).await.unwrap());
    assert_eq!(
        (made.len(), made[0].nodes.len(), made[0].problems.len()),
        (1, 21, 0)
    );
    let again = client.ask(&request).await.unwrap_err();
    assert_eq!((again.status, again.code.as_str()), (400, "OBE11007"));

    let id = made[0].id.0.clone();
    let failed = client.ended(&id).await;
    assert_eq!(failed.state, State::Failed);
    let node = failed
        .nodes
        .iter()
        .find(|node| node.state == State::Failed)
        .unwrap();
    assert_eq!(node.name, "Install rpm");
    let log = client.ask(&api::log(&id, &node.id)).await.unwrap();
    let lines = ocp::log(&log.data).unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line.text.contains("connection refused"))
    );
    assert!(lines.iter().all(|line| line.attempt == Some(1)));

    client
        .ask(&api::retry_subtask(&id, &node.id))
        .await
        .unwrap();
    let done = client.ended(&id).await;
    assert_eq!(done.state, State::Succeeded);
    let again = done.nodes.iter().find(|other| other.id == node.id).unwrap();
    assert_eq!(again.attempt, Some(2));
    let refusal = client.ask(&api::retry_task(&id)).await.unwrap_err();
    assert_eq!(refusal.code, "TSK10007");
    assert!(refusal.message.contains("SUCCESSFUL"));
    let zones = client.ask(&api::zones(&cluster)).await.unwrap();
    let (zones, _) = ocp::zones(&zones.data);
    assert_eq!(zones[1].servers.len(), 2);
    assert!(
        zones[1]
            .servers
            .iter()
            .all(|server| server.status.0 == "RUNNING")
    );
}

#[tokio::test]
async fn a_rollback_gives_the_hosts_back() {
    let (_ocp, client) = start(
        Scene::Ocp,
        &["task-fail=Bootstrap", "task-fail=Add observer"],
    )
    .await;
    let cluster = client.cluster("pay").await;
    let host = client.first_free_host().await;
    let request = post(
        format!("/api/v2/ob/clusters/{cluster}/servers"),
        json!({"zoneName": "zone1", "servers": [host]}),
    );
    let id = ocp::made(&client.ask(&request).await.unwrap())[0]
        .id
        .0
        .clone();
    assert_eq!(client.ended(&id).await.state, State::Failed);
    assert_ne!(client.first_free_host().await, host);
    client.ask(&api::roll_back_task(&id)).await.unwrap();
    let undone = client.ended(&id).await;
    assert_eq!(
        (undone.state, undone.phase),
        (State::RolledBack, Phase::RollingBack)
    );
    assert_eq!(client.first_free_host().await, host);
}

#[tokio::test]
async fn a_running_subtask_is_cancelled_and_skipped() {
    let (_ocp, client) = start(Scene::Ocp, &["task-hang=Wait observer active"]).await;
    let answer = client
        .ask(&api::tasks(&api::TaskFilter::default(), 1))
        .await
        .unwrap();
    let row = ocp::tasks(&answer.data)
        .items
        .into_iter()
        .find(|task| task.name == "Add OB server")
        .unwrap();
    assert!(!row.detailed);
    let id = row.id.0;
    let began = Instant::now();
    let node = loop {
        let task = client.task(&id).await;
        let hanging = |node: &&obdeck::fleet::task::Node| {
            node.state == State::Running && node.name == "Wait observer active"
        };
        if let Some(node) = task.nodes.iter().find(hanging) {
            break node.id.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let refusal = client
        .ask(&api::skip_subtask(&id, &node))
        .await
        .unwrap_err();
    assert_eq!(refusal.code, "TSK10007");
    assert_eq!(
        client
            .ask(&api::cancel_subtask(&id, &node))
            .await
            .unwrap()
            .data,
        Value::Null
    );
    assert_eq!(client.ended(&id).await.state, State::Cancelled);
    client.ask(&api::skip_subtask(&id, &node)).await.unwrap();
    let done = client.ended(&id).await;
    assert_eq!(done.state, State::Succeeded);
    assert!(
        done.nodes
            .iter()
            .any(|other| other.id == node && other.state == State::Skipped)
    );
}

#[tokio::test]
async fn an_obproxy_cluster_is_made_grown_and_taken_away() {
    let (_ocp, client) = start(Scene::Ocp, &[]).await;
    let packages = client
        .ask(&api::packages(Some("OBPROXY_INSTALL_PACKAGE"), 1))
        .await
        .unwrap();
    let packages = ocp::packages(&packages.data).items;
    let new = packages
        .iter()
        .find(|one| one.version.starts_with('4'))
        .unwrap();
    let old = packages
        .iter()
        .find(|one| one.version.starts_with('1'))
        .unwrap();
    let hosts = client.ask(&api::hosts(Some("AVAILABLE"), 1)).await.unwrap();
    let hosts: Vec<i64> = hosts.data["contents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|host| host["id"].as_i64().unwrap())
        .collect();
    let body = |version: &str, mode: &str, exporter: &str| {
        json!({"name": "shop", "address": "shop.example.com", "port": 2883, "workMode": mode,
            "obproxyInstallParam": {"hostIds": &hosts[..2], "sqlPort": 2883, exporter: 2884, "version": version},
            "obLinks": [{"clusterName": "pay", "obClusterId": 2, "username": "proxyro"}],
            "startupParameters": [], "parameters": []})
    };
    let create = |body| post("/api/v2/obproxy/clusters", body);
    let refused = client
        .ask(&create(body(&old.file, "CONFIG_URL", "exportPort")))
        .await
        .unwrap_err();
    assert_eq!(refused.code, "ODP21110");
    let made = client
        .ask(&create(body(&new.file, "RS_LIST", "exporterPort")))
        .await
        .unwrap();
    let task = ocp::made(&made).remove(0);
    assert_eq!(task.nodes.len(), 2 + 10 * 2);
    assert_eq!(client.ended(&task.id.0).await.state, State::Succeeded);
    let find = async || {
        let answer = client.ask(&api::proxy_clusters(1)).await.unwrap();
        ocp::proxy_clusters(&answer.data)
            .items
            .into_iter()
            .find(|one| one.name == "shop")
    };
    let shop = find().await.unwrap();
    assert_eq!(shop.proxies.len(), 2);
    assert!(
        shop.proxies
            .iter()
            .all(|one| one.status.0 == "RUNNING" && one.exporter_port == Some(2884))
    );

    let add = post(
        format!("/api/v2/obproxy/clusters/{}/obproxies/batchAdd", shop.id),
        json!({"hostIds": &hosts[2..4], "sqlPort": 2883, "exporterPort": 2884, "version": new.file}),
    );
    let tasks = ocp::made(&client.ask(&add).await.unwrap());
    assert_eq!(
        tasks
            .iter()
            .map(|task| task.nodes.len())
            .collect::<Vec<_>>(),
        [12, 12]
    );
    for task in &tasks {
        assert_eq!(client.ended(&task.id.0).await.state, State::Succeeded);
    }
    let delete = Request {
        method: Method::Delete,
        ..api::proxy_cluster(&shop.id)
    };
    let task = ocp::made(&client.ask(&delete).await.unwrap()).remove(0);
    assert_eq!(client.ended(&task.id.0).await.state, State::Succeeded);
    assert!(find().await.is_none());

    let empty = json!({"name": "empty", "obLinks": [], "startupParameters": [], "parameters": []});
    let task = ocp::made(&client.ask(&create(empty)).await.unwrap()).remove(0);
    assert_eq!(task.nodes.len(), 2);
}

#[tokio::test]
async fn hosts_and_packages_come_and_what_is_not_known_is_refused() {
    let (_ocp, client) = start(Scene::Ocp, &[]).await;
    let add = json!({"hostBasicDataList": [{"innerIpAddress": "10.9.0.1"}, {"innerIpAddress": "10.9.0.2"}],
        "sshPort": 22, "kind": "DEDICATED_PHYSICAL_MACHINE", "idcId": 1, "typeId": 1, "credentialId": 1});
    let tasks = ocp::made(
        &client
            .ask(&post("/api/v2/compute/hosts/batchCreate", add))
            .await
            .unwrap(),
    );
    assert_eq!(tasks.len(), 2);
    for task in &tasks {
        assert_eq!(
            (task.nodes.len(), client.ended(&task.id.0).await.state),
            (5, State::Succeeded)
        );
    }
    let hosts = client
        .ask(&Request::get("/api/v2/compute/hosts?keyword=10.9.0"))
        .await
        .unwrap();
    assert!(
        ocp::hosts(&hosts.data)
            .items
            .iter()
            .all(obdeck::fleet::platform::Host::is_free)
    );
    let unknown = client
        .ask(&Request::get("/api/v2/ob/units"))
        .await
        .unwrap_err();
    assert_eq!(unknown.status, 404);
    for (path, code) in [
        ("/api/v2/compute/hosts?size=2001", "COM10001"),
        ("/api/v2/alarm/alarms?size=201", "COM10001"),
        ("/api/v2/tasks/instances?sort=name,asc", "COM10011"),
    ] {
        assert_eq!(
            client.ask(&Request::get(path)).await.unwrap_err().code,
            code
        );
    }
}

#[tokio::test]
async fn faults_meet_the_routes_they_name() {
    let (_ocp, client) = start(Scene::Ocp, &["429=2s@/api/v2/tasks#1", "clock=1200s"]).await;
    let refusal = client.ask(&api::task("1")).await.unwrap_err();
    // Its clock is 20 minutes off, but the fault comes before the door.
    assert_eq!((refusal.status, refusal.code.as_str()), (429, "0"));
    assert_eq!(client.ask(&api::clusters(1)).await.unwrap_err().status, 401);
}

/// `obdeck sim` as another program meets it: a line for the endpoint, then `ready`.
#[tokio::test]
async fn the_command_serves_an_ocp_and_ends_on_sigterm() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_obdeck"))
        .args(["sim", "--scene", "ocp", "--ocp", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    let fields: Vec<&str> = line.split(' ').collect();
    let value = |at: usize, name: &str| fields[at].strip_prefix(name).unwrap().to_owned();
    assert_eq!((fields[0], fields.len()), ("ocp", 6));
    let client = Client::new(Endpoint {
        address: fields[1].parse().unwrap(),
        user: value(2, "user="),
        password: value(3, "password="),
        ak: value(4, "ak="),
        sk: value(5, "sk="),
        viewer: Default::default(),
    });
    assert!(client.ask(&api::clusters(1)).await.is_ok());
    let (user, password) = (client.at.user.clone(), client.at.password.clone());
    let client = client.basic(&user, &password);
    assert!(client.ask(&api::clusters(1)).await.is_ok());
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn what_public_clients_ask_for_is_answered() {
    let (_ocp, client) = start(Scene::Ocp, &[]).await;
    let running = client
        .ask(&Request::get(
            "/api/v2/tasks/instances?cluterName=prod&status=RUNNING&size=2000",
        ))
        .await
        .unwrap();
    let rows = running.data["contents"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["cluster"]["name"], "prod");
    // Right spelling, another cluster; and one that is not there.
    for (name, count) in [("clusterName=test", 1), ("cluterName=nobody", 0)] {
        let path = format!("/api/v2/tasks/instances?{name}");
        let answer = client.ask(&Request::get(path)).await.unwrap();
        let found = answer.data["contents"].as_array().unwrap();
        assert_eq!(found.len(), count, "{name}");
    }
    let id = &rows[0]["id"];
    let path = format!("/api/v2/tasks/{id}");
    let same = client.ask(&Request::get(path)).await.unwrap();
    assert_eq!(same.data["id"], *id);
    let cluster = client.cluster("prod").await;
    let path = format!("/api/v2/ob/clusters/{cluster}/parameters");
    let answer = client.ask(&Request::get(path)).await.unwrap();
    let parameters = obdeck::wire::ocp::parameters(&answer.data).items;
    assert_eq!(parameters[0].one_value(), Some("7d"));
    // Bare, without the envelope.
    let info = client.raw("/api/v2/git-info").await;
    assert!(
        info["commitId"].is_string() && info["successful"].is_null(),
        "{info}"
    );
}
