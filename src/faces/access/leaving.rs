//! Sessions end with the program that opened them, whichever way it ends.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;

use crate::link::Backend;

/// What this process has opened: a process ends once, and each way out of it
/// passes [`leave`].
static OPENED: Mutex<Vec<Arc<dyn Backend>>> = Mutex::new(Vec::new());

/// Remembers a backend that opens sessions.
pub fn opened(backend: &Arc<dyn Backend>) {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    opened.push(Arc::clone(backend));
}

/// Ends every session; best effort, within seconds.
pub async fn leave() {
    let opened = std::mem::take(&mut *OPENED.lock().unwrap_or_else(PoisonError::into_inner));
    join_all(opened.iter().map(|backend| backend.leave())).await;
}

/// Ends the sessions of one place that is left while the program goes on.
pub async fn leave_one(backend: Arc<dyn Backend>) {
    OPENED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .retain(|other| !Arc::ptr_eq(other, &backend));
    backend.leave().await;
}
