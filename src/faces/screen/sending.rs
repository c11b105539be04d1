//! Changes on their way to the open place. Of a file the session hears how far
//! it is, and can give it up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::Incoming;
use super::origins::Origins;
use crate::console::{Event, SendId};
use crate::fleet::request::Request;
use crate::link::{Backend, Transfer, WriteAccess};

/// Between two words of how far a file is.
const PACE: Duration = Duration::from_millis(200);
/// What is given up at the end of a session is waited for so long.
const LAST: Duration = Duration::from_secs(1);

/// Files that have no answer yet.
#[derive(Default)]
pub struct Sending(BTreeMap<SendId, (Transfer, JoinHandle<()>)>);

impl Sending {
    /// Sends it once; the answer comes through the queue.
    pub fn send(
        &mut self,
        (id, request): (SendId, Request),
        backend: Arc<dyn Backend>,
        access: Arc<WriteAccess>,
        queue: UnboundedSender<Incoming>,
        origins: Origins,
    ) {
        self.0.retain(|_, (_, task)| !task.is_finished());
        let transfer = Transfer::default();
        let has_file = request.carries_file();
        if has_file {
            tokio::spawn(tell(id, transfer.clone(), queue.clone()));
        }
        let watched = transfer.clone();
        let task = tokio::spawn(async move {
            let at = jiff::Timestamp::now();
            let result = backend.send_watched(&access, &request, &watched).await;
            if let Ok(sent) = &result {
                origins.note(&request, at, sent);
            }
            let _ = queue.send(Incoming::Event(Event::Sent { id, result }));
        });
        if has_file {
            self.0.insert(id, (transfer, task));
        }
    }

    /// The operator gives a file up.
    pub fn give_up(&self, id: SendId) {
        if let Some((transfer, _)) = self.0.get(&id) {
            transfer.give_up();
        }
    }

    /// The session ends: no file is sent after it, and what became of it is
    /// written down.
    pub async fn end(&mut self) {
        let all = std::mem::take(&mut self.0);
        for (transfer, _) in all.values() {
            transfer.give_up();
        }
        let ends = all.into_values().map(|(_, task)| task);
        let _ = tokio::time::timeout(LAST, futures_util::future::join_all(ends)).await;
    }
}

/// Tells how far it is until its sender is done with it.
async fn tell(id: SendId, transfer: Transfer, queue: UnboundedSender<Incoming>) {
    let mut moved = transfer.watch();
    // The one who sends keeps it alive, not the one who looks on.
    drop(transfer);
    while moved.changed().await.is_ok() {
        let progress = *moved.borrow_and_update();
        if let Some(progress) = progress {
            let event = Event::Moved { id, progress };
            if queue.send(Incoming::Event(event)).is_err() {
                return;
            }
        }
        tokio::time::sleep(PACE).await;
    }
}
