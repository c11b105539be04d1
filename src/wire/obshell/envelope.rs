//! The envelope of every answer (`api/obshell.md §1.3`): lenient where agents
//! differ, strict where leniency would lie.

use jiff::Timestamp;
use rust_i18n::t;
use serde_json::{Map, Value};

use super::errors;
use crate::wire::clean as text;

/// A good answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// HTTP status; 204 has no data.
    pub status: u16,
    /// `data`, `Null` where there is none.
    pub data: Value,
    /// Trace id that the agent used; empty for `/api/v1/status`.
    pub trace: String,
    /// The agent's clock when it answered.
    pub at: Option<Timestamp>,
}

/// A refusal in the server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `Agent.UnderMaintenance`; the legacy number (`1002`) of agents before
    /// 4.3.1; empty where the agent gave neither.
    pub code: String,
    /// The legacy number, where there is one beside or instead of the code.
    pub legacy: Option<i64>,
    /// The server's message, cleaned, lines kept.
    pub message: String,
    /// Its sub-errors, one sentence each.
    pub details: Vec<String>,
    /// Trace id.
    pub trace: String,
    /// The agent's clock. Never of a 500: after a panic it is the agent's start (§14.2).
    pub at: Option<Timestamp>,
}

/// Something that is no answer of an agent. Displays as a sentence that names what and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// A web page.
    #[error("{}", t!("a web page (HTML) came instead of JSON, status %{status}", status = .status))]
    Html {
        /// HTTP status.
        status: u16,
    },
    /// No byte.
    #[error("{}", t!("the answer is empty, status %{status}", status = .status))]
    Empty {
        /// HTTP status.
        status: u16,
    },
    /// The JSON stops too early.
    #[error("{}", t!("the answer stops after %{bytes} bytes, in the middle of its JSON", bytes = .bytes))]
    Truncated {
        /// How much came.
        bytes: usize,
    },
    /// No JSON.
    #[error("{}", t!("the answer is not JSON (line %{line}, column %{column}): %{reason}", line = .line, column = .column, reason = .reason))]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// JSON without the envelope.
    #[error("{}", t!("the answer has no envelope of obshell, status %{status}: %{found}", status = .status, found = .found))]
    NoEnvelope {
        /// HTTP status.
        status: u16,
        /// What it is instead.
        found: String,
    },
    /// A value of the wrong type.
    #[error("{}", t!("%{path} is %{found}, not %{wanted}", path = .path, found = .found, wanted = .wanted))]
    Shape {
        /// Where: `data.nodes[2].state`.
        path: String,
        /// What stands there.
        found: &'static str,
        /// What should.
        wanted: &'static str,
    },
}

/// Why bytes are no good answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The agent refused.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// It is no answer of an agent.
    #[error(transparent)]
    Garbled(#[from] Garbled),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.message)
    }
}

impl Refusal {
    /// One line of ours for this code; empty where we have none.
    #[must_use]
    pub fn advice(&self) -> String {
        errors::advice(&self.name()).into_owned()
    }

    /// The dotted code; for an agent before 4.3.1 the one that a newer agent would have given.
    #[must_use]
    pub fn name(&self) -> String {
        if self.code.contains('.') {
            return self.code.clone();
        }
        errors::legacy(self.legacy, &self.message)
            .map_or_else(|| self.code.clone(), ToOwned::to_owned)
    }
}

/// Reads an answer: status, `Content-Type` and body as they came.
pub fn read(status: u16, content_type: Option<&str>, body: &[u8]) -> Result<Answer, Fault> {
    if status == 204 {
        return Ok(Answer {
            status,
            ..Answer::default()
        });
    }
    let start = body.trim_ascii_start();
    if start.is_empty() {
        return Err(Garbled::Empty { status }.into());
    }
    let html = content_type.is_some_and(|kind| kind.trim_start().starts_with("text/html"));
    if html || start[0] == b'<' {
        return Err(Garbled::Html { status }.into());
    }
    let mut envelope = match json(body)? {
        Value::Object(envelope) if is_envelope(&envelope) => envelope,
        other => {
            let found = describe(&other);
            return Err(Garbled::NoEnvelope { status, found }.into());
        }
    };
    let trace = match envelope.get("traceId") {
        Some(Value::String(trace)) => text::line(trace),
        _ => String::new(),
    };
    let at = envelope
        .get("timestamp")
        .and_then(Value::as_str)
        .and_then(|at| at.parse().ok())
        .filter(|_| status != 500);
    let error = envelope.get_mut("error").map(Value::take);
    let failed = envelope.get("successful") == Some(&Value::Bool(false));
    match error {
        None | Some(Value::Null) if !failed && status < 400 => Ok(Answer {
            status,
            data: envelope
                .get_mut("data")
                .map(Value::take)
                .unwrap_or_default(),
            trace,
            at,
        }),
        error => {
            let refusal = refusal(status, error.unwrap_or_default(), trace, at)?;
            Err(Fault::Refused(Box::new(refusal)))
        }
    }
}

