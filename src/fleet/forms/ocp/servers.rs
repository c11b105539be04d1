//! More or fewer servers of a cluster.

use rust_i18n::t;
use serde_json::json;

use super::body::{self, CLUSTER, change, destroy, id, numbers, words};
use crate::fleet::forms::read::text;
use crate::fleet::forms::table::{Field, Form, Kind, Offered};
use crate::fleet::request::Method;

const HOSTS: Field = Field::new(
    "servers",
    "Hosts",
    Kind::List,
    "Ids of free hosts with commas between, several at once.",
)
.required()
.also(&["hostIds"])
.checked(body::ids)
.offering(Offered::FreeHosts);

/// `POST ob/clusters/{id}/servers`.
pub(super) const ADD: Form = Form::new(
    "servers-add",
    "Add servers",
    "Installs observers on free hosts and takes them into a zone of the cluster.",
    &[
        CLUSTER,
        Field::new("zoneName", "Zone", Kind::Text, "A zone of the cluster.")
            .required()
            .also(&["zone"])
            .offering(Offered::Zones),
        HOSTS,
        Field::new(
            "packageOperatingSystem",
            "System of the package",
            Kind::Text,
            "Only where the cluster has packages for several systems (el7); newer OCP only.",
        ),
        Field::new(
            "startupParameters",
            "Startup parameters",
            Kind::Pairs,
            "key=value with commas between; newer OCP only.",
        ),
    ],
    |given| {
        let mut sent = json!({
            "zoneName": text(given, "zoneName"),
            "servers": numbers(given, "servers"),
        });
        let system = text(given, "packageOperatingSystem");
        if !system.is_empty() {
            sent["packageOperatingSystem"] = json!(system);
        }
        let parameters = body::parameters(given, "startupParameters");
        if !parameters.is_empty() {
            sent["startupParameters"] = json!(parameters);
        }
        let path = format!("/api/v2/ob/clusters/{}/servers", id(given, "clusterId")?);
        change(Method::Post, path, Some(sent), "Add OB server")
    },
    |given, _| match (words(given, "servers").len(), text(given, "zoneName")) {
        (0, _) | (_, "") => t!("Add servers").into_owned(),
        (1, zone) => t!("Add 1 server to %{zone}", zone = zone).into_owned(),
        (n, zone) => t!("Add %{n} servers to %{zone}", n = n, zone = zone).into_owned(),
    },
);

/// `POST ob/clusters/{id}/servers/batchDelete`.
pub(super) const DELETE: Form = Form::new(
    "server-delete",
    "Delete servers",
    "Takes observers out of the cluster and off their hosts.",
    &[
        CLUSTER,
        Field {
            help: "Ids of the hosts of the servers that go, with commas between.",
            offered: Some(Offered::ServerHosts),
            ..HOSTS
        },
    ],
    |given| {
        let path = format!(
            "/api/v2/ob/clusters/{}/servers/batchDelete",
            id(given, "clusterId")?
        );
        let sent = json!({ "servers": numbers(given, "servers") });
        destroy(Method::Post, path, Some(sent), "Delete OB server")
    },
    |given, _| match words(given, "servers").len() {
        0 => t!("Delete servers").into_owned(),
        n => t!("Delete %{n} servers", n = n).into_owned(),
    },
);
