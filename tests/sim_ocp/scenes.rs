//! What each scene is made of, and how large it is.

use obdeck::fleet::task::State;
use obdeck::sim::ocp::Scene;
use obdeck::wire::ocp::{self, api};

use super::client::start;

#[tokio::test]
async fn the_scene_has_forks_joins_and_names_that_repeat() {
    let (_ocp, client) = start(Scene::Ocp, &[]).await;
    let answer = client
        .ask(&api::tasks(&api::TaskFilter::default(), 1))
        .await
        .unwrap();
    let rows = ocp::tasks(&answer.data).items;
    let ids: Vec<i64> = rows.iter().map(|task| task.id.0.parse().unwrap()).collect();
    assert!(ids.is_sorted_by(|a, b| a > b));
    let forked = rows
        .iter()
        .find(|task| task.name == "Restart OB zone")
        .unwrap();
    let task = client.task(&forked.id.0).await;
    assert_eq!((task.state, task.problems.len()), (State::Failed, 0));
    assert!(task.nodes.iter().any(|node| node.downstream.len() == 3));
    assert!(task.nodes.iter().any(|node| node.upstream.len() == 3));
    let waits = task
        .nodes
        .iter()
        .filter(|node| node.name == "Wait node")
        .count();
    assert!(waits > 1);
    assert!(rows.iter().any(|task| task.state == State::RolledBack));
}

#[tokio::test]
async fn a_fleet_is_paged() {
    let (_ocp, client) = start(Scene::Fleet, &[]).await;
    let mut page = 1;
    let mut seen = 0;
    loop {
        let answer = client.ask(&api::clusters(page)).await.unwrap();
        let rows = ocp::clusters(&answer.data);
        seen += rows.items.len();
        match rows.next_page() {
            Some(next) => page = next,
            None => break,
        }
    }
    assert_eq!(seen, 200);
    let failed = api::TaskFilter {
        statuses: vec!["FAILED".into()],
        ..api::TaskFilter::default()
    };
    let answer = client.ask(&api::tasks(&failed, 1)).await.unwrap();
    let rows = ocp::tasks(&answer.data);
    assert_eq!(rows.page.unwrap().total, 104);
    assert!(rows.items.iter().all(|task| task.state == State::Failed));
    let id = rows.items[0].id.0.clone();
    client.ask(&api::retry_task(&id)).await.unwrap();
    assert_eq!(client.ended(&id).await.state, State::Succeeded);
}

#[tokio::test]
async fn a_giant_task_is_one_answer() {
    let (ocp, client) = start(Scene::Giant, &["task-hang=Wait node"]).await;
    let answer = client
        .ask(&api::tasks(&api::TaskFilter::default(), 1))
        .await
        .unwrap();
    let id = ocp::tasks(&answer.data).items[0].id.0.clone();
    let task = client.task(&id).await;
    assert_eq!((task.nodes.len(), task.problems.len()), (10_000, 0));
    let edges: usize = task.nodes.iter().map(|node| node.upstream.len()).sum();
    assert_eq!(edges, 99 * 100 + 99 * 99);
    let requests = ocp.requests();
    assert_eq!(requests["GET tasks/instances/:id"], 1);
}
