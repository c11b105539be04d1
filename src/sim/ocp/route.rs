//! Which request asks for what. What the facts do not know is refused as an
//! unknown route.

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::{Answer, Paging, Refusal, second, stamp};
use super::auth::{Caller, pairs};
use super::body::{Body, file};
use super::engine::Task;
use super::fleet::IDCS;
use super::operations::Verb;
use super::world::{Record, World, expand};
use super::{log, show};

/// A request that was let in.
pub(super) struct Request<'a> {
    pub method: &'a Method,
    /// Decoded segments after `/api/v2`.
    pub path: Vec<String>,
    pub query: Query,
    pub content_type: &'a str,
    pub body: &'a [u8],
}

/// Decoded pairs; filters may hold several values, comma-joined or repeated.
pub(super) struct Query(Vec<(String, String)>);

type Outcome = Result<Answer, Refusal>;

impl Query {
    pub fn read(text: &str) -> Self {
        Self(pairs(text))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == key && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether the value is among those wanted; an absent filter wants all.
    fn wants(&self, key: &str, value: &str) -> bool {
        let mut values = self
            .0
            .iter()
            .filter(|(known, value)| known == key && !value.is_empty())
            .peekable();
        values.peek().is_none()
            || values.any(|(_, wanted)| {
                wanted
                    .split(',')
                    .any(|word| word.trim().eq_ignore_ascii_case(value))
            })
    }

    /// Whether the text contains what is looked for.
    fn finds(&self, key: &str, text: &str) -> bool {
        self.get(key)
            .is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
    }

    fn number(&self, key: &str) -> Result<Option<i64>, Refusal> {
        let number = self.get(key).map(str::parse).transpose();
        number.map_err(|_| Refusal::new(400, "COM10001").with([key]))
    }

    fn paging(&self, most: usize) -> Result<Paging, Refusal> {
        let within = |key: &str, default: i64, most: i64| {
            let number = self.number(key)?.unwrap_or(default);
            let good = (1..=most).contains(&number);
            good.then_some(number as usize)
                .ok_or_else(|| Refusal::new(400, "COM10001").with([key]))
        };
        Ok(Paging {
            number: within("page", 1, i64::from(i32::MAX))?,
            size: within("size", 10, most as i64)?,
        })
    }

    /// Whether the order is descending; only `id` can be sorted by.
    fn descending(&self, default: bool) -> Result<bool, Refusal> {
        match self.get("sort") {
            None => Ok(default),
            Some(sort) => match sort.split_once(',').unwrap_or((sort, "asc")) {
                ("id", order) => Ok(order.eq_ignore_ascii_case("desc")),
                (field, _) => Err(Refusal::new(400, "COM10011").with([field])),
            },
        }
    }
}

/// One page of the ones that are wanted, each printed only when it is shown.
fn page<T>(query: &Query, most: usize, rows: Vec<T>, show: impl Fn(&T) -> Value) -> Outcome {
    let paging = query.paging(most)?;
    let total = rows.len();
    let skip = (paging.number - 1).saturating_mul(paging.size);
    let shown = rows.iter().skip(skip).take(paging.size).map(show).collect();
    Ok(Answer::Page(shown, paging, total))
}

/// Rows of a page of all lists but the alarms'.
const MOST: usize = 2000;

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

fn id(word: &str) -> Result<i64, Refusal> {
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
        ["profiles", "me"] => Ok(Answer::Data(
            json!({"id": caller.id, "username": caller.name}),
        )),
        ["profiles", "me", "credentials"] => page(
            query,
            MOST,
            vec![1],
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
            let rows = world.proxy_clusters.values().collect();
            page(query, MOST, rows, |cluster| {
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
        ["tasks", "instances", task] => id(task).and_then(|id| detail(world, id)),
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
    page(query, MOST, rows, |cluster| world.cluster_json(cluster))
}

fn tenants(world: &World, query: &Query, cluster: Option<i64>) -> Outcome {
    let rows = world
        .tenants
        .values()
        .filter(|tenant| cluster.is_none_or(|id| tenant.cluster == id))
        .filter(|tenant| query.finds("name", &tenant.name))
        .filter(|tenant| query.wants("mode", tenant.mode) && query.wants("status", tenant.status))
        .collect();
    page(query, MOST, rows, |tenant| world.tenant_json(tenant))
}

fn hosts(world: &World, query: &Query) -> Outcome {
    let rows = world
        .hosts
        .values()
        .filter(|host| query.finds("keyword", &format!("{} {}", host.name, host.ip)))
        .filter(|host| {
            query.get("status").is_none() || query.wants("status", world.host_status(host))
        })
        .collect();
    page(query, MOST, rows, |host| world.host_json(host))
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
    page(query, MOST, rows, Value::clone)
}

fn proxy_cluster(world: &World, id: i64) -> Outcome {
    let found = world.proxy_clusters.get(&id);
    let cluster = found.ok_or_else(|| Refusal::new(404, "ODP21001").with([id]))?;
    Ok(Answer::Data(world.proxy_cluster_json(cluster)))
}

fn packages(world: &World, query: &Query) -> Outcome {
    let rows = world
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
    page(query, MOST, rows, |package| world.package_json(package))
}

fn alarms(world: &World, query: &Query) -> Outcome {
    let rows = world
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
    page(query, 200, rows, |alarm| world.alarm_json(alarm))
}

fn tasks(world: &World, query: &Query) -> Outcome {
    let cluster = query.number("clusterId")?;
    let host = query.number("hostId")?;
    let tenant = query.number("tenantId")?;
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
    page(query, MOST, rows, |(id, record)| match record {
        Record::Live(task) => show::row(world, task),
        Record::Past(past) => show::row(world, &expand(*id, *past)),
    })
}

fn known(world: &mut World, id: i64) -> Result<&mut Task, Refusal> {
    world
        .task(id)
        .ok_or_else(|| Refusal::new(404, "TSK10001").with([id]))
}

/// The detail as it is now; a past task stays as small as it was.
fn detail(world: &World, id: i64) -> Outcome {
    Ok(Answer::Data(match world.tasks.get(&id) {
        Some(Record::Live(task)) => show::detail(world, task),
        Some(Record::Past(past)) => show::detail(world, &expand(id, *past)),
        None => return Err(Refusal::new(404, "TSK10001").with([id])),
    }))
}

fn made(world: &World, id: i64) -> Outcome {
    match world.tasks.get(&id) {
        Some(Record::Live(task)) => Ok(Answer::Data(show::made(world, task))),
        _ => Err(Refusal::new(404, "TSK10001").with([id])),
    }
}

fn made_several(world: &World, ids: &[i64]) -> Outcome {
    let mut rows = Vec::new();
    for id in ids {
        if let Some(Record::Live(task)) = world.tasks.get(id) {
            rows.push(show::made(world, task));
        }
    }
    Ok(Answer::List(rows))
}

fn change(
    world: &mut World,
    request: &Request<'_>,
    path: &[&str],
    caller: Caller,
) -> Option<Outcome> {
    let post = *request.method == Method::POST;
    let delete = *request.method == Method::DELETE;
    let body = || Body::read(request.body);
    let one = |world: &mut World, task: Result<i64, Refusal>| task.and_then(|id| made(world, id));
    Some(match path {
        ["ob", "clusters", cluster, rest @ ..] => {
            let task = id(cluster)
                .and_then(|id| cluster_change(world, request, id, rest, caller).transpose());
            match task.transpose()? {
                Ok(task) => made(world, task),
                Err(refusal) => Err(refusal),
            }
        }
        ["obproxy", "clusters"] if post => {
            let task = body().and_then(|body| world.create_proxy_cluster(&body, caller));
            one(world, task)
        }
        ["obproxy", "clusters", cluster] if delete => {
            let task = id(cluster).and_then(|id| world.delete_proxies(id, None, caller));
            one(world, task)
        }
        ["obproxy", "clusters", cluster] if *request.method == Method::PATCH => id(cluster)
            .and_then(|id| {
                world.update_proxy_cluster(id, &body()?)?;
                proxy_cluster(world, id)
            }),
        ["obproxy", "clusters", cluster, "obproxies", "batchAdd"] if post => {
            id(cluster).and_then(|id| {
                let tasks = world.add_proxies(id, &body()?, caller)?;
                made_several(world, &tasks)
            })
        }
        ["obproxy", "clusters", cluster, "obproxies", proxies] if delete => {
            let task = id(cluster).and_then(|id| world.delete_proxies(id, Some(proxies), caller));
            one(world, task)
        }
        [
            "obproxy",
            "clusters",
            cluster,
            "obproxies",
            proxies,
            "restart",
        ] if post => {
            let task = id(cluster).and_then(|id| world.restart_proxies(id, proxies, caller));
            one(world, task)
        }
        ["compute", "hosts", "batchCreate"] if post => body().and_then(|body| {
            let tasks = world.add_hosts(&body, caller)?;
            made_several(world, &tasks)
        }),
        ["software-packages"] if post => {
            file(request.content_type, request.body).and_then(|(name, content)| {
                let id = world.upload(&name, content)?;
                Ok(Answer::Data(
                    world
                        .packages
                        .get(&id)
                        .map_or(Value::Null, |one| world.package_json(one)),
                ))
            })
        }
        ["software-packages", package] if delete => id(package).and_then(|id| {
            world
                .packages
                .remove(&id)
                .map(|_| Answer::Nothing)
                .ok_or_else(|| Refusal::new(404, "PKG10014").with([id]))
        }),
        ["tasks", "instances", task, rest @ ..] if post => match id(task) {
            Ok(id) => task_change(world, id, rest)?,
            Err(refusal) => Err(refusal),
        },
        _ => return None,
    })
}

/// The task that a change of a database cluster makes; `None` for an unknown route.
fn cluster_change(
    world: &mut World,
    request: &Request<'_>,
    cluster: i64,
    rest: &[&str],
    caller: Caller,
) -> Option<Result<i64, Refusal>> {
    let body = || Body::read(request.body);
    Some(match (request.method.as_str(), rest) {
        ("POST", ["servers"]) => body().and_then(|body| world.add_servers(cluster, &body, caller)),
        ("POST", ["servers", "batchDelete"]) => {
            body().and_then(|body| world.delete_servers(cluster, &body, caller))
        }
        ("POST", ["servers", server, verb]) => {
            let verb = Verb::read(verb)?;
            id(server).and_then(|server| world.server_verb(cluster, server, verb, caller))
        }
        ("POST", ["zones"]) => body().and_then(|body| world.add_zone(cluster, &body, caller)),
        ("POST", ["zones", zone, verb]) => {
            world.zone_verb(cluster, zone, Verb::read(verb)?, caller)
        }
        ("DELETE", ["zones", zone]) => world.delete_zone(cluster, zone, caller),
        ("POST", [verb]) => world.cluster_verb(cluster, Verb::read(verb)?, caller),
        _ => return None,
    })
}

fn task_change(world: &mut World, id: i64, rest: &[&str]) -> Option<Outcome> {
    let subtask = |word: &str| self::id(word);
    let task = match known(world, id) {
        Ok(task) => task,
        Err(refusal) => return Some(Err(refusal)),
    };
    let done = match rest {
        ["retry"] => task.retry(),
        ["rollback"] => task.roll_back(),
        ["subtasks", word, "retry"] => subtask(word).and_then(|id| task.retry_subtask(id)),
        ["subtasks", word, "skip"] => subtask(word).and_then(|id| task.skip_subtask(id)),
        ["subtasks", word, "cancel"] => subtask(word).and_then(|id| task.cancel_subtask(id)),
        _ => return None,
    };
    Some(done.and_then(|()| match rest {
        ["subtasks", _, "skip" | "cancel"] => Ok(Answer::Nothing),
        ["subtasks", word, _] => {
            let node = subtask(word)?;
            let task = known(world, id)?;
            Ok(Answer::Data(show::subtask(task, task.subtask(node)?)))
        }
        _ => detail(world, id),
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
    fn filters_hold_several_values() {
        let query = Query::read("status=RUNNING%2Cfailed&name=ob");
        assert!(query.wants("status", "FAILED") && !query.wants("status", "SUCCESSFUL"));
        assert!(query.wants("type", "anything") && query.finds("name", "Add OB server"));
        assert!(Query::read("size=2001").paging(MOST).is_err());
        assert!(Query::read("page=0").paging(MOST).is_err());
        assert_eq!(
            Query::read("sort=name,asc")
                .descending(true)
                .unwrap_err()
                .code,
            "COM10011"
        );
    }

    #[test]
    fn routes_are_counted_without_their_ids() {
        let path = ["tasks", "instances", "17"].map(str::to_owned);
        assert_eq!(name(&Method::GET, &path), "GET tasks/instances/:id");
    }
}
