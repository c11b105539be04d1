//! What agents before 4.3.1 say in the place of a code (`api/obshell.md §16`).

/// Endings of old messages and the code that newer agents give instead. Looked
/// at in this order: the special before the general.
const LEGACY_WORDS: &[(&str, &str)] = &[
    (
        "header decrypt failed",
        "Security.Authentication.Header.DecryptFailed",
    ),
    ("header not found", "Request.Header.NotFound"),
    ("uri mismatch", "Security.Authentication.Header.UriMismatch"),
    ("auth expired", "Security.Authentication.Expired"),
    (
        "oceanbase password is incorrect",
        "Security.Authentication.IncorrectOceanbasePassword",
    ),
    (
        "agent password is incorrect",
        "Security.Authentication.IncorrectAgentPassword",
    ),
    ("404 not found", "Common.NotFound"),
    ("invalid id", "Task.GenericID.Invalid"),
    ("field validation for", "Common.BindJsonFailed"),
    ("agent status is not 1", "Agent.UnderMaintenance"),
    ("under maint", "Agent.UnderMaintenance"),
    (
        "dag state is not failed",
        "Task.Dag.Operator.RetryNotFailedDag",
    ),
    ("dag is finished", "Task.Dag.Operator.CancelFinishedDag"),
    ("can not pass", "Task.Dag.Operator.PassNotAllowed"),
    ("can not retry", "Task.Dag.Operator.RetryNotAllowed"),
    ("can not rollback", "Task.Dag.Operator.RollbackNotAllowed"),
    ("can not cancel", "Task.Dag.Operator.CancelNotAllowed"),
    ("is not single agent", "Agent.Identify.NotSupportOperation"),
    ("is not cluster agent", "Agent.Identify.NotSupportOperation"),
    ("can not init", "Agent.Identify.NotSupportOperation"),
];

/// The dotted code for what an agent before 4.3.1 said: first by the start of
/// its message, then by its number; never by the HTTP status.
#[must_use]
pub fn legacy(code: Option<i64>, message: &str) -> Option<&'static str> {
    let lower = message.to_lowercase();
    let by_words = LEGACY_WORDS
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map(|(_, name)| *name);
    by_words.or(match code? {
        1 => Some("Security.Authentication.Header.DecryptFailed"),
        1000 => Some("Common.BadRequest"),
        1001 => Some("Common.IllegalArgument"),
        1002 => Some("Common.Unexpected"),
        2300 => Some("Task.NotFound"),
        2301 => Some("Task.CreateFailed"),
        10000 => Some("Security.User.PermissionDenied"),
        10008 => Some("Security.Authentication.Unauthorized"),
        10009 => Some("OB.Cluster.NotInitialized"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_agents_mean_the_same() {
        for (code, message, name) in [
            (
                1002,
                "Unexpected error: failed to start maintenance: agent is under maintaince",
                "Agent.UnderMaintenance",
            ),
            (
                1002,
                "Unexpected error: failed to start maintenance: agent status is not 1",
                "Agent.UnderMaintenance",
            ),
            (
                1010,
                "Known error: failed to pass dag: Cluster boostrap can not pass",
                "Task.Dag.Operator.PassNotAllowed",
            ),
            (
                10008,
                "Verification failed: auth expired",
                "Security.Authentication.Expired",
            ),
            (1000, "Bad request: 404 not found", "Common.NotFound"),
            (2300, "Task not found: record not found", "Task.NotFound"),
            (
                1001,
                "Illegal argument: invalid id: abc",
                "Task.GenericID.Invalid",
            ),
        ] {
            assert_eq!(legacy(Some(code), message), Some(name), "{message}");
        }
        assert_eq!(legacy(Some(1010), "Known error: something"), None);
        assert_eq!(legacy(None, "whatever"), None);
    }
}
