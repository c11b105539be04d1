//! One message in, the next state and the effects out.

use std::sync::Arc;

use rust_i18n::t;

use super::action::Action;
use super::data::Other;
use super::effect::Effect;
use super::form::Did;
use super::key::Key;
use super::listing::{Listing, Seen};
use super::message::{Event, Message, SendId};
use super::model::{Model, home};
use super::nav::Screen;
use super::notice::Level;
use super::overlay::Overlay;
use super::panes::Panes;
use super::refused::{Leaving, Refused};
use super::settings::Place;
use super::{act, drafts, over, pointer, setting_up};
use crate::fleet::task::plain::state_word;
use crate::fleet::task::{Source, State, Task, TaskId, estimate, plain};
use crate::link::{Ask, Asked, LinkError, Lost, Picture, SendError, Sent};

/// Takes in a message.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    model.now = message.at;
    let mut effects = match message.event {
        Event::Key(key) => on_key(model, key),
        Event::Paste(text) => on_paste(model, &text),
        Event::Pressed(spot) if model.overlay.is_none() => pointer::press(model, spot),
        Event::Pressed(_) => Vec::new(),
        Event::Resize { width, height } => {
            model.size = (width, height);
            Vec::new()
        }
        Event::Geometry(geometry) => {
            model.geometry = geometry;
            Vec::new()
        }
        Event::Tick => {
            let mut effects = setting_up::tick(model);
            effects.extend(drafts::changed(model));
            effects
        }
        Event::Setup(news) => setting_up::heard(model, news),
        Event::Resumed => vec![Effect::Redraw],
        Event::Asked { ask, result } => on_asked(model, ask, result),
        Event::Sent { id, result } => on_sent(model, id, result),
        Event::Moved { id, progress } => {
            for form in model.screens.forms.values_mut() {
                form.moved(id, progress, message.at);
            }
            Vec::new()
        }
        Event::Connected(place) => {
            on_connected(model, place);
            Vec::new()
        }
        Event::Learned(history) => {
            model.durations = Arc::new(*history);
            Vec::new()
        }
        Event::CameFrom(origins) => {
            for (task, origin) in origins {
                if let Some(screen) = model.screens.tasks.get_mut(&task) {
                    screen.came_from(origin);
                }
            }
            Vec::new()
        }
        Event::Remembered { drafts, commands } => {
            drafts::remembered(model, drafts, commands);
            Vec::new()
        }
        Event::Notice(level, text) => {
            model.notices.say(message.at, level, text);
            Vec::new()
        }
    };
    if effects.contains(&Effect::Quit) {
        // Before it: nothing is carried out after it.
        effects.splice(0..0, drafts::changed(model));
    }
    look_at(model);
    settle(model);
    effects.extend(reach(model));
    let asks = model.asks();
    if asks != model.session.followed {
        model.session.followed.clone_from(&asks);
        effects.push(Effect::Follow(asks));
    }
    effects
}

/// The panes are about the cluster whose screen is shown, and stay with it
/// under its tasks and forms.
fn look_at(model: &mut Model) {
    let chosen = match model.screen() {
        Screen::Managed(id) | Screen::TasksOf(id) => Some(id.clone()),
        Screen::List(_) | Screen::Tasks | Screen::Welcome => None,
        Screen::Cluster | Screen::Task(_) | Screen::Form(_) | Screen::Setup | Screen::Messages => {
            return;
        }
    };
    let about_one = chosen.is_some();
    if model.data.choose(chosen) && about_one {
        model.screens.panes = Panes::default();
    }
}

/// Without a context a form's own agent is where the session points: there is
/// nobody else to ask or to send to.
fn reach(model: &mut Model) -> Option<Effect> {
    if model.settings.place.is_some() {
        return None;
    }
    let agent = model.form()?.left_address()?.to_string();
    if model.session.reached.as_ref() == Some(&agent) {
        return None;
    }
    model.session.reached = Some(agent.clone());
    Some(Effect::Connect(vec![agent]))
}

/// Brings selections back onto rows after rows, filters or rooms changed.
fn settle(model: &mut Model) {
    let rooms = model.geometry;
    if let Screen::List(listing) = *model.history.current() {
        let state = model.screens.lists.entry(listing).or_default();
        state.refresh(listing, Seen::new(&model.settings, &model.data));
        state.settle(rooms.rows.height);
        return;
    }
    let panes = &mut model.screens.panes;
    match model.history.current() {
        Screen::Cluster | Screen::Managed(_) => {
            if let Some(cluster) = model.data.cluster() {
                let rows = panes.zones.rows(cluster);
                panes.zones.list.settle(&rows, rooms.zones.height);
                let proxies: Vec<_> = cluster.proxies.iter().map(|p| p.address.clone()).collect();
                panes.proxies.settle(&proxies, rooms.proxies.height);
            }
        }
        Screen::Tasks | Screen::TasksOf(_) => {}
        _ => return,
    }
    settle_tasks(model);
}

