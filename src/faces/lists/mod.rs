//! `obdeck get`: one picture of a pane, as a table or as JSON. One table of
//! columns makes both, so they never tell different stories.

mod columns;
mod platform;
mod sheet;
mod table;

use super::cli::{ListOutput, Pane};
use super::exit::{Exit, Stop};
use super::out;
use crate::fleet::cluster::Cluster;
use crate::fleet::task::{Source, Task};
use crate::link::{Ask, Backend, Picture};

use columns::Column;
use sheet::Sheet;

/// Asks for one pane and prints it.
///
/// # Errors
/// What the server said, or that this server has no such pane.
pub async fn get(backend: &dyn Backend, pane: Pane, output: ListOutput) -> Result<Exit, Stop> {
    if backend.source() == Source::Ocp {
        out::data(&platform::pane(backend, pane, output).await?)?;
        return Ok(Exit::Done);
    }
    let ask = match pane {
        Pane::Tasks => Ask::Tasks,
        Pane::Cluster
        | Pane::Zones
        | Pane::Servers
        | Pane::Proxies
        | Pane::Agents
        | Pane::Tenants => Ask::Cluster,
        Pane::Parameters => Ask::Parameters,
        Pane::Packages => Ask::Packages,
        Pane::Hosts | Pane::Alarms => {
            return Err(Stop::new(
                Exit::Withheld,
                format!(
                    "{}: an obshell agent has none; they belong to OCP",
                    word(pane)
                ),
            ));
        }
    };
    let asked = backend.ask(&ask).await?;
    let text = match asked.picture {
        Picture::Tasks(tasks) => print(&tasks, columns::TASKS, "tasks", output),
        Picture::Parameters(parameters) => {
            print(&parameters, columns::PARAMETERS, "parameters", output)
        }
        Picture::Packages(packages) => print(&packages, platform::PACKAGES, "packages", output),
        Picture::Cluster(cluster) => pane_of(&cluster, pane, output)?,
        _ => return Err(Stop::failed("another question was answered")),
    };
    out::data(&text)?;
    Ok(Exit::Done)
}

fn pane_of(cluster: &Cluster, pane: Pane, output: ListOutput) -> Result<String, Stop> {
    Ok(match pane {
        Pane::Zones => print(&cluster.zones, columns::ZONES, "zones", output),
        Pane::Servers => {
            let servers: Vec<_> = cluster.servers().cloned().collect();
            print(&servers, columns::SERVERS, "servers", output)
        }
        Pane::Proxies => print(&cluster.proxies, columns::PROXIES, "proxies", output),
        Pane::Agents => print(&cluster.agents, columns::AGENTS, "agents", output),
        Pane::Tenants => match &cluster.tenants {
            Some(tenants) => print(tenants, columns::TENANTS, "tenants", output),
            None => {
                return Err(Stop::new(
                    Exit::Withheld,
                    "tenants: the server does not tell them now; it does once the cluster is initialised and up",
                ));
            }
        },
        _ => print(
            std::slice::from_ref(cluster),
            columns::CLUSTER,
            "cluster",
            output,
        ),
    })
}

/// The tasks as `task list` and `get tasks` print them.
#[must_use]
pub fn tasks(tasks: &[Task], output: ListOutput) -> String {
    print(tasks, columns::TASKS, "tasks", output)
}

/// Rows as a table or as `{"schema":"obdeck.WORD/1","items":[…]}`.
fn print<T>(rows: &[T], columns: &[Column<T>], word: &str, output: ListOutput) -> String {
    Sheet::of(rows, columns).print(word, output)
}

fn word(pane: Pane) -> &'static str {
    match pane {
        Pane::Cluster => "cluster",
        Pane::Zones => "zones",
        Pane::Servers => "servers",
        Pane::Proxies => "proxies",
        Pane::Agents => "agents",
        Pane::Tasks => "tasks",
        Pane::Tenants => "tenants",
        Pane::Parameters => "parameters",
        Pane::Hosts => "hosts",
        Pane::Packages => "packages",
        Pane::Alarms => "alarms",
    }
}

