//! Requests that change something.

use axum::http::Method;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::auth::Caller;
use super::body::Body;
use super::operations::Verb;
use super::route::{Outcome, Request, detail, id, known, proxy_cluster};
use super::show;
use super::world::{Record, World};

fn made(world: &World, id: i64) -> Outcome {
    match world.tasks.get(&id) {
        Some(Record::Live(task)) => Ok(Answer::Data(show::made(world, task))),
        _ => Err(Refusal::new(404, "TSK10001").with([id])),
    }
}

fn made_several(world: &World, ids: &[i64]) -> Answer {
    let live = |id: &i64| match world.tasks.get(id) {
        Some(Record::Live(task)) => Some(show::made(world, task)),
        _ => None,
    };
    Answer::List(ids.iter().filter_map(live).collect())
}

pub(super) fn change(
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
                Ok(made_several(world, &tasks))
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
            Ok(made_several(world, &tasks))
        }),
        ["software-packages"] if post => {
            let named = request
                .file
                .and_then(|file| Some((file.word("filename")?, file)));
            named
                .ok_or_else(|| Refusal::new(400, "COM10001").with(["file"]))
                .and_then(|(name, file)| {
                    let id = world.upload(name, file)?;
                    let made = world.packages.get(&id);
                    Ok(Answer::Data(
                        made.map_or(Value::Null, |one| world.package_json(one)),
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
    let task = match known(world, id) {
        Ok(task) => task,
        Err(refusal) => return Some(Err(refusal)),
    };
    let done = match rest {
        ["retry"] => task.retry(),
        ["rollback"] => task.roll_back(),
        ["subtasks", node, "retry"] => self::id(node).and_then(|id| task.retry_subtask(id)),
        ["subtasks", node, "skip"] => self::id(node).and_then(|id| task.skip_subtask(id)),
        ["subtasks", node, "cancel"] => self::id(node).and_then(|id| task.cancel_subtask(id)),
        _ => return None,
    };
    Some(done.and_then(|()| match rest {
        ["subtasks", _, "skip" | "cancel"] => Ok(Answer::Nothing),
        ["subtasks", node, _] => {
            let node = self::id(node)?;
            let task = known(world, id)?;
            Ok(Answer::Data(show::subtask(task, task.subtask(node)?)))
        }
        _ => detail(world, id),
    }))
}
