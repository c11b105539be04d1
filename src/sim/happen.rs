//! What befalls a simulation from outside while it runs.

use jiff::SignedDuration;

use super::fault::Fault;
use super::task::Store;
use super::world::{Agent, Observer, Plan, World};

/// What happens to agents and observers without anybody asking the agents for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// From now on this goes wrong too.
    Fault(Fault),
    /// Nothing goes wrong any more.
    Mended,
    /// The observer of an agent dies.
    ObserverDied(usize),
    /// The observer of an agent is started by hand.
    ObserverStarted(usize),
    /// An agent is killed and stays away.
    AgentDied(usize),
    /// A killed agent is started again; one that runs is restarted.
    AgentStarted(usize),
    /// An agent's home is made anew: it is a member of nothing and knows of nothing.
    Rebuilt(usize),
}

impl World {
    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Fault(fault) => self.faults.push((fault, 0)),
            Happening::Mended => self.faults.clear(),
            Happening::ObserverDied(agent) => self.set_observer(agent, 0),
            Happening::ObserverStarted(agent) => self.set_observer(agent, 1),
            Happening::AgentDied(agent) => self.set_dead(agent, true),
            Happening::AgentStarted(agent) => {
                let now = self.now();
                self.set_dead(agent, false);
                if let Some(own) = self.agents.get_mut(agent) {
                    own.pid += 13;
                    own.started = now + SignedDuration::from_millis(300);
                    own.sessions.clear();
                }
                self.wake(agent);
            }
            Happening::Rebuilt(agent) => self.rebuild(agent),
        }
    }

    fn set_dead(&mut self, agent: usize, dead: bool) {
        if let Some(own) = self.agents.get_mut(agent) {
            own.dead = dead;
            own.sessions.clear();
        }
    }

    fn set_observer(&mut self, agent: usize, state: u8) {
        let now = self.now();
        let Some(own) = self.agents.get_mut(agent) else {
            return;
        };
        own.observer.state = state;
        own.observer.turned = now;
        if state > 0 {
            own.observer.started = now;
        }
        if let Some(cluster) = own.cluster {
            self.quorum(cluster);
        }
    }

    fn rebuild(&mut self, agent: usize) {
        self.change_key(agent);
        let now = self.now();
        if let Some(own) = self.agents.get_mut(agent) {
            *own = Agent {
                pid: own.pid + 13,
                started: now - SignedDuration::from_millis(900),
                ..Agent::fresh(own.address, own.home.clone(), own.key.clone())
            };
        }
        if let Some(store) = self.stores.get_mut(agent) {
            *store = Store::default();
        }
    }
}

impl Agent {
    /// One that belongs to nothing.
    pub(super) fn fresh(
        address: std::net::SocketAddr,
        home: String,
        key: super::keys::AgentKey,
    ) -> Self {
        Self {
            address,
            identity: super::world::Identity::Single,
            zone: String::new(),
            home,
            version: None,
            key,
            pid: 0,
            started: jiff::Timestamp::UNIX_EPOCH,
            root_password: None,
            agent_password: None,
            master: None,
            members: Vec::new(),
            plan: Plan::default(),
            observer: Observer::default(),
            proxy: false,
            proxy_runs: false,
            proxy_version: "4.3.1.0".into(),
            proxy_at: ("/data/p1".into(), "2883".into()),
            cluster: None,
            dead: false,
            sessions: Vec::new(),
        }
    }
}
