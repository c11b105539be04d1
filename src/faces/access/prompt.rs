//! A question whose answer nobody sees.

use std::io::{self, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use crate::base::Secret;
use crate::faces::exit::{Exit, Stop};

/// The terminal without echo, until it is dropped.
struct Silence;

impl Silence {
    fn begin() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
        let mut err = io::stderr().lock();
        let _ = writeln!(err);
    }
}

/// Reads a secret from the terminal; ctrl-c and ctrl-d give up.
///
/// # Errors
/// Given up (130), or the terminal is gone.
pub fn secret(question: &str) -> Result<Secret, Stop> {
    let mut err = io::stderr().lock();
    write!(err, "{question}")?;
    err.flush()?;
    drop(err);
    let _silence = Silence::begin()?;
    // As long as any password: what is typed is not copied while it grows.
    let mut typed = zeroize::Zeroizing::new(String::with_capacity(256));
    loop {
        let event = read()?;
        if let Event::Paste(text) = &event {
            typed.push_str(text);
        }
        let Event::Key(key) = event else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let held = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(Secret::new(typed.as_str())),
            KeyCode::Char('c' | 'd') if held => return Err(Stop::quiet(Exit::Interrupted)),
            KeyCode::Char('u') if held => typed.clear(),
            KeyCode::Backspace => {
                typed.pop();
            }
            KeyCode::Char(c) if !held => typed.push(c),
            _ => {}
        }
    }
}
