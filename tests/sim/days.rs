//! The recorded days of two sites.

use std::sync::atomic::{AtomicU32, Ordering};

use obdeck::sim::{Fault, FaultKind, Happening, Options, Scene, Sim};

use crate::diary::{Day, Player};

// What the recorded agents said when something failed: the simulator's faults say it too.
/// Networks given to tests of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

const NOT_EMPTY: &str = "[MySQL.Error]: MySQL error: add server 127.0.1.4:42882 failed: Error 4179 (HY000): server 127.0.1.4:42882 is not empty, add server not allowed";
const TOO_SMALL: &str = "[Common.Unexpected]: Unexpected error: [ERROR] memory limit is too small: memory_limit=1G, need at least 6G\n: exit status 1";
const NO_RESOURCE: &str = "[MySQL.Error]: MySQL error: delete observer 127.0.1.4:42882 failed: Error 4660 (HY000): can not migrate out all units, no enough resource: no enough resource in zone1";
const OPEN_FILES: &str = "[Agent.RPC.RequestFailed]: Request [POST]127.0.1.1:2986 to /api/v1/task/dag/221307066890298635 failed: Post \"http://127.0.1.1:2986/api/v1/task/dag/221307066890298635\": dial tcp 127.0.1.1:2986: socket: too many open files";
const LOG_DISK: &str = "[Common.Unexpected]: Unexpected error: [ERROR] failed to open store: log disk is full\n: exit status 1";
const PROXY_PORT: &str = "[Common.Unexpected]: Unexpected error: failed to start obproxy, output: obproxy: port 2883 is already in use\n: exit status 1";
const TIMEOUT: &str = "[MySQL.Error]: MySQL error: Error 4012 (HY000): Timeout";
const ZONE_STATUS: &str = "[MySQL.Error]: MySQL error: Error 4642 (HY000): zone status not match";
const FREEZE: &str = "[MySQL.Error]: MySQL error: minor freeze failed: Error 4012 (HY000): Timeout, query has reached the maximum query timeout";

const BY_CHANCE: &str =
    "servers are counted in the order of zones in the bootstrap command, which is left to chance";
const TENANTS: &str = "tenants had been put into the stand-in database by hand";
const OPEN_FILES_RUN_OUT: &str =
    "the recorded agents had run out of descriptors, and say so in every second line";

const DIRTY: &str = "[Common.DirNotEmpty]: Directory '/data/data2' is not empty";
const PORT_TAKEN: &str = "[Common.Unexpected]: Unexpected error: observer: bind 127.0.0.1:33881: [Errno 98] Address already in use\n: exit status 1";
const SKEW: &str = "[MySQL.Error]: MySQL error: bootstrap failed: Error 4015 (HY000): bootstrap failed: clock skew between servers too large";
const NO_TOKEN: &str = "[Common.Unexpected]: Unexpected error: get token failed: asn1: syntax error: sequence truncated";

