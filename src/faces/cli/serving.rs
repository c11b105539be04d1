//! `sim` and `demo`.

use std::net::SocketAddr;

use clap::Args;

/// What both take.
#[derive(Clone, Debug, Args)]
pub struct Engine {
    /// Which world to simulate: default, fresh, failure; of OCP: ocp, busy, fleet, giant
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub scene: String,
    /// How many times faster than a real agent
    #[arg(long, value_name = "X", default_value = "1", value_parser = super::words::speed)]
    pub speed: f64,
    /// Same seed: same keys, names, ids and order of states
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Break something: `KIND[=VALUE][@ROUTE][#N][~P]`; may be repeated
    #[arg(long = "fault", value_name = "SPEC")]
    pub faults: Vec<String>,
}

/// `obdeck sim`.
#[derive(Clone, Debug, Args)]
pub struct SimArgs {
    /// The engine.
    #[command(flatten)]
    pub engine: Engine,
    /// How many agents; the scene's own number when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub agents: Option<u16>,
    /// An older agent: 4.2.2.0, 4.2.3.0, 4.2.6.0, 4.3.1.0 and so on, with its key, routes and
    /// errors; with commas what each agent says of itself, all behaving as the first
    #[arg(long, value_name = "VERSION")]
    pub agent_version: Option<String>,
    /// Address of the first agent; the others take the ports after it
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:2886")]
    pub listen: SocketAddr,
    /// Serve an OCP there too; the scenes ocp, busy, fleet and giant are OCP's own
    /// and have no agents
    #[arg(long, value_name = "IP:PORT")]
    pub ocp: Option<SocketAddr>,
}

/// `obdeck demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// The engine.
    #[command(flatten)]
    pub engine: Engine,
}
