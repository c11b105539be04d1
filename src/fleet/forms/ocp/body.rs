//! What the forms of a platform share: ids, ports, lists, requests.

use rust_i18n::t;
use serde_json::{Value, json};

use crate::fleet::forms::read::text;
use crate::fleet::forms::table::{Entry, Field, FieldError, Given, Kind, Offered};
use crate::fleet::request::{Auth, Body, Effect, Method, Request};

/// The cluster that a form is about.
pub(super) const CLUSTER: Field = Field::new(
    "clusterId",
    "Cluster",
    Kind::Number,
    "The platform's id of the cluster: `get cluster` and the overview show it.",
)
.required()
.also(&["cluster"])
.offering(Offered::Clusters);

/// The words of a list.
pub(super) fn words<'a>(given: &'a Given, field: &str) -> Vec<&'a str> {
    let words = text(given, field).split([',', ' ']).map(str::trim);
    words.filter(|word| !word.is_empty()).collect()
}

/// The numbers of a list that has passed [`ids`].
pub(super) fn numbers(given: &Given, field: &str) -> Vec<i64> {
    let words = words(given, field).into_iter();
    words.filter_map(|word| word.parse().ok()).collect()
}

/// A list of ids, each once.
pub(super) fn ids(entry: &Entry, _: &Given) -> Result<(), String> {
    let mut seen = Vec::new();
    let words = entry.text().unwrap_or_default().split([',', ' ']);
    for word in words.map(str::trim).filter(|word| !word.is_empty()) {
        match word.parse::<i64>() {
            Ok(id) if id > 0 => {
                if seen.contains(&id) {
                    return Err(t!("%{id} stands there twice", id = id).into_owned());
                }
                seen.push(id);
            }
            _ => return Err(t!("`%{text}` is no id; ids are numbers", text = word).into_owned()),
        }
    }
    Ok(())
}

/// A number that the request cannot do without.
pub(super) fn id(given: &Given, field: &str) -> Result<String, Vec<FieldError>> {
    let typed = text(given, field);
    if typed.is_empty() {
        return Err(vec![FieldError::at(field, t!("needs a value"))]);
    }
    Ok(segment(typed))
}

/// A text as a part of a path: what is signed is what is sent.
pub(super) fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    let dots = matches!(text, "." | "..");
    text.bytes().fold(String::new(), |mut path, byte| {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
        if plain || (byte == b'.' && !dots) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

/// `[{name, value}]`, as a platform takes parameters.
pub(super) fn parameters(given: &Given, field: &str) -> Vec<Value> {
    match given.get(field) {
        Some(Entry::Pairs(pairs)) => pairs
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect(),
        _ => Vec::new(),
    }
}

// The signature is that of a form's request.
#[allow(clippy::unnecessary_wraps)]
/// A change; `makes` is the task by which a lost answer is looked for.
pub(super) fn change(
    method: Method,
    path: String,
    body: Option<Value>,
    makes: &str,
) -> Result<Request, Vec<FieldError>> {
    Ok(Request {
        target: None,
        method,
        path,
        body: body.map(Body::Plain),
        auth: Auth::Root,
        effect: Effect::Changes,
        makes: Some(makes.to_owned()),
        first: None,
    })
}

/// A change that takes something away.
pub(super) fn destroy(
    method: Method,
    path: String,
    body: Option<Value>,
    makes: &str,
) -> Result<Request, Vec<FieldError>> {
    Ok(Request {
        effect: Effect::Destroys,
        ..change(method, path, body, makes)?
    })
}
