//! Foreign text is cleaned here, once, on the way in.

/// One line: control characters become blanks, so that nothing moves the cursor.
pub(crate) fn line(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Several lines: as [`line`], but line ends stay.
pub(crate) fn lines(text: &str) -> String {
    let cleaned: Vec<_> = text.trim().lines().map(line).collect();
    cleaned.join("\n")
}

/// Characters that turn or hide text (bidirectional controls).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}
