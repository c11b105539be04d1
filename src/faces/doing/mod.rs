//! `obdeck do`: a form without a screen. Same fields, same checks, same request.

mod help;
mod sending;
mod values;

use super::access::Reach;
use super::cli::{DoArgs, Globals};
use super::exit::{Exit, Stop};
use super::out;
use super::{tasks, watch};
use crate::fleet::cluster::Cluster;
use crate::fleet::forms::{self, Form, Given};
use crate::fleet::request::{Effect, Request};
use crate::fleet::task::Source;
use crate::link::{Ask, Backend, LinkError, Picture, SendError};

/// Fills in, shows, sends and follows.
///
/// # Errors
/// What does not pass its check, what the server refused, what became of the task.
pub async fn run(globals: &Globals, args: &DoArgs) -> Result<Exit, Stop> {
    if args.list {
        out::data(&help::list())?;
        return Ok(Exit::Done);
    }
    let Some(name) = args.form.as_deref() else {
        out::data(&help::command())?;
        return Ok(Exit::Done);
    };
    let form = find(globals, name).await?;
    if args.help {
        out::data(&help::form(form))?;
        return Ok(Exit::Done);
    }
    let given = values::given(form, &args.sets, args.from.as_deref())?;
    let request = request(form, &given)?;
    if args.dry_run {
        out::data(&shown(&request))?;
        return Ok(Exit::Done);
    }
    send(globals, args, form, &given, &request).await
}

/// The form of that name. Where both APIs have one, who answers decides.
async fn find(globals: &Globals, name: &str) -> Result<&'static Form, Stop> {
    let [agents, platforms] =
        [Source::Obshell, Source::Ocp].map(|source| forms::find_of(source, name));
    match (agents, platforms) {
        (Some(form), None) | (None, Some(form)) => Ok(form),
        (None, None) => Err(help::unknown(name)),
        (Some(agents), Some(platforms)) => {
            let Some(mut reach) = Reach::find(globals)? else {
                return Ok(agents);
            };
            reach.settle().await?;
            Ok(if reach.is_platform() {
                platforms
            } else {
                agents
            })
        }
    }
}

/// A form that the other API has is not sent to this one.
fn fits(reach: &Reach, form: &Form) -> Result<(), Stop> {
    let (source, word) = if reach.is_platform() {
        (Source::Ocp, "OCP")
    } else {
        (Source::Obshell, "an obshell agent")
    };
    if forms::find_of(source, form.name).is_some() {
        return Ok(());
    }
    let names: Vec<_> = forms::of(source).iter().map(|form| form.name).collect();
    Err(Stop::usage(format!(
        "{}: {word} answers at {}; its forms are {}",
        form.name,
        reach.name,
        names.join(", ")
    )))
}

/// The request that the values make, or every sentence that stands at a field.
fn request(form: &'static Form, given: &Given) -> Result<Request, Stop> {
    let wrong = form.check(given);
    if !wrong.is_empty() {
        return Err(values::wrong(form, &wrong));
    }
    (form.request)(given).map_err(|wrong| values::wrong(form, &wrong))
}

async fn send(
    globals: &Globals,
    args: &DoArgs,
    form: &'static Form,
    given: &Given,
    request: &Request,
) -> Result<Exit, Stop> {
    let mut reach = reach(globals, form, request)?;
    let access = reach.write()?;
    reach.settle().await?;
    fits(&reach, form)?;
    out::note(&shown(request));
    if request.effect == Effect::Destroys {
        out::note("this takes something away");
        tasks::confirmed(&reach, args.confirm.as_deref())?;
    }
    let backend = reach.clone().open().await?;
    // A platform's forms name their cluster; the first of its list is not it.
    let cluster = match backend.source() {
        Source::Obshell => cluster(backend.as_ref(), form).await,
        Source::Ocp => None,
    };
    for sentence in cluster.iter().flat_map(|known| (form.before)(given, known)) {
        out::note(&sentence);
    }
    if form.field("forcePassDag.id").is_some() && !given.contains_key("forcePassDag.id") {
        leftovers(backend.as_ref()).await;
    }
    let deed = (form.deed)(given, cluster.as_ref());
    if args.yes {
        out::note(&deed);
    } else if !out::confirm(&format!("{deed}?"))? {
        return Err(Stop::new(Exit::Withheld, "not sent"));
    }
    let stop = |error| refused(form, given, error);
    let sent = sending::send(backend.as_ref(), &access, request, stop).await?;
    let Some(task) = sent.task else {
        let said = if sent.status == 204 {
            "done: there was nothing to do"
        } else {
            "done"
        };
        out::note(said);
        return Ok(Exit::Done);
    };
    let exit = watch::created(
        backend.as_ref(),
        *task,
        &args.follow,
        globals.manner.ascii,
        reach,
    )
    .await?;
    if exit == Exit::Done && form.name == "tenant-create" && !args.follow.no_watch {
        connections(backend.as_ref(), form, given).await;
    }
    Ok(exit)
}