/// Every list with the names and docs of its fields, in order.
#[cfg(test)]
fn schemas() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    fn fields<T>(columns: &[Column<T>]) -> Vec<(&'static str, &'static str)> {
        columns.iter().map(|c| (c.name, c.doc)).collect()
    }
    vec![
        ("cluster", fields(columns::CLUSTER)),
        ("zones", fields(columns::ZONES)),
        ("servers", fields(columns::SERVERS)),
        ("proxies", fields(columns::PROXIES)),
        ("agents", fields(columns::AGENTS)),
        ("tasks", fields(columns::TASKS)),
        ("tenants", fields(columns::TENANTS)),
        ("parameters", fields(columns::PARAMETERS)),
        ("hosts", fields(platform::HOSTS)),
        ("packages", fields(platform::PACKAGES)),
        ("alarms", fields(platform::ALARMS)),
    ]
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde_json::Value;

    use super::*;
    use crate::fleet::Address;
    use crate::fleet::cluster::{Status, Tenant, Zone};

    /// `docs/json.md` lists every field; whoever changes one changes the other.
    #[test]
    fn the_fields_are_those_of_the_reference() {
        let page = include_str!("../../../docs/json.md");
        let mut want = String::new();
        for (word, fields) in schemas() {
            let _ = write!(
                want,
                "## `obdeck.{word}/1`\n\n| field | holds |\n|---|---|\n"
            );
            for (name, doc) in fields {
                let _ = writeln!(want, "| `{name}` | {doc} |");
            }
            want.push('\n');
        }
        assert!(
            page.contains(want.trim_end()),
            "docs/json.md should hold:\n\n{want}"
        );
    }

    #[test]
    fn names_are_snake_case_and_unique() {
        for (word, fields) in schemas() {
            let mut seen = std::collections::BTreeSet::new();
            for (name, _) in fields {
                assert!(seen.insert(name), "{word}.{name} twice");
                assert!(
                    name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
                    "{word}.{name}"
                );
            }
        }
    }

    fn zone(name: &str) -> Zone {
        Zone {
            name: name.into(),
            status: Status("RUNNING".into()),
            region: String::new(),
            idc: String::new(),
            servers: Vec::new(),
            task: None,
        }
    }

    #[test]
    fn a_list_is_one_object() {
        let text = print(&[zone("zone1")], columns::ZONES, "zones", ListOutput::Json);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema"], "obdeck.zones/1");
        assert_eq!(value["items"][0]["name"], "zone1");
        assert_eq!(value["items"][0]["servers"], 0);
        let none: Vec<Zone> = Vec::new();
        let text = print(&none, columns::ZONES, "zones", ListOutput::Json);
        assert_eq!(text, r#"{"schema":"obdeck.zones/1","items":[]}"#);
    }

    #[test]
    fn a_table_stays_straight_with_wide_letters() {
        let text = print(
            &[zone("上海一区"), zone("z")],
            columns::ZONES,
            "zones",
            ListOutput::Table,
        );
        let at = |line: &str| {
            let cut = line.find("RUNNING").unwrap();
            crate::base::text::width(&line[..cut])
        };
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(at(lines[1]), at(lines[2]), "{text}");
    }

    #[test]
    fn tenants_that_nobody_tells_are_no_empty_list() {
        let cluster = Cluster::default();
        let stop = pane_of(&cluster, Pane::Tenants, ListOutput::Json).unwrap_err();
        assert_eq!(stop.exit, Exit::Withheld);
        let cluster = Cluster {
            tenants: Some(vec![Tenant {
                id: Some(1002),
                name: "t1".into(),
                mode: "MYSQL".into(),
                status: Status("NORMAL".into()),
                locked: false,
                primary_zone: "RANDOM".into(),
                locality: String::new(),
                ..Tenant::default()
            }]),
            ..Cluster::default()
        };
        let text = pane_of(&cluster, Pane::Tenants, ListOutput::Json).unwrap();
        assert!(text.contains(r#""id":1002"#), "{text}");
        assert_eq!(Address::new("h", 1).to_string(), "h:1");
    }
}
