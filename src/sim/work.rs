//! What sub-tasks do: their kinds, their flags, and how their steps go on.

mod dirs;
mod doomed;
mod init;
mod meeting;
mod power;
mod proxy;
mod remote;
mod scale;
mod setup;
mod shrink;
mod tenant;
mod unscale;
mod upgrade;

use super::engine::Place;
use super::fault::FaultKind;
use super::task::State;
use super::world::World;

/// What a sub-task does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    /// Nothing any more: kept from the time before the simulation.
    Past,
    JoinSelf {
        zone: String,
    },
    JoinMaster {
        master: usize,
        zone: String,
    },
    BeFollower {
        master: usize,
        zone: String,
    },
    TellFollower {
        follower: usize,
    },
    DropFollower {
        follower: usize,
    },
    LeaveCluster,
    RemoveMaster,
    ClusterConfig {
        id: i64,
        name: String,
        rs_list: Option<String>,
        root: Option<String>,
    },
    ObserverConfig {
        scope: String,
        targets: Vec<String>,
        values: indexmap::IndexMap<String, String>,
    },
    Integrate,
    /// Of a cluster to come (`master` has the settings) or of a running one.
    Workdir {
        owner: usize,
    },
    DestroyWorkdir {
        owner: usize,
    },
    StartObserver {
        owner: usize,
    },
    StopObserver,
    Bootstrap,
    MigrateTable,
    ModifyPassword,
    CreateUser,
    MigrateData,
    ConvertFollowers,
    Synchronize {
        cluster_of: usize,
    },
    ConvertMaster,
    ImportScript,
    ProxyCheck,
    ProxyStart,
    Scale {
        step: scale::ScaleStep,
        new: usize,
        order: std::sync::Arc<ScaleOrder>,
    },
    Power {
        step: power::PowerStep,
        order: std::sync::Arc<PowerOrder>,
    },
    Shrink {
        step: shrink::ShrinkStep,
        order: std::sync::Arc<ShrinkOrder>,
    },
    Proxy {
        step: ProxyStep,
    },
    Tenant {
        step: tenant::TenantStep,
        order: std::sync::Arc<TenantOrder>,
    },
    Upgrade {
        step: upgrade::UpgradeStep,
        zone: String,
        order: std::sync::Arc<UpgradeOrder>,
    },
}

use doomed::Doom;
pub(super) use init::good_port;
pub(super) use power::{Power, PowerOrder, power_draft};
pub(super) use proxy::{ProxyStep, proxy_draft};
pub(super) use scale::{ScaleOrder, cluster_draft};
pub(super) use shrink::{ShrinkOrder, scale_in_draft, zone_draft};
pub(super) use tenant::{TenantOrder, create_draft, drop_draft};
pub(super) use upgrade::{UpgradeOrder, upgrade_draft, upgrade_nodes};

/// How a sub-task goes on.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Log(String),
    Done,
    /// Failed, with the text after `ERROR: `.
    Fail(String),
    Do(Effect),
    /// Ask the DAG on the other agent.
    Poll,
    /// Look again whether what a task waits for has come.
    Wait,
}

/// What a step changes in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    ObserverUp(usize, usize),
    ObserverDown(usize),
    ObserverState(usize, u8),
    Bootstrapped(usize),
    Synchronized(usize, usize),
    MasterConverted(usize),
    ServerAdded(usize),
    /// Whether the observers of a cluster are a majority.
    Quorum(usize),
}

/// What an operator may do with a node; a node has a flag if all its sub-tasks have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // four independent permissions, named as the agent names them
pub(super) struct Flags {
    pub(super) rollback: bool,
    pub(super) retry: bool,
    pub(super) cancel: bool,
    pub(super) pass: bool,
}

#[allow(clippy::fn_params_excessive_bools)] // the columns of the table
const fn flags(rollback: bool, retry: bool, cancel: bool, pass: bool) -> Flags {
    Flags {
        rollback,
        retry,
        cancel,
        pass,
    }
}

