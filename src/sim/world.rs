//! The simulated site: agents, what they know, and the time they live in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha20Rng;
use rsa::rand_core::{RngCore, SeedableRng};

use super::age::Age;
use super::engine::Event;
use super::fault::{Fault, FaultKind};
use super::keys::AgentKey;
use super::routes::Session;
use super::task::{Dag, GLOBAL, GenericId, Home, Show, Store, TENANT};

/// Build of the simulated observer.
const OB_VERSION: &str = "4.3.5.1";
/// Its release part.
const OB_RELEASE: &str = "101000042025031818";
/// Version of the simulated agents.
pub(super) const AGENT_VERSION: &str = "4.5.0.0-1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    Single,
    Master,
    Follower,
    ClusterAgent,
    ScalingOut,
    ScalingIn,
}

impl Identity {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Single => "SINGLE",
            Self::Master => "MASTER",
            Self::Follower => "FOLLOWER",
            Self::ClusterAgent => "CLUSTER AGENT",
            Self::ScalingOut => "SCALING OUT",
            Self::ScalingIn => "SCALING IN",
        }
    }
}

/// The observer beside an agent.
#[derive(Debug, Clone, Default)]
pub(super) struct Observer {
    /// 0 not running, 1 running, 2 restricted, 3 available.
    pub(super) state: u8,
    pub(super) sql_port: u16,
    pub(super) rpc_port: u16,
    pub(super) pid: u32,
    pub(super) id: u64,
    pub(super) started: Timestamp,
    /// When its process last came or went: the database notices a little later.
    pub(super) turned: Timestamp,
    /// Since when it is out of service although its process runs.
    pub(super) out_of_service: Option<Timestamp>,
    /// Its data and its logs.
    pub(super) dirs: (String, String),
    /// The database is moving everything away from it.
    pub(super) deleting: bool,
    /// Parameters that were set on it while it ran.
    pub(super) parameters: IndexMap<String, String>,
}

/// One `observer/config` call as the master keeps it.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) scope: String,
    pub(super) target: String,
    pub(super) values: IndexMap<String, String>,
}

/// What a master was told about the cluster to come.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub(super) cluster: Option<(i64, String)>,
    pub(super) root_password: Option<String>,
    pub(super) rs_list: Option<String>,
    pub(super) settings: Vec<Setting>,
    /// The zones its followers joined into: a removed one forgets its own.
    pub(super) zones: IndexMap<usize, String>,
}

/// One agent.
#[allow(clippy::struct_field_names)] // "agent password" is what everybody calls it
pub(super) struct Agent {
    pub(super) address: SocketAddr,
    pub(super) identity: Identity,
    pub(super) zone: String,
    pub(super) home: String,
    /// What it says of its version, where that is not the others'.
    pub(super) version: Option<String>,
    pub(super) key: AgentKey,
    pub(super) pid: u32,
    pub(super) started: Timestamp,
    /// The root@sys password this agent compares with; none until it is told one.
    pub(super) root_password: Option<String>,
    pub(super) agent_password: Option<String>,
    /// Of a FOLLOWER.
    pub(super) master: Option<usize>,
    /// Of a MASTER, itself first.
    pub(super) members: Vec<usize>,
    pub(super) plan: Plan,
    pub(super) observer: Observer,
    pub(super) proxy: bool,
    pub(super) proxy_runs: bool,
    pub(super) proxy_version: String,
    /// Where its `OBProxy` is, and the port it listens on.
    pub(super) proxy_at: (String, String),
    /// Which of the world's clusters it belongs to.
    pub(super) cluster: Option<usize>,
    /// Its process is gone.
    pub(super) dead: bool,
    /// Who has logged in, in memory only.
    pub(super) sessions: Vec<Session>,
}

/// A running cluster.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) id: i64,
    pub(super) name: String,
    /// Its zones in order of creation.
    pub(super) zones: Vec<String>,
    /// Those that were stopped.
    pub(super) stopped_zones: Vec<String>,
    /// How many of them it began with.
    pub(super) born_with: usize,
    /// Its agents in order of arrival.
    pub(super) members: Vec<usize>,
    pub(super) next_server: u64,
    pub(super) tenants: Vec<super::scene::Tenant>,
    pub(super) units: Vec<super::scene::Unit>,
    pub(super) parameters: IndexMap<String, String>,
}

/// A package that was uploaded.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) id: u64,
    /// The agent that keeps it, for one of an `OBProxy`; else the cluster does.
    pub(super) at: Option<usize>,
    pub(super) name: String,
    pub(super) version: String,
    /// With its distribution: `1.el7`.
    pub(super) release: String,
    pub(super) size: u64,
    pub(super) uploaded: Timestamp,
}

