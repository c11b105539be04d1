//! Opening a place: addresses, or the embedded simulator.

use std::sync::Arc;

use jiff::Timestamp;

use crate::base::Secret;
use crate::config::durations::Durations;
use crate::config::{Api, Endpoint};
use crate::console::Place;
use crate::faces::access::{self, Account, Reach, Secrets, Want};
use crate::faces::exit::Stop;
use crate::faces::serve;
use crate::faces::view::shelf::Shelf;
use crate::fleet::Address;
use crate::fleet::task::{Source, Task, TaskId};
use crate::link::{Ask, Backend, Picture};
use crate::sim::{Options, Scene, Sim, ocp};

/// What the console shall open; there is one of it, and it is moved once.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "one is opened at a time")]
pub enum Target {
    /// A cluster behind these doors.
    Reach(Reach),
    /// The simulator of agents.
    Demo(Options),
    /// The simulator of a platform.
    Platform(ocp::Options),
    /// A file.
    Shelf(Shelf),
}

/// A simulation that runs in this process.
pub enum Simulation {
    /// Agents.
    Agents {
        /// Ends with it.
        _running: Sim,
    },
    /// A platform.
    Platform {
        /// Ends with it.
        _running: ocp::Ocp,
    },
}

/// An open place.
pub struct Opened {
    /// What the header says.
    pub place: Place,
    /// Who answers.
    pub backend: Arc<dyn Backend>,
    /// Where it is, to be opened again with a password.
    pub reach: Option<Reach>,
    /// A password that it will want and nobody gave.
    pub want: Option<Want>,
    /// The simulator, which lives as long as the place is open.
    pub sim: Option<Simulation>,
    /// The task that the scene is about.
    pub task: Option<TaskId>,
    /// What was seen of it before, from a recording.
    pub past: Vec<(Timestamp, Task)>,
}

impl Opened {
    /// How long tasks took there. What is simulated or saved teaches nothing
    /// that would hold elsewhere.
    #[must_use]
    pub fn durations(&self) -> Durations {
        let reach = self.reach.as_ref().filter(|_| self.sim.is_none());
        reach.map_or_else(Durations::default, Reach::durations)
    }
}

impl Target {
    /// What the header says before anything is open.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Reach(reach) => Place {
                name: reach.name.clone(),
                endpoint: reach
                    .endpoints
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                production: reach.production,
                platform: reach.is_platform(),
                saved_at: None,
            },
            Self::Platform(_) => Place {
                name: "demo".to_owned(),
                platform: true,
                ..Place::default()
            },
            Self::Demo(_) => Place {
                name: "demo".to_owned(),
                ..Place::default()
            },
            Self::Shelf(file) => Place {
                name: file.endpoint(),
                endpoint: file.endpoint(),
                saved_at: file.at(),
                ..Place::default()
            },
        }
    }

    /// Opens it. No answer of a server is needed for that, except where a
    /// password may have to be asked for.
    ///
    /// # Errors
    /// The simulator does not start.
    pub async fn open(self) -> Result<Opened, Stop> {
        match self {
            Self::Reach(mut reach) => {
                reach.settle().await?;
                let backend = reach.backend()?;
                let want = access::missing(&reach, backend.as_ref()).await;
                Ok(Opened {
                    place: Place {
                        endpoint: backend.endpoint(),
                        ..Self::Reach(reach.clone()).place()
                    },
                    backend,
                    reach: Some(reach),
                    want,
                    sim: None,
                    task: None,
                    past: Vec::new(),
                })
            }
            Self::Demo(options) => demo(options).await,
            Self::Platform(options) => platform(options).await,
            Self::Shelf(file) => Ok(Opened {
                place: Self::Shelf(file.clone()).place(),
                task: file.only(),
                past: file.past(),
                backend: Arc::new(file),
                reach: None,
                want: None,
                sim: None,
            }),
        }
    }
}

async fn demo(options: Options) -> Result<Opened, Stop> {
    let scene = options.scene;
    let sim = Sim::start(options).await.map_err(serve::refusal)?;
    let endpoints = sim.endpoints();
    let secret = |of: Option<&String>| Some(Secret::new(of.map_or("", String::as_str)));
    let first = endpoints.first();
    let agent = |endpoint: &crate::sim::Endpoint| {
        let (ip, port) = (endpoint.address.ip(), endpoint.address.port());
        Endpoint::Agent(Address::new(ip.to_string(), port))
    };
    let reach = Reach {
        endpoints: endpoints.iter().map(agent).collect(),
        secrets: Secrets {
            root: secret(first.and_then(|first| first.password.as_ref())),
            agent: secret(first.and_then(|first| first.agent_password.as_ref())),
            ..Secrets::default()
        },
        ..in_memory(Api::Obshell)
    };
    let about = scene == Scene::Failure;
    simulated(reach, Simulation::Agents { _running: sim }, about).await
}

async fn platform(options: ocp::Options) -> Result<Opened, Stop> {
    let scene = options.scene;
    let running = ocp::Ocp::start(options).await.map_err(serve::refusal)?;
    let endpoint = running.endpoint();
    let reach = Reach {
        endpoints: vec![Endpoint::Url(format!("http://{}", endpoint.address))],
        account: Account {
            user: Some(endpoint.user),
            access_key: None,
        },
        secrets: Secrets {
            root: Some(Secret::new(endpoint.password)),
            ..Secrets::default()
        },
        ..in_memory(Api::Ocp)
    };
    let about = scene == ocp::Scene::Giant;
    simulated(reach, Simulation::Platform { _running: running }, about).await
}

/// A place of which nothing is written down.
fn in_memory(api: Api) -> Reach {
    Reach {
        name: "demo".to_owned(),
        endpoints: Vec::new(),
        api: Some(api),
        account: Account::default(),
        secrets: Secrets::default(),
        production: false,
        read_only: false,
        ca_file: None,
        record: None,
        accept_key: None,
        places: None,
        pace: crate::faces::configured::PACE,
    }
}

/// Enters a simulation; `about` opens it on the task that its scene is about.
async fn simulated(reach: Reach, sim: Simulation, about: bool) -> Result<Opened, Stop> {
    let backend = reach.backend()?;
    let task = if about {
        newest(backend.as_ref()).await
    } else {
        None
    };
    Ok(Opened {
        place: Place {
            name: "demo".to_owned(),
            endpoint: backend.endpoint(),
            platform: backend.source() == Source::Ocp,
            ..Place::default()
        },
        backend,
        reach: Some(reach),
        want: None,
        sim: Some(sim),
        task,
        past: Vec::new(),
    })
}

/// The task that a scene opens on: the newest one that matters.
async fn newest(backend: &dyn Backend) -> Option<TaskId> {
    let asked = backend.ask(&Ask::Tasks).await.ok()?;
    let Picture::Tasks(tasks) = asked.picture else {
        return None;
    };
    let matters = |task: &&crate::fleet::task::Task| {
        task.is_live() || task.state == crate::fleet::task::State::Failed
    };
    tasks
        .iter()
        .find(matters)
        .or(tasks.first())
        .map(|task| task.id.clone())
}
