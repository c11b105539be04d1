//! The screens of a platform: the overview, one cluster of it, its lists.

use obdeck::console::{Effect, Listing, Place, Screen, Settings};
use obdeck::fleet::cluster::{Cluster, Status, Zone};
use obdeck::fleet::platform::{
    Alarm, AlarmCount, Host, ManagedCluster, Member, Package, ProxyCluster, ProxyServer, Service,
};
use obdeck::fleet::task::{Source, State, Task};
use obdeck::link::{Ask, Picture, TaskPage, TaskStatus};
use serde_json::json;

use super::support::{Session, address, running, start, task};

fn platform() -> Session {
    Session::new(Settings {
        place: Some(Place {
            name: "ocp".into(),
            endpoint: "10.0.0.2:8080".into(),
            platform: true,
            ..Place::default()
        }),
        ..Settings::default()
    })
}

fn managed(id: u32, name: &str, status: &str, servers: u64) -> ManagedCluster {
    ManagedCluster {
        id: id.to_string(),
        role: "PRIMARY".into(),
        server_count: Some(servers),
        tenant_count: Some(3),
        cluster: Cluster {
            name: name.into(),
            id: Some(i64::from(id) + 20),
            status: Status(status.into()),
            ob_version: "4.2.1.4".into(),
            zones: vec![Zone {
                name: "zone1".into(),
                status: Status("RUNNING".into()),
                region: "hangzhou".into(),
                idc: "hz1".into(),
                servers: Vec::new(),
                task: None,
            }],
            ..Cluster::default()
        },
        ..ManagedCluster::default()
    }
}

fn clusters() -> Vec<ManagedCluster> {
    vec![
        managed(1, "prod", "RUNNING", 9),
        ManagedCluster {
            alarms: Some(vec![AlarmCount { level: 2, count: 4 }]),
            ..managed(2, "pay", "OPERATING", 12)
        },
        managed(30, "初始集群", "STOPPED", 1),
        managed(4, "archive", "MOVINGOUT", 3),
    ]
}

fn of_cluster(id: &str, name: &str, state: State, cluster: u32) -> Task {
    let mut task = task(id, name, state, 0, 0);
    task.source = Source::Ocp;
    task.extra
        .insert("cluster".into(), json!({"id": cluster, "name": "prod"}));
    task
}

fn alarm(id: u32, level: u8, status: &str, target: &str) -> Alarm {
    Alarm {
        id: id.to_string(),
        level: Some(level),
        status: status.into(),
        app: "OB".into(),
        kind: "ob_server_disk".into(),
        scope: "ObCluster".into(),
        target: target.into(),
        summary: "The disk usage of an OBServer is high".into(),
        description: "The disk usage of an OBServer is 93 %.".into(),
        active_at: Some(start()),
        ..Alarm::default()
    }
}

fn overview() -> Session {
    let mut session = platform();
    session.answer(Ask::Clusters, Picture::Clusters(clusters()));
    session.answer(
        Ask::Tasks,
        Picture::Tasks(vec![
            of_cluster("112", "Add OB server", State::Running, 1),
            of_cluster("111", "Restart OB zone", State::Running, 1),
            of_cluster("110", "Create tenant", State::Succeeded, 2),
        ]),
    );
    session.answer(
        Ask::Alarms,
        Picture::Alarms(vec![
            alarm(7, 2, "Active", "ob_cluster=prod-21"),
            alarm(6, 3, "Active", "service=OCP:svr_ip=10.0.0.9"),
            alarm(5, 1, "Inactive", "ob_cluster=archive-24"),
        ]),
    );
    session
}

fn ids(session: &Session) -> Vec<String> {
    let (_, state) = session.model.listing().unwrap();
    state.ids().to_vec()
}

#[test]
fn the_overview_comes_first() {
    let mut session = overview();
    let followed = session.effects.iter().find_map(|effect| match effect {
        Effect::Follow(asks) => Some(asks.clone()),
        _ => None,
    });
    assert_eq!(
        followed.unwrap().into_iter().collect::<Vec<_>>(),
        [Ask::Tasks, Ask::Clusters, Ask::Alarms]
    );
    session.snapshot("ocp-overview");
    platform().snapshot("ocp-overview-asking");
}

#[test]
fn the_overview_sorts_filters_and_keeps_its_row() {
    let mut session = overview();
    assert_eq!(ids(&session), ["1", "2", "30", "4"]);
    session.keys("j s");
    assert_eq!(ids(&session), ["4", "2", "1", "30"]);
    let (_, state) = session.model.listing().unwrap();
    assert_eq!(state.list.selected().map(String::as_str), Some("2"));
    // By servers, the largest first.
    session.keys("s s s s");
    assert_eq!(ids(&session), ["2", "1", "4", "30"]);
    session.keys("/ 'run' enter");
    assert_eq!(ids(&session), ["1"]);
    session.resize(80, 24);
    session.snapshot("ocp-overview-filtered");
    session.keys("esc");
    assert_eq!(ids(&session).len(), 4);
}

