//! The log of a subtask: one text with every run in it (`api/ocp.md §3.6`).

use jiff::Timestamp;
use serde_json::Value;

use super::fields::time;
use super::secrets::mask_line;
use crate::base::text::clean_lines;
use crate::fleet::task::LogLine;

const FENCE: &str = "############";

/// The lines of `data.log`, each with its run and, where one is written, its
/// time. `None` where there is no log.
pub fn log(data: &Value) -> Option<Vec<LogLine>> {
    let text = match data {
        Value::String(text) => text,
        data => data.get("log")?.as_str()?,
    };
    let mut attempt = None;
    let mut offset = "Z".to_owned();
    let mut at = None;
    let mut lines = Vec::new();
    for text in clean_lines(text) {
        if let Some(begun) = separator(&text) {
            attempt = Some(attempt.unwrap_or(0) + 1);
            at = time(&Value::from(begun));
            offset = offset_of(begun).unwrap_or(offset);
        } else if let Some(written) = stamp(&text, &offset) {
            at = Some(written);
        } else if text.is_empty() && lines.is_empty() {
            continue;
        }
        let text = mask_line(text);
        lines.push(LogLine { attempt, at, text });
    }
    Some(lines)
}

/// `############{EXECUTE}{2021-08-25T15:09:32.697+08:00}############`.
fn separator(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix(FENCE)?.strip_suffix(FENCE)?;
    let (_, time) = inner
        .strip_prefix('{')?
        .strip_suffix('}')?
        .split_once("}{")?;
    Some(time)
}

/// The lines carry no offset; the line that starts a run does.
fn offset_of(time: &str) -> Option<String> {
    let tail = time.get(19..)?;
    let at = tail.find(['+', '-', 'Z'])?;
    Some(tail[at..].to_owned())
}

/// `2021-08-25 15:09:32.716  INFO 57200 --- …`.
fn stamp(line: &str, offset: &str) -> Option<Timestamp> {
    let head = line.get(..23)?;
    if !head.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    time(&Value::from(format!(
        "{}{offset}",
        head.replacen(' ', "T", 1)
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn runs_and_times() {
        let text = "############{EXECUTE}{2021-08-25T15:09:32.697+08:00}############\n\
            2021-08-25 15:09:32.716  INFO 57200 --- [a] b : Run\n\n\
            \tat com.alipay.Foo stringMap={sys_password=p, a=1}\n\
            ############{RETRY}{2021-08-25T15:10:00+08:00}############\n\
            2021-08-25 15:10:01.000 ERROR 57200 --- [a] b : no\u{1b}[31m\n";
        let lines = log(&json!({"log": text})).unwrap();
        let runs: Vec<_> = lines.iter().map(|line| line.attempt).collect();
        assert_eq!(runs, [Some(1), Some(1), Some(1), Some(1), Some(2), Some(2)]);
        let at = lines[1].at.map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2021-08-25T07:09:32.716Z"));
        assert_eq!(lines[3].at, lines[1].at);
        assert!(lines[3].text.ends_with("{sys_password=***, a=1}"));
        assert!(!lines[5].text.contains('\u{1b}'));
    }

    #[test]
    fn nothing_is_no_log() {
        assert_eq!(log(&json!({})), None);
        assert_eq!(log(&json!({"log": ""})).map(|lines| lines.len()), Some(0));
        assert_eq!(log(&json!({"log": "plain"})).unwrap()[0].attempt, None);
    }
}
