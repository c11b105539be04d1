//! Everything that is known of one row, as lines of name and value: what the
//! server sent beside the columns too.

use serde_json::Value;

use crate::console::data::Data;
use crate::fleet::platform::{ManagedCluster, ManagedTenant};
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
            // Of two clusters with one name each has servers of its own.
            let own = |one: &&ManagedCluster| under(&one.cluster.name, id).is_some();
            let mut servers = all.iter().filter(own).flat_map(|one| one.cluster.servers());
            let address = id.rsplit('/').next().and_then(|text| text.parse().ok());
            value(servers.find(|server| Some(&server.address) == address.as_ref()))
        }
        Picture::Hosts(all) => value(all.iter().find(|one| one.id == id)),
        Picture::Packages(all) => value(all.iter().find(|one| one.id == id)),
        Picture::Alarms(all) => value(all.iter().find(|one| one.id == id)),
        Picture::Tenants(all) => {
            let own = |one: &&ManagedTenant| under(&one.cluster, id) == Some(&one.tenant.name);
            value(all.iter().find(own))
        }
        Picture::ProxyClusters(all) => value(all.iter().find(|one| one.id == id)),
        _ => Value::Null,
    }
}

/// What stands in an id behind the name of its cluster.
fn under<'a>(cluster: &str, id: &'a str) -> Option<&'a str> {
    id.strip_prefix(cluster)?.strip_prefix('/')
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
