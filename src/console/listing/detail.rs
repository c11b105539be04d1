//! Everything that is known of one row, as lines of name and value: what the
//! server sent beside the columns too.

use serde_json::Value;

use crate::console::data::Data;
use crate::link::{Ask, Picture};

/// The lines; none while the row is not there.
pub(super) fn detail(ask: &Ask, data: &Data, id: &str) -> Vec<(String, String)> {
    let value = match data.picture(ask) {
        Some(picture) => of(ask, picture, id),
        None => Value::Null,
    };
    let mut lines = Vec::new();
    flatten("", &value, &mut lines);
    lines
}

/// The row of an answer as data.
fn of(ask: &Ask, picture: &Picture, id: &str) -> Value {
    match picture {
        Picture::Clusters(all) if *ask == Ask::Clusters => {
            value(all.iter().find(|one| one.id == id))
        }
        Picture::Clusters(all) => {
            let mut servers = all.iter().flat_map(|one| {
                let named = move |server| (one.cluster.name.as_str(), server);
                one.cluster.servers().map(named)
            });
            let found = servers.find(|(name, server)| format!("{name}/{}", server.address) == id);
            value(found.map(|(_, server)| server))
        }
        Picture::Hosts(all) => value(all.iter().find(|one| one.id == id)),
        Picture::Packages(all) => value(all.iter().find(|one| one.id == id)),
        Picture::Alarms(all) => value(all.iter().find(|one| one.id == id)),
        Picture::Tenants(all) => {
            let own = |cluster: &str, name: &str| format!("{cluster}/{name}") == id;
            value(all.iter().find(|one| own(&one.cluster, &one.tenant.name)))
        }
        Picture::ProxyClusters(all) => value(all.iter().find(|one| one.id == id)),
        _ => Value::Null,
    }
}

fn value<T: serde::Serialize>(row: Option<&T>) -> Value {
    row.and_then(|row| serde_json::to_value(row).ok())
        .unwrap_or_default()
}

/// `services.1.name  cluster01:1`; what is empty says nothing. What has no
/// place of its own stands among the others.
fn flatten(name: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    let below = |key: &str| match (name, key) {
        (name, "extra") => name.to_owned(),
        ("", key) => key.to_owned(),
        (name, key) => format!("{name}.{key}"),
    };
    match value {
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => lines.push((name.to_owned(), text.clone())),
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(&below(key), value, lines);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(&below(&(at + 1).to_string()), item, lines);
            }
        }
        other => lines.push((name.to_owned(), other.to_string())),
    }
}
