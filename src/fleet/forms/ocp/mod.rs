//! The forms of a platform over many clusters (`api/ocp.md §2.2`, §5). A field's
//! name is the server's; ids are the platform's, as its lists show them.

mod body;
mod hosts;
mod packages;
mod power;
mod proxies;
mod servers;

use super::Form;

/// Every form of a platform.
#[must_use]
pub fn all() -> &'static [Form] {
    &[
        servers::ADD,
        power::SERVER_START,
        power::SERVER_STOP,
        power::SERVER_RESTART,
        servers::DELETE,
        power::ZONE_START,
        power::ZONE_STOP,
        power::ZONE_RESTART,
        power::ZONE_DELETE,
        hosts::ADD,
        proxies::CREATE,
        proxies::SCALE,
        proxies::DELETE,
        packages::UPLOAD,
    ]
}

#[cfg(test)]
mod tests;
