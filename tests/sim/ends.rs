//! Tasks that end as they did on real agents.

use crate::client::Client;
use crate::story;
use obdeck::sim::{Options, Scene, Sim};
use serde_json::{Value, json};

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
