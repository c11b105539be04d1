//! One line that is typed into: open, or a password that wipes itself.

use std::fmt;

use tui_input::{Input, InputRequest};
use zeroize::Zeroizing;

use super::key::{Code, Key};
use crate::base::text;

/// The longest thing anybody types or pastes into one line.
const LONGEST: usize = 4096;

/// A line. `Debug` never shows a password.
#[derive(Clone)]
pub enum Line {
    /// Shown as typed.
    Open(Input),
    /// Shown as dots; only its end can be edited.
    Hidden(Zeroizing<String>),
}

impl Default for Line {
    fn default() -> Self {
        Self::open("")
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(input) => write!(f, "{:?}", input.value()),
            Self::Hidden(_) => f.write_str("***"),
        }
    }
}

impl Line {
    /// An open line with a text in it and the cursor behind it.
    #[must_use]
    pub fn open(value: &str) -> Self {
        Self::Open(Input::new(value.to_owned()))
    }

    /// An empty password.
    #[must_use]
    pub fn hidden() -> Self {
        // Room from the start: a string that grows leaves copies behind.
        Self::Hidden(Zeroizing::new(String::with_capacity(LONGEST)))
    }

    /// The text.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Open(input) => input.value(),
            Self::Hidden(secret) => secret,
        }
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    /// What may be shown: the text or a dot a character.
    #[must_use]
    pub fn shown(&self, dot: &str) -> String {
        match self {
            Self::Open(input) => input.value().to_owned(),
            Self::Hidden(secret) => dot.repeat(secret.chars().count()),
        }
    }

    /// The cursor in display cells.
    #[must_use]
    pub fn cursor(&self) -> usize {
        match self {
            Self::Open(input) => input.visual_cursor(),
            Self::Hidden(secret) => secret.chars().count(),
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        match self {
            Self::Open(input) => input.reset(),
            Self::Hidden(_) => *self = Self::hidden(),
        }
    }

    /// Text that came in one piece; line breaks and control characters stay outside.
    pub fn paste(&mut self, pasted: &str) {
        for c in pasted.trim().chars().filter(|c| !c.is_control()) {
            self.insert(c);
        }
    }

    /// A key; false if it means nothing in a line.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c);
            return true;
        }
        let letter = match key.code {
            Code::Char(c) => Some(c),
            _ => None,
        };
        let request = match (key.ctrl, key.alt, key.code) {
            (false, false, Code::Backspace) => InputRequest::DeletePrevChar,
            (false, false, Code::Delete) => InputRequest::DeleteNextChar,
            (false, false, Code::Left) => InputRequest::GoToPrevChar,
            (false, false, Code::Right) => InputRequest::GoToNextChar,
            (false, false, Code::Home) => InputRequest::GoToStart,
            (false, false, Code::End) => InputRequest::GoToEnd,
            (true, false, Code::Left) => InputRequest::GoToPrevWord,
            (true, false, Code::Right) => InputRequest::GoToNextWord,
            (true, false, _) => match letter {
                Some('a') => InputRequest::GoToStart,
                Some('e') => InputRequest::GoToEnd,
                Some('u') => InputRequest::DeleteLine,
                Some('k') => InputRequest::DeleteTillEnd,
                Some('w') => InputRequest::DeletePrevWord,
                _ => return false,
            },
            _ => return false,
        };
        match self {
            Self::Open(input) => {
                input.handle(request);
            }
            Self::Hidden(secret) => match request {
                InputRequest::DeletePrevChar => {
                    secret.pop();
                }
                InputRequest::DeleteLine | InputRequest::DeletePrevWord => self.clear(),
                _ => {}
            },
        }
        true
    }

    fn insert(&mut self, c: char) {
        if self.value().len() + c.len_utf8() > LONGEST {
            return;
        }
        match self {
            Self::Open(input) => {
                input.handle(InputRequest::InsertChar(c));
            }
            Self::Hidden(secret) => secret.push(c),
        }
    }

    /// The part of an open line that fits into some cells, and the cursor in it.
    #[must_use]
    pub fn window(&self, cells: usize, dot: &str) -> (String, usize) {
        let shown = self.shown(dot);
        let cursor = self.cursor();
        if cells == 0 {
            return (String::new(), 0);
        }
        if cursor < cells {
            return (text::head(&shown, cells).to_owned(), cursor);
        }
        // The end of the part left of the cursor, so that what is being typed is seen.
        let left = text::head(&shown, cursor);
        let part = text::tail(left, cells - 1);
        (part.to_owned(), text::width(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(line: &mut Line, keys: &[&str]) {
        for key in keys {
            line.key(key.parse().unwrap());
        }
    }

    #[test]
    fn edits_like_a_shell() {
        let mut line = Line::open("10.0.0.5:2886");
        type_in(&mut line, &["ctrl-a", "x", "ctrl-e", "backspace", "Y"]);
        assert_eq!(line.value(), "x10.0.0.5:288Y");
        type_in(&mut line, &["ctrl-u"]);
        line.paste(" 初\u{1b}始\n");
        assert_eq!((line.value(), line.cursor()), ("初始", 4));
        assert_eq!(line.window(4, "*"), ("始".to_owned(), 2));
    }

    #[test]
    fn a_password_is_never_shown() {
        let mut line = Line::hidden();
        type_in(&mut line, &["s", "e", "c", "backspace", "ö"]);
        assert_eq!(line.value(), "seö");
        assert_eq!(line.shown("*"), "***");
        assert_eq!(format!("{line:?}"), "***");
    }
}
