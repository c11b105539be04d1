//! Every form of a platform against a simulated one: it does what it says, is
//! refused in the platform's words, and is never sent twice.

use std::collections::BTreeSet;

use obdeck::fleet::forms::{self, Given};
use obdeck::fleet::request::Request;
use obdeck::fleet::task::{Source, State};
use obdeck::link::ocp::{Config, OcpBackend};
use obdeck::link::{Ask, Backend, LinkError, Lost, Picture, SendError, WriteAccess};
use obdeck::sim::ocp::Scene;
use obdeck::wire::ocp::Credential;
use rstest::rstest;

use super::{address, ended, start};

/// What the scene has: ids for the forms.
pub struct Scenery {
    cluster: String,
    server: String,
    host: String,
    free: Vec<String>,
    proxies: String,
    package: String,
    upload: tempfile::TempDir,
}

pub async fn scenery(backend: &OcpBackend) -> Scenery {
    let clusters = backend.clusters().await.unwrap();
    let pay = clusters
        .iter()
        .find(|one| one.cluster.name == "pay")
        .unwrap();
    let ask = Ask::ManagedCluster(pay.id.clone());
    let Picture::Managed(managed) = backend.ask(&ask).await.unwrap().picture else {
        panic!("no cluster");
    };
    let member = managed.members[0].clone();
    let free = backend.hosts(Some("AVAILABLE")).await.unwrap();
    let proxies = backend.proxy_clusters().await.unwrap();
    let packages = backend.packages(Some("OBPROXY_INSTALL_PACKAGE")).await;
    let upload = tempfile::tempdir().unwrap();
    let file = upload.path().join("obproxy-4.3.0.0-1.el7.x86_64.rpm");
    std::fs::write(file, b"\xed\xab\xee\xdb not really\r\n--obdeck").unwrap();
    Scenery {
        cluster: pay.id.clone(),
        server: member.server,
        host: member.host.unwrap(),
        free: free.into_iter().map(|host| host.id).collect(),
        proxies: proxies[0].id.clone(),
        package: packages
            .unwrap()
            .into_iter()
            .find(|package| package.version.starts_with('4'))
            .unwrap()
            .file,
        upload,
    }
}

/// `--set` of each form, with the ids of the scene in them.
pub fn sets(form: &str, with: &Scenery) -> Vec<String> {
    let cluster = format!("clusterId={}", with.cluster);
    let server = format!("serverId={}", with.server);
    let zone = "zoneName=zone1".to_owned();
    let package = format!("version={}", with.package);
    let two = format!("{},{}", with.free[0], with.free[1]);
    match form {
        "servers-add" => vec![cluster, zone, format!("servers={two}")],
        "server-start" | "server-stop" | "server-restart" => vec![cluster, server],
        "server-delete" => vec![cluster, format!("servers={}", with.host)],
        "zone-start" | "zone-stop" | "zone-restart" | "zone-delete" => vec![cluster, zone],
        "host-add" => [
            "hosts=10.9.0.1,10.9.0.2",
            "idcId=1",
            "typeId=1",
            "credentialId=1",
        ]
        .map(str::to_owned)
        .to_vec(),
        "proxy-cluster-create" => vec![
            "name=front".to_owned(),
            "port=2883".to_owned(),
            "obLinks.pay=2".to_owned(),
            format!("hostIds={}", with.free[0]),
            package,
        ],
        "proxy-cluster-scale" => vec![
            format!("id={}", with.proxies),
            format!("hostIds={}", with.free[0]),
            package,
        ],
        "proxy-cluster-delete" => vec![format!("id={}", with.proxies)],
        "package-upload" => {
            let file = with.upload.path().join("obproxy-4.3.0.0-1.el7.x86_64.rpm");
            vec![format!("file={}", file.display())]
        }
        other => panic!("no values for {other}"),
    }
}

pub fn request(name: &str, sets: &[String]) -> Request {
    let form = forms::find_of(Source::Ocp, name).unwrap();
    let mut given = Given::new();
    for one in sets {
        forms::set(form, &mut given, one).unwrap();
    }
    assert_eq!(form.check(&given), Vec::new(), "{name}");
    (form.request)(&given).unwrap()
}

const FORMS: [&str; 14] = [
    "servers-add",
    "server-start",
    "server-stop",
    "server-restart",
    "server-delete",
    "zone-start",
    "zone-stop",
    "zone-restart",
    "zone-delete",
    "host-add",
    "proxy-cluster-create",
    "proxy-cluster-scale",
    "proxy-cluster-delete",
    "package-upload",
];

#[test]
fn every_form_is_tried_here() {
    let all: BTreeSet<&str> = forms::of(Source::Ocp)
        .iter()
        .map(|form| form.name)
        .collect();
    assert_eq!(all, FORMS.into_iter().collect());
}

/// What can only be started has been stopped before.
async fn prepared(backend: &OcpBackend, access: &WriteAccess, form: &str, with: &Scenery) {
    let before = match form {
        "server-start" => "server-stop",
        "zone-start" => "zone-stop",
        _ => return,
    };
    let stop = request(before, &sets(before, with));
    let task = backend.send(access, &stop).await.unwrap().task.unwrap();
    assert_eq!(ended(backend, &task.id).await.state, State::Succeeded);
}

