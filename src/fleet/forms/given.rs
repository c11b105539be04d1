//! What was typed: read from `--set`, completed with defaults, checked.

use indexmap::IndexMap;
use rust_i18n::t;

use super::table::{Entry, Field, FieldError, Form, Given, Kind};
use crate::base::Secret;
use crate::fleet::Address;
use crate::fleet::address::AGENT_PORT;

/// Why a `--set field=value` cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// No `=`.
    #[error("`{0}` is not field=value")]
    NoValue(String),
    /// The form has no such field.
    #[error("form {form} has no field `{field}`; its fields are {fields}")]
    NoField {
        /// The form.
        form: &'static str,
        /// What was written.
        field: String,
        /// What is allowed.
        fields: String,
    },
    /// A part was named of a field that has none.
    #[error("`{0}` takes one value, not parts")]
    NoParts(String),
}

/// Takes one `field=value` or `field.part=value` into what was given.
pub fn set(form: &Form, given: &mut Given, text: &str) -> Result<(), SetError> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| SetError::NoValue(text.to_owned()))?;
    let (field, part) = find(form, name).ok_or_else(|| SetError::NoField {
        form: form.name,
        field: name.to_owned(),
        fields: form.field_names(),
    })?;
    match (field.kind, part) {
        (Kind::Pairs, Some(part)) => {
            let entry = given
                .entry(field.name.to_owned())
                .or_insert_with(|| Entry::Pairs(IndexMap::new()));
            if let Entry::Pairs(pairs) = entry {
                pairs.insert(part.to_owned(), value.to_owned());
            }
        }
        (Kind::Address, Some(part @ ("ip" | "port"))) => {
            let typed = given.get(field.name).and_then(Entry::text);
            let whole = address_part(typed.unwrap_or_default(), part, value.trim());
            given.insert(field.name.to_owned(), Entry::Text(whole));
        }
        (_, Some(_)) => return Err(SetError::NoParts(field.name.to_owned())),
        (_, None) => {
            given.insert(field.name.to_owned(), field.entry(value));
        }
    }
    Ok(())
}

/// The field of a name: its own, another one of it, or one with a part behind it.
fn find<'a>(form: &Form, name: &'a str) -> Option<(&'static Field, Option<&'a str>)> {
    if let Some(field) = form.field(name) {
        return Some((field, None));
    }
    let (name, part) = name.split_once('.')?;
    Some((form.field(name)?, Some(part)))
}

/// An address whose host and port come one after the other, as servers write them.
fn address_part(typed: &str, which: &str, value: &str) -> String {
    let (host, port) = match typed.rsplit_once(':') {
        Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, port),
        _ => (typed, ""),
    };
    let bracketed = |host: &str| {
        if host.contains(':') && !host.starts_with('[') {
            format!("[{host}]")
        } else {
            host.to_owned()
        }
    };
    let (host, port) = if which == "ip" {
        (bracketed(value), port)
    } else {
        (bracketed(host), value)
    };
    if port.is_empty() {
        host
    } else {
        format!("{host}:{port}")
    }
}

impl Field {
    /// What was typed into this field, as a value.
    #[must_use]
    pub fn entry(&self, typed: &str) -> Entry {
        match self.kind {
            Kind::Password => Entry::Secret(Secret::new(typed)),
            Kind::Pairs => Entry::Pairs(
                typed
                    .split([',', '\n'])
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
                    .collect(),
            ),
            _ => Entry::Text(typed.trim().to_owned()),
        }
    }

    /// Checks its shape: what the server would refuse in any case.
    fn problem(&self, given: &Given) -> Option<String> {
        let entry = given.get(self.name);
        let Some(entry) = entry.filter(|entry| !entry.is_empty()) else {
            // An empty password can be meant; then it was said.
            return match entry {
                Some(entry @ Entry::Secret(_)) => (self.check)(entry, given).err(),
                _ => (self.required && self.default.is_empty())
                    .then(|| t!("needs a value").into_owned()),
            };
        };
        let of_kind = match (self.kind, entry) {
            (Kind::Address, Entry::Text(text)) => Address::parse(text, AGENT_PORT)
                .err()
                .map(|error| error.to_string()),
            (Kind::Number, Entry::Text(text)) => text
                .parse::<i64>()
                .err()
                .map(|_| t!("`%{text}` is not a whole number", text = text).into_owned()),
            (Kind::Bool, Entry::Text(text)) => (!matches!(text.as_str(), "true" | "false"))
                .then(|| t!("`%{text}` is neither true nor false", text = text).into_owned()),
            (Kind::Choice(words), Entry::Text(text)) => {
                (!words.contains(&text.as_str())).then(|| {
                    t!(
                        "`%{text}` is none of %{words}",
                        text = text,
                        words = words.join(", ")
                    )
                    .into_owned()
                })
            }
            _ => None,
        };
        of_kind.or_else(|| (self.check)(entry, given).err())
    }
}

impl Entry {
    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Secret(secret) => secret.is_empty(),
            Self::Pairs(pairs) => pairs.is_empty(),
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Form {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.name == name || field.aliases.contains(&name))
    }

    /// The names of its fields, for a sentence.
    #[must_use]
    pub fn field_names(&self) -> String {
        let names: Vec<_> = self.fields.iter().map(|field| field.name).collect();
        names.join(", ")
    }

    /// What does not pass its check, in the order of the fields. Only what the
    /// server would refuse in any case is found here; it decides the rest.
    #[must_use]
    pub fn check(&self, given: &Given) -> Vec<FieldError> {
        let unknown = given
            .keys()
            .filter(|name| !self.fields.iter().any(|field| field.name == **name))
            .map(|name| FieldError {
                field: String::new(),
                message: t!(
                    "no field `%{name}`; there are %{fields}",
                    name = name,
                    fields = self.field_names()
                )
                .into_owned(),
            });
        let alone: Vec<FieldError> = self
            .fields
            .iter()
            .filter_map(|field| Some(FieldError::at(field.name, field.problem(given)?)))
            .collect();
        // One sentence a field: its own mistake explains the one between fields.
        let across = (self.across)(given)
            .into_iter()
            .filter(|error| !alone.iter().any(|own| own.field == error.field));
        let mut wrong: Vec<FieldError> = across.collect();
        wrong.extend(alone.iter().cloned());
        let place = |error: &FieldError| {
            let at = self
                .fields
                .iter()
                .position(|field| field.name == error.field);
            at.unwrap_or(usize::MAX)
        };
        wrong.sort_by_key(place);
        unknown.chain(wrong).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::forms::find;

    #[test]
    fn set_names_what_is_wrong() {
        let form = find("join").unwrap();
        let mut given = Given::new();
        assert_eq!(
            set(form, &mut given, "zone"),
            Err(SetError::NoValue("zone".into()))
        );
        assert_eq!(
            set(form, &mut given, "zoen=z").unwrap_err().to_string(),
            "form join has no field `zoen`; its fields are agent, master, zone, master_password"
        );
        assert!(set(form, &mut given, "zone.x=z").is_err());
        set(form, &mut given, "zone=a=b").unwrap();
        assert_eq!(given["zone"], Entry::Text("a=b".into()));
        set(form, &mut given, "master_password= x ").unwrap();
        assert_eq!(given["master_password"], Entry::Secret(Secret::new(" x ")));
    }
}
