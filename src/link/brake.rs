//! A server that asks to be asked less often is left alone for that long.
//!
//! Held at the transport, so that no question slips past it: not the next one of
//! the same picture, not a key of the operator, not the search for a lost answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time::Instant;

use super::LinkError;
use crate::fleet::Address;
use crate::wire::ocp::RateLimit;

/// A 429 that does not say for how long.
const UNSAID: Duration = Duration::from_secs(5);
/// A longer pause is asked about once more after this.
const LONGEST: Duration = Duration::from_secs(3600);
/// Below this share of a window its rest is spread over the time that is left.
const SCARCE: u64 = 5;

/// Why nothing may be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The status that said so.
    pub status: u16,
    /// How long it still holds.
    pub wait: Duration,
}

impl Held {
    /// For whoever asked; `said` are the server's own words, where it had any.
    pub fn error(&self, server: &Address, said: &str) -> LinkError {
        LinkError::Throttled {
            endpoint: server.to_string(),
            status: self.status,
            said: said.to_owned(),
            wait: self.wait,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Hold {
    /// Nothing leaves before it.
    Stop(Instant, u16),
    /// Questions leave no sooner; changes do.
    Spread(Instant),
}

/// The brakes of all servers that are spoken to.
#[derive(Debug, Default)]
pub(crate) struct Brakes(Mutex<HashMap<Address, Hold>>);

impl Brakes {
    /// Takes what the headers of an answer say; the pause that it asks for.
    pub fn learn<'a>(
        &self,
        server: &Address,
        status: u16,
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Duration> {
        let now = Instant::now();
        let asked = asked(status, &header, Timestamp::now()).map(|wait| wait.min(LONGEST));
        let hold = match (asked, RateLimit::read(&header)) {
            (Some(wait), _) => Hold::Stop(now + wait, status),
            (None, Some(limit)) if limit.remaining * SCARCE < limit.limit => {
                let left = Duration::from_secs(limit.reset_s).min(LONGEST);
                let share = u32::try_from(limit.remaining).unwrap_or(u32::MAX);
                match limit.remaining {
                    0 => Hold::Stop(now + left, 429),
                    _ => Hold::Spread(now + left / share.saturating_add(1)),
                }
            }
            _ => return None,
        };
        self.with(|held| held.insert(server.clone(), hold));
        asked
    }

    /// Waits for its turn, or says why nothing may leave.
    pub async fn pass(&self, server: &Address, changes: bool) -> Result<(), Held> {
        let hold = self.with(|held| held.get(server).copied());
        match hold {
            Some(Hold::Stop(until, status)) if until > Instant::now() => Err(Held {
                status,
                wait: until - Instant::now(),
            }),
            Some(Hold::Spread(until)) if !changes => {
                tokio::time::sleep_until(until).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Address, Hold>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The pause that an answer asks for: `Retry-After` of a 429 or 503 in seconds or
/// as a date; a window that starts again; for a bare 429 a guess.
fn asked<'a>(
    status: u16,
    header: &impl Fn(&str) -> Option<&'a str>,
    now: Timestamp,
) -> Option<Duration> {
    if !matches!(status, 429 | 503) {
        return None;
    }
    let said = header("Retry-After").and_then(|text| retry_after(text.trim(), now));
    if status == 503 {
        return said;
    }
    let window = || RateLimit::read(header).map(|limit| Duration::from_secs(limit.reset_s));
    Some(said.or_else(window).unwrap_or(UNSAID))
}

fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    // A date that is over asks for nothing.
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<&'a str> {
        move |name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| *value)
        }
    }

    fn limit(remaining: &'static str) -> [(&'static str, &'static str); 3] {
        [
            ("RateLimit-Limit", "100"),
            ("RateLimit-Remaining", remaining),
            ("RateLimit-Reset", "53"),
        ]
    }

    #[test]
    fn the_pause_is_read_in_every_form() {
        let now = "1994-11-06T08:49:07Z".parse().unwrap();
        let wait = |status, pairs: &[(&str, &str)]| asked(status, &headers(pairs), now);
        let secs = |s| Some(Duration::from_secs(s));
        assert_eq!(wait(429, &[("Retry-After", "7")]), secs(7));
        let date = [("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")];
        assert_eq!(wait(429, &date), secs(30));
        let over = [("Retry-After", "Sun, 06 Nov 1994 08:40:00 GMT")];
        assert_eq!(wait(429, &over), secs(0));
        assert_eq!(wait(429, &[]), Some(UNSAID));
        assert_eq!(wait(429, &[("Retry-After", "soon")]), Some(UNSAID));
        assert_eq!(wait(429, &limit("0")), secs(53));
        assert_eq!(wait(503, &[("Retry-After", "7")]), secs(7));
        assert_eq!(wait(503, &[]), None);
        assert_eq!(wait(200, &[("Retry-After", "7")]), None);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_leaves_before_the_time_is_over() {
        let (brakes, server) = (Brakes::default(), Address::new("a", 1));
        let wait = brakes.learn(&server, 429, headers(&[("Retry-After", "20")]));
        assert_eq!(wait, Some(Duration::from_secs(20)));
        tokio::time::advance(Duration::from_secs(19)).await;
        for changes in [false, true] {
            let held = brakes.pass(&server, changes).await.unwrap_err();
            assert_eq!((held.status, held.wait), (429, Duration::from_secs(1)));
        }
        assert!(brakes.pass(&Address::new("b", 1), false).await.is_ok());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(brakes.pass(&server, false).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_of_a_window_is_spread_over_its_time() {
        let (brakes, server) = (Brakes::default(), Address::new("a", 1));
        let took = async |remaining, changes| {
            assert_eq!(brakes.learn(&server, 200, headers(&limit(remaining))), None);
            let before = Instant::now();
            brakes
                .pass(&server, changes)
                .await
                .map(|()| before.elapsed())
        };
        assert_eq!(took("90", false).await, Ok(Duration::ZERO));
        let spread = took("9", false).await.unwrap();
        assert_eq!(spread.as_millis(), 5300);
        assert_eq!(
            took("9", true).await,
            Ok(Duration::ZERO),
            "a change goes first"
        );
        let held = took("0", false).await.unwrap_err();
        assert_eq!(held.wait, Duration::from_secs(53));
    }
}