/// Parses bytes as one JSON value and says where they are none.
pub fn json(body: &[u8]) -> Result<Value, Garbled> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            return Garbled::Truncated { bytes: body.len() };
        }
        Garbled::Syntax {
            line: error.line(),
            column: error.column(),
            reason: text::line(&error.to_string()),
        }
    })
}

fn is_envelope(value: &Map<String, Value>) -> bool {
    value.contains_key("successful")
        || (value.contains_key("status") && value.contains_key("timestamp"))
}

fn describe(value: &Value) -> String {
    match value {
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let keys: Vec<_> = map.keys().take(5).map(|key| text::line(key)).collect();
            format!("{{{}}}", keys.join(", "))
        }
        other => kind(other).to_owned(),
    }
}

/// What a value is, for a sentence.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn refusal(
    status: u16,
    error: Value,
    trace: String,
    at: Option<Timestamp>,
) -> Result<Refusal, Garbled> {
    let mut refusal = Refusal {
        status,
        code: String::new(),
        legacy: None,
        message: String::new(),
        details: Vec::new(),
        trace,
        at,
    };
    match error {
        Value::Null => {
            refusal.message = t!("the agent gave no reason").into_owned();
        }
        Value::String(message) => refusal.message = text::lines(&message),
        Value::Object(error) => {
            refusal.legacy = error.get("code").and_then(Value::as_i64);
            refusal.code = match error.get("errCode") {
                Some(Value::String(code)) => text::line(code),
                _ => refusal
                    .legacy
                    .map(|code| code.to_string())
                    .unwrap_or_default(),
            };
            if let Some(Value::String(message)) = error.get("message") {
                refusal.message = text::lines(message);
            }
            if let Some(Value::Array(details)) = error.get("subErrors") {
                refusal.details = details.iter().map(detail).collect();
            }
        }
        other => {
            return Err(Garbled::Shape {
                path: "error".to_owned(),
                found: kind(&other),
                wanted: "an object",
            });
        }
    }
    Ok(refusal)
}

/// One of `subErrors`: `{tag,field,message}` or `{error}`.
fn detail(value: &Value) -> String {
    let part = |name: &str| value.get(name).and_then(Value::as_str).map(text::line);
    match (part("field"), part("message").or_else(|| part("error"))) {
        (Some(field), Some(message)) => format!("{field}: {message}"),
        (None, Some(message)) => message,
        (Some(field), None) => field,
        (None, None) => text::line(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> Refusal {
        match read(400, Some("application/json"), body.as_bytes()) {
            Err(Fault::Refused(refusal)) => *refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_204_needs_no_body() {
        let answer = read(204, Some("application/json"), b"").unwrap();
        assert_eq!((answer.status, answer.data), (204, Value::Null));
    }

    #[test]
    fn null_data_beside_an_error_is_a_refusal() {
        let refusal = refused(
            r#"{"successful":false,"status":400,"timestamp":"2026-11-21T01:09:39.1Z","traceId":"t1","data":null,
                "error":{"errCode":"Common.BindJsonFailed","message":"one\ntwo\u001b[31m","subErrors":[{"error":"x"},{"field":"F","tag":"t","message":"m"}]}}"#,
        );
        assert_eq!(refusal.code, "Common.BindJsonFailed");
        assert_eq!(refusal.message.lines().count(), 2);
        assert!(!refusal.message.contains('\u{1b}'));
        assert_eq!(refusal.details, ["x", "F: m"]);
        assert_eq!(refusal.trace, "t1");
        assert!(refusal.at.is_some());
    }

    #[test]
    fn the_clock_of_a_500_is_not_believed() {
        let body = br#"{"successful":false,"timestamp":"2026-11-21T01:07:52.9Z","status":500,"error":{"errCode":"Common.Unexpected","message":"m"}}"#;
        let Err(Fault::Refused(refusal)) = read(500, None, body) else {
            panic!("no refusal");
        };
        assert_eq!(refusal.at, None);
    }

    #[test]
    fn what_is_no_answer_is_named() {
        let garbled = |status, kind, body: &str| match read(status, kind, body.as_bytes()) {
            Err(Fault::Garbled(garbled)) => garbled,
            other => panic!("{other:?}"),
        };
        let html = garbled(200, Some("text/html; charset=utf-8"), "<html></html>");
        assert_eq!(html, Garbled::Html { status: 200 });
        assert_eq!(garbled(502, None, " <html>"), Garbled::Html { status: 502 });
        assert_eq!(garbled(200, None, " "), Garbled::Empty { status: 200 });
        assert_eq!(
            garbled(200, None, r#"{"successful":true,"data":{"a"#),
            Garbled::Truncated { bytes: 29 }
        );
        assert!(matches!(
            garbled(200, None, r#"{"successful":tru}"#),
            Garbled::Syntax { line: 1, .. }
        ));
        assert_eq!(
            garbled(200, None, r#"{"commitId":"x"}"#).to_string(),
            "the answer has no envelope of obshell, status 200: {commitId}"
        );
    }
}