impl Work {
    /// The table of `api/obshell.md` §6.
    pub(super) fn flags(&self) -> Flags {
        match self {
            Self::Past
            | Self::JoinSelf { .. }
            | Self::JoinMaster { .. }
            | Self::BeFollower { .. }
            | Self::DropFollower { .. }
            | Self::LeaveCluster
            | Self::RemoveMaster => flags(false, false, false, false),
            Self::TellFollower { .. } => flags(false, false, false, true),
            Self::ClusterConfig { .. }
            | Self::ObserverConfig { .. }
            | Self::CreateUser
            | Self::Synchronize { .. } => flags(false, true, true, false),
            Self::Integrate
            | Self::Workdir { .. }
            | Self::Bootstrap
            | Self::MigrateTable
            | Self::MigrateData => flags(true, true, true, false),
            Self::StartObserver { .. } | Self::ProxyStart => flags(true, true, true, true),
            Self::ModifyPassword | Self::ConvertFollowers | Self::ConvertMaster => {
                flags(true, true, false, false)
            }
            Self::DestroyWorkdir { .. }
            | Self::StopObserver
            | Self::ImportScript
            | Self::ProxyCheck => flags(false, true, true, true),
            Self::Scale { .. } => flags(true, true, false, false),
            Self::Power { step, .. } => step.flags(),
            Self::Shrink { step, .. } => step.flags(),
            Self::Proxy { step } => step.flags(),
            Self::Tenant { step, .. } => step.flags(),
            Self::Upgrade { step, .. } => step.flags(),
        }
    }
}

impl World {
    /// Begin a sub-task's forward attempt.
    pub(super) fn run(&mut self, place: Place, work: &Work) {
        let Some(agent) = self.task(place).map(|task| task.agent) else {
            return;
        };
        if remote::follows(work) && place.store != agent {
            self.run_remote(place, agent, work);
            return;
        }
        match self.doom(place) {
            // It hangs; an observer that does not come up is asked for ten minutes.
            Some(Doom::Hangs) => {
                if let Work::StartObserver { owner } = work
                    && self.start_lines(place, *owner, agent)
                {
                    self.after(place, 2_110, Step::Wait);
                }
            }
            Some(Doom::Fails(words)) => self.run_doomed(place, agent, work, words),
            None => self.run_here(place, agent, work),
        }
    }

    fn run_here(&mut self, place: Place, agent: usize, work: &Work) {
        match work {
            Work::Past => self.after(place, 0, Step::Done),
            Work::Scale { step, new, order } => {
                let order = std::sync::Arc::clone(order);
                self.run_scale(place, *step, *new, &order);
            }
            Work::Power { step, order } => {
                let order = std::sync::Arc::clone(order);
                self.run_power(place, *step, &order);
            }
            Work::Shrink { step, order } => {
                let order = std::sync::Arc::clone(order);
                self.run_shrink(place, *step, &order);
            }
            Work::Proxy { step } => self.run_proxy(place, step),
            Work::Tenant { step, order } => {
                let order = std::sync::Arc::clone(order);
                self.run_tenant(place, *step, &order);
            }
            Work::Upgrade { step, zone, order } => {
                let order = std::sync::Arc::clone(order);
                self.run_upgrade(place, *step, zone, &order);
            }
            Work::Integrate
            | Work::Workdir { .. }
            | Work::DestroyWorkdir { .. }
            | Work::StartObserver { .. }
            | Work::StopObserver
            | Work::Bootstrap
            | Work::MigrateTable
            | Work::ModifyPassword
            | Work::CreateUser
            | Work::MigrateData
            | Work::ConvertFollowers
            | Work::Synchronize { .. }
            | Work::ConvertMaster
            | Work::ImportScript => self.run_init(place, agent, work),
            _ => self.run_setup(place, agent, work),
        }
    }

