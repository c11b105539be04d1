//! One task on the screen: what it shows, where the cursor is, what is open over it.

mod act;
mod copy;
#[cfg(test)]
pub(crate) mod fixtures;
mod flat;
pub mod history;
pub mod lens;
pub mod log;
pub mod menu;
mod origin;
pub mod parts;
mod place;
mod shown;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::fleet::request::Request;
use crate::fleet::task::Origin;
use crate::fleet::task::difference::{self, Difference};
use crate::fleet::task::tree::Row;
use crate::fleet::task::{
    Estimate, Key, LogLine, State, SubDag, Task, TaskId, estimate, joined, together,
};
use crate::link::Ask;

use history::{History, Spans};
use lens::Lens;
use log::LogView;
use menu::Menu;
use place::{Place, top_for};

use super::overlay::Filling;

pub use copy::request_text;
pub use shown::{Reach, Shown};

/// What stands open over the tree.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// The detail of the selected node over the whole screen.
    pub detail: bool,
    /// First line of it.
    pub detail_top: usize,
    /// A log.
    pub log: Option<LogView>,
    /// Actions or texts to copy.
    pub menu: Option<Menu>,
    /// A form that was chosen; the session takes it.
    pub filling: Option<Filling>,
}

/// A moment of the past on the screen.
#[derive(Clone, Debug)]
pub struct Past {
    /// Its number in the history.
    pub number: usize,
    /// When it was seen.
    pub at: Timestamp,
    /// What it looked like.
    pub shown: Shown,
    /// What changed in it.
    pub changed: HashSet<Key>,
}

/// Main DAGs and their sub DAGs as they came; what is shown is all of them as one.
#[derive(Clone, Debug, Default)]
struct Parts {
    mains: BTreeMap<TaskId, Task>,
    subs: BTreeMap<TaskId, Task>,
}

impl Parts {
    /// All of them as the task with that id.
    fn whole(&self, id: &TaskId) -> Option<Task> {
        let ids = together::parts(id);
        let mains = ids.iter().filter_map(|id| self.mains.get(id));
        let mut mains = mains.map(|main| joined::join(main, &self.subs));
        if together::is_together(id) {
            return Some(together::together(id, &mains.collect::<Vec<_>>()));
        }
        mains.next()
    }
}

/// What is left of the task, and what that rests on.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// How long steps took here before.
    pub history: Arc<estimate::History>,
    /// What is left, as of the last answer.
    pub estimate: Estimate,
}

/// The state of the view of one task.
#[derive(Clone, Debug)]
pub struct TaskScreen {
    id: TaskId,
    live: Option<Shown>,
    parts: Option<Parts>,
    forecast: Forecast,
    past: Option<Past>,
    arrived: Option<Timestamp>,
    origin: Option<Origin>,
    history: History,
    spans: Spans,
    place: Place,
    lens: Lens,
    open: Open,
}

/// What is on the screen of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The rows, with roll-ups where there are more than fit.
    pub rows: Vec<Row>,
    /// The selected one.
    pub selected: Option<usize>,
}

impl TaskScreen {
    /// The form that was chosen in the menu, once.
    pub(super) fn take_filling(&mut self) -> Option<Filling> {
        self.open.filling.take()
    }

    /// A view that has seen nothing yet.
    #[must_use]
    pub fn new(id: TaskId) -> Self {
        Self {
            id,
            live: None,
            parts: None,
            forecast: Forecast::default(),
            past: None,
            arrived: None,
            origin: None,
            history: History::default(),
            spans: Spans::default(),
            place: Place::default(),
            lens: Lens::default(),
            open: Open::default(),
        }
    }

    /// The task it shows.
    #[must_use]
    pub fn id(&self) -> &TaskId {
        &self.id
    }

    /// What it has of the task: the last answer, whatever moment is on the screen.
    #[must_use]
    pub fn task(&self) -> Option<&Task> {
        self.live.as_ref().map(Shown::task)
    }

    /// What is drawn: the last answer, or a moment of the past.
    #[must_use]
    pub fn shown(&self) -> Option<&Shown> {
        self.past
            .as_ref()
            .map(|past| &past.shown)
            .or(self.live.as_ref())
    }

    /// The moment of the past that is on the screen.
    #[must_use]
    pub fn past(&self) -> Option<&Past> {
        self.past.as_ref()
    }

    /// How many moments there are to step through.
    #[must_use]
    pub fn moments(&self) -> usize {
        self.history.len()
    }

