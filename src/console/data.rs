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

/// Another cluster than the one that answered before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Name and id of the one before.
    pub before: (String, i64),
    /// Name and id of the one that answers now.
    pub now: (String, i64),
}

/// The last answers.
#[derive(Clone, Debug, Default)]
pub struct Data {
    known: BTreeMap<Ask, Known>,
    /// The cluster that this session is about: the first one that answered.
    own: Option<(String, i64)>,
    other: Option<Other>,
}

impl Data {
    /// Keeps an answer, or why there is none; the last good answer stays.
    pub fn arrived(&mut self, ask: Ask, result: Result<Asked, LinkError>, at: Timestamp) {
        if let Ok(Asked {
            picture: Picture::Cluster(cluster),
            ..
        }) = &result
        {
            self.compare(cluster);
        }
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

    /// Behind the same address another cluster may answer one day: a machine
    /// was given away, a tunnel leads elsewhere.
    fn compare(&mut self, cluster: &Cluster) {
        let Some(id) = cluster.id.filter(|_| cluster.is_initialised()) else {
            return;
        };
        let now = (cluster.name.clone(), id);
        match &self.own {
            None => self.own = Some(now),
            Some(own) if own.1 == id => self.other = None,
            Some(own) => {
                self.other = Some(Other {
                    before: own.clone(),
                    now,
                });
            }
        }
    }

    /// Another cluster than this session is about, if one answers.
    #[must_use]
    pub fn other(&self) -> Option<&Other> {
        self.other.as_ref()
    }

    /// From now on the session is about the other one.
    pub fn accept_other(&mut self) {
        if let Some(other) = self.other.take() {
            self.own = Some(other.now);
        }
    }

    /// What stops the questions until the operator has settled it: another key,
    /// or a refused password.
    #[must_use]
    pub fn trouble(&self) -> Option<&LinkError> {
        let errors = || self.known.values().filter_map(|known| known.error.as_ref());
        let key = |error: &&LinkError| matches!(error, LinkError::KeyChanged { .. });
        let password = |error: &&LinkError| matches!(error, LinkError::Unauthorized { .. });
        errors().find(key).or_else(|| errors().find(password))
    }

    /// The operator has settled it; the last good answers stay.
    pub fn settled(&mut self) {
        for known in self.known.values_mut() {
            let settled = matches!(
                known.error,
                Some(LinkError::KeyChanged { .. } | LinkError::Unauthorized { .. })
            );
            if settled {
                known.error = None;
            }
        }
    }

    /// Forgets everything: the session points somewhere else.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn picture(&self, ask: &Ask) -> Option<&Picture> {
        Some(&self.known.get(ask)?.asked.as_ref()?.picture)
    }
}
