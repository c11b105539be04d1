//! Reading objects leniently: ids and numbers come as numbers or texts, keys
//! may be missing, null or unknown. What is not taken stays as `rest`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::secrets;
use crate::base::text::{clean_line, clean_lines};

/// The fields of one object that have not been taken yet.
#[derive(Default)]
pub(super) struct Fields(Map<String, Value>);

impl From<Map<String, Value>> for Fields {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl Fields {
    /// `None` where the value is no object.
    pub fn of(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }

    /// [`Self::of`] without a copy: tasks have thousands of nodes.
    pub fn owned(value: Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self(map)),
            _ => None,
        }
    }

    /// The value as it is, without taking it.
    pub fn peek(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// The value of the key, whatever it is.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key).filter(|value| !value.is_null())
    }

    /// A text, cleaned; numbers and truth values as they are written.
    pub fn text(&mut self, key: &str) -> String {
        self.id(key).unwrap_or_default()
    }

    /// A scalar as text; `None` where it is missing, null, or no scalar.
    pub fn id(&mut self, key: &str) -> Option<String> {
        let text = self.peek(key).and_then(scalar)?;
        self.0.shift_remove(key);
        Some(text)
    }

    /// A whole number, written as a number or as a text.
    pub fn number<T: TryFrom<i64>>(&mut self, key: &str) -> Option<T> {
        let number = match self.peek(key)? {
            Value::Number(number) => number.as_i64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        let number = T::try_from(number).ok()?;
        self.0.shift_remove(key);
        Some(number)
    }

    /// A truth value, `false` where it is missing.
    pub fn flag(&mut self, key: &str) -> bool {
        let Some(flag) = self.peek(key).and_then(Value::as_bool) else {
            return false;
        };
        self.0.shift_remove(key);
        flag
    }

    /// A time. Years up to 1970 mean that it is not set, and stay in the rest
    /// as they came, like what cannot be read.
    pub fn time(&mut self, key: &str) -> Option<Timestamp> {
        let at = self.peek(key).and_then(time)?;
        self.0.shift_remove(key);
        Some(at)
    }

    /// A list; empty where it is missing or no list.
    pub fn list(&mut self, key: &str) -> Vec<Value> {
        if !self.0.get(key).is_some_and(Value::is_array) {
            return Vec::new();
        }
        match self.0.shift_remove(key) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        }
    }

    /// Everything that was not taken: cleaned, secrets masked.
    pub fn rest(self) -> Map<String, Value> {
        self.0
            .into_iter()
            .map(|(key, value)| {
                let value = secrets::mask(&key, cleaned(value));
                (clean_line(&key), value)
            })
            .collect()
    }

    /// [`Self::rest`] without the nulls, which say nothing about an entity.
    pub fn rest_without_nulls(self) -> Map<String, Value> {
        let mut rest = self.rest();
        rest.retain(|_, value| !value.is_null());
        rest
    }
}

/// A number, text or truth value as cleaned text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(clean_line(text)),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A time in any of the platform's forms: an offset with or without colon, `Z`,
/// none to nine digits of a second, or milliseconds since 1970.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    let at: Timestamp = match value {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok()?,
        _ => return None,
    };
    let year = at.to_zoned(jiff::tz::TimeZone::UTC).year();
    (year > 1970).then_some(at)
}

/// Foreign text of several lines made safe to show.
pub(super) fn clean(text: &str) -> String {
    clean_lines(text).join("\n")
}

fn cleaned(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(items) => items.into_iter().map(cleaned).collect(),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| (clean_line(&key), cleaned(value)))
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("2021-03-02T11:06:34.345+08:00", "2021-03-02T03:06:34.345Z")]
    #[case("2021-08-25T15:09:31+08:00", "2021-08-25T07:09:31Z")]
    #[case("2021-08-25T15:09:31.74+08:00", "2021-08-25T07:09:31.74Z")]
    #[case("2021-09-02T08:39:29.295684Z", "2021-09-02T08:39:29.295684Z")]
    #[case("2021-09-22T14:49:07.296+0800", "2021-09-22T06:49:07.296Z")]
    fn reads_each_form_of_a_time(#[case] text: &str, #[case] utc: &str) {
        assert_eq!(
            time(&json!(text)).map(|at| at.to_string()).as_deref(),
            Some(utc)
        );
    }

    #[rstest]
    #[case(json!("1970-01-01T00:00:00Z"))]
    #[case(json!("1970-01-01T08:00:00+08:00"))]
    #[case(json!("0001-01-01T00:00:00Z"))]
    #[case(json!(""))]
    #[case(json!(0))]
    #[case(json!(null))]
    fn never_is_no_time(#[case] value: Value) {
        assert_eq!(time(&value), None);
    }

    #[test]
    fn what_is_not_taken_stays() {
        let value = json!({"id": "9007199254740993", "n": "7", "stopTime": "1970-01-01T00:00:00Z",
            "x": null, "odd": {"a": 1}});
        let mut fields = Fields::of(&value).unwrap();
        assert_eq!(fields.id("id").as_deref(), Some("9007199254740993"));
        assert_eq!(fields.number::<u16>("n"), Some(7));
        assert_eq!(fields.id("odd"), None);
        assert_eq!(fields.time("stopTime"), None);
        let rest = fields.rest_without_nulls();
        assert_eq!(rest.keys().collect::<Vec<_>>(), ["stopTime", "odd"]);
    }
}
