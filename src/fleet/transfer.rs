//! How far a file is on its way, how fast it goes, how long it will take.

use std::collections::VecDeque;

use jiff::Timestamp;
use rust_i18n::t;

use crate::base::words;

/// What is done with the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// It is read, for its digest.
    #[default]
    Reading,
    /// It is sent.
    Sending,
    /// It is sent; the answer is awaited.
    Waiting,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub step: Step,
    /// Bytes that this step is through with.
    pub done: u64,
    /// Bytes in all.
    pub of: u64,
}

impl Progress {
    /// From 0 to 100; 100 only when nothing is left.
    #[must_use]
    pub fn percent(&self) -> u8 {
        let done = u128::from(self.done.min(self.of)) * 100;
        done.checked_div(u128::from(self.of)).unwrap_or(0) as u8
    }
}

/// A rate is that of the last so many milliseconds.
const WINDOW_MS: i64 = 10_000;
/// Two marks are so far apart at least.
const MARK_MS: i64 = 250;
/// Over less than this no rate is said.
const SHORTEST_MS: i64 = 500;

/// Progress over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    now: Progress,
    /// When how much was done, oldest first, of this step.
    marks: VecDeque<(i64, u64)>,
}

impl Course {
    /// It has come so far.
    pub fn moved(&mut self, at: Timestamp, progress: Progress) {
        if progress.step != self.now.step {
            self.marks.clear();
        }
        self.now = progress;
        let at = at.as_millisecond();
        if self
            .marks
            .back()
            .is_none_or(|(last, _)| at - last >= MARK_MS)
        {
            self.marks.push_back((at, progress.done));
        }
        // One that is older than the window stays, as its beginning.
        while self
            .marks
            .get(1)
            .is_some_and(|(second, _)| at - second > WINDOW_MS)
        {
            self.marks.pop_front();
        }
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.now
    }

    /// Bytes a second, once there is something to say of it. What stands still
    /// grows slower while one looks.
    #[must_use]
    pub fn rate(&self, now: Timestamp) -> Option<f64> {
        let (since, done) = *self.marks.front()?;
        let ms = now.as_millisecond() - since;
        let bytes = self.now.done.saturating_sub(done);
        (ms >= SHORTEST_MS && bytes > 0).then(|| bytes as f64 * 1000.0 / ms as f64)
    }

    /// Milliseconds that are left at that rate.
    #[must_use]
    pub fn left_ms(&self, now: Timestamp) -> Option<i64> {
        let left = self.now.of.saturating_sub(self.now.done);
        Some((left as f64 * 1000.0 / self.rate(now)?) as i64)
    }

    /// What is being done, in a word or two.
    #[must_use]
    pub fn deed(&self) -> String {
        match self.now.step {
            Step::Reading => t!("Reading the file"),
            Step::Sending => t!("Sending"),
            Step::Waiting => t!("Sent; waiting for the answer"),
        }
        .into_owned()
    }

    /// Percent, bytes, rate and what is left, each where it is known.
    #[must_use]
    pub fn figures(&self, now: Timestamp) -> Vec<String> {
        if self.now.step == Step::Waiting {
            return vec![size(self.now.of)];
        }
        let mut figures = vec![
            format!("{} %", self.now.percent()),
            amount(self.now.done, self.now.of),
        ];
        if let Some(rate) = self.rate(now) {
            figures.push(format!("{}/s", size(rate as u64)));
        }
        if let Some(left) = self.left_ms(now).filter(|left| *left > 0) {
            figures.push(t!("about %{time} left", time = words::rough(left)).into_owned());
        }
        figures
    }
}

/// `42.0 MiB of 300.0 MiB`.
#[must_use]
pub fn amount(done: u64, of: u64) -> String {
    let (done, of) = (size(done), size(of));
    t!("%{done} of %{of}", done = done, of = of).into_owned()
}

/// A package grows by tenths of a MiB, also where it has hundreds of them.
fn size(bytes: u64) -> String {
    const MIB: f64 = (1 << 20) as f64;
    let bytes = bytes as f64;
    if (MIB..MIB * 10_000.0).contains(&bytes) {
        format!("{:.1} MiB", bytes / MIB)
    } else {
        words::bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn sending(done: u64) -> Progress {
        Progress {
            step: Step::Sending,
            done: done << 20,
            of: 300 << 20,
        }
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut course = Course::default();
        for second in 0..=20 {
            // 1 MiB a second, then 10.
            let done = if second < 10 {
                second
            } else {
                10 + (second - 10) * 10
            };
            course.moved(at(second as i64 * 1000), sending(done));
        }
        let rate = course.rate(at(20_000)).unwrap() / f64::from(1 << 20);
        assert!((9.0..=10.0).contains(&rate), "{rate}");
        let left = course.left_ms(at(20_000)).unwrap();
        assert!((19_000..=21_500).contains(&left), "{left}");
        assert_eq!(
            course.figures(at(20_000))[..2],
            ["36 %", "110.0 MiB of 300.0 MiB"]
        );
        // Nothing moves any more: it gets slower, and the rest longer.
        assert!(course.rate(at(60_000)).unwrap() < rate * f64::from(1 << 20) / 4.0);
    }

    #[test]
    fn a_new_step_begins_anew_and_says_no_rate_at_first() {
        let mut course = Course::default();
        let read = Progress {
            step: Step::Reading,
            ..sending(300)
        };
        course.moved(at(0), read);
        course.moved(at(1000), sending(1));
        assert_eq!(course.rate(at(1000)), None);
        assert_eq!(course.figures(at(1000)).len(), 2);
        assert_eq!(course.progress().percent(), 0);
    }

    #[test]
    fn a_hundred_percent_is_the_end() {
        let last = Progress {
            step: Step::Sending,
            done: 999,
            of: 1000,
        };
        assert_eq!(last.percent(), 99);
        assert_eq!(Progress::default().percent(), 0);
    }
}