fn settle_tasks(model: &mut Model) {
    let (source, full) = (model.source(), model.screen().is_tasks());
    let tasks = &mut model.screens.panes.tasks;
    let asks = tasks.asks(&model.data, source, full);
    tasks.refresh(&model.data, &asks);
    tasks.settle(model.geometry.tasks.height);
    if full && source == Source::Ocp {
        tasks.want_more(&model.data, &asks);
    }
}

fn on_key(model: &mut Model, key: Key) -> Vec<Effect> {
    // These must work wherever the cursor stands.
    let always = [Action::Quit, Action::Suspend, Action::Redraw];
    let action = model.keymap.action(key, model.scope());
    if let Some(action) = action
        && always.contains(&action)
    {
        return act::act(model, action);
    }
    if model.overlay.is_some() {
        return over::key(model, key);
    }
    if *model.screen() == Screen::Setup
        && let Some(effects) = setting_up::key(model, key)
    {
        return effects;
    }
    if super::form::take_next(model, key) {
        return Vec::new();
    }
    let now = model.now;
    if let Some(form) = model.form_mut() {
        match form.key(key, now) {
            Did::Taken => return Vec::new(),
            Did::Submit => return act::submit(model),
            Did::Nothing => {}
        }
    }
    match action {
        Some(action) => act::act(model, action),
        None => Vec::new(),
    }
}

fn on_paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let now = model.now;
    let in_setup = *model.screen() == Screen::Setup;
    match &mut model.overlay {
        Some(Overlay::Palette(palette)) => palette.line.paste(text),
        Some(Overlay::Command(command)) => command.line.paste(text),
        Some(Overlay::Filter { line, .. }) => {
            line.paste(text);
            over::filter_changed(model);
        }
        // A name that must be typed is not pasted by accident.
        Some(Overlay::Help(_) | Overlay::Confirm(_) | Overlay::Caution(_) | Overlay::NewKey(_)) => {
        }
        None if in_setup => model.screens.setup.paste(text, now),
        None => {
            if let Some(form) = model.form_mut() {
                form.paste(text, now);
            }
        }
    }
    Vec::new()
}

fn on_asked(model: &mut Model, ask: Ask, mut result: Result<Asked, LinkError>) -> Vec<Effect> {
    let now = model.now;
    let mut effects = Vec::new();
    match (&ask, &mut result) {
        (Ask::Tasks | Ask::TasksOf(_), Ok(asked)) => {
            if let Picture::Tasks(tasks) = &asked.picture {
                for (level, text) in ended(model.data.tasks_of(&ask), tasks) {
                    model.notices.say(now, level, text);
                }
            }
        }
        (Ask::Task(id), Ok(asked)) => {
            if let Picture::Task(task) = &mut asked.picture {
                if let Some(screen) = model.screens.tasks.get_mut(id) {
                    let was_live = screen.task().is_some_and(Task::is_live);
                    screen.know(&model.durations);
                    screen.arrived((**task).clone(), asked.at);
                    // The screen shares what did not move with what it had.
                    if let Some(same) = screen.task().filter(|shown| shown.nodes == task.nodes) {
                        task.nodes.clone_from(&same.nodes);
                    }
                    if was_live && !task.is_live() {
                        effects = over(model, task);
                    }
                }
                if let Some(screen) = model.task_mut().filter(|screen| screen.id() != id) {
                    let ended = screen.follows_live(id) && !task.is_live();
                    screen.sub_dag_arrived(task, asked.at);
                    if ended && effects.is_empty() {
                        effects = over(model, task);
                    }
                }
            }
        }
        (Ask::Log(id), Ok(asked)) => {
            if let (Picture::Log(lines), Some(screen)) = (&asked.picture, model.task_mut()) {
                screen.log_arrived(id, lines);
            }
        }
        _ => {}
    }
    let (trouble, other) = (model.data.trouble().cloned(), model.data.other().cloned());
    model.data.arrived(ask, result, now);
    if model.data.trouble() != trouble.as_ref()
        && let Some(error) = model.data.trouble()
    {
        let error = error.to_string();
        model.notices.say(now, Level::Error, error);
    }
    match model.data.other() {
        Some(stranger) if other.as_ref() != Some(stranger) => {
            let text = other_words(stranger);
            effects.extend(act::set_read_only(model, true));
            model.notices.say(now, Level::Error, text);
        }
        _ => {}
    }
    effects
}

/// Says that another cluster answers than the session is about.
#[must_use]
pub fn other_words(other: &Other) -> String {
    let ((before, old), (now, new)) = (&other.before, &other.now);
    t!(
        "Another cluster answers here: %{now} (id %{new}), before it was %{before} (id %{old}). No changes are offered; W allows them.",
        now = now,
        new = new,
        before = before,
        old = old
    )
    .into_owned()
}

/// A task that was followed has ended: what it was, how long it took, how long
/// that usually takes; and it teaches how long such a task takes.
fn over(model: &mut Model, task: &Task) -> Vec<Effect> {
    let sentence = plain::summary(task, &model.durations);
    model
        .notices
        .say(model.now, level_of(task.state), &sentence);
    let lessons = estimate::lessons(task);
    Arc::make_mut(&mut model.durations).learn(&lessons);
    let mut effects = vec![Effect::Ring(sentence)];
    if !lessons.is_empty() {
        let task = task.id.clone();
        effects.push(Effect::Learn { task, lessons });
    }
    effects
}

