//! The platform's API (`/api/v2`): signature, envelope, errors, paging and the
//! data of clusters, hosts, proxies, packages, alarms and tasks.

mod again;
pub mod api;
mod cluster;
mod edges;
mod envelope;
mod errors;
mod fields;
mod logs;
mod parameters;
mod platform;
mod proxy;
mod rate;
mod raw;
mod saved;
mod secrets;
mod sign;
mod state;
mod task;

pub use again::Known;
pub use cluster::{cluster, clusters, server, servers, tenant, tenants, zone, zones};
pub use envelope::{Answer, Garbled, Page, Rows, open, open_with};
pub use errors::{FieldNote, Refusal, advice, has_moved_on, is_busy};
pub use logs::log;
pub use parameters::parameters;
pub use platform::{alarm, alarms, host, hosts, package, packages};
pub use proxy::{proxy_cluster, proxy_clusters};
pub use rate::RateLimit;
pub use raw::Raw;
pub use saved::{Saved, saved};
pub use secrets::masked;
pub use sign::{Credential, Parts, Signed, sign, sign_upload, signature};
pub use task::{Loose, made, note, read_again, read_tasks, task, tasks};
