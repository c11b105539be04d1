//! Recorded exchanges: read, moved onto other ports, compared.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// One recorded exchange.
pub struct Exchange {
    pub name: String,
    pub request: Value,
    pub status: u16,
    pub kind: String,
    pub body: Value,
    /// Seconds since midnight, from the answer's own timestamp.
    pub at: Option<f64>,
}

/// One line of a recorded watch.
pub struct Line {
    pub ms: u64,
    pub raw: Value,
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sim/captures")
}

pub fn exchange(name: &str) -> Exchange {
    let text = fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let response = &value["response"];
    let body = response["body"].clone();
    let at = body.get("timestamp").and_then(Value::as_str).map(seconds);
    Exchange {
        name: name.to_owned(),
        request: value["request"].clone(),
        status: response["status"].as_u64().unwrap() as u16,
        kind: response["content_type"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        body,
        at,
    }
}

pub fn watch(name: &str) -> Option<Vec<Line>> {
    let text = fs::read_to_string(folder().join(format!("{name}.jsonl"))).ok()?;
    let lines = text.lines().map(|line| {
        let raw: Value = serde_json::from_str(line).unwrap();
        Line {
            ms: raw["ms"].as_u64().unwrap(),
            raw,
        }
    });
    Some(lines.collect())
}

fn seconds(time: &str) -> f64 {
    let clock = time.split_once('T').unwrap().1.trim_end_matches('Z');
    let mut parts = clock.split(':').map(|part| part.parse::<f64>().unwrap());
    let (h, m, s) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    h * 3600.0 + m * 60.0 + s
}

/// Recorded addresses onto the simulation's.
pub struct Ports {
    /// Old ip, old port, new address.
    pub of: Vec<(String, u16, SocketAddr)>,
}

impl Ports {
    fn packed(ip: &str, port: u16) -> String {
        let ip: std::net::Ipv4Addr = ip.parse().unwrap();
        format!("{:010}{port:05}", ip.to_bits())
    }

    pub fn text(&self, text: &str) -> String {
        let mut moved = text.to_owned();
        for (index, (ip, port, _)) in self.of.iter().enumerate() {
            moved = moved.replace(&format!("{ip}:{port}"), &format!("@A{index}@"));
            moved = moved.replace(&Self::packed(ip, *port), &format!("@P{index}@"));
            moved = moved.replace(&format!("{ip} {port} "), &format!("@S{index}@ "));
        }
        for (index, (_, _, to)) in self.of.iter().enumerate() {
            moved = moved.replace(&format!("@A{index}@"), &to.to_string());
            moved = moved.replace(
                &format!("@S{index}@"),
                &format!("{} {}", to.ip(), to.port()),
            );
            moved = moved.replace(
                &format!("@P{index}@"),
                &Self::packed(&to.ip().to_string(), to.port()),
            );
        }
        moved
    }

    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(map) => {
                let mut moved: Map<String, Value> = map
                    .iter()
                    .map(|(key, value)| (self.text(key), self.value(value)))
                    .collect();
                let ip = map.get("ip").and_then(Value::as_str);
                if let Some(port) = map.get("port").and_then(Value::as_u64) {
                    for (old, from, to) in &self.of {
                        if u64::from(*from) == port && ip.is_none_or(|ip| ip == old) {
                            moved.insert("port".into(), to.port().into());
                            if ip.is_some() {
                                moved.insert("ip".into(), to.ip().to_string().into());
                            }
                        }
                    }
                }
                Value::Object(moved)
            }
            other => other.clone(),
        }
    }
}

const TIMES: [&str; 7] = [
    "start_time",
    "end_time",
    "create_time",
    "update_time",
    "timestamp",
    "created_time",
    "stop_time",
];
const VARYING: [&str; 8] = [
    "duration",
    "traceId",
    "pid",
    "startAt",
    "public_key",
    "reportTime",
    "scaleOutUUID",
    "modify_time",
];

