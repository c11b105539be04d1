//! Where words go: data to stdout, everything else to stderr. A closed pipe
//! is no fault of ours and ends the program quietly.

use std::io::{self, IsTerminal, Write};

use super::exit::Stop;

/// Prints data, ending with a line break, and flushes it.
///
/// # Errors
/// A closed pipe is a quiet stop.
pub fn data(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Says something that is not data. When nobody listens there is nobody to tell.
pub fn note(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{text}");
}

/// Whether a question can be asked: somebody sits at stdin and sees stderr.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether a person reads stdout.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Asks yes or no on stderr while other things go on: whoever waits for the
/// answer can stop waiting for it. No more input is no.
///
/// # Errors
/// The terminal is gone.
pub async fn ask(question: &str) -> Result<bool, Stop> {
    let mut err = io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    drop(err);
    let (said, answer) = tokio::sync::oneshot::channel();
    // A thread of its own: the end of the program does not wait for it.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map(|_| line);
        let _ = said.send(read);
    });
    let line = answer
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))?;
    Ok(is_yes(&line))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "是")
}

/// Asks yes or no on stderr.
///
/// # Errors
/// Nobody is there to answer.
pub fn confirm(question: &str) -> Result<bool, Stop> {
    if !can_ask() {
        return Err(Stop::usage(format!(
            "{question}\nnobody is there to answer; say --yes"
        )));
    }
    let mut err = io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}
