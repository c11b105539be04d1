//! The audit log: one line before each change leaves, one with what it came to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rust_i18n::t;
use serde_json::{Value, json};

use super::observe::{Asking, Observer};
use super::record::{SHORTEST, auth_word, masked, open_private};
use super::{LinkError, Lost, SendError, Sent};
use crate::base::Secret;
use crate::fleet::task::{Origin, TaskId};

/// Who did it, and where: the same on every line of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Login name on this machine.
    pub user: String,
    /// Name of the context, or the address that was given.
    pub context: String,
}

/// Where the lines go.
#[derive(Debug)]
enum Store {
    Memory(Vec<Value>),
    File(File, PathBuf),
}

/// The log of changes. Nothing in it is a secret.
#[derive(Debug)]
pub struct Audit {
    actor: Actor,
    store: Mutex<Store>,
    hidden: Mutex<Vec<Secret>>,
}

impl Audit {
    /// Appends to a file that only its owner can read.
    pub fn open(path: &Path, actor: Actor) -> std::io::Result<Self> {
        let file = open_private(path)?;
        Ok(Self {
            actor,
            store: Mutex::new(Store::File(file, path.to_owned())),
            hidden: Mutex::default(),
        })
    }

    /// Keeps the lines while the program runs: `demo` touches no file.
    pub fn in_memory(actor: Actor) -> Self {
        Self {
            actor,
            store: Mutex::new(Store::Memory(Vec::new())),
            hidden: Mutex::default(),
        }
    }

    /// The lines that are kept in memory.
    pub fn lines(&self) -> Vec<Value> {
        match &*self.store.lock().unwrap_or_else(PoisonError::into_inner) {
            Store::Memory(lines) => lines.clone(),
            Store::File(..) => Vec::new(),
        }
    }

    fn line(&self, asking: &Asking, event: &str, more: Value) -> Value {
        let mut line = json!({
            "at": asking.at.to_string(),
            "event": event,
            "who": self.actor.user,
            "context": self.actor.context,
            "endpoint": asking.endpoint,
            "method": asking.method,
            "path": asking.path,
            "auth": auth_word(asking.auth),
            "body": asking.body.as_ref().map(|body| masked(body, &[])),
            "trace": asking.trace,
        });
        if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
            line.extend(more);
        }
        line
    }

    fn write(&self, line: &Value) -> Result<(), String> {
        let line = masked(
            line,
            &self.hidden.lock().unwrap_or_else(PoisonError::into_inner),
        );
        match &mut *self.store.lock().unwrap_or_else(PoisonError::into_inner) {
            Store::Memory(lines) => {
                lines.push(line);
                Ok(())
            }
            // One write, so that two consoles that append never mix their lines;
            // synced, because the machine may be the one that goes down next.
            Store::File(file, path) => file
                .write_all(format!("{line}\n").as_bytes())
                .and_then(|()| file.sync_data().or_else(only_for_files))
                .map_err(|error| {
                    t!(
                        "The audit log %{path} cannot be written, so nothing was sent: %{error}",
                        path = path.display(),
                        error = error
                    )
                    .into_owned()
                }),
        }
    }
}

/// A pipe or a device as audit log cannot be synced, and need not.
fn only_for_files(error: std::io::Error) -> std::io::Result<()> {
    match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    }
}

impl Observer for Audit {
    fn carries(&self, secret: &Secret) {
        if secret.reveal().len() >= SHORTEST {
            let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
            if !hidden.contains(secret) {
                hidden.push(secret.clone());
            }
        }
    }

    fn looks_at_reads(&self) -> bool {
        false
    }

    fn before_change(&self, asking: &Asking) -> Result<(), String> {
        self.write(&self.line(asking, "sending", json!({})))
    }

    fn after_change(&self, asking: &Asking, outcome: &Result<Sent, SendError>) {
        let line = self.line(asking, "sent", came_to(outcome));
        if let Err(error) = self.write(&line) {
            tracing::error!("{error}");
        }
    }
}

