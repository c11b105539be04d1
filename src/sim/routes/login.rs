//! Sessions instead of passwords: login, logout, and what a session id is worth
//! (`api/obshell.md` §2.10).

use jiff::{SignedDuration, Timestamp};

use crate::sim::age::Age;
use crate::sim::answer::{Answer, Refusal};
use crate::sim::keys::{Claims, seal_text};
use crate::sim::request::{Call, required};
use crate::sim::world::{Identity, World};

/// How long a session lives without being used.
const LIFE: SignedDuration = SignedDuration::from_secs(1800);
/// How often an agent throws away those that are over, in seconds.
const SWEEP: i64 = 30;

/// One login at one agent.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Session {
    id: String,
    used: Timestamp,
}

/// A refusal of a session: these have no "Unauthorized:" before them.
fn over(name: &'static str, message: &str) -> Refusal {
    Refusal {
        code: Some(10008),
        ..Refusal::new(401, name, message)
    }
}

impl World {
    pub(super) fn log_in(&mut self, agent: usize, call: &Call) -> Result<Answer, Refusal> {
        let quarter = || self.trace();
        let id = std::iter::repeat_with(quarter).take(4).collect::<String>();
        let sealed = call
            .claims
            .as_ref()
            .and_then(|claims| seal_text(claims, &id));
        let Some(sealed) = sealed else {
            return Err(Refusal::new(
                500,
                "Request.Body.Decrypt.AES.KeyAndIv.Invalid",
                "AES key and IV size error",
            ));
        };
        let used = self.now();
        if let Some(own) = self.agents.get_mut(agent) {
            own.sessions.retain(|session| used <= session.used + LIFE);
            let id = id.clone();
            own.sessions.push(Session { id, used });
        }
        self.given.push((id, 0));
        Ok(Answer::data(sealed.into()))
    }

    pub(super) fn log_out(&mut self, agent: usize, call: &Call) -> Result<Answer, Refusal> {
        let id = call.fields("LogoutSessionParam")?.text("session_id")?;
        if id.is_empty() {
            required(&["LogoutSessionParam.SessionID".to_owned()])?;
        }
        // One that nobody knows is as good as ended.
        if let Some(own) = self.agents.get_mut(agent) {
            own.sessions.retain(|session| session.id != id);
        }
        Ok(Answer::empty())
    }

    /// The session id that counts: only a CLUSTER AGENT looks at it, and not at a login.
    pub(in crate::sim) fn session_of<'a>(&self, agent: usize, call: &'a Call) -> Option<&'a str> {
        let own = self.agents.get(agent)?;
        let looks = own.identity == Identity::ClusterAgent
            && self.age >= Age::V440
            && call.request.words() != ["login"];
        call.claims.as_ref()?.session.as_deref().filter(|_| looks)
    }

    /// Whether a session opens the door; the password beside it does not matter.
    pub(in crate::sim) fn admit_session(
        &self,
        agent: usize,
        claims: &Claims,
        id: &str,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let Ok(expiry) = claims.ts.parse::<i64>() else {
            return Err(over(
                "Security.Authentication.Timestamp.Invalid",
                "Authentication timestamp is invalid",
            ));
        };
        if expiry < now.as_second() {
            return Err(over(
                "Security.Authentication.Expired",
                "Authentication expired",
            ));
        }
        let own = self.agents.get(agent);
        let found = own.and_then(|own| {
            let session = own.sessions.iter().find(|session| session.id == id)?;
            Some((own.started, session.used + LIFE))
        });
        match found {
            Some((_, end)) if now <= end => Ok(()),
            // Not yet thrown away. The name is known; in which words was not recorded.
            Some((started, end)) if sweeps(started, now) == sweeps(started, end) => Err(over(
                "Security.Authentication.SessionExpired",
                "Session is expired",
            )),
            _ => Err(over(
                "Security.Authentication.SessionInvalid",
                "Session is invalid",
            )),
        }
    }

    /// A session that was used begins its time anew.
    pub(in crate::sim) fn keep_session(&mut self, agent: usize, call: &Call) {
        let now = self.now();
        let Some(id) = self.session_of(agent, call) else {
            return;
        };
        let Some(own) = self.agents.get_mut(agent) else {
            return;
        };
        let mut sessions = own.sessions.iter_mut();
        if let Some(session) = sessions.find(|session| session.id == id) {
            session.used = now;
        }
        if let Some((_, carried)) = self.given.iter_mut().find(|(given, _)| given == id) {
            *carried += 1;
        }
    }
}

/// How many times an agent that began then has thrown away what was over.
fn sweeps(started: Timestamp, at: Timestamp) -> i64 {
    at.duration_since(started).as_secs().div_euclid(SWEEP)
}
