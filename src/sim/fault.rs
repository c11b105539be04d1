//! What goes wrong on purpose: `KIND[=VALUE][@ROUTE][#N][~P]`.

use std::str::FromStr;
use std::time::Duration;

/// One fault, with the requests it meets.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// Only requests whose path (after `/api/v1`) starts with this.
    pub route: Option<String>,
    /// Only the N-th such request, counted from 1.
    pub nth: Option<u64>,
    /// With this probability, from the simulation's seed.
    pub chance: Option<f64>,
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// Every answer waits.
    Delay(Duration),
    /// The connection is cut before an answer.
    Reset,
    /// The answer stops in the middle of its body.
    Half,
    /// No answer ever.
    Hang,
    /// A page instead of JSON.
    Html,
    /// Bytes that are nothing.
    Garbage,
    /// An answer of that many bytes.
    Huge(u64),
    /// That status without an envelope.
    Status(u16),
    /// 429, with `Retry-After` where a time is given.
    TooMany(Option<Duration>),
    /// The connection is cut after that many bytes of a request's body.
    Cut(u64),
    /// A request's body is taken in at that many bytes a second.
    Slow(u64),
    /// The agent does not accept connections for that long, from the N-th request on.
    Down(Duration),
    /// The agent has another key from the N-th request on.
    KeyChange,
    /// The agent's clock is off by that many seconds.
    Clock(i64),
    /// It does what is asked and cuts the connection instead of answering.
    LostAnswer,
    /// The agent restarts: connections are cut, it is back 0.3 s later with a new pid.
    Restart,
    /// That node fails on one agent, at every attempt (with `#1` only the first).
    TaskFail(String),
    /// That node never ends on one agent.
    TaskHang(String),
}

/// Why a fault cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No fault has that name.
    #[error(
        "fault {0:?}: there is no kind {1:?}; there are delay, reset, half, hang, html, garbage, huge, status, 429, cut, slow, down, key-change, clock, lost-answer, restart, task-fail and task-hang"
    )]
    Kind(String, String),
    /// The kind needs a value that is missing or that it cannot use.
    #[error("fault {0:?}: {1}")]
    Value(String, String),
    /// `#N` or `~P` is not a number it can use.
    #[error("fault {0:?}: {1}")]
    Selector(String, String),
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text.trim();
        let mut chance = None;
        let mut nth = None;
        let mut route = None;
        if let Some((head, tail)) = rest.rsplit_once('~') {
            let number = tail.parse::<f64>().ok().filter(|p| (0.0..=1.0).contains(p));
            chance = Some(number.ok_or_else(|| {
                FaultError::Selector(
                    text.into(),
                    format!("{tail:?} is not a probability from 0 to 1"),
                )
            })?);
            rest = head;
        }
        if let Some((head, tail)) = rest.rsplit_once('#') {
            let number = tail.parse::<u64>().ok().filter(|n| *n > 0);
            nth = Some(number.ok_or_else(|| {
                FaultError::Selector(text.into(), format!("{tail:?} is not a count from 1"))
            })?);
            rest = head;
        }
        if let Some((head, tail)) = rest.split_once('@') {
            route = Some(
                tail.trim_start_matches("/api/v1")
                    .trim_start_matches('/')
                    .to_owned(),
            );
            rest = head;
        }
        let (word, value) = match rest.split_once('=') {
            Some((word, value)) => (word.trim(), Some(value.trim())),
            None => (rest.trim(), None),
        };
        let kind = kind(text, word, value)?;
        Ok(Self {
            kind,
            route,
            nth,
            chance,
        })
    }
}

