//! What an operator must say before something happens that cannot be taken
//! back: a thing taken away, a change on production, another key trusted.

use rust_i18n::t;

use super::act;
use super::effect::Effect;
use super::input::Line;
use super::key::{Code, Key};
use super::model::Model;
use super::notice::Level;
use super::overlay::Overlay;
use crate::fleet::request::{Effect as Deed, Request};
use crate::fleet::task::Task;
use crate::link::LinkError;

/// What is held back until the operator is sure.
#[derive(Clone, Debug)]
pub enum Held {
    /// The form that is shown.
    Form,
    /// An operation on the task that is shown.
    Operation(Box<Request>),
}

/// A request that is held back.
#[derive(Clone, Debug)]
pub struct Caution {
    /// What is held back.
    pub held: Held,
    /// What it does, and to whom: the words on the button.
    pub deed: String,
    /// Method, path, target and body, secrets masked.
    pub request: String,
    /// The name that must be typed, on production.
    pub name: Option<String>,
    /// What is typed of it.
    pub line: Line,
    /// Whether the deed is selected, where no name must be typed.
    pub yes: bool,
}

/// A key that took the place of the trusted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Who shows it.
    pub endpoint: String,
    /// The fingerprint that was trusted.
    pub pinned: String,
    /// The fingerprint that it shows now.
    pub offered: String,
    /// What restarts agents now, where something does: an upgrade of them.
    pub upgrade: Option<String>,
    /// Whether trusting is selected; at first it is not.
    pub yes: bool,
}

impl NewKey {
    /// What an error says of a key that took another one's place, while these
    /// tasks are known.
    pub fn of<'a>(error: &LinkError, mut tasks: impl Iterator<Item = &'a Task>) -> Option<Self> {
        let LinkError::KeyChanged {
            endpoint,
            pinned,
            offered,
        } = error
        else {
            return None;
        };
        let upgrade = tasks.find(|task| task.is_live() && task.restarts_agents());
        Some(Self {
            endpoint: endpoint.clone(),
            pinned: pinned.clone(),
            offered: offered.clone(),
            upgrade: upgrade.map(|task| format!("{} {}", task.id, task.name)),
            yes: false,
        })
    }

    /// What happened, in one sentence.
    #[must_use]
    pub fn title(&self) -> String {
        t!(
            "%{agent} shows another key than the trusted one.",
            agent = self.endpoint
        )
        .into_owned()
    }

    /// Both fingerprints, the trusted one first.
    #[must_use]
    pub fn fingerprints(&self) -> [String; 2] {
        [(t!("trusted"), &self.pinned), (t!("now"), &self.offered)]
            .map(|(label, fingerprint)| format!("{label}: {fingerprint}"))
    }

    /// What may have made it.
    #[must_use]
    pub fn reason(&self) -> String {
        let Some(task) = &self.upgrade else {
            return t!(
                "Likely the agent was deployed anew, or upgraded to 4.4.1.1 or later. If neither happened, somebody else may answer at this address: nothing is asked and no password leaves until you trust it."
            )
            .into_owned();
        };
        t!(
            "Likely task %{task} did it: it restarts the agents, and the first start from 4.4.1.1 on gives an agent another key. If the agent was that new before, somebody else may answer at this address: nothing is asked and no password leaves until you trust it.",
            task = task
        )
        .into_owned()
    }
}

impl Caution {
    /// Whether the operator has said all that is wanted.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        match &self.name {
            Some(name) => self.line.value().trim() == name,
            None => self.yes,
        }
    }
}

/// What must be asked before this leaves; `None`: nothing. On production every
/// operation on a task counts: none of them can be taken back.
pub fn of(model: &Model, held: Held, request: &Request, deed: String) -> Option<Caution> {
    let destroys = request.effect == Deed::Destroys;
    let operation = matches!(held, Held::Operation(_));
    if !(destroys || operation && model.is_production()) {
        return None;
    }
    let target = request.target.as_ref().map(ToString::to_string);
    let place = model.settings.place.as_ref();
    let target = target.or_else(|| place.map(|place| place.endpoint.clone()));
    let body = request.body.as_ref().map(|body| body.masked().to_string());
    Some(Caution {
        held,
        deed,
        request: format!(
            "{} {} → {}{}",
            request.method.word(),
            request.path,
            target.unwrap_or_default(),
            body.map(|body| format!("  {body}")).unwrap_or_default()
        ),
        name: model.is_production().then(|| name(model)),
        line: Line::open(""),
        yes: false,
    })
}