/// Everything that differs from run to run made equal; the rest, and the order of keys, stays.
pub fn mask(value: &Value, key: &str) -> Value {
    match value {
        Value::String(text) if TIMES.contains(&key) => {
            assert!(text.parse::<jiff::Timestamp>().is_ok(), "{key}: {text}");
            assert!(
                !text.contains("0Z") || !text.contains('.'),
                "trailing zeros: {text}"
            );
            let word = match text.get(..4).unwrap() {
                "0001" => "never",
                "1970" => "reset",
                _ => "then",
            };
            word.into()
        }
        Value::String(_) if key == "traceId" => {
            if value == "" {
                "".into()
            } else {
                "trace".into()
            }
        }
        _ if VARYING.contains(&key) => format!("<{}>", kind(value)).into(),
        Value::String(text) if key == "log_content" => line(text).into(),
        Value::Array(items) if key == "task_logs" => {
            let lines: Vec<String> = items
                .iter()
                .map(|item| line(item.as_str().unwrap()))
                .collect();
            sort_runs(lines).into_iter().map(Value::from).collect()
        }
        Value::Array(items) => items.iter().map(|item| mask(item, "")).collect(),
        Value::Object(map) if map.contains_key("cpuInfo") => host(map),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let row = key == "id" && map.contains_key("log_content");
                (
                    key.clone(),
                    if row { "row".into() } else { mask(value, key) },
                )
            })
            .collect(),
        // `GET time`.
        Value::String(text) if key == "data" && text.parse::<jiff::Timestamp>().is_ok() => {
            "then".into()
        }
        other => other.clone(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Number(_) => "number",
        _ => "other",
    }
}

/// Of the machine only the shape is compared.
fn host(map: &Map<String, Value>) -> Value {
    fn shape(value: &Value) -> Value {
        match value {
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), shape(value)))
                .collect(),
            Value::Array(items) => items.first().map(shape).into_iter().collect(),
            other => kind(other).into(),
        }
    }
    shape(&Value::Object(map.clone()))
}

fn line(text: &str) -> String {
    if let Some((head, _)) = text.split_once("start cmd: ") {
        return format!("{head}start cmd");
    }
    if let Some((head, _)) = text.split_once("ALTER SYSTEM BOOTSTRAP ") {
        return format!("{head}bootstrap");
    }
    if let Some((head, _)) = text.split_once("bin/obproxy -o ") {
        return format!("{head}bin/obproxy");
    }
    if let Some((head, _)) = text.split_once("Kill observer process ") {
        return format!("{head}kill");
    }
    let mut masked = String::new();
    let mut rest = text;
    // Public keys in the line that prints every agent.
    while let Some(begin) = rest.find("MIGJ") {
        masked.push_str(&rest[..begin]);
        masked.push_str("KEY");
        let key = &rest[begin..];
        rest = &key[key.find(['}', ' ']).unwrap_or(key.len())..];
    }
    masked + rest
}

/// Go walks maps in no order: such lines are compared as a set.
fn sort_runs(lines: Vec<String>) -> Vec<String> {
    let loose = |line: &String| {
        ["Integrating ", "get 127", "merge ", "fill 127", "build "]
            .iter()
            .any(|word| line.starts_with(word))
            || line.contains("clear dir ")
            || line.ends_with(" end the task")
            || line.ends_with(" is ready")
            || line.ends_with(" to execute the task")
    };
    let mut sorted = Vec::with_capacity(lines.len());
    let mut run: Vec<String> = Vec::new();
    for line in lines {
        if loose(&line) {
            run.push(line);
            continue;
        }
        run.sort();
        sorted.append(&mut run);
        sorted.push(line);
    }
    run.sort();
    sorted.append(&mut run);
    sorted
}

/// What of a DAG a watch compares: stage, state, operator, and those of its nodes.
pub fn outline(dag: &Value) -> String {
    let nodes: Vec<String> = dag["nodes"]
        .as_array()
        .map(|nodes| {
            nodes
                .iter()
                .map(|node| match node {
                    Value::Array(pair) => format!(
                        "{}/{}",
                        pair[0].as_str().unwrap(),
                        pair[1].as_str().unwrap()
                    ),
                    node => format!(
                        "{}/{}",
                        node["state"].as_str().unwrap(),
                        node["operator"].as_str().unwrap()
                    ),
                })
                .collect()
        })
        .unwrap_or_default();
    format!(
        "{} {} {} {}",
        dag["stage"],
        dag["state"],
        dag["operator"],
        nodes.join(" ")
    )
}

/// Outlines without repeats.
pub fn outlines<'a>(dags: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let mut seen: Vec<String> = dags.map(outline).collect();
    seen.dedup();
    seen
}

/// Which recorded outlines were not seen in their order.
pub fn missing(recorded: &[String], seen: &[String]) -> Vec<String> {
    let mut rest = seen.iter();
    recorded
        .iter()
        .filter(|line| !rest.by_ref().any(|other| other == *line))
        .cloned()
        .collect()
}

