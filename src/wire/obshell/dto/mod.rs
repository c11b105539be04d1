//! Data-transfer types: `data` of an answer in, plain data of `fleet` out.

mod any;
mod cluster;
mod facts;
mod info;
mod reading;
mod shape;
mod task;
#[cfg(test)]
mod task_tests;
mod units;

pub use any::{Moment, Saved, saved};
pub use cluster::{merge_ob_info, merge_obcluster, merge_statuses, tenants};
pub use facts::{host_info, parameters};
pub use info::{AgentStatus, Info, Secrets, info, secret, status, statuses};
pub use reading::{Words, is_rendezvous_dag, phase, state};
pub use task::{address_of, logs, node, part, settle, sub_task_logs_of, task, tasks};
pub use units::{any_facts, packages, pools, unit_configs};