/// How much of the end of a log is read: some ten thousand changes.
const READ: u64 = 8 << 20;

/// The requests that made these tasks, by the lines of that context.
///
/// # Errors
/// The log cannot be read.
pub fn origins(
    path: &Path,
    context: &str,
    tasks: &BTreeSet<TaskId>,
) -> std::io::Result<Vec<(TaskId, Origin)>> {
    let mut file = File::open(path)?;
    // A pipe as audit log has no past.
    if !file.metadata()?.is_file() {
        return Ok(Vec::new());
    }
    let from = file.metadata()?.len().saturating_sub(READ);
    file.seek(SeekFrom::Start(from))?;
    let mut found = BTreeMap::new();
    for line in BufReader::new(file).split(b'\n') {
        let Ok(line) = serde_json::from_slice::<Value>(&line?) else {
            continue;
        };
        let made = origin(&line, context).filter(|(task, _)| tasks.contains(task));
        found.extend(made);
    }
    Ok(found.into_iter().collect())
}

fn origin(line: &Value, context: &str) -> Option<(TaskId, Origin)> {
    let text = |key: &str| line.get(key)?.as_str();
    if text("event")? != "sent" || text("context")? != context {
        return None;
    }
    Some((
        TaskId(text("task")?.to_owned()),
        Origin {
            who: text("who")?.to_owned(),
            at: text("at")?.parse().ok()?,
            request: format!("{} {}", text("method")?, text("path")?),
            trace: text("trace")?.to_owned(),
        },
    ))
    .filter(|(_, origin)| makes_tasks(&origin.request))
}

/// An operation on a task names it too, but did not make it.
#[must_use]
pub fn makes_tasks(request: &str) -> bool {
    !request.contains("/api/v1/task/") && !request.contains("/api/v2/tasks/")
}

