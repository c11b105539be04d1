//! The whole state of a session.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::data::Data;
use super::geometry::Geometry;
use super::nav::{History, Screen};
use super::notice::Notices;
use super::settings::Settings;
use super::task::TaskScreen;
use crate::fleet::task::TaskId;
use crate::link::Ask;

/// The session. Only [`super::update`] changes it.
#[derive(Clone, Debug)]
pub struct Model {
    /// What was decided before.
    pub settings: Settings,
    /// The time of the last message.
    pub now: Timestamp,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Rooms of the last frame.
    pub geometry: Geometry,
    /// The way through the screens.
    pub history: History,
    /// Answers.
    pub data: Data,
    /// Views of tasks, kept while the session lasts.
    pub tasks: BTreeMap<TaskId, TaskScreen>,
    /// What was said.
    pub notices: Notices,
    pub(super) followed: BTreeSet<Ask>,
}

impl Model {
    /// A session that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        let first = if settings.place.is_some() {
            Screen::Cluster
        } else {
            Screen::Welcome
        };
        Self {
            settings,
            now,
            size: (80, 24),
            geometry: Geometry::default(),
            history: History::new(first),
            data: Data::default(),
            tasks: BTreeMap::new(),
            notices: Notices::default(),
            followed: BTreeSet::new(),
        }
    }

    /// The screen that is shown.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        self.history.current()
    }

    /// Opens a screen, as a start with a task on it does.
    pub fn open(&mut self, screen: Screen) {
        if let Screen::Task(id) = &screen {
            self.tasks
                .entry(id.clone())
                .or_insert_with(|| TaskScreen::new(id.clone()));
        }
        self.history.go(screen);
    }

    /// What is on the screen and must be asked for.
    #[must_use]
    pub fn asks(&self) -> BTreeSet<Ask> {
        match self.screen() {
            Screen::Task(id) => self
                .tasks
                .get(id)
                .map(TaskScreen::asks)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            Screen::Cluster => BTreeSet::from([Ask::Cluster, Ask::Tasks]),
            Screen::Tasks => BTreeSet::from([Ask::Tasks]),
            Screen::Welcome | Screen::Form(_) | Screen::Messages => BTreeSet::new(),
        }
    }
}
