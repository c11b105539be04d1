//! A request as it came, and the fields of its body.

use serde_json::{Map, Value};

use super::answer::Refusal;
use super::keys::Claims;
use super::parcel::Parcel;

/// A request before anything is opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query as sent.
    pub(super) uri: String,
    pub(super) root_header: Option<String>,
    pub(super) agent_header: Option<String>,
    /// The header of agents before 4.2.3.
    pub(super) first_header: Option<String>,
    pub(super) trace: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) chinese: bool,
    /// It came over the agent's socket: the kernel says who asks.
    pub(super) local: bool,
    /// A form of several parts that came instead of a body.
    pub(super) parcel: Option<Parcel>,
    /// `X-OCS-File-SHA256`, sealed.
    pub(super) file_sha: Option<String>,
}

impl Request {
    pub(super) fn path(&self) -> &str {
        self.uri
            .split_once('?')
            .map_or(self.uri.as_str(), |(path, _)| path)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.uri.split_once('?')?;
        query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then_some(value)
        })
    }

    /// The words of the path after `/api/v1/`.
    pub(super) fn words(&self) -> Vec<&str> {
        self.path()
            .strip_prefix("/api/v1/")
            .unwrap_or_default()
            .split('/')
            .collect()
    }
}

/// A request after its seals are open.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) request: Request,
    pub(super) claims: Option<Claims>,
    /// The agent header was there, and wins.
    pub(super) by_agent_password: bool,
    pub(super) body: Vec<u8>,
    /// The follower that sent it on.
    pub(super) forwarded: Option<usize>,
}

impl Call {
    /// `show_details`, as Go reads a bool; `None` is the nil that the agent falls over.
    pub(super) fn details(&self) -> Option<bool> {
        match self.request.query("show_details") {
            None | Some("1" | "t" | "T" | "TRUE" | "true" | "True") => Some(true),
            Some("0" | "f" | "F" | "FALSE" | "false" | "False") => Some(false),
            Some(_) => None,
        }
    }

    pub(super) fn fields(&self, kind: &'static str) -> Result<Fields, Refusal> {
        let value: Value = if self.body.is_empty() {
            Value::Object(Map::new())
        } else {
            serde_json::from_slice(&self.body)
                .map_err(|error| Refusal::bind(&format!("invalid character in body: {error}")))?
        };
        match value {
            Value::Object(map) => Ok(Fields {
                kind,
                path: String::new(),
                map,
            }),
            Value::Null => Ok(Fields {
                kind,
                path: String::new(),
                map: Map::new(),
            }),
            other => Err(Refusal::bind(&format!(
                "json: cannot unmarshal {} into Go value of type param.{kind}",
                go_type(&other)
            ))),
        }
    }
}

/// An object of a body; names are matched as Go does, without regard to case.
pub(super) struct Fields {
    kind: &'static str,
    path: String,
    map: Map<String, Value>,
}

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.map
            .get(name)
            .or_else(|| {
                self.map
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            })
            .filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, value: &Value, wanted: &str) -> Refusal {
        let Self { kind, path, .. } = self;
        Refusal::bind(&format!(
            "json: cannot unmarshal {} into Go struct field {kind}.{path}{name} of type {wanted}",
            go_type(value)
        ))
    }

    /// A string, empty if absent.
    pub(super) fn text(&self, name: &str) -> Result<String, Refusal> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Err(self.wrong(name, other, "string")),
        }
    }

    /// A string, if there is one.
    pub(super) fn maybe(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    /// A number, 0 if absent.
    pub(super) fn number(&self, name: &str) -> Result<i64, Refusal> {
        match self.get(name) {
            None => Ok(0),
            Some(value) => value.as_i64().ok_or_else(|| self.wrong(name, value, "int")),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(name, other, "bool")),
        }
    }

    /// An object inside, empty if absent.
    pub(super) fn inner(&self, name: &str) -> Result<Self, Refusal> {
        let path = format!("{}{name}.", self.path);
        match self.get(name) {
            None => Ok(Self {
                kind: self.kind,
                path,
                map: Map::new(),
            }),
            Some(Value::Object(map)) => Ok(Self {
                kind: self.kind,
                path,
                map: map.clone(),
            }),
            Some(other) => Err(self.wrong(name, other, "struct")),
        }
    }

    /// A map of strings, if there is one.
    pub(super) fn strings(
        &self,
        name: &str,
    ) -> Result<Option<indexmap::IndexMap<String, String>>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let Value::Object(map) = value else {
            return Err(self.wrong(name, value, "map[string]string"));
        };
        map.iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                other => Err(self.wrong(name, other, "string")),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A list of strings, empty if absent.
    pub(super) fn list(&self, name: &str) -> Result<Vec<String>, Refusal> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    other => Err(self.wrong(name, other, "string")),
                })
                .collect(),
            Some(other) => Err(self.wrong(name, other, "[]string")),
        }
    }
}

/// The validator's message for fields that are missing, one a line.
pub(super) fn required(missing: &[String]) -> Result<(), Refusal> {
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing
        .iter()
        .map(|name| {
            let field = name.rsplit('.').next().unwrap_or_default();
            format!(
                "Key: '{name}' Error:Field validation for '{field}' failed on the 'required' tag"
            )
        })
        .collect();
    Err(Refusal::bind(&lines.join("\n")))
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => "null",
    }
}
