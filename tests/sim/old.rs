//! Older agents answer as they did: the short story told to three of them.

use std::path::Path;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use obdeck::sim::{Options, Scene, Sim};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Encrypt, RsaPublicKey};
use serde_json::{Value, json};

use crate::client::{Auth, Client, Got};
use crate::story::{Ports, loose, mask};

const ROOT: &str = "aA1!bB2@";

/// Rows that are not compared, and why.
const LEFT_OUT: [(&str, &str); 1] = [(
    "init-failed",
    "the lines that older agents write into a sub-task's log are not simulated",
)];

fn rows(version: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/days/old.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
    rows.filter(|row: &Value| row["version"] == version)
        .collect()
}

async fn site(version: &str) -> Sim {
    Sim::start(Options {
        scene: Scene::Fresh,
        agents: Some(2),
        speed: 0.0,
        agent_version: Some(version.to_owned()),
        faults: vec!["task-fail=Start observer@all".parse().unwrap()],
        ..Options::default()
    })
    .await
    .unwrap()
}

fn sealed(key: &RsaPublicKey, text: &str) -> String {
    let sealed = key.encrypt(&mut OsRng, Pkcs1v15Encrypt, text.as_bytes());
    STANDARD.encode(sealed.unwrap())
}

async fn ask(client: &mut Client, ports: &Ports, row: &Value) -> Got {
    let name = row["name"].as_str().unwrap();
    let request = &row["request"];
    let at = ports.of[row["agent"].as_u64().unwrap() as usize - 1].2;
    let method = request["method"].as_str().unwrap();
    let path = ports.text(request["path"].as_str().unwrap());
    let key = client.key(at).await;
    let header = match name {
        "refuse-header-garbage" => Some("Z2FyYmFnZQ==".to_owned()),
        "refuse-uri-mismatch" => Some(client.seal(
            &key,
            &json!({ "Auth": "", "Ts": "1893456000", "Uri": "/api/v1/other" }),
        )),
        _ => None,
    };
    if let Some(header) = header {
        return client
            .raw(at, method, &path, &[("X-OCS-Header", header)], None)
            .await;
    }
    let mut body = Some(ports.value(&request["body"])).filter(|body| !body.is_null());
    if let Some(password) = body.as_mut().and_then(|body| body.get_mut("rootPwd"))
        && password.as_str().unwrap().len() > 60
    {
        *password = sealed(&key, ROOT).into();
    }
    let auth = match request["auth"].as_str().unwrap() {
        "ob" => Auth::Root,
        "agent" => Auth::Agent,
        _ => Auth::None,
    };
    client.life = if name == "refuse-expired" {
        -10
    } else {
        100_000
    };
    client.chinese = request.get("accept_language").is_some() || name.ends_with("-zh");
    let password = request["password"].as_str().unwrap_or_default();
    client
        .ask(at, method, &path, auth, password, body.as_ref())
        .await
}

#[tokio::test]
async fn older_agents_tell_their_story_again() {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (version, short, port) in [
        ("4.2.3.0", "4.2.3", 4886),
        ("4.2.6.0", "4.2.6", 5886),
        ("4.3.1.0", "4.3.1", 6886),
    ] {
        let sim = site(version).await;
        let ends = sim.endpoints();
        let ports = Ports {
            of: (0..2)
                .map(|index| {
                    (
                        "127.0.0.1".into(),
                        port + index,
                        ends[usize::from(index)].address,
                    )
                })
                .collect(),
        };
        let mut client = Client::new();
        let mut clock = None;
        for row in rows(short) {
            let at = row["at"].as_f64().unwrap();
            // A task had ended before the next request was made.
            let gap = clock.map_or(0.0, |before| at - before);
            if gap > 1.0 {
                sim.pass(Duration::from_secs_f64(gap + 4.0));
            }
            clock = Some(at);
            let name = row["name"].as_str().unwrap();
            let got = ask(&mut client, &ports, &row).await;
            if LEFT_OUT.iter().any(|(left, _)| *left == name) {
                continue;
            }
            compared += 1;
            let plain = |value: &Value| {
                let text = loose(&mask(value, "")).to_string();
                text.replace("/data/old_h423_0", "/data/ob1")
                    .replace("/data/old_h426_0", "/data/ob1")
                    .replace("/data/old_h431_0", "/data/ob1")
                    .replace("/data/old_h423_1", "/data/ob2")
                    .replace("/data/old_h426_1", "/data/ob2")
                    .replace("/data/old_h431_1", "/data/ob2")
            };
            let wanted = plain(&ports.value(&row["body"]));
            let found = plain(&got.json());
            if u64::from(got.status) != row["status"].as_u64().unwrap() || wanted != found {
                wrong.push(format!(
                    "{version} {name}:\n  wanted {wanted}\n  found  {found}"
                ));
            }
        }
        let key = client.key(ends[0].address).await;
        assert_eq!(key.size(), 64, "{version}: a key of 512 bits");
        sim.stop().await;
    }
    assert!(compared > 90, "{compared}");
    assert!(
        wrong.is_empty(),
        "{} of {compared} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The first agents: another header, bodies in clear, a sealed root password.
#[tokio::test]
async fn the_first_agents_take_the_first_header() {
    let sim = site("4.2.2.0").await;
    let at = sim.endpoints()[0].address;
    let client = Client::new();
    let key = client.key(at).await;
    assert_eq!(key.size(), 64);
    let send = async |route: &str, password: &str, body: Value| {
        let claims = json!({ "password": password, "ts": 1_893_456_000 });
        let header = sealed(&key, &claims.to_string());
        let path = format!("/api/v1/{route}");
        let body = Some(body.to_string().into_bytes());
        client
            .raw(at, "POST", &path, &[("X-OCS-Auth", header)], body)
            .await
    };
    let info = json!({ "ip": at.ip().to_string(), "port": at.port() });
    let body = json!({ "agentInfo": info, "zoneName": "zone1" });
    let unsealed = client.post(at, "agent/join", "", &body).await;
    assert_eq!(
        (unsealed.status, &unsealed.json()["error"]["code"]),
        (401, &json!(10008))
    );
    let joined = send("agent/join", "", body).await;
    assert_eq!(
        (joined.status, &joined.data()["name"]),
        (200, &json!("Join self")),
        "{}",
        joined.text
    );
    sim.pass(Duration::from_secs(6));
    let config = json!({ "clusterId": 1, "clusterName": "prod", "rootPwd": sealed(&key, ROOT) });
    assert_eq!(send("obcluster/config", "", config).await.status, 200);
    sim.pass(Duration::from_secs(6));
    let old = send("ob/init", "", json!({})).await;
    assert_eq!(
        (old.status, &old.json()["error"]["code"]),
        (401, &json!(10008)),
        "{}",
        old.text
    );
    assert_eq!(send("ob/init", ROOT, json!({})).await.status, 200);
    sim.stop().await;
}
