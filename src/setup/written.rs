//! A plan as the text of a plan file: what [`PlanFile::parse`] reads back equal.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::after::PORTS;
use super::{Plan, PlanFile, PlannedProxy, Sources};
use crate::config::Source;
use crate::fleet::change::NewProxy;

impl PlanFile {
    /// The text of the file. A secret that was typed is asked for again when
    /// the file is used: no password ever stands in it.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { plan, sources } = self;
        let mut out = String::from("version = 1\n\n[cluster]\n");
        cluster(&mut out, plan, sources);
        table(&mut out, "observer", &plan.observer);
        for (name, values) in &plan.zones {
            line(&mut out, "\n[[zone]]");
            pair(&mut out, "name", &text(name));
            table(&mut out, "zone.observer", values);
        }
        for server in &plan.servers {
            line(&mut out, "\n[[server]]");
            pair(&mut out, "agent", &text(&server.agent.to_string()));
            pair(&mut out, "zone", &text(&server.zone));
            if let Some(from) = sources.agents.get(&server.agent) {
                pair(&mut out, "agent_password", &source(from));
            }
            table(&mut out, "server.observer", &server.observer);
        }
        if let Some(from) = &sources.after_agent {
            line(&mut out, "\n[after]");
            pair(&mut out, "agent_password", &source(from));
        }
        for planned in &plan.proxies {
            line(&mut out, "\n[[after.obproxy]]");
            proxy(&mut out, planned);
        }
        out
    }
}

fn cluster(out: &mut String, plan: &Plan, sources: &Sources) {
    pair(out, "name", &text(&plan.name));
    pair(out, "id", &plan.id.to_string());
    match &sources.root {
        Some(from) => pair(out, "root_password", &source(from)),
        None => pair(out, "allow_empty_root_password", "true"),
    }
    if plan.create_proxyro_user {
        pair(out, "create_proxyro_user", "true");
        if let Some(from) = &sources.proxyro {
            pair(out, "proxyro_password", &source(from));
        }
    }
    if plan.import_script {
        pair(out, "import_script", "true");
    }
    if let Some(list) = &plan.rs_list {
        pair(out, "rs_list", &text(list));
    }
}

fn proxy(out: &mut String, planned: &PlannedProxy) {
    let NewProxy {
        home_path,
        name,
        rs_list,
        config_url,
        ports,
        parameters,
        ..
    } = &planned.proxy;
    pair(out, "agent", &text(&planned.agent.to_string()));
    pair(out, "home_path", &text(home_path));
    for (key, value) in [
        ("name", name),
        ("rs_list", rs_list),
        ("config_url", config_url),
    ] {
        if let Some(value) = value {
            pair(out, key, &text(value));
        }
    }
    for (key, port) in PORTS.into_iter().zip(ports) {
        if let Some(port) = port {
            pair(out, key, &port.to_string());
        }
    }
    table(out, "after.obproxy.parameters", parameters);
}

/// One line a parameter: the reader keeps the order of the lines.
fn table(out: &mut String, name: &str, values: &IndexMap<String, String>) {
    if values.is_empty() {
        return;
    }
    line(out, &format!("\n[{name}]"));
    for (key, value) in values {
        pair(out, &text(key), &text(value));
    }
}

fn source(source: &Source) -> String {
    match source {
        Source::Prompt | Source::Literal(_) => "{ prompt = true }".to_owned(),
        Source::Env(name) => format!("{{ env = {} }}", text(name)),
        Source::Command(words) => {
            let words: Vec<_> = words.iter().map(|word| text(word)).collect();
            format!("{{ command = [{}] }}", words.join(", "))
        }
        Source::Keyring(name) => format!("{{ keyring = {} }}", text(name)),
    }
}

