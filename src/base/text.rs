//! Foreign text made safe to show, and its width in terminal cells.
//!
//! Names, messages and logs come from servers, and servers repeat what others
//! gave them. Text is cleaned once, on the way in; after that every room may
//! draw it as it is. Widths are display widths, counted by grapheme as the
//! screen draws them.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Stands for what was cut: one column wide in CJK terminals too.
pub const ELLIPSIS: &str = "⋯";

/// The ASCII twin of [`ELLIPSIS`].
pub const ASCII_ELLIPSIS: &str = "~";

/// Tabs of a log reach to the next multiple of this.
const TAB: usize = 8;

/// Marks over one letter beyond this are noise meant to climb out of the row.
const MAX_MARKS: usize = 4;

/// One line of foreign text: escape sequences, bidi controls and invisible
/// characters are removed, other control characters become visible (`^G`,
/// `<9b>`), a line break becomes `\n`, a tab spaces.
#[must_use]
pub fn clean_line(text: &str) -> String {
    let text = text.trim_end_matches(is_break);
    clean(text, "\\n")
}

/// Foreign text of several lines, each cleaned as [`clean_line`] does. A line
/// break at the very end makes no empty line.
#[must_use]
pub fn clean_lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.strip_suffix(is_break).unwrap_or(&text);
    text.split(is_break).map(|line| clean(line, "")).collect()
}

/// Display width in cells.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// At most `cells` wide; what is too long loses its end.
#[must_use]
pub fn cut_end(text: &str, cells: usize) -> Cow<'_, str> {
    cut_end_with(text, cells, ELLIPSIS)
}

/// As [`cut_end`], with another mark.
#[must_use]
pub fn cut_end_with<'a>(text: &'a str, cells: usize, mark: &str) -> Cow<'a, str> {
    // A line of a megabyte is not measured to its end for twenty cells.
    if head(text, cells).len() == text.len() {
        return Cow::Borrowed(text);
    }
    let room = cells.saturating_sub(width(mark));
    let mut out = head(text, room).to_owned();
    push_within(&mut out, mark, cells);
    Cow::Owned(out)
}

/// At most `cells` wide; what is too long loses its middle, for paths and ids
/// whose both ends matter.
#[must_use]
pub fn cut_middle(text: &str, cells: usize) -> Cow<'_, str> {
    cut_middle_with(text, cells, ELLIPSIS)
}

/// As [`cut_middle`], with another mark.
#[must_use]
pub fn cut_middle_with<'a>(text: &'a str, cells: usize, mark: &str) -> Cow<'a, str> {
    // A line of a megabyte is not measured to its end for twenty cells.
    if head(text, cells).len() == text.len() {
        return Cow::Borrowed(text);
    }
    let room = cells.saturating_sub(width(mark));
    let mut out = head(text, room.div_ceil(2)).to_owned();
    push_within(&mut out, mark, cells);
    out.push_str(tail(text, room / 2));
    Cow::Owned(out)
}

/// Exactly `cells` wide: cut at the end or filled with blanks on the right.
#[must_use]
pub fn pad_right(text: &str, cells: usize) -> String {
    let mut out = cut_end(text, cells).into_owned();
    let blanks = cells.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', blanks));
    out
}

/// Exactly `cells` wide: cut at the end or filled with blanks on the left.
#[must_use]
pub fn pad_left(text: &str, cells: usize) -> String {
    let cut = cut_end(text, cells);
    let mut out = " ".repeat(cells.saturating_sub(width(&cut)));
    out.push_str(&cut);
    out
}

/// The longest start of `text` that is at most `cells` wide.
#[must_use]
pub fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += UnicodeWidthStr::width(grapheme);
        if used > cells {
            return &text[..at];
        }
    }
    text
}

/// No line begins with these.
const CLOSING: &[char] = &[
    '，', '。', '；', '：', '、', '）', '！', '？', '」', ')', ',', '.', ';', ':',
];

/// No line ends with these.
const OPENING: &[char] = &['（', '「', '('];

