//! Repeated log lines as one: an agent that polls another writes the same line
//! each second (`remote task ID NAME running [1/1]`, 31 times).

/// A line and how often it stood there in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded<'a> {
    /// The last of the lines, which says how far it is.
    pub text: &'a str,
    /// How many there were.
    pub times: usize,
    /// Place of the first one in the log.
    pub at: usize,
}

/// Folds lines that repeat the one before, but for a counter or a time in it.
pub fn fold<'a, T>(lines: impl IntoIterator<Item = &'a T>) -> Vec<Folded<'a>>
where
    T: AsRef<str> + ?Sized + 'a,
{
    let mut folded: Vec<Folded<'a>> = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        let text = line.as_ref();
        match folded.last_mut() {
            Some(last) if is_alike(last.text, text) => {
                last.text = text;
                last.times += 1;
            }
            _ => folded.push(Folded { text, times: 1, at }),
        }
    }
    folded
}

/// Whether two lines are the same but for counters. Names, ids and addresses
/// are no counters: two agents that say the same are two lines.
fn is_alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (mut a, mut b) = (a.split(' '), b.split(' '));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || (is_counter(a) && is_counter(b)) => {}
            _ => return false,
        }
    }
}

/// `[3/10]`, `31`, `42s`, `1.5s`, `80%`, `(7`. Long numbers are ids.
fn is_counter(word: &str) -> bool {
    const ID: usize = 7;
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let bare = word.trim_matches(['[', ']', '(', ')', ',', '.', ';']);
    let number = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    (1..ID).contains(&digits)
        && bare.len() - number.len() <= 2
        && number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'/' || byte == b'.')
        && number.bytes().filter(|byte| *byte == b'.').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::fold;

    fn folded(lines: &[&str]) -> Vec<(String, usize)> {
        let folded = fold(lines.iter().copied());
        folded
            .iter()
            .map(|line| (line.text.to_owned(), line.times))
            .collect()
    }

    #[test]
    fn polls_are_one_line() {
        let mut lines = vec!["retry flag: false"];
        lines.extend(vec![
            "remote task 22130706433028875 Start observer running [1/1]";
            31
        ]);
        lines.push("task Start observer: start observer");
        let folded = folded(&lines);
        assert_eq!(folded.len(), 3);
        assert_eq!(folded[1].1, 31);
    }

    #[test]
    fn counters_differ_and_names_do_not() {
        assert_eq!(
            folded(&["wait 1 s", "wait 2 s", "wait 13 s"]),
            [("wait 13 s".to_owned(), 3)]
        );
        assert_eq!(folded(&["done [1/3]", "done [2/3]"]).len(), 1);
        assert_eq!(
            folded(&["127.0.0.1:2886 is ready", "127.0.0.1:2887 is ready"]).len(),
            2
        );
        assert_eq!(
            folded(&["build zone1 config", "build zone2 config"]).len(),
            2
        );
        assert_eq!(
            folded(&["task 22130706433028875 ends", "task 22130706433028876 ends"]).len(),
            2
        );
        assert_eq!(folded(&["listen 10.0.0.5", "listen 10.0.0.6"]).len(), 2);
    }
}
