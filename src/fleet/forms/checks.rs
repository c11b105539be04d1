//! What the server lets through and should not (`api/obshell.md §14.3`).

use rust_i18n::t;

use super::table::{Entry, Given};

/// The ports that an agent takes; its own message claims one more.
const PORTS: std::ops::RangeInclusive<u32> = 1025..=65535;

/// Parameters that hold a port of an observer.
const PORT_KEYS: [&str; 4] = ["mysql_port", "rpc_port", "mysqlPort", "rpcPort"];

/// Parameters that an agent sets itself and refuses in an observer configuration.
const DENIED: [&str; 7] = [
    "cluster_id",
    "cluster",
    "rootPwd",
    "rootservice_list",
    "zone",
    "local_ip",
    "devname",
];

/// A port as a sentence wants it.
fn port_text(text: &str) -> Result<(), String> {
    match text.parse::<u32>() {
        Ok(port) if PORTS.contains(&port) => Ok(()),
        _ => Err(t!("`%{text}` is no port from 1025 to 65535", text = text).into_owned()),
    }
}

/// One port.
pub(super) fn port(entry: &Entry, _: &Given) -> Result<(), String> {
    port_text(entry.text().unwrap_or_default())
}

/// Greater than zero: the agent takes a zero for a missing value.
pub(super) fn positive(entry: &Entry, _: &Given) -> Result<(), String> {
    match entry.text().unwrap_or_default().parse::<i64>() {
        Ok(number) if number > 0 => Ok(()),
        _ => Err(t!("must be greater than 0").into_owned()),
    }
}

/// Parameters of an observer that scales out. A wrong port is accepted at once,
/// fails the first node and holds the cluster's lock until it is rolled back.
pub(super) fn observer_ports(entry: &Entry, _: &Given) -> Result<(), String> {
    let Entry::Pairs(pairs) = entry else {
        return Ok(());
    };
    for (key, value) in pairs {
        if PORT_KEYS.contains(&key.as_str()) {
            port_text(value).map_err(|why| format!("{key}: {why}"))?;
        }
    }
    for (old, new) in [("mysqlPort", "mysql_port"), ("rpcPort", "rpc_port")] {
        if let (Some(a), Some(b)) = (pairs.get(old), pairs.get(new))
            && a != b
        {
            return Err(t!(
                "`%{old}` and `%{new}` are the same parameter and differ",
                old = old,
                new = new
            )
            .into_owned());
        }
    }
    let ports = ["mysql_port", "rpc_port"].map(|key| pairs.get(key));
    if let [Some(sql), Some(rpc)] = ports
        && sql == rpc
    {
        return Err(t!(
            "mysql_port and rpc_port are both %{port}",
            port = sql.as_str()
        )
        .into_owned());
    }
    Ok(())
}

/// Parameters that `observer/config` takes.
pub(super) fn observer_parameters(entry: &Entry, given: &Given) -> Result<(), String> {
    if let Entry::Pairs(pairs) = entry
        && let Some(key) = pairs.keys().find(|key| DENIED.contains(&key.as_str()))
    {
        return Err(t!(
            "`%{key}` is set by the agent itself and cannot be given",
            key = key.as_str()
        )
        .into_owned());
    }
    observer_ports(entry, given)
}

/// The file of a package: an rpm, as both APIs take it.
pub fn package(entry: &Entry, _: &Given) -> Result<(), String> {
    let file = entry.text().unwrap_or_default();
    let extension = std::path::Path::new(file).extension();
    if extension.is_some_and(|extension| extension == "rpm") {
        return Ok(());
    }
    Err(t!(
        "`%{text}` is no file name of a package (….rpm)",
        text = file
    )
    .into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_the_server_would_accept_and_fail_on_are_refused() {
        for text in ["0", "1024", "65536", "abc", "-1", ""] {
            assert!(port_text(text).is_err(), "{text}");
        }
        for text in ["1025", "2882", "65535"] {
            assert!(port_text(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn pairs_name_the_parameter_that_is_wrong() {
        let pairs = |text: &str| {
            let pair = |one: &str| {
                let (key, value) = one.split_once('=').unwrap();
                (key.to_owned(), value.to_owned())
            };
            Entry::Pairs(text.split(',').map(pair).collect())
        };
        let none = Given::new();
        let says = |text: &str| observer_parameters(&pairs(text), &none).unwrap_err();
        assert!(says("rpc_port=1024").starts_with("rpc_port: "));
        assert!(says("zone=z").contains("zone"));
        assert!(says("mysqlPort=2881,mysql_port=2883").contains("differ"));
        assert!(says("mysql_port=2881,rpc_port=2881").contains("both 2881"));
        assert_eq!(
            observer_ports(&pairs("zone=z,rpc_port=2882"), &none),
            Ok(())
        );
    }
}
