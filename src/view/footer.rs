//! The last line: the keys that matter here, or what was just said.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use rust_i18n::t;

use super::write::Row;
use super::{Glyph, Name, Paint, overlay};
use crate::base::text;
use crate::console::notice::Level;
use crate::console::overlay::Overlay;
use crate::console::task::menu::Purpose;
use crate::console::{Action, Model, Scope, Screen, action, refused};

/// Style and glyph of a level.
pub fn level(level: Level) -> (Glyph, Name) {
    match level {
        Level::Info => (Glyph::Dot, Name::Text),
        Level::Good => (Glyph::Done, Name::Done),
        Level::Warning => (Glyph::Warning, Name::Warning),
        Level::Error => (Glyph::Failed, Name::Failed),
    }
}

/// Draws the last line.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let mut row = Row::default();
    row.gap(1);
    if let Some(notice) = model.notices.current(model.now) {
        let (glyph, name) = level(notice.level);
        row.put(format!("{} ", paint.glyph(glyph)), paint.style(name));
        let first = notice.text.lines().next().unwrap_or_default();
        let sentence = paint.cut(&text::clean_line(first), width.saturating_sub(row.width()));
        row.put(sentence, paint.style(name));
    } else {
        for (key, title) in fitting(keys(model), width.saturating_sub(1)) {
            row.put(key, paint.style(Name::Key)).gap(1);
            row.put(title, paint.style(Name::Dim)).gap(3);
        }
    }
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &row.line(), area.width);
}

/// As many as fit; the last one, help, stays longest.
fn fitting(mut keys: Vec<(String, String)>, width: usize) -> Vec<(String, String)> {
    let wide = |(key, title): &(String, String)| text::width(key) + text::width(title) + 4;
    while keys.len() > 1 && keys.iter().map(wide).sum::<usize>() > width + 3 {
        keys.remove(keys.len() - 2);
    }
    keys
}

fn keys(model: &Model) -> Vec<(String, String)> {
    // What lies below gets no key.
    if let Some(keys) = model.overlay.as_ref().and_then(|over| over_it(model, over)) {
        return keys;
    }
    if let Some(form) = model.form() {
        let fixed = |key: &str, title: Cow<'static, str>| (key.to_owned(), title.into_owned());
        let holder = refused::shown(model).filter(|refused| !refused.by.holders().is_empty());
        let holder = holder.and_then(|_| named(model, Action::Holder));
        let enter = match (form.on_button(), form.sent()) {
            (true, None) => Some(("enter".to_owned(), form.deed(model.data.cluster()))),
            // Nothing is sent twice.
            (true, Some(_)) => None,
            (false, _) => Some(fixed("enter", t!("next field"))),
        };
        let leave = if form.course().is_some() {
            t!("give it up")
        } else {
            t!("keep a draft and leave")
        };
        let usual = [Some(fixed("tab", t!("next field"))), enter]
            .into_iter()
            .flatten()
            .chain([
                fixed("esc", leave),
                fixed("ctrl-p", t!("palette")),
                fixed("f1", t!("help")),
            ]);
        return holder.into_iter().chain(usual).collect();
    }
    if *model.screen() == Screen::Setup {
        return super::setup::keys(&model.screens.setup);
    }
    if let Some(keys) = in_task(model) {
        return keys;
    }
    let place = model.settings.place.as_ref();
    let platform = place.is_some_and(|place| place.platform);
    // A platform has no agents to join.
    let here = |action: &&Action| !platform || !matches!(action, Action::Join | Action::SetUp);
    action::footer(model.scope())
        .iter()
        .filter(here)
        .filter_map(|action| {
            let (key, title) = named(model, *action)?;
            // One list is ordered by that key, the other narrowed.
            let narrows = *action == Action::Sort && model.scope() == Scope::Tasks;
            let title = if narrows {
                t!("status").into_owned()
            } else {
                title
            };
            Some((key, title))
        })
        .collect()
}

/// What the keys do in what lies over the screen; a line that is typed stands
/// in the place of the keys itself.
fn over_it(model: &Model, over: &Overlay) -> Option<Vec<(String, String)>> {
    let fixed = |key: &str, title: Cow<'static, str>| (key.to_owned(), title.into_owned());
    let answers = |no: Cow<'static, str>, yes: Cow<'static, str>, on_yes: bool| {
        let chosen = if on_yes { yes } else { no.clone() };
        vec![
            fixed("enter", chosen),
            fixed("tab", t!("the other one")),
            fixed("esc", no),
        ]
    };
    Some(match over {
        Overlay::Help(_) => action::footer(Scope::Help)
            .iter()
            .filter_map(|action| named(model, *action))
            .collect(),
        Overlay::Palette(_) => vec![
            fixed("enter", t!("choose")),
            fixed("up/down", t!("move")),
            fixed("esc", t!("close")),
        ],
        Overlay::Command(_) | Overlay::Filter { .. } => return None,
        Overlay::Confirm(confirm) => {
            let words = overlay::words(confirm.question);
            answers(words.no, words.yes, confirm.yes)
        }
        Overlay::Caution(held) if held.name.is_none() => {
            answers(t!("Do nothing"), t!("Do it"), held.yes)
        }
        Overlay::Caution(held) => {
            let sure = held.is_sure().then(|| fixed("enter", t!("Do it")));
            sure.into_iter()
                .chain([fixed("esc", t!("Do nothing"))])
                .collect()
        }
        Overlay::NewKey(shown) => answers(t!("Not now"), t!("Trust this key"), shown.yes),
    })
}

/// What the keys do in a log or a menu that is open in a task.
fn in_task(model: &Model) -> Option<Vec<(String, String)>> {
    let open = model.task()?.open();
    let titled = |keys: &[(Action, Cow<'static, str>)]| {
        let keys = keys.iter().filter_map(|(action, title)| {
            let key = model.keymap.keys(*action).next()?;
            Some((key.to_string(), title.clone().into_owned()))
        });
        keys.collect()
    };
    if let Some(menu) = &open.menu {
        let choose = match (menu.confirming, menu.purpose) {
            (true, _) => t!("send it"),
            (false, Purpose::Copy) => t!("copy"),
            (false, Purpose::Actions) => t!("choose"),
        };
        let keys = [
            (Action::Open, choose),
            (Action::Down, t!("down")),
            (Action::Up, t!("up")),
            (Action::Back, t!("close")),
        ];
        let last = if menu.entries.is_empty() { 3 } else { 0 };
        return Some(titled(&keys[last..]));
    }
    open.log.as_ref()?;
    Some(titled(&[
        (Action::Follow, t!("follow")),
        (Action::Filter, t!("search")),
        (Action::NextMatch, t!("next match")),
        (Action::FirstCause, t!("next error")),
        (Action::CycleLook, t!("wrap")),
        (Action::Save, t!("save")),
        (Action::Copy, t!("copy")),
        (Action::Back, t!("close")),
        (Action::Help, t!("help")),
    ]))
}

/// The first key of an action, and its title.
fn named(model: &Model, action: Action) -> Option<(String, String)> {
    let key = model.keymap.keys(action).next()?;
    Some((key.to_string(), action.info()?.title().into_owned()))
}
