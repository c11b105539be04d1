//! Parameters that are set, as the database takes or refuses them.

use serde_json::Value;

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, required};
use super::super::scene;
use super::super::world::World;

fn mysql(message: &str) -> Refusal {
    Refusal::new(400, "MySQL.Error", message)
}

impl World {
    /// `obcluster/parameters` patched.
    pub(super) fn set_parameters(&mut self, agent: usize, call: &Call) -> Result<Answer, Refusal> {
        let cluster = self.cluster_agent(agent)?;
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
