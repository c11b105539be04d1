//! How an operator should read what obshell says (`api/obshell.md §5.3`, §5.8, §13).

use serde_json::{Map, Value};

use crate::fleet::task::{Lock, Phase, Raw, State};

/// `state` and `operator` as they came, upper case for comparing.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// `RUNNING`.
    pub state: &'a str,
    /// `ROLLBACK`.
    pub operator: &'a str,
}

impl<'a> Words<'a> {
    /// The words of a raw state.
    #[must_use]
    pub fn of(raw: &'a Raw) -> Self {
        Self {
            state: &raw.state,
            operator: raw.operator.as_deref().unwrap_or(""),
        }
    }

    fn is(self, state: &str) -> bool {
        self.state.eq_ignore_ascii_case(state)
    }

    fn by(self, operator: &str) -> bool {
        self.operator.eq_ignore_ascii_case(operator)
    }

    /// Whether nothing has run yet, or not again: its times are none.
    pub(super) fn waits(self) -> bool {
        self.is("PENDING") || self.is("READY")
    }

    /// Whether it stopped.
    pub(super) fn stopped(self) -> bool {
        self.is("FAILED") || self.is("SUCCEED")
    }

    pub(super) fn failed_running(self) -> bool {
        self.is("FAILED") && !self.by("CANCEL") && !self.by("ROLLBACK")
    }

    pub(super) fn retries(self) -> bool {
        self.by("RETRY")
    }
}

/// How a DAG, node or sub-task stands.
#[must_use]
pub fn state(words: Words<'_>) -> State {
    match () {
        () if words.is("SUCCEED") && words.by("ROLLBACK") => State::RolledBack,
        () if words.is("SUCCEED") && words.by("PASS") => State::Skipped,
        () if words.is("SUCCEED") => State::Succeeded,
        () if words.is("FAILED") && words.by("CANCEL") => State::Cancelled,
        () if words.is("FAILED") => State::Failed,
        () if words.by("CANCEL") && (words.waits() || words.is("RUNNING")) => State::Cancelling,
        () if words.is("PENDING") => State::Pending,
        () if words.by("ROLLBACK") && (words.is("READY") || words.is("RUNNING")) => {
            State::RollingBack
        }
        () if words.is("READY") => State::Ready,
        () if words.is("RUNNING") => State::Running,
        () => State::Unknown,
    }
}

/// Which way a DAG moves. `current` are the words of its node at `stage`: a
/// DAG that retries says RUN itself, only the node says RETRY (§13.10).
#[must_use]
pub fn phase(dag: Words<'_>, current: Option<Words<'_>>) -> Phase {
    if dag.by("ROLLBACK") {
        Phase::RollingBack
    } else if dag.by("CANCEL") {
        Phase::Cancelling
    } else if dag.retries() || (!dag.is("SUCCEED") && current.is_some_and(Words::retries)) {
        Phase::Retrying
    } else {
        Phase::Forward
    }
}

/// What `maintenance_type` and `maintenance_key` lock (§5.7); `None` where the
/// agent does not say.
pub(super) fn lock(kind: Option<i64>, key: &str) -> Option<Lock> {
    match kind? {
        0 | 1 => Some(Lock::None),
        2 => Some(Lock::Global),
        3 => Some(Lock::Tenant(key.to_owned())),
        4 => Some(Lock::Obproxy),
        _ => None,
    }
}

/// Whether a DAG is one of the sub DAGs that go FAILED on purpose and wait so for
/// their main DAG (§5.8, and `Local scale out` as it was recorded).
#[must_use]
pub fn is_rendezvous_dag(name: &str) -> bool {
    !mains(name).is_empty()
}

/// The names of the main DAGs that a sub DAG of this name may wait for.
pub(super) fn mains(name: &str) -> &'static [&'static str] {
    match name {
        "Start observer" | "Stop observer" => &["Start OB", "Stop OB"],
        "Local scale out" => &["Cluster scale out"],
        _ => &[],
    }
}

/// Whether such a DAG waits at this stage: the ones of start and stop at their
/// first and last, `Local scale out` before it makes directories and before it starts.
pub(super) fn waits_at(name: &str, stage: u32, stages: u32) -> bool {
    match name {
        "Local scale out" => stage == 2 || stage == 4,
        _ => stage <= 1 || stage == stages,
    }
}

/// The stages of such a DAG at which it waits.
pub(super) fn is_rendezvous_stage(name: &str) -> bool {
    name == "Start preparations" || name == "Wait for task to end"
}

/// What one main DAG says of its sub DAGs: `{"ip:port": id}`.
pub(super) fn sub_dags(data: Option<&Map<String, Value>>) -> Vec<(String, String)> {
    let Some(Value::Object(map)) = data.and_then(|data| data.get("sub_dags")) else {
        return Vec::new();
    };
    let pair = |(agent, id): (&String, &Value)| match id {
        Value::String(id) => Some((agent.clone(), id.clone())),
        Value::Number(id) => Some((agent.clone(), id.to_string())),
        _ => None,
    };
    map.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(state: &str, operator: &str) -> State {
        super::state(Words { state, operator })
    }

    #[test]
    fn reads_as_the_operator_should() {
        for (words, wanted) in [
            (("READY", "RUN"), State::Ready),
            (("RUNNING", "RUN"), State::Running),
            (("SUCCEED", "RUN"), State::Succeeded),
            (("FAILED", "RUN"), State::Failed),
            (("READY", "ROLLBACK"), State::RollingBack),
            (("RUNNING", "ROLLBACK"), State::RollingBack),
            (("SUCCEED", "ROLLBACK"), State::RolledBack),
            (("FAILED", "ROLLBACK"), State::Failed),
            (("READY", "CANCEL"), State::Cancelling),
            (("PENDING", "CANCEL"), State::Cancelling),
            (("RUNNING", "CANCEL"), State::Cancelling),
            (("FAILED", "CANCEL"), State::Cancelled),
            (("SUCCEED", "PASS"), State::Skipped),
            (("PENDING", "RETRY"), State::Pending),
            (("PENDING", "ROLLBACK"), State::Pending),
            (("RUNNING", "RETRY"), State::Running),
            (("SUCCEED", "RETRY"), State::Succeeded),
            (("FAILED", "RETRY"), State::Failed),
            (("EXPLODED", "RUN"), State::Unknown),
            (("", ""), State::Unknown),
        ] {
            assert_eq!(read(words.0, words.1), wanted, "{words:?}");
        }
    }

    #[test]
    fn a_retry_is_seen_at_the_node() {
        let words = |state, operator| Words { state, operator };
        let retry = Some(words("RUNNING", "RETRY"));
        assert_eq!(phase(words("RUNNING", "RUN"), retry), Phase::Retrying);
        assert_eq!(
            phase(words("RUNNING", "ROLLBACK"), retry),
            Phase::RollingBack
        );
        assert_eq!(phase(words("SUCCEED", "RUN"), retry), Phase::Forward);
        assert_eq!(phase(words("READY", "CANCEL"), None), Phase::Cancelling);
    }
}
