//! Parameters of a database cluster, one value for each server.

use serde_json::Value;

use super::envelope::{Rows, rows};
use super::fields::Fields;
use crate::fleet::Address;
use crate::fleet::host::{Parameter, ParameterValue};

/// Port of an observer where the answer names none.
const RPC_PORT: u16 = 2882;

/// One parameter; some have a value and nothing else.
fn parameter(value: &Value) -> Option<Parameter> {
    let mut fields = Fields::of(value)?;
    let name = fields.id("name")?;
    let current = fields.take("currentValue");
    let mut current = current.as_ref().and_then(Fields::of);
    let values: Vec<ParameterValue> = current
        .as_mut()
        .map(|current| current.list("obParameters"))
        .unwrap_or_default()
        .iter()
        .filter_map(Fields::of)
        .map(|mut one| {
            let ip = one.text("svrIp");
            let port = one.number("svrPort").unwrap_or(RPC_PORT);
            ParameterValue {
                server: (!ip.is_empty()).then(|| Address::new(ip, port)),
                zone: one.text("zone"),
                tenant: None,
                tenant_id: None,
                value: one.text("value"),
            }
        })
        .collect();
    let range = fields.take("valueRange");
    let mut range = range.as_ref().and_then(Fields::of);
    let readonly = fields.peek("readonly").and_then(Value::as_bool);
    let restart = fields.peek("needRestart").and_then(Value::as_bool);
    // The words that an agent uses for the same three.
    let level = match (readonly, restart) {
        (Some(true), _) => "READONLY",
        (_, Some(true)) => "STATIC_EFFECTIVE",
        (_, Some(false)) => "DYNAMIC_EFFECTIVE",
        _ => "",
    };
    let same = values.windows(2).all(|pair| pair[0].value == pair[1].value);
    Some(Parameter {
        name,
        scope: "CLUSTER".to_owned(),
        edit_level: level.to_owned(),
        default: fields.text("defaultValue"),
        section: fields.text("section"),
        data_type: range
            .as_mut()
            .map(|range| range.text("type"))
            .unwrap_or_default(),
        info: fields.text("description"),
        same_everywhere: same,
        values,
    })
}

/// The parameters of a cluster.
pub fn parameters(data: &Value) -> Rows<Parameter> {
    rows(data, parameter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_stand_by_their_servers() {
        let read = parameters(&json!({"contents": [
            {"name": "ilog_index_expire_time", "currentValue": {"obParameters": [
                {"name": "x", "svrIp": "10.0.0.1", "svrPort": 2882, "value": "7d", "zone": "zone1"},
                {"name": "x", "svrIp": "10.0.0.2", "svrPort": 2882, "value": "8d", "zone": "zone2"}]}},
            {"name": "tcp_keepcnt", "readonly": false, "needRestart": true, "section": "OBSERVER",
                "valueRange": {"type": "INT"}, "currentValue": {"obParameters": []}}]}))
        .items;
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].values.len(), read[0].one_value()), (2, None));
        assert_eq!(
            read[0].values[0].server,
            Some(Address::new("10.0.0.1", 2882))
        );
        assert_eq!(
            (read[1].edit_level.as_str(), read[1].data_type.as_str()),
            ("STATIC_EFFECTIVE", "INT")
        );
    }
}
