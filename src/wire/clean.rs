//! Foreign text is cleaned here, once, on the way in.

use crate::base::text;

/// One line that may be drawn as it is.
pub(crate) fn line(text: &str) -> String {
    let text = text.trim();
    if is_plain(text) {
        return text.to_owned();
    }
    text::clean_line(text)
}

/// Several lines, each cleaned.
pub(crate) fn lines(text: &str) -> String {
    let text = text.trim();
    if is_plain(text) {
        return text.to_owned();
    }
    text::clean_lines(text).join("\n")
}

/// Nearly everything an agent says is printable ASCII; it needs no second look.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
