//! DAGs as an agent stores them, and as it shows them.

use std::net::{IpAddr, SocketAddr};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::work::Work;

/// Maintenance type of a DAG that locks its agent or the cluster.
pub(super) const GLOBAL: u8 = 2;
/// Holds one tenant, named by the key, and keeps away what holds the cluster.
pub(super) const TENANT: u8 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Ready,
    Running,
    Failed,
    Succeed,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Ready => "READY",
            Self::Running => "RUNNING",
            Self::Failed => "FAILED",
            Self::Succeed => "SUCCEED",
        }
    }

    pub(super) const fn ended(self) -> bool {
        matches!(self, Self::Failed | Self::Succeed)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Run,
    Retry,
    Rollback,
    Cancel,
    Pass,
}

impl Operator {
    const fn word(self) -> &'static str {
        match self {
            Self::Run => "RUN",
            Self::Retry => "RETRY",
            Self::Rollback => "ROLLBACK",
            Self::Cancel => "CANCEL",
            Self::Pass => "PASS",
        }
    }
}

/// When something began and ended, as the agent writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Span {
    pub(super) const fn both(at: Timestamp) -> Self {
        Self { start: at, end: at }
    }

    /// What an operator's command resets it to.
    pub(super) const fn epoch() -> Self {
        Self::both(Timestamp::UNIX_EPOCH)
    }
}

#[derive(Debug, Clone)]
pub(super) struct LogLine {
    pub(super) id: u64,
    pub(super) attempt: u32,
    pub(super) text: String,
    pub(super) at: Timestamp,
}

#[derive(Debug, Clone)]
pub(super) struct SubTask {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) agent: usize,
    pub(super) state: State,
    pub(super) operator: Operator,
    pub(super) span: Span,
    pub(super) times: u32,
    pub(super) logs: Vec<LogLine>,
    pub(super) work: Work,
    /// The DAG on the other agent that does this one's work.
    pub(super) remote: Option<u64>,
    /// Steps of an earlier attempt that are still queued carry another number.
    pub(super) epoch: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) state: State,
    pub(super) operator: Operator,
    pub(super) span: Span,
    pub(super) tasks: Vec<SubTask>,
}

#[derive(Debug, Clone)]
pub(super) struct Dag {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) stage: usize,
    pub(super) maintenance: u8,
    pub(super) key: String,
    /// Its task ids start with 4 or 5.
    pub(super) proxy: bool,
    /// How many of its first nodes free the lock when they fail.
    pub(super) frees: usize,
    pub(super) state: State,
    pub(super) operator: Operator,
    pub(super) span: Span,
    pub(super) data: Map<String, Value>,
    pub(super) nodes: Vec<Node>,
}

impl Dag {
    /// Runs, or is about to.
    pub(super) const fn active(&self) -> bool {
        matches!(self.state, State::Ready | State::Running)
    }

    /// Keeps others from starting.
    pub(super) const fn locks(&self) -> bool {
        self.maintenance >= GLOBAL
            && (self.active() || (matches!(self.state, State::Failed) && self.stage > self.frees))
    }

    /// Has failed where a failure frees the lock.
    pub(super) const fn freed(&self) -> bool {
        matches!(self.state, State::Failed) && self.stage <= self.frees
    }

    /// Belongs into `task/dag/unfinish`.
    pub(super) const fn unfinished(&self) -> bool {
        self.active() || (matches!(self.state, State::Failed) && self.maintenance >= GLOBAL)
    }

    pub(super) fn current(&mut self) -> Option<&mut Node> {
        self.nodes.get_mut(self.stage.checked_sub(1)?)
    }
}

/// Everything one agent (or the cluster) has ever run.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) dags: Vec<Dag>,
    pub(super) nodes: u64,
    pub(super) tasks: u64,
    pub(super) logs: u64,
}

/// Which store an id points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Cluster,
    Agent(SocketAddr),
}

/// An id as clients write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GenericId {
    pub(super) home: Home,
    pub(super) proxy: bool,
    pub(super) id: u64,
}

