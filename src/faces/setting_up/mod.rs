//! `obdeck plan check` and `obdeck apply`: first-time setup without a screen.

mod crew;
mod looked;
mod running;
mod told;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;
use tokio::sync::Mutex;

pub use self::crew::PlanCrew;
pub use self::looked::Looked;
use super::access::Reach;
use super::cli::{ApplyArgs, Globals};
use super::exit::{Exit, Stop};
use super::out;
use crate::fleet::Address;
use crate::link::Ask;
use crate::setup::engine::Crew;
use crate::setup::findings;
use crate::setup::journal::{Journal, Mark};
use crate::setup::{Plan, PlanFile, PlanSecrets, Sources, runs};

/// Names every mistake of a plan file, and what the plan itself tells.
///
/// # Errors
/// Exit 1 with every mistake; exit 8 where the plan must fail.
pub fn check(file: &Path) -> Result<Exit, Stop> {
    let file = load(file)?;
    let plan = &file.plan;
    let found = findings::find(plan, &BTreeMap::new(), false);
    looked::say(&found);
    if findings::block(&found) {
        return Err(Stop::quiet(Exit::Withheld));
    }
    let steps = plan.steps(&runs::shape(&file)).len();
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
    let PlanFile { plan, sources } = &file;
    let Some(master) = plan.master().cloned() else {
        return Err(Stop::failed("the plan names no server"));
    };
    let reach = Reach::at(globals, &master);
    let access = reach.write()?;
    let secrets = fetch(sources, plan)?;
    let mut journal = open_journal(&reach, &file)?;
    let mut crew = PlanCrew::assemble(globals, plan, sources, &secrets, &journal)?;
    let mut looked = Looked::at(&crew, plan, !journal.is_empty()).await;
    if findings::gone(plan, &looked.probed, &journal) {
        journal = begin_anew(&reach, &file)?;
        crew = PlanCrew::assemble(globals, plan, sources, &secrets, &journal)?;
        looked = Looked::at(&crew, plan, false).await;
    }
    let steps = plan.steps(&secrets);
    if looked.is_running() && (journal.is_empty() || journal.holds_all(&steps)) {
        return told::differences(plan, crew.backend(&master).as_ref()).await;
    }
    let begun = !journal.is_empty();
    if begun {
        out::note(&format!("goes on with the setup of {}", plan.name));
        prove(&crew, &journal, &master).await?;
    }
    let found = looked.findings(plan, sources, &journal);
    looked::say(&found);
    if findings::block(&found) {
        return Err(Stop::new(
            Exit::Withheld,
            "not sent: it must fail as it stands",
        ));
    }
    if !begun {
        looked::say_by_hand(plan);
    }
    if !args.yes {
        out::note(&told::requests(plan, &secrets));
        if !out::confirm(&format!("set {} up like this?", plan.name))? {
            return Err(Stop::new(Exit::Withheld, "not sent"));
        }
    }
    for step in findings::rejoins(plan, &looked.probed, &journal) {
        journal.write(&step, Mark::Again, Timestamp::now())?;
    }
    let run = running::Run {
        plan,
        secrets: &secrets,
        crew: &crew,
        access: &access,
        pace: reach.pace,
    };
    run.to_its_end(&Mutex::new(journal)).await
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
            let mut journal = Journal::open(&runs::journal_path(&folder, &file.plan))?;
            if let Some(before) = runs::kept(&folder, &file.plan) {
                let steps = |file: &PlanFile| file.plan.steps(&runs::shape(file));
                journal.edited(&steps(&before), &steps(file), Timestamp::now())?;
            }
            runs::keep(&folder, file)?;
            Ok(journal)
        })
        .map_err(|error| {
            let exit = match error.kind() {
                ErrorKind::WouldBlock => Exit::Withheld,
                _ => Exit::Failed,
            };
            Stop::new(exit, format!("the journal of this setup: {error}"))
        })
}

/// The agents of an earlier setup of that name are no more: its journal is put away.
fn begin_anew(reach: &Reach, file: &PlanFile) -> Result<Journal, Stop> {
    out::note(&format!(
        "an earlier setup of {} is over: all its agents are SINGLE again; begins anew",
        file.plan.name
    ));
    if let Some(places) = &reach.places {
        runs::put_away(&places.journal(), &file.plan, Timestamp::now())?;
    }
    open_journal(reach, file)
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
