//! What a form is made of.

use indexmap::IndexMap;

use crate::base::Secret;
use crate::fleet::request::Request;

/// What a field takes; says how it is edited and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// A password: never shown, never kept.
    Password,
    /// `host:port` of an agent.
    Address,
    /// A whole number.
    Number,
    /// Yes or no.
    Bool,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// `key=value` pairs (`obConfigs.memory_limit=16G`).
    Pairs,
}

/// One typed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Text as typed, for every kind but the two below.
    Text(String),
    /// A password.
    Secret(Secret),
    /// Pairs in their order.
    Pairs(IndexMap<String, String>),
}

/// What was typed so far, by field name. A field that is absent was not given.
pub type Given = IndexMap<String, Entry>;

/// A check of one value; `Err` is a sentence that says what is wrong and what is allowed.
pub type Check = fn(&Entry, &Given) -> Result<(), String>;

/// One field.
#[derive(Clone, Copy)]
pub struct Field {
    /// The server's name for it, the name of `--set`.
    pub name: &'static str,
    /// What the screen calls it (a key of the catalogue of words).
    pub label: &'static str,
    /// One line of help (a key of the catalogue of words).
    pub help: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the request cannot do without it.
    pub required: bool,
    /// What is sent or shown when nothing is typed; empty for none.
    pub default: &'static str,
    /// Its own check, run as it is typed.
    pub check: Check,
}

/// A sentence at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// [`Field::name`]; empty for the form as a whole.
    pub field: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

/// A form.
#[derive(Clone, Copy)]
pub struct Form {
    /// The word of `obdeck do`.
    pub name: &'static str,
    /// Its title (a key of the catalogue of words).
    pub title: &'static str,
    /// What it does, in a sentence (a key of the catalogue of words).
    pub about: &'static str,
    /// Its fields in order.
    pub fields: &'static [Field],
    /// The request that the values make; values have passed their checks.
    pub request: fn(&Given) -> Result<Request, Vec<FieldError>>,
    /// The words on the button for these values (`Join zone2`).
    pub deed: fn(&Given) -> String,
    /// Turns the server's validator lines (`JoinApiParam.ZoneName`) into field names.
    pub server_field: fn(&str) -> Option<&'static str>,
}