fn level_of(state: State) -> Level {
    match state {
        State::Succeeded | State::Skipped => Level::Good,
        State::Failed => Level::Error,
        _ => Level::Warning,
    }
}

/// What to say of tasks that have ended since the last list.
fn ended(before: &[Task], now: &[Task]) -> Vec<(Level, String)> {
    let was_live = |task: &Task| before.iter().any(|old| old.id == task.id && old.is_live());
    now.iter()
        .filter(|task| task.state.is_terminal() && was_live(task))
        .map(|task| {
            let level = level_of(task.state);
            let state = state_word(task.state);
            (level, format!("{}: {state} ({})", task.name, task.id))
        })
        .collect()
}

fn on_sent(model: &mut Model, id: SendId, result: Result<Sent, SendError>) -> Vec<Effect> {
    let now = model.now;
    let left = model.session.leaving.remove(&id);
    if let Some(change) = left.clone() {
        note_refusal(model, id, change, &result);
    }
    let sender = model
        .screens
        .forms
        .iter()
        .find(|(_, form)| form.sent() == Some(id))
        .map(|(name, _)| *name);
    let Some(name) = sender else {
        return on_operation(model, left.and_then(|change| change.task), result);
    };
    let shown = *model.screen() == Screen::Form(name);
    match result {
        Ok(sent) => {
            let done = drafts::done(model, name);
            on_made(model, sent, shown);
            vec![done]
        }
        Err(error) => {
            model.notices.say(now, Level::Error, words(&error));
            if let Some(form) = model.screens.forms.get_mut(name) {
                form.refused(&error);
            }
            if let SendError::AnswerLost {
                found: Lost::Made(task),
                ..
            } = error.last().clone()
                && shown
            {
                let done = drafts::done(model, name);
                model.open_instead(Screen::Task(task));
                return vec![done];
            }
            Vec::new()
        }
    }
}

/// Keeps that a change waits for a task, or that it waits no longer.
fn note_refusal(model: &mut Model, id: SendId, change: Leaving, result: &Result<Sent, SendError>) {
    let refusals = &mut model.session.refusals;
    match result {
        Ok(_) => refusals.done(&change),
        Err(error) => {
            if let Some(by) = error.held().cloned() {
                let at = model.now;
                refusals.add(Refused { id, at, change, by });
            }
        }
    }
}

/// A form's request was done: its task takes the form's place.
fn on_made(model: &mut Model, sent: Sent, shown: bool) {
    let now = model.now;
    let Some(task) = sent.task else {
        let text = t!("Done (%{status}); no task was needed", status = sent.status);
        model.notices.say(now, Level::Good, text);
        if shown {
            model.history.back();
        }
        return;
    };
    let text = t!(
        "Task %{id} was made: %{name}",
        id = task.id,
        name = task.name
    );
    model.notices.say(now, Level::Good, text);
    if shown {
        model.open_instead(Screen::Task(task.id.clone()));
        if let Some(view) = model.task_mut() {
            view.arrived(*task, now);
        }
    }
}

/// What became of a change, with what was found out where its answer was lost.
fn words(error: &SendError) -> String {
    match error {
        SendError::AnswerLost { found, .. } => format!("{error}. {}", found.words()),
        SendError::HalfDone { done, then } => t!(
            "%{done} was done; the request after it was not: %{why}",
            done = done,
            why = words(then)
        )
        .into_owned(),
        SendError::Held { by, .. } => format!("{error}. {}", by.words()),
        SendError::NotDone(_) | SendError::CutShort { .. } => error.to_string(),
    }
}

/// An operation on a task was answered.
fn on_operation(
    model: &mut Model,
    task: Option<TaskId>,
    result: Result<Sent, SendError>,
) -> Vec<Effect> {
    let now = model.now;
    let Some(task) = task else {
        return Vec::new();
    };
    match result {
        Ok(_) => {
            let text = t!("Task %{id}: the server takes it up", id = task);
            model.notices.say(now, Level::Good, text);
        }
        Err(error) => model.notices.say(now, Level::Error, words(&error)),
    }
    vec![Effect::AskNow(Ask::Task(task))]
}

fn on_connected(model: &mut Model, place: Place) {
    if place.production && !model.settings.read_only {
        let text = t!("Changes are allowed on production");
        model.notices.say(model.now, Level::Warning, text);
    }
    // The same place again, with another password or key: what it said stays.
    if model.settings.place.as_ref() == Some(&place) {
        model.data.settled();
    } else {
        model.data.clear();
    }
    // Who answers may have been found out only now.
    let home = home(&place);
    for first in [
        Screen::Welcome,
        Screen::Cluster,
        Screen::List(Listing::Clusters),
    ] {
        model.history.exchange(&first, &home);
    }
    model.settings.place = Some(place);
    model.session.followed.clear();
}