#[test]
fn enter_opens_a_cluster_and_back_returns() {
    let mut session = overview();
    session.keys("enter");
    assert_eq!(*session.model.screen(), Screen::Managed("1".into()));
    let asks = session.model.asks();
    assert!(asks.contains(&Ask::ManagedCluster("1".into())));
    assert!(asks.contains(&Ask::TasksOf("1".into())));
    let members = vec![Member {
        address: address(5, 2882),
        server: "77".into(),
        host: Some("8".into()),
    }];
    let one = ManagedCluster {
        members,
        cluster: Cluster {
            agents: Vec::new(),
            ..running()
        },
        ..managed(1, "prod", "RUNNING", 5)
    };
    session.answer(
        Ask::ManagedCluster("1".into()),
        Picture::Managed(Box::new(one)),
    );
    session.answer(
        Ask::TasksOf("1".into()),
        Picture::Tasks(vec![of_cluster("112", "Add OB server", State::Running, 1)]),
    );
    session.snapshot("ocp-cluster");
    // Another cluster of the platform is no stranger behind the same address.
    session.keys("esc j enter");
    let pay = managed(2, "pay", "RUNNING", 12);
    session.answer(
        Ask::ManagedCluster("2".into()),
        Picture::Managed(Box::new(pay)),
    );
    assert!(session.model.data.other().is_none());
    assert!(session.text().contains("ocp ▸ pay"), "{}", session.text());
    session.keys("T");
    assert_eq!(*session.model.screen(), Screen::TasksOf("2".into()));
    assert!(session.text().contains("ocp ▸ pay ▸ tasks"));
    session.keys("T");
    assert_eq!(*session.model.screen(), Screen::Tasks);
    session.keys("esc esc esc");
    assert_eq!(*session.model.screen(), Screen::List(Listing::Clusters));
}

#[test]
fn hosts_packages_alarms_and_proxies_have_screens() {
    let mut session = overview();
    session.keys(": 'hosts' enter");
    let host = |id: u32, status: &str, services: Vec<Service>| Host {
        id: id.to_string(),
        name: format!("host{id}"),
        ip: format!("10.0.0.{id}"),
        idc: "hz1".into(),
        region: "hangzhou".into(),
        status: Status(status.into()),
        agent_status: Status("AVAILABLE".into()),
        architecture: "x86_64".into(),
        services,
        ..Host::default()
    };
    let service = Service {
        name: "prod:21".into(),
        kind: "OB_CLUSTER".into(),
        version: "4.2.1.4".into(),
    };
    session.answer(
        Ask::Hosts,
        Picture::Hosts(vec![
            host(5, "ONLINE", vec![service]),
            host(6, "AVAILABLE", Vec::new()),
            host(7, "OFFLINE", Vec::new()),
        ]),
    );
    session.snapshot("ocp-hosts");
    session.keys("enter");
    session.snapshot("ocp-hosts-detail");
    assert!(session.text().contains("hosts"));
    session.keys("esc : 'alarms' enter");
    session.snapshot("ocp-alarms");
    session.keys(": 'packages' enter");
    let package = Package {
        id: "12".into(),
        name: "obproxy".into(),
        file: "obproxy-1.9.1.1-1919579.el7.x86_64.rpm".into(),
        kind: "OBPROXY_INSTALL_PACKAGE".into(),
        size: Some(31_017_340),
        created_at: Some(start()),
        ..Package::default()
    };
    session.answer(Ask::Packages, Picture::Packages(vec![package]));
    session.snapshot("ocp-packages");
    session.keys(": 'proxies' enter");
    session.answer(Ask::ProxyClusters, Picture::ProxyClusters(vec![proxies()]));
    session.snapshot("ocp-proxies");
    session.keys(": 'tenants' enter");
    session.answer(Ask::Tenants, Picture::Tenants(Vec::new()));
    assert!(session.text().contains("No cluster has a tenant yet"));
}

fn proxies() -> ProxyCluster {
    let proxy = ProxyServer {
        id: "3".into(),
        host: Some("9".into()),
        address: address(9, 2883),
        exporter_port: Some(2884),
        idc: "hz1".into(),
        version: "1.9.1.1-1919579".into(),
        status: Status("RUNNING".into()),
        extra: serde_json::Map::new(),
    };
    ProxyCluster {
        id: "2".into(),
        name: "entry".into(),
        address: "foo.bar".into(),
        port: Some(2883),
        work_mode: "CONFIG_URL".into(),
        proxies: vec![proxy],
        ..ProxyCluster::default()
    }
}

/// A page as large as the platform makes it.
fn history(first: u32, count: u32) -> Picture {
    let one = |id: u32| of_cluster(&id.to_string(), "Create tenant", State::Succeeded, 1);
    Picture::Tasks((first - count..first).rev().map(one).collect())
}

#[test]
fn older_tasks_come_page_by_page_as_one_scrolls() {
    let page = |status, page| {
        Ask::TaskPage(TaskPage {
            cluster: None,
            status,
            page,
        })
    };
    let mut session = overview();
    session.answer(Ask::Tasks, history(10_000, 200));
    session.keys("T");
    assert!(!session.model.asks().contains(&page(None, 1)));
    session.keys("G");
    assert!(session.model.asks().contains(&page(None, 1)));
    session.answer(page(None, 1), history(10_000, 1_000));
    let shown = |session: &Session| session.model.screens.panes.tasks.ids().len();
    assert_eq!(shown(&session), 1_000);
    assert!(!session.model.asks().contains(&page(None, 2)));
    // A filter that leaves few rows looks further by itself.
    session.keys("/ 'nosuch'");
    assert!(session.model.asks().contains(&page(None, 2)));
    session.keys("esc");
    // The platform narrows by status itself.
    session.keys("s s");
    assert!(
        session
            .model
            .asks()
            .contains(&page(Some(TaskStatus::Failed), 1))
    );
    assert!(session.text().contains("tasks ▸ failed"));
    session.answer(
        page(Some(TaskStatus::Failed), 1),
        Picture::Tasks(vec![of_cluster("9", "Add OB server", State::Failed, 1)]),
    );
    assert_eq!(shown(&session), 1);
    session.resize(120, 40);
    session.snapshot("ocp-tasks-failed");
}
