//! The whole state of a session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::action::Scope;
use super::data::Data;
use super::drafts;
use super::form::FormScreen;
use super::geometry::Geometry;
use super::keymap::Keymap;
use super::listing::{Listing, ListingState, Seen};
use super::message::SendId;
use super::nav::{History, Screen};
use super::notice::Notices;
use super::overlay::{Filling, Overlay, Palette};
use super::panes::Panes;
use super::refused::{Leaving, Refusals};
use super::settings::{Place, Settings};
use super::setup::Setup;
use super::task::TaskScreen;
use crate::config::Draft;
use crate::fleet::task::{Source, Task, TaskId, estimate};
use crate::fleet::{Address, forms};
use crate::link::Ask;

/// The session. Only [`super::update`] changes it.
#[derive(Clone, Debug)]
pub struct Model {
    /// What was decided before.
    pub settings: Settings,
    /// Which key does what.
    pub keymap: Keymap,
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
    /// What each screen remembers.
    pub screens: Screens,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// How long tasks took here before.
    pub durations: Arc<estimate::History>,
    /// What was said.
    pub notices: Notices,
    pub(super) session: Session,
}

/// What each screen remembers while another one is shown.
#[derive(Clone, Debug, Default)]
pub struct Screens {
    /// The panes of the cluster, and the list of tasks.
    pub panes: Panes,
    /// Lists that fill a screen.
    pub lists: BTreeMap<Listing, ListingState>,
    /// Views of tasks.
    pub tasks: BTreeMap<TaskId, TaskScreen>,
    /// Drafts of forms.
    pub forms: BTreeMap<&'static str, FormScreen>,
    /// The guided first-time setup.
    pub setup: Setup,
    /// The selected line of the welcome page.
    pub welcome: usize,
    /// How many of the newest messages are scrolled away.
    pub messages: usize,
}

/// What only `update` needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// The questions that were last said to be on the screen.
    pub followed: BTreeSet<Ask>,
    /// The number of the last request.
    pub last_send: u64,
    /// The agent of a form that was connected to because there is no context.
    pub reached: Option<String>,
    /// Changes that have no answer yet.
    pub leaving: BTreeMap<SendId, Leaving>,
    /// Changes that wait for a task.
    pub refusals: Refusals,
    /// Drafts by the name of their form, as they are kept.
    pub drafts: BTreeMap<String, Draft>,
    /// Commands that were typed, oldest first.
    pub commands: Vec<String>,
}

/// The first screen of a place.
pub(super) fn home(place: &Place) -> Screen {
    if place.platform {
        Screen::List(Listing::Clusters)
    } else {
        Screen::Cluster
    }
}

