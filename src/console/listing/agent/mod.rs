//! The lists of a cluster that obshell looks after: each with its columns and
//! its rows from the last answers.

mod checks;
mod hosts;
mod packages;
mod parameters;
mod tenants;
mod topology;
mod units;

use super::cell::{Column, Deed, Row};
use super::{Listing, Seen};

/// The columns of one of them, the one that names the row first.
pub(super) fn columns(listing: Listing) -> &'static [Column] {
    match listing {
        Listing::Checks => checks::COLUMNS,
        Listing::Tenants => tenants::COLUMNS,
        Listing::Parameters => parameters::COLUMNS,
        Listing::Hosts => hosts::COLUMNS,
        Listing::Topology => topology::COLUMNS,
        Listing::Limits => units::LIMITS,
        Listing::Statistics => units::STATISTICS,
        Listing::Packages => packages::COLUMNS,
        _ => &[],
    }
}

/// Makes the rows.
pub(super) fn rows(listing: Listing, seen: Seen<'_>) -> Vec<Row> {
    match listing {
        Listing::Checks => checks::rows(seen),
        Listing::Tenants => tenants::rows(seen),
        Listing::Parameters => parameters::rows(seen),
        Listing::Hosts => hosts::rows(seen),
        Listing::Topology => topology::rows(seen),
        Listing::Limits => units::limits(seen),
        Listing::Statistics => units::statistics(seen),
        Listing::Packages => packages::rows(seen),
        _ => Vec::new(),
    }
}

/// What may be done there without a row.
pub(super) fn deeds(listing: Listing) -> Vec<Deed> {
    let form = match listing {
        Listing::Tenants | Listing::Limits => "tenant-create",
        Listing::Parameters => "parameter-set",
        Listing::Packages => "package-upload",
        _ => return Vec::new(),
    };
    vec![(form, Vec::new())]
}
