//! One question or change to one endpoint: credential, clock, exchange.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Inner;
use crate::base::text;
use crate::fleet::Address;
use crate::fleet::request::{Auth, Effect, Request};
use crate::link::brake::Held;
use crate::link::http::{Content, Incoming, Lacking, Outgoing};
use crate::link::upload::Upload;
use crate::link::{self, Asking, LinkError, Observer as _};
use crate::wire::ocp::{self, Answer, Credential, Refusal, api};

/// What one attempt came to.
pub(super) enum Tried<T = Value> {
    Said(Answer<T>),
    Refused(Refusal),
    Garbled(String),
    /// It wants to be asked less often and has done nothing; in which words.
    Paused(Held, String),
    Lacking(Lacking),
}

/// Makes of a payload what is wanted of it.
pub(super) trait Reader<T>: Fn(ocp::Raw<'_>) -> Result<T, serde_json::Error> + Copy {}

impl<T, F: Fn(ocp::Raw<'_>) -> Result<T, serde_json::Error> + Copy> Reader<T> for F {}

/// The payload as it is.
pub(super) fn whole(raw: ocp::Raw<'_>) -> Result<Value, serde_json::Error> {
    serde_json::from_str(raw.get())
}

impl Inner {
    /// Reads, at the first endpoint that answers.
    pub(super) async fn read(&self, request: &Request) -> Result<Answer, LinkError> {
        self.read_as(request, whole).await
    }

    /// [`Self::read`] with a reader of the payload.
    pub(super) async fn read_as<T: Default>(
        &self,
        request: &Request,
        reader: impl Reader<T>,
    ) -> Result<Answer<T>, LinkError> {
        let at = |address: Address| async move { self.read_at(&address, request, reader).await };
        self.endpoints.anywhere(at).await
    }

    async fn read_at<T: Default>(
        &self,
        address: &Address,
        request: &Request,
        reader: impl Reader<T>,
    ) -> Result<Answer<T>, LinkError> {
        let proven = self.may_try()?;
        // Who waits here may find that another question was refused meanwhile.
        let _gate = if proven {
            None
        } else {
            Some(self.gate.lock().await)
        };
        self.may_try()?;
        self.learn_clock(address).await;
        let tried = self.attempt(address, request, None, reader).await;
        self.conclude(address, tried)
    }

    /// Whether the credential is known to work; the refusal where it was refused.
    fn may_try(&self) -> Result<bool, LinkError> {
        let shared = self.shared();
        match &shared.denied {
            Some(denied) => Err(denied.clone()),
            None => Ok(shared.proven),
        }
    }

    /// A signature is worth 15 minutes by the server's clock, so that clock is
    /// read before the first one is made; it wants no credential.
    pub(super) async fn learn_clock(&self, address: &Address) {
        let needed = {
            let shared = self.shared();
            shared.ahead_ms.is_none() && matches!(shared.credential, Some(Credential::Key { .. }))
        };
        if !needed {
            return;
        }
        // Without the clock the first answer tells it.
        let _ = self.clock(address).await;
    }

    /// Reads the clock, which is open to anybody; whether the answer is one.
    pub(super) async fn clock(&self, address: &Address) -> Result<bool, String> {
        let incoming = match self.exchange(address, &api::time(), None).await {
            Ok(incoming) => incoming,
            Err(Lacking::NotSent(reason) | Lacking::NoAnswer(reason)) => return Err(reason),
            Err(Lacking::Held(held)) => return Err(held.error(address, "").to_string()),
            Err(Lacking::Broken(_) | Lacking::Cut { .. }) => return Ok(false),
        };
        let text = String::from_utf8_lossy(&incoming.body);
        let at = text.trim().trim_matches('"').parse().ok();
        if let Some(at) = at {
            self.note_clock(at, &incoming);
        }
        Ok(at.is_some())
    }

    /// Whether requests are signed, with their bodies.
    pub(super) fn signs(&self) -> bool {
        matches!(self.shared().credential, Some(Credential::Key { .. }))
    }

    fn note_clock(&self, at: Timestamp, incoming: &Incoming) {
        let (left, came) = (
            incoming.left.as_millisecond(),
            incoming.came.as_millisecond(),
        );
        self.shared().ahead_ms = Some(at.as_millisecond() - (left + (came - left) / 2));
    }

    /// One attempt, told to the observers.
    pub(super) async fn attempt<T: Default>(
        &self,
        address: &Address,
        request: &Request,
        upload: Option<Box<Upload>>,
        reader: impl Reader<T>,
    ) -> Tried<T> {
        let incoming = match self.exchange(address, request, upload).await {
            Ok(incoming) => incoming,
            Err(lacking) => return Tried::Lacking(lacking),
        };
        match ocp::open_with(incoming.status, &incoming.body, reader) {
            Ok(Ok(answer)) => {
                if let Some(at) = answer.at {
                    self.note_clock(at, &incoming);
                }
                Tried::Said(answer)
            }
            Ok(Err(refusal)) => match incoming.held() {
                Some(held) => Tried::Paused(held, refusal.to_string()),
                None => Tried::Refused(refusal),
            },
            Err(garbled) => match incoming.held() {
                // What stands before the platform cannot say that a change was not done.
                Some(held) if request.effect == Effect::Reads => Tried::Paused(held, String::new()),
                _ => Tried::Garbled(garbled.to_string()),
            },
        }
    }

    async fn exchange(
        &self,
        address: &Address,
        request: &Request,
        upload: Option<Box<Upload>>,
    ) -> Result<Incoming, Lacking> {
        let (credential, ahead) = {
            let shared = self.shared();
            (shared.credential.clone(), shared.ahead_ms.unwrap_or(0))
        };
        let left = Timestamp::now();
        let theirs = left
            .checked_add(SignedDuration::from_millis(ahead))
            .unwrap_or(left);
        let host = self.host(address);
        let (who, language) = (credential.as_ref(), self.language);
        let signed = match &upload {
            Some(upload) => {
                let file = (upload.form(), upload.digest());
                ocp::sign_upload(request, file, &host, theirs, who, language)
            }
            None => ocp::sign(request, &host, theirs, who, language),
        };
        let outgoing = Outgoing {
            method: request.method,
            path: &signed.path,
            headers: &signed.headers,
            body: upload.map_or(Content::Bytes(signed.body), Content::File),
            changes: request.effect != Effect::Reads,
            patience: patience(request),
        };
        let came = self.http.exchange(address, outgoing).await;
        if let Err(Lacking::Held(_)) = &came {
            return came;
        }
        // To make a tree of a body of megabytes that nobody looks at is dear.
        if self.observers.look_at_reads() || request.effect != Effect::Reads {
            let asking = Asking::of(request, &address.to_string(), "", left);
            self.observers.exchange(&asking, &observed(&came));
        }
        came
    }

    /// The Host header as the client will send it: without the scheme's own port.
    fn host(&self, address: &Address) -> String {
        let text = address.to_string();
        let plain = format!(":{}", self.plain_port);
        text.strip_suffix(&plain)
            .map_or(text.clone(), str::to_owned)
    }

    /// What an attempt means for who asked, and for the credential.
    pub(super) fn conclude<T>(
        &self,
        address: &Address,
        tried: Tried<T>,
    ) -> Result<Answer<T>, LinkError> {
        let endpoint = address.to_string();
        Err(match tried {
            Tried::Said(answer) => {
                self.shared().proven = true;
                return Ok(answer);
            }
            Tried::Refused(refusal) if refusal.is_unauthorized() => self.deny(endpoint, &refusal),
            Tried::Refused(refusal) => {
                // Who is forbidden something was let in.
                self.shared().proven |= matches!(refusal.status, 400 | 403 | 404 | 409);
                refused(refusal)
            }
            Tried::Paused(held, said) => {
                // Who asks too often was let in.
                self.shared().proven |= held.status == 429;
                held.error(address, &said)
            }
            Tried::Lacking(Lacking::Held(held)) => held.error(address, ""),
            Tried::Garbled(reason) | Tried::Lacking(Lacking::Broken(reason)) => {
                LinkError::Garbled { endpoint, reason }
            }
            Tried::Lacking(Lacking::NotSent(reason) | Lacking::NoAnswer(reason)) => {
                LinkError::Unreachable { endpoint, reason }
            }
            Tried::Lacking(Lacking::Cut { why, sent, of }) => {
                LinkError::NotAsked(why.words(sent, of))
            }
        })
    }

    /// No credential is tried twice: the platform locks accounts.
    fn deny(&self, endpoint: String, refusal: &Refusal) -> LinkError {
        let error = LinkError::Unauthorized {
            endpoint,
            code: refusal.code.clone(),
            message: refusal.message.clone(),
            advice: refusal.advice(),
        };
        let mut shared = self.shared();
        shared.denied = Some(error.clone());
        shared.proven = false;
        error
    }
}

fn refused(refusal: Refusal) -> LinkError {
    let advice = refusal.advice();
    let mut message = refusal.message;
    for note in refusal.notes {
        message = format!("{message}\n{}: {}", note.field, note.message);
    }
    LinkError::Refused {
        status: refusal.status,
        code: refusal.code,
        message,
        advice,
        trace: refusal.trace,
    }
}

/// A list of thousands or a task of ten thousand subtasks takes its time.
fn patience(request: &Request) -> Duration {
    Duration::from_secs(match (request.effect, request.auth) {
        (Effect::Changes | Effect::Destroys, _) => 60,
        (Effect::Reads, Auth::Open) => 5,
        (Effect::Reads, _) => 20,
    })
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
    let value = serde_json::from_slice(bytes).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(bytes);
        Value::String(text::clean_lines(&text).join("\n"))
    });
    ocp::masked(value)
}
