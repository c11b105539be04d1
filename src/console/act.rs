//! What each action does, screen by screen.

use rust_i18n::t;

use super::action::Action;
use super::caution::{self, Held};
use super::effect::Effect;
use super::model::Model;
use super::nav::Screen;
use super::notice::Level;
use super::overlay::{Choice, CommandLine, Confirm, Overlay, Palette, Question};
use super::panes::{Pane, ZoneRow};
use super::refused::{self, Leaving};
use super::task::TaskScreen;
use super::walk::{focus, fold, open, open_cluster, open_tasks, walk};
use super::{command::Command, input::Line, setting_up};
use crate::fleet::request::Request;
use crate::fleet::task::{State, Task, TaskId, together};

/// Does an action where the operator is.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (now, room) = (model.now, model.geometry.body);
    if let Some(screen) = model.task_mut()
        && let Some(effects) = screen.act(action, now, room)
    {
        let filling = model.task_mut().and_then(TaskScreen::take_filling);
        if let Some(filling) = filling {
            model.fill(&filling);
        }
        return effects
            .into_iter()
            .filter_map(|effect| leave(model, effect))
            .collect();
    }
    match action {
        Action::Down
        | Action::Up
        | Action::Top
        | Action::Bottom
        | Action::HalfDown
        | Action::HalfUp => walk(model, action),
        Action::Fold | Action::Unfold => fold(model, action == Action::Unfold),
        Action::NextPane => focus(model, model.screens.panes.focus.next()),
        Action::PreviousPane => focus(model, model.screens.panes.focus.previous()),
        Action::Pane(number) => {
            if let Some(pane) = Pane::ALL.get(usize::from(number).wrapping_sub(1)) {
                focus(model, *pane);
            }
        }
        Action::Open => return open(model),
        Action::Leave if model.history.at_top() => return quit(model),
        Action::Back | Action::Leave => back(model),
        Action::Quit if model.screens.setup.is_live() && model.overlay.is_none() => {
            ask(model, Question::QuitWhileSettingUp);
        }
        Action::Quit if model.is_uploading() && model.overlay.is_none() => {
            ask(model, Question::QuitWhileUploading);
        }
        Action::Quit => return vec![Effect::Quit],
        Action::Filter => start_filter(model),
        Action::NextMatch => walk(model, Action::Down),
        Action::PreviousMatch => walk(model, Action::Up),
        Action::CommandLine => command_line(model, ""),
        Action::Palette => model.overlay = Some(Overlay::Palette(Palette::default())),
        Action::Actions => {
            model.overlay = Some(Overlay::Palette(Palette {
                deeds_only: true,
                ..Palette::default()
            }));
        }
        Action::Help => model.overlay = Some(Overlay::Help(0)),
        Action::HistoryBack => moved(model, |model| model.history.back()),
        Action::HistoryForward => moved(model, |model| model.history.forward()),
        Action::LastView => moved(model, |model| model.history.last()),
        Action::Cluster if model.settings.place.is_some() => open_cluster(model),
        Action::Tasks if model.settings.place.is_some() => open_tasks(model),
        Action::Cluster | Action::Tasks => {
            let text = t!("Nothing is connected; enter `:connect ADDRESS`");
            model.notices.say(now, Level::Warning, text);
        }
        Action::SetUp => return setting_up::open(model),
        Action::Join => model.open(Screen::Form("join")),
        Action::Messages => model.open(Screen::Messages),
        Action::ToggleWrite => return toggle_write(model),
        Action::AskNow => return model.asks().into_iter().map(Effect::AskNow).collect(),
        Action::Settle => return caution::settle(model),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Copy => return copy(model),
        Action::Sort => {
            let source = model.source();
            if let Some((listing, state)) = model.listing_mut() {
                state.sort_on(listing, source);
            } else if model.screen().is_tasks() {
                model.screens.panes.tasks.narrow();
            }
        }
        Action::FollowAll => follow_all(model),
        Action::Holder => refused::open_holder(model),
        Action::Save => {
            let text = t!("Open a log first; it is what is written to a file");
            model.notices.say(now, Level::Info, text);
        }
        Action::Follow
        | Action::NextProblem
        | Action::FirstCause
        | Action::Upstream
        | Action::Downstream
        | Action::Around
        | Action::CycleLook
        | Action::Earlier
        | Action::Later
        | Action::Log => {}
    }
    Vec::new()
}

/// Opens everything that runs as one tree. A sub DAG at its rendezvous stands
/// in the tree of its main DAG.
fn follow_all(model: &mut Model) {
    let tasks = model.data.tasks().iter();
    let moves =
        |task: &&Task| task.is_live() && task.main.is_none() && task.state != State::Waiting;
    let ids: Vec<TaskId> = tasks.filter(moves).map(|task| task.id.clone()).collect();
    if ids.is_empty() {
        let text = t!("Nothing runs now");
        model.notices.say(model.now, Level::Warning, text);
    } else {
        model.open(Screen::Task(together::id(ids)));
    }
}

