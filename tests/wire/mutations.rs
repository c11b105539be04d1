//! Whatever comes, nothing panics.

use obdeck::fleet::cluster::Cluster;
use obdeck::wire::obshell::{dto, errors, read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::captures::data;

/// Recorded data of each kind.
fn samples() -> Vec<Value> {
    [
        "early-init-rolled-back",
        "cluster/obcluster-info-running",
        "cluster/ob-info-running",
        "cluster/agents-status-four-servers",
        "cluster/tenants-overview-user-tenants",
        "cluster/init-sub-task-logs",
        "fresh-info",
        "fresh-host-info",
        "cluster/stop-running-unfinish",
    ]
    .into_iter()
    .map(data)
    .collect()
}

/// All that reads `data`; what it says does not matter here.
fn read_all(value: &Value) {
    let _ = dto::task(value.clone());
    let _ = dto::tasks(value.clone());
    let _ = dto::node(value.clone());
    let _ = dto::logs(value.clone());
    let _ = dto::info(value.clone());
    let _ = dto::secret(value.clone());
    let _ = dto::status(value.clone());
    let _ = dto::host_info(value.clone());
    let _ = dto::parameters(value.clone());
    let _ = dto::tenants(value.clone());
    let mut cluster = Cluster::default();
    let _ = dto::merge_ob_info(&mut cluster, value.clone());
    let _ = dto::merge_obcluster(&mut cluster, value.clone());
    if let Ok(statuses) = dto::statuses(value.clone()) {
        dto::merge_statuses(&mut cluster, &statuses);
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("0001-01-01T00:00:00Z")),
        Just(json!("1970-01-01T08:00:00+08:00")),
        Just(json!("RUNNING")),
        Just(json!("ROLLBACK")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec(
                ("(id|state|nodes|sub_tasks|data|contents|\\PC{0,4})", inner),
                0..4
            )
            .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Puts `new` at a place of `value` that `steps` choose.
fn mutate(value: &mut Value, steps: &[usize], new: Value) {
    let Some((step, rest)) = steps.split_first() else {
        *value = new;
        return;
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let at = step % map.len();
            if let Some((_, child)) = map.iter_mut().nth(at) {
                mutate(child, rest, new);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = step % items.len();
            mutate(&mut items[at], rest, new);
        }
        other => *other = new,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn mutated_answers(
        sample in 0..9_usize,
        steps in prop::collection::vec(any::<usize>(), 1..8),
        new in any_value(),
    ) {
        let mut value = samples().swap_remove(sample);
        mutate(&mut value, &steps, new);
        read_all(&value);
        let envelope = json!({"successful": true, "status": 200, "data": value});
        let _ = dto::saved(envelope.to_string().as_bytes());
    }

    #[test]
    fn anything_at_all(value in any_value()) {
        read_all(&value);
        let text = value.to_string();
        let _ = read(200, None, text.as_bytes());
        let _ = dto::saved(text.as_bytes());
    }

    #[test]
    fn damaged_bytes(
        status in any::<u16>(),
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let envelope = json!({"successful": false, "status": 400, "timestamp": "2026-11-21T01:09:39Z",
            "error": {"errCode": "Common.BindJsonFailed", "message": "Key: 'A.B' Error:x"}, "data": data("join-self")});
        let mut bytes = envelope.to_string().into_bytes();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let _ = read(status, Some("application/json"), &bytes);
        let _ = dto::saved(&bytes);
    }

    #[test]
    fn any_message_of_a_refusal(message in "(\\PC|Key: '|' Error:|failed on the ')*") {
        let _ = errors::fields(&message);
        let _ = errors::legacy(Some(1000), &message);
    }
}
