//! The query of a request: filters, order and pages.

use serde_json::Value;

use super::answer::{Answer, Paging, Refusal};
use super::auth::pairs;
use super::route::Outcome;

/// Decoded pairs; filters may hold several values, comma-joined or repeated.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub fn read(text: &str) -> Self {
        Self(pairs(text))
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == key && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether the value is among those wanted; an absent filter wants all.
    pub fn wants(&self, key: &str, value: &str) -> bool {
        let mut values = self
            .0
            .iter()
            .filter(|(known, value)| known == key && !value.is_empty())
            .peekable();
        values.peek().is_none()
            || values.any(|(_, wanted)| {
                wanted
                    .split(',')
                    .any(|word| word.trim().eq_ignore_ascii_case(value))
            })
    }

    /// Whether the text contains what is looked for.
    pub fn finds(&self, key: &str, text: &str) -> bool {
        self.get(key)
            .is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
    }

    pub fn number(&self, key: &str) -> Result<Option<i64>, Refusal> {
        let number = self.get(key).map(str::parse).transpose();
        number.map_err(|_| Refusal::new(400, "COM10001").with([key]))
    }

    pub fn paging(&self, most: usize) -> Result<Paging, Refusal> {
        let within = |key: &str, default: i64, most: i64| {
            let number = self.number(key)?.unwrap_or(default);
            let good = (1..=most).contains(&number);
            good.then_some(number as usize)
                .ok_or_else(|| Refusal::new(400, "COM10001").with([key]))
        };
        Ok(Paging {
            number: within("page", 1, i64::from(i32::MAX))?,
            size: within("size", 10, most as i64)?,
        })
    }

    /// Whether the order is descending; only `id` can be sorted by.
    pub fn descending(&self, default: bool) -> Result<bool, Refusal> {
        match self.get("sort") {
            None => Ok(default),
            Some(sort) => match sort.split_once(',').unwrap_or((sort, "asc")) {
                ("id", order) => Ok(order.eq_ignore_ascii_case("desc")),
                (field, _) => Err(Refusal::new(400, "COM10011").with([field])),
            },
        }
    }
}

/// One page of the ones that are wanted, each printed only when it is shown.
pub(super) fn page<T>(
    query: &Query,
    most: usize,
    rows: &[T],
    show: impl Fn(&T) -> Value,
) -> Outcome {
    let paging = query.paging(most)?;
    let total = rows.len();
    let skip = (paging.number - 1).saturating_mul(paging.size);
    let shown = rows.iter().skip(skip).take(paging.size).map(show).collect();
    Ok(Answer::Page(shown, paging, total))
}

/// Rows of a page of all lists but the alarms'.
pub(super) const MOST: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_hold_several_values() {
        let query = Query::read("status=RUNNING%2Cfailed&name=ob");
        assert!(query.wants("status", "FAILED") && !query.wants("status", "SUCCESSFUL"));
        assert!(query.wants("type", "anything") && query.finds("name", "Add OB server"));
        assert!(Query::read("size=2001").paging(MOST).is_err());
        assert!(Query::read("page=0").paging(MOST).is_err());
        assert_eq!(
            Query::read("sort=name,asc")
                .descending(true)
                .unwrap_err()
                .code,
            "COM10011"
        );
    }
}
