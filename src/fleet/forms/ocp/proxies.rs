//! Clusters of OBProxies (`api/ocp.md §5`).

use indexmap::IndexMap;
use rust_i18n::t;
use serde_json::{Map, Value, json};

use super::body::{self, change, destroy, id, numbers, parameters, words};
use crate::fleet::forms::checks;
use crate::fleet::forms::read::{number, text};
use crate::fleet::forms::table::{Entry, Field, FieldError, Form, Given, Kind, Offered};
use crate::fleet::request::Method;

/// Who logs in at a cluster unless somebody else is named.
const USER: &str = "proxyro";

const HOSTS: Field = Field::new(
    "hostIds",
    "Hosts",
    Kind::List,
    "Ids of free hosts with commas between; none makes an empty cluster.",
)
.also(&["obproxyInstallParam.hostIds"])
.checked(body::ids)
.offering(Offered::FreeHosts);

const SQL_PORT: Field = Field {
    default: "2883",
    ..Field::new("sqlPort", "SQL port", Kind::Number, "Port for clients.")
        .also(&["obproxyInstallParam.sqlPort"])
        .checked(checks::port)
};

const EXPORTER_PORT: Field = Field {
    default: "2884",
    ..Field::new(
        "exporterPort",
        "Exporter port",
        Kind::Number,
        "Port of the exporter. It is sent as exportPort too: OCP has known both spellings.",
    )
    .also(&[
        "exportPort",
        "obproxyInstallParam.exporterPort",
        "obproxyInstallParam.exportPort",
    ])
    .checked(checks::port)
};

const VERSION: Field = Field::new(
    "version",
    "Package",
    Kind::Text,
    "File name of an OBProxy package: obproxy-….rpm, as `get packages` shows it.",
)
.also(&["obproxyInstallParam.version"])
.checked(package)
.offering(Offered::ProxyPackages);

const ID: Field = Field::new(
    "id",
    "OBProxy cluster",
    Kind::Number,
    "The platform's id of the OBProxy cluster.",
)
.required()
.also(&["clusterId"])
.offering(Offered::ProxyClusters);

fn package(entry: &Entry, _: &Given) -> Result<(), String> {
    let file = entry.text().unwrap_or_default();
    if file.starts_with("obproxy") && file.strip_suffix(".rpm").is_some() {
        return Ok(());
    }
    Err(t!(
        "`%{text}` is no file name of an OBProxy package (obproxy-….rpm)",
        text = file
    )
    .into_owned())
}

fn name(entry: &Entry, _: &Given) -> Result<(), String> {
    let name = entry.text().unwrap_or_default();
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if letters && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(t!("begins with a letter and holds letters, digits and _ only").into_owned())
}

/// A host name or an IP address, without scheme and port.
fn address(entry: &Entry, _: &Given) -> Result<(), String> {
    let text = entry.text().unwrap_or_default();
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.parse::<std::net::IpAddr>().is_ok()
        || (text.chars().all(host) && !text.starts_with(['.', '-']) && !text.ends_with(['.', '-']))
    {
        return Ok(());
    }
    Err(t!(
        "`%{text}` is neither a host name nor an IP address",
        text = text
    )
    .into_owned())
}

/// The links: `0.clusterName=x`, `0.obClusterId=1`, `0.username=u`, or short
/// `x=1` and `x=1:u`, a cluster's name with its number in the database.
fn links(pairs: &IndexMap<String, String>) -> Result<Vec<Map<String, Value>>, String> {
    let mut links: IndexMap<&str, Map<String, Value>> = IndexMap::new();
    let number = |text: &str| {
        let wrong = || t!("`%{text}` is not a whole number", text = text).into_owned();
        text.parse::<i64>().map(Value::from).map_err(|_| wrong())
    };
    for (key, value) in pairs {
        let numbered = key
            .split_once('.')
            .filter(|(at, _)| at.parse::<usize>().is_ok());
        let Some((at, part)) = numbered else {
            let (ob_id, user) = value.split_once(':').unwrap_or((value, USER));
            let link = links.entry(key).or_default();
            link.insert("clusterName".to_owned(), json!(key));
            link.insert("obClusterId".to_owned(), number(ob_id)?);
            link.insert("username".to_owned(), json!(user));
            continue;
        };
        let value = match part {
            "clusterName" | "username" => json!(value),
            "obClusterId" | "clusterId" => number(value)?,
            _ => {
                return Err(t!(
                    "`%{part}` is none of clusterName, obClusterId, clusterId, username",
                    part = part
                )
                .into_owned());
            }
        };
        links.entry(at).or_default().insert(part.to_owned(), value);
    }
    for link in links.values_mut() {
        for part in ["clusterName", "obClusterId"] {
            if !link.contains_key(part) {
                return Err(t!("a link lacks `%{part}`", part = part).into_owned());
            }
        }
        link.entry("username").or_insert_with(|| json!(USER));
    }
    Ok(links.into_values().collect())
}

