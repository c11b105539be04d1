//! Several lines that are typed or pasted into.

use crate::console::input::Line;
use crate::console::key::{Code, Key};

/// More lines than anybody's list of agents has.
const MOST: usize = 2_000;

/// A text of lines; there is always one.
#[derive(Clone, Debug)]
pub struct Sheet(Vec<Line>);

impl Default for Sheet {
    fn default() -> Self {
        Self(vec![Line::default()])
    }
}

impl Sheet {
    /// A text with the cursor behind it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let lines: Vec<_> = text.lines().take(MOST).map(Line::open).collect();
        if lines.is_empty() {
            Self::default()
        } else {
            Self(lines)
        }
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.0
    }

    /// Everything, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<_> = self.0.iter().map(Line::value).collect();
        lines.join("\n")
    }

    /// Whether nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|line| line.value().trim().is_empty())
    }

    /// A key in a line. Says in which line the cursor is now; `None`: the key
    /// means nothing here.
    pub fn key(&mut self, at: usize, key: Key) -> Option<usize> {
        let count = self.0.len();
        let line = self.0.get_mut(at)?;
        match key.code {
            Code::Enter if count < MOST => {
                self.0.insert(at + 1, Line::default());
                Some(at + 1)
            }
            Code::Enter => Some(at),
            Code::Backspace if line.is_empty() && at > 0 => {
                self.0.remove(at);
                Some(at - 1)
            }
            _ => line.key(key).then_some(at),
        }
    }

    /// Text in one piece; its lines become lines. Says where the cursor is now.
    pub fn paste(&mut self, at: usize, text: &str) -> usize {
        let mut at = at.min(self.0.len().saturating_sub(1));
        for (index, part) in text.split(['\n', '\r']).enumerate() {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let fresh = self.0.get(at).is_some_and(Line::is_empty);
            if index > 0 && !fresh && self.0.len() < MOST {
                at += 1;
                self.0.insert(at, Line::default());
            }
            if let Some(line) = self.0.get_mut(at) {
                line.paste(part);
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_and_go() {
        let mut sheet = Sheet::default();
        let mut at = 0;
        for key in ["1", "enter", "2", "enter", "backspace", "3"] {
            at = sheet.key(at, key.parse().unwrap()).unwrap();
        }
        assert_eq!((sheet.text().as_str(), at), ("1\n23", 1));
        assert_eq!(sheet.key(0, "f5".parse().unwrap()), None);
    }

    #[test]
    fn a_paste_keeps_its_lines() {
        let mut sheet = Sheet::default();
        let at = sheet.paste(0, "10.0.0.5-7\r\n\r\n10.0.0.9 # far\n");
        assert_eq!(
            (sheet.text().as_str(), at),
            ("10.0.0.5-7\n10.0.0.9 # far", 1)
        );
        let at = sheet.paste(at, "x");
        assert_eq!(
            (sheet.text().as_str(), at),
            ("10.0.0.5-7\n10.0.0.9 # farx", 1)
        );
    }
}
