//! Changes of the `OBProxy` that an agent manages (`api/obshell.md §4.5`). They
//! act on the agent that receives them and want its agent password.

use indexmap::IndexMap;
use serde_json::json;

use super::change;
use crate::base::Secret;
use crate::fleet::Address;
use crate::fleet::request::{Auth, Body, Effect, Method, Request};

/// What an `OBProxy` is told when it is added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewProxy {
    /// Its directory, with `bin` and `lib` inside.
    pub home_path: String,
    /// Its app name.
    pub name: Option<String>,
    /// `ip:sqlport;…`, with SQL ports.
    pub rs_list: Option<String>,
    /// Where it reads its cluster from instead.
    pub config_url: Option<String>,
    /// Password of proxyro.
    pub proxyro_password: Option<Secret>,
    /// Password of its own administrator.
    pub obproxy_sys_password: Option<Secret>,
    /// SQL port, exporter port, RPC port.
    pub ports: [Option<i64>; 3],
    /// Parameters of its own.
    pub parameters: IndexMap<String, String>,
}

/// What is done with the `OBProxy` that an agent has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyDeed {
    /// Starts it.
    Start,
    /// Stops it.
    Stop,
    /// Stops it and takes it away with its directory.
    Delete,
}

/// `POST obproxy`.
#[must_use]
pub fn proxy_add(agent: Option<&Address>, proxy: &NewProxy) -> Request {
    let mut body = vec![("home_path".to_owned(), Body::Plain(json!(proxy.home_path)))];
    let mut put = |name: &str, value: Option<Body>| {
        if let Some(value) = value {
            body.push((name.to_owned(), value));
        }
    };
    let plain = |text: &Option<String>| text.as_ref().map(|text| Body::Plain(json!(text)));
    let hidden = |secret: &Option<Secret>| secret.clone().map(Body::Secret);
    put("rs_list", plain(&proxy.rs_list));
    put("config_url", plain(&proxy.config_url));
    put("proxyro_password", hidden(&proxy.proxyro_password));
    put("obproxy_sys_password", hidden(&proxy.obproxy_sys_password));
    put("name", plain(&proxy.name));
    let names = ["sql_port", "exporter_port", "rpc_port"];
    for (name, port) in names.into_iter().zip(proxy.ports) {
        put(name, port.map(|port| Body::Plain(json!(port))));
    }
    let parameters = (!proxy.parameters.is_empty()).then(|| Body::Plain(json!(proxy.parameters)));
    put("parameters", parameters);
    of_proxy(change(
        agent,
        Method::Post,
        "/api/v1/obproxy",
        Some(Body::Map(body)),
        "Add obproxy",
    ))
}

/// `POST obproxy/start`, `POST obproxy/stop`, `DELETE obproxy`.
#[must_use]
pub fn proxy(agent: Option<&Address>, deed: ProxyDeed) -> Request {
    let (method, path, makes) = match deed {
        ProxyDeed::Start => (Method::Post, "/api/v1/obproxy/start", "Start obproxy"),
        ProxyDeed::Stop => (Method::Post, "/api/v1/obproxy/stop", "Stop obproxy"),
        ProxyDeed::Delete => (Method::Delete, "/api/v1/obproxy", "Delete obproxy"),
    };
    let request = of_proxy(change(agent, method, path, None, makes));
    if deed == ProxyDeed::Start {
        return request;
    }
    Request {
        effect: Effect::Destroys,
        ..request
    }
}

fn of_proxy(request: Request) -> Request {
    Request {
        auth: Auth::Agent,
        ..request
    }
}
