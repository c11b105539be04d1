//! The scenes, from their first moment to their end.

use crate::client::{Auth, Client};
use obdeck::sim::{Options, Scene, Sim};
use serde_json::json;

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

#[tokio::test]
async fn what_would_hurt_a_real_agent_is_counted() {
    let sim = Sim::start(options(Scene::Fresh, 1.0)).await.unwrap();
    let at = sim.endpoints()[0].address;
    let got = Client::chunked(117).get(at, "task/dag/11", "").await;
    assert_eq!((got.status, sim.dangerous()), (500, 1));
    assert_eq!(sim.requests().get("GET task/dag/:id"), Some(&1));
    sim.stop().await;
}
