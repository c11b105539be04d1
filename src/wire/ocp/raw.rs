//! Parts of a body that are not read yet: pieces of its text. What is large is
//! taken apart piece by piece, so that only one piece at a time is a tree.

use serde_json::Value;
use serde_json::value::RawValue;

/// One value as it stands in the body.
pub type Raw<'a> = &'a RawValue;

/// Reads it whole.
pub(super) fn value(raw: Raw<'_>) -> Result<Value, serde_json::Error> {
    serde_json::from_str(raw.get())
}

/// The members of an object, unread; of a repeated key the last one counts.
/// `None` where it is no object.
pub(super) fn object(raw: Raw<'_>) -> Option<indexmap::IndexMap<String, Raw<'_>>> {
    serde_json::from_str(raw.get()).ok()
}

/// The items of a list, unread; `None` where it is no list.
pub(super) fn list(raw: Raw<'_>) -> Option<Vec<Raw<'_>>> {
    serde_json::from_str(raw.get()).ok()
}

/// Whether it can stand for a subtask: an object, or null in its place.
pub(super) fn is_object_or_null(raw: Raw<'_>) -> bool {
    raw.get().starts_with('{') || raw.get() == "null"
}
