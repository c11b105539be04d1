//! `obdeck sim`: the simulator for other programs.

use std::fmt::Write as _;

use tokio::signal::unix::{SignalKind, signal};

use super::cli::{Engine, SimArgs};
use super::exit::{Exit, Stop};
use super::out;
use crate::sim::{Endpoint, Fault, Options, Scene, Sim, SimError};

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// A port that is taken, a scene or fault that does not exist.
pub async fn run(args: &SimArgs) -> Result<Exit, Stop> {
    if args.ocp.is_some() {
        return Err(Stop::usage(
            "--ocp: this version simulates obshell agents only",
        ));
    }
    let mut options = options(&args.engine)?;
    options.listen = args.listen;
    options.agents = args.agents.map(usize::from);
    // Before the first line: who reads it may send the signal at once.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let sim = Sim::start(options).await.map_err(refusal)?;
    let mut lines = String::new();
    for endpoint in sim.endpoints() {
        let _ = writeln!(lines, "{}", line(&endpoint));
    }
    lines.push_str("ready\n");
    if let Err(stop) = out::data(&lines)
        && stop.exit != Exit::Done
    {
        return Err(stop);
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    sim.stop().await;
    Ok(Exit::Done)
}

/// The simulation that the flags describe, on free ports of the loopback.
///
/// # Errors
/// Names the flag and what it takes.
pub fn options(engine: &Engine) -> Result<Options, Stop> {
    let scene: Scene = engine
        .scene
        .parse()
        .map_err(|error| Stop::usage(format!("--scene: {error}")))?;
    let faults = engine
        .faults
        .iter()
        .map(|spec| {
            spec.parse::<Fault>()
                .map_err(|error| Stop::usage(format!("--fault: {error}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let plain = Options::default();
    Ok(Options {
        scene,
        speed: engine.speed,
        seed: engine.seed.unwrap_or(plain.seed),
        faults,
        ..plain
    })
}

/// Why a simulation did not start, and what to do.
pub fn refusal(error: SimError) -> Stop {
    match error {
        SimError::Listen(address, reason) => Stop::failed(format!(
            "cannot listen on {address}: {reason}\nanother port: --listen {}:PORT (0 takes free ones)",
            address.ip()
        )),
        SimError::Ports(..) | SimError::Agents { .. } => Stop::usage(error.to_string()),
        SimError::Keys(_) => Stop::failed(error.to_string()),
    }
}

fn line(endpoint: &Endpoint) -> String {
    let mut line = format!(
        "obshell {} {}",
        endpoint.address,
        endpoint.identity.replace(' ', "_")
    );
    if let Some(password) = &endpoint.password {
        let _ = write!(line, " password={password}");
    }
    if let Some(password) = &endpoint.agent_password {
        let _ = write!(line, " agent_password={password}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_blank_inside_a_field() {
        let endpoint = Endpoint {
            address: ([127, 0, 0, 1], 2886).into(),
            identity: "CLUSTER AGENT".into(),
            password: Some("aA1!bB2@".into()),
            agent_password: None,
        };
        assert_eq!(
            line(&endpoint),
            "obshell 127.0.0.1:2886 CLUSTER_AGENT password=aA1!bB2@"
        );
    }

    #[test]
    fn a_wrong_word_names_its_flag() {
        let engine = |scene: &str, fault: &str| Engine {
            scene: scene.into(),
            speed: 1.0,
            seed: None,
            faults: vec![fault.into()],
        };
        let stop = options(&engine("frsh", "reset")).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
        assert!(stop.message.starts_with("--scene: "), "{stop}");
        let stop = options(&engine("fresh", "explode")).unwrap_err();
        assert!(stop.message.starts_with("--fault: "), "{stop}");
    }
}
