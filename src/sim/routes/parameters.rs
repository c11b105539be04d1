//! Parameters: told with their values, and set as the database takes or refuses them.

use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, required};
use super::super::scene;
use super::super::world::{Cluster, World};

fn mysql(message: &str) -> Refusal {
    Refusal::new(400, "MySQL.Error", message)
}

impl World {
    pub(super) fn parameters(&self, index: usize, cluster: &Cluster) -> Vec<Value> {
        let servers = self.servers(index);
        scene::parameters()
            .into_iter()
            .map(|mut parameter| {
                let name = parameter
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                let default = parameter
                    .get("default_value")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                let tenant = parameter.get("scope").and_then(Value::as_str) == Some("TENANT");
                let mut rows = Vec::new();
                let mut values: Vec<String> = Vec::new();
                let mut by_tenant = Vec::new();
                for server in &servers {
                    let Some(own) = self.agents.get(*server) else {
                        continue;
                    };
                    let value = self.parameter(&name, &default, *server, cluster);
                    if !values.contains(&value) {
                        values.push(value.clone());
                    }
                    let row = json!({
                        "svr_ip": own.address.ip().to_string(),
                        "svr_port": own.observer.rpc_port,
                        "zone": own.zone,
                    });
                    let Value::Object(mut row) = row else {
                        continue;
                    };
                    if tenant {
                        row.insert("tenant_id".into(), 1.into());
                        row.insert("tenant_name".into(), "sys".into());
                        by_tenant
                            .push(json!({ "tenant_id": 1, "tenant_name": "sys", "value": value }));
                    }
                    row.insert("value".into(), value.into());
                    rows.push(Value::Object(row));
                }
                if let Value::Object(map) = &mut parameter {
                    map.insert("ob_parameters".into(), rows.into());
                    if tenant {
                        map.insert("tenant_value".into(), by_tenant.into());
                    }
                    map.insert("is_single_value".into(), (values.len() <= 1).into());
                    map.insert("values".into(), values.into());
                    let single = map.shift_remove("is_single_value").unwrap_or_default();
                    map.insert("is_single_value".into(), single);
                }
                parameter
            })
            .collect()
    }

    fn parameter(&self, name: &str, default: &str, server: usize, cluster: &Cluster) -> String {
        let Some(own) = self.agents.get(server) else {
            return default.to_owned();
        };
        match name {
            "cluster" => cluster.name.clone(),
            "cluster_id" => cluster.id.to_string(),
            "local_ip" => own.address.ip().to_string(),
            "data_dir" => format!("{}/store", own.home),
            "zone" => own.zone.clone(),
            "mysql_port" => own.observer.sql_port.to_string(),
            "rpc_port" => own.observer.rpc_port.to_string(),
            "rootservice_list" => {
                let mut zones: Vec<&str> = Vec::new();
                let mut list: Vec<String> = Vec::new();
                for member in cluster
                    .members
                    .iter()
                    .filter_map(|member| self.agents.get(*member))
                {
                    if !zones.contains(&member.zone.as_str()) {
                        zones.push(&member.zone);
                        let ip = member.address.ip();
                        list.push(format!(
                            "{ip}:{}:{}",
                            member.observer.rpc_port, member.observer.sql_port
                        ));
                    }
                }
                list.join(";")
            }
            _ => own
                .observer
                .parameters
                .get(name)
                .or_else(|| cluster.parameters.get(name))
                .cloned()
                .unwrap_or_else(|| default.to_owned()),
        }
    }

    /// `obcluster/parameters` patched.
    pub(super) fn set_parameters(&mut self, agent: usize, call: &Call) -> Result<Answer, Refusal> {
        let cluster = self.cluster_agent(agent)?;
        self.database(agent)?;
        let fields = call.fields("SetObclusterParametersParam")?;
        let Some(Value::Array(params)) = fields.get("params") else {
            required(&["SetObclusterParametersParam.Params".to_owned()])?;
            return Ok(Answer::panic());
        };
        let known = scene::parameters();
        for one in params {
            let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
            let (name, value, scope) = (text("name"), text("value"), text("scope"));
            if !["CLUSTER", "TENANT"].contains(&scope) {
                let message = format!("Parameter scope '{scope}' is invalid");
                return Err(Refusal::new(400, "OB.Parameter.Scope.Invalid", message));
            }
            let of = |parameter: &&Value, key: &str| {
                parameter
                    .get(key)
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            let found = known
                .iter()
                .find(|p| of(p, "name").as_deref() == Some(name));
            let Some(parameter) = found else {
                return Err(mysql("Error 5099 (HY000): System config unknown"));
            };
            if of(&parameter, "edit_level").as_deref() == Some("READONLY") {
                return Err(mysql(&format!(
                    "Error 1235 (0A000): parameter {name} is READONLY, setting it is not supported"
                )));
            }
            let number = of(&parameter, "data_type").as_deref() == Some("INT");
            if number && !value.is_empty() && value.parse::<i64>().is_err() {
                return Err(mysql(
                    "Error 1210 (HY000): Incorrect arguments to set config",
                ));
            }
            let list = |key: &str| -> Vec<String> {
                let items = one.get(key).and_then(Value::as_array);
                let texts = items.into_iter().flatten().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            };
            let (zones, servers) = (list("zones"), list("servers"));
            let everywhere = zones.is_empty() && servers.is_empty();
            for server in self.servers(cluster) {
                let Some(own) = self.agents.get_mut(server) else {
                    continue;
                };
                let rpc = format!("{}:{}", own.address.ip(), own.observer.rpc_port);
                if everywhere || zones.contains(&own.zone) || servers.contains(&rpc) {
                    own.observer
                        .parameters
                        .insert(name.to_owned(), value.to_owned());
                }
            }
        }
        Ok(Answer::empty())
    }
}
