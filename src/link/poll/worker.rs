//! The task that asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::pace::{Pace, Wait, after_answer, after_failure, is_by_id};
use super::standing::{Board, Next, Standing};
use crate::link::{Ask, Asked, Backend, LinkError, Picture};

/// A key that is held down asks no more often than this.
const GAP: Duration = Duration::from_millis(250);
/// How long a first question may keep the others waiting for its verdict on a
/// credential.
const PROOF: Duration = Duration::from_secs(2);
/// Questions that nobody follows any more are remembered up to this many.
const REMEMBERED: usize = 256;

pub(super) enum Command {
    Follow(BTreeSet<Ask>),
    AskNow(Ask),
    CredentialsChanged,
    Switch(Arc<dyn Backend>),
}

type Done = (Ask, Result<Asked, LinkError>);

/// Which password a question needs (`api/obshell.md` §2.8): a refused one stops
/// all questions that would try it again. Generic ids of tasks on an `OBProxy`
/// start with 4 or 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Credential {
    None,
    Root,
    Agent,
}

fn credential(ask: &Ask) -> Credential {
    let by_id = |id: &str| {
        if id.starts_with(['4', '5']) {
            Credential::Agent
        } else {
            Credential::Root
        }
    };
    match ask {
        Ask::Probe(_) => Credential::None,
        Ask::Task(id) => by_id(&id.0),
        Ask::Log(id) => by_id(id),
        // A platform has one credential for everything.
        _ => Credential::Root,
    }
}

/// What is known of a credential.
#[derive(Clone, Copy, Debug)]
enum Proof {
    /// An answer came with it.
    Good,
    /// Under test since then: the others wait, lest a wrong one be tried twice.
    Testing(Instant),
}

/// What is remembered of one question.
#[derive(Debug, Default)]
struct Entry {
    asking: bool,
    again: bool,
    once: bool,
    started: Option<Instant>,
    wait: Option<Wait>,
    due: Option<Instant>,
    answered: Option<Timestamp>,
    error: Option<LinkError>,
    failures: u32,
    unmoved: u32,
    mark: Option<(usize, String)>,
}

pub(super) struct Worker {
    backend: Arc<dyn Backend>,
    pace: Pace,
    chance: ChaCha8Rng,
    board: Board,
    answers: mpsc::Sender<Done>,
    followed: BTreeSet<Ask>,
    entries: BTreeMap<Ask, Entry>,
    proofs: BTreeMap<Credential, Proof>,
    flights: JoinSet<Done>,
}

impl Worker {
    pub(super) fn new(
        backend: Arc<dyn Backend>,
        pace: Pace,
        seed: u64,
        board: Board,
        answers: mpsc::Sender<Done>,
    ) -> Self {
        Self {
            backend,
            pace,
            chance: ChaCha8Rng::seed_from_u64(seed),
            board,
            answers,
            followed: BTreeSet::new(),
            entries: BTreeMap::new(),
            proofs: BTreeMap::new(),
            flights: JoinSet::new(),
        }
    }

