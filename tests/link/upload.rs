//! Packages on their way: sent once and counted, given up, cut, changed.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use obdeck::fleet::transfer::{Progress, Step};
use obdeck::fleet::{Address, change, request};
use obdeck::link::obshell::{Config, ObshellBackend};
use obdeck::link::{
    Ask, Asking, Backend, Cut, LinkError, Lost, Observer, Observers, Picture, SendError, Sent,
    Transfer, WriteAccess,
};
use obdeck::sim::Scene;
use tempfile::TempDir;

use crate::stage::Stage;

/// More than the sockets on the way hold.
const LARGE: u64 = 48 << 20;

/// A package of that length; nothing is written of its middle.
fn package(folder: &TempDir, length: u64) -> PathBuf {
    let name = "obshell-4.6.0.0-2.el7";
    let path = folder.path().join(format!("{name}.x86_64.rpm"));
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&[0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1])
        .unwrap();
    file.write_all(name.as_bytes()).unwrap();
    file.set_len(length).unwrap();
    path
}

fn upload(path: &Path) -> request::Request {
    change::package_upload(path.to_str().unwrap(), None)
}

async fn send(
    backend: &ObshellBackend,
    request: &request::Request,
    transfer: &Transfer,
) -> Result<Sent, SendError> {
    let access = WriteAccess::grant(false).unwrap();
    backend.send_watched(&access, request, transfer).await
}

async fn packages(backend: &ObshellBackend) -> usize {
    match backend.ask(&Ask::Packages).await.unwrap().picture {
        Picture::Packages(packages) => packages.len(),
        other => panic!("{other:?}"),
    }
}

/// Until the progress is as wished for.
async fn until(transfer: &Transfer, wished: impl Fn(Progress) -> bool) -> Progress {
    let mut moved = transfer.watch();
    let seen = moved
        .wait_for(|progress| progress.is_some_and(&wished))
        .await;
    seen.unwrap().unwrap()
}

