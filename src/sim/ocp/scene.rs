//! What a platform manages when it starts.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::body::Body;
use super::engine::{Context, Shape, Subject};
use super::fleet::Host;
use super::operations::Verb;
use super::plan::{self, Step};
use super::stage::{ADMIN, HOUR, Stage};
use super::subtask::Status;
use super::world::{Order, World};
use crate::sim::{Fault, FaultKind};

/// What a simulated OCP manages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scene {
    /// 4 clusters, 20 hosts, 2 clusters of OBProxies, servers being added.
    #[default]
    Ocp,
    /// 12 tasks at once on two clusters.
    Busy,
    /// 200 clusters, 1,000 servers, 10,000 finished tasks.
    Fleet,
    /// One task of 10,000 nodes.
    Giant,
}

impl Scene {
    /// Every scene, in the order a help text shows them.
    pub const ALL: [Self; 4] = [Self::Ocp, Self::Busy, Self::Fleet, Self::Giant];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ocp => "ocp",
            Self::Busy => "busy",
            Self::Fleet => "fleet",
            Self::Giant => "giant",
        }
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no scene of OCP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scene of OCP is called {0:?}; there are ocp, busy, fleet and giant")]
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

/// Builds a scene.
pub(super) fn build(scene: Scene, seed: u64, faults: &[Fault], address: SocketAddr) -> World {
    let mut world = World::new(ChaCha8Rng::seed_from_u64(seed), faults, address.to_string());
    for fault in faults {
        if let FaultKind::Clock(seconds) = fault.kind {
            world.ahead = SignedDuration::from_secs(seconds);
        }
    }
    let mut stage = Stage::new(world);
    stage.packages();
    match scene {
        Scene::Ocp => stage.ocp(),
        Scene::Busy => stage.busy(),
        Scene::Fleet => stage.fleet(),
        Scene::Giant => stage.giant(),
    }
    stage.world
}

impl Stage {
    fn ocp(&mut self) {
        let prod = self.cluster("prod", "4.2.1.4", &[2, 1, 1]);
        let pay = self.cluster("pay", "4.2.1.4", &[1, 1, 1]);
        let old = self.cluster("archive", "3.1.4", &[1]);
        let test = self.cluster("test", "4.2.1.4", &[3]);
        self.proxies("entry", &[prod, pay], "4.2.3.0-20240131100000", 1);
        self.proxies("archive_entry", &[old], "1.9.1.1-1919579", 1);
        while self.world.hosts.len() < 20 {
            self.host(self.world.hosts.len() as i64 % 3 + 1);
        }
        let hosts: Vec<i64> = self.world.hosts.keys().copied().collect();
        if let Some(offline) = hosts.last().and_then(|last| self.world.hosts.get_mut(last)) {
            offline.special = Some("OFFLINE");
        }
        self.alarm(
            2,
            "The disk usage of an OBServer is high",
            Some(prod),
            None,
            true,
        );
        self.alarm(
            3,
            "The clocks of two hosts differ",
            None,
            hosts.get(3).copied(),
            true,
        );
        self.alarm(
            1,
            "Insufficient exporter processes",
            None,
            hosts.first().copied(),
            false,
        );
        self.past(&plan::CREATE_TENANT, pay, 26 * HOUR, Status::Successful);
        self.past(&plan::ADD_SERVERS, prod, 25 * HOUR, Status::Successful);
        self.past(&plan::REINSTALL_AGENT, prod, 20 * HOUR, Status::Failed);
        self.undone(old);
        self.forked(test);
        let free = self.free().first().copied();
        let request = format!(
            r#"{{"zoneName":"zone2","servers":[{}]}}"#,
            free.unwrap_or_default()
        );
        if let Ok(body) = Body::read(request.as_bytes())
            && let Ok(id) = self.world.add_servers(prod, &body, ADMIN)
        {
            self.advance(id, 6, Status::Running);
        }
    }

    /// Hosts on which nothing runs.
    fn free(&self) -> Vec<i64> {
        let free = |host: &&Host| self.world.host_status(host) == "AVAILABLE";
        self.world
            .hosts
            .values()
            .filter(free)
            .map(|host| host.id)
            .collect()
    }

    /// A task as it would be some steps later.
    fn advance(&mut self, id: i64, steps: usize, fate: Status) {
        let pace = SignedDuration::from_secs(3);
        let span = pace * (steps as i32 + 1);
        let began = self.began.checked_sub(span).unwrap_or(self.began);
        if let Some(task) = self.world.task(id) {
            task.began = began;
            task.created = began;
            task.preset(steps, fate, pace);
        }
    }

    /// A task that failed and was rolled back: SUCCESSFUL, and nothing done.
    fn undone(&mut self, cluster: i64) {
        self.past(&plan::CREATE_TENANT, cluster, 12 * HOUR, Status::Failed);
        let id = self.world.next_task - 1;
        let now = self.ago(11 * HOUR);
        if let Some(task) = self.world.task(id) {
            let _ = task.roll_back();
            while task.status == Status::Running {
                task.tick(now, &[]);
            }
        }
    }

    /// A graph that forks over the servers of a zone and failed in one branch.
    fn forked(&mut self, cluster: i64) {
        if let Ok(id) = self.world.zone_verb(cluster, "zone1", Verb::Restart, ADMIN) {
            self.advance(id, 8, Status::Failed);
        }
    }