/// Everything, behind one lock.
pub(super) struct World {
    pub(super) agents: Vec<Agent>,
    pub(super) addresses: Vec<SocketAddr>,
    /// One an agent, then one a cluster.
    pub(super) stores: Vec<Store>,
    pub(super) clusters: Vec<Cluster>,
    pub(super) version: String,
    /// Version and release of the observers.
    pub(super) ob_version: String,
    pub(super) ob_release: String,
    pub(super) packages: Vec<Package>,
    /// The generation of that version.
    pub(super) age: Age,
    pub(super) faults: Vec<(Fault, u64)>,
    pub(super) random: ChaCha20Rng,
    pub(super) dangerous: u64,
    pub(super) requests: BTreeMap<(usize, String), u64>,
    /// Every session that was opened, and how many requests it carried.
    pub(super) given: Vec<(String, u64)>,
    /// Seconds that the agents' clocks are off.
    pub(super) skew: i64,
    pub(super) seed: u64,
    /// How often a key was changed.
    pub(super) generation: u64,
    /// Simulated nanoseconds since the start.
    pub(super) clock: u64,
    pub(super) queue: BTreeMap<(u64, u64), Event>,
    pub(super) sequence: u64,
    pub(super) ticking: Vec<bool>,
    began: Instant,
    base: Timestamp,
    /// The clock stands still until it is moved by hand.
    still: bool,
    speed: f64,
    /// The speed at this moment: the past is played at 1.
    pace: f64,
}

impl World {
    pub(super) fn new(
        addresses: &[SocketAddr],
        seed: u64,
        pace: f64,
        version: Option<&str>,
        faults: &[Fault],
    ) -> Result<Self, rsa::Error> {
        // The release part is always told.
        let whole = |version: &str| {
            let release = if version.contains('-') { "" } else { "-1" };
            format!("{version}{release}")
        };
        let versions = version.unwrap_or(AGENT_VERSION).split(',').map(whole);
        let versions: Vec<String> = versions.collect();
        let version = versions.first().cloned().unwrap_or_default();
        let age = Age::of(&version);
        let base = Timestamp::now();
        let still = pace <= 0.0;
        let rate = if still { 1.0 } else { pace };
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut agents = Vec::with_capacity(addresses.len());
        for (index, address) in addresses.iter().enumerate() {
            let millis =
                1_200 * (addresses.len() - index) as i64 + i64::from(random.next_u32() % 997);
            agents.push(Agent {
                pid: 7_000 + 400 * index as u32 + random.next_u32() % 397,
                started: base - SignedDuration::from_millis(millis),
                version: versions.get(index).filter(|own| **own != version).cloned(),
                ..Agent::fresh(
                    *address,
                    format!("/data/ob{}", index + 1),
                    AgentKey::derive(seed, index, 0, age.bits())?,
                )
            });
        }
        let skew = faults
            .iter()
            .find_map(|fault| match fault.kind {
                FaultKind::Clock(seconds) => Some(seconds),
                _ => None,
            })
            .unwrap_or_default();
        Ok(Self {
            addresses: addresses.to_vec(),
            stores: agents.iter().map(|_| Store::default()).collect(),
            ticking: vec![false; agents.len()],
            agents,
            clusters: Vec::new(),
            ob_version: OB_VERSION.to_owned(),
            ob_release: OB_RELEASE.to_owned(),
            packages: Vec::new(),
            version,
            age,
            faults: faults.iter().map(|fault| (fault.clone(), 0)).collect(),
            random,
            dangerous: 0,
            requests: BTreeMap::new(),
            given: Vec::new(),
            skew,
            seed,
            generation: 0,
            clock: 0,
            queue: BTreeMap::new(),
            sequence: 0,
            began: Instant::now(),
            base,
            still,
            speed: rate,
            pace: rate,
        })
    }

    /// Simulated nanoseconds since the start, by the wall's clock.
    pub(super) fn elapsed(&self) -> u64 {
        if self.still {
            return self.clock;
        }
        (self.began.elapsed().as_nanos() as f64 * self.speed) as u64
    }

    /// The agents' time at a simulated moment. Speed shortens what tasks take; the clock stays a clock.
    pub(super) fn at(&self, clock: u64) -> Timestamp {
        let real = Duration::from_nanos((clock as f64 / self.pace) as u64);
        self.base + real + SignedDuration::from_secs(self.skew)
    }

    /// The agents' time at the event that is being handled.
    pub(super) fn now(&self) -> Timestamp {
        self.at(self.clock)
    }

    /// What follows happened that long ago. At any speed the past is played at the pace of a clock.
    pub(super) fn past(&mut self, ago: SignedDuration) {
        self.shift(Timestamp::now() - ago, Instant::now());
        self.pace = 1.0;
    }

