//! Ctrl-z: stopping like any program, where somebody can resume it.

use std::io;
use std::time::Duration;

use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};

/// What became of a suspend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspended {
    /// The process was stopped and runs again.
    Resumed,
    /// No shell with job control is there: it was not stopped.
    NobodyToResume,
}

/// Ticks of waiting for the SIGCONT of a resume. Time stands still for a
/// stopped process except for the tick it was stopped in, so the count, unlike
/// a deadline, tells "stopped and resumed" from "never stopped".
const TICKS: u32 = 25;
const TICK: Duration = Duration::from_millis(10);

/// Sends SIGTSTP to the process group and waits until it runs again. The whole
/// group: a shell waits for `cargo run` or `sudo`, not for their child.
pub(super) async fn stop_group() -> io::Result<Suspended> {
    let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    kill_current_process_group(Signal::TSTP)?;
    for _ in 0..TICKS {
        tokio::select! {
            biased;
            _ = continued.recv() => return Ok(Suspended::Resumed),
            () = tokio::time::sleep(TICK) => {}
        }
    }
    // The kernel does not stop an orphaned group.
    Ok(Suspended::NobodyToResume)
}

/// Whether this process group has a parent in the same session: nobody else
/// is told of a stop. Where that cannot be found out, the answer is yes and
/// [`stop_group`] finds out by trying.
pub(super) fn can_be_resumed() -> bool {
    let Some(own) = Place::of("self") else {
        return true;
    };
    let mut parent = own.parent;
    // cargo, sudo and scripts stand between the shell and us, in our group.
    for _ in 0..64 {
        match Place::of(parent) {
            Some(place) if place.group == own.group => parent = place.parent,
            Some(place) => return place.session == own.session,
            None => return false,
        }
    }
    true
}

/// Where a process stands. Read from `/proc`, as plain numbers: in a container
/// the parent, its group and its session may lie outside and count as 0, which
/// the calls for them cannot express.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    parent: i32,
    group: i32,
    session: i32,
}

impl Place {
    fn of(process: impl std::fmt::Display) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name, in parentheses, may itself hold blanks and parentheses.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut numbers = rest.split_whitespace().skip(1).map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self {
            parent: next()?,
            group: next()?,
            session: next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn finds_this_process_and_its_parent() {
        let own = Place::of("self").unwrap();
        assert_eq!(Place::of(std::process::id()), Place::of("self"));
        assert!(own.parent == 0 || Place::of(own.parent).is_some());
    }

    #[test]
    fn a_process_outside_the_container_counts_as_nobody() {
        let line = "1 (a) b (c) S 0 0 0 34816 12 4194560";
        let place = Place::parse(line).unwrap();
        assert_eq!((place.parent, place.group, place.session), (0, 0, 0));
        assert_eq!(Place::parse("1 (cut"), None);
        assert_eq!(Place::of(0), None);
    }
}