impl Model {
    /// A session that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        let first = settings.place.as_ref().map_or(Screen::Welcome, home);
        Self {
            settings,
            keymap: Keymap::default(),
            now,
            size: (80, 24),
            geometry: Geometry::default(),
            history: History::new(first),
            data: Data::default(),
            screens: Screens::default(),
            overlay: None,
            durations: Arc::default(),
            notices: Notices::default(),
            session: Session::default(),
        }
    }

    /// The screen that is shown.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        self.history.current()
    }

    /// Where keys go, overlays aside.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.screen() {
            Screen::Welcome => Scope::Welcome,
            Screen::Cluster | Screen::Managed(_) => Scope::Cluster,
            Screen::List(_) => Scope::List,
            Screen::Tasks | Screen::TasksOf(_) => Scope::Tasks,
            Screen::Task(_) => Scope::Task,
            Screen::Form(_) => Scope::Form,
            Screen::Setup => Scope::Setup,
            Screen::Messages => Scope::Messages,
        }
    }

    /// Opens a screen, as a start with a task on it does.
    pub fn open(&mut self, screen: Screen) {
        self.prepare(&screen);
        self.history.go(screen);
    }

    /// Opens a screen in place of the one that is shown.
    pub(super) fn open_instead(&mut self, screen: Screen) {
        self.prepare(&screen);
        self.history.replace(screen);
    }

    /// What was seen of a task before the session began, oldest first: its
    /// screen can step through it.
    pub fn remember(&mut self, id: &TaskId, past: Vec<(Timestamp, Task)>) {
        if let Some(screen) = self.screens.tasks.get_mut(id) {
            for (at, task) in past {
                screen.arrived(task, at);
            }
        }
    }

    fn prepare(&mut self, screen: &Screen) {
        match screen {
            Screen::Task(id) => {
                // Those that no way leads to any more are not kept for ever.
                let history = &self.history;
                let tasks = &mut self.screens.tasks;
                tasks.retain(|id, _| history.knows(&Screen::Task(id.clone())));
                tasks
                    .entry(id.clone())
                    .or_insert_with(|| TaskScreen::new(id.clone()));
            }
            Screen::Form(name) if !self.screens.forms.contains_key(name) => {
                let form = forms::find_of(self.source(), name).or_else(|| forms::find(name));
                if let Some(form) = form {
                    let mut screen = FormScreen::new(form, self.now);
                    self.suggest(&mut screen);
                    drafts::offer(self, &mut screen);
                    self.screens.forms.insert(form.name, screen);
                }
            }
            _ => {}
        }
    }

    /// Opens a form with values in it. It begins anew: what an earlier draft
    /// chose for somebody else must not be chosen here.
    pub(super) fn fill(&mut self, filling: &Filling) {
        let Some(form) =
            forms::find_of(self.source(), filling.form).or_else(|| forms::find(filling.form))
        else {
            return;
        };
        let mut screen = FormScreen::new(form, self.now);
        for (field, value) in &filling.values {
            screen.suggest(field, value);
        }
        self.suggest(&mut screen);
        screen.begin_at_empty();
        if form.name == "parameter-set" {
            // What stands there is the value that it has.
            screen.focus_on("value");
        }
        drafts::begin(self, &screen);
        self.screens.forms.insert(form.name, screen);
        self.open(Screen::Form(form.name));
    }

    /// Writes into empty fields what the cluster itself tells.
    fn suggest(&self, screen: &mut FormScreen) {
        if let Some(master) = self.master() {
            screen.suggest("master", &master.to_string());
        }
        if screen.form().name == "tenant-create"
            && let Some(cluster) = self.data.cluster()
        {
            let zones: Vec<&str> = cluster
                .zones
                .iter()
                .map(|zone| zone.name.as_str())
                .collect();
            screen.suggest("zone_list", &zones.join(","));
        }
    }

    /// The agent that followers join, where it is known.
    fn master(&self) -> Option<&Address> {
        let agents = &self.data.cluster()?.agents;
        agents
            .iter()
            .find(|agent| agent.identity == "MASTER")
            .map(|agent| &agent.address)
    }

    /// The task that is shown.
    #[must_use]
    pub fn task(&self) -> Option<&TaskScreen> {
        match self.screen() {
            Screen::Task(id) => self.screens.tasks.get(id),
            _ => None,
        }
    }

    /// The list that is shown.
    #[must_use]
    pub fn listing(&self) -> Option<(Listing, &ListingState)> {
        match self.screen() {
            Screen::List(listing) => Some((*listing, self.screens.lists.get(listing)?)),
            _ => None,
        }
    }

    /// What lists are made of.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        Seen::new(&self.settings, &self.data)
    }

    pub(super) fn listing_mut(&mut self) -> Option<(Listing, &mut ListingState)> {
        match self.history.current() {
            Screen::List(listing) => {
                Some((*listing, self.screens.lists.entry(*listing).or_default()))
            }
            _ => None,
        }
    }

    /// The form that is shown.
    #[must_use]
    pub fn form(&self) -> Option<&FormScreen> {
        match self.screen() {
            Screen::Form(name) => self.screens.forms.get(name),
            _ => None,
        }
    }

    pub(super) fn form_mut(&mut self) -> Option<&mut FormScreen> {
        match self.history.current() {
            Screen::Form(name) => self.screens.forms.get_mut(name),
            _ => None,
        }
    }

    pub(super) fn task_mut(&mut self) -> Option<&mut TaskScreen> {
        match self.history.current() {
            Screen::Task(id) => self.screens.tasks.get_mut(id),
            _ => None,
        }
    }

    /// The palette, if it is open.
    #[must_use]
    pub fn palette(&self) -> Option<&Palette> {
        match &self.overlay {
            Some(Overlay::Palette(palette)) => Some(palette),
            _ => None,
        }
    }

    /// The moment that is drawn: the clock's, or that of a saved picture.
    #[must_use]
    pub fn moment(&self) -> Timestamp {
        let place = self.settings.place.as_ref();
        place.and_then(|place| place.saved_at).unwrap_or(self.now)
    }

    /// Which API answers.
    #[must_use]
    pub fn source(&self) -> Source {
        self.settings.source()
    }

    /// Whether the place is production.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.settings
            .place
            .as_ref()
            .is_some_and(|place| place.production)
    }

    /// Changes that were refused because a task holds what they need.
    #[must_use]
    pub fn refusals(&self) -> &Refusals {
        &self.session.refusals
    }

    /// Whether a request has no answer yet.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.screens
            .forms
            .values()
            .any(|form| form.sent().is_some())
    }

    /// Whether a file is on its way: it ends with the session.
    #[must_use]
    pub fn is_uploading(&self) -> bool {
        let mut forms = self.screens.forms.values();
        forms.any(|form| form.course().is_some())
    }

    pub(super) fn next_send(&mut self) -> SendId {
        self.session.last_send += 1;
        SendId(self.session.last_send)
    }

    /// What is on the screen and must be asked for.
    #[must_use]
    pub fn asks(&self) -> BTreeSet<Ask> {
        let asks: Vec<Ask> = match self.screen() {
            Screen::Task(_) => self.task().map(TaskScreen::asks).unwrap_or_default(),
            Screen::Cluster => vec![Ask::Cluster, Ask::Tasks],
            Screen::Managed(id) => {
                vec![Ask::ManagedCluster(id.clone()), Ask::TasksOf(id.clone())]
            }
            Screen::List(listing) => listing.asks(self.source(), &self.data),
            Screen::Tasks | Screen::TasksOf(_) => {
                let tasks = &self.screens.panes.tasks;
                tasks.asks(&self.data, self.source(), true)
            }
            Screen::Form(_) => self
                .form()
                .map(|form| form.asks(self.now))
                .unwrap_or_default(),
            Screen::Welcome | Screen::Setup | Screen::Messages => Vec::new(),
        };
        asks.into_iter().collect()
    }
}