    /// When the last answer came.
    #[must_use]
    pub fn arrived_at(&self) -> Option<Timestamp> {
        self.arrived
    }

    /// What each node did when.
    #[must_use]
    pub fn spans(&self) -> &Spans {
        &self.spans
    }

    /// How the operator looks at it.
    #[must_use]
    pub fn lens(&self) -> &Lens {
        &self.lens
    }

    /// What stands open over the tree.
    #[must_use]
    pub fn open(&self) -> &Open {
        &self.open
    }

    /// The key of the selected node.
    #[must_use]
    pub fn selected(&self) -> Option<&Key> {
        self.place.key.as_ref()
    }

    /// Whether the cursor goes where the work is.
    #[must_use]
    pub fn follows(&self) -> bool {
        !self.place.moved && self.past.is_none()
    }

    /// What may be done with the task as a whole: title, what it will do, request.
    #[must_use]
    pub fn deeds(&self) -> Vec<(String, String, Request)> {
        let entries = self.live.as_ref().map(|shown| copy::actions(shown, None));
        let send = |entry: menu::Entry| match entry.deed {
            menu::Deed::Send(request) => Some((entry.title, entry.about, *request)),
            menu::Deed::Copy(_) | menu::Deed::Fill(_) => None,
        };
        entries.into_iter().flatten().filter_map(send).collect()
    }

    /// What must be asked for while it is on the screen.
    #[must_use]
    pub fn asks(&self) -> Vec<Ask> {
        let tasks = together::parts(&self.id).into_iter();
        let mut asks: Vec<Ask> = tasks.map(Ask::Task).collect();
        asks.extend(self.sub_dags().map(|dag| Ask::Task(dag.id)));
        asks.extend(self.open.log.as_ref().map(|log| Ask::Log(log.id.clone())));
        asks
    }

    /// What is known of how long tasks take here; heard before an answer.
    pub fn know(&mut self, history: &Arc<estimate::History>) {
        self.forecast.history = Arc::clone(history);
    }

    /// What is left of the task, as of the last answer, and what that rests on.
    #[must_use]
    pub fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    /// Unfolds everything, for a picture that has room for it.
    pub fn unfold_all(&mut self) {
        if let Some(shown) = &self.live {
            let keys = shown.task().nodes.iter().map(|node| node.key.clone());
            self.lens.folding.opened = keys.collect();
            self.lens.folding.folded.clear();
        }
        self.look_again();
    }

    fn sub_dags(&self) -> impl Iterator<Item = SubDag> {
        let parts = self.parts.iter();
        parts.flat_map(|parts| parts.mains.values().flat_map(joined::sub_dags))
    }

    /// A newer picture of the task.
    pub fn arrived(&mut self, task: Task, at: Timestamp) {
        if self.parts.is_none() && joined::sub_dags(&task).is_empty() {
            self.came(task, at);
            return;
        }
        self.part_arrived(task, at);
    }

    /// A newer picture of one of the tasks that are shown as one.
    fn part_arrived(&mut self, task: Task, at: Timestamp) {
        let parts = self.parts.get_or_insert_default();
        parts.mains.insert(task.id.clone(), task);
        if let Some(whole) = parts.whole(&self.id) {
            self.came(whole, at);
        }
    }

    /// Whether a task that is followed with others still moved when it was last seen.
    #[must_use]
    pub fn follows_live(&self, id: &TaskId) -> bool {
        let task = self.parts.as_ref().and_then(|parts| parts.mains.get(id));
        together::is_together(&self.id) && task.is_some_and(Task::is_live)
    }

    /// A newer picture of another task: taken in where it is a sub DAG of this one.
    pub fn sub_dag_arrived(&mut self, task: &Task, at: Timestamp) {
        if together::is_together(&self.id) && together::parts(&self.id).contains(&task.id) {
            self.part_arrived(task.clone(), at);
            return;
        }
        if !self.sub_dags().any(|dag| dag.id == task.id) {
            return;
        }
        let Some(parts) = &mut self.parts else { return };
        parts.subs.insert(task.id.clone(), task.clone());
        let Some(whole) = parts.whole(&self.id) else {
            return;
        };
        // The age of the screen is that of the main DAG.
        let arrived = self.arrived;
        self.came(whole, at);
        self.arrived = arrived;
    }

