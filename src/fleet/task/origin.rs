//! Where a task came from: the request of this console that made it.

use jiff::Timestamp;

/// One request, as the audit log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Login name of who sent it; empty where the system told none.
    pub who: String,
    /// When it was sent, by the clock of the console.
    pub at: Timestamp,
    /// Method and path.
    pub request: String,
    /// Its trace id, which the logs of the server have too.
    pub trace: String,
}
