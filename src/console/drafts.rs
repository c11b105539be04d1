//! What outlives the session: forms that were left half filled in, and typed
//! commands. A secret field is never part of a draft.

use std::collections::BTreeMap;

use rust_i18n::t;

use super::effect::Effect;
use super::form::FormScreen;
use super::model::Model;
use super::notice::Level;
use crate::config::Draft;

/// What was kept of earlier sessions is known now. A form that is open already
/// stays as it is.
pub(super) fn remembered(
    model: &mut Model,
    drafts: BTreeMap<String, Draft>,
    commands: Vec<String>,
) {
    let typed = std::mem::replace(&mut model.session.commands, commands);
    model.session.commands.retain(|old| !typed.contains(old));
    model.session.commands.extend(typed);
    model.session.drafts = drafts;
    let open = model.screens.forms.iter();
    let open: Vec<_> = open.map(|(name, form)| (*name, form.draft())).collect();
    for (name, draft) in open {
        let drafts = &mut model.session.drafts;
        drafts.entry(name.to_owned()).or_insert(draft);
    }
}

/// A form that is opened takes up where it was left.
pub(super) fn offer(model: &mut Model, screen: &mut FormScreen) {
    let name = screen.form().name;
    if let Some(draft) = model.session.drafts.get(name)
        && screen.restore(draft)
    {
        screen.begin_at_empty();
        let text = t!("A draft of before is filled in; secrets must be typed again");
        model.notices.say(model.now, Level::Info, text);
    }
    begin(model, screen);
}

/// From here on it is compared with what stands in it now.
pub(super) fn begin(model: &mut Model, screen: &FormScreen) {
    let name = screen.form().name.to_owned();
    model.session.drafts.insert(name, screen.draft());
}

/// The drafts that changed since the last time.
pub(super) fn changed(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (name, form) in &model.screens.forms {
        let draft = form.draft();
        if model.session.drafts.get(*name) != Some(&draft) {
            model
                .session
                .drafts
                .insert((*name).to_owned(), draft.clone());
            effects.push(Effect::Draft { form: name, draft });
        }
    }
    effects
}

/// A form has done its work.
pub(super) fn done(model: &mut Model, form: &'static str) -> Effect {
    model.screens.forms.remove(form);
    model.session.drafts.remove(form);
    let draft = Draft::new();
    Effect::Draft { form, draft }
}
