//! Packages and upgrades (`api/obshell.md §4.5, §4.6`).

use serde_json::{Map, json};

use super::change;
use crate::fleet::Address;
use crate::fleet::request::{Auth, Body, Effect, Method, Request};

/// What is upgraded, and to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// obshell itself, not the database.
    pub shell: bool,
    /// `4.3.5.2`.
    pub version: String,
    /// With its distribution: `102000042025040818.el7`.
    pub release: String,
    /// Where the agents unpack.
    pub dir: Option<String>,
}

impl Target {
    fn body(&self, dir: &str) -> Map<String, serde_json::Value> {
        let mut body = Map::new();
        body.insert("version".to_owned(), json!(self.version));
        body.insert("release".to_owned(), json!(self.release));
        if let Some(path) = &self.dir {
            body.insert(dir.to_owned(), json!(path));
        }
        body
    }

    fn named(&self, what: &str) -> String {
        format!("{what} {}-{}", self.version, self.release)
    }
}

/// How the database is upgraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeMode {
    /// Zone after zone; needs three.
    Rolling,
    /// All at once, with the service stopped.
    StopService,
}

/// `POST package`, for an `OBProxy` `POST obproxy/package`: a file of this machine.
/// Answers at once, without a task.
#[must_use]
pub fn package_upload(file: &str, proxy_of: Option<Option<&Address>>) -> Request {
    let (target, path, auth) = match proxy_of {
        Some(agent) => (agent, "/api/v1/obproxy/package", Auth::Agent),
        None => (None, "/api/v1/package", Auth::Root),
    };
    let body = Some(Body::File(file.to_owned()));
    Request {
        auth,
        makes: None,
        ..change(target, Method::Post, path, body, "")
    }
}

/// `DELETE upgrade/package/:id`.
#[must_use]
pub fn package_delete(id: i64) -> Request {
    let path = format!("/api/v1/upgrade/package/{id}");
    Request {
        makes: None,
        effect: Effect::Destroys,
        ..change(None, Method::Delete, &path, None, "")
    }
}

/// `POST ob/upgrade/check` or `agent/upgrade/check`: changes nothing but files.
#[must_use]
pub fn upgrade_check(target: &Target) -> Request {
    let (path, what) = if target.shell {
        ("/api/v1/agent/upgrade/check", "Upgrade check obshell")
    } else {
        ("/api/v1/ob/upgrade/check", "Upgrade check OB")
    };
    let body = Some(Body::Plain(target.body("upgradeDir").into()));
    change(None, Method::Post, path, body, &target.named(what))
}

/// `POST agent/upgrade`.
#[must_use]
pub fn upgrade_shell(target: &Target) -> Request {
    let body = Some(Body::Plain(target.body("upgradeDir").into()));
    let makes = target.named("Upgrade obshell");
    change(None, Method::Post, "/api/v1/agent/upgrade", body, &makes)
}

/// `POST ob/upgrade`.
#[must_use]
pub fn upgrade(target: &Target, mode: UpgradeMode, freeze_server: Option<bool>) -> Request {
    let mut body = target.body("upgradeDir");
    let (word, what) = match mode {
        UpgradeMode::Rolling => ("ROLLING", "OB rolling upgrade"),
        UpgradeMode::StopService => ("STOPSERVICE", "OB stop service upgrade"),
    };
    body.insert("mode".to_owned(), json!(word));
    if let Some(freeze) = freeze_server {
        body.insert("freeze_server".to_owned(), json!(freeze));
    }
    let body = Some(Body::Plain(body.into()));
    let makes = target.named(what);
    Request {
        effect: Effect::Destroys,
        ..change(None, Method::Post, "/api/v1/ob/upgrade", body, &makes)
    }
}

/// `POST obproxy/upgrade`.
#[must_use]
pub fn proxy_upgrade(agent: Option<&Address>, target: &Target) -> Request {
    let body = Some(Body::Plain(target.body("upgrade_dir").into()));
    let path = "/api/v1/obproxy/upgrade";
    Request {
        auth: Auth::Agent,
        ..change(agent, Method::Post, path, body, "Upgrade obproxy")
    }
}
