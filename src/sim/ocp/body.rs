//! Bodies of requests: JSON fields that must be there.

use serde_json::{Map, Value};

use super::answer::Refusal;

/// A JSON object.
#[derive(Debug)]
pub(super) struct Body(Map<String, Value>);

fn invalid(name: &str) -> Refusal {
    Refusal::new(400, "COM10001").with([name])
}

impl Body {
    /// An absent body is an empty object.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            _ => Err(invalid("body")),
        }
    }

    fn of(value: &Value, name: &str) -> Result<Self, Refusal> {
        value
            .as_object()
            .cloned()
            .map(Self)
            .ok_or_else(|| invalid(name))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text that is not blank.
    pub fn text(&self, name: &str) -> Result<String, Refusal> {
        let text = self.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| invalid(name))
    }

    pub fn number(&self, name: &str) -> Result<i64, Refusal> {
        self.get(name)
            .and_then(Value::as_i64)
            .ok_or_else(|| invalid(name))
    }

    /// A port of (1024, 65535].
    pub fn port(&self, name: &str) -> Result<i64, Refusal> {
        let port = self.number(name)?;
        if !(1025..=65535).contains(&port) {
            return Err(Refusal::new(400, "OBE19008").with([port]));
        }
        Ok(port)
    }

    /// A list of ids without repeats.
    pub fn ids(&self, name: &str) -> Result<Vec<i64>, Refusal> {
        let items = self
            .get(name)
            .and_then(Value::as_array)
            .ok_or_else(|| invalid(name))?;
        let ids: Option<Vec<i64>> = items.iter().map(Value::as_i64).collect();
        let ids = ids.ok_or_else(|| invalid(name))?;
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() != ids.len() {
            return Err(invalid(name));
        }
        Ok(ids)
    }

    /// A list of objects; empty where it is absent.
    pub fn objects(&self, name: &str) -> Result<Vec<Self>, Refusal> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(|item| Self::of(item, name)).collect(),
            Some(_) => Err(invalid(name)),
        }
    }

    /// An object; `None` where it is absent or empty.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => {
                Self::of(value, name).map(|body| Some(body).filter(|body| !body.0.is_empty()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_when_they_are_wrong() {
        let body =
            Body::read(br#"{"servers":[1,1],"zoneName":" ","sqlPort":80,"n":null}"#).unwrap();
        assert_eq!(body.ids("servers"), Err(invalid("servers")));
        assert_eq!(body.text("zoneName"), Err(invalid("zoneName")));
        assert_eq!(body.port("sqlPort").unwrap_err().code, "OBE19008");
        assert!(!body.has("n"));
        assert!(Body::read(b"[").is_err() && Body::read(b" ").is_ok());
    }
}
