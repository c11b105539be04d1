//! The routes as requests (`api/ocp.md §2.2`). Ids are the platform's.

use std::fmt::Write as _;

use crate::fleet::request::{Auth, Effect, Method, Request};

use super::sign::escape;

/// Rows of a page that keep an answer small and a list of thousands quick.
pub const PAGE_SIZE: u64 = 200;

/// What `GET /tasks/instances` may be narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// `RUNNING`, `FAILED`, `SUCCESSFUL`; none for all.
    pub statuses: Vec<String>,
    /// Part of the name.
    pub name: Option<String>,
    /// The platform's id of a cluster.
    pub cluster: Option<String>,
    /// The platform's id of a host.
    pub host: Option<String>,
    /// Rows of a page, where it shall be another number than usual.
    pub size: Option<u64>,
}

/// The server's clock; asks for no credential and answers plain text.
pub fn time() -> Request {
    Request {
        auth: Auth::Open,
        ..Request::get("/api/v2/time")
    }
}

/// Version of the platform; a bare object without envelope.
pub fn info() -> Request {
    Request::get("/api/v2/info")
}

/// Clusters, one page from 1 on.
pub fn clusters(page: u64) -> Request {
    paged("/api/v2/ob/clusters", page, &[])
}

/// One cluster.
pub fn cluster(id: &str) -> Request {
    get(&["ob", "clusters", id])
}

/// Its zones with their servers.
pub fn zones(cluster: &str) -> Request {
    get(&["ob", "clusters", cluster, "zones"])
}

/// Its parameters.
pub fn parameters(cluster: &str) -> Request {
    get(&["ob", "clusters", cluster, "parameters"])
}

/// Its tenants.
pub fn tenants(cluster: Option<&str>, page: u64) -> Request {
    match cluster {
        Some(id) => paged(&path(&["ob", "clusters", id, "tenants"]), page, &[]),
        None => paged("/api/v2/ob/tenants", page, &[]),
    }
}

/// Hosts, all or those of one status (`AVAILABLE`).
pub fn hosts(status: Option<&str>, page: u64) -> Request {
    paged("/api/v2/compute/hosts", page, &[("status", status)])
}

/// Clusters of OBProxies.
pub fn proxy_clusters(page: u64) -> Request {
    paged("/api/v2/obproxy/clusters", page, &[])
}

/// One cluster of OBProxies.
pub fn proxy_cluster(id: &str) -> Request {
    get(&["obproxy", "clusters", id])
}

/// Packages, all or those of one type (`OBPROXY_INSTALL_PACKAGE`).
pub fn packages(kind: Option<&str>, page: u64) -> Request {
    paged("/api/v2/software-packages", page, &[("type", kind)])
}

/// Alarms, all or those of one status (`Active`). More than 200 a page are refused.
pub fn alarms(status: Option<&str>, page: u64) -> Request {
    paged("/api/v2/alarm/alarms", page, &[("status", status)])
}

/// Tasks, newest first as the platform lists them.
pub fn tasks(filter: &TaskFilter, page: u64) -> Request {
    let statuses = (!filter.statuses.is_empty()).then(|| filter.statuses.join(","));
    paged_by(
        filter.size.unwrap_or(PAGE_SIZE),
        "/api/v2/tasks/instances",
        page,
        &[
            ("status", statuses.as_deref()),
            ("name", filter.name.as_deref()),
            ("clusterId", filter.cluster.as_deref()),
            ("hostId", filter.host.as_deref()),
        ],
    )
}

/// One task with its graph.
pub fn task(id: &str) -> Request {
    get(&["tasks", "instances", id])
}

/// The whole log of a subtask; the platform knows no offset.
pub fn log(task: &str, subtask: &str) -> Request {
    get(&["tasks", "instances", task, "subtasks", subtask, "log"])
}

/// Runs what failed again.
pub fn retry_task(id: &str) -> Request {
    post(&["tasks", "instances", id, "retry"], Effect::Changes)
}

/// Undoes what was done, from the end.
pub fn roll_back_task(id: &str) -> Request {
    post(&["tasks", "instances", id, "rollback"], Effect::Destroys)
}

/// Runs one failed subtask again.
pub fn retry_subtask(task: &str, subtask: &str) -> Request {
    subtask_operation(task, subtask, "retry")
}

/// Declares one failed subtask done.
pub fn skip_subtask(task: &str, subtask: &str) -> Request {
    subtask_operation(task, subtask, "skip")
}

/// Stops one running subtask. A whole task has no such route: it is cancelled
/// by cancelling what runs.
pub fn cancel_subtask(task: &str, subtask: &str) -> Request {
    subtask_operation(task, subtask, "cancel")
}

fn subtask_operation(task: &str, subtask: &str, word: &str) -> Request {
    post(
        &["tasks", "instances", task, "subtasks", subtask, word],
        Effect::Changes,
    )
}

fn get(parts: &[&str]) -> Request {
    Request::get(path(parts))
}

fn post(parts: &[&str], effect: Effect) -> Request {
    Request {
        method: Method::Post,
        effect,
        ..Request::get(path(parts))
    }
}

/// The path of the parts; what was typed or came from a server cannot leave
/// its place in it.
pub fn path(parts: &[&str]) -> String {
    parts.iter().fold("/api/v2".to_owned(), |path, part| {
        // Clients fold `.` and `..` even when they are escaped once.
        let escaped = match *part {
            "." => "%252E".to_owned(),
            ".." => "%252E%252E".to_owned(),
            part => escape(part.as_bytes()),
        };
        format!("{path}/{escaped}")
    })
}

fn paged(path: &str, page: u64, filters: &[(&str, Option<&str>)]) -> Request {
    paged_by(PAGE_SIZE, path, page, filters)
}

fn paged_by(size: u64, path: &str, page: u64, filters: &[(&str, Option<&str>)]) -> Request {
    let mut query = format!("{path}?page={page}&size={size}");
    for (key, value) in filters {
        if let Some(value) = value {
            let _ = write!(query, "&{key}={}", escape(value.as_bytes()));
        }
    }
    Request::get(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stand_in_the_query() {
        let filter = TaskFilter {
            statuses: vec!["RUNNING".into(), "FAILED".into()],
            cluster: Some("1".into()),
            ..TaskFilter::default()
        };
        assert_eq!(
            tasks(&filter, 2).path,
            "/api/v2/tasks/instances?page=2&size=200&status=RUNNING%2CFAILED&clusterId=1"
        );
        assert_eq!(hosts(None, 1).path, "/api/v2/compute/hosts?page=1&size=200");
    }

    #[test]
    fn an_id_cannot_leave_its_place() {
        assert_eq!(task("../x?y").path, "/api/v2/tasks/instances/..%2Fx%3Fy");
        assert_eq!(task("..").path, "/api/v2/tasks/instances/%252E%252E");
        let request = cancel_subtask("1", "2");
        assert_eq!(request.path, "/api/v2/tasks/instances/1/subtasks/2/cancel");
        assert_eq!(
            (request.method, request.effect),
            (Method::Post, Effect::Changes)
        );
    }
}