/// A text in quotes, as TOML escapes it.
fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn pair(out: &mut String, key: &str, value: &str) {
    line(out, &format!("{key} = {value}"));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::base::Secret;
    use crate::fleet::Address;
    use crate::setup::PlannedServer;

    fn values() -> impl Strategy<Value = IndexMap<String, String>> {
        prop::collection::vec(("[a-z_ .]{1,8}_", "[^\r]{0,6}"), 0..4)
            .prop_map(|pairs| pairs.into_iter().collect())
    }

    fn sources() -> impl Strategy<Value = Option<Source>> {
        prop_oneof![
            Just(None),
            Just(Some(Source::Prompt)),
            "[^\r]{1,8}".prop_map(|name| Some(Source::Env(name))),
            "[^\r]{1,8}".prop_map(|name| Some(Source::Keyring(name))),
            prop::collection::vec("[^\r]{0,6}", 1..3)
                .prop_map(|words| Some(Source::Command(words))),
        ]
    }

    fn zone() -> impl Strategy<Value = String> {
        "[a-z0-9_.é初-]{1,6}"
    }

    prop_compose! {
        fn files()(
            name in "[^\r]{0,6}[a-z]",
            id in 1..i64::MAX,
            rs_list in prop::option::of("[^\r]{0,8}"),
            import_script: bool,
            create_proxyro_user: bool,
            observer in values(),
            zones in prop::collection::vec((zone(), values()), 0..3),
            servers in prop::collection::vec((zone(), values(), sources()), 0..4),
            proxies in prop::collection::vec((values(), prop::option::of("[^\r]{1,8}"), prop::option::of(1025..65535_i64)), 0..2),
            secrets in (sources(), sources(), sources()),
        ) -> PlanFile {
            let (root, proxyro, after_agent) = secrets;
            let mut sources = Sources { root, after_agent, ..Sources::default() };
            sources.proxyro = proxyro.filter(|_| create_proxyro_user);
            let servers: Vec<_> = servers.into_iter().enumerate().map(|(at, (zone, observer, own))| {
                let agent = Address::new(format!("10.0.0.{at}"), 2886);
                if let Some(own) = own {
                    sources.agents.insert(agent.clone(), own);
                }
                PlannedServer { agent, zone, observer }
            }).collect();
            let zones = zones.into_iter().collect();
            let proxy = |(at, (parameters, name, port))| PlannedProxy {
                agent: Address::new(format!("10.0.0.{at}"), 2886),
                proxy: NewProxy {
                    home_path: "/data/p1".to_owned(), ports: [port, None, None], name, parameters,
                    ..NewProxy::default()
                },
            };
            let proxies = proxies.into_iter().enumerate().map(proxy);
            let proxies = proxies.filter(|one| {
                servers.iter().any(|server: &PlannedServer| server.agent == one.agent)
                    && (sources.after_agent.is_some() || sources.agents.contains_key(&one.agent))
            }).collect();
            let plan = Plan {
                name, id, rs_list, import_script, create_proxyro_user, observer, zones, servers, proxies,
            };
            PlanFile { plan, sources }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_equal(file in files()) {
            let text = file.text();
            if file.plan.servers.is_empty() {
                return Ok(());
            }
            let read = PlanFile::parse(Path::new("plan.toml"), &text, Some(0o644));
            match read {
                Ok(read) => prop_assert_eq!(read, file, "{}", text),
                Err(error) => prop_assert!(false, "{error}\n{text}"),
            }
        }
    }

    #[test]
    fn a_typed_password_is_not_written() {
        let server = PlannedServer {
            agent: Address::new("10.0.0.5", 2886),
            zone: "zone1".to_owned(),
            observer: IndexMap::new(),
        };
        let file = PlanFile {
            plan: Plan {
                name: "prod".to_owned(),
                id: 1,
                servers: vec![server],
                ..Plan::default()
            },
            sources: Sources {
                root: Some(Source::Literal(Secret::new("aA1!bB2@"))),
                ..Sources::default()
            },
        };
        let text = file.text();
        assert!(!text.contains("aA1!"), "{text}");
        let read = PlanFile::parse(Path::new("plan.toml"), &text, None).unwrap();
        assert_eq!(read.sources.root, Some(Source::Prompt));
    }
}
