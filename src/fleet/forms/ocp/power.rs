//! Start, stop and restart of servers and zones; the end of a zone.

use rust_i18n::t;
use serde_json::json;

use super::body::{CLUSTER, change, destroy, id, segment};
use crate::fleet::forms::read::{flag, text};
use crate::fleet::forms::table::{Field, FieldError, Form, Given, Kind, Offered};
use crate::fleet::request::{Method, Request};

const SERVER: Field = Field::new(
    "serverId",
    "Server",
    Kind::Number,
    "The platform's id of the server.",
)
.required()
.also(&["server"])
.offering(Offered::Servers);

const ZONE: Field = Field::new("zoneName", "Zone", Kind::Text, "A zone of the cluster.")
    .required()
    .also(&["zone"])
    .offering(Offered::Zones);

const FORCE: Field = Field::new(
    "force",
    "By force",
    Kind::Bool,
    "true stops it at once, without waiting for it to hand over.",
);

fn server(given: &Given, verb: &str, makes: &str) -> Result<Request, Vec<FieldError>> {
    let (cluster, server) = (id(given, "clusterId")?, id(given, "serverId")?);
    let path = format!("/api/v2/ob/clusters/{cluster}/servers/{server}/{verb}");
    let sent = flag(given, "force").map(|force| json!({ "force": force }));
    if verb == "start" {
        change(Method::Post, path, sent, makes)
    } else {
        destroy(Method::Post, path, sent, makes)
    }
}

fn zone_path(given: &Given) -> Result<String, Vec<FieldError>> {
    let cluster = id(given, "clusterId")?;
    let zone = segment(text(given, "zoneName"));
    Ok(format!("/api/v2/ob/clusters/{cluster}/zones/{zone}"))
}

fn zone(given: &Given, verb: &str, makes: &str) -> Result<Request, Vec<FieldError>> {
    let path = format!("{}/{verb}", zone_path(given)?);
    if verb == "start" {
        change(Method::Post, path, None, makes)
    } else {
        destroy(Method::Post, path, None, makes)
    }
}

/// `POST ob/clusters/{id}/servers/{server}/start`.
pub(super) const SERVER_START: Form = Form::new(
    "server-start",
    "Start a server",
    "Starts a stopped observer.",
    &[CLUSTER, SERVER],
    |given| server(given, "start", "Start OB server"),
    |given, _| t!("Start server %{id}", id = text(given, "serverId")).into_owned(),
);

/// `POST ob/clusters/{id}/servers/{server}/stop`.
pub(super) const SERVER_STOP: Form = Form::new(
    "server-stop",
    "Stop a server",
    "Stops one observer; its zone goes on without it.",
    &[CLUSTER, SERVER, FORCE],
    |given| server(given, "stop", "Stop OB server"),
    |given, _| t!("Stop server %{id}", id = text(given, "serverId")).into_owned(),
);

/// `POST ob/clusters/{id}/servers/{server}/restart`.
pub(super) const SERVER_RESTART: Form = Form::new(
    "server-restart",
    "Restart a server",
    "Stops one observer and starts it again.",
    &[CLUSTER, SERVER, FORCE],
    |given| server(given, "restart", "Restart OB server"),
    |given, _| t!("Restart server %{id}", id = text(given, "serverId")).into_owned(),
);

/// `POST ob/clusters/{id}/zones/{zone}/start`.
pub(super) const ZONE_START: Form = Form::new(
    "zone-start",
    "Start a zone",
    "Starts the observers of a stopped zone.",
    &[CLUSTER, ZONE],
    |given| zone(given, "start", "Start OB zone"),
    |given, _| t!("Start zone %{zone}", zone = text(given, "zoneName")).into_owned(),
);

/// `POST ob/clusters/{id}/zones/{zone}/stop`.
pub(super) const ZONE_STOP: Form = Form::new(
    "zone-stop",
    "Stop a zone",
    "Stops all observers of a zone; the other zones must have a majority.",
    &[CLUSTER, ZONE],
    |given| zone(given, "stop", "Stop OB zone"),
    |given, _| t!("Stop zone %{zone}", zone = text(given, "zoneName")).into_owned(),
);

/// `POST ob/clusters/{id}/zones/{zone}/restart`.
pub(super) const ZONE_RESTART: Form = Form::new(
    "zone-restart",
    "Restart a zone",
    "Stops all observers of a zone and starts them again.",
    &[CLUSTER, ZONE],
    |given| zone(given, "restart", "Restart OB zone"),
    |given, _| t!("Restart zone %{zone}", zone = text(given, "zoneName")).into_owned(),
);

/// `DELETE ob/clusters/{id}/zones/{zone}`.
pub(super) const ZONE_DELETE: Form = Form::new(
    "zone-delete",
    "Delete a zone",
    "Takes a zone with all its servers out of the cluster.",
    &[CLUSTER, ZONE],
    |given| destroy(Method::Delete, zone_path(given)?, None, "Delete OB zone"),
    |given, _| t!("Delete zone %{zone}", zone = text(given, "zoneName")).into_owned(),
);