#[tokio::test]
async fn a_package_larger_than_any_other_body_arrives_whole_and_is_counted() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = stage.backend();
    let folder = tempfile::tempdir().unwrap();
    let path = package(&folder, 70 << 20);
    let transfer = Transfer::default();
    let mut moved = transfer.watch();
    let seen = async {
        let mut seen = Vec::new();
        while moved.changed().await.is_ok() {
            let progress = moved.borrow_and_update().unwrap();
            seen.push(progress);
            if progress.step == Step::Waiting {
                break;
            }
        }
        seen
    };
    let request = upload(&path);
    let (sent, seen) = tokio::join!(send(&backend, &request, &transfer), seen);
    assert_eq!(sent.unwrap().status, 200);
    for step in [Step::Reading, Step::Sending] {
        let of_it: Vec<_> = seen.iter().filter(|one| one.step == step).collect();
        assert!(!of_it.is_empty(), "{step:?}");
        assert!(of_it.windows(2).all(|two| two[0].done <= two[1].done));
    }
    let last = seen.last().unwrap();
    assert!(last.done == last.of && last.of > 70 << 20, "{last:?}");
    assert_eq!(packages(&backend).await, 1);
    assert_eq!(stage.asked("POST package"), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_made_nothing() {
    let stage = Stage::set(Scene::Default, &["cut=8M@package#1"]).await;
    let backend = stage.backend();
    let folder = tempfile::tempdir().unwrap();
    let request = upload(&package(&folder, LARGE));
    let error = send(&backend, &request, &Transfer::default()).await;
    let error = error.unwrap_err();
    let SendError::CutShort {
        why: Cut::Connection { endpoint, .. },
        sent,
        of,
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(*endpoint, stage.agents[0].to_string());
    assert!((8 << 20..LARGE).contains(sent) && *of > LARGE, "{error:?}");
    let words = error.to_string();
    assert!(words.contains("It was not made"), "{words}");
    // It was not sent again, and it can be.
    assert_eq!(packages(&backend).await, 0);
    let again = send(&backend, &request, &Transfer::default()).await;
    assert_eq!(again.unwrap().status, 200);
    assert_eq!(packages(&backend).await, 1);
}

#[tokio::test]
async fn what_is_given_up_in_the_middle_made_nothing() {
    let stage = Stage::set(Scene::Default, &["slow=1@package"]).await;
    let backend = stage.backend();
    let folder = tempfile::tempdir().unwrap();
    let request = upload(&package(&folder, LARGE));
    let transfer = Transfer::default();
    let give_up = async {
        until(&transfer, |one| one.step == Step::Sending && one.done > 0).await;
        transfer.give_up();
    };
    let (error, ()) = tokio::join!(send(&backend, &request, &transfer), give_up);
    let error = error.unwrap_err();
    assert!(
        matches!(error, SendError::CutShort { why: Cut::GivenUp, sent, .. } if sent < LARGE),
        "{error:?}"
    );
    assert_eq!(packages(&backend).await, 0);
}

#[tokio::test]
async fn what_is_given_up_before_it_left_is_not_sent() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let backend = stage.backend();
    let folder = tempfile::tempdir().unwrap();
    let transfer = Transfer::default();
    transfer.give_up();
    let error = send(&backend, &upload(&package(&folder, LARGE)), &transfer).await;
    let error = error.unwrap_err();
    assert!(
        matches!(&error, SendError::NotDone(LinkError::NotAsked(why)) if why.contains("before anything was sent")),
        "{error:?}"
    );
    assert_eq!(stage.asked("POST package"), 0);
}

/// Its end has left: nobody can say any more that nothing was made.
#[tokio::test]
async fn what_is_given_up_after_its_end_is_not_called_undone() {
    let stage = Stage::set(Scene::Default, &["hang@package"]).await;
    let backend = stage.backend();
    let folder = tempfile::tempdir().unwrap();
    let request = upload(&package(&folder, 1 << 20));
    let transfer = Transfer::default();
    let give_up = async {
        until(&transfer, |one| one.step == Step::Waiting).await;
        transfer.give_up();
    };
    let (error, ()) = tokio::join!(send(&backend, &request, &transfer), give_up);
    let error = error.unwrap_err();
    let SendError::AnswerLost {
        reason,
        found: Lost::CannotTell(_),
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(reason.contains("given up"), "{reason}");
}

/// Does something to a file between the two readings of it.
struct Meddler(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Observer for Meddler {
    fn before_change(&self, _: &Asking) -> Result<(), String> {
        if let Some(meddle) = self.0.lock().unwrap().take() {
            meddle();
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_file_that_changes_after_its_digest_is_not_sent_to_its_end() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = package(&folder, LARGE);
    let shrinks = |path: PathBuf| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(LARGE - 1).unwrap();
    };
    let grows = |path: PathBuf| {
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"more").unwrap();
    };
    // Same length and same time: only the digest tells.
    let is_rewritten = |path: PathBuf| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let before = file.metadata().unwrap().modified().unwrap();
        (&file).write_all(&[0xed, 0xab, 0xee, 0xdb, 4]).unwrap();
        file.set_modified(before).unwrap();
    };
    let meddlings: [fn(PathBuf); 3] = [shrinks, grows, is_rewritten];
    for (number, meddling) in meddlings.into_iter().enumerate() {
        let path = path.clone();
        let request = upload(&path);
        let mut observers = Observers::default();
        let meddle: Box<dyn FnOnce() + Send> = Box::new(move || meddling(path));
        observers.add(Arc::new(Meddler(Mutex::new(Some(meddle)))));
        let backend = ObshellBackend::new(Config {
            credentials: stage.credentials(),
            observers,
            ..Config::new(stage.agents[..1].to_vec())
        })
        .unwrap();
        let error = send(&backend, &request, &Transfer::default()).await;
        let error = error.unwrap_err();
        let SendError::CutShort {
            why: Cut::File(why),
            ..
        } = &error
        else {
            panic!("{number}: {error:?}");
        };
        assert!(why.contains("changed while it was read"), "{number}: {why}");
        assert_eq!(packages(&backend).await, 0, "{number}");
    }
}

/// A door that answers an upload before it has read it.
#[derive(Clone)]
struct Door {
    agent: Address,
    status: u16,
    uploads: Arc<Mutex<Vec<HeaderMap>>>,
    client: reqwest::Client,
}

async fn pass(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    if parts.method != "GET" {
        door.uploads.lock().unwrap().push(parts.headers);
        return Response::builder()
            .status(door.status)
            .header("content-type", "text/html")
            .header("location", path)
            .body(Body::from("<html>no</html>"))
            .unwrap();
    }
    let answer = door
        .client
        .get(format!("http://{}{path}", door.agent))
        .headers(parts.headers)
        .body(to_bytes(body, 1 << 20).await.unwrap())
        .send()
        .await
        .unwrap();
    Response::builder()
        .status(answer.status())
        .header("content-type", "application/json")
        .body(Body::from(answer.bytes().await.unwrap()))
        .unwrap()
}

#[tokio::test]
async fn an_answer_before_its_end_made_nothing_and_it_is_not_sent_again() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let _ = stage.backend();
    let folder = tempfile::tempdir().unwrap();
    let request = upload(&package(&folder, LARGE));
    for status in [307, 413, 503] {
        let uploads = Arc::default();
        let door = Door {
            agent: stage.agents[0].clone(),
            status,
            uploads: Arc::clone(&uploads),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = Address::new("127.0.0.1", socket.local_addr().unwrap().port());
        let router = Router::new().fallback(pass).with_state(door);
        tokio::spawn(async move { axum::serve(socket, router).await });
        let backend = stage.backend_with(std::slice::from_ref(&front), stage.credentials());
        let error = send(&backend, &request, &Transfer::default()).await;
        let error = error.unwrap_err();
        assert!(
            matches!(
                &error,
                SendError::CutShort { why: Cut::Connection { .. }, sent, .. } if *sent < LARGE
            ),
            "{status}: {error:?}"
        );
        let uploads: Vec<HeaderMap> = uploads.lock().unwrap().clone();
        let [headers] = uploads.as_slice() else {
            panic!("{status}: sent {} times", uploads.len());
        };
        let length: u64 = headers["content-length"].to_str().unwrap().parse().unwrap();
        assert!(length > LARGE && length < LARGE + 1024, "{length}");
        assert!(!headers.contains_key("transfer-encoding"), "{headers:?}");
    }
    assert_eq!(stage.asked("POST package"), 0);
}
