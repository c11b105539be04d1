//! Which request asks for what. What the facts do not know is refused as an
//! unknown route.

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, second, stamp};
use super::auth::Caller;
use super::change::change;
use super::engine::Task;
use super::fleet::IDCS;
use super::query::{MOST, Query, page};
use super::world::{Record, World, expand};
use super::{log, show};
use crate::sim::parcel::File;

/// A request that was let in.
pub(super) struct Request<'a> {
    pub method: &'a Method,
    /// Decoded segments after `/api/v2`.
    pub path: Vec<String>,
    pub query: Query,
    pub body: &'a [u8],
    /// That came as a form of several parts.
    pub file: Option<&'a File>,
}

pub(super) type Outcome = Result<Answer, Refusal>;

/// `GET tasks/instances/:id` and the like, for counting.
pub(super) fn name(method: &Method, path: &[String]) -> String {
    let words: Vec<&str> = path
        .iter()
        .map(|word| {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                ":id"
            } else {
                word
            }
        })
        .collect();
    format!("{method} {}", words.join("/"))
}

pub(super) fn id(word: &str) -> Result<i64, Refusal> {
    word.parse()
        .map_err(|_| Refusal::new(400, "COM10001").with(["id"]))
}

/// Answers a request.
pub(super) fn answer(world: &mut World, request: &Request<'_>, caller: Caller) -> Outcome {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    if *request.method == Method::GET {
        return read(world, request, &path, caller).unwrap_or_else(|| Err(unknown(request)));
    }
    if !caller.manages {
        return Err(Refusal::new(403, "IAM11000"));
    }
    change(world, request, &path, caller).unwrap_or_else(|| Err(unknown(request)))
}

fn unknown(request: &Request<'_>) -> Refusal {
    let path = format!("/api/v2/{}", request.path.join("/"));
    Refusal::new(404, "COM10004").with([request.method.as_str(), &path])
}

fn read(
    world: &mut World,
    request: &Request<'_>,
    path: &[&str],
    caller: Caller,
) -> Option<Outcome> {
    let query = &request.query;
    Some(match path {
        ["info"] => Ok(Answer::Bare(
            json!({"artifact": "ocp-server", "buildVersion": "4.2.2-20240221161325",
            "buildJavaVersion": "1.8", "buildTime": "2024-02-21T16:13:25.644+08:00", "name": "ocp-server",
            "springBootVersion": "2.7.18", "group": "com.oceanbase"}),
        )),
        // Clients probe it (`api/obshell.md §15`).
        ["git-info"] => Ok(Answer::Bare(
            json!({"branch": "4.2.2", "commitId": "6f1d0b0a9c3e4f7788b0c6e2a1d4f3958e7c2b16",
            "commitTime": "2024-02-21T15:58:03+0800", "shortCommitId": "6f1d0b0"}),
        )),
        ["profiles", "me"] => Ok(Answer::Data(
            json!({"id": caller.id, "username": caller.name}),
        )),
        ["profiles", "me", "credentials"] => page(
            query,
            MOST,
            &[1],
            |_| json!({"id": 1, "name": "ssh", "targetType": "HOST"}),
        ),
        ["ob", "clusters"] => clusters(world, query),
        ["ob", "clusters", cluster, rest @ ..] => {
            id(cluster).and_then(|id| cluster_part(world, query, id, rest)?)
        }
        ["ob", "tenants"] => tenants(world, query, None),
        ["compute", "hosts"] => hosts(world, query),
        ["compute", "hosts", host] => id(host).and_then(|id| {
            let host = world
                .hosts
                .get(&id)
                .ok_or_else(|| Refusal::new(404, "CMP07001").with([id]))?;
            Ok(Answer::Data(world.host_json(host)))
        }),
        ["compute", kind @ ("idcs" | "regions" | "hostTypes")] => places(world, query, kind),
        ["obproxy", "clusters"] => {
            let rows: Vec<_> = world.proxy_clusters.values().collect();
            page(query, MOST, &rows, |cluster| {
                world.proxy_cluster_json(cluster)
            })
        }
        ["obproxy", "clusters", cluster] => id(cluster).and_then(|id| proxy_cluster(world, id)),
        ["software-packages"] => packages(world, query),
        ["alarm", "alarms"] => alarms(world, query),
        ["alarm", "alarms", alarm] => id(alarm).and_then(|id| {
            let alarm = world
                .alarms
                .get(&id)
                .ok_or_else(|| Refusal::new(404, "COM10002").with([id]))?;
            Ok(Answer::Data(world.alarm_json(alarm)))
        }),
        ["tasks", "instances"] => tasks(world, query),
        // The second way is a client's, which no document of the platform has.
        ["tasks", "instances", task] | ["tasks", task] => id(task).and_then(|id| detail(world, id)),
        ["tasks", "instances", task, "subtasks", subtask, "log"] => id(task).and_then(|task_id| {
            let subtask_id = id(subtask)?;
            let task = known(world, task_id)?;
            let text = log::text(task_id, task.subtask(subtask_id)?);
            Ok(Answer::Data(json!({"log": text})))
        }),
        _ => return None,
    })
}