#[tokio::test]
async fn each_does_what_it_says() {
    for form in FORMS {
        let (_ocp, backend) = start(Scene::Ocp, &[]).await;
        let access = WriteAccess::grant(false).unwrap();
        let with = scenery(&backend).await;
        prepared(&backend, &access, form, &with).await;
        let request = request(form, &sets(form, &with));
        let sent = backend.send(&access, &request).await;
        let sent = sent.unwrap_or_else(|error| panic!("{form}: {error}"));
        let Some(makes) = &request.makes else {
            assert_eq!(form, "package-upload");
            let packages = backend.packages(None).await.unwrap();
            let file = "obproxy-4.3.0.0-1.el7.x86_64.rpm";
            let one = packages.iter().find(|one| one.file == file).unwrap();
            assert_eq!(one.size, Some(25));
            continue;
        };
        let task = sent.task.unwrap_or_else(|| panic!("{form} made no task"));
        assert_eq!(task.name, *makes, "{form}");
        let end = ended(&backend, &task.id).await;
        assert_eq!(end.state, State::Succeeded, "{form}");
    }
}

#[tokio::test]
async fn who_may_only_look_is_refused_by_each() {
    let (ocp, backend) = start(Scene::Ocp, &[]).await;
    let at = ocp.endpoint();
    let (user, password) = at.viewer.clone();
    let viewer = Credential::Basic {
        user,
        password: obdeck::base::Secret::new(password),
    };
    let viewer = OcpBackend::new(Config::new(vec![address(&at)], Some(viewer))).unwrap();
    let access = WriteAccess::grant(false).unwrap();
    let with = scenery(&backend).await;
    for form in FORMS {
        let request = request(form, &sets(form, &with));
        let error = viewer.send(&access, &request).await.unwrap_err();
        let SendError::NotDone(LinkError::Refused { status, code, .. }) = error else {
            panic!("{form}: {error:?}");
        };
        assert_eq!((status, code.as_str()), (403, "IAM11000"), "{form}");
    }
}

/// What the platform says when the words of a form name what is not there, or
/// cannot be.
#[rstest]
#[case("servers-add", "zoneName=zone9")]
#[case("servers-add", "servers=424242")]
#[case("server-stop", "serverId=424242")]
#[case("server-delete", "servers=424242")]
#[case("zone-stop", "zoneName=zone9")]
#[case("zone-delete", "zoneName=zone9")]
#[case("host-add", "idcId=99")]
#[case("proxy-cluster-create", "name=entry")]
#[case("proxy-cluster-create", "version=obproxy-9.9.9-1.el7.x86_64.rpm")]
#[case("proxy-cluster-create", "obLinks.pay=424242")]
#[case("proxy-cluster-scale", "id=424242")]
#[case("proxy-cluster-delete", "id=424242")]
#[tokio::test]
async fn what_is_not_there_is_refused_in_the_platforms_words(
    #[case] form: &str,
    #[case] wrong: &str,
) {
    let (_ocp, backend) = start(Scene::Ocp, &[]).await;
    let access = WriteAccess::grant(false).unwrap();
    let with = scenery(&backend).await;
    let field = wrong.split(['=', '.']).next().unwrap();
    let mut sets = sets(form, &with);
    sets.retain(|one| one.split(['=', '.']).next() != Some(field));
    sets.push(wrong.to_owned());
    let error = backend
        .send(&access, &request(form, &sets))
        .await
        .unwrap_err();
    let SendError::NotDone(LinkError::Refused {
        status,
        code,
        message,
        ..
    }) = error
    else {
        panic!("{form} {wrong}: {error:?}");
    };
    assert!((400..500).contains(&status), "{status}");
    assert!(!code.is_empty() && !message.is_empty(), "{code} {message}");
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_no_form_is_sent_twice() {
    for form in FORMS {
        let (_scout, reader) = start(Scene::Ocp, &[]).await;
        let with = scenery(&reader).await;
        let mut request = request(form, &sets(form, &with));
        // The same seed makes the same ids in the next one.
        let path = request.path.trim_start_matches("/api/v2/");
        let fault = format!("lost-answer@{path}");
        let (ocp, backend) = start(Scene::Ocp, &[]).await;
        drop((ocp, backend));
        let (ocp, backend) = start(Scene::Ocp, &[&fault]).await;
        let access = WriteAccess::grant(false).unwrap();
        if matches!(form, "server-start" | "zone-start") {
            // What runs cannot be started: the lost answer is a refusal.
            request.makes = None;
        }
        let error = backend.send(&access, &request).await.unwrap_err();
        let SendError::AnswerLost { found, .. } = error else {
            panic!("{form}: {error:?}");
        };
        match (&request.makes, found) {
            (Some(_), Lost::Made(_)) | (None, Lost::CannotTell(_)) => {}
            (makes, found) => panic!("{form}: {makes:?} {found:?}"),
        }
        let sent: u64 = ocp
            .requests()
            .iter()
            .filter(|(route, _)| !route.starts_with("GET "))
            .map(|(_, count)| count)
            .sum();
        assert_eq!(sent, 1, "{form}");
    }
}
