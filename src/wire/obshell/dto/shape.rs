//! Taking a JSON value apart with the place of every mistake.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::wire::clean;
use crate::wire::obshell::envelope::{Garbled, kind};

/// An object, or a complaint that names the place.
pub(super) fn object(value: Value, path: &str) -> Result<Map<String, Value>, Garbled> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(wrong(path, &other, "an object")),
    }
}

/// A list; `null` is the empty one.
pub(super) fn list(value: Value, path: &str) -> Result<Vec<Value>, Garbled> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        other => Err(wrong(path, &other, "a list")),
    }
}

/// `data.contents`, also where an older agent sends the bare list.
pub(super) fn contents(data: Value) -> Result<Vec<Value>, Garbled> {
    match data {
        Value::Object(mut map) => match map.get_mut("contents") {
            Some(contents) => list(contents.take(), "data.contents"),
            None => Err(Garbled::Shape {
                path: "data.contents".to_owned(),
                found: "missing",
                wanted: "a list",
            }),
        },
        other => list(other, "data"),
    }
}

pub(super) fn wrong(path: &str, found: &Value, wanted: &'static str) -> Garbled {
    Garbled::Shape {
        path: path.to_owned(),
        found: kind(found),
        wanted,
    }
}

/// A cleaned text; `null` and a missing key are the empty one.
pub(super) fn text(map: &Map<String, Value>, key: &str, path: &str) -> Result<String, Garbled> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(clean::line(text)),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(other) => Err(wrong(&format!("{path}.{key}"), other, "a string")),
    }
}

/// A number; `None` where it is missing or null.
pub(super) fn number(
    map: &Map<String, Value>,
    key: &str,
    path: &str,
) -> Result<Option<i64>, Garbled> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => as_number(value)
            .map(Some)
            .ok_or_else(|| wrong(&format!("{path}.{key}"), value, "a whole number")),
    }
}

fn as_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A floating number where it is one.
pub(super) fn float(map: &Map<String, Value>, key: &str) -> Option<f64> {
    map.get(key).and_then(Value::as_f64)
}

/// A flag: a boolean, or `YES`/`NO` as some routes spell it.
pub(super) fn flag(map: &Map<String, Value>, key: &str) -> Option<bool> {
    match map.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) if word.eq_ignore_ascii_case("yes") => Some(true),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
        Value::String(_) => Some(false),
        _ => None,
    }
}

/// A port that can be one.
pub(super) fn port(map: &Map<String, Value>, key: &str) -> Option<u16> {
    let number = map.get(key).and_then(as_number)?;
    u16::try_from(number).ok().filter(|port| *port > 0)
}

/// A moment. Go's zero time, the unix epoch in any zone and everything before
/// 1971 mean *not set* (`api/obshell.md §5.2`).
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    // The epoch in a zone west of Greenwich is still the epoch.
    (at.as_second() > 24 * 3600).then_some(at)
}

/// What reads as a moment or as "not set"; `Err` for anything else.
pub(super) fn time(value: &Value) -> Result<Option<Timestamp>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() || text.starts_with("0001-01-01") => Ok(None),
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(_) => Ok(moment(text)),
            Err(_) => Err(()),
        },
        _ => Err(()),
    }
}

/// A member of an object as a moment, `None` where it is none.
pub(super) fn moment_of(map: &Map<String, Value>, key: &str) -> Option<Timestamp> {
    map.get(key).and_then(Value::as_str).and_then(moment)
}
