//! The reads that this program makes, and the operations on a task, as values. Other changes are made by `fleet::change`.

use super::id::GenericId;
use crate::base::Secret;
use crate::fleet::Address;
use crate::fleet::request::{Auth, Body, Effect, Method, Request};
use crate::fleet::task::{Operation, TaskId};

fn read(path: impl Into<String>, auth: Auth) -> Request {
    Request {
        auth,
        ..Request::get(path)
    }
}

/// Aims a request at one agent.
#[must_use]
pub fn at(agent: &Address, request: Request) -> Request {
    Request {
        target: Some(agent.clone()),
        ..request
    }
}

/// Who the agent is; open.
#[must_use]
pub fn info() -> Request {
    read("/api/v1/info", Auth::Open)
}

/// Its public key; open.
#[must_use]
pub fn secret() -> Request {
    read("/api/v1/secret", Auth::Open)
}

/// How it stands; open.
#[must_use]
pub fn status() -> Request {
    read("/api/v1/status", Auth::Open)
}

/// Its clock; open.
#[must_use]
pub fn time() -> Request {
    read("/api/v1/time", Auth::Open)
}

/// Opens a session. Nothing of the cluster changes by it: it needs no right to
/// change something.
#[must_use]
pub fn login() -> Request {
    Request {
        method: Method::Post,
        ..read("/api/v1/login", Auth::Root)
    }
}

/// Ends a session.
#[must_use]
pub fn logout(session: &Secret) -> Request {
    let session = Body::Secret(session.clone());
    Request {
        method: Method::Post,
        body: Some(Body::Map(vec![("session_id".to_owned(), session)])),
        ..read("/api/v1/logout", Auth::Root)
    }
}

/// How all agents of its cluster stand.
#[must_use]
pub fn agents_status() -> Request {
    read("/api/v1/agents/status", Auth::Root)
}

/// Members and topology.
#[must_use]
pub fn ob_info() -> Request {
    read("/api/v1/ob/info", Auth::Root)
}

/// Zones, servers and resources of a running cluster.
#[must_use]
pub fn obcluster_info() -> Request {
    read("/api/v1/obcluster/info", Auth::Root)
}

/// Zones and servers alone.
#[must_use]
pub fn topology() -> Request {
    read("/api/v1/obcluster/topology/info", Auth::Root)
}

/// The receiver's observer.
#[must_use]
pub fn observer_info() -> Request {
    read("/api/v1/observer/info", Auth::Root)
}

/// The tenants of a running cluster.
#[must_use]
pub fn tenants() -> Request {
    read("/api/v1/tenants/overview", Auth::Root)
}

/// The parameters of a running cluster.
#[must_use]
pub fn parameters() -> Request {
    read("/api/v1/obcluster/parameters", Auth::Root)
}

/// The least that a unit may hold.
#[must_use]
pub fn unit_limits() -> Request {
    read("/api/v1/obcluster/unit-config-limit", Auth::Root)
}

/// Unit configs.
#[must_use]
pub fn unit_configs() -> Request {
    read("/api/v1/units/config", Auth::Root)
}

/// The name of the unit config that a request makes.
#[must_use]
pub fn makes_unit_config(request: &Request) -> Option<String> {
    let path = request.path == "/api/v1/unit/config" && request.method == Method::Post;
    let body = request.body.as_ref().filter(|_| path)?.masked();
    body.get("name")?.as_str().map(str::to_owned)
}

/// Resource pools.
#[must_use]
pub fn pools() -> Request {
    read("/api/v1/resource-pools", Auth::Root)
}

/// The packages that were uploaded for the cluster.
#[must_use]
pub fn packages() -> Request {
    read("/api/v1/upgrade/package/info", Auth::Root)
}

/// What the agents count.
#[must_use]
pub fn statistics() -> Request {
    read("/api/v1/obcluster/statistics", Auth::Root)
}

/// The receiver's host.
#[must_use]
pub fn host_info() -> Request {
    read("/api/v1/agent/host-info", Auth::Root)
}

/// Which password the routes of a task want: OBProxy's the agent password.
#[must_use]
pub fn auth_of(id: &str) -> Auth {
    match GenericId::parse(id) {
        Some(id) if id.is_obproxy() => Auth::Agent,
        _ => Auth::Root,
    }
}

fn about(id: &str, path: String) -> Request {
    read(path, auth_of(id))
}

/// One task with its nodes. The id must have passed [`GenericId::parse`].
#[must_use]
pub fn dag(id: &TaskId) -> Request {
    about(&id.0, format!("/api/v1/task/dag/{id}"))
}

/// One task without its nodes.
#[must_use]
pub fn dag_brief(id: &TaskId) -> Request {
    about(&id.0, format!("/api/v1/task/dag/{id}?show_details=false"))
}

/// One stage with its sub-tasks.
#[must_use]
pub fn node(id: &str) -> Request {
    about(id, format!("/api/v1/task/node/{id}"))
}

/// One sub-task with the lines of its last attempt.
#[must_use]
pub fn sub_task(id: &str) -> Request {
    about(id, format!("/api/v1/task/sub_task/{id}"))
}

/// The lines of all attempts of a sub-task; agents from 4.3 on.
#[must_use]
pub fn sub_task_logs(id: &str) -> Request {
    about(id, format!("/api/v1/task/sub_task/{id}/logs"))
}

/// Every cluster task ever, without nodes.
#[must_use]
pub fn dags_ob() -> Request {
    read("/api/v1/task/dags/ob?show_details=false", Auth::Root)
}

/// Every local task of the receiver, without nodes.
#[must_use]
pub fn dags_agent() -> Request {
    read("/api/v1/task/dags/agent?show_details=false", Auth::Root)
}

/// What has not ended, of all agents and the cluster, with the nodes that say who waits for whom.
#[must_use]
pub fn unfinish() -> Request {
    read("/api/v1/task/dag/unfinish", Auth::Root)
}

/// The last maintenance task of the receiver.
#[must_use]
pub fn maintain_agent() -> Request {
    read("/api/v1/task/dag/maintain/agent", Auth::Root)
}

/// The last maintenance task of each agent that the receiver knows.
#[must_use]
pub fn maintain_agents() -> Request {
    read("/api/v1/task/dag/maintain/agents", Auth::Root)
}

/// An operation on a task.
#[must_use]
pub fn operate(id: &TaskId, operation: Operation) -> Request {
    change(
        auth_of(&id.0),
        format!("/api/v1/task/dag/{id}"),
        operator(operation),
    )
}

/// Declares one failed stage done.
#[must_use]
pub fn pass_node(id: &str) -> Request {
    change(
        auth_of(id),
        format!("/api/v1/task/node/{id}"),
        operator(Operation::Pass),
    )
}

fn operator(operation: Operation) -> Body {
    let word = match operation {
        Operation::Retry => "RETRY",
        Operation::Rollback => "ROLLBACK",
        Operation::Cancel => "CANCEL",
        Operation::Pass => "PASS",
    };
    Body::Map(vec![("operator".to_owned(), Body::Plain(word.into()))])
}

fn change(auth: Auth, path: String, body: Body) -> Request {
    Request {
        target: None,
        method: Method::Post,
        path,
        body: Some(body),
        auth,
        effect: Effect::Changes,
        makes: None,
        first: None,
    }
}
