//! What the panes ask for.

use obdeck::fleet::cluster::Mood;
use obdeck::fleet::task::{NodeKind, TaskId};
use obdeck::link::{Ask, Backend, LinkError, Picture};
use obdeck::sim::Scene;

use crate::stage::{Stage, cluster, task, tasks};

#[tokio::test]
async fn a_running_cluster_is_one_picture() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = stage.backend();
    let picture = cluster(&backend).await.unwrap();
    assert_eq!(picture.problems, Vec::<String>::new());
    assert!(picture.is_initialised());
    assert!(!picture.name.is_empty() && picture.id.is_some());
    assert_eq!(picture.status.mood(), Mood::Good);
    assert_eq!(picture.zones.len(), 3);
    assert!(picture.servers().count() >= 3);
    assert!(picture.agents.iter().all(|agent| agent.reachable));
    assert!(picture.agents.iter().all(|agent| agent.has_proxy.is_some()));
    assert!(!picture.proxies.is_empty());
    assert!(picture.tenants.is_some());
    assert!(picture.clock_ahead_ms.unwrap().abs() < 5_000);
}

#[tokio::test]
async fn fresh_agents_that_were_named_are_all_shown() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend_with(&stage.agents, stage.credentials());
    let picture = cluster(&backend).await.unwrap();
    assert!(!picture.is_initialised());
    let single = |agent: &&obdeck::fleet::cluster::Agent| agent.identity == "SINGLE";
    assert_eq!(picture.agents.iter().filter(single).count(), 3);
}

#[tokio::test]
async fn tasks_come_newest_first_and_open() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = stage.backend();
    let list = tasks(&backend).await.unwrap();
    assert!(list.len() > 1);
    assert!(list.iter().all(|task| task.nodes.is_empty()));
    for brief in &list {
        let whole = task(&backend, &brief.id).await.unwrap();
        assert_eq!(whole.name, brief.name);
        assert!(whole.detailed, "{}", whole.name);
        let Some(sub) = whole
            .nodes
            .iter()
            .find(|node| node.kind == NodeKind::SubTask && node.attempt > Some(0))
        else {
            continue;
        };
        let asked = backend.ask(&Ask::Log(sub.id.clone())).await.unwrap();
        assert!(matches!(asked.picture, Picture::Log(_)));
    }
    assert_eq!(stage.sim.dangerous(), 0);
}

#[tokio::test]
async fn what_would_hurt_the_agents_is_not_asked() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend();
    let refused = task(&backend, &TaskId("19".into())).await.unwrap_err();
    assert!(matches!(refused, LinkError::NotAsked(_)), "{refused}");
    let nonsense = task(&backend, &TaskId("1/../x".into())).await.unwrap_err();
    assert!(matches!(nonsense, LinkError::NotAsked(_)), "{nonsense}");
    assert_eq!(stage.asked("GET task/dag/:id"), 0);
    assert_eq!(stage.sim.dangerous(), 0);
}

#[tokio::test]
async fn a_probe_tells_the_key_without_pinning_it() {
    use obdeck::link::obshell::Pins;
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend();
    let ask = Ask::Probe(stage.agents[1].clone());
    let Picture::Probe(probe) = backend.ask(&ask).await.unwrap().picture else {
        panic!("no probe");
    };
    assert_eq!(probe.agent.identity, "SINGLE");
    assert_eq!(probe.agent.address, stage.agents[1]);
    assert!(probe.fingerprint.starts_with("SHA256:"));
    assert_eq!(stage.pins.pinned(&stage.agents[1]), Ok(None));
    cluster(&backend).await.unwrap();
    assert!(stage.pins.pinned(&stage.agents[0]).unwrap().is_some());
}
