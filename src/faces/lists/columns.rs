//! The columns of each list: the names of the JSON promise, the titles of the
//! table, and where the value comes from.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::base::words;
use crate::fleet::cluster::{Agent, Cluster, Gauge, Proxy, Server, Tenant, Usage, Zone};
use crate::fleet::host::{Parameter, ParameterValue};
use crate::fleet::task::{Counts, Task};

/// How a value looks in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// A word, left.
    Name,
    /// A number, right.
    Number,
    /// Bytes as GiB, right.
    Bytes,
    /// Milliseconds in words, right.
    Millis,
    /// A moment in the zone of whoever reads the table, left.
    Time,
}

impl Show {
    /// The words of a value; a dash for none.
    #[must_use]
    pub fn words(self, value: &Value) -> String {
        match (self, value) {
            (_, Value::Null) => "-".to_owned(),
            (_, Value::String(text)) if text.is_empty() => "-".to_owned(),
            (Self::Time, Value::String(text)) => local(text),
            (_, Value::String(text)) => text.clone(),
            (Self::Bytes, Value::Number(number)) => words::gib(number.as_f64().unwrap_or_default()),
            (Self::Millis, Value::Number(number)) => {
                words::duration(number.as_i64().unwrap_or_default())
            }
            (_, Value::Array(items)) => {
                let words = items.iter().map(|item| match item.get("value") {
                    Some(value) => format!(
                        "{}={}",
                        self.words(item.get("server").unwrap_or(&Value::Null)),
                        self.words(value)
                    ),
                    None => self.words(item),
                });
                words.collect::<Vec<_>>().join(" ")
            }
            (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
            (_, other) => other.to_string(),
        }
    }
}

/// A moment as a reader in this zone writes it; what is none stays as it is.
fn local(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => at
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        Err(_) => text.to_owned(),
    }
}

/// A column of a list.
pub struct Column<T> {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its title (a key of the catalogue of words).
    pub title: &'static str,
    /// What it holds, for the reference.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "the reference page is held to it")
    )]
    pub doc: &'static str,
    /// Whether the narrow table leaves it out.
    pub wide: bool,
    /// How it looks.
    pub show: Show,
    /// Its value.
    pub value: fn(&T) -> Value,
}

macro_rules! columns {
    ($($name:literal $title:literal $show:ident $wide:ident $doc:literal $value:expr;)*) => {
        &[$(Column { name: $name, title: $title, doc: $doc, wide: columns!(@ $wide), show: Show::$show, value: $value }),*]
    };
    (@ wide) => { true };
    (@ table) => { false };
}

pub(super) fn used(gauge: Option<Gauge>) -> Value {
    json!(gauge.map(|g| g.used))
}

pub(super) use columns;

fn total(gauge: Option<Gauge>) -> Value {
    json!(gauge.map(|g| g.total))
}

fn bytes(gauge: Option<Gauge>, part: fn(Gauge) -> f64) -> Value {
    json!(gauge.map(|g| part(g).max(0.0) as u64))
}

fn usage(usage: &Usage, of: fn(&Usage) -> Option<Gauge>, part: fn(Gauge) -> f64) -> Value {
    bytes(of(usage), part)
}

/// `get cluster`.
pub const CLUSTER: &[Column<Cluster>] = columns! {
    "name" "Cluster" Name table "its name, empty before it is configured" |c| json!(c.name);
    "id" "Id" Number table "its id, null before it is configured" |c| json!(c.id);
    "status" "Status" Name table "the server's word, empty before init" |c| json!(c.status.0);
    "initialised" "Initialised" Name table "whether it was initialised" |c| json!(c.is_initialised());
    "ob_version" "OceanBase" Name table "version of the observers" |c| json!(c.ob_version);
    "zones" "Zones" Number table "number of zones" |c| json!(c.zones.len());
    "servers" "Servers" Number table "number of observers" |c| json!(c.servers().count());
    "agents" "Agents" Number table "number of agents" |c| json!(c.agents.len());
    "proxies" "Proxies" Number table "number of OBProxies that agents manage" |c| json!(c.proxies.len());
    "tenants" "Tenants" Number table "number of tenants, null where the server does not tell" |c| json!(c.tenants.as_ref().map(Vec::len));
    "cpu_used" "CPU used" Number wide "cores handed out" |c| used(c.usage.cpu);
    "cpu_total" "CPU" Number wide "cores" |c| total(c.usage.cpu);
    "memory_used_bytes" "Memory used" Bytes wide "memory handed out" |c| usage(&c.usage, |u| u.memory, |g| g.used);
    "memory_total_bytes" "Memory" Bytes wide "memory" |c| usage(&c.usage, |u| u.memory, |g| g.total);
    "disk_used_bytes" "Disk used" Bytes wide "disk used" |c| usage(&c.usage, |u| u.disk, |g| g.used);
    "disk_total_bytes" "Disk" Bytes wide "disk" |c| usage(&c.usage, |u| u.disk, |g| g.total);
    "clock_ahead_ms" "Clock ahead" Number wide "the server's clock minus ours" |c| json!(c.clock_ahead_ms);
};

