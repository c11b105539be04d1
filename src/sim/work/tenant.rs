//! `Create tenant <name>` and `Drop tenant`: both in the cluster's store.

use std::sync::Arc;

use super::super::engine::{Draft, Place};
use super::super::scene::Tenant;
use super::super::task::TENANT;
use super::super::world::World;
use super::{Flags, Step, Work, flags};

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct TenantOrder {
    pub(in super::super) cluster: usize,
    pub(in super::super) tenant: Tenant,
    /// The statement that the log shows.
    pub(in super::super) sql: String,
    /// The agents that import scripts.
    pub(in super::super) importers: Vec<usize>,
    /// Parameters, time zone, variables, root password: whether each was given.
    pub(in super::super) asked: [bool; 4],
}

/// The nodes of both DAGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum TenantStep {
    Create,
    Parameters,
    Whitelist,
    TimeZone,
    Variables,
    Import,
    RootPassword,
    Recycle,
    Drop,
    DropPools,
}

impl TenantStep {
    /// What is taken away is not put back.
    pub(super) fn flags(self) -> Flags {
        let back = !matches!(self, Self::Recycle | Self::Drop | Self::DropPools);
        flags(back, true, true, true)
    }
}

fn work(step: TenantStep, order: &Arc<TenantOrder>) -> Work {
    Work::Tenant {
        step,
        order: Arc::clone(order),
    }
}

fn draft(name: String, order: &Arc<TenantOrder>) -> Draft {
    let mut draft = Draft::new(name);
    draft.maintenance = TENANT;
    draft.key.clone_from(&order.tenant.name);
    draft.frees = usize::MAX;
    draft
}

/// The DAG that makes a tenant.
pub(in super::super) fn create_draft(maintainer: usize, order: &Arc<TenantOrder>) -> Draft {
    use TenantStep as S;
    let [parameters, time_zone, variables, password] = order.asked;
    let one = |draft: Draft, name: &str, step| draft.node(name, maintainer, work(step, order));
    let mut made = draft(format!("Create tenant {}", order.tenant.name), order);
    made = one(made, "Create tenant", S::Create);
    if parameters {
        made = one(made, "Set tenant parameter", S::Parameters);
    }
    made = one(made, "Modify tenant whitelist", S::Whitelist);
    if time_zone {
        made = one(made, "Set tenant time zone", S::TimeZone);
    }
    if variables {
        made = one(made, "Set tenant variables", S::Variables);
    }
    if !order.importers.is_empty() {
        let each = order.importers.iter();
        let tasks = each.map(|agent| (*agent, work(S::Import, order))).collect();
        made = made.parallel("Import script for tenant", tasks);
    }
    if password {
        made = one(made, "Set root password", S::RootPassword);
    }
    made
}

/// The DAG that takes a tenant away, or into the recycle bin.
pub(in super::super) fn drop_draft(
    maintainer: usize,
    recycle: bool,
    order: &Arc<TenantOrder>,
) -> Draft {
    let made = draft("Drop tenant".to_owned(), order);
    let node = |draft: Draft, name, step| draft.node(name, maintainer, work(step, order));
    if recycle {
        return node(made, "Recycle tenant", TenantStep::Recycle);
    }
    let made = node(made, "Drop tenant", TenantStep::Drop);
    node(made, "Drop resource pools", TenantStep::DropPools)
}

impl World {
    pub(super) fn run_tenant(&mut self, place: Place, step: TenantStep, order: &Arc<TenantOrder>) {
        let name = &order.tenant.name;
        match step {
            TenantStep::Create => {
                self.log(place, format!("Create tenant sql: {}", order.sql));
                let id = self.add_tenant(order);
                let line = format!("Create tenant success, tenant id: {id}");
                self.after(place, 2_010, Step::Log(line));
                self.after(place, 2_010, Step::Done);
            }
            TenantStep::Parameters => {
                self.log(place, format!("Set tenant parameter for tenant '{name}'"));
                self.after(place, 20, Step::Done);
            }
            TenantStep::Import => self.lines_then_done(place, &["Importing timezone."]),
            TenantStep::Recycle | TenantStep::Drop => {
                let deed = if step == TenantStep::Drop {
                    "Drop"
                } else {
                    "Recycle"
                };
                self.log(place, format!("{deed} tenant {name}"));
                self.remove_tenant(order);
                self.after(place, 1_010, Step::Done);
            }
            TenantStep::DropPools
            | TenantStep::Whitelist
            | TenantStep::TimeZone
            | TenantStep::Variables
            | TenantStep::RootPassword => self.after(place, 20, Step::Done),
        }
    }

    pub(super) fn roll_back_tenant(
        &mut self,
        place: Place,
        step: TenantStep,
        order: &Arc<TenantOrder>,
    ) {
        if step == TenantStep::Create {
            let line = format!("Drop tenant {} if exist", order.tenant.name);
            self.log(place, line);
            self.remove_tenant(order);
        }
        self.after(place, 1_010, Step::Done);
    }

    fn add_tenant(&mut self, order: &Arc<TenantOrder>) -> u64 {
        let created = self.now();
        let Some(cluster) = self.clusters.get_mut(order.cluster) else {
            return 0;
        };
        // User tenants have even numbers; each has a meta tenant before it.
        let last = cluster.tenants.iter().map(|tenant| tenant.id).max();
        let id = last.unwrap_or(1).max(1_000) + 2;
        cluster
            .tenants
            .retain(|tenant| tenant.name != order.tenant.name);
        cluster.tenants.push(Tenant {
            id,
            created,
            ..order.tenant.clone()
        });
        id
    }

    fn remove_tenant(&mut self, order: &Arc<TenantOrder>) {
        if let Some(cluster) = self.clusters.get_mut(order.cluster) {
            cluster
                .tenants
                .retain(|tenant| tenant.name != order.tenant.name);
        }
    }
}
