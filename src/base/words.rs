//! Time and size in words, two units at most.

use rust_i18n::t;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A duration as a table shows it: `1.0 s`, `42 s`, `3 min 10 s`, `2 h 05 min`,
/// `3 d 04 h`. A clock that ran backwards gives `0.0 s`.
#[must_use]
pub fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    let pair = |big: i64, small: i64| (ms / big, format!("{:02}", ms % big / small));
    if ms < 10 * SECOND {
        t!("%{n} s", n = tenths(ms)).into_owned()
    } else if ms < MINUTE {
        t!("%{n} s", n = ms / SECOND).into_owned()
    } else if ms < HOUR {
        let (min, s) = pair(MINUTE, SECOND);
        t!("%{min} min %{s} s", min = min, s = s).into_owned()
    } else if ms < DAY {
        let (h, min) = pair(HOUR, MINUTE);
        t!("%{h} h %{min} min", h = h, min = min).into_owned()
    } else {
        let (d, h) = pair(DAY, HOUR);
        t!("%{d} d %{h} h", d = d, h = h).into_owned()
    }
}

/// A duration in one unit, for what is an estimate or changes while one looks:
/// `0.4 s`, `42 s`, `3 min`, `2 h`, `3 d`.
#[must_use]
pub fn rough(ms: i64) -> String {
    let ms = ms.max(0);
    if ms < SECOND {
        t!("%{n} s", n = tenths(ms)).into_owned()
    } else if ms < MINUTE {
        t!("%{n} s", n = ms / SECOND).into_owned()
    } else if ms < HOUR {
        t!("%{n} min", n = ms / MINUTE).into_owned()
    } else if ms < DAY {
        t!("%{n} h", n = ms / HOUR).into_owned()
    } else {
        t!("%{n} d", n = ms / DAY).into_owned()
    }
}

/// How long ago something was: `2 s ago`, `5 min ago`.
#[must_use]
pub fn age(ms: i64) -> String {
    t!("%{time} ago", time = rough(ms)).into_owned()
}

/// A size in GiB with one digit; what would be `0.0 GiB` in a smaller unit.
#[must_use]
pub fn bytes(bytes: f64) -> String {
    const KIB: f64 = 1024.0;
    const MIB: f64 = 1024.0 * KIB;
    const GIB: f64 = 1024.0 * MIB;
    if !bytes.is_finite() || bytes <= 0.0 {
        "0 B".to_owned()
    } else if bytes >= GIB / 10.0 {
        format!("{:.1} GiB", bytes / GIB)
    } else if bytes >= MIB / 10.0 {
        format!("{:.1} MiB", bytes / MIB)
    } else if bytes >= KIB {
        format!("{:.1} KiB", bytes / KIB)
    } else {
        format!("{bytes:.0} B")
    }
}

/// The number of [`bytes`] in GiB without its unit, for columns that name it once.
#[must_use]
pub fn gib(bytes: f64) -> String {
    format!("{:.1}", bytes / (1024.0 * 1024.0 * 1024.0))
}

/// A size as the database reads it, in bytes: `2G`, `2048MB`, `512M`; a bare
/// number is megabytes.
#[must_use]
pub fn capacity(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "M" | "MB" => 20,
        "B" => 0,
        "K" | "KB" => 10,
        "G" | "GB" => 30,
        "T" | "TB" => 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

fn tenths(ms: i64) -> String {
    format!("{}.{}", ms / SECOND, ms % SECOND / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_its_own_key() {
        assert_eq!(
            rust_i18n::t!("No such. key here: %{n} more", n = 3),
            "No such. key here: 3 more"
        );
        assert_eq!(rust_i18n::t!("Join a node", locale = "zh-CN"), "加入节点");
        assert_eq!(
            rust_i18n::t!("No such key. %{n} here", locale = "zh-CN", n = 2),
            "No such key. 2 here"
        );
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (ms, words) in [
            (-5, "0.0 s"),
            (0, "0.0 s"),
            (1_049, "1.0 s"),
            (9_999, "9.9 s"),
            (10_000, "10 s"),
            (42_900, "42 s"),
            (63_000, "1 min 03 s"),
            (190_000, "3 min 10 s"),
            (7_500_000, "2 h 05 min"),
            (273_600_000, "3 d 04 h"),
            (i64::MAX, "106751991167 d 07 h"),
        ] {
            assert_eq!(duration(ms), words, "{ms}");
        }
    }

    #[test]
    fn capacities_are_read_as_the_database_reads_them() {
        assert_eq!(capacity("2G"), Some(2 << 30));
        assert_eq!(capacity(" 512mb "), Some(512 << 20));
        assert_eq!(capacity("64"), Some(64 << 20));
        for text in ["", "G", "2.5G", "2X", "-1G", "99999999999999T"] {
            assert_eq!(capacity(text), None, "{text}");
        }
    }

    #[test]
    fn rough_has_one() {
        for (ms, words) in [
            (400, "0.4 s ago"),
            (2_900, "2 s ago"),
            (300_000, "5 min ago"),
            (7_500_000, "2 h ago"),
            (200_000_000, "2 d ago"),
        ] {
            assert_eq!(age(ms), words, "{ms}");
        }
    }

    #[test]
    fn sizes_are_gib_where_that_says_something() {
        for (size, words) in [
            (0.0, "0 B"),
            (f64::NAN, "0 B"),
            (512.0, "512 B"),
            (2048.0, "2.0 KiB"),
            (3.5 * 1024.0 * 1024.0, "3.5 MiB"),
            (32.0 * 1024.0 * 1024.0 * 1024.0, "32.0 GiB"),
        ] {
            assert_eq!(bytes(size), words);
        }
        assert_eq!(gib(16.0 * 1024.0 * 1024.0 * 1024.0), "16.0");
    }
}
