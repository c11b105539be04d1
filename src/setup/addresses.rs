//! Addresses as operators type and paste them: a line each, commas, ranges.

use std::collections::HashSet;

use crate::fleet::{Address, AddressError};

/// How many agents one range may name; more is a typing mistake.
const RANGE_LIMIT: u32 = 256;

/// A part of the text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct AddressMistake {
    /// From 1.
    pub line: usize,
    /// What is wrong with which word.
    pub reason: String,
}

/// Reads addresses separated by line ends, commas, semicolons or blanks. A range
/// counts in the last part of an IPv4 address (`10.0.0.5-7`, `10.0.0.5-7:2886`) or
/// in the port (`127.0.0.1:2886-2888`). `#` starts a comment. An address that
/// stands twice is kept once.
///
/// # Errors
/// Every mistake, not just the first.
pub fn read(text: &str) -> Result<Vec<Address>, Vec<AddressMistake>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut mistakes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_text = line.split('#').next().unwrap_or_default();
        let words = line_text
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .filter(|word| !word.is_empty());
        for word in words {
            match expand(word) {
                Ok(addresses) => {
                    found.extend(
                        addresses
                            .into_iter()
                            .filter(|address| seen.insert(address.clone())),
                    );
                }
                Err(reason) => mistakes.push(AddressMistake {
                    line: index + 1,
                    reason,
                }),
            }
        }
    }
    if mistakes.is_empty() {
        Ok(found)
    } else {
        Err(mistakes)
    }
}

fn expand(word: &str) -> Result<Vec<Address>, String> {
    let plain = |text: &str| {
        text.parse()
            .map_err(|error: AddressError| format!("`{word}`: {error}"))
    };
    let (host, port) = match word.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (word, None),
    };
    if let Some((first, last)) = port.and_then(|port| port.split_once('-')) {
        return numbers(word, first, last, u32::from(u16::MAX))?
            .map(|port| plain(&format!("{host}:{port}")))
            .collect();
    }
    let last_part = host.rsplit_once('.').filter(|(net, _)| is_net(net));
    let Some((net, (first, last))) =
        last_part.and_then(|(net, part)| Some((net, part.split_once('-')?)))
    else {
        return Ok(vec![plain(word)?]);
    };
    let tail = port.map_or_else(String::new, |port| format!(":{port}"));
    numbers(word, first, last, 255)?
        .map(|part| plain(&format!("{net}.{part}{tail}")))
        .collect()
}

fn is_net(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

fn numbers(
    word: &str,
    first: &str,
    last: &str,
    highest: u32,
) -> Result<std::ops::RangeInclusive<u32>, String> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= highest);
    match (number(first), number(last)) {
        (Some(first), Some(last)) if last < first => {
            Err(format!("`{word}`: the range ends before it begins"))
        }
        (Some(first), Some(last)) if last - first >= RANGE_LIMIT => Err(format!(
            "`{word}`: a range names {RANGE_LIMIT} agents at most"
        )),
        (Some(first), Some(last)) => Ok(first..=last),
        _ => Err(format!(
            "`{word}`: a range looks like 10.0.0.5-7 or 10.0.0.5:2886-2888"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        read(text)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn reads_lines_ranges_and_comments() {
        assert_eq!(
            shown("10.0.0.5-7  # the first rack\n10.0.0.9:4000, 10.0.0.5\n\nob-1.example"),
            [
                "10.0.0.5:2886",
                "10.0.0.6:2886",
                "10.0.0.7:2886",
                "10.0.0.9:4000",
                "ob-1.example:2886"
            ]
        );
        assert_eq!(
            shown("127.0.0.1:2886-2887"),
            ["127.0.0.1:2886", "127.0.0.1:2887"]
        );
        assert_eq!(shown("10.0.0.5-6:99"), ["10.0.0.5:99", "10.0.0.6:99"]);
        assert_eq!(shown("db-1-2.example"), ["db-1-2.example:2886"]);
        assert_eq!(shown("[::1]:5 ::1"), ["[::1]:5", "[::1]:2886"]);
    }

    #[test]
    fn names_every_mistake_with_its_line() {
        let mistakes = read("10.0.0.5-7\n10.0.0.9-3\nh:99999\n10.0.0.1-900").unwrap_err();
        let lines: Vec<_> = mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [2, 3, 4]);
        assert!(
            mistakes[0].reason.contains("ends before it begins"),
            "{}",
            mistakes[0].reason
        );
    }
}
