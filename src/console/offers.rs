//! What the palette, the menu of actions and the welcome page offer, and how
//! a search ranks it.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rust_i18n::t;

use super::action::{ACTIONS, Action};
use super::listing::Listing;
use super::model::Model;
use super::overlay::{Choice, Offer, Palette};
use crate::fleet::forms;
use crate::fleet::task::Source;
use crate::setup::runs::Unfinished;

/// More tasks than this are found by the filter of their list, not here.
const TASKS: usize = 200;

/// What the palette lists now: the best match first, in the table's order
/// while nothing is typed.
#[must_use]
pub fn offers(model: &Model, palette: &Palette) -> Vec<Offer> {
    let all = if palette.deeds_only {
        deeds(model)
    } else {
        everything(model)
    };
    rank(all, palette.line.value())
}

/// What the welcome page offers.
#[must_use]
pub fn welcome(unfinished: &[Unfinished]) -> Vec<Offer> {
    let offer = |choice, title: String, hint: String| Offer {
        choice,
        title,
        hint,
    };
    let go_on = unfinished.iter().enumerate().map(|(at, run)| {
        let title = t!("Go on with the setup of %{name}", name = run.file.plan.name);
        let hint = t!("%{n} of %{of} steps are done", n = run.done, of = run.steps);
        offer(Choice::Resume(at), title.into_owned(), hint.into_owned())
    });
    let always = [
        offer(
            Choice::Command("connect "),
            t!("Connect to an agent").into_owned(),
            t!("an address such as 10.0.0.5 or 10.0.0.5:2886").into_owned(),
        ),
        offer(
            Choice::Act(Action::SetUp),
            t!("Set up a new cluster, step by step").into_owned(),
            t!("from bare agents; `obdeck apply` does it without a screen").into_owned(),
        ),
        offer(
            Choice::Demo,
            t!("Look around in a demo").into_owned(),
            t!("a simulated cluster; nothing real is touched").into_owned(),
        ),
    ];
    go_on.chain(always).collect()
}

fn act(model: &Model, action: Action) -> Option<Offer> {
    let info = action.info()?;
    let keys: Vec<_> = model
        .keymap
        .keys(action)
        .map(|key| key.to_string())
        .collect();
    Some(Offer {
        choice: Choice::Act(action),
        title: info.doc().into_owned(),
        hint: keys.join(" "),
    })
}

fn forms_offered(model: &Model) -> impl Iterator<Item = Offer> {
    forms::of(model.source()).iter().map(|form| Offer {
        choice: Choice::Form(form.name),
        title: t!(form.title).into_owned(),
        hint: t!(form.about).into_owned(),
    })
}

/// Deeds of this place: the forms, then what is neither movement nor navigation.
fn deeds(model: &Model) -> Vec<Offer> {
    let here = [
        Action::Open,
        Action::Copy,
        Action::AskNow,
        Action::ToggleWrite,
    ];
    let scope = model.scope();
    let here_selected = match model.source() {
        Source::Obshell => super::deeds::selected(model),
        Source::Ocp => super::platform_deeds::selected(model),
    };
    here_selected
        .into_iter()
        .chain(forms_offered(model))
        .chain(
            here.into_iter()
                .filter(|action| action.info().is_some_and(|info| info.applies(scope)))
                .filter_map(|action| act(model, action)),
        )
        .collect()
}

fn everything(model: &Model) -> Vec<Offer> {
    let scope = model.scope();
    let actions = ACTIONS
        .iter()
        .filter(|info| info.applies(scope) && info.action != Action::Palette)
        .filter_map(|info| act(model, info.action));
    let tasks = model.data.tasks().iter().take(TASKS).map(|task| Offer {
        choice: Choice::Task(task.id.clone()),
        title: t!("Task %{name}", name = task.name).into_owned(),
        hint: task.id.0.clone(),
    });
    let connect = Offer {
        choice: Choice::Command("connect "),
        title: t!("Connect to an agent").into_owned(),
        hint: ":connect".to_owned(),
    };
    let here_selected = match model.source() {
        Source::Obshell => super::deeds::selected(model),
        Source::Ocp => super::platform_deeds::selected(model),
    };
    here_selected
        .into_iter()
        .chain(forms_offered(model))
        .chain(actions)
        .chain(lists(model))
        .chain([connect])
        .chain(tasks)
        .collect()
}

/// The lists of what is connected.
fn lists(model: &Model) -> Vec<Offer> {
    let all = match model.settings.place {
        Some(_) => Listing::all(model.source()),
        None => &[],
    };
    all.iter()
        .map(|listing| Offer {
            choice: Choice::List(*listing),
            title: t!(listing.about()).into_owned(),
            hint: format!(":{}", listing.word()),
        })
        .collect()
}

fn rank(all: Vec<Offer>, typed: &str) -> Vec<Offer> {
    if typed.trim().is_empty() {
        return all;
    }
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, Offer)> = all
        .into_iter()
        .filter_map(|offer| {
            let text = format!("{} {}", offer.title, offer.hint);
            let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
            Some((score, offer))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, offer)| offer).collect()
}
