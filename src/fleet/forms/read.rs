//! Typed values as the requests want them. An absent value reads as an empty one.

use indexmap::IndexMap;

use super::table::{Entry, FieldError, Given};
use crate::base::Secret;
use crate::fleet::Address;
use crate::fleet::address::AGENT_PORT;

/// One line of text.
pub(super) fn text<'a>(given: &'a Given, name: &str) -> &'a str {
    given.get(name).and_then(Entry::text).unwrap_or_default()
}

/// Text, if there is any.
pub(super) fn maybe<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    Some(text(given, name)).filter(|text| !text.is_empty())
}

/// Yes or no, if it was said.
pub(super) fn flag(given: &Given, name: &str) -> Option<bool> {
    match text(given, name) {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A whole number, if it is one.
pub(super) fn number(given: &Given, name: &str) -> Option<i64> {
    text(given, name).parse().ok()
}

/// Words with commas between them.
pub(super) fn list(given: &Given, name: &str) -> Vec<String> {
    text(given, name)
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Pairs in their order.
pub(super) fn pairs(given: &Given, name: &str) -> IndexMap<String, String> {
    match given.get(name) {
        Some(Entry::Pairs(pairs)) => pairs.clone(),
        _ => IndexMap::new(),
    }
}

/// A password that was typed.
pub(super) fn secret<'a>(given: &'a Given, name: &str) -> Option<&'a Secret> {
    match given.get(name) {
        Some(Entry::Secret(secret)) if !secret.is_empty() => Some(secret),
        _ => None,
    }
}

/// An agent's address that must be there.
pub(super) fn address(given: &Given, name: &str) -> Result<Address, Vec<FieldError>> {
    Address::parse(text(given, name), AGENT_PORT)
        .map_err(|error| vec![FieldError::at(name, error.to_string())])
}

/// An agent's address, if one was typed.
pub(super) fn maybe_address(given: &Given, name: &str) -> Result<Option<Address>, Vec<FieldError>> {
    if text(given, name).is_empty() {
        return Ok(None);
    }
    address(given, name).map(Some)
}
