//! Simulated agents and a backend on them.

use std::sync::Arc;
use std::time::Duration;

use obdeck::base::Secret;
use obdeck::fleet::Address;
use obdeck::fleet::cluster::Cluster;
use obdeck::fleet::request::Request;
use obdeck::fleet::task::{State, Task, TaskId};
use obdeck::link::obshell::{Config, Credentials, MemoryPins, ObshellBackend};
use obdeck::link::{Ask, Asked, Backend, LinkError, Picture, SendError, Sent, WriteAccess};
use obdeck::sim::{Options, Scene, Sim};

/// The simulation, and what is known of it.
pub struct Stage {
    pub sim: Sim,
    pub agents: Vec<Address>,
    pub pins: Arc<MemoryPins>,
}

impl Stage {
    pub async fn set(scene: Scene, faults: &[&str]) -> Self {
        let options = Options {
            scene,
            speed: 100.0,
            faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
            ..Options::default()
        };
        Self::of(Sim::start(options).await.unwrap())
    }

    /// Of a simulation that runs.
    pub fn of(sim: Sim) -> Self {
        let address = |at: obdeck::sim::Endpoint| {
            Address::new(at.address.ip().to_string(), at.address.port())
        };
        let agents = sim.endpoints().into_iter().map(address).collect();
        Self {
            sim,
            agents,
            pins: Arc::default(),
        }
    }

    /// The passwords that the agents want.
    pub fn credentials(&self) -> Credentials {
        let secret = |text: Option<String>| text.map(Secret::new);
        let first = self.sim.endpoints().swap_remove(0);
        Credentials::new(secret(first.password), secret(first.agent_password))
    }

    pub fn backend(&self) -> ObshellBackend {
        self.backend_with(&self.agents[..1], self.credentials())
    }

    pub fn backend_with(&self, endpoints: &[Address], credentials: Credentials) -> ObshellBackend {
        ObshellBackend::new(Config {
            credentials,
            pins: self.pins.clone(),
            ..Config::new(endpoints.to_vec())
        })
        .unwrap()
    }

    /// How often a route was asked.
    pub fn asked(&self, route: &str) -> u64 {
        self.sim.requests().get(route).copied().unwrap_or(0)
    }
}

pub async fn send(backend: &ObshellBackend, request: &Request) -> Result<Sent, SendError> {
    let access = WriteAccess::grant(false).unwrap();
    backend.send(&access, request).await
}

pub async fn cluster(backend: &ObshellBackend) -> Result<Cluster, LinkError> {
    match backend.ask(&Ask::Cluster).await?.picture {
        Picture::Cluster(cluster) => Ok(*cluster),
        other => panic!("{other:?}"),
    }
}

pub async fn tasks(backend: &ObshellBackend) -> Result<Vec<Task>, LinkError> {
    match backend.ask(&Ask::Tasks).await?.picture {
        Picture::Tasks(tasks) => Ok(tasks),
        other => panic!("{other:?}"),
    }
}

pub async fn task(backend: &ObshellBackend, id: &TaskId) -> Result<Task, LinkError> {
    let Asked { picture, .. } = backend.ask(&Ask::Task(id.clone())).await?;
    match picture {
        Picture::Task(task) => Ok(*task),
        other => panic!("{other:?}"),
    }
}

/// Follows a task to its end.
pub async fn ended(backend: &ObshellBackend, id: &TaskId) -> Task {
    let watch = async {
        loop {
            let task = task(backend, id).await.unwrap();
            if !task.is_live() {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), watch)
        .await
        .expect("the task ends")
}

/// Sends a change and follows its task to success.
pub async fn done(backend: &ObshellBackend, request: &Request) -> Task {
    let made = send(backend, request).await.unwrap().task.unwrap();
    let task = ended(backend, &made.id).await;
    assert_eq!(task.state, State::Succeeded, "{}", task.name);
    task
}
