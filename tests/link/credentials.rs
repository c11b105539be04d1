//! Passwords that are wrong, and passwords that change under the poller.

use obdeck::base::Secret;
use obdeck::fleet::change;
use obdeck::fleet::task::State;
use obdeck::link::obshell::Credentials;
use obdeck::link::{LinkError, SendError};
use obdeck::sim::Scene;

use crate::stage::{Stage, cluster, done, ended, send, tasks};

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let wrong = Credentials::new(Some(Secret::new("nope")), None);
    let backend = stage.backend_with(&stage.agents[..1], wrong);
    let error = cluster(&backend).await.unwrap_err();
    let LinkError::Unauthorized {
        endpoint,
        code,
        advice,
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(*endpoint, stage.agents[0].to_string());
    assert_eq!(code, "Security.Authentication.IncorrectOceanbasePassword");
    assert!(!advice.is_empty());
    let tried = stage.asked("GET ob/info");
    for _ in 0..3 {
        assert_eq!(cluster(&backend).await.unwrap_err(), error);
        assert_eq!(tasks(&backend).await.unwrap_err(), error);
    }
    assert_eq!(stage.asked("GET ob/info"), tried);
    assert_eq!(stage.asked("GET task/dag/unfinish"), 0);
    backend.set_credentials(stage.credentials());
    cluster(&backend).await.unwrap();
}

#[tokio::test]
async fn a_change_with_a_wrong_password_is_not_done() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let wrong = Credentials::new(Some(Secret::new("nope")), None);
    let backend = stage.backend_with(&stage.agents[..1], wrong);
    let request = change::agent_password(&stage.agents[0], &Secret::new("x"));
    for _ in 0..2 {
        let error = send(&backend, &request).await.unwrap_err();
        assert!(
            matches!(error, SendError::NotDone(LinkError::Unauthorized { .. })),
            "{error:?}"
        );
    }
    assert!(stage.asked("POST agent/password") <= 1);
}

#[tokio::test]
async fn the_root_password_switches_under_the_poller() {
    let stage = Stage::set(Scene::Fresh, &[]).await;
    let backend = stage.backend_with(&stage.agents[..1], Credentials::default());
    let master = &stage.agents[0];
    done(&backend, &change::join(master, master, "zone1", None)).await;
    let config = change::cluster_config(master, 1, "prod", None, &Secret::new("r00t#"));
    done(&backend, &config).await;
    let picture = cluster(&backend).await.unwrap();
    assert_eq!((picture.name.as_str(), picture.id), ("prod", Some(1)));
    // A program that starts now must be told the password.
    let other = stage.backend_with(&stage.agents[..1], Credentials::default());
    assert!(matches!(
        cluster(&other).await,
        Err(LinkError::Unauthorized { .. })
    ));
}

#[tokio::test]
async fn a_joiner_of_a_secured_master_is_followed_to_the_end() {
    follow_a_joiner_of_a_secured_master(&[]).await;
}

/// The joiner says who it is, and has become another when it judges the question.
#[tokio::test]
async fn a_joiner_whose_role_changes_under_the_question_is_followed_too() {
    follow_a_joiner_of_a_secured_master(&["delay=250ms@/task"]).await;
}

async fn follow_a_joiner_of_a_secured_master(faults: &[&str]) {
    let stage = Stage::set(Scene::Fresh, faults).await;
    let backend = stage.backend_with(&stage.agents[..1], Credentials::default());
    let (master, joiner) = (&stage.agents[0], &stage.agents[1]);
    let password = Secret::new("agent-Pw1");
    send(&backend, &change::agent_password(master, &password))
        .await
        .unwrap();
    done(&backend, &change::join(master, master, "zone1", None)).await;
    let join = change::join(joiner, master, "zone2", Some(&password));
    let made = send(&backend, &join).await.unwrap().task.unwrap();
    let end = ended(&backend, &made.id).await;
    assert_eq!(end.state, State::Succeeded);
    let picture = cluster(&backend).await.unwrap();
    assert_eq!(picture.agents.len(), 2);
}

/// The new password is tried before the task sets it, and refused; it must be
/// tried again when the old one stops working.
#[tokio::test]
async fn a_password_that_came_too_early_is_tried_again() {
    let stage = Stage::set(Scene::Fresh, &["delay=40ms@/task"]).await;
    let backend = stage.backend_with(&stage.agents[..1], Credentials::default());
    let master = &stage.agents[0];
    done(&backend, &change::join(master, master, "zone1", None)).await;
    let config = change::cluster_config(master, 1, "prod", None, &Secret::new("r00t#"));
    let before = stage.backend_with(
        &stage.agents[..1],
        Credentials::new(Some(Secret::new("r00t#")), None),
    );
    // Refused with the new password, proven with the empty one.
    tasks(&before).await.unwrap();
    done(&backend, &config).await;
    tasks(&before).await.unwrap();
}
