//! A secret out of the system's keyring. Its own program fetches it: which
//! service answers, and how it is unlocked, is that program's knowledge.

use rust_i18n::t;

use super::program::{SourceError, output_of};
use crate::base::Secret;

/// Whose secrets they are in the keyring.
const SERVICE: &str = "obdeck";

/// The program of this system, with the words that look up and that keep the
/// secret of this name. The attributes are those that other programs use too
/// (`keyring set obdeck NAME` of Python keeps one that is found here).
fn words(name: &str) -> (Vec<String>, String) {
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    if cfg!(target_os = "macos") {
        (
            own(&[
                "security",
                "find-generic-password",
                "-s",
                SERVICE,
                "-a",
                name,
                "-w",
            ]),
            format!("security add-generic-password -s {SERVICE} -a {name} -w"),
        )
    } else {
        (
            own(&[
                "secret-tool",
                "lookup",
                "service",
                SERVICE,
                "username",
                name,
            ]),
            format!("secret-tool store --label={name} service {SERVICE} username {name}"),
        )
    }
}

/// Fetches the secret of this name.
pub(super) fn fetch(name: &str) -> Result<Secret, SourceError> {
    let (lookup, store) = words(name);
    let failed = |reason: String| SourceError::Keyring {
        name: name.to_owned(),
        reason,
    };
    let program = lookup.first().map_or("", String::as_str);
    let output = output_of(&lookup).map_err(|error| {
        failed(match error.kind() {
            std::io::ErrorKind::NotFound => t!(
                "the program %{program} that reads it is not installed (on Linux: libsecret-tools)",
                program = program
            )
            .into_owned(),
            _ => format!("{program}: {error}"),
        })
    })?;
    let text = String::from_utf8(output.stdout)
        .map_err(|_| failed(t!("its output is not UTF-8").into_owned()))?;
    if !output.status.success() || text.is_empty() {
        return Err(failed(
            t!("nothing was found; `%{store}` keeps one", store = store).into_owned(),
        ));
    }
    Ok(Secret::new(text.strip_suffix('\n').unwrap_or(&text)))
}