/// How to connect to the tenant that was made.
async fn connections(backend: &dyn Backend, form: &Form, given: &Given) {
    let name = given.get("name").and_then(forms::Entry::text);
    let found = cluster(backend, form).await;
    let tenants = found.as_ref().and_then(|found| found.tenants.as_ref());
    let tenant = tenants
        .into_iter()
        .flatten()
        .find(|tenant| Some(tenant.name.as_str()) == name);
    for connection in tenant.iter().flat_map(|tenant| &tenant.connections) {
        out::note(&format!("connect with: {connection}"));
    }
}

/// Where it goes. A join names all that it needs; other forms that name an
/// agent are still about the cluster that flags and configuration name.
fn reach(globals: &Globals, form: &Form, request: &Request) -> Result<Reach, Stop> {
    match &request.target {
        Some(target) if form.name == "join" => Ok(Reach::at(globals, target)),
        Some(target) => Ok(Reach::find(globals)?.unwrap_or_else(|| Reach::at(globals, target))),
        None => Reach::resolve(globals),
    }
}

/// What the deed will hit. Not to know it keeps nothing back: the server decides.
async fn cluster(backend: &dyn Backend, form: &Form) -> Option<Cluster> {
    if form.name == "join" {
        return None;
    }
    match backend.ask(&Ask::Cluster).await.ok()?.picture {
        Picture::Cluster(cluster) => Some(*cluster),
        _ => None,
    }
}

/// Says what earlier starts and stops have left, and how to let go of it.
async fn leftovers(backend: &dyn Backend) {
    let Ok(asked) = backend.ask(&Ask::Tasks).await else {
        return;
    };
    if let Picture::Tasks(tasks) = asked.picture {
        let left = forms::leftovers(&tasks);
        if !left.is_empty() {
            let ids: Vec<_> = left.iter().map(|id| id.0.as_str()).collect();
            let ids = ids.join(",");
            out::note(&format!(
                "what is left of an earlier start or stop holds the agents, and this will fail: --set forcePassDag.id={ids} lets go of it"
            ));
        }
    }
}

/// What the server said, each line at the field that it names.
fn refused(form: &'static Form, given: &Given, error: SendError) -> Stop {
    let mut lines = Vec::new();
    if let Some(LinkError::Refused { message, .. }) = error.refusal() {
        lines = forms::at_fields(form, given, message)
            .into_iter()
            .filter(|line| !line.field.is_empty())
            .map(|line| {
                // A refusal of one line stands above already.
                if line.message == *message {
                    format!("  at {}", line.field)
                } else {
                    format!("  at {}: {}", line.field, line.message)
                }
            })
            .collect();
        lines.extend(forms::cure(message));
    }
    let mut stop = Stop::from(error);
    for line in lines {
        stop.message.push('\n');
        stop.message.push_str(&line);
    }
    stop
}

/// The request as the operator sees it, secrets masked.
pub fn shown(request: &Request) -> String {
    let each: Vec<_> = request.in_order().map(one_shown).collect();
    each.join("\n\n")
}

fn one_shown(request: &Request) -> String {
    let target = request
        .target
        .as_ref()
        .map(|target| format!("http://{target}"))
        .unwrap_or_default();
    let body = request
        .body
        .as_ref()
        .and_then(|body| serde_json::to_string_pretty(&body.masked()).ok())
        .map(|body| format!("\n{body}"))
        .unwrap_or_default();
    format!("{} {target}{}{body}", request.method.word(), request.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_request_hides_its_secrets() {
        let form = forms::find("join").unwrap();
        let sets = [
            "agent=127.0.0.1:2887",
            "master=127.0.0.1:2886",
            "zone=zone2",
            "master_password=s3cret",
        ]
        .map(str::to_owned);
        let given = values::given(form, &sets, None).unwrap();
        let text = shown(&request(form, &given).unwrap());
        assert!(
            text.starts_with("POST http://127.0.0.1:2887/api/v1/agent/join\n"),
            "{text}"
        );
        assert!(text.contains(r#""masterPassword": "***""#), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }

    #[test]
    fn a_missing_field_is_named() {
        let form = forms::find("join").unwrap();
        let given = values::given(form, &["agent=127.0.0.1".into()], None).unwrap();
        let stop = request(form, &given).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
        assert!(
            stop.message.contains("master") && stop.message.contains("zone"),
            "{stop}"
        );
    }
}