fn cluster_part(world: &World, query: &Query, id: i64, rest: &[&str]) -> Result<Outcome, Refusal> {
    let cluster = world.known(id)?;
    Ok(match rest {
        [] => Ok(Answer::Data(world.cluster_json(cluster))),
        ["zones"] => Ok(Answer::List(
            cluster
                .zones
                .iter()
                .map(|zone| world.zone_json(cluster, zone))
                .collect(),
        )),
        ["servers"] => Ok(Answer::List(
            world
                .servers_of(id, None)
                .map(|server| world.server_json(server))
                .collect(),
        )),
        ["zones", zone, "servers"] => {
            if !cluster.zones.iter().any(|known| known.name == *zone) {
                return Err(Refusal::new(404, "OBE18002").with([zone]));
            }
            Ok(Answer::List(
                world
                    .servers_of(id, Some(zone))
                    .map(|server| world.server_json(server))
                    .collect(),
            ))
        }
        ["parameters"] => Ok(Answer::List(world.parameters_json(id))),
        ["tenants"] => tenants(world, query, Some(id)),
        ["tenants", tenant] => {
            let found = tenant
                .parse()
                .ok()
                .and_then(|tenant: i64| world.tenants.get(&tenant));
            match found.filter(|tenant| tenant.cluster == id) {
                Some(tenant) => Ok(Answer::Data(world.tenant_json(tenant))),
                None => Err(Refusal::new(404, "COM10002").with([tenant])),
            }
        }
        _ => Err(Refusal::new(404, "COM10004").with(["GET", "/api/v2/ob/clusters"])),
    })
}

fn clusters(world: &World, query: &Query) -> Outcome {
    let mut rows: Vec<_> = world
        .clusters
        .values()
        .filter(|cluster| {
            query.finds("name", &cluster.name) && query.wants("status", cluster.status)
        })
        .collect();
    if query.descending(false)? {
        rows.reverse();
    }
    page(query, MOST, &rows, |cluster| world.cluster_json(cluster))
}

fn tenants(world: &World, query: &Query, cluster: Option<i64>) -> Outcome {
    let rows: Vec<_> = world
        .tenants
        .values()
        .filter(|tenant| cluster.is_none_or(|id| tenant.cluster == id))
        .filter(|tenant| query.finds("name", &tenant.name))
        .filter(|tenant| query.wants("mode", tenant.mode) && query.wants("status", tenant.status))
        .collect();
    page(query, MOST, &rows, |tenant| world.tenant_json(tenant))
}

fn hosts(world: &World, query: &Query) -> Outcome {
    let rows: Vec<_> = world
        .hosts
        .values()
        .filter(|host| query.finds("keyword", &format!("{} {}", host.name, host.ip)))
        .filter(|host| {
            query.get("status").is_none() || query.wants("status", world.host_status(host))
        })
        .collect();
    page(query, MOST, &rows, |host| world.host_json(host))
}

fn places(world: &World, query: &Query, kind: &str) -> Outcome {
    let created = world
        .clusters
        .values()
        .next()
        .map_or_else(|| world.now(), |first| first.created);
    let row = |id: i64, name: &str| {
        // The server's own spelling.
        json!({"createTime": second(created), "id": id, "name": name, "updateTime": second(created),
            "descripiton": null})
    };
    let rows: Vec<Value> = match kind {
        "idcs" => IDCS.iter().map(|(id, name, _)| row(*id, name)).collect(),
        "regions" => vec![row(1, "hangzhou"), row(2, "shanghai")],
        _ => vec![row(1, "forge")],
    };
    page(query, MOST, &rows, Value::clone)
}