/// Names of all recorded exchanges with a time, in the order in which they happened.
pub fn by_time() -> Vec<Exchange> {
    let mut found: BTreeMap<u64, Exchange> = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".json") else {
            continue;
        };
        if name.starts_with("cluster-") && name != "cluster-config" {
            continue;
        }
        let exchange = exchange(name);
        let at = exchange
            .at
            .or_else(|| untimed(name))
            .unwrap_or_else(|| panic!("{name}: when?"));
        let mut key = (at * 1e9) as u64;
        while found.contains_key(&key) {
            key += 1;
        }
        found.insert(
            key,
            Exchange {
                at: Some(key as f64 / 1e9),
                ..exchange
            },
        );
    }
    found.into_values().collect()
}

/// Answers without a time of their own, put where the story has them.
fn untimed(name: &str) -> Option<f64> {
    let (minute, second) = match name {
        "non-api-path" => (9, 39.1605),
        "remove-unknown" => (13, 8.3705),
        "remove-single-self" => (13, 8.3735),
        "obproxy-delete-unmanaged" => (13, 8.465),
        _ => return None,
    };
    Some(3600.0 + f64::from(minute) * 60.0 + second)
}

/// Names, states, attempts and lines of a DAG, without ids, addresses and homes.
pub fn gist(dag: &Value) -> Vec<String> {
    let mut told = vec![format!(
        "{} {}/{} {} {}",
        dag["name"], dag["stage"], dag["max_stage"], dag["state"], dag["operator"]
    )];
    for node in dag["nodes"].as_array().unwrap() {
        told.push(format!(
            "{} {} {}",
            node["name"], node["state"], node["operator"]
        ));
        for task in node["sub_tasks"].as_array().unwrap() {
            let lines = mask(&task["task_logs"], "task_logs");
            told.push(plain(&format!(
                "  {} {} x{} {lines}",
                task["state"], task["operator"], task["execute_times"]
            )));
        }
    }
    told
}

/// Digits and the names of homes made equal.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.replace("/data/h", "/data/ob").chars() {
        if !c.is_ascii_digit() {
            plain.push(c);
        } else if !plain.ends_with('#') {
            plain.push('#');
        }
    }
    plain
        .replace("#.#.#.#:#", "ADDRESS")
        .replace("#.#.#.# #", "ADDRESS")
}

/// The last answer of a recorded watch.
pub fn ending(name: &str) -> Value {
    watch(name).unwrap().last().unwrap().raw["data"].clone()
}

/// Numbers inside log lines, and what Go leaves in no order, made equal.
pub fn loose(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(loose).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let shown = match (key.as_str(), value) {
                    ("task_logs", Value::Array(lines)) => {
                        let lines = lines.iter().filter_map(Value::as_str);
                        let mut lines: Vec<String> = lines.map(counted).collect();
                        // How often a remote task is polled depends on its tick.
                        lines.dedup_by(|a, b| a == b && a.contains("running [1/1]"));
                        // Nor does it matter how far a long wait had come.
                        lines.dedup_by(|a, b| {
                            a.contains("health check") && b.contains("health check")
                        });
                        lines.into_iter().map(Value::from).collect()
                    }
                    ("log_content", Value::String(text)) => counted(text).into(),
                    // Sub-tasks are counted over all that an agent has ever stored.
                    ("task_id" | "sub_task_id", _) => "counted".into(),
                    ("id", Value::String(_)) if map.contains_key("task_id") => "counted".into(),
                    // The cluster's tasks run where its lease is at that moment.
                    ("execute_agent", _)
                        if map
                            .get("id")
                            .and_then(Value::as_str)
                            .is_some_and(|id| id.starts_with('1')) =>
                    {
                        "maintainer".into()
                    }
                    ("instances" | "hosts", Value::Array(items)) => {
                        let mut items: Vec<Value> = items.iter().map(loose).collect();
                        items.sort_by_key(Value::to_string);
                        items.into()
                    }
                    ("zones", Value::Array(items)) => {
                        let mut items: Vec<Value> = items.iter().map(loose).collect();
                        items.sort_by_key(|item| item["name"].to_string());
                        items.into()
                    }
                    ("contents", Value::Array(items))
                        if items.iter().any(|item| item.get("edit_level").is_some()) =>
                    {
                        // The list of parameters comes in any order.
                        let mut items: Vec<Value> = items.iter().map(loose).collect();
                        items.sort_by_key(|item| item["name"].to_string());
                        items.into()
                    }
                    _ => loose(value),
                };
                (key.clone(), shown)
            })
            .collect(),
        other => other.clone(),
    }
}

/// Long numbers made equal: process ids, moments, ids.
fn counted(text: &str) -> String {
    let mut plain = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        plain.push_str(if digits.len() > 3 { "#" } else { &digits });
        digits.clear();
        plain.push(c);
    }
    plain.pop();
    plain
}
