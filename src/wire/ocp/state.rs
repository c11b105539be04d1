//! How the platform's words are to be read (`api/ocp.md §3.1`, `§3.5`).

use crate::fleet::task::{Node, Nodes, Phase, State};

/// Status and operation of a task or subtask, in upper case for comparing.
pub(super) struct Words {
    status: String,
    operation: String,
}

impl Words {
    pub fn new(status: &str, operation: Option<&str>) -> Self {
        let upper = |word: &str| word.trim().to_ascii_uppercase();
        Self {
            status: upper(status),
            operation: upper(operation.unwrap_or_default()),
        }
    }

    /// How a subtask stands. A rolled back one returns to PENDING, so its
    /// operation says what PENDING means; one that waits for its turn to be
    /// undone still is what it was.
    pub fn subtask(&self) -> State {
        match (self.status.as_str(), self.operation.as_str()) {
            ("PENDING", "ROLLBACK") => State::RolledBack,
            ("PENDING", "ROLLBACK_SKIP") | ("SUCCESSFUL", "SKIP") => State::Skipped,
            ("PENDING", _) => State::Pending,
            ("READY", _) => State::Ready,
            ("RUNNING", "ROLLBACK" | "ROLLBACK_SKIP") => State::RollingBack,
            ("RUNNING", "CANCEL") | ("CANCELING" | "CANCELLING", _) => State::Cancelling,
            ("RUNNING", _) => State::Running,
            ("FAILED", "CANCEL") => State::Cancelled,
            ("FAILED", _) => State::Failed,
            ("SUCCESSFUL", _) => State::Succeeded,
            _ => State::Unknown,
        }
    }

    /// How a task stands. There is no "cancel task": one whose failures are
    /// all cancelled subtasks was cancelled.
    pub fn task(&self, nodes: &Nodes) -> State {
        let any = |state: State| nodes.iter().any(|node| node.state == state);
        match self.status.as_str() {
            "SUCCESSFUL" if self.operation == "ROLLBACK" || never_ran(nodes) => State::RolledBack,
            "SUCCESSFUL" => State::Succeeded,
            "FAILED" if self.operation == "CANCEL" => State::Cancelled,
            "FAILED" if any(State::Cancelled) && !any(State::Failed) => State::Cancelled,
            "FAILED" => State::Failed,
            "RUNNING" if self.phase(nodes) == Phase::RollingBack => State::RollingBack,
            "RUNNING" if self.phase(nodes) == Phase::Cancelling => State::Cancelling,
            "RUNNING" => State::Running,
            "CANCELING" | "CANCELLING" => State::Cancelling,
            "PENDING" => State::Pending,
            "READY" => State::Ready,
            _ => State::Unknown,
        }
    }

    /// Which way a task moves. Two shapes of the seven carry no operation at
    /// the task; their subtasks tell.
    pub fn phase(&self, nodes: &Nodes) -> Phase {
        if nodes.iter().any(|node| node.state == State::Cancelling) {
            return Phase::Cancelling;
        }
        match self.operation.as_str() {
            "ROLLBACK" => Phase::RollingBack,
            "RETRY" => Phase::Retrying,
            "CANCEL" => Phase::Cancelling,
            "" => phase_of_subtasks(nodes, self.status == "SUCCESSFUL" && never_ran(nodes)),
            _ => Phase::Forward,
        }
    }
}

/// SUCCESSFUL with every subtask back at PENDING: it was undone.
fn never_ran(nodes: &Nodes) -> bool {
    let pending = |node: &Node| node.raw.state.eq_ignore_ascii_case("PENDING");
    !nodes.is_empty() && nodes.iter().all(pending)
}

fn phase_of_subtasks(nodes: &Nodes, undone: bool) -> Phase {
    let operation = |node: &Node, word: &str| {
        node.extra
            .get("operation")
            .and_then(|value| Some(value.as_str()?.eq_ignore_ascii_case(word)))
            .unwrap_or(false)
    };
    if undone || nodes.iter().any(|node| operation(node, "ROLLBACK")) {
        return Phase::RollingBack;
    }
    let again = |node: &Node| {
        operation(node, "RETRY") && matches!(node.state, State::Ready | State::Running)
    };
    if nodes.iter().any(again) {
        return Phase::Retrying;
    }
    Phase::Forward
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("PENDING", "EXECUTE", State::Pending)]
    #[case("PENDING", "ROLLBACK", State::RolledBack)]
    #[case("PENDING", "ROLLBACK_SKIP", State::Skipped)]
    #[case("READY", "RETRY", State::Ready)]
    #[case("RUNNING", "execute", State::Running)]
    #[case("RUNNING", "ROLLBACK", State::RollingBack)]
    #[case("CANCELING", "EXECUTE", State::Cancelling)]
    #[case("FAILED", "RETRY", State::Failed)]
    #[case("FAILED", "CANCEL", State::Cancelled)]
    #[case("successful", "EXECUTE", State::Succeeded)]
    #[case("SUCCESSFUL", "SKIP", State::Skipped)]
    #[case("SUCCESSFUL", "ROLLBACK", State::Succeeded)]
    #[case("SUCCEED", "EXECUTE", State::Unknown)]
    fn a_subtask_is_read(#[case] status: &str, #[case] operation: &str, #[case] state: State) {
        assert_eq!(Words::new(status, Some(operation)).subtask(), state);
    }
}
