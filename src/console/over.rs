//! Keys while something lies over the screen.

use super::act;
use super::action::{Action, Scope};
use super::caution;
use super::command;
use super::effect::Effect;
use super::key::{Code, Key};
use super::model::Model;
use super::nav::Screen;
use super::offers;
use super::overlay::{CommandLine, Confirm, Overlay, Palette, Question};
use super::panes::Pane;
use super::walk;

/// A key for the overlay. It is taken out and put back unless it closes.
pub fn key(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(overlay) = model.overlay.take() else {
        return Vec::new();
    };
    let closes = key.code == Code::Esc || key.to_string() == "ctrl-g";
    match overlay {
        Overlay::Help(top) => help(model, key, top),
        Overlay::Palette(palette) if !closes => return palette_key(model, key, palette),
        Overlay::Command(line) if !closes => return command_key(model, key, line),
        Overlay::Filter { mut line, before } => {
            if closes {
                set_filter(model, &before);
            } else if key.code != Code::Enter {
                line.key(key);
                set_filter(model, line.value());
                model.overlay = Some(Overlay::Filter { line, before });
            }
        }
        Overlay::Confirm(confirm) if !closes => return confirm_key(model, key, confirm),
        Overlay::Caution(caution) if !closes => return caution::key(model, key, caution),
        Overlay::NewKey(shown) if !closes => return caution::new_key(model, key, shown),
        Overlay::Palette(_)
        | Overlay::Command(_)
        | Overlay::Confirm(_)
        | Overlay::Caution(_)
        | Overlay::NewKey(_) => {}
    }
    Vec::new()
}

fn help(model: &mut Model, key: Key, mut top: usize) {
    let rows = super::action::ACTIONS.len();
    match model.keymap.action(key, Scope::Help) {
        Some(
            action @ (Action::Down
            | Action::Up
            | Action::Top
            | Action::Bottom
            | Action::HalfDown
            | Action::HalfUp),
        ) => {
            walk::step(&mut top, action, rows, model.geometry.body.height);
            model.overlay = Some(Overlay::Help(top));
        }
        Some(Action::Back | Action::Leave | Action::Help) => {}
        _ => model.overlay = Some(Overlay::Help(top)),
    }
}

/// Arrows and their usual control keys, for lists under a text field.
fn arrow(key: Key) -> Option<Action> {
    match (key.code, key.ctrl) {
        (Code::Down, _) | (Code::Char('n' | 'j'), true) => Some(Action::Down),
        (Code::Up, _) | (Code::Char('p'), true) => Some(Action::Up),
        (Code::PageDown, _) => Some(Action::HalfDown),
        (Code::PageUp, _) => Some(Action::HalfUp),
        _ => None,
    }
}

fn palette_key(model: &mut Model, key: Key, mut palette: Palette) -> Vec<Effect> {
    let offered = offers::offers(model, &palette);
    if let Some(action) = arrow(key) {
        let height = model.geometry.body.height;
        walk::step(&mut palette.selected, action, offered.len(), height);
    } else if key.code == Code::Enter {
        return match offered.get(palette.selected) {
            Some(offer) => act::choose(model, offer.choice.clone()),
            None => Vec::new(),
        };
    } else if palette.line.key(key) {
        palette.selected = 0;
    }
    model.overlay = Some(Overlay::Palette(palette));
    Vec::new()
}

