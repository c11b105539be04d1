//! `--log-file`: what the program itself has to say, for developers.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Mutex;

use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::cli::Globals;
use super::exit::Stop;

/// Begins the log, if one is wanted. Only our own words go into it: libraries
/// might print what they send.
///
/// # Errors
/// The file cannot be opened.
pub fn begin(globals: &Globals) -> Result<(), Stop> {
    let Some(path) = &globals.log_file else {
        return Ok(());
    };
    let file = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Stop::failed(format!("--log-file {}: {error}", path.display())))?;
    let level = match globals.verbose {
        0 => Level::INFO,
        1 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .with_filter(Targets::new().with_target("obdeck", level));
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::registry().with(lines).try_init();
    Ok(())
}
