//! The log of one sub-task: repeats folded, and a place in it.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::fleet::task::{Key, LogLine};

/// How a line should be read, by the servers' own prefixes (`api/obshell.md §5.2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing special.
    Plain,
    /// `WARN: …`
    Warning,
    /// `ERROR: …`
    Error,
}

/// One line, however often it came in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// Which attempt wrote it.
    pub attempt: Option<u32>,
    /// When it came first, if the server says.
    pub at: Option<Timestamp>,
    /// The text.
    pub text: String,
    /// How often it stands there in a row.
    pub times: usize,
}

impl Folded {
    /// How to read it. A remote line carries the prefix `task NAME: ` before its own.
    #[must_use]
    pub fn level(&self) -> Level {
        level(&self.text)
    }
}

/// How to read a line of a log.
#[must_use]
pub fn level(text: &str) -> Level {
    let own = match text.strip_prefix("task ") {
        Some(rest) => rest.split_once(": ").map_or(text, |(_, own)| own),
        None => text,
    };
    let starts = |word: &str| {
        [text, own].iter().any(|line| {
            line.get(..word.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(word))
        })
    };
    if starts("ERROR") {
        Level::Error
    } else if starts("WARN") {
        Level::Warning
    } else {
        Level::Plain
    }
}

/// Folds lines that repeat in a row within one attempt.
pub fn fold<'a>(
    lines: impl IntoIterator<Item = (Option<u32>, Option<Timestamp>, &'a str)>,
) -> Vec<Folded> {
    let mut out: Vec<Folded> = Vec::new();
    for (attempt, at, text) in lines {
        match out.last_mut() {
            Some(last) if last.text == text && last.attempt == attempt => last.times += 1,
            _ => out.push(Folded {
                attempt,
                at,
                text: text.to_owned(),
                times: 1,
            }),
        }
    }
    out
}

/// The whole log of one sub-task on the screen.
#[derive(Clone, Debug)]
pub struct LogView {
    /// The node that wrote it.
    pub key: Key,
    /// Its id at the server: what is asked for.
    pub id: String,
    /// `Start observer @ 10.0.0.7:2886`.
    pub title: String,
    /// What was folded; empty until the first answer.
    pub lines: Vec<Folded>,
    /// How many lines there were before folding.
    pub raw_lines: usize,
    /// Whether this is the whole log; until the answer comes it holds the lines
    /// that came with the task.
    pub whole: bool,
    /// First line on the screen while it does not follow.
    pub top: usize,
    /// Whether the end stays on the screen.
    pub follow: bool,
    /// Whether long lines are broken rather than cut.
    pub wrap: bool,
    /// What is searched for; empty for nothing.
    pub searched: String,
}

impl LogView {
    /// A view of the log of `key`, filled with what is known already.
    #[must_use]
    pub fn new(key: Key, id: String, title: String, known: &[String]) -> Self {
        Self {
            key,
            id,
            title,
            lines: fold(known.iter().map(|text| (None, None, text.as_str()))),
            raw_lines: known.len(),
            whole: false,
            top: 0,
            follow: true,
            wrap: false,
            searched: String::new(),
        }
    }

    /// The whole log came. The place stays where it was.
    pub fn arrived(&mut self, lines: &[LogLine]) {
        self.lines = fold(
            lines
                .iter()
                .map(|line| (line.attempt, line.at, line.text.as_str())),
        );
        self.raw_lines = lines.len();
        self.whole = true;
        self.top = self.top.min(self.lines.len().saturating_sub(1));
    }

    /// Moves the first visible line; reaching the end follows again.
    pub fn scroll(&mut self, by: isize, height: usize) {
        let last_top = self.lines.len().saturating_sub(height.max(1));
        let from = if self.follow { last_top } else { self.top };
        self.top = from.saturating_add_signed(by).min(last_top);
        self.follow = self.top == last_top && by >= 0;
    }

    /// To the next error after the first visible line, round the end.
    pub fn next_error(&mut self) -> bool {
        let found = self
            .after_top()
            .find(|&at| self.lines[at].level() == Level::Error);
        self.show(found)
    }

