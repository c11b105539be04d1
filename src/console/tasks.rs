//! The tasks pane, and the full list with it. A platform's older tasks come
//! page by page, when the cursor comes near the end of those that are there.

use std::collections::HashSet;

use super::action::Action;
use super::data::Data;
use super::list::List;
use super::panes::matches;
use crate::fleet::task::{Source, State, Task, TaskId};
use crate::link::{Ask, TaskPage, TaskStatus};

/// Rows below the cursor for which the next page is fetched ahead.
const AHEAD: usize = 100;

/// Fewer than a platform's first page are all there are.
const FIRST_PAGE: usize = 200;

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    /// Selection and scroll.
    pub list: List<TaskId>,
    /// Only rows with this text.
    pub filter: String,
    /// Only tasks of this status; a platform narrows the list itself.
    pub status: Option<TaskStatus>,
    /// Pages of older tasks that are wanted.
    pages: u64,
    /// Where the visible rows stand: which answer, which place in it.
    order: Vec<(usize, usize)>,
    ids: Vec<TaskId>,
    made_of: Made,
}

/// What the order was made of.
#[derive(Clone, Debug, Default, PartialEq)]
struct Made {
    answers: Vec<(Ask, u64)>,
    filter: String,
    status: Option<TaskStatus>,
}

impl Tasks {
    /// The questions whose answers hold the rows, the newest tasks first.
    #[must_use]
    pub fn asks(&self, data: &Data, source: Source, full: bool) -> Vec<Ask> {
        let page = |page| {
            Ask::TaskPage(TaskPage {
                cluster: data.chosen().map(str::to_owned),
                status: self.status,
                page,
            })
        };
        match (source, full, self.status) {
            (Source::Ocp, true, Some(_)) => (1..=self.pages.max(1)).map(page).collect(),
            (Source::Ocp, true, None) => std::iter::once(data.tasks_ask())
                .chain((1..=self.pages).map(page))
                .collect(),
            _ => vec![data.tasks_ask()],
        }
    }

    /// Makes the order again where an answer, the filter or the status is new.
    pub fn refresh(&mut self, data: &Data, asks: &[Ask]) {
        let made_of = Made {
            answers: asks
                .iter()
                .map(|ask| (ask.clone(), data.version(ask)))
                .collect(),
            filter: self.filter.clone(),
            status: self.status,
        };
        if made_of == self.made_of {
            return;
        }
        self.made_of = made_of;
        let mut seen = HashSet::new();
        let mut order = Vec::new();
        for (answer, ask) in asks.iter().enumerate() {
            for (at, task) in data.tasks_of(ask).iter().enumerate() {
                // New tasks push old ones onto the next page.
                if self.shows(task) && seen.insert(&task.id) {
                    order.push((answer, at));
                }
            }
        }
        let id = |(answer, at): &(usize, usize)| data.tasks_of(&asks[*answer])[*at].id.clone();
        self.ids = order.iter().map(id).collect();
        self.order = order;
    }

    /// Fetches further pages where the cursor, or a filter that leaves few
    /// rows, comes near the end of what is there; true if one more is wanted.
    pub fn want_more(&mut self, data: &Data, asks: &[Ask]) -> bool {
        if self.list.index() + AHEAD < self.ids.len() {
            return false;
        }
        let Some(last) = asks.last() else {
            return false;
        };
        let answered = data.known(last).is_some_and(|known| known.asked.is_some());
        let full = match last {
            Ask::TaskPage(_) => TaskPage::SIZE.try_into().unwrap_or(usize::MAX),
            _ => FIRST_PAGE,
        };
        let more = answered && data.tasks_of(last).len() >= full;
        if more {
            self.pages = match last {
                Ask::TaskPage(page) => page.page + 1,
                _ => 1,
            };
        }
        more
    }

    /// The next status: all, running, failed, successful.
    pub fn narrow(&mut self) {
        self.status = match self.status {
            None => Some(TaskStatus::Running),
            Some(TaskStatus::Running) => Some(TaskStatus::Failed),
            Some(TaskStatus::Failed) => Some(TaskStatus::Successful),
            Some(TaskStatus::Successful) => None,
        };
        self.pages = 0;
    }

    /// Whether filter and status let a task through.
    fn shows(&self, task: &Task) -> bool {
        let wanted = match self.status {
            None => true,
            Some(TaskStatus::Running) => task.is_live(),
            Some(TaskStatus::Failed) => task.state == State::Failed,
            // What a platform calls successful may have been rolled back.
            Some(TaskStatus::Successful) => task.state.is_terminal() && task.state != State::Failed,
        };
        wanted && matches(&self.filter, &[&task.name, &task.id.0, task.state.word()])
    }

    /// The ids of the visible rows from top to bottom, in the server's order.
    #[must_use]
    pub fn ids(&self) -> &[TaskId] {
        &self.ids
    }

    /// The tasks from the first one that is shown on.
    pub fn shown<'a>(&'a self, data: &'a Data) -> impl Iterator<Item = &'a Task> {
        let rows = self.order.iter().skip(self.list.offset());
        rows.filter_map(|(answer, at)| {
            let (ask, _) = self.made_of.answers.get(*answer)?;
            data.tasks_of(ask).get(*at)
        })
    }

    /// Finds the selection again and scrolls it into view.
    pub fn settle(&mut self, height: u16) {
        self.list.settle(&self.ids, height);
    }

    /// Moves the selection.
    pub fn act(&mut self, action: Action, height: u16) {
        self.list.act(action, &self.ids, height);
    }
}
