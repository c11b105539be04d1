//! The claimed terminal as something to draw on.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ratatui::Frame;
use ratatui::layout::Size;

use super::claim::{self, ClaimError, Options, release};
use super::frames::{Counts, Frames, Tty};
use super::hangup;
use super::skill::is_skilled;
use super::suspend::{self, Suspended};

/// Terminals cut or refuse a longer OSC 52; xterm's own limit is near this one.
const COPY_LIMIT: usize = 74_994;

/// The terminal while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Screen {
    terminal: ratatui::Terminal<Frames<Tty>>,
    options: Options,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, no cursor, bracketed paste.
    pub fn claim(options: Options) -> Result<Self, ClaimError> {
        claim::claim(options)?;
        let skilled = is_skilled(std::env::var("TERM").ok().as_deref());
        match ratatui::Terminal::new(Frames::new(Tty, None, skilled)) {
            Ok(terminal) => Ok(Self { terminal, options }),
            Err(error) => {
                release();
                Err(error.into())
            }
        }
    }

    /// Draws one frame: one write, or none when nothing changed. The size of
    /// the terminal is asked first, so a resize needs no special call.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        let drawn = self.terminal.draw(render).map(|_| ());
        forgiven(drawn)
    }

    /// The size now.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Forgets what the terminal shows: the next frame is written whole.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        forgiven(self.terminal.clear())
    }

    /// Takes the terminal again after the shell had it, and repaints.
    pub fn reclaim(&mut self) -> Result<(), ClaimError> {
        release();
        self.claim_again()?;
        Ok(self.repaint()?)
    }

    /// Gives the terminal back and stops the process group as ctrl-z does
    /// elsewhere; returns when somebody brought it to the foreground again.
    pub async fn suspend(&mut self) -> Result<Suspended, ClaimError> {
        if !suspend::can_be_resumed() {
            return Ok(Suspended::NobodyToResume);
        }
        release();
        let outcome = suspend::stop_group().await;
        self.claim_again()?;
        self.repaint()?;
        Ok(outcome?)
    }

    fn claim_again(&self) -> Result<(), ClaimError> {
        match claim::claim(self.options) {
            Err(_) if hangup::is_gone(io::stdin()) => Ok(()),
            other => other,
        }
    }

    /// Rings with the next frame.
    pub fn bell(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().extra(b"\x07")
    }

    /// Tells the desktop around the terminal a sentence (OSC 9), with the next
    /// frame. Terminals that do not know it swallow it.
    pub fn notify(&mut self, sentence: &str) -> io::Result<()> {
        let sequence = notify_sequence(sentence);
        self.terminal.backend_mut().extra(sequence.as_bytes())
    }

    /// Puts a text into the clipboard of the operator's own machine (OSC 52,
    /// which goes through SSH), with the next frame. `false`: too long for it.
    pub fn copy(&mut self, text: &str) -> io::Result<bool> {
        let Some(sequence) = copy_sequence(text) else {
            return Ok(false);
        };
        self.terminal.backend_mut().extra(sequence.as_bytes())?;
        Ok(true)
    }

    /// Bytes and frames so far.
    pub fn counts(&self) -> Arc<Counts> {
        self.terminal.backend().counts()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        release();
    }
}

/// A terminal that is gone is no failure of a frame: the kernel sends SIGCONT
/// and breaks writes before anybody hears of the hang-up, and
/// [`Event::End`](super::Event::End) is on its way.
fn forgiven(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(_) if hangup::is_gone(io::stdin()) => Ok(()),
        other => other,
    }
}

/// A sentence of a server must not end the sequence and begin another one.
fn notify_sequence(sentence: &str) -> String {
    let clean: String = sentence
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    format!("\x1b]9;{clean}\x07")
}

fn copy_sequence(text: &str) -> Option<String> {
    (text.len() <= COPY_LIMIT).then(|| format!("\x1b]52;c;{}\x07", STANDARD.encode(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_for_the_desktop_is_one_sequence() {
        assert_eq!(
            notify_sequence("init: failed\x07\x1b]0;title\x07"),
            "\x1b]9;init: failed]0;title\x07"
        );
    }

    #[test]
    fn a_copy_is_encoded_and_bounded() {
        assert_eq!(copy_sequence("zone1").unwrap(), "\x1b]52;c;em9uZTE=\x07");
        assert_eq!(copy_sequence(&"x".repeat(COPY_LIMIT + 1)), None);
    }
}
