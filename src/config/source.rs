//! Where a secret comes from.

use rust_i18n::t;

use super::keyring;
use super::program::{SourceError, output_of};
use super::reader::Place;
use crate::base::Secret;

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It stands in the file, which then only its owner can read.
    Literal(Secret),
    /// A variable of the environment; an empty one counts.
    Env(String),
    /// The first line that a command prints.
    Command(Vec<String>),
    /// What the system's keyring holds under this name.
    Keyring(String),
    /// The operator types it.
    Prompt,
}

impl Source {
    /// Fetches the secret. `ask` is called where the operator has to type it.
    pub fn fetch(
        &self,
        ask: impl FnOnce() -> std::io::Result<Secret>,
    ) -> Result<Secret, SourceError> {
        match self {
            Self::Literal(secret) => Ok(secret.clone()),
            Self::Env(name) => std::env::var(name)
                .map(Secret::new)
                .map_err(|_| SourceError::NoVariable(name.clone())),
            Self::Command(words) => run(words),
            Self::Keyring(name) => keyring::fetch(name),
            Self::Prompt => ask().map_err(SourceError::Prompt),
        }
    }
}

fn run(words: &[String]) -> Result<Secret, SourceError> {
    let program = words.first().map_or("", String::as_str);
    let failed = |reason: String| SourceError::Command {
        command: program.to_owned(),
        reason,
    };
    let output = output_of(words).map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| failed(t!("its output is not UTF-8").into_owned()))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// Reads a source. `mode` is the file's, where it has one: a literal secret
/// wants a file that only its owner can read.
pub(crate) fn read(place: &Place, mode: Option<u32>) -> Option<Source> {
    if let Some(text) = place.value.as_str() {
        if let Some(mode) = mode.filter(|mode| mode & 0o077 != 0) {
            let found = t!(
                "a secret in a file of mode %{mode}",
                mode = format!("{mode:04o}")
            );
            let allowed = format!("chmod 600; {FORMS}");
            place.wrong(&found, &allowed);
            return None;
        }
        return Some(Source::Literal(Secret::new(text)));
    }
    if place.value.as_table().is_none() {
        // What stands here may be the secret without its quotes.
        place.wrong(place.kind(), FORMS);
        return None;
    }
    let section = place.section()?;
    let entries: Vec<_> = section.entries().collect();
    let [(name, value)] = entries.as_slice() else {
        place.wrong(&t!("%{n} entries", n = entries.len()), FORMS);
        return None;
    };
    match *name {
        "prompt" => {
            let wanted = value.flag()?;
            if !wanted {
                value.wrong("false", "true");
            }
            wanted.then_some(Source::Prompt)
        }
        "env" => match value.text()? {
            "" => {
                value.wrong("\"\"", &t!("the name of a variable"));
                None
            }
            name => Some(Source::Env(name.to_owned())),
        },
        "command" => {
            let words: Vec<String> = value
                .texts()
                .into_iter()
                .map(|(word, _)| word.to_owned())
                .collect();
            if words.is_empty() {
                value.wrong("[]", &t!("a program and its arguments"));
                return None;
            }
            Some(Source::Command(words))
        }
        "keyring" => match value.text()? {
            "" => {
                value.wrong("\"\"", &t!("the name of a secret in the keyring"));
                None
            }
            name => Some(Source::Keyring(name.to_owned())),
        },
        _ => {
            value.wrong(&t!("an unknown key"), FORMS);
            None
        }
    }
}

const FORMS: &str = "{ prompt = true }, { env = \"NAME\" }, { command = [\"pass\", \"ob/prod\"] }, { keyring = \"ob-prod\" }, \"…\" (mode 0600)";

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> std::io::Result<Secret> {
        Err(std::io::Error::other("no terminal"))
    }

    #[test]
    fn a_command_gives_its_first_line() {
        let source = Source::Command(["printf", "aA1!\\nsecond"].map(String::from).to_vec());
        assert_eq!(source.fetch(nobody).unwrap().reveal(), "aA1!");
    }

    #[test]
    fn a_failing_command_is_named_without_its_arguments() {
        let source = Source::Command(["false", "ob/prod"].map(String::from).to_vec());
        let error = source.fetch(nobody).unwrap_err().to_string();
        assert!(
            error.contains("false") && !error.contains("ob/prod"),
            "{error}"
        );
        let source = Source::Command(vec!["/nowhere/pass".into()]);
        assert!(source.fetch(nobody).is_err());
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let source = Source::Env("OBDECK_TEST_NOT_SET".into());
        let error = source.fetch(nobody).unwrap_err().to_string();
        assert!(error.contains("OBDECK_TEST_NOT_SET"), "{error}");
    }

    #[test]
    fn a_prompt_asks() {
        let secret = Source::Prompt.fetch(|| Ok(Secret::new("typed"))).unwrap();
        assert_eq!(secret.reveal(), "typed");
        assert!(Source::Prompt.fetch(nobody).is_err());
    }
}