/// What is typed on production: the cluster's name, or the context's while the
/// cluster has none or has not answered.
fn name(model: &Model) -> String {
    let cluster = model.data.cluster().map(|cluster| &cluster.name);
    let place = model.settings.place.as_ref().map(|place| &place.name);
    let named = cluster.filter(|name| !name.trim().is_empty()).or(place);
    named.map(|name| name.trim().to_owned()).unwrap_or_default()
}

/// A key while a request is held back.
pub fn key(model: &mut Model, key: Key, mut caution: Box<Caution>) -> Vec<Effect> {
    if key.code == Code::Enter {
        if caution.is_sure() {
            return match caution.held {
                Held::Form => act::send_form(model),
                Held::Operation(request) => act::send_operation(model, request),
            };
        }
        if caution.name.is_none() {
            // The safe answer was selected.
            return Vec::new();
        }
    } else if caution.name.is_some() {
        caution.line.key(key);
    } else if turns(key) {
        caution.yes = !caution.yes;
    }
    model.overlay = Some(Overlay::Caution(caution));
    Vec::new()
}

/// A key while another key is shown.
pub fn new_key(model: &mut Model, key: Key, mut shown: Box<NewKey>) -> Vec<Effect> {
    match key.code {
        Code::Enter if shown.yes => {
            return vec![Effect::Trust {
                endpoint: shown.endpoint,
                fingerprint: shown.offered,
            }];
        }
        Code::Enter => return Vec::new(),
        _ if turns(key) => shown.yes = !shown.yes,
        _ => {}
    }
    model.overlay = Some(Overlay::NewKey(shown));
    Vec::new()
}

/// Letters do not select here: who was typing when the question came up must
/// not answer it.
fn turns(key: Key) -> bool {
    matches!(
        key.code,
        Code::Left | Code::Right | Code::Up | Code::Down | Code::Tab
    )
}

/// Opens what settles the trouble that stops the questions.
pub fn settle(model: &mut Model) -> Vec<Effect> {
    match model.data.trouble() {
        Some(error @ LinkError::KeyChanged { .. }) => {
            let shown = NewKey::of(error, model.data.known_tasks());
            model.overlay = shown.map(|shown| Overlay::NewKey(Box::new(shown)));
        }
        Some(LinkError::Unauthorized { code, .. }) => {
            let agent = code.contains("AgentPassword");
            return vec![Effect::Password { agent }];
        }
        _ => {
            let text = t!("Nothing stops the questions");
            model.notices.say(model.now, Level::Info, text);
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::task::fixtures;

    #[test]
    fn an_upgrade_that_runs_is_the_likely_reason_for_another_key() {
        let error = LinkError::KeyChanged {
            endpoint: "10.0.0.5:2886".into(),
            pinned: "SHA256:before".into(),
            offered: "SHA256:after".into(),
        };
        let named = |name: &str| Task {
            name: name.into(),
            ..fixtures::running()
        };
        let reason = |tasks: &[Task]| NewKey::of(&error, tasks.iter()).unwrap().reason();
        let upgrade = named("Upgrade obshell 4.5.0.0-1");
        let others = [named("Upgrade check obshell 4.5.0.0-1"), named("Stop OB")];
        assert!(reason(&others).contains("deployed anew"));
        let likely = reason(&[&others[..], std::slice::from_ref(&upgrade)].concat());
        assert!(likely.contains("Upgrade obshell 4.5.0.0-1"), "{likely}");
        let mut ended = upgrade;
        ended.state = crate::fleet::task::State::Succeeded;
        assert!(reason(&[ended]).contains("deployed anew"));
        assert_eq!(
            NewKey::of(&LinkError::NotAsked(String::new()), [].iter()),
            None
        );
    }
}