/// The start of `text` that makes a line of at most `cells`: it ends at a blank,
/// or beside a wide character, where every language may break; where its second
/// half has neither, anywhere.
#[must_use]
pub fn line(text: &str, cells: usize) -> &str {
    let head = head(text, cells);
    let rest = &text[head.len()..];
    if rest.is_empty() || rest.starts_with(' ') {
        return head;
    }
    let wide = |c: char| UnicodeWidthChar::width(c) == Some(2);
    let mut after = rest.chars().next().unwrap_or(' ');
    let mut ends = head.len();
    for (at, before) in head.char_indices().rev() {
        let breaks = before == ' ' || wide(before) || wide(after);
        if breaks && !CLOSING.contains(&after) && !OPENING.contains(&before) {
            return &text[..ends];
        }
        if at * 2 <= head.len() {
            break;
        }
        (after, ends) = (before, at);
    }
    head
}

/// The longest end of `text` that is at most `cells` wide.
#[must_use]
pub fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += UnicodeWidthStr::width(grapheme);
        if used > cells {
            break;
        }
        from = at;
    }
    &text[from..]
}

fn push_within(out: &mut String, mark: &str, cells: usize) {
    if width(mark) <= cells {
        out.push_str(mark);
    }
}

fn is_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Characters that draw nothing but change how their neighbours are drawn or
/// read: a name could pose as another one.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        // Skin tones: they belong to the letter before them, but are two cells wide.
        | '\u{1f3fb}'..='\u{1f3ff}')
}

/// The letter of a regional indicator.
fn regional_letter(c: char) -> char {
    let offset = u32::from(c).saturating_sub(0x1_f1e6) as u8;
    char::from(b'A' + offset % 26)
}

fn clean(text: &str, line_break: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\t' => {
                let blanks = TAB - width(&out) % TAB;
                out.extend(std::iter::repeat_n(' ', blanks));
            }
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            '\r' if rest.as_str().starts_with('\n') => {}
            _ if is_break(c) => out.push_str(line_break),
            _ if is_invisible(c) => {}
            // Two of them make a flag, whose width terminals do not agree on.
            '\u{1f1e6}'..='\u{1f1ff}' => out.push(regional_letter(c)),
            '\0'..='\u{1f}' => {
                out.push('^');
                out.push(char::from(c as u8 + 0x40));
            }
            '\u{7f}' => out.push_str("^?"),
            '\u{80}'..='\u{9f}' => {
                let _ = write!(out, "<{:02x}>", c as u32);
            }
            _ if c.width() == Some(0) => {
                marks += 1;
                if marks <= MAX_MARKS && !out.is_empty() {
                    out.push(c);
                }
                continue;
            }
            _ => out.push(c),
        }
        marks = 0;
    }
    out
}

/// Skips what follows an ESC.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    match rest.clone().next() {
        Some('[') => {
            rest.next();
            skip_control_sequence(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some(' '..='~') => {
            while let Some(' '..='/') = rest.clone().next() {
                rest.next();
            }
            if let Some('0'..='~') = rest.clone().next() {
                rest.next();
            }
        }
        _ => {}
    }
}

/// Skips parameters, intermediates and the final byte of a CSI.
fn skip_control_sequence(rest: &mut std::str::Chars<'_>) {
    while let Some(' '..='?') = rest.clone().next() {
        rest.next();
    }
    if let Some('@'..='~') = rest.clone().next() {
        rest.next();
    }
}

