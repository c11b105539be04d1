//! First-time setup against simulated agents: to its end, and to its end again
//! after being cut off at each place where it could be.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "setup/apply.rs"]
mod apply;
#[path = "setup/findings.rs"]
mod findings;
#[path = "setup/killed.rs"]
mod killed;
#[path = "setup/plans.rs"]
mod plans;
#[path = "cli/program.rs"]
#[allow(dead_code, reason = "its helpers belong to several tests")]
mod program;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use obdeck::base::Secret;
use obdeck::fleet::Address;
use obdeck::link::obshell::{Config, Credentials, ObshellBackend};
use obdeck::link::{Ask, Backend, Picture, WriteAccess};
use obdeck::setup::engine::{Crew, Engine, Progress, SetupError};
use obdeck::setup::journal::Journal;
use obdeck::setup::{Plan, PlanSecrets, PlannedServer};
use obdeck::sim::{Options, Scene, Sim};
use tokio::sync::{Mutex, mpsc};

const SPEED: f64 = 50.0;

struct Agents(BTreeMap<Address, Arc<dyn Backend>>);

impl Crew for Agents {
    fn backend(&self, agent: &Address) -> Arc<dyn Backend> {
        self.0[agent].clone()
    }
}

struct Stage {
    sim: Sim,
    plan: Plan,
    secrets: PlanSecrets,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let sim = Sim::start(Options {
            scene: Scene::Fresh,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            speed: SPEED,
            ..Options::default()
        })
        .await
        .unwrap();
        let servers = sim
            .endpoints()
            .into_iter()
            .enumerate()
            .map(|(index, endpoint)| {
                let observer = [("mysql_port", 2881 + index), ("rpc_port", 3881 + index)];
                PlannedServer {
                    agent: Address::new(endpoint.address.ip().to_string(), endpoint.address.port()),
                    zone: format!("zone{}", index + 1),
                    observer: observer
                        .map(|(key, port)| (key.to_owned(), port.to_string()))
                        .into(),
                }
            });
        let plan = Plan {
            name: "prod".to_owned(),
            id: 1,
            observer: [("memory_limit".to_owned(), "16G".to_owned())].into(),
            servers: servers.collect(),
            ..Plan::default()
        };
        let secrets = PlanSecrets {
            root: Secret::new("aA1!bB2@"),
            ..PlanSecrets::default()
        };
        Self {
            sim,
            plan,
            secrets,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("prod.jsonl")).unwrap()
    }

    /// What one process would have: fresh connections, nothing remembered but the journal.
    fn crew(&self, journal: &Journal) -> Agents {
        let early = journal.mark("init").is_none().then(Secret::default);
        let backend = |agent: &Address| -> Arc<dyn Backend> {
            let mut config = Config::new(vec![agent.clone()]);
            let root = early
                .iter()
                .cloned()
                .chain([self.secrets.root.clone()])
                .collect();
            config.credentials = Credentials {
                root,
                agent: Vec::new(),
            };
            Arc::new(ObshellBackend::new(config).unwrap())
        };
        let agents = self.plan.servers.iter().map(|server| &server.agent);
        Agents(
            agents
                .map(|agent| (agent.clone(), backend(agent)))
                .collect(),
        )
    }

    /// Runs until the end, or until `cut` pieces of progress were seen, and then is
    /// gone in mid-flight as a killed process is. Says how much progress there was.
    async fn run(&self, cut: usize) -> (usize, Option<Result<(), SetupError>>) {
        let journal = self.journal();
        let crew = self.crew(&journal);
        let journal = Mutex::new(journal);
        let access = WriteAccess::grant(false).unwrap();
        let (report, mut progress) = mpsc::unbounded_channel::<Progress>();
        let pace = Duration::from_millis(10);
        let engine = Engine {
            crew: &crew,
            access: &access,
            journal: &journal,
            pace,
            report,
        };
        let mut work = std::pin::pin!(engine.run(&self.plan, &self.secrets));
        let mut seen = 0;
        loop {
            if seen >= cut {
                return (seen, None);
            }
            tokio::select! {
                biased;
                Some(_) = progress.recv() => seen += 1,
                outcome = &mut work => return (seen, Some(outcome)),
            }
        }
    }

    async fn identities(&self) -> Vec<String> {
        let crew = self.crew(&self.journal());
        let mut found = Vec::new();
        for (agent, backend) in &crew.0 {
            let asked = backend.ask(&Ask::Probe(agent.clone())).await.unwrap();
            let Picture::Probe(probe) = asked.picture else {
                panic!("no probe")
            };
            found.push(probe.agent.identity);
        }
        found
    }

    /// How often each changing route was called.
    fn changes(&self) -> BTreeMap<String, u64> {
        let changing = |route: &String| !route.starts_with("GET");
        self.sim
            .requests()
            .into_iter()
            .filter(|(route, _)| changing(route))
            .collect()
    }
}

fn times(changes: &BTreeMap<String, u64>, part: &str) -> u64 {
    changes
        .iter()
        .filter(|(route, _)| route.contains(part))
        .map(|(_, count)| count)
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_becomes_a_cluster() {
    let stage = Stage::new().await;
    let (_, outcome) = stage.run(usize::MAX).await;
    outcome.unwrap().unwrap();
    assert_eq!(stage.identities().await, ["CLUSTER AGENT"; 3]);
    let changes = stage.changes();
    let of = |part| times(&changes, part);
    assert_eq!(
        (
            of("agent/join"),
            of("observer/config"),
            of("obcluster/config"),
            of("ob/init")
        ),
        (3, 4, 1, 1),
        "{changes:?}"
    );
    let text = std::fs::read_to_string(stage.journal().path().unwrap()).unwrap();
    assert!(!text.contains("aA1!bB2@"), "the journal holds the password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_anywhere_it_goes_on_and_sends_nothing_twice() {
    let stage = Stage::new().await;
    // Each run is allowed one thing more than it takes to say what is so already:
    // there is no place where none of them is cut off.
    let mut runs = 0;
    let mut cut = 1;
    loop {
        runs += 1;
        let (seen, outcome) = stage.run(cut).await;
        match outcome {
            Some(outcome) => {
                outcome.unwrap();
                break;
            }
            None => cut = seen + 1,
        }
        assert!(runs < 500, "the setup does not come to its end");
    }
    assert!(runs > 10, "only {runs} cuts");
    assert_eq!(stage.identities().await, ["CLUSTER AGENT"; 3]);
    let changes = stage.changes();
    let of = |part| times(&changes, part);
    assert_eq!(
        (
            of("agent/join"),
            of("observer/config"),
            of("obcluster/config"),
            of("ob/init")
        ),
        (3, 4, 1, 1),
        "{changes:?} after {runs} runs"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_of_another_zone_stops_the_setup() {
    let mut stage = Stage::new().await;
    stage.run(8).await;
    std::fs::remove_file(Path::new(stage.journal().path().unwrap())).unwrap();
    stage.plan.servers[0].zone = "elsewhere".to_owned();
    let (_, outcome) = stage.run(usize::MAX).await;
    let error = outcome.unwrap().unwrap_err();
    assert!(matches!(error, SetupError::Elsewhere(_)), "{error}");
}