fn links_check(entry: &Entry, _: &Given) -> Result<(), String> {
    match entry {
        Entry::Pairs(pairs) => links(pairs).map(|_| ()),
        _ => Ok(()),
    }
}

fn given_links(given: &Given) -> Vec<Map<String, Value>> {
    match given.get("obLinks") {
        Some(Entry::Pairs(pairs)) => links(pairs).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What goes on hosts, with both spellings of the exporter's port: which one a
/// version reads is not established.
fn install(given: &Given) -> Value {
    let sql = number(given, "sqlPort").unwrap_or(2883);
    let exporter = number(given, "exporterPort").unwrap_or(2884);
    json!({
        "hostIds": numbers(given, "hostIds"),
        "sqlPort": sql,
        "exportPort": exporter,
        "exporterPort": exporter,
        "version": text(given, "version"),
    })
}

/// Hosts want a package and two ports.
fn install_mistakes(given: &Given) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if words(given, "hostIds").is_empty() {
        return wrong;
    }
    if text(given, "version").is_empty() {
        wrong.push(FieldError::at(
            "version",
            t!("hosts were named: say which package is installed"),
        ));
    }
    let sql = number(given, "sqlPort").unwrap_or(2883);
    if sql == number(given, "exporterPort").unwrap_or(2884) {
        let sentence = t!("sqlPort and exporterPort are both %{port}", port = sql);
        wrong.push(FieldError::at("exporterPort", sentence));
    }
    wrong
}

/// `POST obproxy/clusters`.
pub(super) const CREATE: Form = Form::new(
    "proxy-cluster-create",
    "Create an OBProxy cluster",
    "Makes a cluster of OBProxies and installs them on free hosts; without hosts it is empty.",
    &[
        Field::new("name", "Name", Kind::Text, "Letters, digits and _, a letter first.")
            .required()
            .checked(name),
        Field::new(
            "address",
            "Access address",
            Kind::Text,
            "Host name or IP that clients are told; only used in connection strings.",
        )
        .checked(address),
        Field::new("port", "Access port", Kind::Number, "Port that clients are told.")
            .checked(checks::port),
        Field {
            default: "CONFIG_URL",
            ..Field::new(
                "workMode",
                "Work mode",
                Kind::Choice(&["CONFIG_URL", "RS_LIST"]),
                "How it finds its clusters: any number over a config URL, or the root servers of one.",
            )
        },
        Field::new(
            "obLinks",
            "Clusters to reach",
            Kind::Pairs,
            "name=obClusterId with commas between, or name=obClusterId:user; obLinks.0.clusterName=x works too.",
        )
        .checked(links_check)
        .offering(Offered::Links),
        HOSTS,
        VERSION,
        SQL_PORT,
        EXPORTER_PORT,
        Field::new(
            "startupParameters",
            "Startup parameters",
            Kind::Pairs,
            "key=value with commas between; set when it starts.",
        ),
        Field::new(
            "parameters",
            "Parameters",
            Kind::Pairs,
            "key=value with commas between; set while it runs.",
        ),
    ],
    |given| {
        let mut sent = Map::new();
        sent.insert("name".to_owned(), json!(text(given, "name")));
        let address = text(given, "address");
        if !address.is_empty() {
            sent.insert("address".to_owned(), json!(address));
        }
        if let Some(port) = number(given, "port") {
            sent.insert("port".to_owned(), json!(port));
        }
        let mode = match text(given, "workMode") {
            "" => "CONFIG_URL",
            mode => mode,
        };
        sent.insert("workMode".to_owned(), json!(mode));
        if !words(given, "hostIds").is_empty() {
            sent.insert("obproxyInstallParam".to_owned(), install(given));
        }
        sent.insert("obLinks".to_owned(), json!(given_links(given)));
        for field in ["startupParameters", "parameters"] {
            sent.insert(field.to_owned(), json!(parameters(given, field)));
        }
        let path = "/api/v2/obproxy/clusters".to_owned();
        change(Method::Post, path, Some(sent.into()), "Install obproxy")
    },
    |given, _| match (text(given, "name"), words(given, "hostIds").len()) {
        ("", _) => t!("Create an OBProxy cluster").into_owned(),
        (name, 0) => t!("Create empty OBProxy cluster %{name}", name = name).into_owned(),
        (name, n) => {
            t!("Create OBProxy cluster %{name} on %{n} hosts", name = name, n = n).into_owned()
        }
    },
)
.across(|given| {
    let mut wrong = install_mistakes(given);
    let links = given_links(given).len();
    if text(given, "workMode") == "RS_LIST" && links != 1 {
        let sentence = t!("RS_LIST reaches exactly one cluster, and %{n} were named", n = links);
        wrong.push(FieldError::at("obLinks", sentence));
    }
    wrong
});

/// `POST obproxy/clusters/{id}/obproxies/batchAdd`, or `DELETE …/obproxies/{ids}`.
pub(super) const SCALE: Form = Form::new(
    "proxy-cluster-scale",
    "Scale an OBProxy cluster",
    "Installs OBProxies on more hosts, or takes some of them away.",
    &[
        ID,
        Field {
            help: "Ids of free hosts that get an OBProxy each, with commas between.",
            ..HOSTS
        },
        VERSION,
        SQL_PORT,
        EXPORTER_PORT,
        Field::new(
            "obproxyIds",
            "OBProxies that go",
            Kind::List,
            "Ids of OBProxies with commas between, in place of hosts.",
        )
        .checked(body::ids)
        .offering(Offered::Proxies),
    ],
    |given| {
        let path = format!("/api/v2/obproxy/clusters/{}/obproxies", id(given, "id")?);
        let going: Vec<String> = numbers(given, "obproxyIds")
            .iter()
            .map(i64::to_string)
            .collect();
        if going.is_empty() {
            let path = format!("{path}/batchAdd");
            return change(Method::Post, path, Some(install(given)), "Install obproxy");
        }
        let path = format!("{path}/{}", going.join(","));
        destroy(Method::Delete, path, None, "Offline obproxy")
    },
    |given, _| match (
        words(given, "hostIds").len(),
        words(given, "obproxyIds").len(),
    ) {
        (0, 0) => t!("Scale an OBProxy cluster").into_owned(),
        (0, n) => t!("Take %{n} OBProxies away", n = n).into_owned(),
        (n, _) => t!("Add %{n} OBProxies", n = n).into_owned(),
    },
)
.across(|given| {
    let (come, go) = (words(given, "hostIds"), words(given, "obproxyIds"));
    if come.is_empty() == go.is_empty() {
        let sentence = t!("either hosts that get an OBProxy, or OBProxies that go");
        return vec![FieldError::at("hostIds", sentence)];
    }
    install_mistakes(given)
});

/// `DELETE obproxy/clusters/{id}`.
pub(super) const DELETE: Form = Form::new(
    "proxy-cluster-delete",
    "Delete an OBProxy cluster",
    "Takes all OBProxies of a cluster off their hosts, and the cluster with them.",
    &[ID],
    |given| {
        let path = format!("/api/v2/obproxy/clusters/{}", id(given, "id")?);
        destroy(Method::Delete, path, None, "Offline obproxy")
    },
    |given, _| t!("Delete OBProxy cluster %{id}", id = text(given, "id")).into_owned(),
);
