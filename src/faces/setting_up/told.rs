//! What a setup says before it sends: its requests, or how the world differs.

use crate::faces::exit::{Exit, Stop};
use crate::faces::out;
use crate::fleet::cluster::Cluster;
use crate::link::{Ask, Backend, Picture};
use crate::setup::{Plan, PlanSecrets};

/// Every request in its order, secrets masked.
pub fn requests(plan: &Plan, secrets: &PlanSecrets) -> String {
    let mut lines = Vec::new();
    for (number, step) in plan.steps(secrets).iter().enumerate() {
        let request = &step.request;
        let target = request
            .target
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        lines.push(format!("{}. {}", number + 1, step.id));
        lines.push(format!(
            "   {} http://{target}{}",
            request.method.word(),
            request.path
        ));
        if let Some(body) = &request.body {
            lines.push(format!("   {}", body.masked()));
        }
    }
    lines.join("\n")
}

/// The cluster runs already: says how it differs from the plan and changes nothing.
///
/// # Errors
/// The cluster cannot be asked; it differs (exit 8).
pub async fn differences(plan: &Plan, backend: &dyn Backend) -> Result<Exit, Stop> {
    let asked = backend.ask(&Ask::Cluster).await?;
    let Picture::Cluster(cluster) = asked.picture else {
        return Err(Stop::failed("the agent answered another question"));
    };
    let lines = compare(plan, &cluster);
    out::note(&format!(
        "{} runs already; nothing is changed",
        cluster.name
    ));
    if lines.is_empty() {
        out::data("no difference")?;
        return Ok(Exit::Done);
    }
    for line in &lines {
        out::data(line)?;
    }
    Err(Stop::new(
        Exit::Withheld,
        "the running cluster differs from the plan; obdeck does not change it for you",
    ))
}

fn compare(plan: &Plan, cluster: &Cluster) -> Vec<String> {
    let mut lines = Vec::new();
    if cluster.name != plan.name {
        lines.push(format!(
            "name: plan {}, cluster {}",
            plan.name, cluster.name
        ));
    }
    if let Some(id) = cluster.id.filter(|id| *id != plan.id) {
        lines.push(format!("id: plan {}, cluster {id}", plan.id));
    }
    for server in &plan.servers {
        match cluster
            .agents
            .iter()
            .find(|agent| agent.address == server.agent)
        {
            None => lines.push(format!("{}: in the plan, not in the cluster", server.agent)),
            Some(agent) if agent.zone != server.zone => lines.push(format!(
                "{}: plan {}, cluster {}",
                server.agent, server.zone, agent.zone
            )),
            Some(_) => {}
        }
    }
    for agent in &cluster.agents {
        if !plan
            .servers
            .iter()
            .any(|server| server.agent == agent.address)
        {
            lines.push(format!(
                "{}: in the cluster, not in the plan",
                agent.address
            ));
        }
    }
    lines
}