    /// From here on it is now, or a moment ago (in simulated time, which is then caught up with).
    pub(super) fn settle(&mut self, ago: SignedDuration) {
        self.pace = self.speed;
        let real = ago.unsigned_abs().div_f64(self.speed);
        let began = Instant::now()
            .checked_sub(real)
            .unwrap_or_else(Instant::now);
        self.shift(Timestamp::now() - real, began);
    }

    /// Move the beginning of the clock; what is queued moves with it.
    fn shift(&mut self, base: Timestamp, began: Instant) {
        let clock = self.clock;
        let queue = std::mem::take(&mut self.queue);
        self.queue = queue
            .into_iter()
            .map(|((at, order), event)| ((at.saturating_sub(clock), order), event))
            .collect();
        self.clock = 0;
        self.base = base;
        self.began = began;
    }

    /// What an agent says of its version.
    pub(super) fn version_of(&self, agent: usize) -> &str {
        let own = self
            .agents
            .get(agent)
            .and_then(|own| own.version.as_deref());
        own.unwrap_or(&self.version)
    }

    pub(super) fn name(&self, agent: usize) -> String {
        self.addresses
            .get(agent)
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    pub(super) fn find(&self, address: SocketAddr) -> Option<usize> {
        self.addresses.iter().position(|at| *at == address)
    }

    /// Whose ids a store gives.
    pub(super) fn home(&self, store: usize) -> Home {
        self.addresses
            .get(store)
            .map_or(Home::Cluster, |at| Home::Agent(*at))
    }

    /// Where a cluster's tasks are kept.
    pub(super) fn cluster_store(&self, cluster: usize) -> usize {
        self.agents.len() + cluster
    }

    pub(super) fn show(&self, store: usize, details: bool) -> Show<'_> {
        Show {
            home: self.home(store),
            agents: &self.addresses,
            details,
        }
    }

    pub(super) fn generic(&self, store: usize, dag: &Dag) -> String {
        GenericId {
            home: self.home(store),
            proxy: dag.proxy,
            id: dag.id,
        }
        .text()
    }

    /// What an observer calls its build.
    pub(super) fn build_version(&self) -> String {
        format!("{}_{}", self.ob_version, self.ob_release)
    }

    /// The DAG that keeps an agent (or the cluster) from starting another one.
    pub(super) fn lock(&self, store: usize) -> Option<&Dag> {
        self.stores
            .get(store)?
            .dags
            .iter()
            .find(|dag| dag.locks() && [GLOBAL, TENANT].contains(&dag.maintenance))
    }

    /// All agents that one agent knows, itself included.
    pub(super) fn known(&self, agent: usize) -> Vec<usize> {
        let Some(own) = self.agents.get(agent) else {
            return Vec::new();
        };
        match own.identity {
            Identity::Master => own.members.clone(),
            Identity::Follower => own
                .master
                .map_or_else(|| vec![agent], |master| self.known(master)),
            Identity::ClusterAgent => own
                .cluster
                .and_then(|cluster| self.clusters.get(cluster))
                .map_or_else(|| vec![agent], |cluster| cluster.members.clone()),
            Identity::Single | Identity::ScalingOut | Identity::ScalingIn => vec![agent],
        }
    }

    /// What a member's observer will be started with: per key the value written last.
    pub(super) fn settings(&self, master: usize, member: usize) -> IndexMap<String, String> {
        let mut values = IndexMap::new();
        let (Some(owner), Some(agent)) = (self.agents.get(master), self.agents.get(member)) else {
            return values;
        };
        for setting in &owner.plan.settings {
            let meant = match setting.scope.as_str() {
                "ZONE" => setting.target == agent.zone,
                "SERVER" => setting.target == agent.address.to_string(),
                _ => true,
            };
            if meant {
                for (key, value) in &setting.values {
                    values.insert(key.clone(), value.clone());
                }
            }
        }
        values
    }

    /// 16 hex digits.
    pub(super) fn trace(&mut self) -> String {
        format!("{:016x}", self.random.next_u64())
    }

    /// A version-4 UUID.
    pub(super) fn uuid(&mut self) -> String {
        let high = self.random.next_u64();
        let low = self.random.next_u64();
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

    /// An agent is a member of nothing again; its agent password stays.
    pub(super) fn make_single(&mut self, agent: usize) {
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.identity = Identity::Single;
            agent.zone.clear();
            agent.root_password = None;
            agent.sessions.clear();
            agent.master = None;
            agent.members.clear();
            agent.plan = Plan::default();
            agent.observer = Observer::default();
            agent.cluster = None;
        }
    }
}