    fn busy(&mut self) {
        let clusters = [
            self.cluster("prod", "4.2.1.4", &[2, 2, 2]),
            self.cluster("pay", "4.2.1.4", &[3, 3, 3]),
        ];
        for _ in 0..6 {
            self.host(1);
        }
        let plans = [
            &plan::CREATE_TENANT,
            &plan::REINSTALL_AGENT,
            &plan::RESTART_ZONE,
            &plan::RESTART_AGENT,
            &plan::RESTART_CLUSTER,
            &plan::CREATE_TENANT,
        ];
        for (index, plan) in plans.iter().flat_map(|plan| [(0, plan), (1, plan)]) {
            let cluster = clusters[index];
            let targets: Vec<String> = self
                .world
                .servers_of(cluster, None)
                .map(|server| self.world.ip(server.host))
                .collect();
            let mut steps = plan.steps();
            // Long enough to be looked at.
            for step in &mut steps {
                step.ticks *= 10;
            }
            self.submit(plan.name, steps, targets, cluster);
        }
    }

    fn submit(&mut self, name: &str, steps: Vec<Step>, targets: Vec<String>, cluster: i64) -> i64 {
        let order = Order {
            name: name.to_owned(),
            steps,
            targets,
            shape: Shape::New,
            subject: Subject {
                cluster: Some(cluster),
                ..Subject::default()
            },
            context: Context::default(),
            done: Vec::new(),
            undone: Vec::new(),
        };
        self.world.submit(order, ADMIN)
    }

    fn fleet(&mut self) {
        let mut clusters = Vec::new();
        for number in 0..200 {
            let version = if number % 4 == 0 { "3.1.4" } else { "4.2.1.4" };
            clusters.push(self.cluster(&format!("cluster_{number:03}"), version, &[2, 2, 1]));
        }
        self.proxies("entry", &clusters[..20], "4.2.3.0-20240131100000", 12);
        for number in 0..40 {
            self.host(number % 3 + 1);
        }
        for (index, cluster) in clusters.iter().enumerate().step_by(5) {
            let level = index as i64 % 5 + 1;
            self.alarm(
                level,
                "The disk usage of an OBServer is high",
                Some(*cluster),
                None,
                index % 2 == 0,
            );
        }
        for number in 0..10_000_i64 {
            let plan = plan::HISTORY[number as usize % plan::HISTORY.len()];
            let fate = if number % 97 == 0 {
                Status::Failed
            } else {
                Status::Successful
            };
            let cluster = clusters[number as usize % clusters.len()];
            self.past(plan, cluster, (10_000 - number) * 240 + HOUR, fate);
        }
    }

    /// Stages of several widths between joints, 10,000 nodes in all.
    fn giant(&mut self) {
        let cluster = self.cluster("prod", "4.2.1.4", &[3, 3, 3]);
        let step = |name: String, parallel| Step {
            name: name.into(),
            timeout: 1800,
            parallel,
            class: "",
            lasting: false,
            ticks: 3,
        };
        let lanes = 99;
        let targets = (0..lanes).map(|lane| format!("10.2.0.{lane}")).collect();
        // A hundred times a joint and a stage of 99.
        let steps = (1..=100)
            .flat_map(|stage| {
                [
                    step("Wait node".to_owned(), false),
                    step(format!("Move partitions of stage {stage}"), true),
                ]
            })
            .collect();
        let id = self.submit("Rebalance OB cluster", steps, targets, cluster);
        self.advance(id, 2_550, Status::Running);
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::Record;
    use super::*;

    fn built(scene: Scene) -> World {
        build(scene, 1, &[], SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    #[test]
    fn scenes_are_as_large_as_they_say() {
        let ocp = built(Scene::Ocp);
        let size = (
            ocp.clusters.len(),
            ocp.hosts.len(),
            ocp.proxy_clusters.len(),
        );
        assert_eq!(size, (4, 20, 2));
        let fleet = built(Scene::Fleet);
        let size = (fleet.clusters.len(), fleet.servers.len(), fleet.tasks.len());
        assert_eq!(size, (200, 1000, 10_000));
        let running = |world: &World| {
            let live = |record: &&Record| matches!(record, Record::Live(task) if task.status == Status::Running);
            world.tasks.values().filter(live).count()
        };
        assert_eq!((running(&built(Scene::Busy)), running(&fleet)), (12, 0));
        let giant = built(Scene::Giant);
        let Some(Record::Live(task)) = giant.tasks.values().next() else {
            panic!("no task");
        };
        assert_eq!((task.subtasks.len(), running(&giant)), (10_000, 1));
    }

    #[test]
    fn the_same_seed_makes_the_same_world() {
        let text = |seed| {
            let world = build(
                Scene::Ocp,
                seed,
                &[],
                SocketAddr::from(([127, 0, 0, 1], 8080)),
            );
            let ids: Vec<i64> = world
                .tasks
                .values()
                .filter_map(|record| match record {
                    Record::Live(task) => {
                        Some(task.subtasks.iter().map(|node| node.id).collect::<Vec<_>>())
                    }
                    Record::Past(_) => None,
                })
                .flatten()
                .collect();
            (
                ids,
                world
                    .accounts
                    .endpoint(SocketAddr::from(([127, 0, 0, 1], 1))),
            )
        };
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
    }
}
