//! Ctrl-z: stopping like any program, where somebody can resume it.

use std::io;
use std::time::Duration;

use rustix::process::{Signal, getpgid, getpgrp, getppid, getsid, kill_current_process_group};
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
    let (group, Ok(session)) = (getpgrp(), getsid(None)) else {
        return true;
    };
    let mut parent = getppid();
    // cargo, sudo and scripts stand between the shell and us, in our group.
    for _ in 0..64 {
        let Some(pid) = parent else { return false };
        match (getpgid(Some(pid)), getsid(Some(pid))) {
            (Ok(its_group), _) if its_group == group => parent = parent_of(pid.as_raw_nonzero()),
            (Ok(_), Ok(its_session)) => return its_session == session,
            _ => return false,
        }
    }
    true
}

fn parent_of(pid: std::num::NonZeroI32) -> Option<rustix::process::Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may itself hold blanks and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let parent = rest.split_whitespace().nth(1)?.parse().ok()?;
    rustix::process::Pid::from_raw(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn finds_the_parent_of_a_process() {
        let own = rustix::process::getpid().as_raw_nonzero();
        assert_eq!(parent_of(own), getppid());
    }
}
