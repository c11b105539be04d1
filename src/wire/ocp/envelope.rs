//! What stands around every answer (`api/ocp.md §2.1`).

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::errors::{FieldNote, Refusal};
use super::fields::{Fields, clean};
use super::raw::{self, Raw};
use crate::base::text::clean_line;

/// A good answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer<T = Value> {
    /// The payload; null where the operation has no result.
    pub data: T,
    /// Milliseconds that the server took.
    pub duration_ms: Option<u64>,
    /// Who answered.
    pub server: String,
    /// For the platform's own logs.
    pub trace: String,
    /// The server's clock.
    pub at: Option<Timestamp>,
}

/// Something that is no answer of a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// HTML, plain text, half a body.
    #[error("status {status}, and the body is no JSON ({reason}); it starts with {start:?}")]
    NoJson {
        /// HTTP status.
        status: u16,
        /// The parser's words with the place.
        reason: String,
        /// The first characters, cleaned.
        start: String,
    },
    /// JSON without an envelope.
    #[error("status {status}, and the body has no field `successful`; it starts with {start:?}")]
    NoEnvelope {
        /// HTTP status.
        status: u16,
        /// The first characters, cleaned.
        start: String,
    },
}

/// Where one page stands in the whole; numbers start at 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// This page.
    pub number: u64,
    /// Rows of a full page.
    pub size: u64,
    /// Rows in all.
    pub total: u64,
    /// Pages in all.
    pub pages: u64,
}

/// A list with its place in the whole, where the answer is paged.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// The rows.
    pub items: Vec<T>,
    /// `None` where the answer is the whole list.
    pub page: Option<Page>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            page: None,
        }
    }
}

impl<T> Rows<T> {
    /// The page to ask for next. An empty page ends the list, whatever its
    /// numbers say: documents show ones that contradict each other.
    #[must_use]
    pub fn next_page(&self) -> Option<u64> {
        let page = self.page?;
        (!self.items.is_empty() && page.number < page.pages).then_some(page.number + 1)
    }
}

/// Opens an answer. The outer error is for what no platform sent, the inner
/// one for what it refused.
pub fn open(status: u16, body: &[u8]) -> Result<Result<Answer, Refusal>, Garbled> {
    open_with(status, body, raw::value)
}

