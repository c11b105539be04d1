//! Who may ask: the order of checks, and whose password counts (`api/obshell.md` §2.7, §2.8).

use super::age::Age;
use super::answer::{Answer, Refusal};
use super::keys::{BodyError, Claims, open_body};
use super::request::{Call, Request};
use super::task::GenericId;
use super::world::{Identity, World};

/// Routes that need no header.
fn open(method: &str, words: &[&str]) -> bool {
    matches!(
        (method, words),
        ("GET", ["time" | "info" | "git-info" | "secret" | "status"]) | ("POST", ["status"])
    )
}

fn by_agent_password(words: &[&str]) -> bool {
    words.first() == Some(&"obproxy")
}

/// Task routes whose id is that of an `OBProxy`'s task.
fn proxy_task(words: &[&str]) -> bool {
    matches!(words, ["task", "dag" | "node" | "sub_task", id, ..] if id.starts_with(['4', '5']) && id.len() > 12)
}

fn no_header() -> Refusal {
    Refusal::new(
        400,
        "Request.Header.NotFound",
        "X-OCS-Agent-Header or X-OCS-Header not found in http request header",
    )
    .zh("HTTP 请求头中未找到 X-OCS-Agent-Header 或 X-OCS-Header")
}

fn use_agent_password(why: &str) -> Refusal {
    Refusal::login(
        "Security.Authentication.WithAgentPassword",
        &format!("Should use agent_password to verify: {why}"),
    )
}

impl World {
    /// Open the seals and check who asks; then answer.
    pub(super) fn serve(&mut self, agent: usize, request: &Request) -> Answer {
        self.advance();
        let words = request.words();
        let first = self.age == Age::V422;
        let header = request
            .agent_header
            .as_ref()
            .or(request.root_header.as_ref())
            .filter(|_| !first)
            .or(request.first_header.as_ref().filter(|_| first));
        let claims = match header {
            None => None,
            Some(value) => {
                let Some(claims) = self.agents.get(agent).and_then(|own| {
                    if first {
                        Claims::read_first(&own.key, value, &request.uri)
                    } else {
                        Claims::read(&own.key, value)
                    }
                }) else {
                    let mut refusal = Refusal::new(
                        401,
                        "Security.Authentication.Header.DecryptFailed",
                        "Decrypt http header failed: crypto/rsa: decryption error",
                    );
                    refusal.code = Some(1);
                    return Answer {
                        early: true,
                        ..refusal.into()
                    };
                };
                Some(claims)
            }
        };
        let body = match &claims {
            None => request.body.clone(),
            // Uploads are not encrypted.
            Some(_) if request.parcel.is_some() => Vec::new(),
            // Nothing but the header was sealed then.
            Some(_) if first && request.body.is_empty() => b"{}".to_vec(),
            Some(_) if first => request.body.clone(),
            Some(claims) => match open_body(claims, &request.body) {
                Ok(body) => body,
                Err(error) => return bad_body(error),
            },
        };
        let call = Call {
            by_agent_password: request.agent_header.is_some(),
            request: request.clone(),
            claims,
            body,
            forwarded: None,
        };
        let unlocked = self.age <= Age::V423 && words == ["ob", "info"];
        if open(&request.method, &words) || (unlocked && call.claims.is_none()) {
            return self.route(agent, &call);
        }
        let label = super::routes::label(&request.method, &words);
        if !label.is_some_and(|label| self.age.has(label)) {
            return Refusal::new(404, "Common.NotFound", "Element not found: 404 not found").into();
        }
        match self.admit(agent, &call, &words) {
            Ok(None) => {
                self.keep_session(agent, &call);
                self.route(agent, &call)
            }
            Ok(Some(master)) => self.forward(agent, master, call),
            Err(refusal) => refusal.into(),
        }
    }

    /// A FOLLOWER sends everything on; the MASTER checks the client's password.
    fn forward(&mut self, follower: usize, master: usize, mut call: Call) -> Answer {
        let request = call.request.clone();
        let words = request.words();
        call.forwarded = Some(follower);
        match self.admit(master, &call, &words) {
            // The master bounces this one back: the answer is really the follower's.
            Ok(_) if words == ["task", "dag", "maintain", "agent"] => self.route(follower, &call),
            Ok(_) => self.route(master, &call),
            Err(refusal) => refusal.into(),
        }
    }

    /// Whether a call may go on, and to whom.
    fn admit(&self, agent: usize, call: &Call, words: &[&str]) -> Result<Option<usize>, Refusal> {
        let own = self.agents.get(agent).ok_or_else(no_header)?;
        if call.request.local {
            let follows = own.identity == Identity::Follower;
            return Ok(own.master.filter(|_| follows));
        }
        let Some(claims) = &call.claims else {
            return Err(no_header());
        };
        if by_agent_password(words) && !call.by_agent_password {
            return Err(no_header());
        }
        if claims.uri != call.request.uri {
            let mut refusal = Refusal::new(
                401,
                "Security.Authentication.Header.UriMismatch",
                "URI mismatch",
            );
            refusal.code = Some(10008);
            return Err(refusal);
        }
        if words == ["agent", "password"] {
            return self.admit_password(agent, call, claims).map(|()| None);
        }
        if let Some(session) = self.session_of(agent, call) {
            return self.admit_session(agent, claims, session).map(|()| None);
        }
        if proxy_task(words) && !self.keeps(agent, words) {
            return Err(use_agent_password("this route only support agent password"));
        }
        if by_agent_password(words) || proxy_task(words) {
            return self.admit_proxy(agent, call, claims).map(|()| None);
        }
        if own.identity == Identity::Follower {
            if call.request.root_header.is_none() && call.request.first_header.is_none() {
                return Err(Refusal::new(
                    500,
                    "Request.Forward.Header.NotExist",
                    "Header not found when auto-forwarding request to master",
                ));
            }
            let master = own
                .master
                .ok_or_else(|| Refusal::new(500, "Agent.NoMaster", "Master agent not found"))?;
            return Ok(Some(master));
        }
        self.admit_identity(agent, call, claims).map(|()| None)
    }

