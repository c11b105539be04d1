//! How long an agent may take (`api/obshell.md §14.5`).

use std::time::Duration;

use crate::fleet::request::{Effect, Request};

/// Routes at which an agent waits for others: each probe costs its time-out,
/// so one dead observer makes `obcluster/info` take 16 s.
const SLOW: &[&str] = &[
    "/api/v1/obcluster/",
    "/api/v1/ob/info",
    "/api/v1/agents/status",
    "/api/v1/observer/info",
    "/api/v1/tenants/",
    "/api/v1/task/dag/unfinish",
    "/api/v1/task/dag/maintain/agents",
];

pub(super) fn of(request: &Request) -> Duration {
    let path = request.path.as_str();
    Duration::from_secs(match request.effect {
        // An agent may ask several others before it creates a task.
        Effect::Changes | Effect::Destroys => 60,
        Effect::Reads if SLOW.iter().any(|slow| path.starts_with(slow)) => 25,
        Effect::Reads if path.starts_with("/api/v1/task/") => 15,
        Effect::Reads => 8,
    })
}
