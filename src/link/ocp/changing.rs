//! Sending a change: once, and when the answer is lost, looking for what it made.

use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;

use super::Inner;
use super::session::{Tried, no_endpoint};
use crate::fleet::Address;
use crate::fleet::request::{Body, Request};
use crate::fleet::task::{Task, TaskId};
use crate::link::http::Lacking;
use crate::link::{Asking, LinkError, Lost, Observer as _, SendError, Sent};
use crate::wire::ocp::{self, Answer, api};

/// Pauses before each look for what a lost answer made.
const LOOKS: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// A clock may be read wrong by so much.
const SLACK_MS: i64 = 2_000;

impl Inner {
    /// Sends one change. Everything before the one exchange only reads.
    pub(super) async fn send(&self, request: &Request) -> Result<Sent, SendError> {
        let address = self.receiver(request).await?;
        let left = Timestamp::now();
        let asking = Asking::of(request, &address.to_string(), "", left);
        for secret in request.body.iter().flat_map(Body::secrets) {
            self.observers.carries(secret);
        }
        self.observers
            .before_change(&asking)
            .map_err(LinkError::NotAsked)?;
        let tried = self.attempt(&address, request).await;
        let outcome = self.outcome(&address, request, tried, left).await;
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
        let first = self.in_order().into_iter().next();
        first.map(|(_, address)| address).ok_or_else(no_endpoint)
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

    /// Looks for a task that only this request can have made.
    async fn look(&self, request: &Request, left: Timestamp) -> Lost {
        let Some(name) = &request.makes else {
            return Lost::CannotTell(
                t!("it makes no task by which one could tell; look at what it should have changed")
                    .into_owned(),
            );
        };
        let since = left.as_millisecond() + self.shared().ahead_ms.unwrap_or(0) - SLACK_MS;
        let mut last = None;
        for pause in LOOKS {
            tokio::time::sleep(pause).await;
            last = Some(match self.newest().await {
                Ok(tasks) => {
                    if let Some(id) = self.made(&tasks, name, since) {
                        self.shared().seen.insert(id.clone());
                        return Lost::Made(id);
                    }
                    Ok(())
                }
                Err(error) => Err(error),
            });
        }
        match last {
            Some(Ok(())) => Lost::NotMade,
            Some(Err(error)) => Lost::CannotTell(error.to_string()),
            None => Lost::CannotTell(String::new()),
        }
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
