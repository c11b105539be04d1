//! A terminal that vanished without SIGHUP.
//!
//! crossterm's event source then spins at full speed on an end of file that
//! never ends, so the descriptor is watched here, by a thread that sleeps in
//! `poll` and asks for nothing but the bad news.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::oneshot;

/// Whether it has hung up already.
pub(super) fn is_gone(tty: impl AsFd) -> bool {
    let mut fds = [PollFd::new(&tty, PollFlags::empty())];
    poll(&mut fds, Some(&Timespec::default())).is_ok() && is_bad(fds[0].revents())
}

/// Answers once, when the descriptor hangs up, and then does the `last` thing,
/// in a thread that no stalled write and no busy runtime can hold up.
pub(super) fn watch(
    tty: impl AsFd,
    last: impl FnOnce() + Send + 'static,
) -> io::Result<oneshot::Receiver<()>> {
    let tty: OwnedFd = tty.as_fd().try_clone_to_owned()?;
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("tty-hangup".to_owned())
        .spawn(move || {
            loop {
                let mut fds = [PollFd::new(&tty, PollFlags::empty())];
                match poll(&mut fds, None) {
                    Err(Errno::INTR | Errno::AGAIN) => {}
                    Ok(_) if !is_bad(fds[0].revents()) => {}
                    Ok(_) => break,
                    // A system that cannot poll a terminal: SIGHUP must do, and
                    // a dropped sender must not be taken for a hang-up.
                    Err(_) => loop {
                        std::thread::park();
                    },
                }
            }
            tell.send(()).ok();
            last();
        })?;
    Ok(told)
}

fn is_bad(events: PollFlags) -> bool {
    events.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_other_end_is_noticed() {
        let pair = portable_pty::native_pty_system()
            .openpty(portable_pty::PtySize::default())
            .unwrap();
        let slave = std::fs::File::options()
            .read(true)
            .open(pair.master.tty_name().unwrap())
            .unwrap();
        let mut told = watch(&slave, || {}).unwrap();
        assert!(told.try_recv().is_err(), "an open terminal is not gone");
        assert!(!is_gone(&slave));
        drop(pair);
        tokio::time::timeout(std::time::Duration::from_secs(10), told)
            .await
            .expect("noticed within the deadline")
            .expect("told");
        assert!(is_gone(&slave));
    }
}
