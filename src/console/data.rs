//! The last answer to each question, its age, and why there is no newer one.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::fleet::Address;
use crate::fleet::cluster::Cluster;
use crate::fleet::platform::ManagedCluster;
use crate::fleet::task::Task;
use crate::link::{Ask, Asked, LinkError, Picture, Probe};

/// After this many milliseconds without a newer answer data is old.
const OLD_AFTER_MS: i64 = 15_000;

/// So many answers are kept.
const KEPT: usize = 128;

/// What is known of one question.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The last good answer.
    pub asked: Option<Asked>,
    /// Why the last try failed; gone after the next good answer.
    pub error: Option<LinkError>,
    /// When the last try failed.
    pub failed_at: Option<Timestamp>,
    /// Another number for each answer and each failure of the session.
    pub version: u64,
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
    /// The cluster of a platform that the panes are about.
    chosen: Option<String>,
    /// How many answers and failures came.
    answers: u64,
}

impl Data {
    /// Keeps an answer, or why there is none; the last good answer stays.
    pub fn arrived(&mut self, ask: Ask, result: Result<Asked, LinkError>, at: Timestamp) {
        // The clusters of a platform are many, and none is a stranger.
        if let Ok(Asked {
            picture: Picture::Cluster(cluster),
            ..
        }) = &result
        {
            self.compare(cluster);
        }
        self.forget_some(&ask);
        let known = self.known.entry(ask).or_default();
        self.answers += 1;
        match result {
            Ok(asked) => {
                *known = Known {
                    asked: Some(asked),
                    error: None,
                    failed_at: None,
                    version: self.answers,
                };
            }
            Err(error) => {
                known.error = Some(error);
                known.failed_at = Some(at);
                known.version = self.answers;
            }
        }
    }

    /// A session of days must not keep every task and every log that was ever
    /// looked at: of what belongs to one id the oldest answers go.
    fn forget_some(&mut self, coming: &Ask) {
        if self.known.len() < KEPT || self.known.contains_key(coming) {
            return;
        }
        let by_id = self.known.iter().filter(|(ask, _)| {
            matches!(
                ask,
                Ask::Task(_) | Ask::Log(_) | Ask::Probe(_) | Ask::Host(_)
            )
        });
        let oldest = by_id.min_by_key(|(_, known)| {
            let answered = known.asked.as_ref().map(|asked| asked.at);
            answered.max(known.failed_at)
        });
        if let Some(ask) = oldest.map(|(ask, _)| ask.clone()) {
            self.known.remove(&ask);
        }
    }

    /// What is known of a question.
    #[must_use]
    pub fn known(&self, ask: &Ask) -> Option<&Known> {
        self.known.get(ask)
    }

    /// Which answer to a question, or failure, is the last one; 0 before the
    /// first. What is made of it is made again when this differs.
    #[must_use]
    pub fn version(&self, ask: &Ask) -> u64 {
        self.known.get(ask).map_or(0, |known| known.version)
    }

    /// The cluster, if it has answered.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        match self.picture(&self.cluster_ask())? {
            Picture::Cluster(cluster) => Some(cluster),
            Picture::Managed(managed) => Some(&managed.cluster),
            _ => None,
        }
    }

    /// The cluster as its platform knows it, with the platform's ids.
    #[must_use]
    pub fn managed(&self) -> Option<&ManagedCluster> {
        match self.picture(&self.cluster_ask())? {
            Picture::Managed(managed) => Some(managed),
            _ => None,
        }
    }

    /// The cluster of a platform that the panes are about.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// Whether panes were about another cluster until now.
    pub(super) fn choose(&mut self, id: Option<String>) -> bool {
        let changed = self.chosen != id;
        self.chosen = id;
        changed
    }

    /// The question whose answer fills the panes.
    #[must_use]
    pub fn cluster_ask(&self) -> Ask {
        match &self.chosen {
            Some(id) => Ask::ManagedCluster(id.clone()),
            None => Ask::Cluster,
        }
    }

    /// The question whose answer fills the list of tasks.
    #[must_use]
    pub fn tasks_ask(&self) -> Ask {
        match &self.chosen {
            Some(id) => Ask::TasksOf(id.clone()),
            None => Ask::Tasks,
        }
    }

    /// All tasks, newest first; empty before the first answer.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        self.tasks_of(&self.tasks_ask())
    }

    /// The tasks that answered one question.
    #[must_use]
    pub fn tasks_of(&self, ask: &Ask) -> &[Task] {
        match self.picture(ask) {
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

    /// Every task that is known, those that are open with their nodes first.
    pub fn known_tasks(&self) -> impl Iterator<Item = &Task> {
        let pictures = || self.known.keys().filter_map(|ask| self.picture(ask));
        let open = pictures().filter_map(|picture| match picture {
            Picture::Task(task) => Some(task.as_ref()),
            _ => None,
        });
        open.chain(self.tasks())
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

    /// The last good answer to a question.
    #[must_use]
    pub fn picture(&self, ask: &Ask) -> Option<&Picture> {
        Some(&self.known.get(ask)?.asked.as_ref()?.picture)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fleet::task::TaskId;

    #[test]
    fn what_was_looked_at_long_ago_is_forgotten() {
        let mut data = Data::default();
        let mut come = |ask: Ask, picture: Picture, second: i64| {
            let at = Timestamp::from_second(second).unwrap();
            let asked = Asked {
                picture,
                endpoint: String::new(),
                took: Duration::ZERO,
                at,
            };
            data.arrived(ask, Ok(asked), at);
        };
        come(Ask::Tasks, Picture::Tasks(Vec::new()), 0);
        for n in 0..1000_u32 {
            let (id, log) = (n.to_string(), Picture::Log(Vec::new()));
            come(Ask::Log(id), log, i64::from(n) + 1);
        }
        come(
            Ask::Task(TaskId("7".into())),
            Picture::Log(Vec::new()),
            2000,
        );
        assert_eq!(data.known.len(), KEPT);
        // The newest, and what is always on the screen, however old.
        assert!(data.known(&Ask::Log("999".into())).is_some());
        assert!(data.known(&Ask::Log("500".into())).is_none());
        assert!(data.known(&Ask::Tasks).is_some());
    }
}
