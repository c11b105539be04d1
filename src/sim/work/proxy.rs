//! The DAGs of an `OBProxy` that is managed.

use super::super::engine::{Draft, Place};
use super::super::world::World;
use super::{Flags, Step, Work, flags};

/// The nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum ProxyStep {
    /// The command line of the first start.
    First(String),
    Check,
    SetPassword,
    Persist,
    Stop,
    /// Another version takes over.
    Renew(String),
    Forget,
    Clean,
}

impl ProxyStep {
    /// The table of `api/obshell.md` §6.6.
    pub(super) fn flags(&self) -> Flags {
        let back = matches!(self, Self::First(_) | Self::Stop);
        flags(back, true, true, true)
    }
}

/// `Add obproxy`, `Stop obproxy`, `Delete obproxy`.
pub(in super::super) fn proxy_draft(
    name: &str,
    agent: usize,
    nodes: &[(&str, ProxyStep)],
) -> Draft {
    let mut draft = Draft::new(name);
    for (name, step) in nodes {
        draft = draft.node(*name, agent, Work::Proxy { step: step.clone() });
    }
    draft.maintenance = 4;
    draft.proxy = true;
    draft
}

impl World {
    pub(super) fn run_proxy(&mut self, place: Place, step: &ProxyStep) {
        let Some(agent) = self.task(place).map(|task| task.agent) else {
            return;
        };
        let pid = 27_000 + agent;
        match step {
            ProxyStep::First(command) => {
                self.log(place, format!("start obproxy cmd: {command}"));
                self.log(place, "start obproxy health check");
                let part = |from: &str, to: char| {
                    let (_, rest) = command.split_once(from)?;
                    rest.split(to).next().map(str::to_owned)
                };
                let home = part("cd '", '\'').unwrap_or_default();
                let port = part("'listen_port=", ',').unwrap_or_default();
                if let Some(own) = self.agents.get_mut(agent) {
                    own.proxy_at = (home, port);
                }
                self.after(place, 10_010, Step::Done);
            }
            ProxyStep::SetPassword => {
                self.log(place, "set obproxy user password");
                self.after(place, 10, Step::Done);
            }
            ProxyStep::Persist => {
                if let Some(own) = self.agents.get_mut(agent) {
                    own.proxy = true;
                    own.proxy_runs = true;
                }
                self.after(place, 5, Step::Done);
            }
            ProxyStep::Stop => {
                let runs = self.agents.get(agent).is_some_and(|own| own.proxy_runs);
                if !runs {
                    self.lines_then_done(place, &["Get obproxy pid: ", "Obproxy is not running"]);
                    return;
                }
                self.log(place, format!("Get obproxy pid: {pid}"));
                self.log(place, format!("Kill obproxy process {pid}"));
                self.log(place, "Check obproxy process");
                if let Some(own) = self.agents.get_mut(agent) {
                    own.proxy_runs = false;
                }
                let line = "Successfully killed the obproxy process";
                self.after(place, 5_004, Step::Log(line.into()));
                self.after(place, 5_004, Step::Done);
            }
            ProxyStep::Renew(version) => {
                if let Some(own) = self.agents.get_mut(agent) {
                    own.proxy_version.clone_from(version);
                }
                self.log(place, "hot restart obproxy");
                self.after(place, 2_010, Step::Done);
            }
            ProxyStep::Forget => {
                if let Some(own) = self.agents.get_mut(agent) {
                    own.proxy = false;
                }
                self.after(place, 5, Step::Done);
            }
            ProxyStep::Check | ProxyStep::Clean => self.after(place, 5, Step::Done),
        }
    }
}
