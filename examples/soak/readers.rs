//! Recorded answers with bytes, values and types changed go through every reader
//! of both APIs, whatever they once answered.

use std::time::Instant;

use obdeck::fleet::cluster::Cluster;
use obdeck::wire::obshell::{self, dto};
use obdeck::wire::ocp;
use serde_json::Value;

use crate::chance::Chance;
use crate::measure::resident_kib;
use crate::recorded::recorded;

/// Reads so many; the seed decides which.
pub fn run(count: u64, seed: u64) {
    let bodies = recorded();
    let mut chance = Chance::new(seed);
    let (mut read, mut found) = (0u64, 0u64);
    let begun = Instant::now();
    for number in 1..=count {
        let (status, bytes) = chance.answer(&bodies);
        if let Ok(answer) = obshell::read(status, Some("application/json"), &bytes) {
            read += 1;
            found += agent(&answer.data);
        }
        if let Ok(Ok(answer)) = ocp::open(status, &bytes) {
            read += 1;
            found += platform(&answer.data);
        }
        if number % 100_000 == 0 || number == count {
            println!(
                "{:.0} s: {number} answers ({read} opened, {found} things found); resident {} KiB",
                begun.elapsed().as_secs_f64(),
                resident_kib(),
            );
        }
    }
}

/// How many readings found something.
fn agent(data: &Value) -> u64 {
    let mut cluster = Cluster::default();
    let readings = [
        dto::merge_ob_info(&mut cluster, data.clone()).is_ok(),
        dto::merge_obcluster(&mut cluster, data.clone()).is_ok(),
        dto::tasks(data.clone()).is_ok(),
        dto::task(data.clone()).is_ok(),
        dto::part(data.clone()).is_ok(),
        dto::node(data.clone()).is_ok(),
        dto::logs(data.clone()).is_ok(),
        dto::tenants(data.clone()).is_ok(),
        dto::parameters(data.clone()).is_ok(),
        dto::host_info(data.clone()).is_ok(),
        dto::unit_configs(data.clone()).is_ok(),
        dto::pools(data.clone()).is_ok(),
        dto::packages(data.clone()).is_ok(),
        dto::info(data.clone()).is_ok(),
        dto::secret(data.clone()).is_ok(),
        dto::status(data.clone()).is_ok(),
        dto::statuses(data.clone()).is_ok(),
    ];
    readings.into_iter().map(u64::from).sum()
}

fn platform(data: &Value) -> u64 {
    let lists = [
        ocp::clusters(data).items.len(),
        ocp::hosts(data).items.len(),
        ocp::packages(data).items.len(),
        ocp::alarms(data).items.len(),
        ocp::proxy_clusters(data).items.len(),
        ocp::tenants(data).items.len(),
        ocp::tasks(data).items.len(),
        ocp::parameters(data).items.len(),
        ocp::zones(data).0.len(),
        ocp::servers(data).0.len(),
    ];
    let single = [
        ocp::cluster(data).is_some(),
        ocp::task(data).is_some(),
        ocp::log(data).is_some(),
    ];
    let lists = lists.into_iter().map(|length| length > 0);
    lists.chain(single).map(u64::from).sum()
}
