//! The `OBProxy` of an agent: what refuses a request for it, and its DAGs.

use serde_json::Value;

use super::super::answer::{Answer, Refusal};
use super::super::engine::Draft;
use super::super::request::{Call, Fields, required};
use super::super::work::{ProxyStep, Work, good_port, proxy_draft};
use super::super::world::World;
use super::setup::{null, plain};

/// Directories of the simulated machines that have a `bin` and a `lib`, but no binary in it.
const DIRECTORIES: [&str; 1] = ["/data/obproxy"];

/// Where an `OBProxy` is installed: `/data/p1`, `/data/p2` and so on.
const INSTALLED: &str = "/data/p";

/// What is there but no directory.
const FILES: [&str; 2] = ["/etc/hostname", "/etc/passwd"];

/// The parameters that stand for a port where the port is absent, and its default.
const PORTS: [(&str, &str, i64); 3] = [
    ("sql_port", "listen_port", 2883),
    ("exporter_port", "prometheus_listen_port", 2884),
    ("rpc_port", "rpc_listen_port", 2885),
];

impl World {
    pub(super) fn proxy(
        &mut self,
        agent: usize,
        call: &Call,
        label: &str,
    ) -> Result<Answer, Box<Answer>> {
        let managed = self.agents.get(agent).is_some_and(|agent| agent.proxy);
        let deletes = call.request.method == "DELETE";
        if label == "obproxy/start" {
            // Whether there is one is only found out by its first node.
            let mut draft = Draft::new("Start obproxy")
                .node("Check obproxy status", agent, Work::ProxyCheck)
                .node("Start obproxy", agent, Work::ProxyStart);
            draft.maintenance = 1;
            draft.proxy = true;
            return Ok(self.created(agent, draft));
        }
        if label == "obproxy" && !deletes {
            return self.add_proxy(agent, call, managed);
        }
        if !managed {
            return if deletes {
                Ok(Answer::gone())
            } else {
                Err(null(not_managed()))
            };
        }
        let check = ("Check obproxy status", ProxyStep::Check);
        let stop = ("Stop obproxy", ProxyStep::Stop);
        if deletes {
            let nodes = [
                check,
                stop,
                ("Delete obproxy", ProxyStep::Forget),
                ("Clean obproxy dir", ProxyStep::Clean),
            ];
            return self.proxy_task(agent, "Delete obproxy", &nodes);
        }
        self.proxy_task(agent, "Stop obproxy", &[check, stop])
    }

    pub(super) fn proxy_task(
        &mut self,
        agent: usize,
        name: &str,
        nodes: &[(&str, ProxyStep)],
    ) -> Result<Answer, Box<Answer>> {
        let busy = self.stores.get(agent).is_some_and(|store| {
            let holds =
                |dag: &super::super::task::Dag| dag.proxy && dag.maintenance == 4 && dag.locks();
            store.dags.iter().any(holds)
        });
        if busy {
            return Err(null(Refusal::busy(&self.name(agent)).creating(name)));
        }
        Ok(self.created(agent, proxy_draft(name, agent, nodes)))
    }

