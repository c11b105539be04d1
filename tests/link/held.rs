//! A change that is refused because a task holds what it needs: which task that
//! is, and how sure that is.

use obdeck::fleet::change::{self, InitOptions, Scope, StopMode};
use obdeck::fleet::request::{Body, Request};
use obdeck::fleet::task::{State, Task, TaskId};
use obdeck::link::obshell::ObshellBackend;
use obdeck::link::{Held, LinkError, SendError};
use obdeck::sim::{Options, Scene, Sim};

use crate::stage::{Stage, cluster, ended, send, tasks};

/// What a refused change came to.
async fn refused(backend: &ObshellBackend, request: &Request) -> (LinkError, Held) {
    match send(backend, request).await.unwrap_err() {
        SendError::Held { error, by } => (error, *by),
        other => panic!("{other:?}"),
    }
}

fn code(error: &LinkError) -> &str {
    match error {
        LinkError::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn only(by: &Held) -> &TaskId {
    match by {
        Held::By(holder) => &holder.id,
        other => panic!("{other:?}"),
    }
}

async fn named(backend: &ObshellBackend, name: &str) -> Task {
    let all = tasks(backend).await.unwrap();
    let mut found: Vec<_> = all.into_iter().filter(|task| task.name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found.remove(0)
}

/// A scale-in of the last server, while the scene's scale-out hangs.
async fn scale_in(backend: &ObshellBackend) -> Request {
    let cluster = cluster(backend).await.unwrap();
    let servers: Vec<_> = cluster.servers().collect();
    let agent = servers.last().unwrap().agent.clone().unwrap();
    change::scale_in(&agent, false)
}

const HANGS: &str = "task-hang=Wait remote start finish";

#[tokio::test]
async fn the_task_that_holds_the_cluster_is_named() {
    let stage = Stage::set(Scene::Default, &[HANGS]).await;
    let backend = stage.backend();
    let (error, by) = refused(&backend, &scale_in(&backend).await).await;
    assert_eq!(code(&error), "OB.Cluster.UnderMaintenanceWithDag");
    let holder = named(&backend, "Cluster scale out").await;
    assert_eq!(*only(&by), holder.id);
    assert!(by.words().contains("Cluster scale out (running"), "{by:?}");
    assert_eq!(stage.asked("POST ob/scale_in"), 1, "it is not sent again");
    assert_eq!(stage.sim.dangerous(), 0);
}

#[tokio::test]
async fn a_list_that_does_not_come_leaves_it_open() {
    let faults = [HANGS, "status=503@/task/dag/unfinish"];
    let stage = Stage::set(Scene::Default, &faults).await;
    let backend = stage.backend();
    let (_, by) = refused(&backend, &scale_in(&backend).await).await;
    assert!(matches!(by, Held::CannotTell(_)), "{by:?}");
}

/// An init that failed keeps its agent until it is retried, rolled back or passed.
async fn failed_init(stage: &Stage, backend: &ObshellBackend) -> TaskId {
    let init = named(backend, "Initialize cluster").await;
    assert_eq!(ended(backend, &init.id).await.state, State::Failed);
    assert_eq!(stage.sim.dangerous(), 0);
    init.id
}

#[tokio::test]
async fn a_failed_task_that_keeps_its_agent_is_named() {
    let stage = Stage::set(Scene::Failure, &[]).await;
    let backend = stage.backend();
    let init = failed_init(&stage, &backend).await;
    let again = change::init(&stage.agents[0], &InitOptions::default());
    let (error, by) = refused(&backend, &again).await;
    assert_eq!(code(&error), "Agent.UnderMaintenance");
    assert_eq!(*only(&by), init);
    assert!(by.words().contains("(failed"), "{by:?}");
}

#[tokio::test]
async fn a_second_start_names_the_first() {
    let hangs = "task-hang=Inform all agents to prepare to stop observer";
    let stage = Stage::set(Scene::Default, &[hangs]).await;
    let backend = stage.backend();
    let stop = change::stop(&Scope::Global, StopMode::Freeze, &[]);
    let first = send(&backend, &stop).await.unwrap().task.unwrap();
    let (error, by) = refused(&backend, &change::start(&Scope::Global, &[])).await;
    assert!(matches!(error, LinkError::NotAsked(_)), "{error:?}");
    assert_eq!(*only(&by), first.id);
    assert_eq!(stage.asked("POST ob/start"), 0);
}

/// Old agents do not say what a task locks: the one that has not ended is
/// named, and the doubt with it.
#[tokio::test]
async fn what_an_old_agent_does_not_tell_is_not_guessed() {
    let options = Options {
        scene: Scene::Failure,
        speed: 100.0,
        agent_version: Some("4.2.3.0".into()),
        ..Options::default()
    };
    let stage = Stage::of(Sim::start(options).await.unwrap());
    let backend = stage.backend();
    let init = failed_init(&stage, &backend).await;
    let again = change::init(&stage.agents[0], &InitOptions::default());
    let (_, by) = refused(&backend, &again).await;
    let Held::Among(candidates) = &by else {
        panic!("{by:?}");
    };
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0].id, init);
    assert!(by.words().starts_with("Perhaps"), "{by:?}");
}

#[tokio::test]
async fn another_refusal_blames_nobody() {
    let stage = Stage::set(Scene::Default, &[HANGS]).await;
    let backend = stage.backend();
    let mut request = scale_in(&backend).await;
    request.body = Some(Body::Map(Vec::new()));
    let error = send(&backend, &request).await.unwrap_err();
    assert!(matches!(error, SendError::NotDone(_)), "{error:?}");
}
