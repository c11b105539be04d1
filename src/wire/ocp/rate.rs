//! How many requests are left (`api/ocp.md §4.3`).

/// The three `RateLimit-` headers of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in the window.
    pub limit: u64,
    /// Requests that are left in it.
    pub remaining: u64,
    /// Seconds until the window starts again.
    pub reset_s: u64,
}

impl RateLimit {
    /// `None` where the server sends no such headers.
    pub fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let number = |name: &str| header(name)?.trim().parse().ok();
        Some(Self {
            limit: number("RateLimit-Limit")?,
            remaining: number("RateLimit-Remaining")?,
            reset_s: number("RateLimit-Reset")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_or_none() {
        let all = |name: &str| match name {
            "RateLimit-Limit" => Some("100"),
            "RateLimit-Remaining" => Some("7"),
            "RateLimit-Reset" => Some(" 53 "),
            _ => None,
        };
        let read = RateLimit {
            limit: 100,
            remaining: 7,
            reset_s: 53,
        };
        assert_eq!(RateLimit::read(all), Some(read));
        assert_eq!(RateLimit::read(|_| Some("soon")), None);
        assert_eq!(RateLimit::read(|_| None), None);
    }
}