    fn add_proxy(
        &mut self,
        agent: usize,
        call: &Call,
        managed: bool,
    ) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("AddObproxyParam").map_err(plain)?;
        let home = fields.text("home_path").map_err(plain)?;
        if home.is_empty() {
            required(&["AddObproxyParam.HomePath".to_owned()]).map_err(plain)?;
        }
        for (name, _, _) in PORTS {
            fields.number(name).map_err(plain)?;
        }
        if managed {
            return Err(null(Refusal::new(
                400,
                "OBProxy.AlreadyManaged",
                "Agent has already managed OBProxy",
            )));
        }
        home_of(&home).map_err(null)?;
        let command = self.command(agent, &fields, &home)?;
        let nodes = [
            ("Check obproxy status", ProxyStep::Check),
            ("Start obproxy", ProxyStep::First(command)),
            ("Set proxyro password for connect", ProxyStep::SetPassword),
            ("Persist obproxy info", ProxyStep::Persist),
        ];
        self.proxy_task(agent, "Add obproxy", &nodes)
    }

    fn command(&self, agent: usize, fields: &Fields, home: &str) -> Result<String, Box<Answer>> {
        let text = |name: &str| fields.maybe(name).map_err(plain);
        let (list, url) = (text("rs_list")?, text("config_url")?);
        let more = fields
            .strings("parameters")
            .map_err(plain)?
            .unwrap_or_default();
        if list.is_some() && url.is_some() {
            return Err(null(Refusal::new(
                400,
                "OBProxy.RsListAndConfigUrl.Conflicted",
                "rs_list and config_url cannot be specified at the same time",
            )));
        }
        let mut options = Vec::new();
        for (name, parameter, default) in PORTS {
            let asked = fields.get(name).and_then(Value::as_i64);
            let port = match (asked, more.get(parameter)) {
                (Some(port), _) => port.to_string(),
                (None, Some(text)) => text.clone(),
                (None, None) => default.to_string(),
            };
            if !good_port(&port) {
                let message = format!("The port '{port}' is invalid, must be in [1024, 65535]");
                return Err(null(Refusal::new(400, "Common.InvalidPort", message)));
            }
            options.push(format!("{parameter}={port}"));
        }
        let cluster = self
            .cluster_agent(agent)
            .ok()
            .and_then(|index| Some((index, self.clusters.get(index)?)));
        let servers = match (&list, &url, cluster) {
            (Some(list), ..) => list.clone(),
            (None, Some(_), _) => String::new(),
            (None, None, Some((index, _))) => {
                let each = self.servers(index).into_iter().filter_map(|server| {
                    let own = self.agents.get(server)?;
                    Some(format!("{}:{}", own.address.ip(), own.observer.sql_port))
                });
                each.collect::<Vec<_>>().join(";")
            }
            (None, None, None) => {
                return Err(null(Refusal::new(
                    400,
                    "OBProxy.RsListOrConfigUrl.NotSpecified",
                    "rs_list or config_url must be specified when agent is not cluster agent",
                )));
            }
        };
        if !text("proxyro_password")?.unwrap_or_default().is_empty() {
            check_servers(&servers).map_err(null)?;
        }
        options.push(format!("rootservice_list={servers}"));
        options.push(format!(
            "obproxy_config_server_url={}",
            url.unwrap_or_default()
        ));
        let extra = more
            .iter()
            .filter(|(key, _)| !PORTS.iter().any(|port| port.1 == *key));
        options.extend(extra.map(|(key, value)| format!("{key}={value}")));
        let name = text("name")?
            .map(|name| format!(" -n '{name}'"))
            .unwrap_or_default();
        let of = cluster
            .map(|(_, known)| known.name.clone())
            .unwrap_or_default();
        Ok(format!(
            "cd '{home}'; ./bin/obproxy -o '{}'{name} -c '{of}'",
            options.join(",")
        ))
    }
}

/// The simulated machines have `OBProxy` in `/data/p1` and the like, one that runs
/// already in `/data/pfull`, an old one in `/data/pold`, and nowhere else.
fn home_of(home: &str) -> Result<(), Refusal> {
    let refuse = |status, name, what: &str| {
        let message = format!("invalid obproxy home path: {what}");
        Err(Refusal::new(status, name, message))
    };
    match home.strip_prefix(INSTALLED) {
        Some("full") => {
            let what = format!("Directory '{home}/etc' is not empty");
            return refuse(500, "Common.DirNotEmpty", &what);
        }
        Some("old") => {
            let message =
                "OBProxy version 3.2.9.0-5 is lower than the minimum supported version 4.0.0";
            return Err(Refusal::new(400, "OBProxy.Version.NotSupported", message));
        }
        Some(rest) if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Ok(());
        }
        _ => {}
    }
    if DIRECTORIES.contains(&home) {
        return Err(Refusal::new(
            500,
            "Common.Unexpected",
            "fork/exec ./bin/obproxy: no such file or directory",
        ));
    }
    if FILES.contains(&home) {
        return refuse(
            400,
            "Common.PathNotDir",
            &format!("'{home}' is not a directory"),
        );
    }
    let what = if home == "/data" { "/data/lib" } else { home };
    refuse(
        400,
        "Common.PathNotExist",
        &format!("'{what}' does not exist"),
    )
}

fn not_managed() -> Refusal {
    Refusal::new(400, "OBProxy.NotBeManaged", "This is not an OBProxy agent")
}

/// The servers that are to be logged in to must be named by their addresses.
fn check_servers(list: &str) -> Result<(), Refusal> {
    for entry in list.split(';').filter(|entry| !entry.is_empty()) {
        let (ip, port) = entry.rsplit_once(':').unwrap_or((entry, "2881"));
        if ip
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_err()
        {
            // Only the part that looks like an address is named.
            let like = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
            let shown: String = ip.chars().filter(|c| like(*c)).collect();
            let message = format!("invalid observer info: '{shown}' is not a valid IP address");
            return Err(Refusal::new(400, "Common.InvalidIp", message));
        }
        if !good_port(port) {
            let message = format!(
                "invalid observer info: The port '{port}' is invalid, must be in [1024, 65535]"
            );
            return Err(Refusal::new(400, "Common.InvalidPort", message));
        }
    }
    Ok(())
}
