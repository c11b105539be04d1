//! A tenant and what it is made of (`api/obshell.md §17`).

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::change;
use super::running::segment;
use crate::base::Secret;
use crate::fleet::request::{Body, Effect, Method, Request};

/// How much one unit of a tenant holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitConfig {
    /// Its name.
    pub name: String,
    /// `2G`.
    pub memory_size: String,
    /// Cores.
    pub max_cpu: f64,
    /// Cores that are kept for it.
    pub min_cpu: Option<f64>,
    /// `6G`.
    pub log_disk_size: Option<String>,
    /// Operations a second.
    pub max_iops: Option<i64>,
    /// Operations a second that are kept for it.
    pub min_iops: Option<i64>,
}

/// What one zone keeps of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replica {
    /// The zone.
    pub zone: String,
    /// Nobody votes there and no leader is: `READONLY` instead of `FULL`.
    pub read_only: bool,
}

/// A tenant to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewTenant {
    /// Its name.
    pub name: String,
    /// The zones that hold a replica.
    pub zones: Vec<Replica>,
    /// The unit config of all of them.
    pub unit_config: String,
    /// Units in each zone.
    pub unit_num: i64,
    /// `MYSQL` or `ORACLE`.
    pub mode: Option<String>,
    /// Texts that go as they are: `primary_zone`, `whitelist`, `charset` …
    pub texts: Vec<(&'static str, String)>,
    /// Password of its root.
    pub root_password: Option<Secret>,
    /// Whether nobody may write.
    pub read_only: Option<bool>,
    /// Variables of it.
    pub variables: IndexMap<String, String>,
    /// Parameters of it.
    pub parameters: IndexMap<String, String>,
    /// Whether time zones and the like are imported.
    pub import_script: Option<bool>,
}

/// `POST unit/config`. Answers at once, without a task.
#[must_use]
pub fn unit_config(unit: &UnitConfig) -> Request {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("name", json!(unit.name));
    put("memory_size", json!(unit.memory_size));
    put("max_cpu", cores(unit.max_cpu));
    if let Some(min) = unit.min_cpu {
        put("min_cpu", cores(min));
    }
    for (name, value) in [("max_iops", unit.max_iops), ("min_iops", unit.min_iops)] {
        if let Some(value) = value {
            put(name, json!(value));
        }
    }
    if let Some(size) = &unit.log_disk_size {
        put("log_disk_size", json!(size));
    }
    let body = Some(Body::Plain(body.into()));
    Request {
        makes: None,
        ..change(None, Method::Post, "/api/v1/unit/config", body, "")
    }
}

/// Whole cores are written as such.
fn cores(value: f64) -> Value {
    if value.fract() == 0.0 {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// `POST tenant`; where `unit` is given that unit config is made before it.
#[must_use]
pub fn tenant_create(tenant: &NewTenant, unit: Option<&UnitConfig>) -> Request {
    let zone = |replica: &Replica| {
        json!({
            "name": replica.zone,
            "replica_type": if replica.read_only { "READONLY" } else { "FULL" },
            "unit_config_name": tenant.unit_config,
            "unit_num": tenant.unit_num,
        })
    };
    let zones: Vec<Value> = tenant.zones.iter().map(zone).collect();
    let plain = |name: &str, value: Value| (name.to_owned(), Body::Plain(value));
    let mut body = vec![
        plain("name", json!(tenant.name)),
        plain("zone_list", zones.into()),
    ];
    if let Some(mode) = &tenant.mode {
        body.push(plain("mode", json!(mode)));
    }
    for (name, value) in &tenant.texts {
        body.push(plain(name, json!(value)));
    }
    if let Some(password) = &tenant.root_password {
        body.push(("root_password".to_owned(), Body::Secret(password.clone())));
    }
    let flags = [
        ("read_only", tenant.read_only),
        ("import_script", tenant.import_script),
    ];
    for (name, value) in flags {
        if let Some(value) = value {
            body.push(plain(name, json!(value)));
        }
    }
    let settings = [
        ("variables", &tenant.variables),
        ("parameters", &tenant.parameters),
    ];
    for (name, pairs) in settings.into_iter().filter(|(_, pairs)| !pairs.is_empty()) {
        let pairs: Map<String, Value> = pairs
            .iter()
            .map(|(key, value)| (key.clone(), typed(value)))
            .collect();
        body.push(plain(name, pairs.into()));
    }
    let makes = format!("Create tenant {}", tenant.name);
    Request {
        first: unit.map(|unit| Box::new(unit_config(unit))),
        ..change(
            None,
            Method::Post,
            "/api/v1/tenant",
            Some(Body::Map(body)),
            &makes,
        )
    }
}

/// Numbers go as numbers: the agent puts texts in quotes.
fn typed(value: &str) -> Value {
    if let Ok(number) = value.parse::<i64>() {
        return number.into();
    }
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => json!(number),
        _ => value.into(),
    }
}

/// `DELETE tenant/:name`.
#[must_use]
pub fn tenant_delete(name: &str, need_recycle: bool) -> Request {
    let path = format!("/api/v1/tenant/{}", segment(name));
    let body = Some(Body::Plain(json!({ "need_recycle": need_recycle })));
    Request {
        effect: Effect::Destroys,
        ..change(None, Method::Delete, &path, body, "Drop tenant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_config_is_a_request_of_its_own_before_the_tenant() {
        let unit = UnitConfig {
            name: "u1".into(),
            memory_size: "2G".into(),
            max_cpu: 2.0,
            min_cpu: Some(1.5),
            ..UnitConfig::default()
        };
        let tenant = NewTenant {
            name: "shop".into(),
            zones: vec![Replica {
                zone: "zone1".into(),
                read_only: false,
            }],
            unit_config: "u1".into(),
            unit_num: 1,
            root_password: Some(Secret::new("s3cret")),
            variables: [("max_connections".to_owned(), "50".to_owned())].into(),
            ..NewTenant::default()
        };
        let request = tenant_create(&tenant, Some(&unit));
        let first = request.first.unwrap();
        assert_eq!(first.makes, None);
        assert_eq!(
            first.body.unwrap().revealed().to_string(),
            r#"{"name":"u1","memory_size":"2G","max_cpu":2,"min_cpu":1.5}"#
        );
        assert_eq!(request.makes.as_deref(), Some("Create tenant shop"));
        let body = request.body.unwrap();
        assert_eq!(
            body.masked().to_string(),
            r#"{"name":"shop","zone_list":[{"name":"zone1","replica_type":"FULL","unit_config_name":"u1","unit_num":1}],"root_password":"***","variables":{"max_connections":50}}"#
        );
        assert_eq!(body.revealed()["root_password"], "s3cret");
    }
}