/// Numbers a request of the task screen, or keeps it back in read-only mode.
fn leave(model: &mut Model, effect: Effect) -> Option<Effect> {
    let Effect::Send { request, .. } = effect else {
        return Some(effect);
    };
    if model.settings.read_only {
        say_read_only(model);
        return None;
    }
    let named = model.task().and_then(|screen| screen.task());
    let deed = named.map_or_else(String::new, |task| format!("{} ({})", task.name, task.id));
    let held = Held::Operation(request.clone());
    if let Some(caution) = caution::of(model, held, &request, deed) {
        model.overlay = Some(Overlay::Caution(Box::new(caution)));
        return None;
    }
    send_operation(model, request).pop()
}

/// Sends an operation on the task that is shown.
pub(super) fn send_operation(model: &mut Model, request: Box<Request>) -> Vec<Effect> {
    let id = model.next_send();
    if let Some(screen) = model.task() {
        let name = screen.task().map_or("", |task| task.name.as_str());
        let leaving = Leaving::operation(screen.id().clone(), name, &request);
        model.session.leaving.insert(id, leaving);
    }
    vec![Effect::Send { id, request }]
}

pub(super) fn say_read_only(model: &mut Model) {
    let text = t!("Read-only: nothing was sent. W allows changes.");
    model.notices.say(model.now, Level::Warning, text);
}

fn moved(model: &mut Model, go: impl FnOnce(&mut Model) -> bool) {
    if !go(model) {
        let text = t!("No further screen that way");
        model.notices.say(model.now, Level::Info, text);
    }
}

/// Closes the nearest thing: a filter, then the screen.
fn back(model: &mut Model) {
    if let Some((_, state)) = model.listing_mut()
        && state.close()
    {
        return;
    }
    if let Some(form) = model.form()
        && let (Some(id), Some(_)) = (form.sent(), form.course())
    {
        ask(model, Question::GiveUp(id));
        return;
    }
    let panes = &mut model.screens.panes;
    let filter = match (model.history.current(), panes.focus) {
        (Screen::Tasks | Screen::TasksOf(_), _)
        | (Screen::Cluster | Screen::Managed(_), Pane::Tasks) => Some(&mut panes.tasks.filter),
        (Screen::Cluster | Screen::Managed(_), Pane::Zones) => Some(&mut panes.zones.filter),
        _ => None,
    };
    if let Some(filter) = filter
        && !filter.is_empty()
    {
        filter.clear();
        return;
    }
    if model.notices.current(model.now).is_some() && model.history.at_top() {
        model.notices.dismiss();
        return;
    }
    if let Screen::Form(name) = model.history.current()
        && let Some(form) = model.screens.forms.get(name)
        && !form.given().is_empty()
    {
        let text = t!("A draft is kept; nothing typed is lost");
        model.notices.say(model.now, Level::Info, text);
    }
    model.history.back();
}

fn ask(model: &mut Model, question: Question) {
    model.overlay = Some(Overlay::Confirm(Confirm {
        question,
        yes: false,
    }));
}

fn quit(model: &mut Model) -> Vec<Effect> {
    if model.screens.setup.is_live() {
        ask(model, Question::QuitWhileSettingUp);
        return Vec::new();
    }
    if model.is_uploading() {
        ask(model, Question::QuitWhileUploading);
        return Vec::new();
    }
    if model.is_sending() {
        ask(model, Question::QuitWhileSending);
        return Vec::new();
    }
    vec![Effect::Quit]
}

fn start_filter(model: &mut Model) {
    let panes = &model.screens.panes;
    let before = match (model.screen(), panes.focus) {
        (Screen::Tasks | Screen::TasksOf(_), _)
        | (Screen::Cluster | Screen::Managed(_), Pane::Tasks) => panes.tasks.filter.clone(),
        (Screen::Cluster | Screen::Managed(_), Pane::Zones) => panes.zones.filter.clone(),
        (Screen::List(listing), _) => {
            let state = model.screens.lists.get(listing);
            state.map_or_else(String::new, |state| state.filter.clone())
        }
        (Screen::Task(_), _) => String::new(),
        _ => {
            let text = t!("Nothing to filter here");
            model.notices.say(model.now, Level::Info, text);
            return;
        }
    };
    model.overlay = Some(Overlay::Filter {
        line: Line::open(&before),
        before,
    });
}

/// Opens the command line with a beginning.
pub(super) fn command_line(model: &mut Model, beginning: &str) {
    model.overlay = Some(Overlay::Command(CommandLine {
        line: Line::open(beginning),
        ..CommandLine::default()
    }));
}

