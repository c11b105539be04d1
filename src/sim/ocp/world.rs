//! Everything the platform knows, and how it changes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore as _;

use super::auth::{Accounts, Caller};
use super::engine::{Context, Shape, Subject, Task};
use super::fleet::{Alarm, Cluster, Host, Package, Proxy, ProxyCluster, Server, Tenant};
use super::plan::{Plan, Step};
use super::subtask::{Operation, Status, graph};
use crate::sim::Fault;

/// A change of the fleet at the end of a task. `None` takes the thing away.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Server(i64, Option<&'static str>),
    Zone(i64, String, Option<&'static str>),
    Cluster(i64, &'static str),
    Proxy(i64, Option<&'static str>),
    ProxyCluster(i64),
    Host(i64, Option<&'static str>),
}

/// A task that ended before the simulation began; made whole when looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    pub plan: &'static Plan,
    pub cluster: i64,
    pub began: Timestamp,
    pub fate: Status,
}

/// A task, whole or not yet.
#[derive(Debug)]
pub(super) enum Record {
    Live(Box<Task>),
    Past(Past),
}

/// Who starts what, for a new task.
pub(super) struct Order {
    pub name: String,
    pub steps: Vec<Step>,
    pub targets: Vec<String>,
    pub shape: Shape,
    pub subject: Subject,
    pub context: Context,
    pub done: Vec<Change>,
    pub undone: Vec<Change>,
}

#[derive(Debug)]
pub(super) struct World {
    pub accounts: Accounts,
    pub faults: Vec<Fault>,
    /// The server's clock minus the real one.
    pub ahead: SignedDuration,
    /// Where the platform listens, for the addresses that it prints.
    pub address: String,
    pub clusters: BTreeMap<i64, Cluster>,
    pub servers: BTreeMap<i64, Server>,
    pub hosts: BTreeMap<i64, Host>,
    pub proxy_clusters: BTreeMap<i64, ProxyCluster>,
    pub proxies: BTreeMap<i64, Proxy>,
    pub packages: BTreeMap<i64, Package>,
    pub alarms: BTreeMap<i64, Alarm>,
    pub tenants: BTreeMap<i64, Tenant>,
    pub tasks: BTreeMap<i64, Record>,
    pub random: ChaCha8Rng,
    pub next_task: i64,
    pub next_subtask: i64,
    next: i64,
}

impl World {
    pub fn new(random: ChaCha8Rng, faults: &[Fault], address: String) -> Self {
        let mut random = random;
        let accounts = Accounts::new(|count| hex(&mut random, count));
        Self {
            accounts,
            faults: faults.to_vec(),
            ahead: SignedDuration::ZERO,
            address,
            clusters: BTreeMap::new(),
            servers: BTreeMap::new(),
            hosts: BTreeMap::new(),
            proxy_clusters: BTreeMap::new(),
            proxies: BTreeMap::new(),
            packages: BTreeMap::new(),
            alarms: BTreeMap::new(),
            tenants: BTreeMap::new(),
            tasks: BTreeMap::new(),
            random,
            next_task: 107_720,
            next_subtask: 129_356,
            next: 1000,
        }
    }

    /// The server's clock.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.ahead).unwrap_or(now)
    }

    /// A fresh id of a host, server, proxy or package.
    pub fn id(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// Random hexadecimal digits.
    pub fn hex(&mut self, count: usize) -> String {
        hex(&mut self.random, count)
    }

    /// Numbers below `count` in an order of their own.
    fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for at in (1..count).rev() {
            let other = self.random.next_u64() % (at as u64 + 1);
            order.swap(at, other as usize);
        }
        order
    }

    /// Makes a task and starts it. Ids, `seriesId` and the order of the list
    /// are no order, as in every recorded answer.
    pub fn submit(&mut self, order: Order, caller: Caller) -> i64 {
        let now = self.now();
        let mut subtasks = graph(order.steps, &order.targets, 0);
        let count = subtasks.len();
        let ids = self.shuffled(count);
        let series = self.shuffled(count);
        for (index, subtask) in subtasks.iter_mut().enumerate() {
            subtask.id = self.next_subtask + ids[index] as i64;
            subtask.series = series[index];
        }
        self.next_subtask += count as i64;
        let id = self.next_task;
        self.next_task += 1;
        let mut task = Task {
            id,
            name: order.name,
            shape: order.shape,
            subject: order.subject,
            creator: (caller.id, caller.name.to_owned()),
            status: Status::Running,
            operation: Operation::Execute,
            created: now,
            began: now,
            ended: None,
            context: order.context,
            order: self.shuffled(count),
            subtasks,
            done: order.done,
            undone: order.undone,
        };
        task.launch(now);
        self.tasks.insert(id, Record::Live(Box::new(task)));
        id
    }

    /// The task of that id, made whole.
    pub fn task(&mut self, id: i64) -> Option<&mut Task> {
        let whole = match self.tasks.get(&id)? {
            Record::Past(past) => Some(expand(id, *past)),
            Record::Live(_) => None,
        };
        if let Some(task) = whole {
            self.tasks.insert(id, Record::Live(Box::new(task)));
        }
        match self.tasks.get_mut(&id)? {
            Record::Live(task) => Some(task),
            Record::Past(_) => None,
        }
    }

    /// One tick of the engine.
    pub fn tick(&mut self) {
        let now = self.now();
        let mut changes = Vec::new();
        for record in self.tasks.values_mut() {
            if let Record::Live(task) = record {
                changes.extend(task.tick(now, &self.faults));
            }
        }
        for change in changes {
            self.apply(change, now);
        }
    }

    /// Makes a change.
    pub fn apply(&mut self, change: Change, now: Timestamp) {
        match change {
            Change::Server(id, Some(status)) => {
                if let Some(server) = self.servers.get_mut(&id) {
                    if status == "RUNNING" && server.status != "RUNNING" {
                        server.started = now;
                    }
                    server.status = status;
                }
            }
            Change::Server(id, None) => {
                self.servers.remove(&id);
            }
            Change::Zone(cluster, name, status) => {
                if let Some(cluster) = self.clusters.get_mut(&cluster) {
                    match status {
                        Some(status) => {
                            let zone = cluster.zones.iter_mut().find(|zone| zone.name == name);
                            if let Some(zone) = zone {
                                zone.status = status;
                            }
                        }
                        None => cluster.zones.retain(|zone| zone.name != name),
                    }
                }
            }
            Change::Cluster(id, status) => {
                if let Some(cluster) = self.clusters.get_mut(&id) {
                    cluster.status = status;
                }
            }
            Change::Proxy(id, Some(status)) => {
                if let Some(proxy) = self.proxies.get_mut(&id) {
                    proxy.status = status;
                    proxy.active = now;
                }
            }
            Change::Proxy(id, None) => {
                self.proxies.remove(&id);
            }
            Change::ProxyCluster(id) => {
                self.proxy_clusters.remove(&id);
            }
            Change::Host(id, Some(status)) => {
                if let Some(host) = self.hosts.get_mut(&id) {
                    host.special = Some(status).filter(|status| *status != "AVAILABLE");
                }
            }
            Change::Host(id, None) => {
                self.hosts.remove(&id);
            }
        }
    }

    /// Makes several changes.
    pub fn apply_all(&mut self, changes: Vec<Change>) {
        let now = self.now();
        for change in changes {
            self.apply(change, now);
        }
    }
}

fn hex(random: &mut ChaCha8Rng, count: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    (0..count)
        .map(|_| char::from(DIGITS[(random.next_u32() % 16) as usize]))
        .collect()
}

/// A past task as it was: the same each time, from its id alone.
pub(super) fn expand(id: i64, past: Past) -> Task {
    let subtasks = graph(
        past.plan.steps(),
        &[format!("10.1.0.{}", id % 250)],
        id * 100,
    );
    let count = subtasks.len();
    // Any fixed order that is not topological.
    let order: Vec<usize> = (0..count).rev().collect();
    let mut task = Task {
        id,
        name: past.plan.name.to_owned(),
        shape: Shape::Bare,
        subject: Subject {
            cluster: Some(past.cluster),
            ..Subject::default()
        },
        creator: (100, "admin".to_owned()),
        status: Status::Running,
        operation: Operation::Execute,
        created: past.began,
        began: past.began,
        ended: None,
        context: Context::default(),
        order,
        subtasks,
        done: Vec::new(),
        undone: Vec::new(),
    };
    let until = if past.fate == Status::Failed {
        count / 2
    } else {
        count
    };
    task.preset(until, past.fate, SignedDuration::from_secs(3));
    task
}
