//! Which password goes to which agent (`api/obshell.md §2.8`).

use crate::base::Secret;
use crate::fleet::cluster::Agent;
use crate::fleet::request::{Auth, Body, Request};
use crate::wire::obshell::{Credential, Header};

/// The passwords of a context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Passwords of root@sys, the likeliest first. More than one while a
    /// configuration switches it under the poller (§10.1).
    pub root: Vec<Secret>,
    /// Agent passwords, the likeliest first.
    pub agent: Vec<Secret>,
}

impl Credentials {
    /// One password of root, one agent password where there is one.
    #[must_use]
    pub fn new(root: Option<Secret>, agent: Option<Secret>) -> Self {
        Self {
            root: root.into_iter().collect(),
            agent: agent.into_iter().collect(),
        }
    }

    /// Takes over the passwords that a change is about to set: when its task
    /// runs, the old ones stop working under the poller (§10.1, §13.8).
    pub(super) fn learn(&mut self, request: &Request) {
        let Some(Body::Map(entries)) = &request.body else {
            return;
        };
        for (name, value) in entries {
            let Body::Secret(secret) = value else {
                continue;
            };
            let list = match name.as_str() {
                "rootPwd" => &mut self.root,
                "masterPassword" | "targetAgentPassword" => &mut self.agent,
                "password" if request.path.ends_with("/agent/password") => &mut self.agent,
                _ => continue,
            };
            // The old one first, though it may be the empty one that nobody named:
            // the other way round both are refused when the switch comes between.
            if name == "rootPwd" && list.is_empty() {
                list.push(Secret::default());
            }
            if !list.contains(secret) {
                list.push(secret.clone());
            }
        }
    }

    /// What may open this route at an agent in this role, the likeliest first.
    pub(super) fn candidates(&self, agent: &Agent, request: &Request) -> Vec<Credential> {
        let root = self.root.iter().cloned().map(Credential::root);
        let own = self.agent.iter().cloned().map(Credential::agent);
        let empty = Credential::root(Secret::default());
        let secured = agent.secured == Some(true);
        let sets_password = request.path.ends_with("/agent/password");
        let mut list: Vec<_> = match agent.identity.as_str() {
            _ if request.auth == Auth::Agent => own.collect(),
            "SINGLE" if secured => own.collect(),
            // It accepts anything: the real password has no business there.
            "SINGLE" => vec![empty],
            _ if secured && sets_password => own.collect(),
            // Before init a master with an agent password wants that one.
            "MASTER" if secured => own.chain(root).chain([empty]).collect(),
            "MASTER" | "FOLLOWER" => root.chain([empty]).chain(own).collect(),
            _ => root.chain(own).collect(),
        };
        if list.is_empty() {
            // Nobody told us one: the empty password, and the agent's own words.
            list.push(Credential {
                header: if request.auth == Auth::Agent || (secured && agent.identity == "SINGLE") {
                    Header::Agent
                } else {
                    Header::Root
                },
                ..Credential::root(Secret::default())
            });
        }
        let mut seen = Vec::with_capacity(list.len());
        list.retain(|credential| {
            let new = !seen.contains(credential);
            seen.push(credential.clone());
            new
        });
        list
    }
}

/// Whether an agent in this role takes any password, so that none can be wrong.
pub(super) fn accepts_any(agent: &Agent) -> bool {
    agent.identity == "SINGLE" && agent.secured != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::Address;

    fn agent(identity: &str, secured: bool) -> Agent {
        Agent {
            address: Address::new("10.0.0.1", 2886),
            identity: identity.into(),
            zone: String::new(),
            version: String::new(),
            ob_version: String::new(),
            state: None,
            ob_state: None,
            under_maintenance: false,
            has_proxy: None,
            secured: Some(secured),
            reachable: true,
        }
    }

    fn tried(identity: &str, secured: bool, auth: Auth) -> Vec<(Header, String)> {
        let wallet = Credentials::new(Some(Secret::new("r")), Some(Secret::new("a")));
        let request = Request {
            auth,
            ..Request::get("/api/v1/ob/info")
        };
        wallet
            .candidates(&agent(identity, secured), &request)
            .into_iter()
            .map(|credential| {
                let crate::wire::obshell::Proof::Password(password) = credential.proof else {
                    panic!("no password");
                };
                (credential.header, password.reveal().to_owned())
            })
            .collect()
    }

    #[test]
    fn each_role_gets_its_password() {
        let root = |text: &str| (Header::Root, text.to_owned());
        let own = || (Header::Agent, "a".to_owned());
        assert_eq!(tried("SINGLE", false, Auth::Root), [root("")]);
        assert_eq!(tried("SINGLE", true, Auth::Root), [own()]);
        assert_eq!(
            tried("MASTER", false, Auth::Root),
            [root("r"), root(""), own()]
        );
        assert_eq!(
            tried("MASTER", true, Auth::Root),
            [own(), root("r"), root("")]
        );
        assert_eq!(
            tried("CLUSTER AGENT", false, Auth::Root),
            [root("r"), own()]
        );
        assert_eq!(tried("CLUSTER AGENT", true, Auth::Agent), [own()]);
    }

    #[test]
    fn nobody_told_us_one() {
        let wallet = Credentials::default();
        let request = Request::get("/api/v1/ob/info");
        let list = wallet.candidates(&agent("CLUSTER AGENT", false), &request);
        assert_eq!(list, [Credential::root(Secret::default())]);
    }

    #[test]
    fn a_password_that_a_change_sets_is_kept_for_later() {
        let mut wallet = Credentials::new(Some(Secret::default()), None);
        let mut request = Request::get("/api/v1/obcluster/config");
        request.body = Some(Body::Map(vec![
            ("rootPwd".into(), Body::Secret(Secret::new("new"))),
            ("masterPassword".into(), Body::Secret(Secret::new("mp"))),
            ("proxyro_password".into(), Body::Secret(Secret::new("no"))),
        ]));
        wallet.learn(&request);
        wallet.learn(&request);
        assert_eq!(wallet.root, [Secret::default(), Secret::new("new")]);
        assert_eq!(wallet.agent, [Secret::new("mp")]);
    }
}
