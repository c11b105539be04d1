//! Upgrades of the observers, of obshell itself, and of an `OBProxy`.

use std::sync::Arc;

use super::super::engine::{Draft, Place};
use super::super::world::{Agent, World};
use super::{Effect, Flags, ProxyStep, Step, Work, flags};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // four choices of the request
pub(in super::super) struct UpgradeOrder {
    pub(in super::super) cluster: usize,
    pub(in super::super) version: String,
    pub(in super::super) release: String,
    /// Of obshell, not of the observers.
    pub(in super::super) shell: bool,
    pub(in super::super) check: bool,
    pub(in super::super) rolling: bool,
    pub(in super::super) freeze: bool,
    pub(in super::super) zones: Vec<String>,
    pub(in super::super) members: Vec<usize>,
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum UpgradeStep {
    /// Files are looked at or moved.
    Files,
    /// A script of the package runs.
    Script,
    /// The agent comes back as the new one.
    RestartShell,
    /// The observer comes back as the new one.
    Reinstall,
    /// From here on the cluster has the new version.
    Post,
}

impl UpgradeStep {
    /// A script may have done half of its work: it can only be run again.
    pub(super) fn flags(self) -> Flags {
        match self {
            Self::Script | Self::Post => flags(false, true, false, false),
            _ => flags(false, true, true, true),
        }
    }
}

/// The DAG of an upgrade or of its check.
pub(in super::super) fn upgrade_draft(maintainer: usize, order: &Arc<UpgradeOrder>) -> Draft {
    let UpgradeOrder {
        version, release, ..
    } = order.as_ref();
    let what = match (order.shell, order.check, order.rolling) {
        (true, true, _) => "Upgrade check obshell",
        (true, false, _) => "Upgrade obshell",
        (false, true, _) => "Upgrade check OB",
        (false, false, true) => "OB rolling upgrade",
        (false, false, false) => "OB stop service upgrade",
    };
    let mut builder = Builder {
        draft: Draft::new(format!("{what} {version}-{release}")),
        maintainer,
        order,
    };
    if !order.shell {
        builder.all("Check the python environment", UpgradeStep::Files);
    }
    for name in [
        "Create upgrade dir",
        "Download all required packages",
        "Check all required packages",
        "Unpack all required packages",
    ] {
        builder.all(name, UpgradeStep::Files);
    }
    if order.shell && !order.check {
        builder.all("Backup for upgrade", UpgradeStep::Files);
        builder.all("Install new obshell", UpgradeStep::Files);
        builder.all("Restart obshell", UpgradeStep::RestartShell);
        builder.all("Upgrade post table maintain", UpgradeStep::Files);
    }
    if !order.shell && !order.check {
        builder.observers();
    }
    builder.all("Remove upgrade check task dir", UpgradeStep::Files);
    builder.draft
}

struct Builder<'a> {
    draft: Draft,
    maintainer: usize,
    order: &'a Arc<UpgradeOrder>,
}

impl Builder<'_> {
    fn work(&self, step: UpgradeStep, zone: &str) -> Work {
        Work::Upgrade {
            step,
            zone: zone.to_owned(),
            order: Arc::clone(self.order),
        }
    }

    fn all(&mut self, name: &str, step: UpgradeStep) {
        let members = self.order.members.iter();
        let tasks = members.map(|agent| (*agent, self.work(step, ""))).collect();
        self.add(name, tasks);
    }

    fn one(&mut self, name: &str, step: UpgradeStep, zone: &str) {
        let task = (self.maintainer, self.work(step, zone));
        self.add(name, vec![task]);
    }

    fn add(&mut self, name: &str, tasks: Vec<(usize, Work)>) {
        let draft = std::mem::replace(&mut self.draft, Draft::new(""));
        self.draft = draft.parallel(name, tasks);
    }

    /// From the backup of the parameters to their return.
    fn observers(&mut self) {
        use UpgradeStep as S;
        self.one("Backup parameters", S::Files, "");
        self.one("Execute upgrade checker script", S::Script, "");
        if self.order.freeze {
            self.one("Minor freeze before stop server", S::Files, "");
        }
        self.one("Execute upgrade pre script", S::Script, "");
        let health = "Execute upgrade health checker script";
        if self.order.rolling {
            for zone in &self.order.zones {
                self.one(health, S::Script, "");
                self.one(&format!("Stop {zone}"), S::Files, zone);
                self.one("Reinstall and restart observer", S::Reinstall, zone);
                self.one(
                    "Execute upgrade zone health checker script",
                    S::Script,
                    zone,
                );
                self.one(&format!("Start {zone}"), S::Files, zone);
            }
        } else {
            self.one(health, S::Script, "");
            self.one("Reinstall and restart observer", S::Reinstall, "");
            self.one(health, S::Script, "");
        }
        self.one("Execute upgrade post script", S::Post, "");
        self.one("Restore parameters", S::Files, "");
    }
}

/// The nodes of `Upgrade obproxy`.
pub(in super::super) fn upgrade_nodes(version: &str) -> Vec<(&'static str, ProxyStep)> {
    let plain = |name| (name, ProxyStep::Check);
    vec![
        plain("Create upgrade dir"),
        plain("Download obproxy pkg from sqlite"),
        plain("Check obproxy pkg"),
        plain("Backup for upgrade"),
        plain("Reinstall obproxy bin"),
        plain("Copy obproxy config db file"),
        plain("Record obproxy info"),
        ("Hot restart obproxy", ProxyStep::Renew(version.to_owned())),
        plain("Wait hot restart obproxy finish"),
        plain("Remove upgrade dir"),
    ]
}

impl World {
    pub(super) fn run_upgrade(
        &mut self,
        place: Place,
        step: UpgradeStep,
        zone: &str,
        order: &Arc<UpgradeOrder>,
    ) {
        let build = order.release.split('.').next().unwrap_or_default();
        match step {
            UpgradeStep::Files => self.after(place, 30, Step::Done),
            UpgradeStep::Script => self.after(place, 1_500, Step::Done),
            UpgradeStep::RestartShell => {
                self.log(place, "restart obshell");
                self.version = format!("{}-{build}", order.version);
                self.age = super::super::age::Age::of(&self.version);
                if let Some(agent) = self.task(place).map(|task| task.agent) {
                    self.restart(agent);
                    if let Some(own) = self.agents.get_mut(agent) {
                        own.version = None;
                    }
                    // A key of an older agent is replaced at the first start (§0).
                    let short = |own: &Agent| own.key.bits() != self.age.bits();
                    if self.agents.get(agent).is_some_and(short) {
                        self.change_key(agent);
                    }
                }
                self.after(place, 3_010, Step::Done);
            }
            UpgradeStep::Reinstall => {
                let member = |agent: &usize| {
                    let own = self.agents.get(*agent);
                    own.is_some_and(|own| zone.is_empty() || own.zone == zone)
                };
                let members: Vec<usize> = order.members.iter().copied().filter(member).collect();
                for agent in members {
                    self.apply(Effect::ObserverDown(agent));
                    let up = Step::Do(Effect::ObserverState(agent, 3));
                    self.after(place, 4_000, up);
                }
                self.after(place, 5_010, Step::Done);
            }
            UpgradeStep::Post => {
                self.ob_version.clone_from(&order.version);
                build.clone_into(&mut self.ob_release);
                self.after(place, 1_500, Step::Done);
            }
        }
    }
}
