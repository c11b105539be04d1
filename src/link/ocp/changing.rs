//! Sending a change: once, and when the answer is lost, looking for what it made.

use jiff::Timestamp;

use super::Inner;
use super::session::{Tried, whole};
use rust_i18n::t;

use crate::fleet::Address;
use crate::fleet::request::{Body, Request};
use crate::fleet::task::{Task, TaskId};
use crate::link::endpoints::no_endpoint;
use crate::link::http::Lacking;
use crate::link::upload::Upload;
use crate::link::{Asking, LinkError, Lost, Observer as _, SendError, Sent, Transfer, lost};
use crate::wire::multipart::Proof;
use crate::wire::ocp::{self, Answer, api};

impl Inner {
    /// Sends one change. Everything before the one exchange only reads.
    pub(super) async fn send(
        &self,
        request: &Request,
        transfer: &Transfer,
    ) -> Result<Sent, SendError> {
        let address = self.receiver(request).await?;
        let upload = match &request.body {
            Some(Body::File(path)) => {
                // Only a signature says something of the body.
                let proof = self.signs().then_some(Proof::Body);
                Some(Box::new(Upload::open(path, proof, transfer).await?))
            }
            _ => None,
        };
        transfer.may_leave()?;
        let left = Timestamp::now();
        let asking = Asking::of(request, &address.to_string(), "", left);
        for secret in request.body.iter().flat_map(Body::secrets) {
            self.observers.carries(secret);
        }
        self.observers
            .before_change(&asking)
            .map_err(LinkError::NotAsked)?;
        let tried = self.attempt(&address, request, upload, whole).await;
        let outcome = self.outcome(&address, request, tried, left).await;
        let outcome = match transfer.judged(outcome, &asking.endpoint) {
            Err(SendError::NotDone(error)) => Err(self.blamed(request, error).await),
            outcome => outcome,
        };
        self.observers.after_change(&asking, &outcome);
        outcome
    }

    /// An endpoint that answers and a credential that works: a change is not
    /// for trying. What exists before it is remembered, so that what it makes
    /// can be told apart.
    async fn receiver(&self, request: &Request) -> Result<Address, LinkError> {
        for task in self.newest().await? {
            self.note(&task);
        }
        if let Some(target) = &request.target {
            return Ok(target.clone());
        }
        self.endpoints.first().cloned().ok_or_else(no_endpoint)
    }

    async fn newest(&self) -> Result<Vec<Task>, LinkError> {
        let answer = self
            .read(&api::tasks(&api::TaskFilter::default(), 1))
            .await?;
        Ok(ocp::tasks(&answer.data).items)
    }

    async fn outcome(
        &self,
        address: &Address,
        request: &Request,
        tried: Tried,
        left: Timestamp,
    ) -> Result<Sent, SendError> {
        let reason = match tried {
            Tried::Lacking(Lacking::Cut { why, sent, of }) => {
                return Err(SendError::CutShort { why, sent, of });
            }
            // A proxy's page says nothing about what happened behind it.
            Tried::Garbled(reason)
            | Tried::Lacking(Lacking::NoAnswer(reason) | Lacking::Broken(reason)) => reason,
            tried => {
                let answer = self.conclude(address, tried)?;
                return Ok(self.sent(&answer));
            }
        };
        let found = self.look(request, left).await;
        Err(SendError::AnswerLost { reason, found })
    }

    /// Some operations make a task for each host; the first one is followed.
    fn sent(&self, answer: &Answer) -> Sent {
        let made = ocp::made(answer);
        for task in &made {
            self.note(task);
        }
        Sent {
            task: made.into_iter().next().map(Box::new),
            status: 200,
            trace: answer.trace.clone(),
        }
    }

    /// Looks for a task that only this request can have made. The platform does
    /// not tell when it started, so nothing proves that none can come.
    async fn look(&self, request: &Request, left: Timestamp) -> Lost {
        let since = lost::since(left, self.shared().ahead_ms);
        let Some(name) = request.makes.as_deref() else {
            return Lost::no_trail();
        };
        let seek = || async move {
            let tasks = self.newest().await?;
            let id = self.made(&tasks, name, since);
            self.shared().seen.extend(id.clone());
            Ok(id.map(Lost::Made))
        };
        let what = t!("task %{name}", name = name);
        lost::look(&what, seek, || false).await
    }

    fn made(&self, tasks: &[Task], name: &str, since: i64) -> Option<TaskId> {
        let shared = self.shared();
        let mut made: Vec<&Task> = tasks
            .iter()
            .filter(|task| task.name == name && !shared.seen.contains(&task.id))
            .filter(|task| {
                task.started_at
                    .is_none_or(|at| at.as_millisecond() >= since)
            })
            .collect();
        made.sort_by_key(|task| task.started_at);
        made.last().map(|task| task.id.clone())
    }
}
