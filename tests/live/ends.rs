//! Tasks with parts on other agents, from the simulated agents to the tree: a
//! main DAG and the DAGs that work for it are asked for where they live and
//! stand in one tree, whatever order their answers come in.

use std::time::Duration;

use jiff::Timestamp;
use obdeck::base::Secret;
use obdeck::console::{Event, Screen};
use obdeck::fleet::Address;
use obdeck::fleet::change::{self, Scope, StopMode};
use obdeck::fleet::task::{Key, Node, State, Task, TaskId, joined};
use obdeck::link::obshell::{Config, Credentials, ObshellBackend};
use obdeck::link::{Ask, Backend, Picture, WriteAccess};
use obdeck::sim::{Options, Scene, Sim};

use super::support::Session;

/// Simulated agents of a running cluster and a console on the first of them.
async fn stage(faults: &[&str]) -> (Sim, ObshellBackend) {
    let options = Options {
        scene: Scene::Default,
        // It stands still; each look moves it.
        speed: 0.0,
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..Options::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let first = sim.endpoints().swap_remove(0);
    let at = Address::new(first.address.ip().to_string(), first.address.port());
    let secret = |text: Option<String>| text.map(Secret::new);
    let credentials = Credentials::new(secret(first.password), secret(first.agent_password));
    let backend = ObshellBackend::new(Config {
        credentials,
        ..Config::new(vec![at])
    })
    .unwrap();
    (sim, backend)
}

/// Asks what the screen asks, side by side, and lets a quarter of a tick pass,
/// until the task stands so; each picture of it is looked at.
async fn follow(
    session: &mut Session,
    (sim, backend): (&Sim, &ObshellBackend),
    mut look: impl FnMut(&Task),
    wanted: impl Fn(&Task) -> bool,
) -> Task {
    for _ in 0..2_000 {
        let asks: Vec<Ask> = session.model.asks().into_iter().collect();
        let answers = asks
            .iter()
            .map(|ask| async move { (ask, backend.ask(ask).await) });
        for (ask, result) in futures_util::future::join_all(answers).await {
            session.now = Timestamp::now();
            let ask = ask.clone();
            session.event(Event::Asked { ask, result });
        }
        if let Some(task) = session.model.task().and_then(|screen| screen.task()) {
            look(task);
            if wanted(task) {
                return task.clone();
            }
        }
        sim.pass(Duration::from_millis(250));
    }
    panic!("the task does not come there\n{}", session.text());
}

fn on(id: &TaskId) -> Session {
    let mut session = Session::connected();
    session.resize(120, 40);
    session.model.open(Screen::Task(id.clone()));
    session
}

/// What stands for whole DAGs on other agents.
fn heads(task: &Task) -> Vec<&Node> {
    let nodes = task.nodes.iter();
    nodes.filter(|node| joined::is_head(&node.key)).collect()
}

async fn alone(backend: &ObshellBackend, id: &str) -> Task {
    let ask = Ask::Task(TaskId(id.to_owned()));
    match backend.ask(&ask).await.unwrap().picture {
        Picture::Task(task) => *task,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_scale_out_shows_what_the_new_agent_does_for_itself() {
    let (sim, backend) = stage(&[]).await;
    let Picture::Tasks(all) = backend.ask(&Ask::Tasks).await.unwrap().picture else {
        panic!("no tasks");
    };
    let found = all.iter().find(|task| task.name == "Cluster scale out");
    let id = found.expect("the scene scales out").id.clone();
    let mut session = on(&id);
    let end = follow(
        &mut session,
        (&sim, &backend),
        |_| {},
        |task| !task.is_live() && heads(task).iter().all(|head| head.state.is_terminal()),
    )
    .await;
    assert_eq!(end.state, State::Succeeded);
    let heads = heads(&end);
    assert_eq!(heads.len(), 1, "{heads:?}");
    assert_eq!(heads[0].name, "Local scale out");
    assert_eq!(heads[0].state, State::Succeeded);

    // It stands under the work that made it, and has every stage of its own.
    let parent = end.node(heads[0].parent.as_ref().unwrap()).unwrap();
    let stage = end.node(parent.parent.as_ref().unwrap()).unwrap();
    assert_eq!(stage.name, "Create local scale out dag");
    let local = alone(&backend, &heads[0].id).await;
    let inside = |key: &Key| joined::is_inside(key) && !joined::is_head(key);
    let inside = end.nodes.iter().filter(|node| inside(&node.key)).count();
    assert_eq!(inside, local.nodes.len());
    assert!(local.nodes.len() >= 7, "{}", local.nodes.len());
    let agent = heads[0].agent.as_ref().unwrap();
    assert_ne!(
        Some(agent),
        parent.agent.as_ref(),
        "it works on the new agent"
    );
    session.keys("/ 'Local' enter");
    let text = session.text();
    assert!(
        text.contains("Local scale out @") && text.contains("succeeded"),
        "{text}"
    );
}

#[tokio::test]
async fn a_stop_shows_the_part_of_every_agent_and_no_rendezvous_as_a_failure() {
    let (sim, backend) = stage(&["task-hang=Wait remote start finish"]).await;
    let access = WriteAccess::grant(false).unwrap();
    let stop = change::stop(&Scope::Global, StopMode::Freeze, &[]);
    let made = backend.send(&access, &stop).await.unwrap().task.unwrap();
    let mut session = on(&made.id);
    let mut seen_waiting = false;
    let end = follow(
        &mut session,
        (&sim, &backend),
        |task| {
            // A sub DAG is FAILED on the wire at its rendezvous.
            for head in heads(task).into_iter().filter(|_| task.is_live()) {
                assert_ne!(head.state, State::Failed, "{head:?}");
                seen_waiting |= head.state == State::Waiting;
            }
        },
        |task| !task.is_live() && heads(task).iter().all(|head| head.state.is_terminal()),
    )
    .await;
    assert_eq!(end.state, State::Succeeded, "{:?}", end.problems);
    assert!(seen_waiting, "each part waits for the others");
    let heads = heads(&end);
    assert!(heads.len() >= 3, "{heads:?}");
    let mut agents: Vec<_> = heads.iter().filter_map(|head| head.agent.clone()).collect();
    agents.sort();
    agents.dedup();
    assert_eq!(
        agents.len(),
        heads.len(),
        "one part an agent, each on its own"
    );
    for head in &heads {
        assert_eq!(
            (head.name.as_str(), head.state),
            ("Stop observer", State::Skipped)
        );
        let parent = end.node(head.parent.as_ref().unwrap()).unwrap();
        assert_eq!(
            parent.agent, head.agent,
            "it stands at the work for its agent"
        );
    }
    assert_eq!(sim.dangerous(), 0);
}
