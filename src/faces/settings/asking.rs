//! `config check --ask`: whether the servers of contexts answer who asks.

use crate::config::{Config, Context};
use crate::faces::access::Reach;
use crate::faces::cli::Globals;
use crate::faces::exit::{Exit, Stop};
use crate::faces::out;
use crate::fleet::task::Source;
use crate::link::{Ask, Picture, Session};

/// Asks one context after the other; all are asked, the first bad end counts.
///
/// # Errors
/// What a server said, and a context that is not there.
pub async fn contexts(globals: &Globals, config: &Config) -> Result<Exit, Stop> {
    let wanted = globals.server.context.as_deref();
    if let Some(name) = wanted.filter(|name| !config.contexts.contains_key(*name)) {
        return Err(Stop::usage(format!(
            "--context {name}: the configuration has no such context"
        )));
    }
    let mut bad = None;
    for context in config.contexts.values() {
        if wanted.is_some_and(|name| name != context.name) {
            continue;
        }
        if let Err(stop) = context_answers(globals, context).await {
            out::note(&format!("{}: {stop}", context.name));
            bad.get_or_insert(stop.exit);
        }
    }
    bad.map_or(Ok(Exit::Done), |exit| Err(Stop::quiet(exit)))
}

async fn context_answers(globals: &Globals, context: &Context) -> Result<(), Stop> {
    let name = &context.name;
    let backend = Reach::of_context(globals, context)?.open().await?;
    let ask = match backend.source() {
        Source::Obshell => Ask::Cluster,
        Source::Ocp => Ask::Clusters,
    };
    let asked = backend.ask(&ask).await?;
    let what = match &asked.picture {
        Picture::Cluster(cluster) if cluster.is_initialised() => format!(
            "cluster {}, {} zones, {} agents",
            cluster.name,
            cluster.zones.len(),
            cluster.agents.len()
        ),
        Picture::Cluster(cluster) => format!("{} agents, no cluster yet", cluster.agents.len()),
        Picture::Clusters(clusters) => format!("OCP with {} clusters", clusters.len()),
        _ => return Err(Stop::failed("another question was answered")),
    };
    out::note(&format!("{name}: {} answers: {what}", asked.endpoint));
    for (endpoint, session) in backend.sessions() {
        let session = match session {
            Session::Open => "session: works".to_owned(),
            Session::Password(why) => format!("session: not used, {why}; the password is"),
        };
        out::note(&format!("{name}: {endpoint} {session}"));
    }
    Ok(())
}
