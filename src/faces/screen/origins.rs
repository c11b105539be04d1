//! Which request of this console made a task: by what was sent in this session
//! and by the audit log, which other sessions and `obdeck do` write too.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::Incoming;
use super::opening::Opened;
use crate::console::Event;
use crate::faces::access::login;
use crate::fleet::request::Request;
use crate::fleet::task::{Origin, TaskId};
use crate::link::audit::{self, makes_tasks};
use crate::link::{Ask, Sent};

/// What made the tasks of the open place.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// In this session; a demo has no more.
    sent: Arc<Mutex<Vec<(TaskId, Origin)>>>,
    /// The audit log, and the name by which it knows the place.
    log: Option<(PathBuf, String)>,
    /// Tasks on the screen.
    shown: BTreeSet<TaskId>,
}

impl Origins {
    /// Of a place that is entered.
    pub fn of(opened: &Opened) -> Self {
        let log = opened.reach.as_ref().and_then(|reach| {
            let places = reach.places.as_ref()?;
            Some((places.audit(), reach.name.clone()))
        });
        Self {
            log,
            ..Self::default()
        }
    }

    /// The same place, entered again: what was sent there is known.
    pub fn again(self, before: &Self) -> Self {
        Self {
            sent: Arc::clone(&before.sent),
            ..self
        }
    }

    /// A change was answered.
    pub fn note(&self, request: &Request, at: Timestamp, sent: &Sent) {
        let Some(task) = &sent.task else { return };
        let origin = Origin {
            who: login(),
            at,
            request: format!("{} {}", request.method.word(), request.path),
            trace: sent.trace.clone(),
        };
        if makes_tasks(&origin.request) {
            let mut known = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            known.push((task.id.clone(), origin));
        }
    }

    /// Looks for those tasks that have just come on the screen.
    pub fn look(&mut self, asks: &BTreeSet<Ask>, queue: &UnboundedSender<Incoming>, place: u64) {
        let shown: BTreeSet<TaskId> = asks
            .iter()
            .filter_map(|ask| match ask {
                Ask::Task(id) => Some(id.clone()),
                _ => None,
            })
            .collect();
        let new: BTreeSet<TaskId> = shown.difference(&self.shown).cloned().collect();
        self.shown = shown;
        if new.is_empty() {
            return;
        }
        let (origins, queue) = (self.clone(), queue.clone());
        tokio::task::spawn_blocking(move || {
            let found = origins.find(&new);
            if !found.is_empty() {
                let _ = queue.send(Incoming::From(place, Event::CameFrom(found)));
            }
        });
    }

    fn find(&self, tasks: &BTreeSet<TaskId>) -> Vec<(TaskId, Origin)> {
        let logged = self.log.as_ref().map(|(path, context)| {
            audit::origins(path, context, tasks).unwrap_or_else(|error| {
                tracing::warn!(%error, "the audit log is not read");
                Vec::new()
            })
        });
        let mut found = logged.unwrap_or_default();
        let known = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let here = known.iter().filter(|(id, _)| tasks.contains(id));
        found.extend(here.cloned());
        found
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::fleet::request::Method;

    #[tokio::test]
    async fn what_was_sent_in_this_session_is_said_when_its_task_is_opened() {
        let task = crate::console::task::fixtures::running();
        let id = task.id.clone();
        let mut request = Request::get("/api/v1/ob/start");
        request.method = Method::Post;
        let sent = Sent {
            task: Some(Box::new(task)),
            status: 200,
            trace: "trace-9".into(),
        };
        let mut origins = Origins::default();
        origins.note(&request, Timestamp::UNIX_EPOCH, &sent);
        let (queue, mut heard) = mpsc::unbounded_channel();
        let asks = BTreeSet::from([Ask::Tasks, Ask::Task(id.clone())]);
        origins.look(&asks, &queue, 3);
        let Some(Incoming::From(3, Event::CameFrom(found))) = heard.recv().await else {
            panic!("nothing is said");
        };
        assert_eq!(found[0].0, id);
        assert_eq!(found[0].1.request, "POST /api/v1/ob/start");
        assert_eq!(found[0].1.trace, "trace-9");
    }
}
