//! The `OBProxy` that an agent manages; at most one an agent.

use rust_i18n::t;

use super::checks;
use super::read::{maybe, maybe_address, number, pairs, secret, text};
use super::table::{Entry, Field, FieldError, Form, Given, Kind};
use crate::fleet::change::{self, NewProxy, ProxyDeed};
use crate::fleet::request::Request;

pub(super) const AGENT: Field = Field::new(
    "agent",
    "Agent",
    Kind::Address,
    "The agent that manages it; empty: the one that obdeck is connected to. It needs an agent password.",
);

const PORT_NAMES: [&str; 3] = ["sql_port", "exporter_port", "rpc_port"];

/// Parameters that hold a port of an `OBProxy`.
const PORT_PARAMETERS: [&str; 3] = ["listen_port", "prometheus_listen_port", "rpc_listen_port"];

/// `obproxy` posted.
pub const PROXY_ADD: Form = Form::new(
    "proxy-add",
    "Add an OBProxy",
    "Starts an OBProxy on the host of an agent and lets the agent manage it.",
    &[
        AGENT,
        Field::new(
            "home_path",
            "Home",
            Kind::Text,
            "Its directory on that host: bin and lib inside, etc absent or empty.",
        )
        .required()
        .checked(absolute),
        Field::new("name", "Name", Kind::Text, "Its app name; may be empty."),
        Field::new(
            "sql_port",
            "SQL port",
            Kind::Number,
            "For clients; 2883 when empty.",
        )
        .checked(checks::port),
        Field::new(
            "exporter_port",
            "Exporter port",
            Kind::Number,
            "For Prometheus; 2884 when empty.",
        )
        .checked(checks::port),
        Field::new("rpc_port", "RPC port", Kind::Number, "2885 when empty.").checked(checks::port),
        Field::new(
            "rs_list",
            "Servers",
            Kind::Text,
            "ip:sql_port with semicolons between. Empty on an agent of a cluster: its own servers.",
        ),
        Field::new(
            "config_url",
            "Config URL",
            Kind::Text,
            "Where it reads its servers from, instead of a list.",
        ),
        Field::new(
            "proxyro_password",
            "Password of proxyro",
            Kind::Password,
            "The user that OBProxy logs in with; the agent tries it.",
        ),
        Field::new(
            "obproxy_sys_password",
            "Its administrator's password",
            Kind::Password,
            "Password of root@proxysys.",
        ),
        Field::new(
            "parameters",
            "Parameters",
            Kind::Pairs,
            "Parameters of OBProxy: proxy_mem_limited=2G, with commas between.",
        )
        .checked(parameters),
    ],
    |given| {
        let agent = maybe_address(given, "agent")?;
        let proxy = NewProxy {
            home_path: text(given, "home_path").to_owned(),
            name: maybe(given, "name").map(str::to_owned),
            rs_list: maybe(given, "rs_list").map(str::to_owned),
            config_url: maybe(given, "config_url").map(str::to_owned),
            proxyro_password: secret(given, "proxyro_password").cloned(),
            obproxy_sys_password: secret(given, "obproxy_sys_password").cloned(),
            ports: PORT_NAMES.map(|name| number(given, name)),
            parameters: pairs(given, "parameters"),
        };
        Ok(change::proxy_add(agent.as_ref(), &proxy))
    },
    |given, _| {
        words(given, &t!("Add OBProxy"), |agent| {
            t!("Add OBProxy on %{agent}", agent = agent).into_owned()
        })
    },
)
.across(|given| {
    let mut wrong = Vec::new();
    if maybe(given, "rs_list").is_some() && maybe(given, "config_url").is_some() {
        let text = t!("a list of servers or a URL, not both");
        wrong.push(FieldError::at("config_url", text));
    }
    let defaults = [2883, 2884, 2885];
    let port = |at: usize| number(given, PORT_NAMES[at]).unwrap_or(defaults[at]);
    for (at, before) in [(1, 0), (2, 0), (2, 1)] {
        if port(at) == port(before) {
            let text = t!(
                "port %{port} is the %{other} already",
                port = port(at),
                other = PORT_NAMES[before]
            );
            wrong.push(FieldError::at(PORT_NAMES[at], text));
        }
    }
    wrong
});

/// `obproxy/start`.
pub const PROXY_START: Form = Form::new(
    "proxy-start",
    "Start the OBProxy",
    "Starts the OBProxy that an agent manages.",
    &[AGENT],
    |given| deed(given, ProxyDeed::Start),
    |given, _| {
        words(given, &t!("Start OBProxy"), |agent| {
            t!("Start OBProxy on %{agent}", agent = agent).into_owned()
        })
    },
)
.before(|given, cluster| {
    // The server makes a task that can only fail.
    let Ok(Some(agent)) = maybe_address(given, "agent") else {
        return Vec::new();
    };
    let known = cluster.agents.iter().find(|known| known.address == agent);
    if known.and_then(|known| known.has_proxy) == Some(false) {
        return vec![
            t!(
                "%{agent} manages no OBProxy: this can only fail",
                agent = agent
            )
            .into_owned(),
        ];
    }
    Vec::new()
});

/// `obproxy/stop`.
pub const PROXY_STOP: Form = Form::new(
    "proxy-stop",
    "Stop the OBProxy",
    "Stops the OBProxy that an agent manages; its clients lose their connections.",
    &[AGENT],
    |given| deed(given, ProxyDeed::Stop),
    |given, _| {
        words(given, &t!("Stop OBProxy"), |agent| {
            t!("Stop OBProxy on %{agent}", agent = agent).into_owned()
        })
    },
);

/// `obproxy` deleted.
pub const PROXY_DELETE: Form = Form::new(
    "proxy-delete",
    "Delete the OBProxy",
    "Stops the OBProxy that an agent manages, and clears its directory.",
    &[AGENT],
    |given| deed(given, ProxyDeed::Delete),
    |given, _| {
        words(given, &t!("Delete OBProxy"), |agent| {
            t!("Delete OBProxy on %{agent}", agent = agent).into_owned()
        })
    },
);

fn deed(given: &Given, deed: ProxyDeed) -> Result<Request, Vec<FieldError>> {
    let agent = maybe_address(given, "agent")?;
    Ok(change::proxy(agent.as_ref(), deed))
}

fn words(given: &Given, bare: &str, on: fn(&str) -> String) -> String {
    match text(given, "agent") {
        "" => bare.to_owned(),
        agent => on(agent),
    }
}

fn absolute(entry: &Entry, _: &Given) -> Result<(), String> {
    if entry.text().unwrap_or_default().starts_with('/') {
        return Ok(());
    }
    Err(t!("must be an absolute path, such as /data/obproxy").into_owned())
}

fn parameters(entry: &Entry, given: &Given) -> Result<(), String> {
    let Entry::Pairs(pairs) = entry else {
        return Ok(());
    };
    for key in PORT_PARAMETERS {
        if let Some(value) = pairs.get(key) {
            checks::port(&Entry::Text(value.clone()), given)
                .map_err(|why| format!("{key}: {why}"))?;
        }
    }
    Ok(())
}
