//! How long to wait until the next question. Pure: the answer decides.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore;

use crate::fleet::task::State;
use crate::link::{Ask, LinkError, Picture};

/// How fast to ask. The configuration may stretch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two questions about something that moves.
    pub moving: Duration,
    /// Between two questions about something that stands still.
    pub still: Duration,
    /// The longest wait after failures.
    pub longest: Duration,
    /// Whoever has not answered after this long does not answer. A real agent
    /// has taken 82 s to say 404 (`api/obshell.md` §14.1).
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            moving: Duration::from_secs(1),
            still: Duration::from_secs(5),
            longest: Duration::from_secs(30),
            patience: Duration::from_secs(90),
        }
    }
}

/// A timer may go off a little early.
const MOMENT: Duration = Duration::from_millis(5);

/// What to do after an answer or a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    For(Duration),
    ForCredentials,
    Forever,
}

/// Answers in a row that brought nothing new, after which even something that
/// is said to move is asked about less often (a log of a long step).
const UNMOVED: u32 = 5;

/// After a good answer. `unmoved` counts the answers before it that were the same.
pub(super) fn after_answer(pace: &Pace, ask: &Ask, picture: &Picture, unmoved: u32) -> Wait {
    match ask {
        // History does not change.
        Ask::TaskPage(page) if !page.moves() => return Wait::Forever,
        // One request for each cluster.
        Ask::Fleet => return Wait::For(pace.still * 12),
        _ => {}
    }
    let moving = match picture {
        Picture::Task(task) if !task.is_live() => match task.state {
            // Somebody may retry it, or pass it.
            State::Failed | State::Cancelled | State::Unknown => false,
            // It never moves again, and its id will one day be gone.
            _ => return Wait::Forever,
        },
        Picture::Task(_) => true,
        Picture::Tasks(tasks) => tasks.iter().any(crate::fleet::task::Task::is_live),
        Picture::Log(_) => unmoved < UNMOVED,
        _ => false,
    };
    // A cluster's picture takes several requests, and its tasks tell what moves.
    let moving = moving && *ask != Ask::Cluster;
    Wait::For(if moving { pace.moving } else { pace.still })
}

/// After the `failures`-th failure in a row (from 1).
pub(super) fn after_failure(
    pace: &Pace,
    ask: &Ask,
    error: &LinkError,
    failures: u32,
    chance: &mut ChaCha8Rng,
) -> Wait {
    match error {
        LinkError::Unauthorized { .. } | LinkError::KeyChanged { .. } => Wait::ForCredentials,
        LinkError::Refused { status: 404, .. } if is_by_id(ask) => Wait::Forever,
        LinkError::Throttled { wait, .. } => {
            // Many consoles must not come back at the same moment.
            let share = f64::from(chance.next_u32()) / f64::from(u32::MAX);
            Wait::For(*wait + pace.moving.mul_f64(share).max(MOMENT))
        }
        // Nothing was sent; what stands in its way is looked at again in time.
        LinkError::NotAsked(_) => Wait::For(pace.still),
        LinkError::Unreachable { .. } | LinkError::Garbled { .. } | LinkError::Refused { .. } => {
            Wait::For(back_off(pace, failures, chance))
        }
    }
}

/// Questions about an id that may be gone.
pub(super) fn is_by_id(ask: &Ask) -> bool {
    matches!(ask, Ask::Task(_) | Ask::Log(_))
}

/// Doubles from `moving` to `longest`, a quarter more or less by chance, so that
/// many consoles do not come back at the same moment.
fn back_off(pace: &Pace, failures: u32, chance: &mut ChaCha8Rng) -> Duration {
    let doubled = pace
        .moving
        .saturating_mul(1 << failures.saturating_sub(1).min(16));
    let whole = doubled.min(pace.longest);
    let share = f64::from(chance.next_u32()) / f64::from(u32::MAX);
    whole.mul_f64(0.75 + share / 2.0)
}

#[cfg(test)]
mod unit {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::fleet::task::TaskId;

    fn wait(ask: &Ask, error: &LinkError, failures: u32) -> Wait {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        after_failure(&Pace::default(), ask, error, failures, &mut chance)
    }

    fn refused(status: u16) -> LinkError {
        LinkError::Refused {
            status,
            code: "Task.Dag.NotFound".into(),
            message: "not found".into(),
            advice: String::new(),
            trace: String::new(),
        }
    }

    #[test]
    fn waits_double_up_to_a_limit_and_scatter() {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let pace = Pace::default();
        for failures in 1..40 {
            let whole = f64::from(1 << (failures - 1).min(16)).min(30.0);
            let waited = back_off(&pace, failures, &mut chance).as_secs_f64();
            assert!(
                (whole * 0.75..=whole * 1.25).contains(&waited),
                "{failures}: {waited}"
            );
        }
    }

    #[test]
    fn an_id_that_is_gone_is_never_asked_for_again() {
        let task = Ask::Task(TaskId("2213".into()));
        assert_eq!(wait(&task, &refused(404), 1), Wait::Forever);
        assert_eq!(wait(&Ask::Log("7".into()), &refused(404), 1), Wait::Forever);
        assert!(matches!(
            wait(&Ask::Cluster, &refused(404), 1),
            Wait::For(_)
        ));
        assert!(matches!(wait(&task, &refused(500), 1), Wait::For(_)));
    }
}
