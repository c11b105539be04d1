//! The tables: what they show at each size, and what may be done with a row.

use obdeck::console::Effect;
use obdeck::fleet::cluster::TenantUnit;
use obdeck::fleet::host::{Disk, HostInfo, Parameter, ParameterValue};
use obdeck::fleet::unit::{Fact, Pool, UnitConfig, Units};
use obdeck::link::{Ask, Picture};

use super::support::{Session, address, running};

fn open(command: &str) -> Session {
    let mut session = Session::connected();
    let mut cluster = running();
    for tenant in cluster.tenants.iter_mut().flatten() {
        tenant.zones = vec!["zone1".into(), "zone2".into(), "zone3".into()];
        tenant.primary_zone = "RANDOM".into();
        tenant.unit = Some(TenantUnit {
            name: format!("unit_{}", tenant.name),
            count: 1,
            cores: "2".into(),
            memory: Some(2 << 30),
        });
        tenant.connections = vec![format!(
            "obclient -h10.0.0.5 -P2881 -uroot@{} -p",
            tenant.name
        )];
    }
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(cluster)));
    session.keys(":");
    session.keys(&format!("'{command}'"));
    session.keys("enter");
    session
}

#[test]
fn tenants() {
    let mut session = open("tenants");
    session.snapshot("table-tenants");
    session.effects.clear();
    session.keys("G y");
    let copied = session.effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains("-uroot@"), "{:?}", session.effects);
}

fn parameter(name: &str, scope: &str, values: &[(&str, &str)]) -> Parameter {
    Parameter {
        name: name.into(),
        scope: scope.into(),
        edit_level: "DYNAMIC_EFFECTIVE".into(),
        default: "WDIAG".into(),
        section: "OBSERVER".into(),
        data_type: "STRING".into(),
        info: "How much the observer writes into its log.".into(),
        same_everywhere: false,
        values: values
            .iter()
            .enumerate()
            .map(|(at, (zone, value))| ParameterValue {
                server: Some(address(5 + at as u8, 2882)),
                zone: (*zone).into(),
                tenant: None,
                tenant_id: None,
                value: (*value).into(),
            })
            .collect(),
    }
}

#[test]
fn parameters_are_filtered_and_set_with_the_right_scope() {
    let mut session = open("parameters");
    let all = vec![
        parameter("cpu_count", "CLUSTER", &[("zone1", "16"), ("zone2", "16")]),
        parameter(
            "syslog_level",
            "CLUSTER",
            &[("zone1", "INFO"), ("zone2", "WARN")],
        ),
        parameter(
            "trace_log_size",
            "CLUSTER",
            &[("zone1", "1"), ("zone2", "1")],
        ),
    ];
    session.answer(Ask::Parameters, Picture::Parameters(all));
    session.keys("/ 's' 'y' 's' enter");
    session.snapshot("table-parameters");
    session.keys("enter");
    session.snapshot("table-parameter-opened");
    session.keys("esc a");
    session.snapshot("table-parameter-deeds");
    session.keys("down enter");
    session.snapshot("table-parameter-form");
    let form = session.model.form().expect("a form");
    let given = form.given();
    let text = |name: &str| {
        given
            .get(name)
            .and_then(|entry| entry.text())
            .unwrap_or_default()
    };
    assert_eq!(
        [text("name"), text("value"), text("scope"), text("zones")],
        ["syslog_level", "INFO", "CLUSTER", "zone1"]
    );
}

#[test]
fn hosts_units_statistics_topology_and_checks() {
    let mut session = open("hosts");
    let host = HostInfo {
        os: "debian 12".into(),
        host_type: "docker".into(),
        cpu_model: "Xeon".into(),
        logical_cores: Some(16),
        memory_total: "24682416 kB".into(),
        memory_available: "24182732 kB".into(),
        open_files: "20000".into(),
        processes: "96343".into(),
        disks: vec![Disk {
            device: "/dev/vda".into(),
            used: "14G".into(),
            total: "252G".into(),
        }],
    };
    session.answer(Ask::Host(address(5, 2886)), Picture::Host(Box::new(host)));
    session.snapshot("table-hosts");

    let mut session = open("limits");
    let units = Units {
        limits: vec![Fact {
            about: String::new(),
            name: "min_cpu".into(),
            value: "1".into(),
        }],
        configs: vec![UnitConfig {
            id: 1,
            name: "sys_unit_config".into(),
            max_cpu: "2".into(),
            min_cpu: "2".into(),
            memory: Some(1 << 30),
            log_disk: Some(2 << 30),
        }],
        pools: vec![Pool {
            name: "sys_pool".into(),
            zones: vec!["zone1".into(), "zone2".into()],
            units: 1,
            unit_config_id: 1,
            tenant_id: Some(1),
        }],
    };
    session.answer(Ask::Limits, Picture::Units(Box::new(units)));
    session.snapshot("table-limits");

    let mut session = open("statistics");
    let facts = vec![Fact {
        about: "instances 1".into(),
        name: "type".into(),
        value: "observer".into(),
    }];
    session.answer(Ask::Statistics, Picture::Statistics(facts));
    session.snapshot("table-statistics");

    let mut session = open("topology");
    session.snapshot("table-topology");
    session.keys("a");
    session.snapshot("table-topology-deeds");

    let mut session = open("checks");
    session.snapshot("table-checks-none");
    let mut cluster = running();
    cluster.agents[0].reachable = false;
    cluster.clocks = vec![(address(5, 2886), 0), (address(6, 2886), 14_000)];
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(cluster)));
    session.snapshot("table-checks");
}