/// A network of this process's own: several may play the same day on one machine.
fn net() -> String {
    thread_local! {
        /// Every test runs in a thread of its own.
        static OWN: u32 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    let id = std::process::id();
    let own = OWN.with(|own| *own);
    format!("127.{}.{}.", 100 + 50 * own + (id / 250) % 50, id % 250)
}

async fn told(day: &Day, agents: u8) {
    let net = net();
    let hosts = (1..=agents).map(|host| format!("{net}{host}:2986").parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::start(Options {
        scene: Scene::Fresh,
        agents: Some(agents.into()),
        hosts: hosts.collect(),
        speed: 0.0,
        ..Options::default()
    });
    let sim = sim.await.unwrap();
    let (wrong, matched) = Player::new(day, sim, &net, folder.path()).play().await;
    println!("{matched} rows came out the same");
    assert!(
        wrong.is_empty(),
        "{} differ, {matched} do not:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn fails(node: &str, words: &str) -> Happening {
    let words = words.replace("127.0.1.", &net());
    Happening::Fault(Fault {
        kind: FaultKind::TaskFail(format!("{node}: {words}")),
        route: None,
        nth: None,
        chance: None,
    })
}

fn hangs(node: &str) -> Happening {
    Happening::Fault(Fault {
        kind: FaultKind::TaskHang(node.to_owned()),
        route: None,
        nth: None,
        chance: None,
    })
}

fn hangs_at(node: &str, host: u8) -> Happening {
    at(hangs(node), host)
}

/// A fault that meets one host only.
fn at(happening: Happening, host: u8) -> Happening {
    match happening {
        Happening::Fault(fault) => Happening::Fault(Fault {
            route: Some(format!("{}{host}:2986", net())),
            ..fault
        }),
        other => other,
    }
}

fn fails_at(node: &str, host: u8, words: &str) -> Happening {
    at(fails(node, words), host)
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // one day, told in one go
async fn the_first_site_lives_its_day_again() {
    use Happening as H;
    let day = Day {
        file: "first.jsonl",
        net: "127.0.1.",
        happened: vec![
            ("scaled-in-agent-info-after-restart", H::AgentStarted(3)),
            ("scale-out-existing-zone-request", H::Rebuilt(3)),
            ("scale-out-fail-add-server-request", H::Rebuilt(3)),
            (
                "scale-out-fail-add-server-request",
                fails("Add server for scale_out", NOT_EMPTY),
            ),
            ("scale-out-retry-request-lower-case-at-2", H::Mended),
            ("scale-out-new-zone-fail-add-server-request", H::Rebuilt(3)),
            (
                "scale-out-new-zone-fail-add-server-request",
                fails("Add server for scale_out", NOT_EMPTY),
            ),
            ("scale-out-rollback-request", H::Mended),
            (
                "scale-out-fail-start-observer-request",
                fails("Start observer", TOO_SMALL),
            ),
            ("scale-out-fail-start-retry-request", H::Mended),
            (
                "scale-in-fail-first-node-request",
                fails("Delete observer", NO_RESOURCE),
            ),
            ("scale-in-hang-request", H::Mended),
            (
                "scale-in-hang-request",
                hangs("Wait delete observer success"),
            ),
            ("retry-old-freed-dag", H::Mended),
            ("scale-out-existing-zone-2-request", H::Rebuilt(3)),
            (
                "start-global-request",
                fails("Advance agents to execute the task", OPEN_FILES),
            ),
            ("start-global-blocked-request", H::Mended),
            (
                "start-fail-observer-request",
                fails_at("Start observer", 3, LOG_DISK),
            ),
            ("start-after-fail-force-pass-request", H::Mended),
            ("agents-status-one-agent-dead", H::AgentDied(3)),
            ("obproxy-refuse-no-agent-password", H::AgentStarted(3)),
            ("obproxy-refuse-no-agent-password", H::Rebuilt(3)),
            ("obproxy-add-request", fails("Start obproxy", PROXY_PORT)),
            ("obproxy-add-fail-retry-request", H::Mended),
            ("after obcluster-parameters-changed", H::ObserverDied(2)),
            ("after maintain-ob-asked-at-crashed", H::ObserverDied(1)),
            ("after refuse-scale-in-majority-lost", H::ObserverStarted(1)),
            ("after refuse-scale-in-majority-lost", H::ObserverStarted(2)),
            ("after topology-majority-back", H::ObserverDied(2)),
            (
                "after start-zone-breaks-majority-request",
                H::ObserverStarted(2),
            ),
            (
                "stop-service-sql-error-request",
                fails("Execute stop sql", TIMEOUT),
            ),
            ("zone-stop-sql-error-request", H::Mended),
            (
                "zone-stop-sql-error-request",
                fails("Execute stop sql", ZONE_STATUS),
            ),
            ("start-zone-sql-error-request", H::Mended),
            ("start-zone-sql-error-request", fails("Start Zone", TIMEOUT)),
            ("start-zone-sql-error-retry-request", H::Mended),
            (
                "stop-minor-freeze-error-request",
                fails("Minor freeze before stop server", FREEZE),
            ),
        ],
        other: &[
            (
                "obcluster-parameters-four-servers",
                "the stand-in database kept the zone of the server that was there before",
            ),
            ("start-global-main-dag", OPEN_FILES_RUN_OUT),
            ("start-global-failed-main-dag", OPEN_FILES_RUN_OUT),
            ("start-global-failed-main-dags", OPEN_FILES_RUN_OUT),
            ("start-global-side-obcluster-info", OPEN_FILES_RUN_OUT),
            (
                "stop-terminate-global-side-obcluster-info",
                "which of four agents is the first to tick",
            ),
            (
                "start-global-force-pass-side-obcluster-info",
                "a glimpse of the moment between passing the old sub DAGs and making new ones",
            ),
        ],
        left_out: &[
            ("tenants-overview-user-tenants", TENANTS),
            ("tenants-overview-user-tenants-mysql", TENANTS),
            ("obcluster-info-user-tenants", TENANTS),
            (
                "obproxy-add-refuse-wrong-proxyro",
                "the stand-in database knew a user proxyro that nobody had made",
            ),
            ("refuse-stop-zone-tenant-majority", TENANTS),
            ("refuse-zone-stop-check-tenant-majority", TENANTS),
        ],
        words: &[("/data/afile", "/etc/hostname")],
    };
    told(&day, 4).await;
}

#[tokio::test]
async fn the_second_site_lives_its_day_again() {
    use Happening as H;
    let day = Day {
        file: "second.jsonl",
        net: "127.0.2.",
        happened: vec![
            ("unrecorded-join-4-7238", H::Rebuilt(3)),
            ("unrecorded-join-4-7238", H::Rebuilt(4)),
            ("unrecorded-join-4-7250", H::Rebuilt(3)),
            ("unrecorded-join-4-7250", H::Rebuilt(4)),
            (
                "init-fail-dir-request",
                fails_at("Create observer workdir", 2, DIRTY),
            ),
            ("init-fail-dir-retry-request", H::Mended),
            (
                "init-fail-dir-retry-request",
                fails_at("Start observer", 3, PORT_TAKEN),
            ),
            ("init-fail-port-retry-request", H::Mended),
            (
                "init-fail-port-retry-request",
                fails("Cluster boostrap", SKEW),
            ),
            ("init-fail-bootstrap-rollback-request", H::Mended),
            ("unrecorded-init", hangs_at("Start observer", 2)),
            ("after init-cancelled-rollback-failed-retry", H::Mended),
            ("agents-status-dead-follower", H::AgentDied(4)),
            ("dead-follower-back-info", H::AgentStarted(4)),
            ("unrecorded-join-4-7630", H::Rebuilt(3)),
            ("unrecorded-join-4-7630", H::Rebuilt(4)),
            (
                "join-master-dies-request",
                fails("Join to master", NO_TOKEN),
            ),
            ("after join-master-dies-unfinish", H::Mended),
        ],
        other: &[
            ("init-options-obcluster-info-after", BY_CHANCE),
            ("obcluster-info-global-started-clean", BY_CHANCE),
            (
                "stop-force-global-clean-side-obcluster-info",
                "which of three agents is the first to tick",
            ),
            (
                "start-global-clean-side-obcluster-info",
                "which of three agents is the first to tick",
            ),
        ],
        left_out: &[],
        words: &[],
    };
    told(&day, 5).await;
}
