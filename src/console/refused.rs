//! Changes of this session that were refused because a task holds what they
//! need. The one list of them: the form, the detail of the holding task and
//! the key that opens it all read it.

use jiff::Timestamp;
use rust_i18n::t;

use super::message::SendId;
use super::model::Model;
use super::nav::Screen;
use super::notice::Level;
use crate::fleet::request::Request;
use crate::fleet::task::{TaskId, together};
use crate::link::Held;

/// More than this nobody waits for.
const KEPT: usize = 50;

/// A change that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The task that it operates on; `None`: the request of a form.
    pub task: Option<TaskId>,
    /// What it does, and to whom.
    pub deed: String,
    /// Method and path.
    pub request: String,
}

impl Leaving {
    /// The request of a form, by the words on its button.
    #[must_use]
    pub fn form(deed: String, request: &Request) -> Self {
        Self {
            task: None,
            deed,
            request: request.line(),
        }
    }

    /// An operation on a task.
    #[must_use]
    pub fn operation(task: TaskId, name: &str, request: &Request) -> Self {
        let body = request
            .body
            .as_ref()
            .map(crate::fleet::request::Body::masked);
        let operator = body
            .as_ref()
            .and_then(|body| body.get("operator")?.as_str());
        let operator = operator.or_else(|| request.path.rsplit('/').next());
        let deed = format!("{} {name} ({task})", operator.unwrap_or_default());
        Self {
            deed: deed.trim().to_owned(),
            task: Some(task),
            request: request.line(),
        }
    }
}

/// A change that waits for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its number.
    pub id: SendId,
    /// When it was refused.
    pub at: Timestamp,
    /// What was refused.
    pub change: Leaving,
    /// Which task holds what it needs, as far as it can be told.
    pub by: Held,
}

impl Refused {
    /// Whether this task holds what it needs, or may.
    #[must_use]
    pub fn waits_for(&self, task: &TaskId) -> bool {
        self.by.holders().iter().any(|holder| holder.id == *task)
    }
}

/// All of them, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Vec<Refused>);

impl Refusals {
    /// One more. The same change waits once.
    pub fn add(&mut self, refused: Refused) {
        self.done(&refused.change);
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(refused);
    }

    /// The change was taken up: it waits no longer.
    pub fn done(&mut self, change: &Leaving) {
        self.0.retain(|refused| refused.change != *change);
    }

    /// That of one request.
    #[must_use]
    pub fn of(&self, id: SendId) -> Option<&Refused> {
        self.0.iter().find(|refused| refused.id == id)
    }

    /// Those that wait for a task, or for one of those that are shown as one.
    pub fn waiting_for(&self, task: &TaskId) -> impl Iterator<Item = &Refused> {
        let parts = together::parts(task);
        let waits = move |refused: &&Refused| parts.iter().any(|part| refused.waits_for(part));
        self.0.iter().filter(waits)
    }

    /// The last operation on a task that was refused.
    fn operation_on(&self, task: &TaskId) -> Option<&Refused> {
        let mut newest = self.0.iter().rev();
        newest.find(|refused| refused.change.task.as_ref() == Some(task))
    }
}

/// The refused change of the screen that is shown: of its form, or of an
/// operation on its task.
#[must_use]
pub fn shown(model: &Model) -> Option<&Refused> {
    let all = model.refusals();
    match model.screen() {
        Screen::Form(_) => all.of(model.form()?.refusal()?.id?),
        Screen::Task(id) => all.operation_on(id),
        _ => None,
    }
}

/// Opens the task that stood in the way; several that come into question
/// share a screen.
pub(super) fn open_holder(model: &mut Model) {
    let ids: Vec<TaskId> = shown(model).map_or_else(Vec::new, |refused| {
        let holders = refused.by.holders().iter();
        holders.map(|holder| holder.id.clone()).collect()
    });
    if ids.is_empty() {
        let text = t!("No task is known to hold back what is on this screen");
        model.notices.say(model.now, Level::Info, text);
    } else {
        model.open(Screen::Task(together::id(ids)));
    }
}
