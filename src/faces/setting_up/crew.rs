//! One backend for each agent of a plan: a setup asks each agent for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Secret;
use crate::config::Source;
use crate::faces::access::{self, Reach, Secrets};
use crate::faces::cli::Globals;
use crate::faces::exit::Stop;
use crate::fleet::Address;
use crate::link::Backend;
use crate::setup::engine::Crew;
use crate::setup::journal::{Journal, Mark};
use crate::setup::{Plan, PlanSecrets, Sources, StepKind};

/// The agents of a plan.
pub struct PlanCrew {
    agents: BTreeMap<Address, Arc<dyn Backend>>,
    master: Arc<dyn Backend>,
}

impl PlanCrew {
    /// A backend for each agent, with the passwords that the plan names.
    ///
    /// # Errors
    /// A source that gives nothing; files that cannot be opened.
    pub fn assemble(
        globals: &Globals,
        plan: &Plan,
        sources: &Sources,
        secrets: &PlanSecrets,
        journal: &Journal,
    ) -> Result<Self, Stop> {
        let mut own = BTreeMap::new();
        for (agent, source) in &sources.agents {
            own.extend(fetch(Some(source), agent)?.map(|secret| (agent.clone(), secret)));
        }
        let reach = |agent: &Address| Reach::at(globals, agent);
        Self::new(reach, plan, secrets, &own, journal)
    }

    /// A backend for each agent. The journal tells which passwords may be set already.
    ///
    /// # Errors
    /// Files that cannot be opened.
    pub fn new(
        reach: impl Fn(&Address) -> Reach,
        plan: &Plan,
        secrets: &PlanSecrets,
        own: &BTreeMap<Address, Secret>,
        journal: &Journal,
    ) -> Result<Self, Stop> {
        // The configuration sets the password; until init is sent the empty one may
        // still be right, and trying it logs in nowhere.
        let earlier = journal.mark("init").is_none().then(Secret::default);
        let mut agents = BTreeMap::new();
        for server in &plan.servers {
            let mut reach = reach(&server.agent);
            reach.name.clone_from(&plan.name);
            let own = own.get(&server.agent).cloned();
            let own = own.or_else(|| secrets.master_agent.clone());
            let sets = StepKind::AgentPassword(server.agent.clone()).id();
            let (agent, earlier_agent) = match journal.mark(&sets) {
                None => (own, None),
                Some(Mark::Done) => (secrets.after_agent.clone(), None),
                Some(_) => (secrets.after_agent.clone(), own),
            };
            reach.secrets = Secrets {
                root: Some(secrets.root.clone()),
                agent,
                earlier: earlier.clone(),
                earlier_agent,
                secret_key: None,
                session: false,
            };
            agents.insert(server.agent.clone(), reach.backend()?);
        }
        let master = plan.master().and_then(|master| agents.get(master)).cloned();
        let master = master.ok_or_else(|| Stop::failed("the plan names no server"))?;
        Ok(Self { agents, master })
    }
}

impl Crew for PlanCrew {
    fn backend(&self, agent: &Address) -> Arc<dyn Backend> {
        self.agents.get(agent).unwrap_or(&self.master).clone()
    }
}

fn fetch(source: Option<&Source>, agent: &Address) -> Result<Option<Secret>, Stop> {
    access::fetch(source, &format!("agent password of {agent}: "))
}
