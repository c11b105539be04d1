//! The last answer to each question, its age, and why there is no newer one.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::fleet::Address;
use crate::fleet::cluster::Cluster;
use crate::fleet::task::Task;
use crate::link::{Ask, Asked, LinkError, Picture, Probe};

/// After this many milliseconds without a newer answer data is old.
const OLD_AFTER_MS: i64 = 15_000;

/// What is known of one question.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The last good answer.
    pub asked: Option<Asked>,
    /// Why the last try failed; gone after the next good answer.
    pub error: Option<LinkError>,
    /// When the last try failed.
    pub failed_at: Option<Timestamp>,
}

impl Known {
    /// Age of the answer in milliseconds.
    #[must_use]
    pub fn age_ms(&self, now: Timestamp) -> Option<i64> {
        self.asked
            .as_ref()
            .map(|asked| (now.as_millisecond() - asked.at.as_millisecond()).max(0))
    }

    /// Whether it must not be shown as fresh.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.error.is_some() || self.age_ms(now).is_some_and(|age| age > OLD_AFTER_MS)
    }
}

/// The last answers.
#[derive(Clone, Debug, Default)]
pub struct Data {
    known: BTreeMap<Ask, Known>,
}

impl Data {
    /// Keeps an answer, or why there is none; the last good answer stays.
    pub fn arrived(&mut self, ask: Ask, result: Result<Asked, LinkError>, at: Timestamp) {
        let known = self.known.entry(ask).or_default();
        match result {
            Ok(asked) => {
                *known = Known {
                    asked: Some(asked),
                    error: None,
                    failed_at: None,
                }
            }
            Err(error) => {
                known.error = Some(error);
                known.failed_at = Some(at);
            }
        }
    }

    /// What is known of a question.
    #[must_use]
    pub fn known(&self, ask: &Ask) -> Option<&Known> {
        self.known.get(ask)
    }

    /// The cluster, if it has answered.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        match self.picture(&Ask::Cluster)? {
            Picture::Cluster(cluster) => Some(cluster),
            _ => None,
        }
    }

    /// All tasks, newest first; empty before the first answer.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        match self.picture(&Ask::Tasks) {
            Some(Picture::Tasks(tasks)) => tasks,
            _ => &[],
        }
    }

    /// What an agent said of itself.
    #[must_use]
    pub fn probe(&self, address: &Address) -> Option<&Probe> {
        match self.picture(&Ask::Probe(address.clone()))? {
            Picture::Probe(probe) => Some(probe),
            _ => None,
        }
    }

    /// Forgets everything: the session points somewhere else.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    fn picture(&self, ask: &Ask) -> Option<&Picture> {
        Some(&self.known.get(ask)?.asked.as_ref()?.picture)
    }
}
