//! The zones of a tenant: `zone1,zone2,zone3:READONLY`, and the same in the words
//! of a body as the server takes it.

use rust_i18n::t;
use serde_json::Value;

use super::read::list;
use super::table::{Entry, Form, Given};
use crate::fleet::change::Replica;

/// Behind the name of a zone.
const READ_ONLY: &str = "READONLY";
const FULL: &str = "FULL";

/// What is written for one zone.
fn replica(word: &str) -> Option<Replica> {
    let (zone, kind) = word.split_once(':').unwrap_or((word, FULL));
    let is = |wanted: &str| kind.trim().eq_ignore_ascii_case(wanted);
    (is(FULL) || is(READ_ONLY)).then(|| Replica {
        zone: zone.trim().to_owned(),
        read_only: is(READ_ONLY),
    })
}

/// The zones that were given.
pub(super) fn replicas(given: &Given) -> Vec<Replica> {
    let words = list(given, "zone_list");
    words.iter().filter_map(|word| replica(word)).collect()
}

/// Each zone once, each with a kind that there is.
pub(super) fn once_each(entry: &Entry, _: &Given) -> Result<(), String> {
    let mut zones: Vec<String> = Vec::new();
    for word in entry.text().unwrap_or_default().split(',') {
        let Some(replica) = replica(word.trim()) else {
            return Err(t!(
                "`%{word}`: a replica is FULL or READONLY",
                word = word.trim()
            )
            .into_owned());
        };
        if zones.contains(&replica.zone) {
            return Err(t!("zone %{zone} stands there twice", zone = replica.zone).into_owned());
        }
        zones.push(replica.zone);
    }
    Ok(())
}

/// `zone_list` of a body in the fields of the form: a zone has its unit config and
/// their number with it there, and the form has one for all. `None`: something else.
///
/// # Errors
/// The zones differ, or a zone has no name.
#[must_use]
pub fn zone_list(
    form: &Form,
    key: &str,
    value: &Value,
) -> Option<Result<Vec<(String, String)>, String>> {
    let items = value.as_array()?;
    let nested = form.name == "tenant-create" && form.field(key)?.name == "zone_list";
    (nested && items.iter().any(Value::is_object)).then(|| unfolded(items))
}

fn unfolded(items: &[Value]) -> Result<Vec<(String, String)>, String> {
    let mut zones = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for item in items {
        let name = item.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| t!("a zone without its name").into_owned())?;
        let kind = item.get("replica_type").and_then(Value::as_str);
        zones.push(match kind.filter(|kind| !kind.is_empty()) {
            Some(kind) if !kind.eq_ignore_ascii_case(FULL) => format!("{name}:{kind}"),
            _ => name.to_owned(),
        });
    }
    fields.push(("zone_list".to_owned(), zones.join(",")));
    for key in ["unit_config_name", "unit_num"] {
        let of = |item: &Value| {
            item.get(key).map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        let first = items.first().and_then(of);
        if items.iter().any(|item| of(item) != first) {
            return Err(t!(
                "the zones differ in %{key}: the form has one for all of them",
                key = key
            )
            .into_owned());
        }
        fields.extend(first.map(|first| (key.to_owned(), first)));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{find, set};
    use super::*;

    #[test]
    fn a_body_of_the_server_makes_the_same_request() {
        let form = find("tenant-create").unwrap();
        let list = json!([
            {"name": "zone1", "replica_type": "FULL", "unit_config_name": "u1", "unit_num": 2},
            {"name": "zone2", "replica_type": "READONLY", "unit_config_name": "u1", "unit_num": 2},
        ]);
        let mut given = Given::new();
        set(form, &mut given, "name=shop").unwrap();
        for (key, value) in zone_list(form, "zone_list", &list).unwrap().unwrap() {
            set(form, &mut given, &format!("{key}={value}")).unwrap();
        }
        assert_eq!(form.check(&given), Vec::new());
        let body = (form.request)(&given).unwrap().body.unwrap();
        assert_eq!(body.masked()["zone_list"], list);
    }

    #[test]
    fn zones_that_the_form_cannot_hold_are_refused() {
        let form = find("tenant-create").unwrap();
        let two = |a: Value, b: Value| zone_list(form, "zone_list", &json!([a, b])).unwrap();
        let differ = two(
            json!({"name": "zone1", "unit_config_name": "u1"}),
            json!({"name": "zone2", "unit_config_name": "u2"}),
        );
        assert!(differ.unwrap_err().contains("unit_config_name"));
        assert!(two(json!({"name": "zone1"}), json!({})).is_err());
        assert!(zone_list(form, "zone_list", &json!(["zone1"])).is_none());
        assert!(zone_list(form, "whitelist", &json!([{"name": "x"}])).is_none());
    }
}
