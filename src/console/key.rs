//! A key of the keyboard, free of any terminal library, and its spelling (`ctrl-d`, `G`, `?`).

use std::fmt;
use std::str::FromStr;

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A printable character, upper case where shift was held.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab; with `shift` it goes back.
    Tab,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// First column or row.
    Home,
    /// Last column or row.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// A key with what was held beside it. Make it with [`Key::new`], which brings
/// the many ways in which terminals report shift to one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Control was held.
    pub ctrl: bool,
    /// Alt or Meta was held.
    pub alt: bool,
    /// Shift was held; always false for characters, whose case says it.
    pub shift: bool,
}

/// Why a text names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key; write `x`, `X`, `?`, `ctrl-d`, `alt-x`, `shift-tab`, `enter`, `f5`")]
pub struct KeyError(pub String);

impl Key {
    /// A key from what a terminal reports: some report `G` as `G`, some as `g`
    /// or `G` with shift; control with a letter comes in either case.
    #[must_use]
    pub fn new(code: Code, ctrl: bool, alt: bool, shift: bool) -> Self {
        let code = match code {
            Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
            Code::Char(c) if shift => Code::Char(c.to_uppercase().next().unwrap_or(c)),
            other => other,
        };
        let shift = shift && !matches!(code, Code::Char(_));
        Self {
            code,
            ctrl,
            alt,
            shift,
        }
    }

    /// A key without anything held.
    #[must_use]
    pub fn plain(code: Code) -> Self {
        Self::new(code, false, false, false)
    }

    /// The character that this key types into a field, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

const NAMED: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("space", Code::Char(' ')),
];

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError(text.to_owned());
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        // A lone `-` and `ctrl--` are keys too, so the last character never counts as a separator.
        while let Some((held, tail)) = rest.split_once('-').filter(|(_, tail)| !tail.is_empty()) {
            match held.to_ascii_lowercase().as_str() {
                "ctrl" | "c" if !ctrl => ctrl = true,
                "alt" | "meta" if !alt => alt = true,
                "shift" if !shift => shift = true,
                _ => return Err(wrong()),
            }
            rest = tail;
        }
        let lower = rest.to_ascii_lowercase();
        if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == lower) {
            return Ok(Self::new(*code, ctrl, alt, shift));
        }
        let mut chars = rest.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_control()
        {
            return Ok(Self::new(Code::Char(c), ctrl, alt, shift));
        }
        match lower.strip_prefix('f').map(str::parse::<u8>) {
            Some(Ok(number @ 1..=24)) => Ok(Self::new(Code::F(number), ctrl, alt, shift)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, word) in [
            (self.ctrl, "ctrl-"),
            (self.alt, "alt-"),
            (self.shift, "shift-"),
        ] {
            if held {
                f.write_str(word)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "f{number}"),
            // Every other code stands in the table above.
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_goes_both_ways() {
        for text in [
            "j",
            "G",
            "?",
            "-",
            "/",
            "[",
            "ctrl-d",
            "ctrl--",
            "alt-x",
            "shift-tab",
            "enter",
            "space",
            "f5",
            "pagedown",
            "ctrl-shift-up",
            "é",
        ] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn shift_is_the_case_of_a_letter() {
        let reported = [
            Key::new(Code::Char('g'), false, false, true),
            Key::new(Code::Char('G'), false, false, true),
            Key::new(Code::Char('G'), false, false, false),
        ];
        assert!(reported.iter().all(|key| *key == "G".parse().unwrap()));
        assert_eq!(
            Key::new(Code::Char('D'), true, false, true),
            "ctrl-d".parse().unwrap()
        );
    }

    #[test]
    fn refuses_what_is_no_key() {
        for text in [
            "",
            "ctrl-",
            "hyper-x",
            "ctrl-ctrl-x",
            "entr",
            "f0",
            "f25",
            "\u{1b}",
        ] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }
}
