//! The words for servers and zones, in work and at rest.

use serde_json::Value;

use super::super::work::{Power, PowerOrder};
use super::super::world::{Cluster, World};

/// `local_task_id` of what a task works on.
pub(super) fn put_task(shown: &mut Value, task: Option<String>) {
    if let (Value::Object(map), Some(task)) = (shown, task) {
        let port = map.shift_remove("obshell_port");
        map.insert("local_task_id".to_owned(), task.into());
        if let Some(port) = port {
            map.insert("obshell_port".to_owned(), port);
        }
    }
}

impl World {
    /// A server's word, and the task that changes it.
    pub(super) fn server_status(
        &self,
        server: usize,
        cluster: usize,
    ) -> (&'static str, Option<String>) {
        let meant = |order: &PowerOrder| order.targets.contains(&server);
        if let Some((order, id)) = self.powering(cluster, meant) {
            let task = (order.scope == "SERVER").then_some(id);
            match order.power {
                Power::Start => return ("STARTING", task),
                Power::StopService => return ("SERVICE_STOPPING", task),
                _ => return ("PROCESS_STOPPING", task),
            }
        }
        let observer = self.agents.get(server).map(|own| &own.observer);
        let word = match observer {
            Some(observer) if observer.state == 2 => "UNAVAILABLE",
            Some(observer) if observer.deleting => "DELETING",
            Some(observer) if observer.state == 0 => "PROCESS_STOPPED",
            Some(observer) if observer.out_of_service.is_some() => "SERVICE_STOPPED",
            _ => "RUNNING",
        };
        (word, None)
    }

    /// A zone's word, the database's word for it, and the task that changes it.
    pub(super) fn zone_status(
        &self,
        index: usize,
        cluster: &Cluster,
        zone: &str,
    ) -> (&'static str, &'static str, Option<String>) {
        let down = !self.any_up(index);
        let stopped = cluster.stopped_zones.iter().any(|name| name == zone);
        let inner = match (down, stopped) {
            (true, _) => "",
            (false, true) => "INACTIVE",
            (false, false) => "ACTIVE",
        };
        let meant = |order: &PowerOrder| {
            order.scope == "GLOBAL" || order.zones.iter().any(|name| name == zone)
        };
        if let Some((order, id)) = self.powering(index, meant) {
            let word = if order.power == Power::Start {
                "STARTING"
            } else {
                "STOPPING"
            };
            return (word, inner, (order.scope == "ZONE").then_some(id));
        }
        let word = match (down, stopped) {
            (true, _) => "UNKNOWN",
            (false, true) => "STOPPED",
            (false, false) => "RUNNING",
        };
        (word, inner, None)
    }
}
