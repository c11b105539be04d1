//! A change that another task on the cluster holds back: the platform does not
//! say which, so its unfinished tasks are named as candidates.

use obdeck::fleet::task::TaskId;
use obdeck::link::ocp::{Config, OcpBackend};
use obdeck::link::{Ask, Backend, Held, LinkError, Picture, SendError, WriteAccess};
use obdeck::sim::ocp::{Ocp, Options, Scene};

use super::forms::{request, scenery, sets};
use super::{address, key};

/// A platform at the pace of a real one, so that a task lasts.
async fn slow() -> (Ocp, OcpBackend) {
    let options = Options {
        scene: Scene::Ocp,
        speed: 1.0,
        ..Options::default()
    };
    let ocp = Ocp::start(options).await.unwrap();
    let at = ocp.endpoint();
    let backend = OcpBackend::new(Config::new(vec![address(&at)], Some(key(&at)))).unwrap();
    (ocp, backend)
}

#[tokio::test]
async fn what_works_on_the_cluster_is_named_where_it_refuses() {
    let (_ocp, backend) = slow().await;
    let access = WriteAccess::grant(false).unwrap();
    let with = scenery(&backend).await;
    let first = request("zone-stop", &sets("zone-stop", &with));
    let made = backend.send(&access, &first).await.unwrap().task.unwrap();
    let second = request("servers-add", &sets("servers-add", &with));
    let error = backend.send(&access, &second).await.unwrap_err();
    let SendError::Held { error, by } = error else {
        panic!("{error:?}");
    };
    let LinkError::Refused { code, message, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(code, "OBE11007");
    assert!(message.contains("OPERATING"), "{message}");
    let Held::Among(candidates) = &*by else {
        panic!("{by:?}");
    };
    let ids: Vec<&TaskId> = candidates.iter().map(|one| &one.id).collect();
    assert_eq!(ids, [&made.id], "tasks of other clusters are none");
    assert!(by.words().starts_with("Perhaps held by task"), "{by:?}");
    let ask = Ask::Task(made.id.clone());
    let opened = backend.ask(&ask).await.unwrap().picture;
    assert!(matches!(opened, Picture::Task(task) if task.name == candidates[0].name));
}

#[tokio::test]
async fn a_refusal_of_another_kind_blames_nobody() {
    let (_ocp, backend) = slow().await;
    let access = WriteAccess::grant(false).unwrap();
    let with = scenery(&backend).await;
    let mut sets = sets("zone-stop", &with);
    sets.retain(|set| !set.starts_with("zoneName="));
    sets.push("zoneName=zone9".into());
    let error = backend
        .send(&access, &request("zone-stop", &sets))
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::NotDone(_)), "{error:?}");
}