    /// Searches from here on as it is typed.
    pub fn search(&mut self, text: &str) {
        self.searched = text.to_lowercase();
        if !self.searched.is_empty() && !self.matches(self.top) {
            self.next_match(1);
        }
    }

    /// Whether that line has what is searched for.
    #[must_use]
    pub fn matches(&self, line: usize) -> bool {
        let text = self.lines.get(line).map(|line| line.text.to_lowercase());
        !self.searched.is_empty() && text.is_some_and(|text| text.contains(&self.searched))
    }

    /// To the next line with what is searched for, or the one before.
    pub fn next_match(&mut self, by: isize) -> bool {
        let found = if by < 0 {
            let mut back: Vec<usize> = self.after_top().collect();
            back.reverse();
            back.into_iter()
                .find(|&at| at != self.top && self.matches(at))
        } else {
            self.after_top().find(|&at| self.matches(at))
        };
        self.show(found)
    }

    /// The whole log as it is copied.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for line in &self.lines {
            out.push_str(&line.text);
            if line.times > 1 {
                let _ = write!(out, " ({} times)", line.times);
            }
            out.push('\n');
        }
        out
    }

    /// How many lines have what is searched for.
    #[must_use]
    pub fn found(&self) -> usize {
        (0..self.lines.len()).filter(|at| self.matches(*at)).count()
    }

    /// How many lines are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        let errors = self
            .lines
            .iter()
            .filter(|line| line.level() == Level::Error);
        errors.count()
    }

    /// The name of a file for it.
    #[must_use]
    pub fn file_name(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric();
        let id: String = self.id.chars().filter(|c| plain(*c)).collect();
        format!("obdeck-log-{id}.txt")
    }

    /// Every line once, from the one after the first visible one, round the end.
    fn after_top(&self) -> impl Iterator<Item = usize> + use<> {
        let len = self.lines.len();
        let from = if self.follow {
            len
        } else {
            (self.top + 1).min(len)
        };
        (from..len).chain(0..from)
    }

    fn show(&mut self, line: Option<usize>) -> bool {
        if let Some(at) = line {
            self.top = at;
            self.follow = false;
        }
        line.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(lines: &[&str]) -> LogView {
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        LogView::new(Key("sub_task:1".into()), "1".into(), "a".into(), &lines)
    }

    #[test]
    fn repeats_fold_within_an_attempt() {
        let lines = [
            (Some(1), None, "wait"),
            (Some(1), None, "wait"),
            (Some(2), None, "wait"),
            (Some(2), None, "done"),
        ];
        let folded = fold(lines);
        let times: Vec<_> = folded.iter().map(|line| line.times).collect();
        assert_eq!(times, [2, 1, 1]);
    }

    #[test]
    fn levels_are_read_through_the_remote_prefix() {
        assert_eq!(level("ERROR: [Common.Unexpected]: x"), Level::Error);
        assert_eq!(level("task Start observer: ERROR: x"), Level::Error);
        assert_eq!(level("WARN: slow"), Level::Warning);
        assert_eq!(level("no error here"), Level::Plain);
        assert_eq!(level("节点 ERROR"), Level::Plain);
    }

    #[test]
    fn scrolling_up_stops_following_and_the_end_follows_again() {
        let mut log = view(&["a", "b", "c", "d", "e"]);
        log.scroll(-1, 2);
        assert_eq!((log.top, log.follow), (2, false));
        log.scroll(5, 2);
        assert_eq!((log.top, log.follow), (3, true));
        log.scroll(-50, 2);
        assert_eq!((log.top, log.follow), (0, false));
    }

    #[test]
    fn the_next_error_goes_round() {
        let mut log = view(&["ERROR: a", "b", "ERROR: c", "d"]);
        assert!(log.next_error());
        assert_eq!(log.top, 0);
        log.next_error();
        assert_eq!(log.top, 2);
        log.next_error();
        assert_eq!(log.top, 0);
        assert!(!view(&["fine"]).next_error());
    }
}
