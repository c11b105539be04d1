//! What was seen of a day, compared with what was recorded of it.

use serde_json::{Value, json};

use crate::story::{self, mask};

/// As two of them are compared.
pub fn shown(value: &Value) -> String {
    story::loose(&mask(value, "")).to_string()
}

/// A sight between two ticks: a DAG that waits for its agent's next one, which comes
/// at once or a second later; and a DAG that was read in the middle of one, with
/// its node begun or ended and its stage not yet moved, which the simulator never shows.
fn fleeting(sight: &str) -> bool {
    let sight: Value = serde_json::from_str(sight).unwrap();
    let stage = sight["stage"].as_u64().unwrap_or(0) as usize;
    let Some(node) = stage
        .checked_sub(1)
        .and_then(|stage| sight["nodes"].get(stage))
    else {
        return false;
    };
    let torn = ["PENDING", "SUCCEED"].contains(&node[0].as_str().unwrap_or_default());
    sight["state"] == "READY" || (sight["state"] == "RUNNING" && torn)
}

/// Which recorded sights were not seen in their order.
pub fn missing(recorded: &[String], seen: &[String]) -> Vec<String> {
    let mut from = 0;
    let mut lost = Vec::new();
    for wanted in recorded {
        match seen[from..].iter().position(|one| one == wanted) {
            Some(at) => from += at,
            None if fleeting(wanted) => {}
            None => lost.push(wanted.clone()),
        }
    }
    lost
}

/// Where two texts part.
pub fn difference(wanted: &str, found: &str) -> String {
    if wanted == found {
        return String::new();
    }
    let at = wanted
        .bytes()
        .zip(found.bytes())
        .position(|(a, b)| a != b)
        .unwrap_or(wanted.len().min(found.len()));
    let part = |text: &str| {
        let mut from = at.saturating_sub(160);
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let mut to = (at + 160).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        text.get(from..to).unwrap_or(text).to_owned()
    };
    format!(
        "\n    wanted …{}\n    found  …{}",
        part(wanted),
        part(found)
    )
}

/// What of an answer a watch compares.
pub fn outline(data: &Value) -> Value {
    if let Some(zones) = data.get("zones") {
        let mut zones: Vec<Value> = zones.as_array().cloned().unwrap_or_default();
        zones.sort_by_key(|zone| zone["name"].to_string());
        let zones: Vec<Value> = zones
            .iter()
            .map(|zone| {
                let servers: Vec<Value> = zone["servers"]
                    .as_array()
                    .map(|servers| {
                        servers
                            .iter()
                            .map(|server| {
                                json!([
                                    server["ip"],
                                    server["status"],
                                    server["ob_status"],
                                    server["inner_status"],
                                    server.get("local_task_id").is_some()
                                ])
                            })
                            .collect()
                    })
                    .unwrap_or_default();
                json!([
                    zone["name"],
                    zone["status"],
                    zone["inner_status"],
                    zone.get("local_task_id").is_some(),
                    servers
                ])
            })
            .collect();
        return json!({ "status": data["status"], "zones": zones });
    }
    if data.get("stage").is_some() {
        let nodes: Vec<Value> = data["nodes"]
            .as_array()
            .map(|nodes| {
                nodes
                    .iter()
                    .map(|node| json!([node["state"], node["operator"]]))
                    .collect()
            })
            .unwrap_or_default();
        return json!({ "stage": data["stage"], "state": data["state"], "operator": data["operator"], "nodes": nodes });
    }
    let kept = ["identity", "zone", "obState", "state", "underMaintenance"];
    let Value::Object(map) = data else {
        return Value::Null;
    };
    Value::Object(
        map.iter()
            .filter(|(key, _)| kept.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}
