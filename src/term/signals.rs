//! Signals that end the console, and the exit codes they mean.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::claim::release;

/// How long the event loop has to leave by itself after a signal.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who wants the console to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// SIGTERM.
    Terminated,
    /// SIGHUP, or the terminal is gone.
    HungUp,
    /// SIGINT from outside: in raw mode ctrl-c is a key.
    Interrupted,
    /// SIGQUIT.
    Quit,
}

impl Ending {
    /// 128 plus the number of the signal, as a shell counts.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Terminated => 143,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Quit => 131,
        }
    }
}

/// Listens for the signals that end the console.
#[derive(Debug)]
pub(super) struct Endings {
    term: Signal,
    hup: Signal,
    int: Signal,
    quit: Signal,
}

impl Endings {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    pub(super) async fn next(&mut self) -> Ending {
        tokio::select! {
            _ = self.term.recv() => Ending::Terminated,
            _ = self.hup.recv() => Ending::HungUp,
            _ = self.int.recv() => Ending::Interrupted,
            _ = self.quit.recv() => Ending::Quit,
        }
    }
}

/// The last resort: an event loop that hangs (in a write to a stalled
/// connection, in a bug) must not keep a terminal that was asked to go.
pub(super) fn watch_over(mut endings: Endings) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let ending = endings.next().await;
        // A second signal means: now.
        tokio::select! {
            () = tokio::time::sleep(PATIENCE) => {}
            _ = endings.next() => {}
        }
        release();
        std::process::exit(ending.exit_code().into());
    })
}

/// The same for a terminal that is gone: whoever still writes to it or waits for
/// it is not waited for.
pub(super) fn leave_after_all() {
    std::thread::sleep(PATIENCE);
    std::process::exit(Ending::HungUp.exit_code().into());
}

#[cfg(test)]
mod tests {
    use super::Ending;

    #[test]
    fn exit_codes_are_those_of_a_shell() {
        let codes = [
            Ending::Terminated,
            Ending::HungUp,
            Ending::Interrupted,
            Ending::Quit,
        ]
        .map(Ending::exit_code);
        assert_eq!(codes, [143, 129, 130, 131]);
    }
}
