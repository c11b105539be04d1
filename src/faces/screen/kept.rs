//! What a place keeps of one session for the next: drafts of forms and commands.

use std::collections::BTreeMap;

use super::opening::Opened;
use crate::config::{Commands, Draft, Drafts};
use crate::console::Event;
use crate::fleet::forms;
use crate::fleet::task::Source;

/// Where they are; a simulation and a saved file keep nothing.
#[derive(Debug, Default)]
pub struct Kept(Option<Files>);

#[derive(Debug)]
struct Files {
    /// The place: what was meant for one cluster is not offered at another.
    place: String,
    source: Source,
    drafts: Drafts,
    commands: Commands,
}

impl Kept {
    /// What this place keeps.
    pub fn of(opened: &Opened) -> Self {
        let reach = opened.reach.as_ref().filter(|_| opened.sim.is_none());
        let places = reach.and_then(|reach| reach.places.as_ref());
        Self(places.map(|places| Files {
            place: opened.place.name.clone(),
            source: opened.backend.source(),
            drafts: Drafts::in_folder(places.drafts()),
            commands: Commands::in_file(places.command_history()),
        }))
    }

    /// What is there from before.
    pub fn load(&self) -> Option<Event> {
        let files = self.0.as_ref()?;
        let every = forms::of(files.source).iter().map(|form| form.name);
        let drafts: BTreeMap<String, Draft> = every
            .filter_map(|name| Some((name.to_owned(), files.drafts.load(&files.name(name))?)))
            .collect();
        let commands = files.commands.load();
        Some(Event::Remembered { drafts, commands })
    }

    /// Keeps a draft, or forgets it.
    pub fn draft(&self, form: &str, draft: &Draft) {
        let Some(files) = &self.0 else { return };
        if let Err(error) = files.drafts.save(&files.name(form), draft) {
            tracing::warn!(%error, "a draft is not kept");
        }
    }

    /// Keeps a command.
    pub fn typed(&self, command: &str) {
        let Some(files) = &self.0 else { return };
        if let Err(error) = files.commands.add(command) {
            tracing::warn!(%error, "a command is not kept");
        }
    }
}

impl Files {
    fn name(&self, form: &str) -> String {
        format!("{}-{form}", self.place)
    }
}
