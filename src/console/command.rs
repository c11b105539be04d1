//! The command line: what can be typed after `:` and how it completes.

use rust_i18n::t;

use super::action::{ACTIONS, Action};
use super::listing::Listing;
use super::model::Model;
use crate::fleet::forms;
use crate::fleet::task::{Source, TaskId, together};

/// A command that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// An action of the table.
    Act(Action),
    /// A form.
    Form(&'static str),
    /// One task.
    Task(TaskId),
    /// All tasks, filtered.
    Tasks(String),
    /// Zones and servers, filtered.
    Servers(String),
    /// The pane of OBProxies.
    Proxies,
    /// A list, filtered.
    List(Listing, String),
    /// Other addresses.
    Connect(Vec<String>),
    /// The embedded simulator.
    Demo,
}

/// Words that are commands besides the names of actions and forms.
const WORDS: &[&str] = &[
    "connect", "demo", "proxies", "q", "quit", "servers", "task", "tasks", "zones",
];

/// Reads a command.
///
/// # Errors
/// A sentence that names what was typed.
pub fn parse(source: Source, typed: &str) -> Result<Command, String> {
    let typed = typed.trim();
    let (word, rest) = typed.split_once(' ').unwrap_or((typed, ""));
    let rest = rest.trim();
    let needs = |what: &str| {
        t!(
            "`:%{word}` needs %{what}",
            word = word,
            what = t!(what.to_owned())
        )
        .into_owned()
    };
    let command = match word {
        "q" | "quit" => Command::Act(Action::Quit),
        "task" if rest.is_empty() => return Err(needs("the id of a task")),
        // Several are followed on one screen.
        "task" => Command::Task(together::id(
            rest.split_whitespace().map(|id| TaskId(id.to_owned())),
        )),
        "tasks" => Command::Tasks(rest.to_owned()),
        word if let Some(listing) = Listing::named(source, word) => {
            Command::List(listing, rest.to_owned())
        }
        "servers" | "zones" => Command::Servers(rest.to_owned()),
        "proxies" => Command::Proxies,
        "connect" if rest.is_empty() => return Err(needs("an address")),
        "connect" => Command::Connect(rest.split_whitespace().map(str::to_owned).collect()),
        "demo" => Command::Demo,
        _ => match (Action::named(word), forms::find_of(source, word)) {
            (_, Some(form)) => Command::Form(form.name),
            (Some(action), None) => Command::Act(action),
            (None, None) => {
                return Err(
                    t!("`:%{word}` is no command; tab lists them", word = word).into_owned()
                );
            }
        },
    };
    Ok(command)
}

/// What could stand there instead of what is typed, in order.
#[must_use]
pub fn completions(model: &Model, typed: &str) -> Vec<String> {
    if let Some(id) = typed.strip_prefix("task ") {
        return model
            .data
            .tasks()
            .iter()
            .filter(|task| task.id.0.starts_with(id.trim_start()))
            .map(|task| format!("task {}", task.id))
            .collect();
    }
    if let Some(zone) = typed.strip_prefix("servers ") {
        return model
            .data
            .cluster()
            .into_iter()
            .flat_map(|cluster| &cluster.zones)
            .filter(|z| z.name.starts_with(zone.trim_start()))
            .map(|z| format!("servers {}", z.name))
            .collect();
    }
    let scope = model.scope();
    let actions = ACTIONS
        .iter()
        .filter(|info| info.applies(scope))
        .map(|info| info.name);
    let source = model.source();
    let mut words: Vec<String> = WORDS
        .iter()
        .copied()
        .chain(Listing::all(source).iter().map(|listing| listing.word()))
        .chain(forms::of(source).iter().map(|form| form.name))
        .chain(actions)
        .filter(|word| word.starts_with(typed))
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_what_the_help_promises() {
        for (typed, command) in [
            ("q", Command::Act(Action::Quit)),
            ("tasks", Command::Tasks(String::new())),
            ("servers zone1", Command::Servers("zone1".into())),
            (
                " task  22130706433028868",
                Command::Task(TaskId("22130706433028868".into())),
            ),
            ("task 112 113", Command::Task(TaskId("112+113".into()))),
            ("join", Command::Form("join")),
            ("help", Command::Act(Action::Help)),
            (
                "connect a b:1",
                Command::Connect(vec!["a".into(), "b:1".into()]),
            ),
        ] {
            assert_eq!(parse(Source::Obshell, typed), Ok(command), "{typed}");
        }
        assert!(parse(Source::Obshell, "task").is_err());
        assert!(
            parse(Source::Obshell, "frobnicate")
                .unwrap_err()
                .contains("frobnicate")
        );
    }
}
