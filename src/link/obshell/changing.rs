//! Sending a change: once, and when the answer is lost, looking for what it made.

use std::sync::Arc;

use jiff::Timestamp;
use rust_i18n::t;

use super::Inner;
use super::agent::Peer;
use super::session::{Headers, Tried, conclude, denial, sealed};
use super::trail::Trail;
use crate::fleet::request::{Auth, Body, Effect, Request};
use crate::link::http::{Content, Lacking};
use crate::link::upload::Upload;
use crate::link::{
    Asking, Held, Holder, LinkError, Lost, Observer as _, SendError, Sent, Transfer,
};
use crate::wire::multipart;
use crate::wire::obshell::{Answer, Credential, Proof, Refusal, api, dto, errors, seal};

/// A header of an upload is worth something for so long, in seconds.
const UPLOAD_WORTH: i64 = 600;

/// A change whose password or session was refused: it was not done. It is not
/// sent again, not with another session either; what is asked next logs in anew.
fn turned_away(
    peer: &Peer,
    request: &Request,
    used: Option<&Credential>,
    refusal: &Refusal,
) -> LinkError {
    let mut error = denial(peer, refusal);
    if let Some(session) = used.filter(|used| matches!(used.proof, Proof::Session(_))) {
        peer.end_session(session);
        // Where the agent did not look at it, it says something of a password.
        if let LinkError::Unauthorized { advice, .. } = &mut error {
            *advice = errors::advice("Security.Authentication.SessionInvalid").into_owned();
        }
    } else if let Some(proven) = peer.proven(request.auth) {
        peer.refuse(&proven, error.clone());
    }
    error
}

impl Inner {
    /// Sends one change, and the one that goes before it where there is one:
    /// only when that is done is this one sent.
    pub(super) async fn send(
        &self,
        request: &Request,
        transfer: &Transfer,
    ) -> Result<Sent, SendError> {
        let Some(first) = request.first.as_deref() else {
            return self.send_one(request, transfer).await;
        };
        self.send_one(first, transfer).await.map_err(|mut error| {
            if let SendError::AnswerLost { reason, .. } = &mut error {
                let line = request.line();
                *reason = t!(
                    "%{reason}; %{line} was not sent",
                    reason = reason,
                    line = line
                )
                .into_owned();
            }
            error
        })?;
        let second = self.send_one(request, transfer).await;
        second.map_err(|error| SendError::HalfDone {
            done: first.line(),
            then: Box::new(error),
        })
    }

    /// Sends one change. Everything before the one exchange only reads.
    async fn send_one(&self, request: &Request, transfer: &Transfer) -> Result<Sent, SendError> {
        let peer = self.receiver(request).await?;
        let upload = match &request.body {
            Some(Body::File(path)) => {
                Some(Upload::open(path, Some(multipart::Proof::File), transfer).await?)
            }
            _ => None,
        };
        self.clear(&peer, request).await?;
        let trail = self.trail(&peer, request).await;
        // Last of all: nothing is read between this and the change, so that a
        // session which a read finds over is not the one that is sealed.
        let credential = if request.auth == Auth::Open || peer.is_local() {
            None
        } else {
            Some(self.credential(&peer, request).await?)
        };
        self.learn(&peer, request);
        let credential = credential.as_ref();
        let (headers, content) = match (upload, credential) {
            (Some(upload), _) => {
                let headers = self.sealed_upload(&peer, request, &upload, credential);
                (headers.await?, Content::File(Box::new(upload)))
            }
            (None, Some(credential)) => sealed(&peer, request, credential)?.into(),
            (None, None) => seal::open(request).into(),
        };
        transfer.may_leave()?;
        let trace = self.trace();
        let left = Timestamp::now();
        let asking = Asking::of(request, &peer.address.to_string(), &trace, left);
        for secret in request.body.iter().flat_map(Body::secrets) {
            self.observers.carries(secret);
        }
        self.observers
            .before_change(&asking)
            .map_err(LinkError::NotAsked)?;
        let tried = self
            .attempt_as(&peer, request, headers, content, &trace)
            .await;
        let outcome = match tried {
            Tried::SessionOver(refusal) | Tried::Denied(refusal) => {
                Err(turned_away(&peer, request, credential, &refusal).into())
            }
            tried => self.outcome(&peer, &trail, tried, &trace, left).await,
        };
        let outcome = match transfer.judged(outcome, &asking.endpoint) {
            Err(SendError::NotDone(error)) => Err(self.blamed(&peer, request, error).await),
            outcome => outcome,
        };
        self.observers.after_change(&asking, &outcome);
        outcome
    }

    /// A file goes in clear, with its digest sealed for the agent's key.
    async fn sealed_upload(
        &self,
        peer: &Peer,
        request: &Request,
        upload: &Upload,
        credential: Option<&Credential>,
    ) -> Result<Headers, LinkError> {
        // Who is asked over a socket has not been asked for it.
        if peer.key().is_none() {
            self.fetch_key(peer).await?;
        }
        let key = peer
            .key()
            .ok_or_else(|| LinkError::NotAsked(t!("it does not say who it is").into_owned()))?;
        let now = Timestamp::now().as_millisecond() + peer.ahead_ms().unwrap_or(0);
        let expires = now / 1_000 + UPLOAD_WORTH;
        let (form, digest) = (upload.form(), upload.digest());
        seal::upload(request, form, digest, &key, credential, expires)
            .map_err(|error| LinkError::NotAsked(error.to_string()))
    }

