use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::fleet::Address;
use crate::fleet::cluster::{Agent, Cluster, Mood, Status};
use crate::fleet::platform::Host;
use crate::link::{Asked, LinkError, Picture};

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

fn seen(data: &Data) -> Seen<'_> {
    seen_by(Source::Ocp, data)
}

fn seen_by(source: Source, data: &Data) -> Seen<'_> {
    Seen {
        source,
        data,
        zone: None,
    }
}

#[test]
fn rows_are_sorted_and_filtered_and_the_cursor_stays_on_its_row() {
    let data = hosts(&["10.0.0.10", "10.0.0.9", "10.0.0.100"]);
    let mut state = ListingState::default();
    state.refresh(Listing::Hosts, seen(&data));
    state.settle(10);
    assert_eq!(state.ids(), ["100", "99", "98"]);
    assert_eq!(state.list.selected().map(String::as_str), Some("100"));
    state.sort_on(Listing::Hosts, Source::Ocp);
    state.refresh(Listing::Hosts, seen(&data));
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
    state.refresh(Listing::Hosts, seen(&data));
    assert_eq!((state.ids().len(), state.count()), (2, (2, 3)));
    for _ in Listing::Hosts.columns(Source::Ocp) {
        state.sort_on(Listing::Hosts, Source::Ocp);
    }
    assert_eq!(state.sorting, None);
}

#[test]
fn every_list_has_a_cell_for_each_column_and_a_detail() {
    let data = hosts(&["10.0.0.1"]);
    let mut state = ListingState::default();
    state.refresh(Listing::Hosts, seen(&data));
    assert_eq!(
        state.shown().next().map(|row| row.cells.len()),
        Some(Listing::Hosts.columns(Source::Ocp).len())
    );
    state.settle(10);
    let row = state.selected().unwrap();
    let lines = Listing::Hosts.detail(seen(&data), row);
    assert!(
        lines.contains(&("ip".to_owned(), "10.0.0.1".to_owned())),
        "{lines:?}"
    );
}

#[test]
fn every_list_of_a_source_has_a_word_columns_and_a_question() {
    let data = Data::default();
    for source in [Source::Ocp, Source::Obshell] {
        for listing in Listing::all(source).iter().copied() {
            assert_eq!(Listing::named(source, listing.word()), Some(listing));
            assert!(!listing.columns(source).is_empty(), "{listing:?}");
            let asks = listing.asks(source, &data);
            assert_eq!(asks.first(), Some(&listing.ask(source)));
        }
    }
    assert_eq!(Listing::named(Source::Obshell, "alarms"), None);
}

/// Columns may grow while one looks; none shrinks under the eye.
#[test]
fn a_column_keeps_its_width_while_rows_come_and_go() {
    let mut state = ListingState::default();
    let mut data = hosts(&["192.168.100.100"]);
    state.refresh(Listing::Hosts, seen(&data));
    let wide = state.widths()[0];
    assert_eq!(wide, "192.168.100.100".len());
    for (ips, expected) in [
        (vec!["10.0.0.1"], wide),
        (vec!["host-with-a-long-name.example"], wide + 14),
    ] {
        let asked = hosts(&ips);
        let asked = asked.known(&Ask::Hosts).unwrap().asked.clone().unwrap();
        data.arrived(Ask::Hosts, Ok(asked), Timestamp::UNIX_EPOCH);
        state.refresh(Listing::Hosts, seen(&data));
        assert_eq!(state.widths()[0], expected, "{ips:?}");
    }
}

/// A host that stops answering says so in its row, though the cluster's answer
/// is the old one.
#[test]
fn a_failure_makes_rows_anew() {
    let agent: Address = "10.0.0.1:2886".parse().unwrap();
    let mut data = Data::default();
    let mut cluster = Cluster::default();
    cluster.agents.push(Agent {
        address: agent.clone(),
        identity: "SINGLE".into(),
        zone: String::new(),
        version: String::new(),
        ob_version: String::new(),
        state: None,
        ob_state: None,
        under_maintenance: false,
        has_proxy: None,
        secured: None,
        reachable: true,
    });
    let at = Timestamp::UNIX_EPOCH;
    let asked = Asked {
        picture: Picture::Cluster(Box::new(cluster)),
        endpoint: String::new(),
        took: Duration::ZERO,
        at,
    };
    data.arrived(Ask::Cluster, Ok(asked), at);
    let mut state = ListingState::default();
    state.refresh(Listing::Hosts, seen_by(Source::Obshell, &data));
    let mood = |state: &ListingState| state.shown().next().unwrap().mood;
    assert_eq!(mood(&state), None);
    let gone = LinkError::Unreachable {
        endpoint: agent.to_string(),
        reason: "refused".into(),
    };
    data.arrived(Ask::Host(agent), Err(gone), at);
    state.refresh(Listing::Hosts, seen_by(Source::Obshell, &data));
    assert_eq!(mood(&state), Some(Mood::Bad));
}
