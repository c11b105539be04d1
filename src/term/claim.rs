//! What is taken from the terminal, and giving it back on every way out.
//!
//! The claim is a global: a panic in any task, a signal and the end of `main`
//! must all be able to undo it, each of them at most once.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rust_i18n::t;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};

const ENTER: &str = "\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l\x1b[?2004h";
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// Also ends a synchronized update that was cut off and resets the colours.
const LEAVE: &str = "\x1b[?2026l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// How long a way out waits for somebody who is just writing a frame, and for a
/// terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// What to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Clicks and the wheel.
    pub mouse: bool,
}

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Standard input or output is a pipe or a file.
    #[error("{}", t!("obdeck's console needs a terminal, and standard %{stream} is none. Without a terminal use: obdeck get, obdeck task, obdeck do", stream = stream))]
    NotATerminal {
        /// `input` or `output`.
        stream: &'static str,
    },
    /// `TERM=dumb`: it cannot place a cursor.
    #[error("{}", t!("TERM=dumb cannot show the console. In a real terminal set TERM (for example xterm-256color); here use: obdeck get, obdeck task, obdeck do"))]
    Dumb,
    /// The terminal refused.
    #[error("{}", refused(.0))]
    Io(#[from] io::Error),
}

fn refused(error: &io::Error) -> String {
    t!("The terminal cannot be set up: %{error}", error = error).into_owned()
}

struct Claim {
    tty: File,
    mouse: bool,
}

static CLAIM: Mutex<Option<Claim>> = Mutex::new(None);
static PANIC_HOOK: Once = Once::new();

/// Takes the terminal: raw mode, alternate screen, no cursor, bracketed paste.
pub(super) fn claim(options: Options) -> Result<(), ClaimError> {
    check(
        io::stdin().is_terminal(),
        io::stdout().is_terminal(),
        std::env::var("TERM").ok().as_deref(),
    )?;
    let tty: OwnedFd = io::stdout().as_fd().try_clone_to_owned()?;
    let tty = File::from(tty);
    PANIC_HOOK.call_once(install_panic_hook);
    // crossterm decides by NO_COLOR on its own and then prints an empty colour,
    // which also switches bold and reverse off; here the depth is decided once.
    crossterm::style::force_color_output(true);
    let mut held = lock();
    crossterm::terminal::enable_raw_mode()?;
    let enter = if options.mouse {
        format!("{ENTER}{MOUSE_ON}")
    } else {
        ENTER.to_owned()
    };
    let claim = held.insert(Claim {
        tty,
        mouse: options.mouse,
    });
    if let Err(error) = write_whole(&mut claim.tty, enter.as_bytes()) {
        drop(held);
        release();
        return Err(error.into());
    }
    Ok(())
}

/// Gives the terminal back. Says whether there was something to give back; the
/// second call does nothing. Errors are swallowed: a terminal that is gone
/// needs no restoring.
pub fn release() -> bool {
    let Some(mut held) = lock_within(PATIENCE) else {
        // Somebody hangs in a write. The shell's next prompt is worth more than
        // order: restore from a second descriptor.
        if let Ok(tty) = io::stdout().as_fd().try_clone_to_owned() {
            give_back(&mut File::from(tty), true);
        }
        return true;
    };
    let Some(mut claim) = held.take() else {
        return false;
    };
    give_back(&mut claim.tty, claim.mouse);
    true
}

fn give_back(tty: &mut File, mouse: bool) {
    if !writable_within(tty, PATIENCE) {
        // What the terminal has not taken yet is a frame that nobody will see.
        tcflush(&*tty, QueueSelector::OFlush).ok();
    }
    if mouse {
        write_whole(tty, MOUSE_OFF.as_bytes()).ok();
    }
    write_whole(tty, LEAVE.as_bytes()).ok();
    crossterm::terminal::disable_raw_mode().ok();
}

/// Writes one frame, if the terminal is still ours.
pub(super) fn write_frame(bytes: &[u8]) -> io::Result<()> {
    match lock().as_mut() {
        Some(claim) => write_whole(&mut claim.tty, bytes),
        None => Ok(()),
    }
}

fn check(input: bool, output: bool, term: Option<&str>) -> Result<(), ClaimError> {
    if !input {
        return Err(ClaimError::NotATerminal { stream: "input" });
    }
    if !output {
        return Err(ClaimError::NotATerminal { stream: "output" });
    }
    if term == Some("dumb") {
        return Err(ClaimError::Dumb);
    }
    Ok(())
}

/// One `write` where the terminal takes it all. Somebody who shares the
/// terminal may have made it non-blocking: then wait until it takes more.
fn write_whole(tty: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match tty.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => bytes = &bytes[taken..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut fds = [PollFd::new(tty, PollFlags::OUT)];
                match poll(&mut fds, None) {
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(errno) => return Err(errno.into()),
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn writable_within(tty: &File, patience: Duration) -> bool {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: patience.subsec_nanos().into(),
    };
    let mut fds = [PollFd::new(tty, PollFlags::OUT)];
    matches!(poll(&mut fds, Some(&timeout)), Ok(n) if n > 0)
}

fn lock() -> MutexGuard<'static, Option<Claim>> {
    CLAIM.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock_within(patience: Duration) -> Option<MutexGuard<'static, Option<Claim>>> {
    let start = Instant::now();
    loop {
        match CLAIM.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if start.elapsed() >= patience => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// A panic anywhere while the screen is ours is a bug: the terminal comes back
/// first, then the message, then the program ends. A task that died silently
/// would leave a console that lies.
fn install_panic_hook() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let ours = release();
        previous(info);
        if ours {
            let mut stderr = io::stderr();
            writeln!(
                stderr,
                "{}",
                t!("This is a bug of obdeck. Nothing was sent because of it; tasks on the servers go on.")
            )
            .ok();
            std::process::exit(1);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_named() {
        let error = check(true, false, Some("xterm")).unwrap_err();
        assert!(matches!(
            error,
            ClaimError::NotATerminal { stream: "output" }
        ));
        assert!(error.to_string().contains("obdeck get"), "{error}");
        let error = check(false, true, Some("xterm")).unwrap_err();
        assert!(error.to_string().contains("input"), "{error}");
    }

    #[test]
    fn a_dumb_terminal_is_refused_and_an_unnamed_one_is_tried() {
        assert!(matches!(
            check(true, true, Some("dumb")),
            Err(ClaimError::Dumb)
        ));
        assert!(check(true, true, None).is_ok());
    }

    #[test]
    fn nothing_claimed_nothing_given_back() {
        assert!(!release());
    }
}
