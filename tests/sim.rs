//! The simulator answers as real agents did.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sim/client.rs"]
mod client;
#[path = "sim/days.rs"]
mod days;
#[path = "sim/diary.rs"]
mod diary;
#[path = "sim/story.rs"]
mod story;

use client::{Auth, Client};
use obdeck::sim::{Options, Scene, Sim};
use serde_json::{Value, json};
use story::{Exchange, Ports, mask};

fn options(scene: Scene, speed: f64) -> Options {
    Options {
        scene,
        speed,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_fresh_site_becomes_a_cluster() {
    let sim = Sim::start(options(Scene::Fresh, 100.0)).await.unwrap();
    let at: Vec<_> = sim.endpoints().iter().map(|end| end.address).collect();
    let client = Client::new();
    let master = json!({ "ip": at[0].ip().to_string(), "port": at[0].port() });
    for (index, agent) in at.iter().enumerate() {
        let body = json!({ "agentInfo": master, "zoneName": format!("zone{}", index + 1) });
        let got = client.post(*agent, "agent/join", "", &body).await;
        assert_eq!(got.status, 200, "{}", got.text);
        let id = got.data()["id"].as_str().unwrap().to_owned();
        let seen = client.watch(*agent, &id, Auth::Root, &[""]).await;
        assert_eq!(seen.last().unwrap()["state"], "SUCCEED");
    }
    let body = json!({ "clusterId": 1, "clusterName": "prod", "rootPwd": "pw" });
    let got = client.post(at[0], "obcluster/config", "", &body).await;
    let id = got.data()["id"].as_str().unwrap().to_owned();
    client.watch(at[0], &id, Auth::Root, &["", "pw"]).await;
    let got = client.post(at[0], "ob/init", "pw", &json!({})).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let id = got.data()["id"].as_str().unwrap().to_owned();
    let seen = client.watch(at[0], &id, Auth::Root, &["pw"]).await;
    let last = seen.last().unwrap();
    assert_eq!(last["state"], "SUCCEED", "{last:#}");
    assert!(
        sim.endpoints()
            .iter()
            .all(|end| end.identity == "CLUSTER AGENT")
    );
    for route in [
        "obcluster/info",
        "tenants/overview",
        "obcluster/parameters",
        "ob/info",
        "observer/info",
        "agents/status",
        "obcluster/statistics",
        "obcluster/charsets",
        "obcluster/unit-config-limit",
        "obcluster/topology/info",
        "ob/agents",
        "agent/host-info",
    ] {
        let got = client.get(at[1], route, "pw").await;
        assert_eq!(got.status, 200, "{route}: {}", got.text);
    }
    assert_eq!(sim.dangerous(), 0);
    sim.stop().await;
}

#[tokio::test]
async fn the_default_scene_scales_out() {
    let sim = Sim::start(options(Scene::Default, 100.0)).await.unwrap();
    let ends = sim.endpoints();
    let client = Client::new();
    let password = ends[0].password.clone().unwrap();
    let seen = client
        .watch(ends[0].address, "11", Auth::Root, &[&password])
        .await;
    let last = seen.last().unwrap();
    assert_eq!(last["state"], "SUCCEED", "{last:#}");
    sim.stop().await;
}

#[tokio::test]
async fn the_failure_scene_fails_on_one_agent() {
    let sim = Sim::start(options(Scene::Failure, 100.0)).await.unwrap();
    let ends = sim.endpoints();
    let client = Client::new();
    let password = ends[0].password.clone().unwrap();
    let got = client
        .get(ends[0].address, "task/dag/unfinish", &password)
        .await;
    let id = got.data()["contents"][0]["id"].as_str().unwrap().to_owned();
    let seen = client
        .watch(ends[0].address, &id, Auth::Root, &[&password])
        .await;
    let last = seen.last().unwrap();
    assert_eq!(
        (&last["state"], &last["stage"]),
        (&json!("FAILED"), &json!(3)),
        "{last:#}"
    );
    let node = &last["nodes"][2];
    assert_eq!(node["sub_tasks"][0]["state"], "SUCCEED");
    assert_eq!(node["sub_tasks"][2]["state"], "FAILED");
    sim.stop().await;
}

/// Which of the three agents a recorded exchange was with.
fn agent_of(name: &str) -> usize {
    const SECOND: [&str; 19] = [
        "join-follower-zone2",
        "follower-info",
        "follower-ob-info",
        "follower-unfinish",
        "follower-dags-agent",
        "refuse-follower-joins-again",
        "follower-refuse-wrong-password",
        "follower-with-root-password",
        "follower-with-empty-password",
        "init-follower-dags-agent",
        "unfinish-failed-init-from-follower",
        "refuse-join-secured-not-master",
        "refuse-join-without-master-password",
        "refuse-join-wrong-master-password",
        "join-with-master-password",
        "orphan-info",
        "refuse-join-master-unreachable",
        "refuse-join-target-not-master",
        "refuse-header-for-another-key",
    ];
    const THIRD: [&str; 29] = [
        "join-follower-zone3",
        "follower-removes-self",
        "removed-follower-info",
        "single-accepts-any-password",
        "remove-single-self",
        "remove-single-other",
        "refuse-obproxy-ob-header",
        "refuse-obproxy-no-agent-password",
        "agent-password-set-put",
        "agent-password-set",
        "info-with-agent-password",
        "refuse-agent-password-again",
        "refuse-wrong-agent-password",
        "ob-info-with-agent-password",
        "ob-info-root-header-on-secured-single",
        "refuse-obproxy-no-path",
        "refuse-obproxy-not-dir",
        "refuse-obproxy-no-home",
        "refuse-obproxy-no-list",
        "refuse-obproxy-no-binary",
        "obproxy-start-unmanaged",
        "refuse-obproxy-stop-unmanaged",
        "obproxy-delete-unmanaged",
        "obproxy-start-unmanaged-done",
        "refuse-obproxy-dag-ob-header",
        "unfinish-failed-obproxy",
        "obproxy-start-rollback",
        "secured-join-self",
        "master-removes-all",
    ];
    match name {
        _ if SECOND.contains(&name) => 1,
        _ if THIRD.contains(&name) => 2,
        _ => 0,
    }
}

/// One recorded exchange again.
async fn again(
    client: &mut Client,
    at: std::net::SocketAddr,
    ports: &Ports,
    recorded: &Exchange,
) -> client::Got {
    let request = &recorded.request;
    let method = request["method"].as_str().unwrap();
    let path = ports.text(request["path"].as_str().unwrap());
    let password = request["password"].as_str().unwrap_or_default();
    let body = request
        .get("body")
        .filter(|body| !body.is_null())
        .map(|body| ports.value(body));
    let auth = match request["auth"].as_str().unwrap() {
        "ob" => Auth::Root,
        "agent" => Auth::Agent,
        _ => Auth::None,
    };
    client.chinese = request.get("accept_language").is_some();
    match recorded.name.as_str() {
        "refuse-header-garbage" => {
            client
                .raw(
                    at,
                    method,
                    &path,
                    &[("X-OCS-Header", "Z2FyYmFnZQ==".into())],
                    None,
                )
                .await
        }
        "refuse-uri-mismatch" => {
            let key = client.key(at).await;
            let claims = json!({ "Auth": "", "Ts": "1893456000", "Uri": "/api/v1/other", "Keys": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" });
            client
                .raw(
                    at,
                    method,
                    &path,
                    &[("X-OCS-Header", client.seal(&key, &claims))],
                    None,
                )
                .await
        }
        "refuse-header-for-another-key" => {
            let key = client.key(ports.of[0].2).await;
            let claims = json!({ "Auth": "", "Ts": "1893456000", "Uri": path, "Keys": "" });
            client
                .raw(
                    at,
                    method,
                    &path,
                    &[("X-OCS-Header", client.seal(&key, &claims))],
                    None,
                )
                .await
        }
        "refuse-join-plain-body" => {
            let key = client.key(at).await;
            let claims = json!({ "Auth": "", "Ts": "1893456000", "Uri": path, "Keys": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" });
            let body = b"{\"zoneName\":\"zone1\"}".to_vec();
            client
                .raw(
                    at,
                    method,
                    &path,
                    &[("X-OCS-Header", client.seal(&key, &claims))],
                    Some(body),
                )
                .await
        }
        "refuse-expired" | "single-expired-ts-accepted-or-not" => {
            client.life = -10;
            let got = client
                .ask(at, method, &path, auth, password, body.as_ref())
                .await;
            client.life = 1_000;
            got
        }
        _ => {
            client
                .ask(at, method, &path, auth, password, body.as_ref())
                .await
        }
    }
}

fn compare(recorded: &Exchange, got: &client::Got, ports: &Ports, wrong: &mut Vec<String>) {
    let name = &recorded.name;
    if got.status != recorded.status || (got.kind != recorded.kind && recorded.status != 204) {
        wrong.push(format!(
            "{name}: {} {} instead of {} {}\n    {}",
            got.status, got.kind, recorded.status, recorded.kind, got.text
        ));
        return;
    }
    if !recorded.body.is_object() {
        assert_eq!(
            got.text,
            recorded.body.as_str().unwrap_or_default(),
            "{name}"
        );
        return;
    }
    let wanted = mask(&ports.value(&recorded.body), "").to_string();
    let found = mask(&got.json(), "").to_string();
    if wanted != found {
        let at = wanted
            .bytes()
            .zip(found.bytes())
            .position(|(a, b)| a != b)
            .unwrap_or(wanted.len().min(found.len()));
        let part = |text: &str| {
            text.get(at.saturating_sub(120)..(at + 160).min(text.len()))
                .unwrap_or(text)
                .to_owned()
        };
        wrong.push(format!(
            "{name}:\n    wanted …{}\n    found  …{}",
            part(&wanted),
            part(&found)
        ));
    }
}

/// The whole recorded day of three agents, moment by moment.
#[tokio::test]
#[allow(clippy::too_many_lines, clippy::similar_names)] // one story, told in one go
async fn the_recorded_story_comes_out_the_same() {
    let sim = Sim::start(Options {
        scene: Scene::Fresh,
        speed: 0.0,
        faults: vec!["task-fail=Start observer@all".parse().unwrap()],
        ..Options::default()
    })
    .await
    .unwrap();
    let ends = sim.endpoints();
    let ports = Ports {
        of: ends
            .iter()
            .enumerate()
            .map(|(index, end)| ("127.0.0.1".into(), 2886 + index as u16, end.address))
            .collect(),
    };
    let mut client = Client::new();
    client.life = 1_000;
    let mut wrong = Vec::new();
    // Where the recorded agents' ticks fall between the recorded requests.
    let mut clock = 3600.0 + 9.0 * 60.0 + 39.0495;
    let mut watches: Vec<(String, usize, Vec<Value>, f64, String)> = Vec::new();
    let (early, timed): (Vec<_>, Vec<_>) = story::by_time()
        .into_iter()
        .partition(|one| one.at.unwrap() < clock);
    for recorded in early.into_iter().chain(timed) {
        let name = recorded.name.clone();
        let then = recorded.at.unwrap().max(clock);
        // The DAGs that are being watched are asked on the way, as often as recorded.
        while clock < then {
            let step = (then - clock).min(0.25);
            sim.pass(std::time::Duration::from_secs_f64(step));
            clock += step;
            for (_, agent, seen, until, path) in &mut watches {
                let ended = seen.last().is_some_and(|dag: &Value| {
                    matches!(dag["state"].as_str(), Some("SUCCEED" | "FAILED"))
                });
                if clock <= *until && !ended {
                    for (auth, password) in [
                        (Auth::Root, "aA1!bB2@"),
                        (Auth::Root, ""),
                        (Auth::Agent, "agent-Pw1"),
                    ] {
                        let got = client
                            .ask(ends[*agent].address, "GET", path, auth, password, None)
                            .await;
                        if got.status == 200 {
                            seen.push(got.data());
                            break;
                        }
                    }
                }
            }
        }
        let got = again(
            &mut client,
            ends[agent_of(&name)].address,
            &ports,
            &recorded,
        )
        .await;
        compare(&recorded, &got, &ports, &mut wrong);
        if let Some(lines) = story::watch(&name) {
            let last = lines.last().unwrap();
            let id = lines
                .iter()
                .rev()
                .find_map(|line| line.raw["data"]["id"].as_str())
                .unwrap_or_else(|| recorded.body["data"]["id"].as_str().unwrap());
            let path = ports.text(&format!("/api/v1/task/dag/{id}"));
            let until = clock + last.ms as f64 / 1000.0 + 12.0;
            let first = client
                .ask(
                    ends[agent_of(&name)].address,
                    "GET",
                    &path,
                    Auth::Root,
                    recorded.request["password"].as_str().unwrap(),
                    None,
                )
                .await;
            let seen = if first.status == 200 {
                vec![first.data()]
            } else {
                Vec::new()
            };
            watches.push((name, agent_of(&recorded.name), seen, until, path));
        }
    }
    for (name, _, seen, _, _) in &watches {
        let lines = story::watch(name).unwrap();
        let told: Vec<Value> = lines
            .iter()
            .filter(|line| line.raw["status"] == 200)
            .map(|line| {
                if line.raw["data"].is_object() {
                    line.raw["data"].clone()
                } else {
                    line.raw.clone()
                }
            })
            .collect();
        let lost = story::missing(&story::outlines(told.iter()), &story::outlines(seen.iter()));
        if !lost.is_empty() {
            wrong.push(format!(
                "{name}: never seen: {lost:#?}\n  seen {:#?}",
                story::outlines(seen.iter())
            ));
        }
        let last = lines.last().unwrap();
        if last.raw["status"] == 200 {
            let wanted = mask(&ports.value(&last.raw["data"]), "").to_string();
            // As text: the order of keys counts.
            let text = |dag: &Value| mask(dag, "").to_string();
            let found = seen.last().map(text).unwrap_or_default();
            if wanted != found {
                let at = wanted
                    .bytes()
                    .zip(found.bytes())
                    .position(|(a, b)| a != b)
                    .unwrap_or(0);
                let part = |text: &str| {
                    text.get(at.saturating_sub(200)..(at + 200).min(text.len()))
                        .unwrap_or(text)
                        .to_owned()
                };
                wrong.push(format!(
                    "{name} at its end:\n    wanted …{}\n    found  …{}",
                    part(&wanted),
                    part(&found)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(sim.dangerous(), 0);
    sim.stop().await;
}

/// Joins, configuration and init of three agents in the scene `fresh`.
async fn found(client: &Client, sim: &Sim, dirs: bool, init: &Value) -> Value {
    let at: Vec<_> = sim.endpoints().iter().map(|end| end.address).collect();
    let master = json!({ "ip": at[0].ip().to_string(), "port": at[0].port() });
    let pass = || sim.pass(std::time::Duration::from_secs(6));
    for (index, agent) in at.iter().take(3).enumerate() {
        let body = json!({ "agentInfo": master, "zoneName": format!("zone{}", index + 1) });
        assert_eq!(
            client.post(*agent, "agent/join", "", &body).await.status,
            200
        );
        pass();
    }
    for (index, agent) in at.iter().take(if dirs { 3 } else { 0 }).enumerate() {
        let body = json!({
            "observerConfig": { "data_dir": format!("/data/data{}", index + 1) },
            "scope": { "type": "server", "target": [agent.to_string()] },
        });
        assert_eq!(
            client
                .post(at[0], "observer/config", "", &body)
                .await
                .status,
            200
        );
        pass();
    }
    let body = json!({ "clusterId": 11, "clusterName": "obx", "rootPwd": "Root#1234" });
    assert_eq!(
        client
            .post(at[0], "obcluster/config", "", &body)
            .await
            .status,
        200
    );
    pass();
    let got = client.post(at[0], "ob/init", "Root#1234", init).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let path = format!("task/dag/{}", got.data()["id"].as_str().unwrap());
    sim.pass(std::time::Duration::from_secs(60));
    client.get(at[0], &path, "Root#1234").await.data()
}

fn still(agents: usize) -> Options {
    Options {
        scene: Scene::Fresh,
        agents: Some(agents),
        speed: 0.0,
        ..Options::default()
    }
}

#[tokio::test]
async fn an_init_ends_as_recorded() {
    let client = Client::new();
    for (name, dirs, init) in [
        ("cluster-init-dag", false, json!({})),
        (
            "cluster-init-options-dag",
            true,
            json!({ "import_script": true, "create_proxyro_user": true }),
        ),
    ] {
        let sim = Sim::start(still(3)).await.unwrap();
        let dag = found(&client, &sim, dirs, &init).await;
        let (wanted, told) = (story::gist(&story::ending(name)), story::gist(&dag));
        for (wanted, told) in wanted.iter().zip(&told) {
            // The observers' earlier ports are told where there was an earlier init.
            if !wanted.contains("agents: map[") {
                assert_eq!(wanted, told, "{name}");
            }
        }
        assert_eq!(wanted.len(), told.len());
        sim.stop().await;
    }
}

#[tokio::test]
async fn a_scale_out_ends_as_recorded() {
    let client = Client::new();
    let sim = Sim::start(still(4)).await.unwrap();
    found(&client, &sim, false, &json!({})).await;
    let at: Vec<_> = sim.endpoints().iter().map(|end| end.address).collect();
    let body = json!({
        "agentInfo": { "ip": at[3].ip().to_string(), "port": at[3].port() },
        "obConfigs": { "mysql_port": "42881", "rpc_port": "42882" },
        "zone": "zone4",
        "targetAgentPassword": null,
    });
    let got = client.post(at[0], "ob/scale_out", "Root#1234", &body).await;
    assert_eq!(
        got.data()["start_time"],
        "0001-01-01T00:00:00Z",
        "{}",
        got.text
    );
    let busy = client.post(at[0], "ob/scale_out", "Root#1234", &body).await;
    assert_eq!(
        busy.json()["error"]["errCode"],
        "OB.Cluster.UnderMaintenanceWithDag"
    );
    sim.pass(std::time::Duration::from_secs(8));
    let identity = sim.endpoints()[3].identity.clone();
    assert_eq!(identity, "SCALING OUT");
    let unknown = client.get(at[3], "task/dag/unfinish", "Root#1234").await;
    assert_eq!(
        (unknown.status, unknown.json()["error"]["errCode"].as_str()),
        (500, Some("Agent.Identify.Unknown"))
    );
    sim.pass(std::time::Duration::from_secs(60));
    let main = client
        .get(at[1], "task/dag/11?show_details=True", "Root#1234")
        .await
        .data();
    assert_eq!(
        story::gist(&story::ending("cluster-scale-out-new-zone-dag")),
        story::gist(&main)
    );
    let local = client
        .get(at[3], "task/dag/maintain/agent", "Root#1234")
        .await
        .data();
    assert_eq!(
        story::gist(&story::ending("cluster-scale-out-new-zone-local-dag")),
        story::gist(&local)
    );
    assert_eq!(local["additional_data"]["main_dag_id"], "11");
    assert_eq!(sim.endpoints()[3].identity, "CLUSTER AGENT");
    let zones = client
        .get(at[0], "obcluster/topology/info", "Root#1234")
        .await
        .data();
    assert_eq!(zones["zones"].as_array().unwrap().len(), 4);
    sim.stop().await;
}

#[tokio::test]
async fn what_would_hurt_a_real_agent_is_counted() {
    let sim = Sim::start(options(Scene::Fresh, 1.0)).await.unwrap();
    let at = sim.endpoints()[0].address;
    let got = Client::chunked(117).get(at, "task/dag/11", "").await;
    assert_eq!((got.status, sim.dangerous()), (500, 1));
    assert_eq!(sim.requests().get("GET task/dag/:id"), Some(&1));
    sim.stop().await;
}