    pub(super) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        loop {
            let next = self.start_what_is_due();
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                Some(done) = self.flights.join_next() => {
                    // A backend that panicked has ended the program by itself.
                    if let Ok((ask, result)) = done {
                        self.landed(&ask, &result);
                        if self.answers.send((ask, result)).await.is_err() {
                            return;
                        }
                    }
                }
                () = wait_for(next) => {}
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Follow(asks) => {
                self.followed = asks;
                for ask in &self.followed {
                    self.entries.entry(ask.clone()).or_default();
                }
                self.forget_some();
            }
            Command::AskNow(ask) => self.ask_now(ask).await,
            Command::CredentialsChanged => {
                self.proofs.clear();
                for entry in self.entries.values_mut() {
                    if entry.wait == Some(Wait::ForCredentials) {
                        entry.wait = None;
                        entry.due = None;
                    }
                }
            }
            Command::Switch(backend) => {
                self.backend = backend;
                self.flights.abort_all();
                // Wait for the ends: an answer that is just ready belongs to the old one.
                while self.flights.join_next().await.is_some() {}
                self.entries.clear();
                self.proofs.clear();
                self.board.clear();
                for ask in &self.followed {
                    self.entries.insert(ask.clone(), Entry::default());
                }
            }
        }
    }

    async fn ask_now(&mut self, ask: Ask) {
        let entry = self.entries.entry(ask.clone()).or_default();
        let hopeless = match entry.wait {
            Some(Wait::ForCredentials) => true,
            Some(Wait::Forever) => is_by_id(&ask) && entry.error.is_some(),
            Some(Wait::For(_)) | None => false,
        };
        if let (true, Some(error)) = (hopeless, entry.error.clone()) {
            // It would harm to ask; the operator gets the reason once more.
            self.answers.send((ask, Err(error))).await.ok();
            return;
        }
        if entry.asking {
            entry.again = true;
            return;
        }
        entry.once = true;
        entry.wait = None;
        entry.due = entry.started.map(|started| started + GAP);
    }

    /// Starts every question whose time has come; says when the next one comes.
    fn start_what_is_due(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let mut next: Option<Instant> = None;
        let mut starts = Vec::new();
        let refused: BTreeSet<Credential> = self.refused();
        for (ask, entry) in &self.entries {
            let wanted = entry.once || self.followed.contains(ask);
            if !wanted
                || entry.asking
                || matches!(entry.wait, Some(Wait::Forever | Wait::ForCredentials))
            {
                continue;
            }
            let credential = credential(ask);
            if refused.contains(&credential) {
                continue;
            }
            let mut due = entry.due.unwrap_or(now);
            if let Some(Proof::Testing(since)) = self.proofs.get(&credential) {
                due = due.max(*since + PROOF);
            }
            if due <= now {
                starts.push(ask.clone());
                if credential != Credential::None && !self.proofs.contains_key(&credential) {
                    self.proofs.insert(credential, Proof::Testing(now));
                }
            } else {
                next = Some(next.map_or(due, |soonest| soonest.min(due)));
            }
        }
        for ask in starts {
            self.start(ask, now);
        }
        next
    }

    fn start(&mut self, ask: Ask, now: Instant) {
        let Some(entry) = self.entries.get_mut(&ask) else {
            return;
        };
        entry.asking = true;
        entry.once = false;
        entry.started = Some(now);
        self.board.put(&ask, entry.standing());
        let backend = Arc::clone(&self.backend);
        let patience = self.pace.patience;
        self.flights.spawn(async move {
            let result = match timeout(patience, backend.ask(&ask)).await {
                Ok(result) => result,
                Err(_) => Err(LinkError::Unreachable {
                    endpoint: backend.endpoint(),
                    reason: format!("no answer within {} s", patience.as_secs()),
                }),
            };
            (ask, result)
        });
    }

    fn landed(&mut self, ask: &Ask, result: &Result<Asked, LinkError>) {
        let Some(entry) = self.entries.get_mut(ask) else {
            return;
        };
        entry.asking = false;
        let wait = match result {
            Ok(asked) => {
                entry.answered = Some(asked.at);
                entry.error = None;
                entry.failures = 0;
                entry.compare(&asked.picture);
                after_answer(&self.pace, ask, &asked.picture, entry.unmoved)
            }
            Err(error) => {
                entry.error = Some(error.clone());
                entry.failures += 1;
                after_failure(&self.pace, ask, error, entry.failures, &mut self.chance)
            }
        };
        entry.wait = Some(wait);
        entry.due = match wait {
            Wait::For(wait) => Some(Instant::now() + wait),
            Wait::ForCredentials | Wait::Forever => None,
        };
        if std::mem::take(&mut entry.again) && entry.error.is_none() {
            entry.once = true;
            entry.wait = None;
            entry.due = entry.started.map(|started| started + GAP);
        }
        self.board.put(ask, entry.standing());
        match result {
            Err(LinkError::Unauthorized { .. } | LinkError::KeyChanged { .. }) => {
                self.proofs.remove(&credential(ask));
            }
            Ok(_) | Err(LinkError::Refused { .. }) => {
                self.proofs.insert(credential(ask), Proof::Good);
            }
            // It says nothing of the credential; the next one may try.
            Err(_) => {
                if let Some(Proof::Testing(_)) = self.proofs.get(&credential(ask)) {
                    self.proofs.remove(&credential(ask));
                }
            }
        }
    }

    /// Credentials that a server has refused and that nobody changed since.
    fn refused(&self) -> BTreeSet<Credential> {
        self.entries
            .iter()
            .filter(|(_, entry)| entry.wait == Some(Wait::ForCredentials))
            .map(|(ask, _)| credential(ask))
            .filter(|credential| *credential != Credential::None)
            .collect()
    }

    fn forget_some(&mut self) {
        let mut surplus = self.entries.len().saturating_sub(REMEMBERED);
        let followed = &self.followed;
        let board = &self.board;
        self.entries.retain(|ask, entry| {
            // What must not be asked again is not forgotten.
            let needed = followed.contains(ask)
                || entry.asking
                || entry.once
                || matches!(entry.wait, Some(Wait::ForCredentials))
                || (entry.wait == Some(Wait::Forever) && entry.error.is_some());
            if needed || surplus == 0 {
                return true;
            }
            surplus -= 1;
            board.remove(ask);
            false
        });
    }
}

impl Entry {
    fn standing(&self) -> Standing {
        Standing {
            answered: self.answered,
            error: self.error.clone(),
            failures: self.failures,
            next: match (self.asking, self.wait, self.due) {
                (true, ..) => Next::Asking,
                (_, Some(Wait::ForCredentials), _) => Next::AfterCredentials,
                (_, Some(Wait::Forever), _) => Next::Never,
                (_, _, Some(due)) => Next::At(due),
                _ => Next::At(Instant::now()),
            },
        }
    }

    /// Counts answers in a row that brought nothing new. Only logs stand still
    /// while what they belong to moves.
    fn compare(&mut self, picture: &Picture) {
        let mark = match picture {
            Picture::Log(lines) => {
                let last = lines.last().map(|line| line.text.clone());
                Some((lines.len(), last.unwrap_or_default()))
            }
            _ => None,
        };
        if mark.is_some() && mark == self.mark {
            self.unmoved = self.unmoved.saturating_add(1);
        } else {
            self.unmoved = 0;
        }
        self.mark = mark;
    }
}

async fn wait_for(next: Option<Instant>) {
    match next {
        Some(next) => sleep_until(next).await,
        None => std::future::pending().await,
    }
}