fn came_to(outcome: &Result<Sent, SendError>) -> Value {
    match outcome {
        Ok(sent) => json!({
            "outcome": "accepted",
            "status": sent.status,
            "task": sent.task.as_ref().map(|task| task.id.0.clone()),
        }),
        // Each of two requests has lines of its own.
        Err(SendError::HalfDone { then, .. }) => came_to(&Err((**then).clone())),
        Err(SendError::Held { error, by }) => {
            let mut line = came_to(&Err(SendError::NotDone(error.clone())));
            let ids = by.holders().iter().map(|holder| holder.id.0.clone());
            line["held_by"] = ids.collect();
            line
        }
        Err(SendError::NotDone(error)) => {
            let (outcome, status) = match error {
                LinkError::Refused { status, .. } => ("refused", Some(*status)),
                LinkError::Unauthorized { .. } => ("unauthorized", Some(401)),
                LinkError::Unreachable { .. } => ("unreachable", None),
                LinkError::Garbled { .. } => ("garbled", None),
                LinkError::Throttled { status, .. } => ("throttled", Some(*status)),
                LinkError::KeyChanged { .. } => ("key_changed", None),
                LinkError::NotAsked(_) => ("not_sent", None),
            };
            json!({"outcome": outcome, "status": status, "message": error.to_string()})
        }
        Err(error @ SendError::CutShort { .. }) => {
            json!({"outcome": "cut_short", "status": null, "message": error.to_string()})
        }
        Err(error @ SendError::AnswerLost { found, .. }) => {
            let (found, task) = match found {
                Lost::Made(id) => ("made", Some(id.0.clone())),
                Lost::There(_) => ("made", None),
                Lost::NotMade => ("not_made", None),
                Lost::CannotTell(_) => ("cannot_tell", None),
            };
            json!({"outcome": "answer_lost", "found": found, "task": task, "message": error.to_string()})
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use jiff::Timestamp;

    use super::*;
    use crate::base::Secret;
    use crate::fleet::request::{Body, Method, Request};
    use crate::fleet::task::State;
    use crate::link::{Held, Holder};

    fn asking() -> Asking {
        let mut request = Request::get("/api/v1/agent/join");
        request.method = Method::Post;
        request.body = Some(Body::Map(vec![
            ("zoneName".into(), Body::Plain("zone1".into())),
            (
                "masterPassword".into(),
                Body::Secret(Secret::new("aA1!bB2@")),
            ),
        ]));
        Asking::of(&request, "10.0.0.5:2886", "trace-7", Timestamp::UNIX_EPOCH)
    }

    fn actor() -> Actor {
        Actor {
            user: "ada".into(),
            context: "prod".into(),
        }
    }

    #[test]
    fn a_change_leaves_two_lines_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let audit = Audit::open(&path, actor()).unwrap();
        let asking = asking();
        audit.before_change(&asking).unwrap();
        let lost = Err(SendError::AnswerLost {
            reason: "reset".into(),
            found: Lost::Made(TaskId("221".into())),
        });
        audit.after_change(&asking, &lost);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("aA1!"), "{text}");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["event"], "sending");
        assert_eq!(lines[0]["who"], "ada");
        assert_eq!(lines[0]["body"]["masterPassword"], "***");
        assert_eq!(lines[0]["body"]["zoneName"], "zone1");
        assert_eq!(lines[1]["outcome"], "answer_lost");
        assert_eq!(lines[1]["task"], "221");
        assert_eq!(lines[0]["trace"], lines[1]["trace"]);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_request_that_made_a_task_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let audit = Audit::open(&path, actor()).unwrap();
        let made = |task: &str| {
            Err(SendError::AnswerLost {
                reason: "reset".into(),
                found: Lost::Made(TaskId(task.into())),
            })
        };
        audit.before_change(&asking()).unwrap();
        audit.after_change(&asking(), &made("221"));
        let mut retry = asking();
        retry.path = "/api/v1/task/dag/221".into();
        audit.after_change(&retry, &made("221"));
        audit.after_change(&asking(), &made("222"));
        let wanted = BTreeSet::from([TaskId("221".into()), TaskId("9".into())]);
        let found = origins(&path, "prod", &wanted).unwrap();
        let origin = Origin {
            who: "ada".into(),
            at: Timestamp::UNIX_EPOCH,
            request: "POST /api/v1/agent/join".into(),
            trace: "trace-7".into(),
        };
        assert_eq!(found, [(TaskId("221".into()), origin)]);
        assert!(origins(&path, "test", &wanted).unwrap().is_empty());
    }

    #[test]
    fn a_refusal_keeps_the_servers_words() {
        let audit = Audit::in_memory(actor());
        let refused = Err(SendError::NotDone(LinkError::Refused {
            status: 500,
            code: "Agent.UnderMaintenance".into(),
            message: "agent is under maintenance".into(),
            advice: String::new(),
            trace: "trace-7".into(),
        }));
        audit.after_change(&asking(), &refused);
        let lines = audit.lines();
        assert_eq!(lines[0]["outcome"], "refused");
        assert_eq!(lines[0]["status"], 500);
        let message = lines[0]["message"].as_str().unwrap();
        assert!(message.contains("under maintenance"), "{message}");
    }

    #[test]
    fn a_refusal_names_the_task_that_stood_in_the_way() {
        let audit = Audit::in_memory(actor());
        let held = Err(SendError::Held {
            error: LinkError::NotAsked("busy".into()),
            by: Box::new(Held::By(Holder {
                id: TaskId("112".into()),
                name: "Cluster scale out".into(),
                state: State::Running,
            })),
        });
        audit.after_change(&asking(), &held);
        let lines = audit.lines();
        assert_eq!(lines[0]["outcome"], "not_sent");
        assert_eq!(lines[0]["held_by"], json!(["112"]));
        assert!(lines[0].get("task").is_none(), "it made none");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_log_that_cannot_be_written_stops_the_change() {
        let audit = Audit::open(Path::new("/dev/full"), actor()).unwrap();
        let error = audit.before_change(&asking()).unwrap_err();
        assert!(error.contains("/dev/full"), "{error}");
    }
}
