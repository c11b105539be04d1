//! Passwords in what the platform says: a task's context may hold them
//! (`api/ocp.md §7`), and they must reach no screen, file or log.

use serde_json::Value;

const HIDDEN: &str = "***";
const WORDS: [&str; 7] = [
    "password",
    "passwd",
    "secret",
    "credential",
    "token",
    "accesskey",
    "privatekey",
];

/// Whether the name of a field says that its value is a secret.
fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    WORDS.iter().any(|word| plain.contains(word))
}

/// A whole answer as it may be recorded.
pub fn masked(value: Value) -> Value {
    mask("", value)
}

/// One line of a log; runs print the context that they were given.
pub(super) fn mask_line(text: String) -> String {
    mask_context(text)
}

/// The value with every secret in it replaced by stars. Numbers and truth
/// values stay: `credentialId` and `passwordSet` are no secrets.
pub(super) fn mask(name: &str, value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let value = mask(&key, value);
                    (key, value)
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(|item| mask(name, item)).collect(),
        Value::String(text) if is_secret(name) && !text.is_empty() => HIDDEN.into(),
        Value::String(text) => Value::String(mask_context(text)),
        other => other,
    }
}

/// A context in the form of Java's `toString` (`{a=1, b=2}`): the value of a
/// secret name ends where the next `, name=` or the closing bracket stands.
fn mask_context(text: String) -> String {
    if !text.contains('=') || !is_secret(&text) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('=') {
        let (head, tail) = (&rest[..at], &rest[at + 1..]);
        let name = head
            .rsplit(['{', ' ', ',', '(', '['])
            .next()
            .unwrap_or(head);
        out.push_str(head);
        out.push('=');
        if is_secret(name) {
            let end = value_end(tail);
            if end > 0 {
                out.push_str(HIDDEN);
            }
            rest = &tail[end..];
        } else {
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

fn value_end(tail: &str) -> usize {
    let closing = tail.find(['}', ')']).unwrap_or(tail.len());
    tail.match_indices(", ")
        .find(|(at, _)| {
            let next = &tail[at + 2..];
            let name = next.split(['=', ' ', ',']).next().unwrap_or("");
            next[name.len()..].starts_with('=')
        })
        .map_or(closing, |(at, _)| at.min(closing))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn names_decide() {
        let shown = mask(
            "context",
            json!({"stringMap": {"root_password": "x", "name": "n", "accessKey": "k"},
                "listMap": {"tokens": ["a", "b"]}, "credentialId": 7}),
        );
        assert_eq!(
            shown,
            json!({"stringMap": {"root_password": "***", "name": "n", "accessKey": "***"},
                "listMap": {"tokens": ["***", "***"]}, "credentialId": 7})
        );
    }

    #[test]
    fn a_context_as_text_keeps_the_rest() {
        let text = "Context(parallelIdx=-1, stringMap={a=1, sys_password=p, q=1, z=zone2}, listMap={b=[1]})";
        assert_eq!(
            mask("context", json!(text)),
            "Context(parallelIdx=-1, stringMap={a=1, sys_password=***, q=1, z=zone2}, listMap={b=[1]})"
        );
        assert_eq!(
            mask("context", json!("stringMap={sys_password=p}, x)")),
            "stringMap={sys_password=***}, x)"
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,80}", head in "(password=|, a=|\\{){0,6}") {
            let _ = mask("context", json!(format!("{head}{text}{head}")));
        }
    }
}
