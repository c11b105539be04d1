//! Every error code that an operator meets (`api/obshell.md §9`), with one line
//! of advice; what old agents say in its place; the fields that a refusal names.

mod advice;
mod busy;
mod fields;
mod legacy;

use std::borrow::Cow;

use rust_i18n::t;

pub use busy::{Busy, busy};
pub use fields::{FieldRefusal, fields};
pub use legacy::legacy;

/// The codes that have a line of advice of their own.
pub fn known() -> impl Iterator<Item = &'static str> {
    let codes = advice::ADVICE.iter().flat_map(|(codes, _)| codes.iter());
    codes.copied().filter(|code| !code.ends_with('*'))
}

/// One line of advice; empty for a code that nobody told us of: the server's
/// own words are shown anyway.
#[must_use]
pub fn advice(code: &str) -> Cow<'static, str> {
    let fits = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(family) => code.starts_with(family),
        None => *pattern == code,
    };
    let found = advice::ADVICE
        .iter()
        .find(|(codes, _)| codes.iter().any(fits));
    found.map_or(Cow::Borrowed(""), |(_, sentence)| t!(*sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_has_advice_in_both_languages() {
        assert!(known().count() > 100);
        for code in known() {
            assert!(!advice(code).is_empty(), "{code}");
        }
        for (codes, sentence) in advice::ADVICE {
            assert_eq!(t!(*sentence, locale = "en"), *sentence);
            let chinese = t!(*sentence, locale = "zh-CN");
            assert_ne!(chinese, *sentence, "{codes:?} has no Chinese");
        }
        assert_eq!(advice("Some.Day.New"), "");
        assert!(!advice("Task.SubDag.SomethingNew").is_empty());
    }

    #[test]
    fn no_code_stands_twice() {
        let mut codes: Vec<_> = known().collect();
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