    /// A second start or stop is accepted while one is at work, and both fail
    /// (`api/obshell.md §14.1`). A zone is stopped only after its own check.
    async fn clear(&self, peer: &Peer, request: &Request) -> Result<(), SendError> {
        let powers = |name: &str| matches!(name, "Start OB" | "Stop OB");
        if !request.makes.as_deref().is_some_and(powers) {
            return Ok(());
        }
        let tasks = self.get(peer, &api::unfinish(), dto::tasks).await?;
        // What was there before was made by somebody else.
        let ids = tasks.iter().map(|task| task.id.clone());
        self.shared().seen.extend(ids);
        if let Some(busy) = tasks
            .iter()
            .find(|task| task.is_live() && powers(&task.name))
        {
            let why = t!(
                "task %{id} %{name} is at work: a second start or stop is accepted and makes both fail",
                id = busy.id,
                name = busy.name
            );
            return Err(SendError::Held {
                error: LinkError::NotAsked(why.into_owned()),
                by: Box::new(Held::By(Holder::of(busy))),
            });
        }
        if request.path.contains("/ob/zone/") {
            let check = Request {
                path: format!("{}/check", request.path),
                body: Some(Body::Plain(serde_json::json!({}))),
                effect: Effect::Reads,
                makes: None,
                ..request.clone()
            };
            self.read(peer, &check).await?;
        }
        Ok(())
    }

    /// Keeps what the request says of passwords and of who will follow whom.
    fn learn(&self, peer: &Peer, request: &Request) {
        let mut shared = self.shared();
        shared.credentials.learn(request);
        let Some(Body::Map(entries)) = &request.body else {
            return;
        };
        let master = entries.iter().find(|(name, _)| name == "agentInfo");
        if let (Some((_, Body::Plain(master))), Some(info)) = (master, peer.info())
            && request.path == "/api/v1/agent/join"
            && let Some(master) = dto::address_of(master)
        {
            shared.masters.insert(info.agent.address, master);
        }
    }

    /// The agent that gets it, met: who it is and its key are known.
    async fn receiver(&self, request: &Request) -> Result<Arc<Peer>, LinkError> {
        match &request.target {
            Some(named) => {
                self.meet_sockets().await;
                let peer = self.peer(&self.dialled(named));
                self.introduce(&peer).await?;
                self.meet(&peer).await?;
                Ok(peer)
            }
            None => {
                self.anywhere(|peer| async move {
                    self.introduce(&peer).await?;
                    self.meet(&peer).await?;
                    Ok(peer)
                })
                .await
            }
        }
    }

    /// A socket does not say whose it is: an agent that has one is changed
    /// through it, so ask before the network is tried.
    async fn meet_sockets(&self) {
        for endpoint in self.endpoints.iter().filter(|at| at.as_socket().is_some()) {
            let peer = self.peer(endpoint);
            if peer.info().is_none() {
                // Who does not answer here is asked over the network.
                let _ = self.introduce(&peer).await;
            }
        }
    }

    /// The password to send with. Where several could be the one, a read proves
    /// it first: a change is not for trying.
    async fn credential(&self, peer: &Peer, request: &Request) -> Result<Credential, LinkError> {
        let Some(info) = peer.info() else {
            return Err(LinkError::NotAsked(
                t!("it does not say who it is").into_owned(),
            ));
        };
        if let Some(session) = self.session(peer, request).await? {
            return Ok(session);
        }
        let mut candidates = self.candidates(&info.agent, request);
        if candidates.len() > 1 {
            if peer.proven(request.auth).is_none() {
                let proof = Request {
                    auth: request.auth,
                    ..api::ob_info()
                };
                self.read(peer, &proof).await?;
            }
            if let Some(proven) = peer.proven(request.auth) {
                return Ok(proven);
            }
        }
        candidates.retain(|one| !peer.was_refused(one) || super::wallet::accepts_any(&info.agent));
        match candidates.into_iter().next() {
            Some(credential) => Ok(credential),
            None => Err(peer.denial().unwrap_or_else(|| {
                LinkError::NotAsked(t!("every password was refused already").into_owned())
            })),
        }
    }

    async fn outcome(
        &self,
        peer: &Peer,
        trail: &Trail,
        tried: Tried,
        trace: &str,
        left: Timestamp,
    ) -> Result<Sent, SendError> {
        let reason = match tried {
            Tried::Said(Ok(answer)) => return Ok(self.sent(answer, trace)),
            Tried::OtherKey(refusal) => {
                // The operator must know whether another agent answers here now.
                self.fetch_key(peer).await?;
                return Err(denial(peer, &refusal).into());
            }
            Tried::Lacking(Lacking::Cut { why, sent, of }) => {
                return Err(SendError::CutShort { why, sent, of });
            }
            Tried::Lacking(Lacking::NoAnswer(reason) | Lacking::Broken(reason))
            | Tried::Garbled(reason) => reason,
            other => match conclude(peer, other) {
                Ok(answer) => return Ok(self.sent(answer, trace)),
                Err(error) => return Err(error.into()),
            },
        };
        let found = self.look(peer, trail, left).await;
        if let Lost::Made(id) = &found {
            self.shared().seen.insert(id.clone());
        }
        Err(SendError::AnswerLost { reason, found })
    }

    fn sent(&self, answer: Answer, trace: &str) -> Sent {
        let is_task = answer.data.get("dag_id").is_some();
        let task = is_task.then(|| dto::task(answer.data).ok()).flatten();
        if let Some(task) = &task {
            let mut shared = self.shared();
            shared.seen.insert(task.id.clone());
            shared.gone.remove(&task.id);
        }
        Sent {
            task: task.map(Box::new),
            status: answer.status,
            trace: trace.to_owned(),
        }
    }
}
