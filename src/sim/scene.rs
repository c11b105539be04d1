//! How a simulation begins: the past is played by the same engine, only faster.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answer::Answer;
use super::fault::{Fault, FaultKind};
use super::history;
use super::keys::Claims;
use super::options::Scene;
use super::request::{Call, Request};
use super::world::World;

/// The root@sys password of clusters that a scene has made.
pub(super) const ROOT_PASSWORD: &str = "Root#1234";
/// The agent password beside their `OBProxies`.
pub(super) const AGENT_PASSWORD: &str = "Agent#567";

/// A tenant of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tenant {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) primary_zone: String,
    pub(super) comment: String,
    pub(super) locked: bool,
    /// Where its replicas are; empty: in the zones that the cluster began with.
    pub(super) zones: Vec<String>,
    /// Those of them that hold a read-only one.
    pub(super) readers: Vec<String>,
    /// Units in each of its zones.
    pub(super) units: u64,
    pub(super) whitelist: String,
    pub(super) read_only: bool,
    pub(super) cores: f64,
    pub(super) memory: f64,
    pub(super) cpu_used: f64,
    pub(super) memory_used: f64,
    pub(super) created: Timestamp,
}

impl Tenant {
    /// The name of its resource pool.
    pub(super) fn pool(&self) -> String {
        if self.id == 1 {
            return "sys_pool".to_owned();
        }
        format!("pool_{}", self.name)
    }

    /// Every cluster has it from the beginning.
    pub(super) fn sys(created: Timestamp) -> Self {
        Self {
            id: 1,
            name: "sys".into(),
            unit: "sys_unit_config".into(),
            primary_zone: "RANDOM".into(),
            whitelist: "127.0.0.1,::1".into(),
            units: 1,
            cores: 2.0,
            memory: 1_073_741_824.0,
            cpu_used: 8.5,
            memory_used: 50.0,
            created,
            ..Self::default()
        }
    }
}

/// How much one unit of a tenant holds.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) max_cpu: f64,
    pub(super) min_cpu: f64,
    pub(super) memory: u64,
    pub(super) log_disk: u64,
    pub(super) max_iops: i64,
    pub(super) min_iops: i64,
    pub(super) created: Timestamp,
}

impl Unit {
    /// A unit of whole cores and gigabytes.
    pub(super) fn new(id: u64, name: &str, cores: f64, memory: u64, created: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            max_cpu: cores,
            min_cpu: cores,
            memory,
            log_disk: memory * 3,
            max_iops: i64::MAX,
            min_iops: i64::MAX,
            created,
        }
    }

    /// The one of the sys tenant.
    pub(super) fn sys(created: Timestamp) -> Self {
        Self {
            log_disk: 2 << 30,
            ..Self::new(1, "sys_unit_config", 2.0, 1 << 30, created)
        }
    }
}

/// A number as Go writes it: without a fraction where there is none.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

/// The machine that all simulated agents share.
pub(super) fn host() -> Value {
    json!({
        "os": { "os": "debian", "version": "12" },
        "cpuInfo": {
            "frequency": "2000.000",
            "modelName": "Intel(R) Xeon(R) Processor",
            "logicalCores": 2,
            "physicalCores": 1,
        },
        "basic": {
            "hostHash": "00112233445566778899aabbccddeeff00112233",
            "hostType": "docker",
        },
        "disks": [
            {
                "used": "0",
                "total": "24G",
                "mountHash": "00112233445566778899aabbccddeeff00112233",
                "deviceName": "tmpfs",
            },
            {
                "used": "14G",
                "total": "252G",
                "mountHash": "00112233445566778899aabbccddeeff00112233",
                "deviceName": "/dev/vda",
            },
        ],
        "memoryInfo": {
            "free": "21005012 kB",
            "total": "24682416 kB",
            "available": "24182732 kB",
        },
        "ulimit": {
            "nofileHard": "20000",
            "nofileSoft": "20000",
            "maxUserProcessesHard": "96343",
            "maxUserProcessesSoft": "96343",
        },
    })
}

static CHARSETS: LazyLock<Option<Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/charsets.json")).ok());

static PARAMETERS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("data/parameters.json")).unwrap_or_default()
});

pub(super) fn charsets() -> Option<Value> {
    CHARSETS.clone()
}

/// Name, scope, default and meaning of the parameters that are simulated.
pub(super) fn parameters() -> Vec<Value> {
    PARAMETERS.clone()
}

/// How many agents a scene wants.
pub(super) fn agents(scene: Scene, asked: Option<usize>) -> Result<usize, &'static str> {
    match (scene, asked) {
        (Scene::Fresh, Some(count)) if count > 0 && count <= 200 => Ok(count),
        (Scene::Fresh, Some(_)) => Err("1 to 200"),
        (Scene::Fresh, None) | (Scene::Failure, None | Some(3)) => Ok(3),
        (Scene::Failure, Some(_)) => Err("exactly 3"),
        (Scene::Default, None | Some(6)) => Ok(6),
        (Scene::Default, Some(_)) => Err("exactly 6 (five servers and one that joins)"),
    }
}

impl World {
    /// Bring the site into the state that a scene begins with.
    pub(super) fn set(&mut self, scene: Scene) {
        match scene {
            Scene::Fresh => {}
            Scene::Failure => self.set_failure(),
            Scene::Default => self.set_default(),
        }
    }