    /// Whether a fault meets this attempt.
    fn doom(&mut self, place: Place) -> Option<Doom> {
        let task = self.task(place)?;
        let (name, agent) = (task.name.clone(), task.agent);
        let address = self.name(agent);
        let port = self.addresses.get(agent).map(|at| at.port().to_string())?;
        // Without a word about whom it meets, it is the last of those who do the same thing.
        let last = self.known_to_all(agent).last() == Some(&agent);
        let wide = self
            .dag(place.store, place.dag)?
            .nodes
            .get(place.node)?
            .tasks
            .len()
            > 1;
        let parallel = wide || self.task(place)?.work.spread();
        for (fault, hits) in &mut self.faults {
            let (wanted, hang) = match &fault.kind {
                FaultKind::TaskFail(node) => (node, false),
                FaultKind::TaskHang(node) => (node, true),
                _ => continue,
            };
            let (wanted, words) = wanted
                .split_once(": ")
                .map_or((wanted.as_str(), None), |(node, words)| (node, Some(words)));
            if !wanted.eq_ignore_ascii_case(&name) {
                continue;
            }
            let meant = match fault.route.as_deref() {
                Some("all") => true,
                Some(at) => at == address || at == port,
                None => !parallel || last,
            };
            if !meant {
                continue;
            }
            *hits += 1;
            if fault.nth.is_none_or(|nth| *hits == nth) {
                return Some(if hang {
                    Doom::Hangs
                } else {
                    Doom::Fails(words.map(str::to_owned))
                });
            }
        }
        None
    }

    /// The agents among which the last one meets a fault.
    fn known_to_all(&self, agent: usize) -> Vec<usize> {
        let mut known = self.known(agent);
        known.sort_unstable();
        known
    }

    /// Undo what a sub-task did.
    pub(super) fn roll_back(&mut self, place: Place, work: &Work) {
        let Some(agent) = self.task(place).map(|task| task.agent) else {
            return;
        };
        if remote::follows(work) && place.store != agent {
            self.roll_back_remote(place, agent, work);
            return;
        }
        match work {
            Work::Scale { step, new, order } => {
                let order = std::sync::Arc::clone(order);
                self.roll_back_scale(place, *step, *new, &order);
            }
            Work::Shrink { step, order } => {
                let order = std::sync::Arc::clone(order);
                self.roll_back_shrink(place, *step, &order);
            }
            Work::Power { .. } | Work::Proxy { .. } | Work::Upgrade { .. } => {
                self.after(place, 1, Step::Done);
            }
            Work::Tenant { step, order } => {
                let order = std::sync::Arc::clone(order);
                self.roll_back_tenant(place, *step, &order);
            }
            _ => self.roll_back_init(place, agent, work),
        }
    }

    /// Go on with a running sub-task.
    pub(super) fn step(&mut self, place: Place, step: Step) {
        match step {
            Step::Log(text) => self.log(place, text),
            Step::Done => self.finish(place, State::Succeed),
            Step::Fail(text) => {
                // A rendezvous fails without a word.
                if !text.is_empty() {
                    self.log(place, format!("ERROR: {text}"));
                }
                self.finish(place, State::Failed);
            }
            Step::Do(effect) => self.apply(effect),
            Step::Poll => self.poll_remote(place),
            Step::Wait => self.wait(place),
        }
    }

    /// Looks again at what a sub-task waits for.
    fn wait(&mut self, place: Place) {
        match self.task(place).map(|task| task.work.clone()) {
            Some(Work::Power { step, order }) => self.wait_power(place, step, &order),
            Some(Work::Shrink { step, order }) => self.wait_shrink(place, step, &order),
            Some(Work::StartObserver { owner }) => self.wait_observer(place, owner),
            _ => self.wait_scale(place),
        }
    }

    /// Lines at once, then the end.
    fn lines_then_done(&mut self, place: Place, lines: &[&str]) {
        for line in lines {
            self.log(place, *line);
        }
        self.after(place, 0, Step::Done);
    }
}

impl Work {
    /// Done by several agents in the same way.
    fn spread(&self) -> bool {
        remote::follows(self)
    }
}
