//! `--record FILE`: each exchange as one JSON line, in the shape that
//! `obdeck view` reads. Secrets are removed on the way.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::observe::{Answer, Asking, Observer};
use crate::base::Secret;
use crate::fleet::request::Auth;

/// Shorter secrets are not searched for in texts: `1` would blank half of a log.
pub(super) const SHORTEST: usize = 4;

/// Writes exchanges to a file.
#[derive(Debug)]
pub struct Recorder {
    out: Mutex<File>,
    hidden: Mutex<Vec<Secret>>,
}

impl Recorder {
    /// Appends to the file, which only its owner can read.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            out: Mutex::new(open_private(path)?),
            hidden: Mutex::new(Vec::new()),
        })
    }

    /// Replaces this text by `***` wherever it turns up: servers put passwords
    /// into logs.
    pub fn hide(&self, secret: &Secret) {
        if secret.reveal().len() >= SHORTEST {
            let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
            if !hidden.contains(secret) {
                hidden.push(secret.clone());
            }
        }
    }

    fn clean(&self, value: &Value) -> Value {
        let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        masked(value, &hidden)
    }
}

impl Observer for Recorder {
    fn carries(&self, secret: &Secret) {
        self.hide(secret);
    }

    fn exchange(&self, asking: &Asking, answer: &Answer) {
        let response = match answer {
            Answer::Http {
                status,
                content_type,
                body,
            } => json!({"status": status, "content_type": content_type, "body": self.clean(body)}),
            Answer::Nothing(reason) => json!({"error": self.clean(&Value::String(reason.clone()))}),
        };
        let line = json!({
            "at": asking.at.to_string(),
            "request": {
                "endpoint": asking.endpoint,
                "method": asking.method,
                "path": asking.path,
                "auth": auth_word(asking.auth),
                "trace": asking.trace,
                "body": asking.body.as_ref().map(|body| self.clean(body)),
            },
            "response": response,
        });
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = out.write_all(format!("{line}\n").as_bytes()) {
            tracing::warn!("cannot record an exchange: {error}");
        }
    }
}

/// The words of the captures.
pub(super) fn auth_word(auth: Auth) -> &'static str {
    match auth {
        Auth::Open => "none",
        Auth::Root => "ob",
        Auth::Agent => "agent",
    }
}

/// Opens a file for appending that only its owner can read.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    let mut mode = file.metadata()?.permissions();
    if file.metadata()?.is_file() && mode.mode() & 0o077 != 0 {
        mode.set_mode(0o600);
        file.set_permissions(mode)?;
    }
    Ok(file)
}

/// A copy without secrets: texts under a name that says so, and the known ones
/// wherever they stand.
pub(super) fn masked(value: &Value, hidden: &[Secret]) -> Value {
    match value {
        Value::String(text) => Value::String(blanked(text, hidden)),
        Value::Array(items) => items.iter().map(|item| masked(item, hidden)).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, item)| {
                let item = match item {
                    Value::String(text) if is_secret_name(key) && !text.is_empty() => "***".into(),
                    Value::Number(_) if is_secret_name(key) => "***".into(),
                    other => masked(other, hidden),
                };
                (key.clone(), item)
            })
            .collect(),
        other => other.clone(),
    }
}

fn blanked(text: &str, hidden: &[Secret]) -> String {
    hidden.iter().fold(text.to_owned(), |text, secret| {
        if text.contains(secret.reveal()) {
            text.replace(secret.reveal(), "***")
        } else {
            text
        }
    })
}

fn is_secret_name(key: &str) -> bool {
    let key: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    [
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "sessionid",
        "privatekey",
    ]
    .iter()
    .any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use jiff::Timestamp;

    use super::*;

    fn asking() -> Asking {
        Asking {
            at: Timestamp::UNIX_EPOCH,
            endpoint: "10.0.0.5:2886".into(),
            method: "POST",
            path: "/api/v1/agent/join".into(),
            auth: Auth::Root,
            body: Some(json!({"zoneName": "zone1", "masterPassword": "***"})),
            trace: "t-1".into(),
        }
    }

    #[test]
    fn a_line_is_an_exchange_without_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.jsonl");
        std::fs::write(&path, "").unwrap();
        let recorder = Recorder::open(&path).unwrap();
        recorder.hide(&Secret::new("aA1!bB2@"));
        recorder.hide(&Secret::new("1"));
        let body = json!({"data": {"logs": ["login with aA1!bB2@ at 10:11"], "rootPwd": "x", "token": 7, "security": true, "password": ""}});
        let answer = Answer::Http {
            status: 200,
            content_type: "application/json".into(),
            body,
        };
        recorder.exchange(&asking(), &answer);
        recorder.exchange(&asking(), &Answer::Nothing("connection reset".into()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("aA1!"), "{text}");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["request"]["auth"], "ob");
        assert_eq!(lines[0]["request"]["body"]["zoneName"], "zone1");
        let data = &lines[0]["response"]["body"]["data"];
        assert_eq!(data["logs"][0], "login with *** at 10:11");
        assert_eq!(data["rootPwd"], "***");
        assert_eq!(data["token"], "***");
        assert_eq!(data["security"], true);
        assert_eq!(data["password"], "");
        assert_eq!(lines[1]["response"]["error"], "connection reset");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