/// [`open`] with a reader of the payload: a task of ten thousand subtasks is
/// read one by one, never held as one tree of values.
pub fn open_with<T: Default>(
    status: u16,
    body: &[u8],
    read: impl Fn(Raw<'_>) -> Result<T, serde_json::Error>,
) -> Result<Result<Answer<T>, Refusal>, Garbled> {
    let start = || {
        let text = String::from_utf8_lossy(body);
        clean_line(&text.trim().chars().take(60).collect::<String>())
    };
    if status == 204 && body.is_empty() {
        return Ok(Ok(Answer::default()));
    }
    let no_json = |error: serde_json::Error| Garbled::NoJson {
        status,
        reason: error.to_string(),
        start: start(),
    };
    let none = || Garbled::NoEnvelope {
        status,
        start: start(),
    };
    let text = std::str::from_utf8(body).map_err(|error| Garbled::NoJson {
        status,
        reason: error.to_string(),
        start: start(),
    })?;
    let raw: Raw = serde_json::from_str(text).map_err(no_json)?;
    let Some(members) = raw::object(raw) else {
        return Err(none());
    };
    let mut data = None;
    let mut around = Map::new();
    for (key, value) in members {
        if key == "data" {
            data = Some(value);
        } else {
            around.insert(key, raw::value(value).map_err(no_json)?);
        }
    }
    let data = data.filter(|data| data.get() != "null");
    match envelope(status, &Value::Object(around)) {
        Some(Ok(answer)) => Ok(Ok(Answer {
            data: data
                .map(read)
                .transpose()
                .map_err(no_json)?
                .unwrap_or_default(),
            duration_ms: answer.duration_ms,
            server: answer.server,
            trace: answer.trace,
            at: answer.at,
        })),
        Some(Err(refusal)) => Ok(Err(refusal)),
        None => Err(none()),
    }
}

/// The same for JSON that was read before; `None` without an envelope.
pub(super) fn envelope(status: u16, value: &Value) -> Option<Result<Answer, Refusal>> {
    let mut fields = Fields::of(value)?;
    let successful = value.get("successful").and_then(Value::as_bool);
    let error = fields.take("error");
    if successful.is_none() && error.is_none() {
        return None;
    }
    let inner: Option<u16> = fields.number("status");
    let status = inner.filter(|_| status < 400).unwrap_or(status);
    if successful == Some(false) || error.is_some() || status >= 400 {
        return Some(Err(refusal(status, error.as_ref(), &mut fields)));
    }
    Some(Ok(Answer {
        data: fields.take("data").unwrap_or(Value::Null),
        duration_ms: fields
            .number::<i64>("duration")
            .and_then(|ms| u64::try_from(ms).ok()),
        server: fields.text("server"),
        trace: fields.text("traceId"),
        at: fields.time("timestamp"),
    }))
}

fn refusal(status: u16, error: Option<&Value>, fields: &mut Fields) -> Refusal {
    let mut error = error.and_then(Fields::of).unwrap_or_default();
    let message = error
        .take("message")
        .and_then(|text| text.as_str().map(clean))
        .unwrap_or_default();
    let notes = error
        .list("subErrors")
        .iter()
        .filter_map(Fields::of)
        .map(|mut note| FieldNote {
            field: note.text("field"),
            message: note.text("message"),
        })
        .collect();
    Refusal {
        status,
        code: error.text("code"),
        message,
        notes,
        trace: fields.text("traceId"),
    }
}

/// The rows of `data.contents`, of a bare list or of a single object, each
/// read by `one`; rows that are no such thing are left out.
pub(super) fn rows<T>(data: &Value, one: impl Fn(&Value) -> Option<T>) -> Rows<T> {
    let contents = match data {
        Value::Array(items) => items.as_slice(),
        Value::Object(map) => match map.get("contents") {
            Some(Value::Array(items)) => items.as_slice(),
            _ => std::slice::from_ref(data),
        },
        _ => &[],
    };
    Rows {
        items: contents.iter().filter_map(one).collect(),
        page: data.get("page").and_then(page),
    }
}

fn page(value: &Value) -> Option<Page> {
    let mut fields = Fields::of(value)?;
    let mut number = |key: &str| {
        fields
            .number::<i64>(key)
            .and_then(|n| u64::try_from(n).ok())
    };
    Some(Page {
        number: number("number")?,
        size: number("size").unwrap_or_default(),
        total: number("totalElements").unwrap_or_default(),
        // The tables of the documentation call it `totalPage`.
        pages: number("totalPages").or_else(|| number("totalPage"))?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn opened(status: u16, value: &Value) -> Result<Answer, Refusal> {
        open(status, value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn an_answer_without_data_is_good() {
        let answer = opened(
            200,
            &json!({"duration":55,"server":"s","status":200,"successful":true,
                "timestamp":"2021-08-25T15:10:13.176+08:00","traceId":"0bc4"}),
        )
        .unwrap();
        assert_eq!(answer.data, Value::Null);
        assert_eq!(
            (answer.duration_ms, answer.trace.as_str()),
            (Some(55), "0bc4")
        );
    }

    #[test]
    fn codes_are_numbers_or_texts() {
        for (code, shown) in [(json!(0), "0"), (json!("TSK10007"), "TSK10007")] {
            let refusal = opened(
                200,
                &json!({"error":{"code":code,"message":"no\nmore"},"status":429,"successful":false}),
            )
            .unwrap_err();
            assert_eq!((refusal.status, refusal.code.as_str()), (429, shown));
            assert_eq!(refusal.message, "no\nmore");
        }
    }

    #[test]
    fn a_bad_status_is_no_success() {
        let refusal = opened(403, &json!({"successful":true,"status":200})).unwrap_err();
        assert_eq!(refusal.status, 403);
    }

    #[test]
    fn notes_stand_at_their_fields() {
        let refusal = opened(
            400,
            &json!({"successful":false,"error":{"code":0,"message":"bad",
                "subErrors":[{"object":"o","field":"name","rejectedValue":"1","message":"must start with a letter"}]}}),
        )
        .unwrap_err();
        assert_eq!(refusal.notes[0].field, "name");
    }

    #[test]
    fn html_and_half_a_body_are_named() {
        let html = open(502, b"<html><body>Bad gateway")
            .unwrap_err()
            .to_string();
        assert!(
            html.contains("502") && html.contains("Bad gateway"),
            "{html}"
        );
        assert!(matches!(
            open(200, b"{\"data\":"),
            Err(Garbled::NoJson { .. })
        ));
        assert!(matches!(open(200, b"[]"), Err(Garbled::NoEnvelope { .. })));
        assert!(open(204, b"").unwrap().is_ok());
    }

    #[test]
    fn pages_end() {
        let data = |number: u64, pages: u64, rows: Value| {
            rows_of(
                &json!({"contents": rows, "page": {"number": number, "size": 2_147_483_647_u64,
                "totalElements": 9, "totalPages": pages}}),
            )
        };
        assert_eq!(data(1, 4, json!([1])).next_page(), Some(2));
        assert_eq!(data(4, 4, json!([1])).next_page(), None);
        assert_eq!(data(2, 1, json!([1])).next_page(), None);
        assert_eq!(data(1, 4, json!([])).next_page(), None);
        let old = rows_of(&json!({"contents":[1],"page":{"number":1,"totalPage":2}}));
        assert_eq!(old.next_page(), Some(2));
    }

    fn rows_of(data: &Value) -> Rows<Value> {
        rows(data, |row| Some(row.clone()))
    }
}