    /// Whether the id of a task names this very agent.
    fn keeps(&self, agent: usize, words: &[&str]) -> bool {
        let id = words.get(2).and_then(|id| GenericId::parse(id));
        id.is_none_or(|id| id.home == self.home(agent))
    }

    fn admit_identity(&self, agent: usize, call: &Call, claims: &Claims) -> Result<(), Refusal> {
        let Some(own) = self.agents.get(agent) else {
            return Ok(());
        };
        let single = own.identity == Identity::Single;
        match (&own.agent_password, call.by_agent_password) {
            (None, _) if single => Ok(()),
            (Some(_), false) if single => Err(use_agent_password("agent password has been set")),
            (Some(_), false) if own.root_password.is_none() => {
                Err(use_agent_password("oceanbase password is not initialized"))
            }
            (None, true) if own.root_password.is_some() => Err(Refusal::login(
                "Security.Authentication.WithOceanBasePassword",
                "Should use oceanbase_password to verify: agent password is not initialized",
            )),
            (None, true) => Ok(()),
            (Some(wanted), true) => self.compare_agent(claims, wanted),
            (_, false) => {
                self.compare_root(claims, own.root_password.as_deref().unwrap_or_default())
            }
        }
    }

    fn compare_root(&self, claims: &Claims, wanted: &str) -> Result<(), Refusal> {
        self.fresh(claims, wanted)?;
        if claims.auth == wanted {
            return Ok(());
        }
        Err(Refusal::login(
            "Security.Authentication.IncorrectOceanbasePassword",
            "OceanBase password is incorrect",
        )
        .zh("认证失败: OceanBase root 密码不正确"))
    }

    fn compare_agent(&self, claims: &Claims, wanted: &str) -> Result<(), Refusal> {
        self.fresh(claims, wanted)?;
        if claims.auth == wanted {
            return Ok(());
        }
        Err(Refusal::login(
            "Security.Authentication.IncorrectAgentPassword",
            "Agent password is incorrect",
        ))
    }

    /// Only a password that is not empty makes the agent look at the clock.
    fn fresh(&self, claims: &Claims, wanted: &str) -> Result<(), Refusal> {
        if wanted.is_empty() {
            return Ok(());
        }
        let Ok(expiry) = claims.ts.parse::<i64>() else {
            return Err(Refusal::login(
                "Security.Authentication.Timestamp.Invalid",
                "Authentication timestamp is invalid",
            ));
        };
        if expiry < self.now().as_second() {
            return Err(Refusal::login(
                "Security.Authentication.Expired",
                "Authentication expired",
            ));
        }
        Ok(())
    }

    fn admit_password(&self, agent: usize, call: &Call, claims: &Claims) -> Result<(), Refusal> {
        let Some(own) = self.agents.get(agent) else {
            return Ok(());
        };
        // A FOLLOWER without one takes its master's for the right one.
        let of_master = own
            .master
            .filter(|_| own.agent_password.is_none())
            .and_then(|master| self.agents.get(master)?.agent_password.as_ref());
        if let (Some(wanted), true) = (of_master, call.by_agent_password) {
            return self.compare_agent(claims, wanted);
        }
        match (&own.agent_password, call.by_agent_password) {
            (Some(wanted), true) => self.compare_agent(claims, wanted),
            (Some(_), false) => Err(use_agent_password("agent password has been set")),
            (None, true) if own.identity != Identity::Single => Err(Refusal::login(
                "Security.Authentication.IncorrectAgentPassword",
                "Agent password is incorrect",
            )),
            (None, false) if own.identity == Identity::ClusterAgent => {
                self.compare_root(claims, own.root_password.as_deref().unwrap_or_default())
            }
            _ => Ok(()),
        }
    }

    fn admit_proxy(&self, agent: usize, call: &Call, claims: &Claims) -> Result<(), Refusal> {
        if !call.by_agent_password {
            return Err(use_agent_password("this route only support agent password"));
        }
        match self
            .agents
            .get(agent)
            .and_then(|own| own.agent_password.as_deref())
        {
            Some(wanted) => self.compare_agent(claims, wanted),
            None => Err(Refusal::login(
                "Security.Authentication.AgentPasswordNotInitialized",
                "Agent password is not initialized",
            )),
        }
    }
}

fn bad_body(error: BodyError) -> Answer {
    let refusal = match error {
        BodyError::Panic => {
            return Answer {
                early: true,
                ..Answer::panic()
            };
        }
        BodyError::NoKey => Refusal::new(
            500,
            "Request.Body.Decrypt.AES.NoKey",
            "Decrypt request body failed: no key",
        ),
        BodyError::KeyAndIv => Refusal::new(
            500,
            "Request.Body.Decrypt.AES.KeyAndIv.Invalid",
            "AES key and IV size error",
        ),
        BodyError::Length => Refusal::new(
            500,
            "Request.Body.Decrypt.AES.ContentLength.Invalid",
            "Decrypt request body failed: content length is invalid",
        ),
    };
    Answer {
        early: true,
        ..refusal.into()
    }
}
