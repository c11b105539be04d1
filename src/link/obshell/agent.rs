//! What is known of one agent while the program runs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fleet::Address;
use crate::fleet::request::Auth;
use crate::link::LinkError;
use crate::wire::obshell::dto::Info;
use crate::wire::obshell::{Credential, PublicKey};

/// One address that we dial.
#[derive(Debug)]
pub(super) struct Peer {
    /// Where it is dialled; what it calls itself may differ (port forwarding).
    pub address: Address,
    /// Held while passwords are tried, so that two questions do not try the same one.
    pub gate: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    key: Option<PublicKey>,
    info: Option<Info>,
    ahead_ms: Option<i64>,
    proven: Vec<(Auth, Credential)>,
    refused: Vec<Credential>,
    denial: Option<LinkError>,
    login: Login,
}

/// How it is asked where sessions are wanted.
#[derive(Clone, Debug, Default)]
pub(super) enum Login {
    /// Nobody has logged in, or the session is over.
    #[default]
    Out,
    /// With this session.
    In(Credential),
    /// With the password after all; why.
    Without(String),
}

impl Peer {
    pub fn new(address: Address) -> Self {
        Self {
            address,
            gate: tokio::sync::Mutex::default(),
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing in here panics; a poisoned lock still holds plain data.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is asked over its socket: the kernel tells it who asks, so it
    /// wants no password, and nothing is sealed (`api/obshell.md` §1.1).
    pub fn is_local(&self) -> bool {
        self.address.as_socket().is_some()
    }

    pub fn key(&self) -> Option<PublicKey> {
        self.known().key.clone()
    }

    pub fn info(&self) -> Option<Info> {
        self.known().info.clone()
    }

    /// Its clock minus ours.
    pub fn ahead_ms(&self) -> Option<i64> {
        self.known().ahead_ms
    }

    pub fn set_ahead(&self, ahead_ms: i64) {
        self.known().ahead_ms = Some(ahead_ms);
    }

    /// Takes a new key. Another one than before: another agent, so all that was
    /// learnt of passwords is void.
    pub fn set_key(&self, key: PublicKey) {
        let mut known = self.known();
        if known.key.as_ref() != Some(&key) {
            known.forget_passwords();
        }
        known.key = Some(key);
    }

    /// Forgets the key, so that the next question reads and compares it again.
    pub fn drop_key(&self) {
        self.known().key = None;
    }

    /// Takes what it says of itself. Another role is another rule for
    /// passwords: what was refused may be right now.
    pub fn set_info(&self, info: Info) {
        let mut known = self.known();
        let rule = |info: &Info| (info.agent.identity.clone(), info.agent.secured);
        if let Some(old) = known.info.as_ref() {
            let other_rule = rule(old) != rule(&info);
            // Sessions live in the memory of its process.
            if old.started_at != info.started_at {
                known.login = Login::Out;
            }
            if other_rule {
                known.forget_passwords();
            }
        }
        known.info = Some(info);
    }

    /// The credential that opened routes of this kind last.
    pub fn proven(&self, auth: Auth) -> Option<Credential> {
        let known = self.known();
        let found = known.proven.iter().find(|(kind, _)| *kind == auth);
        found.map(|(_, credential)| credential.clone())
    }

    pub fn prove(&self, auth: Auth, credential: &Credential) {
        let mut known = self.known();
        known.proven.retain(|(kind, _)| *kind != auth);
        known.proven.push((auth, credential.clone()));
        known.denial = None;
    }

    /// Remembers that this one was refused, and in which words. One that worked
    /// before tells that passwords were changed: what was wrong may be right now,
    /// as is the password that a configuration has just set.
    pub fn refuse(&self, credential: &Credential, denial: LinkError) {
        let mut known = self.known();
        if known.proven.iter().any(|(_, proven)| proven == credential) {
            known.refused.clear();
        }
        known.proven.retain(|(_, proven)| proven != credential);
        if !known.refused.contains(credential) {
            known.refused.push(credential.clone());
        }
        known.denial = Some(denial);
    }

    pub fn was_refused(&self, credential: &Credential) -> bool {
        self.known().refused.contains(credential)
    }

    pub fn login(&self) -> Login {
        self.known().login.clone()
    }

    pub fn set_login(&self, login: Login) {
        self.known().login = login;
    }

    /// The agent does not take this session any more; another one may be open since.
    pub fn end_session(&self, session: &Credential) {
        let mut known = self.known();
        if matches!(&known.login, Login::In(open) if open == session) {
            known.login = Login::Out;
        }
    }

    /// Forgets the session, so that whoever has it can end it.
    pub fn take_session(&self) -> Option<Credential> {
        let mut known = self.known();
        match std::mem::take(&mut known.login) {
            Login::In(session) => Some(session),
            other => {
                known.login = other;
                None
            }
        }
    }

    /// The last refusal, to be said again without asking again.
    pub fn denial(&self) -> Option<LinkError> {
        self.known().denial.clone()
    }

    /// New passwords were given: every one may be tried again.
    pub fn forget_passwords(&self) {
        self.known().forget_passwords();
    }
}

impl Known {
    fn forget_passwords(&mut self) {
        self.proven.clear();
        self.refused.clear();
        self.denial = None;
        self.login = Login::Out;
    }
}