pub(super) fn proxy_cluster(world: &World, id: i64) -> Outcome {
    let found = world.proxy_clusters.get(&id);
    let cluster = found.ok_or_else(|| Refusal::new(404, "ODP21001").with([id]))?;
    Ok(Answer::Data(world.proxy_cluster_json(cluster)))
}

fn packages(world: &World, query: &Query) -> Outcome {
    let rows: Vec<_> = world
        .packages
        .values()
        .rev()
        .filter(|package| {
            query.wants("type", package.kind) && query.wants("version", &package.version)
        })
        .filter(|package| query.finds("keyword", &package.file()))
        .filter(|package| {
            query.wants("operatingSystem", &package.system) && query.wants("architecture", "x86_64")
        })
        .collect();
    page(query, MOST, &rows, |package| world.package_json(package))
}

fn alarms(world: &World, query: &Query) -> Outcome {
    let rows: Vec<_> = world
        .alarms
        .values()
        .rev()
        .filter(|alarm| {
            query.wants("status", alarm.status) && query.wants("level", &alarm.level.to_string())
        })
        .filter(|alarm| query.wants("appType", alarm.app) && query.finds("keyword", alarm.title))
        .filter(|alarm| {
            let name = alarm
                .cluster
                .and_then(|id| world.clusters.get(&id))
                .map(|cluster| &cluster.name);
            query.get("obCluster").is_none()
                || name.is_some_and(|name| query.wants("obCluster", name))
        })
        .collect();
    page(query, 200, &rows, |alarm| world.alarm_json(alarm))
}

fn tasks(world: &World, query: &Query) -> Outcome {
    let cluster = query.number("clusterId")?;
    let host = query.number("hostId")?;
    let tenant = query.number("tenantId")?;
    // The reference spells it so; the clients' digest spells it right.
    let named = query.get("cluterName").or_else(|| query.get("clusterName"));
    let wanted = |record: &Record| {
        let (name, status, subject) = match record {
            Record::Live(task) => (task.name.as_str(), task.status, task.subject.clone()),
            Record::Past(past) => (
                past.plan.name,
                past.fate,
                super::engine::Subject {
                    cluster: Some(past.cluster),
                    ..Default::default()
                },
            ),
        };
        query.wants("status", status.word())
            && query.finds("name", name)
            && (cluster.is_none() || cluster == subject.cluster)
            && named.is_none_or(|named| {
                let cluster = subject.cluster.and_then(|id| world.clusters.get(&id));
                cluster.is_some_and(|cluster| cluster.name == named)
            })
            && (host.is_none() || host == subject.host)
            && (tenant.is_none() || tenant == subject.tenant)
    };
    let mut rows: Vec<(i64, &Record)> = world
        .tasks
        .iter()
        .filter(|(_, record)| wanted(record))
        .map(|(id, record)| (*id, record))
        .collect();
    if query.descending(true)? {
        rows.reverse();
    }
    let paging = query.paging(MOST)?;
    let shown = rows
        .iter()
        .skip((paging.number - 1).saturating_mul(paging.size));
    let shown = shown.take(paging.size).map(|(id, record)| match record {
        Record::Live(task) => show::row(world, task),
        Record::Past(past) => show::row(world, &expand(*id, *past)),
    });
    Ok(Answer::WrittenPage(shown.collect(), paging, rows.len()))
}

pub(super) fn known(world: &mut World, id: i64) -> Result<&mut Task, Refusal> {
    world
        .task(id)
        .ok_or_else(|| Refusal::new(404, "TSK10001").with([id]))
}

/// The detail as it is now; a past task stays as small as it was.
pub(super) fn detail(world: &World, id: i64) -> Outcome {
    Ok(Answer::Written(match world.tasks.get(&id) {
        Some(Record::Live(task)) => show::detail(world, task),
        Some(Record::Past(past)) => show::detail(world, &expand(id, *past)),
        None => return Err(Refusal::new(404, "TSK10001").with([id])),
    }))
}

/// What needs no credential: the clock and the health word.
pub(super) fn open(world: &World, method: &Method, path: &str) -> Option<Answer> {
    match (method.as_str(), path) {
        ("GET", "/api/v2/time") => Some(Answer::Text(stamp(world.now()))),
        ("GET", "/api/status") => Some(Answer::Text("okay".to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_counted_without_their_ids() {
        let path = ["tasks", "instances", "17"].map(str::to_owned);
        assert_eq!(name(&Method::GET, &path), "GET tasks/instances/:id");
    }
}
