//! A parameter of the running cluster. The server takes a missing value for an
//! empty one and a missing tenant for no scope at all (`api/obshell.md §14.3`).

use rust_i18n::t;

use super::read::{flag, list, text};
use super::table::{Entry, Field, FieldError, Form, Given, Kind};
use crate::fleet::Address;
use crate::fleet::change::{self, ParameterScope, SetParameter};

/// The RPC port of a server that is named without one.
const RPC_PORT: u16 = 2882;

/// `obcluster/parameters` patched.
pub const PARAMETER_SET: Form = Form::new(
    "parameter-set",
    "Set a parameter",
    "Sets one parameter of the cluster, of zones, of servers or of tenants. It counts at once.",
    &[
        Field::new("name", "Parameter", Kind::Text, "Its name; `get parameters` lists them.")
            .also(&["params.0.name"])
            .required(),
        Field::new("value", "Value", Kind::Text, "Its new value. The server would take none for the empty text.")
            .also(&["params.0.value"])
            .required(),
        Field::new(
            "scope",
            "For",
            Kind::Choice(&["CLUSTER", "TENANT"]),
            "CLUSTER: servers, all of them unless zones or servers are named. TENANT: tenants, which must be named.",
        )
        .also(&["params.0.scope"])
        .required(),
        Field::new("zones", "Zones", Kind::List, "Only the servers of these zones; commas between.")
            .also(&["params.0.zones"]),
        Field::new(
            "servers",
            "Servers",
            Kind::List,
            "Only these servers, as host:rpc_port (2882); commas between.",
        )
        .also(&["params.0.servers"])
        .checked(servers),
        Field::new("tenants", "Tenants", Kind::List, "These tenants; commas between.")
            .also(&["params.0.tenants"]),
        Field::new(
            "all_user_tenant",
            "All user tenants",
            Kind::Bool,
            "true: every tenant but sys.",
        )
        .also(&["params.0.all_user_tenant"]),
    ],
    |given| {
        Ok(change::set_parameter(&SetParameter {
            name: text(given, "name").to_owned(),
            value: text(given, "value").to_owned(),
            scope: whose(given)?,
        }))
    },
    |given, _| match (text(given, "name"), target(given)) {
        ("", _) => t!("Set the parameter").into_owned(),
        (name, Some(target)) if text(given, "value").is_empty() => t!(
            "Set %{name} at %{target}",
            name = name,
            target = target
        )
        .into_owned(),
        (name, Some(target)) => t!(
            "Set %{name} to %{value} at %{target}",
            name = name,
            value = text(given, "value"),
            target = target
        )
        .into_owned(),
        (name, None) => t!(
            "Set %{name} to %{value}",
            name = name,
            value = text(given, "value")
        )
        .into_owned(),
    },
)
.across(|given| whose(given).err().unwrap_or_default());

/// Whose parameter it is, where the scope says so much.
fn target(given: &Given) -> Option<String> {
    match whose(given).ok()? {
        ParameterScope::Cluster => Some(t!("all servers").into_owned()),
        ParameterScope::AllUserTenants => Some(t!("all user tenants").into_owned()),
        ParameterScope::Zones(names) | ParameterScope::Servers(names) => Some(names.join(", ")),
        ParameterScope::Tenants(names) => {
            Some(t!("tenant %{name}", name = names.join(", ")).into_owned())
        }
    }
}

fn servers(entry: &Entry, _: &Given) -> Result<(), String> {
    for one in entry.text().unwrap_or_default().split(',') {
        Address::parse(one.trim(), RPC_PORT).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn whose(given: &Given) -> Result<ParameterScope, Vec<FieldError>> {
    let (zones, servers) = (list(given, "zones"), list(given, "servers"));
    let tenants = list(given, "tenants");
    let all = flag(given, "all_user_tenant") == Some(true);
    let wrong =
        |field: &str, text: std::borrow::Cow<'static, str>| Err(vec![FieldError::at(field, text)]);
    match text(given, "scope") {
        "CLUSTER" if !tenants.is_empty() => {
            wrong("tenants", t!("tenants belong to the scope TENANT"))
        }
        "CLUSTER" if all => wrong("all_user_tenant", t!("tenants belong to the scope TENANT")),
        "CLUSTER" if !zones.is_empty() && !servers.is_empty() => {
            wrong("servers", t!("name zones or servers, not both"))
        }
        "CLUSTER" if !zones.is_empty() => Ok(ParameterScope::Zones(zones)),
        "CLUSTER" if !servers.is_empty() => {
            let servers = servers
                .iter()
                .filter_map(|one| Address::parse(one, RPC_PORT).ok());
            let servers = servers.map(|server| server.to_string()).collect();
            Ok(ParameterScope::Servers(servers))
        }
        "CLUSTER" => Ok(ParameterScope::Cluster),
        "TENANT" if !zones.is_empty() => wrong("zones", t!("zones belong to the scope CLUSTER")),
        "TENANT" if !servers.is_empty() => {
            wrong("servers", t!("servers belong to the scope CLUSTER"))
        }
        "TENANT" if all && !tenants.is_empty() => {
            wrong("tenants", t!("name tenants or all of them, not both"))
        }
        "TENANT" if all => Ok(ParameterScope::AllUserTenants),
        "TENANT" if tenants.is_empty() => wrong(
            "tenants",
            t!(
                "name the tenants, or all_user_tenant=true: the server would set it without a scope"
            ),
        ),
        "TENANT" => Ok(ParameterScope::Tenants(tenants)),
        // The field's own check says that it is missing.
        _ => Err(Vec::new()),
    }
}
