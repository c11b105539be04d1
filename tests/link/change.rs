//! Changes: sent once, whatever happens.

use obdeck::fleet::task::State;
use obdeck::fleet::{Address, change, request};
use obdeck::link::{LinkError, Lost, SendError};
use obdeck::sim::Scene;

use crate::stage::{Stage, cluster, done, ended, send, tasks};

/// A way to an agent that takes one connection and then no other.
async fn one_connection(agent: &Address) -> Address {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = Address::new("127.0.0.1", socket.local_addr().unwrap().port());
    let agent = agent.to_string();
    tokio::spawn(async move {
        let (mut client, _) = socket.accept().await.unwrap();
        drop(socket);
        let mut server = tokio::net::TcpStream::connect(&agent).await.unwrap();
        tokio::io::copy_bidirectional(&mut client, &mut server)
            .await
            .ok();
    });
    front
}

#[tokio::test]
async fn a_join_is_followed_to_its_end() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend();
    let (master, joiner) = (&stage.agents[0], &stage.agents[1]);
    let request = change::join(master, master, "zone1", None);
    let sent = send(&backend, &request).await.unwrap();
    assert_eq!(sent.status, 200);
    assert!(!sent.trace.is_empty());
    let made = sent.task.unwrap();
    assert_eq!(Some(&made.name), request.makes.as_ref());
    assert_eq!(ended(&backend, &made.id).await.state, State::Succeeded);

    // The joiner's task lives on the joiner, which is no endpoint.
    done(&backend, &change::join(joiner, master, "zone2", None)).await;
    let picture = cluster(&backend).await.unwrap();
    let mut roles: Vec<_> = picture
        .agents
        .iter()
        .map(|agent| agent.identity.as_str())
        .collect();
    roles.sort_unstable();
    assert_eq!(roles, ["FOLLOWER", "MASTER"]);
    let zones: Vec<_> = picture
        .zones
        .iter()
        .map(|zone| zone.name.as_str())
        .collect();
    assert_eq!(zones, ["zone1", "zone2"]);
    assert!(
        tasks(&backend)
            .await
            .unwrap()
            .iter()
            .any(|task| task.id == made.id)
    );

    let again = send(&backend, &request).await.unwrap_err();
    let SendError::NotDone(LinkError::Refused {
        status,
        code,
        message,
        advice,
        ..
    }) = &again
    else {
        panic!("{again:?}");
    };
    assert_eq!(
        (*status, code.as_str()),
        (400, "Agent.Identify.NotSupportOperation")
    );
    assert!(
        message.contains("'MASTER', instead of 'SINGLE'"),
        "{message}"
    );
    assert!(!advice.is_empty());
    assert_eq!(stage.sim.dangerous(), 0);
}

#[tokio::test]
async fn a_lost_answer_is_looked_into() {
    let stage = Stage::set(Scene::Fresh, &["lost-answer@/agent/join"]).await;
    let backend = stage.backend();
    let master = &stage.agents[0];
    let request = change::join(master, master, "zone1", None);
    let error = send(&backend, &request).await.unwrap_err();
    let SendError::AnswerLost {
        found: Lost::Made(id),
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(ended(&backend, id).await.name, "Join self");
    assert_eq!(stage.asked("POST agent/join"), 1);
}

#[tokio::test]
async fn a_cut_connection_leaves_it_open_whether_it_was_made() {
    let stage = Stage::set(Scene::Fresh, &["reset@/agent/join"]).await;
    let backend = stage.backend();
    let master = &stage.agents[0];
    let request = change::join(master, master, "zone1", None);
    let error = send(&backend, &request).await.unwrap_err();
    let SendError::AnswerLost {
        found: Lost::CannotTell(why),
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    // A slow agent could still make it: that no task is there proves nothing.
    assert!(why.contains("not made so far"), "{why}");
    assert!(stage.asked("POST agent/join") <= 1);
}

#[tokio::test]
async fn nobody_there_means_not_done() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend();
    let agent = stage.agents[0].clone();
    stage.sim.stop().await;
    let error = send(&backend, &change::join(&agent, &agent, "zone1", None))
        .await
        .unwrap_err();
    assert!(
        matches!(error, SendError::NotDone(LinkError::Unreachable { .. })),
        "{error:?}"
    );
}

/// Questions are answered, and the connection for the change is refused: no byte
/// of it left.
#[tokio::test]
async fn a_change_that_never_left_is_not_done() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let agent = &stage.agents[0];
    let front = one_connection(agent).await;
    let backend = stage.backend_with(std::slice::from_ref(&front), stage.credentials());
    let join = request::Request {
        target: Some(front),
        ..change::join(agent, agent, "zone1", None)
    };
    let error = send(&backend, &join).await.unwrap_err();
    assert!(
        matches!(error, SendError::NotDone(LinkError::Unreachable { .. })),
        "{error:?}"
    );
    assert_eq!(stage.asked("POST agent/join"), 0);
}