    fn came(&mut self, mut task: Task, at: Timestamp) {
        let before = self.live.as_ref().map(Shown::task);
        let difference = before.map_or(Difference::Shape, |before| {
            difference::between(before, &task)
        });
        // What did not move is held once by everything that keeps pictures.
        if let (Some(before), Difference::Nodes(changed)) = (before, &difference) {
            task.nodes.share_with(&before.nodes, changed);
        }
        self.spans.see(&task, &difference, at);
        let failed_now = task.state == State::Failed
            && before.is_none_or(|before| before.state != State::Failed);
        let known = before.map(|before| (before, &difference));
        self.history.push(known, &task, at);
        self.live = Some(match self.live.take() {
            Some(shown) => shown.renewed(task, &difference, &self.lens),
            None => Shown::new(task, &self.lens),
        });
        if let Some(shown) = &self.live {
            let (task, graph) = (shown.task(), shown.graph());
            let history = &self.forecast.history;
            self.forecast.estimate = estimate::remaining(task, graph, history, at);
        }
        self.arrived = Some(at);
        if failed_now {
            self.open_first_cause();
        }
        if self.follows() {
            self.go_to_work();
        }
        self.hold();
    }

    /// The whole log of a sub-task that it asked for.
    pub fn log_arrived(&mut self, sub_task: &str, lines: &[LogLine]) {
        if let Some(log) = self.open.log.as_mut().filter(|log| log.id == sub_task) {
            log.arrived(lines);
        }
    }

    /// Filters the rows, or searches the log, as it is typed; an empty text ends it.
    pub fn search(&mut self, text: &str) {
        if let Some(log) = &mut self.open.log {
            log.search(text);
        } else {
            text.clone_into(&mut self.lens.search);
            self.look_again();
        }
    }

    /// The row that is selected; what encloses the node where it is folded away.
    #[must_use]
    pub fn selected_row(&self) -> Option<usize> {
        let shown = self.shown()?;
        let key = self.place.key.as_ref()?;
        let stands = |row: &Row| row.key(shown.task()) == Some(key);
        self.place
            .reference
            .filter(|at| shown.rows().get(*at).is_some_and(stands))
            .or_else(|| shown.row(key))
    }

    /// The rows for a height.
    #[must_use]
    pub fn window(&self, height: usize) -> Window {
        let Some(shown) = self.shown().filter(|_| height > 0) else {
            return Window {
                rows: Vec::new(),
                selected: None,
            };
        };
        let rows = shown.rows();
        let at = self.selected_row();
        if self.follows() && self.lens.look != lens::Look::Table && rows.len() > height {
            let fitted = shown.fitted(height, at);
            let focus = at.and_then(|at| {
                let row = rows[at];
                fitted
                    .iter()
                    .position(|other| other.item == row.item && other.depth == row.depth)
            });
            let top = top_for(0, focus, height, fitted.len());
            return Window {
                selected: focus.and_then(|focus| focus.checked_sub(top)),
                rows: fitted.iter().skip(top).take(height).copied().collect(),
            };
        }
        let top = top_for(self.place.top, at, height, rows.len());
        let end = (top + height).min(rows.len());
        Window {
            rows: rows[top..end].to_vec(),
            selected: at.and_then(|at| at.checked_sub(top)),
        }
    }

    fn look_again(&mut self) {
        for shown in self
            .live
            .iter_mut()
            .chain(self.past.iter_mut().map(|past| &mut past.shown))
        {
            shown.look(&self.lens);
        }
    }

    /// The cursor must name a node that exists, if there is one.
    fn hold(&mut self) {
        let Some(shown) = self
            .past
            .as_ref()
            .map(|past| &past.shown)
            .or(self.live.as_ref())
        else {
            return;
        };
        let there = self
            .place
            .key
            .as_ref()
            .is_some_and(|key| shown.node(key).is_some());
        if !there {
            let first = shown.work_now().cloned();
            self.place.key = first;
            self.place.reference = None;
        }
    }

    fn go_to_work(&mut self) {
        if let Some(shown) = &self.live {
            let failed = shown.task().state == State::Failed;
            let cause = failed.then(|| shown.first_cause()).flatten().cloned();
            let target = cause.or_else(|| shown.work_now().cloned());
            self.place.key = target;
            self.place.reference = None;
        }
    }

    /// Unfolds what is around the first cause, so that it is on the screen.
    fn open_first_cause(&mut self) {
        let around = self
            .live
            .as_ref()
            .and_then(|shown| Some(shown.around(shown.first_cause()?)));
        for key in around.into_iter().flatten() {
            self.lens.folding.folded.remove(&key);
            self.lens.folding.opened.insert(key);
        }
        self.look_again();
    }
}

#[cfg(test)]
mod tests;
