//! The recorded day of three agents that never became a cluster, moment by moment.

use crate::client::{self, Auth, Client};
use crate::story::{self, Exchange, Ports, mask};
use obdeck::sim::{Options, Scene, Sim};
use serde_json::{Value, json};

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
            client.life = -3_600;
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
