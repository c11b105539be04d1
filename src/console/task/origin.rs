//! The request that made the task on the screen.

use super::TaskScreen;
use crate::fleet::task::Origin;

/// Ids of tasks begin again in a cluster that was made anew: a request of
/// another day made another task.
const NEAR_MS: u64 = 24 * 3600 * 1000;

impl TaskScreen {
    /// The audit log names the request that made it.
    pub fn came_from(&mut self, origin: Origin) {
        self.origin = Some(origin);
    }

    /// The request that made it, where this console sent it.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        let begun = self.task().and_then(|task| task.started_at);
        self.origin.as_ref().filter(|origin| {
            begun.is_none_or(|begun| {
                let apart = begun.as_millisecond().abs_diff(origin.at.as_millisecond());
                apart < NEAR_MS
            })
        })
    }
}
