//! `obdeck plan check` and `obdeck apply`: first-time setup without a screen.

mod crew;
mod running;
mod told;

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::join_all;
use tokio::sync::Mutex;

pub use self::crew::PlanCrew;
use super::access::Reach;
use super::cli::{ApplyArgs, Globals};
use super::exit::{Exit, Stop};
use super::out;
use crate::fleet::Address;
use crate::link::{Ask, Picture};
use crate::setup::engine::Crew;
use crate::setup::findings::{self, Finding, Probed, Weight};
use crate::setup::journal::{Journal, Mark};
use crate::setup::{Plan, PlanFile, PlanSecrets, Sources, runs};

/// Names every mistake of a plan file, and what the plan itself tells.
///
/// # Errors
/// Exit 1 with every mistake; exit 8 where the plan must fail.
pub fn check(file: &Path) -> Result<Exit, Stop> {
    let plan = load(file)?.plan;
    let found = findings::find(&plan, &BTreeMap::new(), false);
    say(&found);
    if blocks(&found) {
        return Err(Stop::quiet(Exit::Withheld));
    }
    let steps = plan.steps(&PlanSecrets::default()).len();
    out::data(&format!(
        "{}: {} servers in {} zones, {steps} requests; nothing was sent",
        plan.name,
        plan.servers.len(),
        plan.zone_names().len(),
    ))?;
    Ok(Exit::Done)
}

/// Does what a plan says, or goes on with it.
///
/// # Errors
/// Mistakes in the plan, findings that block, the step that did not reach its end.
pub async fn apply(globals: &Globals, args: &ApplyArgs) -> Result<Exit, Stop> {
    let file = load(&args.file)?;
    if args.dry_run {
        return dry_run(&file);
    }
    let PlanFile { plan, sources } = file;
    let Some(master) = plan.master().cloned() else {
        return Err(Stop::failed("the plan names no server"));
    };
    let reach = Reach::at(globals, &master);
    let access = reach.write()?;
    let secrets = fetch(&sources, &plan)?;
    let file = PlanFile { plan, sources };
    let journal = open_journal(&reach, &file)?;
    let PlanFile { plan, sources } = file;
    let crew = PlanCrew::assemble(globals, &plan, &sources, &secrets, &journal)?;
    let probed = probe(&crew, &plan).await;
    if journal.is_empty() && is_running(&probed) {
        return told::differences(&plan, crew.backend(&master).as_ref()).await;
    }
    let begun = !journal.is_empty();
    let found = findings::find(&plan, &probed, begun);
    if begun {
        out::note(&format!("goes on with the setup of {}", plan.name));
        prove(&crew, &journal, &master).await?;
    }
    say(&found);
    if blocks(&found) {
        return Err(Stop::new(
            Exit::Withheld,
            "not sent: it must fail as it stands",
        ));
    }
    if !args.yes {
        out::note(&told::requests(&plan, &secrets));
        if !out::confirm(&format!("set {} up like this?", plan.name))? {
            return Err(Stop::new(Exit::Withheld, "not sent"));
        }
    }
    running::run(&plan, &secrets, &crew, &access, &Mutex::new(journal)).await
}

fn load(file: &Path) -> Result<PlanFile, Stop> {
    PlanFile::load(file).map_err(|error| Stop::failed(error.to_string()))
}

fn dry_run(file: &PlanFile) -> Result<Exit, Stop> {
    out::data(&told::requests(&file.plan, &runs::shape(file)))?;
    Ok(Exit::Done)
}

fn fetch(sources: &Sources, plan: &Plan) -> Result<PlanSecrets, Stop> {
    let get = |source: Option<&crate::config::Source>, question: &str| {
        super::access::fetch(source, question)
    };
    let master = plan.master().and_then(|master| sources.agents.get(master));
    Ok(PlanSecrets {
        root: get(sources.root.as_ref(), "new password of root@sys: ")?.unwrap_or_default(),
        proxyro: get(sources.proxyro.as_ref(), "new password of proxyro: ")?,
        master_agent: get(master, "agent password of the master: ")?,
        after_agent: get(sources.after_agent.as_ref(), "agent password to set: ")?,
    })
}

fn open_journal(reach: &Reach, file: &PlanFile) -> Result<Journal, Stop> {
    let Some(places) = &reach.places else {
        return Ok(Journal::in_memory());
    };
    places
        .make_journal()
        .and_then(|folder| {
            let journal = Journal::open(&runs::journal_path(&folder, &file.plan))?;
            runs::keep(&folder, file)?;
            Ok(journal)
        })
        .map_err(|error| Stop::failed(format!("the journal of this setup: {error}")))
}

async fn probe(crew: &PlanCrew, plan: &Plan) -> BTreeMap<Address, (Probed, i64)> {
    let ask = |address: Address| async move {
        let answer = crew
            .backend(&address)
            .ask(&Ask::Probe(address.clone()))
            .await;
        let probed = match answer {
            Ok(asked) => match asked.picture {
                Picture::Probe(probe) => (Ok(*probe), asked.took.as_millis() as i64 / 2),
                _ => (Err("it answered another question".to_owned()), 0),
            },
            Err(error) => (Err(error.to_string()), 0),
        };
        (address, probed)
    };
    join_all(plan.servers.iter().map(|server| ask(server.agent.clone())))
        .await
        .into_iter()
        .collect()
}

/// After the configuration only the plan's password opens the master: a wrong one
/// is found out by a read, before anything is sent.
async fn prove(crew: &PlanCrew, journal: &Journal, master: &Address) -> Result<(), Stop> {
    if journal.mark("cluster-config") == Some(&Mark::Done) {
        crew.backend(master)
            .ask(&Ask::Tasks)
            .await
            .map_err(Stop::from)?;
    }
    Ok(())
}

fn is_running(probed: &BTreeMap<Address, (Probed, i64)>) -> bool {
    let mut answers = probed
        .values()
        .filter_map(|(probed, _)| probed.as_ref().ok());
    answers.any(|probe| probe.agent.identity == "CLUSTER AGENT")
}

fn blocks(found: &[Finding]) -> bool {
    found.iter().any(|finding| finding.weight == Weight::Blocks)
}

fn say(found: &[Finding]) {
    for finding in found {
        let mark = match finding.weight {
            Weight::Blocks => "✗",
            Weight::Warns => "⚠",
        };
        let place = finding
            .agent
            .as_ref()
            .map(|agent| format!("{agent}: "))
            .unwrap_or_default();
        out::note(&format!("{mark} {place}{}", finding.sentence));
    }
}
