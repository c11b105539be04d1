use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::fleet::cluster::Status;
use crate::fleet::platform::Host;
use crate::link::{Asked, Picture};

fn hosts(ips: &[&str]) -> Data {
    let mut data = Data::default();
    let at = Timestamp::UNIX_EPOCH;
    let host = |(at, ip): (usize, &&str)| Host {
        id: (100 - at).to_string(),
        ip: (*ip).to_owned(),
        status: Status(if at == 0 { "ONLINE" } else { "AVAILABLE" }.to_owned()),
        ..Host::default()
    };
    let asked = Asked {
        picture: Picture::Hosts(ips.iter().enumerate().map(host).collect()),
        endpoint: String::new(),
        took: Duration::ZERO,
        at,
    };
    data.arrived(Ask::Hosts, Ok(asked), at);
    data
}

#[test]
fn rows_are_sorted_and_filtered_and_the_cursor_stays_on_its_row() {
    let data = hosts(&["10.0.0.10", "10.0.0.9", "10.0.0.100"]);
    let mut state = ListingState::default();
    state.refresh(Listing::Hosts, &data);
    state.settle(10);
    assert_eq!(state.ids(), ["100", "99", "98"]);
    assert_eq!(state.list.selected().map(String::as_str), Some("100"));
    state.sort_on(Listing::Hosts);
    state.refresh(Listing::Hosts, &data);
    state.settle(10);
    assert_eq!(state.ids(), ["99", "100", "98"]);
    assert_eq!(
        (
            state.list.selected().map(String::as_str),
            state.list.index()
        ),
        (Some("100"), 1)
    );
    state.filter = "available".to_owned();
    state.refresh(Listing::Hosts, &data);
    assert_eq!((state.ids().len(), state.count()), (2, (2, 3)));
    for _ in Listing::Hosts.columns() {
        state.sort_on(Listing::Hosts);
    }
    assert_eq!(state.sorting, None);
}

#[test]
fn every_list_has_a_cell_for_each_column_and_a_detail() {
    let data = hosts(&["10.0.0.1"]);
    let mut state = ListingState::default();
    state.refresh(Listing::Hosts, &data);
    assert_eq!(
        state.shown().next().map(|row| row.cells.len()),
        Some(Listing::Hosts.columns().len())
    );
    let lines = detail(Listing::Hosts, &data, "100");
    assert!(
        lines.contains(&("ip".to_owned(), "10.0.0.1".to_owned())),
        "{lines:?}"
    );
    for listing in Listing::ALL {
        assert_eq!(Listing::named(listing.word()), Some(listing));
        assert_eq!(listing.asks().first(), Some(&listing.ask()));
    }
}