    fn set_failure(&mut self) {
        self.past(SignedDuration::from_mins(4));
        self.join_all(&["zone1", "zone2", "zone3"]);
        self.configure(1, "prod");
        if !self
            .faults
            .iter()
            .any(|(fault, _)| matches!(fault.kind, FaultKind::TaskFail(_)))
        {
            let kind = FaultKind::TaskFail("Start observer".into());
            self.faults.push((
                Fault {
                    kind,
                    route: None,
                    nth: None,
                    chance: None,
                },
                0,
            ));
        }
        self.settle(SignedDuration::ZERO);
        self.ask(0, "POST", "ob/init", &json!({}));
    }

    fn set_default(&mut self) {
        let faults = std::mem::take(&mut self.faults);
        self.past(SignedDuration::from_hours(24 * 26));
        self.join_all(&["zone1", "zone2", "zone3", "zone1", "zone2"]);
        self.configure(1, "prod");
        self.ask(0, "POST", "ob/init", &json!({}));
        self.play(60);
        let created = self.now();
        if let Some(cluster) = self.clusters.first_mut() {
            let units = [
                Unit::new(1001, "unit_4c2g", 4.0, 2 << 30, created),
                Unit::new(1002, "unit_1c1g", 1.0, 1 << 30, created),
            ];
            cluster.units.extend(units);
            cluster.tenants.push(Tenant {
                id: 1002,
                name: "shop".into(),
                unit: "unit_4c2g".into(),
                primary_zone: "zone1;zone2,zone3".into(),
                comment: "web shop".into(),
                whitelist: "%".into(),
                units: 1,
                cores: 4.0,
                memory: 2.0 * 1_073_741_824.0,
                cpu_used: 37.25,
                memory_used: 61.5,
                created,
                ..Tenant::default()
            });
            cluster.tenants.push(Tenant {
                id: 1004,
                name: "archive".into(),
                unit: "unit_1c1g".into(),
                primary_zone: "RANDOM".into(),
                whitelist: "%".into(),
                units: 1,
                locked: true,
                cores: 1.0,
                memory: 1_073_741_824.0,
                cpu_used: 0.5,
                memory_used: 22.75,
                created,
                ..Tenant::default()
            });
        }
        for proxy in [1, 3] {
            if let Some(agent) = self.agents.get_mut(proxy) {
                agent.agent_password = Some(AGENT_PASSWORD.into());
                agent.proxy = true;
                agent.proxy_runs = true;
            }
        }
        self.past(SignedDuration::from_hours(25));
        history::failed_stop(self);
        self.settle(SignedDuration::from_secs(9));
        self.faults = faults;
        let Some(address) = self.addresses.get(5).copied() else {
            return;
        };
        let body = json!({
            "agentInfo": { "ip": address.ip().to_string(), "port": address.port() },
            "obConfigs": {
                "mysql_port": "3381", "rpc_port": "3382", "memory_limit": "8G",
                "log_disk_size": "24G", "datafile_size": "24G", "cpu_count": "16",
            },
            "zone": "zone3",
        });
        self.ask(0, "POST", "ob/scale_out", &body);
    }

    /// Let that many simulated seconds pass at once.
    fn play(&mut self, seconds: u64) {
        self.advance_to(self.clock + seconds * 1_000_000_000);
    }

    fn join_all(&mut self, zones: &[&str]) {
        let Some(master) = self.addresses.first().copied() else {
            return;
        };
        for (agent, zone) in zones.iter().enumerate() {
            let info = json!({ "ip": master.ip().to_string(), "port": master.port() });
            self.ask(
                agent,
                "POST",
                "agent/join",
                &json!({ "agentInfo": info, "zoneName": zone }),
            );
            self.play(5);
        }
    }

    fn configure(&mut self, id: i64, name: &str) {
        let everywhere = json!({
            "observerConfig": {
                "memory_limit": "8G", "system_memory": "1G", "log_disk_size": "24G",
                "datafile_size": "24G", "cpu_count": "16",
            },
            "scope": { "type": "GLOBAL", "target": [] },
        });
        self.ask(0, "POST", "observer/config", &everywhere);
        self.play(3);
        for (index, member) in self.known(0).into_iter().enumerate() {
            let body = json!({
                "observerConfig": {
                    "mysql_port": (2881 + 100 * index).to_string(),
                    "rpc_port": (2882 + 100 * index).to_string(),
                },
                "scope": { "type": "SERVER", "target": [self.name(member)] },
            });
            self.ask(0, "POST", "observer/config", &body);
            self.play(3);
        }
        let body = json!({ "clusterId": id, "clusterName": name, "rootPwd": ROOT_PASSWORD });
        self.ask(0, "POST", "obcluster/config", &body);
        self.play(3);
    }

    /// Ask as a client would, past the seals.
    fn ask(&mut self, agent: usize, method: &str, route: &str, body: &Value) -> Answer {
        let request = Request {
            method: method.into(),
            uri: format!("/api/v1/{route}"),
            ..Request::default()
        };
        let call = Call {
            request,
            claims: Some(Claims::default()),
            by_agent_password: false,
            body: body.to_string().into_bytes(),
            forwarded: None,
        };
        let answer = self.route(agent, &call);
        debug_assert!(answer.error.is_none(), "{route}: {:?}", answer.error);
        answer
    }
}
