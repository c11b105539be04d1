//! `obdeck sim`: the simulator for other programs.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::signal::unix::{SignalKind, signal};

use super::cli::{Engine, SimArgs};
use super::exit::{Exit, Stop};
use super::out;
use super::screen::opening::Target;
use crate::sim::{Endpoint, Fault, Options, Scene, Sim, SimError, ocp};

/// Where a simulated OCP listens in its own scenes.
const OCP_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// A port that is taken, a scene or fault that does not exist.
pub async fn run(args: &SimArgs) -> Result<Exit, Stop> {
    let scene = args.engine.scene.parse::<ocp::Scene>().ok();
    // The scenes of OCP have no agents; any other gets an OCP where one is asked for.
    let platform = match (args.ocp, scene) {
        (None, None) => None,
        (listen, scene) => Some(ocp::Options {
            listen: listen.unwrap_or(OCP_LISTEN),
            ..platform_options(&args.engine, scene.unwrap_or_default())?
        }),
    };
    let agents = match scene {
        Some(_) => None,
        None => Some(Options {
            listen: args.listen,
            agents: args.agents.map(usize::from),
            agent_version: args.agent_version.clone(),
            ..options(&args.engine)?
        }),
    };
    // Before the first line: who reads it may send the signal at once.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let sim = match agents {
        Some(options) => Some(Sim::start(options).await.map_err(refusal)?),
        None => None,
    };
    let platform = match platform {
        Some(options) => Some(ocp::Ocp::start(options).await.map_err(refusal)?),
        None => None,
    };
    let mut lines = String::new();
    for endpoint in sim.iter().flat_map(Sim::endpoints) {
        let _ = writeln!(lines, "{}", line(&endpoint));
    }
    if let Some(platform) = &platform {
        let _ = writeln!(lines, "{}", ocp_line(&platform.endpoint()));
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
    if let Some(sim) = sim {
        sim.stop().await;
    }
    if let Some(platform) = platform {
        platform.stop().await;
    }
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
    let faults = faults(engine)?;
    let plain = Options::default();
    Ok(Options {
        scene,
        speed: engine.speed,
        seed: engine.seed.unwrap_or(plain.seed),
        faults,
        ..plain
    })
}

/// What `demo` opens for these flags.
///
/// # Errors
/// Names the flag and what it takes.
pub fn demo(engine: &Engine) -> Result<Target, Stop> {
    Ok(match engine.scene.parse() {
        Ok(scene) => Target::Platform(platform_options(engine, scene)?),
        Err(_) => Target::Demo(options(engine)?),
    })
}

fn platform_options(engine: &Engine, scene: ocp::Scene) -> Result<ocp::Options, Stop> {
    let plain = ocp::Options::default();
    Ok(ocp::Options {
        scene,
        speed: engine.speed,
        seed: engine.seed.unwrap_or(plain.seed),
        faults: faults(engine)?,
        ..plain
    })
}

fn faults(engine: &Engine) -> Result<Vec<Fault>, Stop> {
    let read = |spec: &String| {
        spec.parse::<Fault>()
            .map_err(|error| Stop::usage(format!("--fault: {error}")))
    };
    engine.faults.iter().map(read).collect()
}

/// Why a simulation did not start, and what to do.
pub fn refusal(error: SimError) -> Stop {
    match error {
        SimError::Listen(address, reason) => Stop::failed(format!(
            "cannot listen on {address}: {reason}\nanother port: --listen or --ocp {}:PORT (0 takes free ones)",
            address.ip()
        )),
        SimError::Ports(..) | SimError::Agents { .. } => Stop::usage(error.to_string()),
        SimError::Keys(_) => Stop::failed(error.to_string()),
    }
}

fn ocp_line(endpoint: &ocp::Endpoint) -> String {
    let ocp::Endpoint {
        address,
        user,
        password,
        ak,
        sk,
        ..
    } = endpoint;
    format!("ocp {address} user={user} password={password} ak={ak} sk={sk}")
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