fn command_key(model: &mut Model, key: Key, mut command: CommandLine) -> Vec<Effect> {
    match (key.code, key.shift) {
        (Code::Enter, _) => {
            let typed = command.line.value().trim().to_owned();
            if typed.is_empty() {
                return Vec::new();
            }
            match command::parse(model.source(), &typed) {
                Ok(parsed) => {
                    model.session.commands.retain(|old| *old != typed);
                    model.session.commands.push(typed.clone());
                    let mut effects = act::run(model, parsed);
                    effects.insert(0, Effect::Typed(typed));
                    return effects;
                }
                Err(error) => command.error = Some(error),
            }
        }
        (Code::Backspace, _) if command.line.is_empty() => return Vec::new(),
        (Code::Tab, back) => complete(model, &mut command, back),
        (Code::Up, _) => recall(model, &mut command, true),
        (Code::Down, _) => recall(model, &mut command, false),
        _ => {
            command.line.key(key);
            command.completing = None;
            command.error = None;
        }
    }
    model.overlay = Some(Overlay::Command(command));
    Vec::new()
}

fn complete(model: &Model, command: &mut CommandLine, back: bool) {
    let (typed, next) = match &command.completing {
        Some((typed, at)) => (typed.clone(), Some(*at)),
        None => (command.line.value().to_owned(), None),
    };
    let all = command::completions(model, &typed);
    if all.is_empty() {
        return;
    }
    let at = match next {
        None => 0,
        Some(at) if back => (at + all.len() - 1) % all.len(),
        Some(at) => (at + 1) % all.len(),
    };
    if let Some(word) = all.get(at) {
        command.line = super::input::Line::open(word);
    }
    command.completing = Some((typed, at));
    command.error = None;
}

fn recall(model: &Model, command: &mut CommandLine, earlier: bool) {
    let commands = &model.session.commands;
    let back = match (command.recalled, earlier) {
        (None, true) => Some(1),
        (Some(back), true) => Some((back + 1).min(commands.len())),
        (Some(back), false) if back > 1 => Some(back - 1),
        _ => None,
    };
    let typed = back
        .and_then(|back| commands.len().checked_sub(back))
        .and_then(|index| commands.get(index));
    command.line = super::input::Line::open(typed.map_or("", String::as_str));
    command.recalled = back.filter(|_| typed.is_some());
    command.completing = None;
}

/// The filter line was changed from outside a key.
pub fn filter_changed(model: &mut Model) {
    if let Some(Overlay::Filter { line, .. }) = &model.overlay {
        let text = line.value().to_owned();
        set_filter(model, &text);
    }
}

fn set_filter(model: &mut Model, text: &str) {
    if let Some((_, state)) = model.listing_mut() {
        text.clone_into(&mut state.filter);
        return;
    }
    let panes = &mut model.screens.panes;
    match (model.history.current(), panes.focus) {
        (Screen::Tasks | Screen::TasksOf(_), _)
        | (Screen::Cluster | Screen::Managed(_), Pane::Tasks) => {
            text.clone_into(&mut panes.tasks.filter);
        }
        (Screen::Cluster | Screen::Managed(_), Pane::Zones) => {
            text.clone_into(&mut panes.zones.filter);
        }
        (Screen::Task(_), _) => {
            if let Some(screen) = model.task_mut() {
                screen.search(text);
            }
        }
        _ => {}
    }
}

fn confirm_key(model: &mut Model, key: Key, mut confirm: Confirm) -> Vec<Effect> {
    match key.code {
        Code::Enter if confirm.yes => {
            return match confirm.question {
                Question::AllowChanges => act::set_read_only(model, false),
                Question::AllowOnOther => {
                    model.data.accept_other();
                    act::set_read_only(model, false)
                }
                Question::GiveUp(id) => vec![Effect::GiveUp(id)],
                Question::QuitWhileSending
                | Question::QuitWhileUploading
                | Question::QuitWhileSettingUp => vec![Effect::Quit],
            };
        }
        Code::Enter | Code::Char('n' | 'q') => return Vec::new(),
        Code::Left
        | Code::Right
        | Code::Tab
        | Code::Up
        | Code::Down
        | Code::Char('h' | 'l' | 'j' | 'k') => confirm.yes = !confirm.yes,
        Code::Char('y') => confirm.yes = true,
        _ => {}
    }
    model.overlay = Some(Overlay::Confirm(confirm));
    Vec::new()
}
