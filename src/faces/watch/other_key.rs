//! An agent shows another key while its task is watched, as it does after an
//! upgrade: whoever sits there is asked, and the watch goes on after a yes.

use super::{Watch, words};
use crate::console::caution::NewKey;
use crate::faces::exit::{Exit, Stop};
use crate::faces::out;
use crate::fleet::task::Task;
use crate::link::LinkError;

/// The keys that took the place of others during one watch.
#[derive(Debug, Default)]
pub struct OtherKeys {
    /// The last one that was trusted, with the agent that shows it.
    trusted: Option<(String, String)>,
}

impl OtherKeys {
    /// Asks about another key; returns when it is trusted.
    ///
    /// # Errors
    /// Nobody is there to be asked, or the answer is no: exit 5.
    pub async fn settle(
        &mut self,
        watch: &Watch,
        task: Option<&Task>,
        error: LinkError,
    ) -> Result<(), Stop> {
        let Some(shown) = NewKey::of(&error, task.into_iter()) else {
            return Err(error.into());
        };
        let key = (shown.endpoint.clone(), shown.offered.clone());
        // Trusted, and the same question again: it is remembered nowhere.
        if !out::can_ask() || self.trusted.as_ref() == Some(&key) {
            return Err(ends(watch, &shown, &format!("{error}\n{}", shown.reason())));
        }
        out::note(&format!("obdeck: {}", shown.title()));
        for line in shown.fingerprints() {
            out::note(&format!("  {line}"));
        }
        out::note(&shown.reason());
        if !out::ask("trust this key from now on?").await? {
            return Err(ends(watch, &shown, "the key is not trusted"));
        }
        watch.reach.trust(&shown.endpoint, &shown.offered)?;
        out::note(&format!("trusted: {} {}", shown.endpoint, shown.offered));
        self.trusted = Some(key);
        Ok(())
    }
}

/// The end of a watch, with the two commands that go on from here.
fn ends(watch: &Watch, shown: &NewKey, why: &str) -> Stop {
    let (ids, endpoint, offered) = (words(&watch.ids), &shown.endpoint, &shown.offered);
    let again = format!("obdeck task watch {ids}{}", watch.reach.flags());
    let message = format!(
        "{why}\ntask {ids} is not watched any more. If {offered} is the key of the agent:\n  \
         obdeck keys trust {endpoint}\n  \
         {again}\n\
         or both at once:\n  \
         {again} --accept-key {offered}"
    );
    Stop::new(Exit::Unauthorized, message)
}
