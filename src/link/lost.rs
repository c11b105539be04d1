//! Looking for what a change made whose answer was lost.
//!
//! That no task is there proves nothing by itself: a slow agent asks several
//! others before it creates one. So `NotMade` needs a proof, and without one the
//! answer is that nobody can tell, with what was seen so far.

use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;

use super::{LinkError, Lost};

/// Pauses before each look.
const LOOKS: [Duration; 5] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(6),
];

/// A server that asks for a pause is waited for so long before the next look.
const LONGEST: Duration = Duration::from_secs(10);

/// A clock may be read wrong by so much.
const SLACK_MS: i64 = 2_000;

/// From when on, by the server's clock, a task can be the one.
pub(super) fn since(left: Timestamp, ahead_ms: Option<i64>) -> i64 {
    left.as_millisecond() + ahead_ms.unwrap_or(0) - SLACK_MS
}

impl Lost {
    /// Of a change that makes nothing that could be looked for.
    pub(super) fn no_trail() -> Self {
        Self::CannotTell(
            t!("it makes no task by which one could tell; look at what it should have changed")
                .into_owned(),
        )
    }
}

/// Looks for `what` until it is there. `seek` reads the lists; `proven` says,
/// after the last look, whether none can come any more.
pub(super) async fn look<F>(
    what: &str,
    mut seek: impl FnMut() -> F,
    proven: impl FnOnce() -> bool,
) -> Lost
where
    F: Future<Output = Result<Option<Lost>, LinkError>>,
{
    let began = tokio::time::Instant::now();
    let mut last = Ok(None);
    for pause in LOOKS {
        tokio::time::sleep(pause).await;
        last = seek().await;
        match &last {
            Ok(Some(found)) => return found.clone(),
            Err(LinkError::Throttled { wait, .. }) => {
                tokio::time::sleep((*wait).min(LONGEST)).await;
            }
            _ => {}
        }
    }
    match last {
        Err(error) => Lost::CannotTell(error.to_string()),
        Ok(_) if proven() => Lost::NotMade,
        Ok(_) => Lost::CannotTell(
            t!(
                "not made so far: %{s} s later the server has no %{what}, but a slow one may still make it",
                s = began.elapsed().as_secs(),
                what = what
            )
            .into_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Lost {
        Lost::Made(crate::fleet::task::TaskId("221".into()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_comes_late_is_found() {
        let mut looks = 0;
        let seek = || {
            looks += 1;
            let found = (looks == 4).then(made);
            async { Ok(found) }
        };
        assert_eq!(look("task Join self", seek, || false).await, made());
    }

    #[tokio::test(start_paused = true)]
    async fn that_it_was_not_made_is_said_only_with_a_proof() {
        let nothing = || async { Ok(None) };
        assert_eq!(look("task Stop OB", nothing, || true).await, Lost::NotMade);
        let Lost::CannotTell(why) = look("task Stop OB", nothing, || false).await else {
            panic!("no proof");
        };
        assert!(
            why.contains("13 s later") && why.contains("Stop OB"),
            "{why}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_proven_by_a_server_that_does_not_answer() {
        let down = LinkError::NotAsked("nobody".into());
        let seek = || {
            let down = down.clone();
            async { Err(down) }
        };
        let found = look("task Stop OB", seek, || true).await;
        assert_eq!(found, Lost::CannotTell("nobody".into()));
    }
}