/// Skips an OSC, DCS or the like up to its end. One without an end must not
/// swallow the lines after it, nor a whole message.
fn skip_string(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    while let Some(c) = ahead.next() {
        match c {
            '\u{7}' | '\u{9c}' => {
                *rest = ahead;
                return;
            }
            '\u{1b}' if ahead.clone().next() == Some('\\') => {
                ahead.next();
                *rest = ahead;
                return;
            }
            _ if is_break(c) => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_ends_where_a_reader_would_end_it() {
        assert_eq!(line("waits for the cluster", 12).trim_end(), "waits for");
        assert_eq!(line("waits for the cluster", 13), "waits for the");
        assert_eq!(line("会被拒绝（Agent.UnderMaintenance）", 14), "会被拒绝");
        assert_eq!(line("直到重试、回滚", 9), "直到重");
        assert_eq!(line("/data/ob3/bin/observer", 10), "/data/ob3/");
        assert_eq!(line("short", 10), "short");
        assert_eq!(line("观", 1), "");
    }

    #[test]
    fn plain_text_stays() {
        for text in ["", "Start observer", "初始化集群", "naïve café", "Ω ⋯ ✓"] {
            assert_eq!(clean_line(text), text);
        }
    }

    #[test]
    fn sequences_leave_nothing_behind() {
        assert_eq!(clean_line("\u{1b}[31mred\u{1b}[0m"), "red");
        assert_eq!(clean_line("\u{1b}]0;title\u{7}x"), "x");
        assert_eq!(clean_line("\u{1b}]52;c;aGk=\u{1b}\\x"), "x");
        assert_eq!(clean_line("\u{1b}(Bx"), "x");
        assert_eq!(clean_line("\u{9b}2Jx"), "x");
        assert_eq!(clean_line("a\u{1b}"), "a");
        assert_eq!(clean_line("🇨🇳🏽 👍🏽"), "CN 👍");
    }

    #[test]
    fn an_open_sequence_swallows_nothing() {
        assert_eq!(clean_line("\u{1b}]0;no end"), "0;no end");
        assert_eq!(
            clean_lines("\u{1b}]0;no end\nsecond\u{7}"),
            ["0;no end", "second^G"]
        );
    }

    #[test]
    fn controls_become_visible_and_hidden_ones_go() {
        assert_eq!(clean_line("a\0b\u{7}c\u{7f}d\u{84}"), "a^@b^Gc^?d<84>");
        assert_eq!(clean_line("adm\u{202e}nimd\u{2066}\u{200b}x"), "admnimdx");
        assert_eq!(clean_line("a\tb"), "a       b");
        assert_eq!(clean_line("one\r\ntwo\nthree\n"), "one\\ntwo\\nthree");
        assert_eq!(
            clean_line("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}")
                .chars()
                .count(),
            5
        );
    }

    #[test]
    fn lines_are_split_once() {
        assert_eq!(clean_lines("a\r\nb\n\nc\n"), ["a", "b", "", "c"]);
        assert_eq!(clean_lines(""), [""]);
    }

    #[test]
    fn cuts_where_it_should() {
        assert_eq!(cut_end("Start observer", 14), "Start observer");
        assert_eq!(cut_end("Start observer", 6), "Start⋯");
        assert_eq!(cut_middle("/data/ob1/log/observer.log", 11), "/data⋯r.log");
        assert_eq!(cut_end("初始化集群", 6), "初始⋯");
        assert_eq!(cut_end("abc", 0), "");
        assert_eq!(cut_end_with("abcdef", 4, ASCII_ELLIPSIS), "abc~");
        assert_eq!(pad_right("初", 4), "初  ");
        assert_eq!(pad_left("12", 4), "  12");
        assert_eq!(pad_left("初始化", 4), " 初⋯");
    }

    #[test]
    fn the_marks_are_one_cell_in_cjk_too() {
        use unicode_width::UnicodeWidthStr;
        assert_eq!((ELLIPSIS.width(), ELLIPSIS.width_cjk()), (1, 1));
        assert!(ASCII_ELLIPSIS.is_ascii());
    }

    proptest! {
        #[test]
        fn clean_text_holds_no_control(text in any::<String>()) {
            let clean = clean_line(&text);
            prop_assert!(!clean.chars().any(char::is_control), "{clean:?}");
            prop_assert!(!clean.chars().any(is_invisible), "{clean:?}");
            prop_assert_eq!(clean_line(&clean), clean.clone());
            for line in clean_lines(&text) {
                prop_assert!(!line.chars().any(|c| c.is_control() || is_invisible(c)), "{line:?}");
            }
        }

        #[test]
        fn never_wider_than_asked(text in any::<String>(), cells in 0_usize..40) {
            let text = clean_line(&text);
            prop_assert!(width(&cut_end(&text, cells)) <= cells);
            prop_assert!(width(&cut_middle(&text, cells)) <= cells);
            prop_assert_eq!(width(&pad_right(&text, cells)), cells);
            prop_assert_eq!(width(&pad_left(&text, cells)), cells);
        }

        #[test]
        fn escapes_and_marks_never_widen(text in "[a\u{301}\u{1b}\\[0-9;m初\u{200d}👩🇩🇪\u{fe0f}\t\n]{0,40}", cells in 0_usize..20) {
            let text = clean_line(&text);
            prop_assert!(width(&cut_middle(&text, cells)) <= cells);
            prop_assert_eq!(width(&pad_left(&text, cells)), cells);
        }
    }
}