fn kind(text: &str, word: &str, value: Option<&str>) -> Result<FaultKind, FaultError> {
    let needs = |what: &str| FaultError::Value(text.into(), format!("{word} needs {what}"));
    let span = |example: &str| {
        value
            .and_then(duration)
            .ok_or_else(|| needs(&format!("a duration, such as {word}={example}")))
    };
    let plain = |kind: FaultKind| match value {
        None => Ok(kind),
        Some(_) => Err(FaultError::Value(
            text.into(),
            format!("{word} takes no value"),
        )),
    };
    let name = || {
        value
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| {
                needs(&format!(
                    "the name of a node, such as {word}=Start observer"
                ))
            })
    };
    match word {
        "delay" => Ok(FaultKind::Delay(span("5s")?)),
        "reset" => plain(FaultKind::Reset),
        "half" => plain(FaultKind::Half),
        "hang" => plain(FaultKind::Hang),
        "html" => plain(FaultKind::Html),
        "garbage" => plain(FaultKind::Garbage),
        "huge" => value
            .and_then(size)
            .map(FaultKind::Huge)
            .ok_or_else(|| needs("a size, such as huge=10M")),
        "cut" => value
            .and_then(size)
            .map(FaultKind::Cut)
            .ok_or_else(|| needs("a size, such as cut=20M")),
        "slow" => value
            .and_then(size)
            .filter(|rate| *rate > 0)
            .map(FaultKind::Slow)
            .ok_or_else(|| needs("bytes a second, such as slow=1M")),
        "status" => value
            .and_then(|v| v.parse::<u16>().ok())
            .filter(|code| (200..=599).contains(code))
            .map(FaultKind::Status)
            .ok_or_else(|| needs("a status from 200 to 599, such as status=503")),
        "429" => Ok(FaultKind::TooMany(match value {
            None => None,
            Some(_) => Some(span("2s")?),
        })),
        "down" => Ok(FaultKind::Down(span("10s")?)),
        "key-change" => plain(FaultKind::KeyChange),
        "clock" => value
            .and_then(seconds)
            .map(FaultKind::Clock)
            .ok_or_else(|| needs("seconds with a sign, such as clock=-90s")),
        "lost-answer" => plain(FaultKind::LostAnswer),
        "restart" => plain(FaultKind::Restart),
        "task-fail" => Ok(FaultKind::TaskFail(name()?)),
        "task-hang" => Ok(FaultKind::TaskHang(name()?)),
        _ => Err(FaultError::Kind(text.into(), word.into())),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "s" | "" => number,
        "m" => number * 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

fn seconds(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    Some(sign * i64::try_from(duration(rest)?.as_secs()).ok()?)
}

fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_unit(text)?;
    let factor = match unit {
        "" => 1.0,
        "K" | "k" => 1024.0,
        "M" => 1024.0 * 1024.0,
        "G" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some((number * factor) as u64)
}

fn split_unit(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_part() {
        let fault: Fault = "delay=1.5s@/api/v1/task/dag#3~0.5".parse().unwrap();
        assert_eq!(
            fault,
            Fault {
                kind: FaultKind::Delay(Duration::from_millis(1500)),
                route: Some("task/dag".into()),
                nth: Some(3),
                chance: Some(0.5),
            }
        );
        let fault: Fault = "task-fail=Start observer#1".parse().unwrap();
        assert_eq!(fault.kind, FaultKind::TaskFail("Start observer".into()));
        assert_eq!(fault.nth, Some(1));
        assert_eq!(
            "clock=-90s".parse::<Fault>().unwrap().kind,
            FaultKind::Clock(-90)
        );
        assert_eq!(
            "429=2s".parse::<Fault>().unwrap().kind,
            FaultKind::TooMany(Some(Duration::from_secs(2)))
        );
        assert_eq!(
            "429".parse::<Fault>().unwrap().kind,
            FaultKind::TooMany(None)
        );
        assert_eq!(
            "huge=10M".parse::<Fault>().unwrap().kind,
            FaultKind::Huge(10 * 1024 * 1024)
        );
        assert_eq!(
            "cut=1.5K@package".parse::<Fault>().unwrap().kind,
            FaultKind::Cut(1536)
        );
        assert_eq!("slow=5".parse::<Fault>().unwrap().kind, FaultKind::Slow(5));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, part) in [
            ("delai=5s", "no kind \"delai\""),
            ("delay", "needs a duration"),
            ("delay=soon", "needs a duration"),
            ("reset=1", "takes no value"),
            ("slow=0", "bytes a second"),
            ("status=99", "from 200 to 599"),
            ("reset#0", "not a count"),
            ("reset~2", "not a probability"),
            ("task-fail", "the name of a node"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(
                error.contains(part) && error.contains(text),
                "{text}: {error}"
            );
        }
    }
}
