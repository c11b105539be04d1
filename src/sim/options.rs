//! What a simulation is made of: scene, agents, speed, faults.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use super::fault::Fault;

/// How a simulation starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the agents are doing when the simulation starts.
    pub scene: Scene,
    /// How many agents, where the scene leaves it open.
    pub agents: Option<usize>,
    /// Address of the first agent; the others take the ports after it. Port 0 takes free ports.
    pub listen: SocketAddr,
    /// The agents' addresses one by one, as of hosts of their own; without any, `listen` counts.
    pub hosts: Vec<SocketAddr>,
    /// How many times faster than a real agent's tick of one second; at 0 the
    /// clock stands still until [`Sim::pass`](super::Sim::pass) moves it.
    pub speed: f64,
    /// Keys, process ids and trace ids come from here.
    pub seed: u64,
    /// What goes wrong on purpose.
    pub faults: Vec<Fault>,
    /// The agents' version instead of `4.5.0.0-1`. With commas one an agent: those
    /// after the first only say so, and behave as the first does.
    pub agent_version: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scene: Scene::Default,
            agents: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            hosts: Vec::new(),
            speed: 1.0,
            seed: 1,
            faults: Vec::new(),
            agent_version: None,
        }
    }
}

/// What the agents are doing when the simulation starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scene {
    /// A running cluster of three zones with a scale-out in progress.
    #[default]
    Default,
    /// Agents that belong to nothing yet; an init on them succeeds.
    Fresh,
    /// Three agents whose init fails at `Start observer` on one of them.
    Failure,
}

impl Scene {
    /// Every scene, in the order a help text shows them.
    pub const ALL: [Self; 3] = [Self::Default, Self::Fresh, Self::Failure];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fresh => "fresh",
            Self::Failure => "failure",
        }
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no scene.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scene is called {0:?}; there are default, fresh and failure")]
pub struct UnknownScene(pub String);

impl FromStr for Scene {
    type Err = UnknownScene;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scene| scene.word().eq_ignore_ascii_case(word.trim()))
            .ok_or_else(|| UnknownScene(word.to_owned()))
    }
}