fn toggle_write(model: &mut Model) -> Vec<Effect> {
    let question = if model.data.other().is_some() {
        Some(Question::AllowOnOther)
    } else {
        model.is_production().then_some(Question::AllowChanges)
    };
    if let Some(question) = question.filter(|_| model.settings.read_only) {
        model.overlay = Some(Overlay::Confirm(Confirm {
            question,
            yes: false,
        }));
        return Vec::new();
    }
    set_read_only(model, !model.settings.read_only)
}

/// Allows or forbids changes.
pub(super) fn set_read_only(model: &mut Model, read_only: bool) -> Vec<Effect> {
    model.settings.read_only = read_only;
    let text = if read_only {
        t!("Read-only: nothing that changes something is sent")
    } else {
        t!("Changes are allowed")
    };
    model.notices.say(model.now, Level::Info, text);
    vec![Effect::ReadOnly(read_only)]
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let panes = &model.screens.panes;
    let text = match model.screen() {
        Screen::Tasks | Screen::TasksOf(_) => panes.tasks.list.selected().map(ToString::to_string),
        Screen::Cluster | Screen::Managed(_) => match panes.focus {
            Pane::Tasks => panes.tasks.list.selected().map(ToString::to_string),
            Pane::Proxies => panes.proxies.selected().map(ToString::to_string),
            Pane::Zones => panes.zones.list.selected().map(|row| match row {
                ZoneRow::Zone(name) => name.clone(),
                ZoneRow::Server(_, address) | ZoneRow::Agent(_, address) => address.to_string(),
            }),
            Pane::Cluster => model.data.cluster().map(|cluster| cluster.name.clone()),
        },
        Screen::Messages => {
            let all = model.notices.all();
            all.len()
                .checked_sub(model.screens.messages + 1)
                .and_then(|index| all.get(index))
                .map(|notice| notice.text.clone())
        }
        Screen::List(_) => {
            let selected = model.listing().and_then(|(_, state)| state.selected());
            selected.map(|row| row.copy().to_owned())
        }
        Screen::Welcome | Screen::Task(_) | Screen::Form(_) | Screen::Setup => None,
    };
    text.map(Effect::Copy).into_iter().collect()
}

/// Sends the form that is shown, if it may be sent.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    let read_only = model.settings.read_only;
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    if form.stop_at_problems() {
        return Vec::new();
    }
    if read_only {
        say_read_only(model);
        return Vec::new();
    }
    let (request, complete) = form.preview();
    let form = model.form();
    let deed = form.map(|form| form.deed(model.data.cluster()));
    if let Some(request) = request.filter(|_| complete)
        && let Some(caution) = caution::of(model, Held::Form, &request, deed.unwrap_or_default())
    {
        model.overlay = Some(Overlay::Caution(Box::new(caution)));
        return Vec::new();
    }
    send_form(model)
}

/// Sends the form that is shown.
pub(super) fn send_form(model: &mut Model) -> Vec<Effect> {
    let id = model.next_send();
    let form = model.form();
    let deed = form.map_or_else(String::new, |form| form.deed(model.data.cluster()));
    let Some(request) = model.form_mut().and_then(|form| form.send(id)) else {
        return Vec::new();
    };
    let leaving = Leaving::form(deed, &request);
    model.session.leaving.insert(id, leaving);
    let request = Box::new(request);
    vec![Effect::Send { id, request }]
}

/// Does what the palette, the menu or the welcome page offered.
pub(super) fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Act(action) => return act(model, action),
        Choice::Form(name) => model.open(Screen::Form(name)),
        Choice::Fill(filling) => model.fill(&filling),
        Choice::Task(id) => model.open(Screen::Task(id)),
        Choice::List(listing) => model.open(Screen::List(listing)),
        Choice::Command(beginning) => command_line(model, beginning),
        Choice::Demo => return vec![Effect::Demo],
        Choice::Resume(at) => return setting_up::resume(model, at),
    }
    Vec::new()
}

/// Does what was typed after `:`.
pub(super) fn run(model: &mut Model, command: Command) -> Vec<Effect> {
    match command {
        Command::Act(action) => return act(model, action),
        Command::Form(name) => model.open(Screen::Form(name)),
        Command::Task(id) => model.open(Screen::Task(id)),
        Command::Tasks(filter) => {
            model.screens.panes.tasks.filter = filter;
            return act(model, Action::Tasks);
        }
        Command::Servers(filter) => {
            model.screens.panes.zones.filter = filter;
            let effects = act(model, Action::Cluster);
            focus(model, Pane::Zones);
            return effects;
        }
        Command::List(listing, filter) => {
            let state = model.screens.lists.entry(listing).or_default();
            state.filter = filter;
            state.opened = false;
            model.open(Screen::List(listing));
        }
        Command::Proxies => {
            let effects = act(model, Action::Cluster);
            focus(model, Pane::Proxies);
            return effects;
        }
        Command::Connect(addresses) => return vec![Effect::Connect(addresses)],
        Command::Demo => return vec![Effect::Demo],
    }
    Vec::new()
}