/// `get zones`.
pub const ZONES: &[Column<Zone>] = columns! {
    "name" "Zone" Name table "its name" |z| json!(z.name);
    "status" "Status" Name table "the server's word, empty before init" |z| json!(z.status.0);
    "servers" "Servers" Number table "number of its observers" |z| json!(z.servers.len());
    "root_server" "Root server" Name table "address of its root server, or null" |z| json!(z.servers.iter().find(|s| s.root_server).map(|s| s.address.to_string()));
    "region" "Region" Name wide "region, where known" |z| json!(z.region);
    "idc" "IDC" Name wide "data centre, where known" |z| json!(z.idc);
    "task" "Task" Name wide "id of the task that changes it now" |z| json!(z.task);
};

/// `get servers`.
pub const SERVERS: &[Column<Server>] = columns! {
    "address" "Server" Name table "host and RPC port" |s| json!(s.address.to_string());
    "zone" "Zone" Name table "its zone" |s| json!(s.zone);
    "status" "Status" Name table "the server's word" |s| json!(s.status.0);
    "root_server" "Root server" Name table "whether a root server lives here" |s| json!(s.root_server);
    "sql_port" "SQL port" Number table "port of the database" |s| json!(s.sql_port);
    "agent" "Agent" Name table "the agent on its host" |s| json!(s.agent.as_ref().map(ToString::to_string));
    "version" "Version" Name wide "build version" |s| json!(s.version);
    "cpu_used" "CPU used" Number wide "cores handed out" |s| used(s.usage.cpu);
    "cpu_total" "CPU" Number wide "cores" |s| total(s.usage.cpu);
    "memory_used_bytes" "Memory used" Bytes wide "memory handed out" |s| usage(&s.usage, |u| u.memory, |g| g.used);
    "memory_total_bytes" "Memory" Bytes wide "memory" |s| usage(&s.usage, |u| u.memory, |g| g.total);
    "disk_used_bytes" "Disk used" Bytes wide "disk used" |s| usage(&s.usage, |u| u.disk, |g| g.used);
    "disk_total_bytes" "Disk" Bytes wide "disk" |s| usage(&s.usage, |u| u.disk, |g| g.total);
    "started_at" "Started" Time wide "when it started, where known" |s| json!(s.started_at);
    "task" "Task" Name wide "id of the task that changes it now" |s| json!(s.task);
};

/// `get agents`.
pub const AGENTS: &[Column<Agent>] = columns! {
    "address" "Agent" Name table "where it answers" |a| json!(a.address.to_string());
    "identity" "Identity" Name table "the server's word: SINGLE, MASTER, FOLLOWER, CLUSTER AGENT …" |a| json!(a.identity);
    "zone" "Zone" Name table "its zone, empty for a SINGLE agent" |a| json!(a.zone);
    "version" "Version" Name table "version of obshell with its release" |a| json!(a.version);
    "ob_version" "OceanBase" Name wide "version of the local observer binary" |a| json!(a.ob_version);
    "state" "State" Number wide "agent state 0 to 4, null where it did not answer" |a| json!(a.state);
    "ob_state" "Observer" Number table "observer state: 0 not running, 1 no connection, 2 restricted, 3 available" |a| json!(a.ob_state);
    "under_maintenance" "Maintenance" Name table "whether a maintenance task holds it" |a| json!(a.under_maintenance);
    "has_proxy" "OBProxy" Name wide "whether it manages an OBProxy" |a| json!(a.has_proxy);
    "secured" "Agent password" Name wide "whether an agent password is set" |a| json!(a.secured);
    "reachable" "Answers" Name table "whether it answered" |a| json!(a.reachable);
};

/// `get proxies`.
pub const PROXIES: &[Column<Proxy>] = columns! {
    "name" "Proxy" Name table "its name or its cluster's, where known" |p| json!(p.name);
    "address" "Address" Name table "the agent that manages it (obshell), where it listens (OCP)" |p| json!(p.address.to_string());
    "sql_port" "SQL port" Number table "port for clients; obshell tells none" |p| json!(p.sql_port);
    "status" "Status" Name table "the server's word; obshell tells none" |p| json!(p.status.as_ref().map(|s| &s.0));
    "version" "Version" Name table "version; obshell tells none" |p| json!(p.version);
};