impl GenericId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (kind, rest) = text.split_at_checked(1)?;
        let (digits, proxy) = match kind {
            "1" => {
                return Some(Self {
                    home: Home::Cluster,
                    proxy: false,
                    id: rest.parse().ok()?,
                });
            }
            "2" => (10, false),
            "4" => (10, true),
            "3" => (39, false),
            "5" => (39, true),
            _ => return None,
        };
        let (address, rest) = rest.split_at_checked(digits)?;
        let (port, id) = rest.split_at_checked(5)?;
        let ip = if digits == 10 {
            IpAddr::V4(address.parse::<u32>().ok()?.into())
        } else {
            IpAddr::V6(address.parse::<u128>().ok()?.into())
        };
        let home = Home::Agent(SocketAddr::new(ip, port.parse().ok()?));
        Some(Self {
            home,
            proxy,
            id: id.parse().ok()?,
        })
    }

    pub(super) fn text(self) -> String {
        let Self { home, proxy, id } = self;
        match home {
            Home::Cluster => format!("1{id}"),
            Home::Agent(SocketAddr::V4(at)) => {
                let kind = if proxy { 4 } else { 2 };
                format!("{kind}{:010}{:05}{id}", at.ip().to_bits(), at.port())
            }
            Home::Agent(SocketAddr::V6(at)) => {
                let kind = if proxy { 5 } else { 3 };
                format!("{kind}{:039}{:05}{id}", at.ip().to_bits(), at.port())
            }
        }
    }
}

/// How a DAG is to be shown.
pub(super) struct Show<'a> {
    pub(super) home: Home,
    pub(super) agents: &'a [SocketAddr],
    pub(super) details: bool,
}

impl Show<'_> {
    fn id(&self, proxy: bool, id: u64) -> Value {
        GenericId {
            home: self.home,
            proxy,
            id,
        }
        .text()
        .into()
    }

    pub(super) fn dag(&self, dag: &Dag) -> Value {
        let nodes = self.details.then(|| {
            dag.nodes
                .iter()
                .map(|node| self.node(dag.proxy, node, true))
                .collect::<Vec<_>>()
        });
        // One node's data is shown as it is (nil), several are merged into an object.
        let data = (self.details && (dag.nodes.len() > 1 || !dag.data.is_empty()))
            .then(|| dag.data.clone());
        json!({
            "id": self.id(dag.proxy, dag.id),
            "dag_id": dag.id,
            "name": dag.name,
            "stage": dag.stage,
            "max_stage": dag.nodes.len(),
            "maintenance_type": dag.maintenance,
            "maintenance_key": dag.key,
            "state": dag.state.word(),
            "operator": dag.operator.word(),
            "start_time": self.time(dag.span.start),
            "end_time": self.time(dag.span.end),
            "additional_data": data,
            "nodes": nodes,
        })
    }

    pub(super) fn node(&self, proxy: bool, node: &Node, inner: bool) -> Value {
        let tasks: Vec<_> = node
            .tasks
            .iter()
            .map(|task| self.task(proxy, task))
            .collect();
        let data = (!inner && node.tasks.len() > 1).then(Map::new);
        json!({
            "id": self.id(proxy, node.id),
            "node_id": node.id,
            "name": node.name,
            "state": node.state.word(),
            "operator": node.operator.word(),
            "start_time": self.time(node.span.start),
            "end_time": self.time(node.span.end),
            "additional_data": data,
            "sub_tasks": tasks,
        })
    }

    pub(super) fn task(&self, proxy: bool, task: &SubTask) -> Value {
        let shown = task.state == State::Running || task.state.ended();
        let logs = shown.then(|| {
            task.logs
                .iter()
                .map(|line| line.text.as_str())
                .collect::<Vec<_>>()
        });
        let agent = self.agents.get(task.agent);
        json!({
            "id": self.id(proxy, task.id),
            "task_id": task.id,
            "name": task.name,
            "state": task.state.word(),
            "operator": task.operator.word(),
            "start_time": self.time(task.span.start),
            "end_time": self.time(task.span.end),
            "additional_data": null,
            "execute_times": task.times,
            "execute_agent": {
                "ip": agent.map(|at| at.ip().to_string()).unwrap_or_default(),
                "port": agent.map_or(0, SocketAddr::port),
            },
            "task_logs": logs,
        })
    }

    /// The database keeps microseconds, the agent's own file nanoseconds.
    pub(super) fn time(&self, at: Timestamp) -> String {
        if self.home == Home::Cluster {
            let micros = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
            return micros.to_string();
        }
        at.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_their_home() {
        let id = GenericId::parse("22130706433028869").unwrap();
        assert_eq!(id.home, Home::Agent("127.0.0.1:2886".parse().unwrap()));
        assert_eq!((id.id, id.proxy), (9, false));
        assert_eq!(id.text(), "22130706433028869");
        assert_eq!(GenericId::parse("142").unwrap().text(), "142");
        assert!(GenericId::parse("421307064330288810").unwrap().proxy);
        for bad in ["", "abc", "2", "21307064330288", "9123", "1x"] {
            assert_eq!(GenericId::parse(bad), None, "{bad}");
        }
        let six = GenericId {
            home: Home::Agent("[fe80::1]:2886".parse().unwrap()),
            proxy: false,
            id: 3,
        };
        assert_eq!(GenericId::parse(&six.text()), Some(six));
    }
}
