//! One question or change to one agent: key, password, sealing, exchange.

use jiff::Timestamp;
use rust_i18n::t;
use serde_json::Value;

use super::agent::Peer;
use super::wallet::accepts_any;
use super::{Inner, patience};
use crate::base::text;
use crate::fleet::request::{Auth, Effect, Request};
use crate::link::brake::Held;
use crate::link::http::{Content, Incoming, Lacking, Outgoing};
use crate::link::{self, Asking, LinkError, Observer as _};
use crate::wire::obshell::{
    Answer, Credential, Fault, Fingerprint, PublicKey, Refusal, Sealed, api, dto, read, seal,
};

/// A header is worth something for so long, by the agent's clock.
const WORTH: i64 = 60;

/// In the order they are set.
pub(super) type Headers = Vec<(&'static str, String)>;

impl From<Sealed> for (Headers, Content) {
    fn from(sealed: Sealed) -> Self {
        (sealed.headers, Content::Bytes(sealed.body))
    }
}

/// What one attempt came to.
pub(super) enum Tried {
    /// Answered or refused for reasons that no other password changes.
    Said(Result<Answer, Box<Refusal>>),
    /// This password is not the one.
    Denied(Box<Refusal>),
    /// This session is over; a password may be right all the same.
    SessionOver(Box<Refusal>),
    /// It was sealed for another key.
    OtherKey(Box<Refusal>),
    /// Our time stamp was too old for the agent's clock.
    Expired(Box<Refusal>),
    /// No answer of an agent.
    Garbled(String),
    /// It wants to be asked less often; in which words.
    Paused(Held, String),
    /// Nothing.
    Lacking(Lacking),
}

/// How many roles of an agent one question follows: from SINGLE to FOLLOWER, and
/// one more.
const ROLES: usize = 3;

impl Inner {
    /// Reads from one agent, with the password that it wants.
    pub(super) async fn read(&self, peer: &Peer, request: &Request) -> Result<Answer, LinkError> {
        if request.auth == Auth::Open || peer.is_local() {
            let tried = self.attempt(peer, request, seal::open(request)).await;
            return conclude(peer, tried);
        }
        self.meet(peer).await?;
        if let Some(tried) = self.by_session(peer, request).await? {
            return conclude(peer, tried);
        }
        if let Some(credential) = peer.proven(request.auth) {
            match self.ask_with(peer, request, &credential).await? {
                Tried::Denied(refusal) => {
                    peer.refuse(&credential, denial(peer, &refusal));
                }
                tried => return conclude(peer, tried),
            }
        }
        self.find_credential(peer, request).await
    }

    /// Tries the passwords that have not been refused here yet, one after the other.
    async fn find_credential(&self, peer: &Peer, request: &Request) -> Result<Answer, LinkError> {
        let _gate = peer.gate.lock().await;
        if let Some(credential) = peer.proven(request.auth) {
            // Another question found it while we waited.
            match self.ask_with(peer, request, &credential).await? {
                Tried::Denied(refusal) => peer.refuse(&credential, denial(peer, &refusal)),
                tried => return conclude(peer, tried),
            }
        }
        // A role that changed is the commonest reason for a refusal, and it may
        // change again between the question and the attempt: a joiner wants its
        // master's password from the middle of its join on (§13.8).
        let mut judged = None;
        for _ in 0..ROLES {
            self.introduce(peer).await?;
            let Some(info) = peer.info() else {
                return Err(unknown(peer));
            };
            let role = (info.agent.identity.clone(), info.agent.secured);
            if judged.as_ref() == Some(&role) {
                break;
            }
            for credential in self.candidates(&info.agent, request) {
                if peer.was_refused(&credential) && !accepts_any(&info.agent) {
                    continue;
                }
                match self.ask_with(peer, request, &credential).await? {
                    Tried::Denied(refusal) => peer.refuse(&credential, denial(peer, &refusal)),
                    tried => {
                        if matches!(tried, Tried::Said(Ok(_))) {
                            peer.prove(request.auth, &credential);
                            self.promote(&credential);
                        }
                        return conclude(peer, tried);
                    }
                }
            }
            judged = Some(role);
        }
        Err(peer.denial().unwrap_or_else(|| unknown(peer)))
    }

    /// One attempt with one password or session.
    pub(super) async fn ask_with(
        &self,
        peer: &Peer,
        request: &Request,
        credential: &Credential,
    ) -> Result<Tried, LinkError> {
        self.ask_sealed(peer, request, || sealed(peer, request, credential))
            .await
    }

    /// One attempt; a stale clock or key is put right once, and it is sealed anew.
    pub(super) async fn ask_sealed(
        &self,
        peer: &Peer,
        request: &Request,
        mut seal: impl FnMut() -> Result<Sealed, LinkError>,
    ) -> Result<Tried, LinkError> {
        match self.attempt(peer, request, seal()?).await {
            // The refusal told us the agent's clock.
            Tried::Expired(_) => {}
            Tried::OtherKey(refusal) => {
                let before = peer.key();
                self.fetch_key(peer).await?;
                if peer.key() == before {
                    return Ok(Tried::Said(Err(refusal)));
                }
            }
            tried => return Ok(tried),
        }
        Ok(self.attempt(peer, request, seal()?).await)
    }

    /// One exchange, told to the observers.
    pub(super) async fn attempt(&self, peer: &Peer, request: &Request, sealed: Sealed) -> Tried {
        let trace = self.trace();
        let (headers, content) = sealed.into();
        self.attempt_as(peer, request, headers, content, &trace)
            .await
    }

    pub(super) async fn attempt_as(
        &self,
        peer: &Peer,
        request: &Request,
        mut headers: Headers,
        body: Content,
        trace: &str,
    ) -> Tried {
        headers.push(("X-OBSHELL-Trace-ID", trace.to_owned()));
        headers.push(("Accept", "application/json".to_owned()));
        headers.push(("Accept-Language", self.language.to_owned()));
        let outgoing = Outgoing {
            method: request.method,
            path: &request.path,
            headers: &headers,
            body,
            changes: request.effect != Effect::Reads,
            patience: patience::of(request),
        };
        let left = Timestamp::now();
        let came = self.http.exchange(&peer.address, outgoing).await;
        if let Err(Lacking::Held(held)) = came {
            return Tried::Lacking(Lacking::Held(held));
        }
        let asking = Asking::of(request, &peer.address.to_string(), trace, left);
        self.observers.exchange(&asking, &observed(&came));
        tracing::debug!(
            endpoint = asking.endpoint,
            trace,
            "{} {}: {}",
            asking.method,
            asking.path,
            match &came {
                Ok(incoming) => incoming.status.to_string(),
                Err(lacking) => format!("{lacking:?}"),
            }
        );
        let incoming = match came {
            Ok(incoming) => incoming,
            Err(lacking) => return Tried::Lacking(lacking),
        };
        let answer = read(
            incoming.status,
            incoming.content_type.as_deref(),
            &incoming.body,
        );
        let at = match &answer {
            Ok(answer) => answer.at,
            Err(Fault::Refused(refusal)) => refusal.at,
            Err(Fault::Garbled(_)) => None,
        };
        if let Some(at) = at {
            peer.set_ahead(ahead_ms(at, &incoming));
        }
        match answer {
            Ok(answer) => Tried::Said(Ok(answer)),
            Err(Fault::Garbled(garbled)) => match incoming.held() {
                // What stands before an agent cannot say that a change was not done.
                Some(held) if request.effect == Effect::Reads => Tried::Paused(held, String::new()),
                _ => Tried::Garbled(garbled.to_string()),
            },
            Err(Fault::Refused(refusal)) => match incoming.held() {
                Some(held) => Tried::Paused(held, refusal.to_string()),
                None => sort(refusal),
            },
        }
    }

    /// Makes sure that we know who it is and have its key.
    pub(super) async fn meet(&self, peer: &Peer) -> Result<(), LinkError> {
        if peer.info().is_none() {
            self.introduce(peer).await?;
        }
        if peer.key().is_none() && !peer.is_local() {
            self.fetch_key(peer).await?;
        }
        Ok(())
    }

    /// Asks who it is.
    pub(super) async fn introduce(&self, peer: &Peer) -> Result<dto::Info, LinkError> {
        let info = self.open(peer, &api::info(), dto::info).await?;
        self.alias(&info.agent.address, &peer.address);
        peer.set_info(info.clone());
        Ok(info)
    }

    /// Reads the key and compares it with the pinned one.
    pub(super) async fn fetch_key(&self, peer: &Peer) -> Result<(), LinkError> {
        peer.drop_key();
        let key = self.offered(peer).await?;
        let offered = key.fingerprint();
        let pinned = self.pins.pinned(&peer.address);
        match pinned.map_err(LinkError::NotAsked)? {
            None => self.pins.learn(&peer.address, &offered.to_string()),
            Some(pinned) if Fingerprint::parse(&pinned) == Some(offered) => {}
            Some(_) if self.pins.accepts(&peer.address, &offered.to_string()) => {}
            Some(pinned) => {
                return Err(LinkError::KeyChanged {
                    endpoint: peer.address.to_string(),
                    pinned,
                    offered: offered.to_string(),
                });
            }
        }
        peer.set_key(key);
        Ok(())
    }

    /// The key that it offers now, pinned or not.
    pub(super) async fn offered(&self, peer: &Peer) -> Result<PublicKey, LinkError> {
        let secret = self.open(peer, &api::secret(), dto::secret).await?;
        PublicKey::from_base64(&secret.public_key)
            .map_err(|error| garbled(peer, &error.to_string()))
    }

    /// Reads an open route.
    pub(super) async fn open<T>(
        &self,
        peer: &Peer,
        request: &Request,
        parse: fn(Value) -> Result<T, crate::wire::obshell::Garbled>,
    ) -> Result<T, LinkError> {
        let tried = self.attempt(peer, request, seal::open(request)).await;
        let answer = conclude(peer, tried);
        parse(answer?.data).map_err(|error| garbled(peer, &error.to_string()))
    }

    /// Reads a route that wants a password.
    pub(super) async fn get<T>(
        &self,
        peer: &Peer,
        request: &Request,
        parse: fn(Value) -> Result<T, crate::wire::obshell::Garbled>,
    ) -> Result<T, LinkError> {
        let answer = self.read(peer, request).await;
        parse(answer?.data).map_err(|error| garbled(peer, &error.to_string()))
    }
}

/// What an attempt means for who asked.
pub(super) fn conclude(peer: &Peer, tried: Tried) -> Result<Answer, LinkError> {
    let endpoint = peer.address.to_string();
    Err(match tried {
        Tried::Said(Ok(answer)) => return Ok(answer),
        Tried::Said(Err(refusal)) if refusal.status != 401 => refused(*refusal),
        Tried::Said(Err(refusal))
        | Tried::Denied(refusal)
        | Tried::SessionOver(refusal)
        | Tried::OtherKey(refusal)
        | Tried::Expired(refusal) => denial(peer, &refusal),
        Tried::Paused(held, said) => held.error(&peer.address, &said),
        Tried::Lacking(Lacking::Held(held)) => held.error(&peer.address, ""),
        Tried::Garbled(reason) | Tried::Lacking(Lacking::Broken(reason)) => {
            LinkError::Garbled { endpoint, reason }
        }
        Tried::Lacking(Lacking::NotSent(reason) | Lacking::NoAnswer(reason)) => {
            LinkError::Unreachable { endpoint, reason }
        }
        Tried::Lacking(Lacking::Cut { why, sent, of }) => LinkError::NotAsked(why.words(sent, of)),
    })
}

/// Seals for this agent; it must have been met.
pub(super) fn sealed(
    peer: &Peer,
    request: &Request,
    credential: &Credential,
) -> Result<Sealed, LinkError> {
    let (Some(key), Some(info)) = (peer.key(), peer.info()) else {
        return Err(unknown(peer));
    };
    seal(request, info.dialect(), &key, credential, expiry(peer))
        .map_err(|error| LinkError::NotAsked(error.to_string()))
}

/// Until when what is sealed now is worth something, by the agent's clock.
pub(super) fn expiry(peer: &Peer) -> i64 {
    let now = Timestamp::now().as_millisecond() + peer.ahead_ms().unwrap_or(0);
    now / 1000 + WORTH
}

pub(super) fn unknown(peer: &Peer) -> LinkError {
    garbled(peer, &t!("it does not say who it is"))
}

pub(super) fn garbled(peer: &Peer, reason: &str) -> LinkError {
    LinkError::Garbled {
        endpoint: peer.address.to_string(),
        reason: reason.to_owned(),
    }
}

/// What kind of refusal it is.
fn sort(refusal: Box<Refusal>) -> Tried {
    let name = refusal.name();
    let Some(what) = name.strip_prefix("Security.Authentication.") else {
        // A follower cannot pass on a request without root's header.
        if name == "Request.Forward.Header.NotExist" {
            return Tried::Denied(refusal);
        }
        return Tried::Said(Err(refusal));
    };
    match what {
        "Header.DecryptFailed" => Tried::OtherKey(refusal),
        "Expired" => Tried::Expired(refusal),
        "SessionInvalid" | "SessionExpired" => Tried::SessionOver(refusal),
        "Header.UriMismatch" | "Timestamp.Invalid" | "File.Sha256Mismatch" => {
            Tried::Said(Err(refusal))
        }
        _ => Tried::Denied(refusal),
    }
}

pub(super) fn refused(refusal: Refusal) -> LinkError {
    let advice = refusal.advice();
    LinkError::Refused {
        status: refusal.status,
        code: refusal.code,
        message: refusal
            .details
            .iter()
            .fold(refusal.message, |message, detail| {
                format!("{message}\n{detail}")
            }),
        advice,
        trace: refusal.trace,
    }
}

pub(super) fn denial(peer: &Peer, refusal: &Refusal) -> LinkError {
    LinkError::Unauthorized {
        endpoint: peer.address.to_string(),
        code: refusal.code.clone(),
        message: refusal.message.clone(),
        advice: refusal.advice(),
    }
}

/// The agent's clock minus ours, taken at the middle of the exchange.
fn ahead_ms(at: Timestamp, incoming: &Incoming) -> i64 {
    let (left, came) = (
        incoming.left.as_millisecond(),
        incoming.came.as_millisecond(),
    );
    at.as_millisecond() - (left + (came - left) / 2)
}

/// What the observers may see of an exchange.
fn observed(came: &Result<Incoming, Lacking>) -> link::Answer {
    match came {
        Ok(incoming) => link::Answer::Http {
            status: incoming.status,
            content_type: incoming.content_type.clone().unwrap_or_default(),
            body: body(&incoming.body),
        },
        Err(lacking) => link::Answer::Nothing(lacking.reason()),
    }
}

fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(bytes);
        Value::String(text::clean_lines(&text).join("\n"))
    })
}
