//! Everything that comes in from the terminal and the system, as one stream.

use std::io;
use std::time::Duration;

use crossterm::event::{Event as Raw, KeyEvent, KeyEventKind, MouseEvent};
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::signals::{Ending, Endings, leave_after_all, watch_over};
use super::{hangup, keys};

/// A resize is told when this long no other came ...
const QUIET: Duration = Duration::from_millis(25);
/// ... but a storm of them is not waited out longer than this.
const LONGEST: Duration = Duration::from_millis(100);

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key went down (or repeats).
    Key(KeyEvent),
    /// A click or the wheel.
    Mouse(MouseEvent),
    /// A pasted text, in one piece.
    Paste(String),
    /// The terminal has this size now.
    Resize(Size),
    /// Brought back to the foreground by somebody: call
    /// [`Screen::reclaim`](super::Screen::reclaim).
    Continued,
    /// The console must end with this exit code.
    End(Ending),
}

/// The stream of events. [`Events::next`] may be dropped and called again at any
/// time without losing one.
#[derive(Debug)]
pub struct Events {
    keys: mpsc::Receiver<io::Result<Raw>>,
    gone: oneshot::Receiver<()>,
    endings: Endings,
    continued: Signal,
    changed: Signal,
    resize: Debounce,
    last_resort: JoinHandle<()>,
}

impl Events {
    /// Starts to listen. From here on a signal no longer kills the process by
    /// itself; if the loop does not end within seconds, a watch does it.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            keys: keys::listen()?,
            gone: hangup::watch(io::stdin(), leave_after_all)?,
            endings: Endings::new()?,
            continued: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            changed: signal(SignalKind::window_change())?,
            resize: Debounce::default(),
            last_resort: watch_over(Endings::new()?),
        })
    }

    /// The next event.
    pub async fn next(&mut self) -> Event {
        loop {
            let due = self.resize.due();
            tokio::select! {
                biased;
                ending = self.endings.next() => return Event::End(ending),
                _ = &mut self.gone => return Event::End(Ending::HungUp),
                _ = self.continued.recv() => return Event::Continued,
                () = sleep_until(due) => {
                    self.resize = Debounce::default();
                    // Asked now, not when the signal came: it may be older.
                    if let Ok((width, height)) = crossterm::terminal::size() {
                        return Event::Resize(Size::new(width, height));
                    }
                }
                // Our own listener: crossterm drops the signal when a key
                // arrives in the same moment.
                Some(()) = self.changed.recv() => self.resize.put(Instant::now()),
                raw = self.keys.recv() => match raw {
                    Some(Ok(raw)) => {
                        if let Some(event) = sift(raw) {
                            return event;
                        }
                    }
                    // No more keys, ever: the terminal is gone, whatever poll says.
                    Some(Err(_)) | None => return Event::End(Ending::HungUp),
                },
            }
        }
    }
}

fn sift(raw: Raw) -> Option<Event> {
    match raw {
        Raw::Key(key) if key.kind == KeyEventKind::Release => None,
        Raw::Key(key) => Some(Event::Key(key)),
        Raw::Mouse(mouse) => Some(Event::Mouse(mouse)),
        Raw::Paste(text) => Some(Event::Paste(text)),
        Raw::Resize(..) | Raw::FocusGained | Raw::FocusLost => None,
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.last_resort.abort();
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Holds back a resize until the storm is over.
#[derive(Debug, Default)]
struct Debounce {
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Debounce {
    fn put(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    fn due(&self) -> Option<Instant> {
        Some((self.last? + QUIET).min(self.first? + LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_of_resizes_is_one_and_not_put_off_for_ever() {
        let start = Instant::now();
        let mut debounce = Debounce::default();
        assert_eq!(debounce.due(), None);
        for step in 0..20 {
            debounce.put(start + Duration::from_millis(10) * step);
        }
        assert_eq!(debounce.due(), Some(start + LONGEST));
        debounce = Debounce::default();
        debounce.put(start);
        assert_eq!(debounce.due(), Some(start + QUIET));
    }
}
