//! Sessions in place of passwords, where a context wants them: one login an agent,
//! renewed for a read, never for a change (`api/obshell.md §2.10`).

use std::time::Duration;

use futures_util::future;
use rust_i18n::t;
use tokio::time::timeout;

use super::Inner;
use super::agent::{Login, Peer};
use super::session::{Tried, conclude, denial, expiry, refused, unknown};
use crate::fleet::request::{Auth, Request};
use crate::link::http::Lacking;
use crate::link::{LinkError, Observer as _, Session};
use crate::wire::obshell::dto::Info;
use crate::wire::obshell::{Credential, Proof, Scheme, api, login};

/// Nobody waits longer for sessions to end: an agent ends them by itself.
const LEAVING: Duration = Duration::from_secs(2);

impl Inner {
    /// Asks with a session. `None`: this is asked with the password.
    pub(super) async fn by_session(
        &self,
        peer: &Peer,
        request: &Request,
    ) -> Result<Option<Tried>, LinkError> {
        // One that was open before may be over; a new one is not.
        for _ in 0..2 {
            let Some(session) = self.session(peer, request).await? else {
                return Ok(None);
            };
            match self.ask_with(peer, request, &session).await? {
                Tried::SessionOver(_) => peer.end_session(&session),
                // Only an agent that does not look at sessions asks for a password:
                // it has another role now, or says more than it can.
                Tried::Denied(_) => {
                    self.introduce(peer).await?;
                    if matches!(peer.login(), Login::In(_)) {
                        without(peer, &t!("it does not look at sessions"));
                    }
                    return Ok(None);
                }
                tried => return Ok(Some(tried)),
            }
        }
        let why =
            t!("a session is over as soon as it is open; does another agent answer each time?");
        without(peer, &why);
        Ok(None)
    }

    /// The session to ask with; opened where none is open.
    pub(super) async fn session(
        &self,
        peer: &Peer,
        request: &Request,
    ) -> Result<Option<Credential>, LinkError> {
        // The password of an agent is changed by whoever knows it (§2.7).
        let by_password = request.auth != Auth::Root || request.path.ends_with("/agent/password");
        if !self.sessions || by_password || peer.info().is_none_or(|info| none_for(&info).is_some())
        {
            return Ok(None);
        }
        match peer.login() {
            Login::In(session) => return Ok(Some(session)),
            Login::Without(_) => return Ok(None),
            Login::Out => {}
        }
        let _gate = peer.gate.lock().await;
        match peer.login() {
            // Another question logged in while we waited.
            Login::In(session) => Ok(Some(session)),
            Login::Without(_) => Ok(None),
            Login::Out => self.log_in(peer).await,
        }
    }

    /// Logs in with the first password that has not been refused here.
    async fn log_in(&self, peer: &Peer) -> Result<Option<Credential>, LinkError> {
        let Some(info) = peer.info() else {
            return Err(unknown(peer));
        };
        let request = api::login();
        let mut candidates = self.candidates(&info.agent, &request);
        if let Some(proven) = peer.proven(request.auth) {
            candidates.insert(0, proven);
        }
        for credential in candidates {
            if peer.was_refused(&credential) {
                continue;
            }
            let mut opener = None;
            let seal = || {
                let key = peer.key().ok_or_else(|| unknown(peer))?;
                let (sealed, own) = login(&key, &credential, expiry(peer))
                    .map_err(|error| LinkError::NotAsked(error.to_string()))?;
                opener = Some(own);
                Ok(sealed)
            };
            let answer = match self.ask_sealed(peer, &request, seal).await? {
                Tried::Said(Ok(answer)) => answer,
                Tried::Denied(refusal) => {
                    peer.refuse(&credential, denial(peer, &refusal));
                    continue;
                }
                Tried::Said(Err(refusal)) if refusal.status != 401 => {
                    without(peer, &refused(*refusal).to_string());
                    return Ok(None);
                }
                // It may have been opened: another one is not, and this one ends by itself.
                Tried::Garbled(why)
                | Tried::Lacking(Lacking::NoAnswer(why) | Lacking::Broken(why)) => {
                    without(peer, &t!("the login was not answered: %{why}", why = why));
                    return Ok(None);
                }
                tried => return conclude(peer, tried).map(|_| None),
            };
            let data = answer.data.as_str().unwrap_or_default();
            let Some(id) = opener.and_then(|opener| opener.session(data)) else {
                without(peer, &t!("the answer to the login holds no session"));
                return Ok(None);
            };
            self.observers.carries(&id);
            peer.prove(request.auth, &credential);
            self.promote(&credential);
            let session = Credential {
                proof: Proof::Session(id),
                ..credential
            };
            peer.set_login(Login::In(session.clone()));
            tracing::info!("logged in at {}", peer.address);
            return Ok(Some(session));
        }
        Err(peer.denial().unwrap_or_else(|| unknown(peer)))
    }

    /// Ends what is open. What an agent says to it does not matter any more.
    pub(super) async fn leave(&self) {
        let peers: Vec<_> = self.shared().peers.values().cloned().collect();
        let out = peers.iter().map(|peer| async move {
            let Some(session) = peer.take_session() else {
                return;
            };
            let Proof::Session(id) = &session.proof else {
                return;
            };
            let request = api::logout(id);
            if let Ok(sealed) = super::session::sealed(peer, &request, &session) {
                self.attempt(peer, &request, sealed).await;
            }
        });
        if timeout(LEAVING, future::join_all(out)).await.is_err() {
            tracing::info!("not every session was ended in time");
        }
    }

    /// How each agent that was met is asked, where sessions are wanted.
    pub(super) fn standing(&self) -> Vec<(String, Session)> {
        if !self.sessions {
            return Vec::new();
        }
        let peers: Vec<_> = self.shared().peers.values().cloned().collect();
        let of = |peer: &std::sync::Arc<Peer>| {
            let session = match (none_for(&peer.info()?), peer.login()) {
                _ if peer.is_local() => {
                    Session::Password(t!("its socket asks nobody").into_owned())
                }
                (Some(why), _) | (None, Login::Without(why)) => Session::Password(why),
                (None, Login::In(_)) => Session::Open,
                (None, Login::Out) => return None,
            };
            Some((peer.address.to_string(), session))
        };
        let mut known: Vec<_> = peers.iter().filter_map(of).collect();
        known.sort_by(|a, b| a.0.cmp(&b.0));
        known
    }
}

fn without(peer: &Peer, why: &str) {
    tracing::warn!("no session at {}: {why}", peer.address);
    peer.set_login(Login::Without(why.to_owned()));
}

/// Why an agent has no sessions for anybody; `None` where it has.
fn none_for(info: &Info) -> Option<String> {
    let agent = &info.agent;
    if info.predates_sessions() || info.dialect().scheme != Scheme::V2 {
        let version = &agent.version;
        return Some(
            t!(
                "it is %{version}, and sessions came with 4.4.0",
                version = version
            )
            .into_owned(),
        );
    }
    if agent.identity != "CLUSTER AGENT" {
        let identity = &agent.identity;
        return Some(
            t!(
                "it is %{identity}, and only a CLUSTER AGENT has sessions",
                identity = identity
            )
            .into_owned(),
        );
    }
    None
}
