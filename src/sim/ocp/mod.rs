//! An OCP in process: real HTTP, Basic and signature verified by code of its
//! own, a fleet that changes, and the task engine (`api/ocp.md §3.5`).
//! Shares nothing with `wire`.

mod answer;
mod auth;
mod body;
mod change;
mod engine;
mod fleet;
mod log;
mod operations;
mod plan;
mod platform;
mod query;
mod route;
mod scene;
mod serve;
mod show;
mod stage;
mod subtask;
mod text;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Fault, SimError};
pub use scene::{Scene, UnknownScene};
use serve::Desk;
use world::World;

/// How a simulated OCP starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it manages.
    pub scene: Scene,
    /// How many times faster than a tick of one second.
    pub speed: f64,
    /// Ids, names and order come from here.
    pub seed: u64,
    /// What goes wrong on purpose.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            scene: Scene::Ocp,
            speed: 1.0,
            seed: 1,
            faults: Vec::new(),
        }
    }
}

/// A simulated OCP as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
    /// A user with every role.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Its access key.
    pub ak: String,
    /// Its secret key.
    pub sk: String,
    /// A user and password that may look and nothing else.
    pub viewer: (String, String),
}

/// A running OCP. Dropping it ends it; [`Ocp::stop`] also waits.
#[derive(Debug)]
pub struct Ocp {
    endpoint: Endpoint,
    shared: Arc<Shared>,
    end: DropGuard,
    server: JoinHandle<()>,
}

/// What requests and the clock share.
#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    desk: Desk,
}

impl Shared {
    /// A request that panicked leaves the world as it was; others go on.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ocp {
    /// Starts it; it answers when this returns.
    pub async fn start(options: Options) -> Result<Self, SimError> {
        let failed = |error| SimError::Listen(options.listen, error);
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let world = scene::build(options.scene, options.seed, &options.faults, address);
        let endpoint = world.accounts.endpoint(address);
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            desk: Desk::new(&options.faults, options.seed),
        });
        let end = CancellationToken::new();
        let server = tokio::spawn(serve::run(listener, Arc::clone(&shared), end.clone()));
        let tick = Duration::from_secs_f64((1.0 / options.speed.max(0.001)).max(0.001));
        tokio::spawn(clock(Arc::clone(&shared), tick, end.clone()));
        Ok(Self {
            endpoint,
            shared,
            end: end.drop_guard(),
            server,
        })
    }

    /// Where it is and who may ask.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// Requests served so far, by `METHOD route` (`GET tasks/instances/:id`).
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.shared.desk.requests()
    }

    /// Ends it and waits until its port is free.
    pub async fn stop(self) {
        drop(self.end);
        let _ = self.server.await;
    }
}

async fn clock(shared: Arc<Shared>, tick: Duration, end: CancellationToken) {
    let mut ticks = tokio::time::interval(tick);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks.tick().await;
    while end.run_until_cancelled(ticks.tick()).await.is_some() {
        shared.world().tick();
    }
}