/// `get tasks` and `task list`.
pub const TASKS: &[Column<Task>] = columns! {
    "id" "Id" Name table "the server's id" |t| json!(t.id);
    "name" "Task" Name table "its name" |t| json!(t.name);
    "state" "State" Name table "how it stands, the words of `obdeck.task/1`" |t| json!(t.state.word());
    "phase" "Phase" Name wide "forward, retrying, rolling_back or cancelling" |t| json!(t.phase);
    "stage" "Stage" Number table "the current stage, from 1; of an OCP task the subtasks that are done" |t| json!(progress(t).0);
    "stages" "Of" Number table "number of stages; of an OCP task its subtasks" |t| json!(progress(t).1);
    "started_at" "Started" Time table "when it started, or null" |t| json!(t.started_at);
    "ended_at" "Ended" Time wide "when it ended, or null" |t| json!(t.ended_at);
    "duration_ms" "Took" Millis table "how long it took, null while it runs" |t| took(t);
    "raw_state" "Said" Name wide "the server's own word" |t| json!(t.raw.state);
    "raw_operator" "Operator" Name wide "obshell's operator, else null" |t| json!(t.raw.operator);
    "source" "Source" Name wide "obshell or ocp" |t| json!(t.source);
    "kind" "Kind" Name wide "dag or task" |t| json!(t.kind);
    "main" "Main task" Name wide "id of the task that it serves, or null" |t| json!(t.main);
};

/// `get tenants`.
pub const TENANTS: &[Column<Tenant>] = columns! {
    "id" "Id" Number table "its number" |t| json!(t.id);
    "name" "Tenant" Name table "its name" |t| json!(t.name);
    "mode" "Mode" Name table "MYSQL or ORACLE" |t| json!(t.mode);
    "status" "Status" Name table "the server's word" |t| json!(t.status.0);
    "locked" "Locked" Name table "whether it is locked" |t| json!(t.locked);
    "primary_zone" "Primary zone" Name table "primary zone expression" |t| json!(t.primary_zone);
    "locality" "Locality" Name wide "locality expression" |t| json!(t.locality);
    "zones" "Zones" Name wide "the zones of its resource pools, where the server says" |t| json!(t.zones);
    "unit" "Unit config" Name wide "name of its unit config, or null" |t| json!(t.unit.as_ref().map(|u| &u.name));
    "unit_num" "Units" Number wide "units in each zone, or null" |t| json!(t.unit.as_ref().map(|u| u.count));
    "unit_memory_bytes" "Unit memory" Bytes wide "memory of a unit, or null" |t| json!(t.unit.as_ref().and_then(|u| u.memory));
    "whitelist" "Whitelist" Name wide "who may connect, where the server says" |t| json!(t.whitelist);
    "created_at" "Created" Name wide "when it was made, or null" |t| json!(t.created_at);
    "comment" "Comment" Name wide "its comment" |t| json!(t.comment);
    "connections" "Connect with" Name wide "what a client is called with, one text a way" |t| json!(t.connections);
};

/// `get parameters`.
pub const PARAMETERS: &[Column<Parameter>] = columns! {
    "name" "Parameter" Name table "its name" |p| json!(p.name);
    "value" "Value" Name table "its value where all servers have the same, else null" |p| json!(p.one_value());
    "default" "Default" Name table "what it is when nobody sets it" |p| json!(p.default);
    "scope" "Scope" Name table "CLUSTER or TENANT" |p| json!(p.scope);
    "edit_level" "Takes effect" Name table "the server's word: DYNAMIC_EFFECTIVE, READONLY …" |p| json!(p.edit_level);
    "data_type" "Type" Name wide "the server's word: INT, STRING, CAPACITY …" |p| json!(p.data_type);
    "section" "Section" Name wide "what it belongs to" |p| json!(p.section);
    "values" "By server" Name wide "one object a server (and tenant): server, zone, tenant, value" |p| json!(p.values.iter().map(by_server).collect::<Vec<_>>());
    "info" "About" Name wide "the server's sentence about it" |p| json!(p.info);
};

fn by_server(value: &ParameterValue) -> Value {
    json!({
        "server": value.server.as_ref().map(ToString::to_string),
        "zone": value.zone,
        "tenant": value.tenant,
        "value": value.value,
    })
}

/// The stage and their number; of a task without stages its subtasks that are
/// done, and their number.
fn progress(task: &Task) -> (u32, u32) {
    if task.stages > 0 || task.nodes.is_empty() {
        return (task.stage, task.stages);
    }
    let counts = Counts::of(task);
    (counts.done + counts.skipped, counts.total)
}

fn took(task: &Task) -> Value {
    match (task.started_at, task.ended_at) {
        (Some(start), Some(end)) => json!(end.duration_since(start).as_millis().max(0) as u64),
        _ => Value::Null,
    }
}
