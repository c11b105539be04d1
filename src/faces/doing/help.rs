//! Help of the forms, from their table.

use std::fmt::Write as _;

use clap::CommandFactory;
use rust_i18n::t;

use crate::base::text;
use crate::faces::cli::Cli;
use crate::faces::exit::Stop;
use crate::fleet::forms::{self, Form, Kind};
use crate::fleet::task::Source;

/// `do --list`.
pub fn list() -> String {
    let all = [Source::Obshell, Source::Ocp].map(forms::of);
    let widths = all.iter().flat_map(|forms| forms.iter());
    let room = widths.map(|form| text::width(form.name)).max().unwrap_or(0);
    let mut page = String::new();
    for (forms, word) in all.into_iter().zip(["obshell", "OCP"]) {
        let _ = writeln!(page, "{}{word}", if page.is_empty() { "" } else { "\n" });
        for form in forms {
            let name = text::pad_right(form.name, room);
            let _ = writeln!(page, "  {name}  {}", t!(form.about));
        }
    }
    page
}

/// `do --help` without a form.
pub fn command() -> String {
    let mut cli = Cli::command();
    cli.build();
    cli.find_subcommand_mut("do")
        .map(|command| command.render_help().to_string())
        .unwrap_or_default()
}

/// `do FORM --help`.
pub fn form(form: &Form) -> String {
    let mut page = format!(
        "{}\n\n{}: obdeck do {} --set {}=… [--set …]\n\n",
        t!(form.about),
        t!("Usage"),
        form.name,
        form.fields.first().map_or("FIELD", |field| field.name),
    );
    let room = form
        .fields
        .iter()
        .map(|field| text::width(field.name))
        .max()
        .unwrap_or(0);
    for field in form.fields {
        let _ = write!(
            page,
            "  {}  {}",
            text::pad_right(field.name, room),
            t!(field.help)
        );
        let mut facts = vec![kind(field.kind)];
        if field.required {
            facts.push(t!("required").into_owned());
        }
        if !field.default.is_empty() {
            facts.push(t!("default %{value}", value = field.default).into_owned());
        }
        let _ = writeln!(page, " [{}]", facts.join(", "));
    }
    page
}

/// The page `docs/forms.md`: every form with its fields, in English.
#[cfg(test)]
fn reference() -> String {
    let mut page = String::from(
        "# Forms of obdeck\n\nEvery change is a form: on the screen (its word after `:`), and without one as\n`obdeck do FORM --set field=value`. Fields, checks and requests are the same.\nThis page is made from the table of forms; a test holds it.\n",
    );
    for (source, word) in [(Source::Obshell, "An obshell agent"), (Source::Ocp, "OCP")] {
        let _ = write!(page, "\n## {word}\n");
        for form in forms::of(source) {
            let _ = write!(page, "\n### `{}`\n\n{}\n", form.name, form.about);
            if form.fields.is_empty() {
                continue;
            }
            page.push_str("\n| field | takes | help |\n|---|---|---|\n");
            for field in form.fields {
                let mut facts = kind(field.kind).replace('|', ", ");
                if field.required {
                    facts.push_str("; required");
                }
                if !field.default.is_empty() {
                    let _ = write!(facts, "; default `{}`", field.default);
                }
                let help = field.help.replace('|', "\\|");
                let _ = writeln!(page, "| `{}` | {facts} | {help} |", field.name);
            }
        }
    }
    page
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => t!("text").into_owned(),
        Kind::Password => t!("password").into_owned(),
        Kind::Address => t!("address").into_owned(),
        Kind::Number => t!("number").into_owned(),
        Kind::Bool => "true|false".to_owned(),
        Kind::Choice(words) => words.join("|"),
        Kind::List => t!("words, with commas").into_owned(),
        Kind::Pairs => t!("pairs: field.name=value").into_owned(),
    }
}

/// A form that does not exist.
pub fn unknown(name: &str) -> Stop {
    let all = [Source::Obshell, Source::Ocp].map(forms::of);
    let names: std::collections::BTreeSet<_> =
        all.into_iter().flatten().map(|form| form.name).collect();
    let names: Vec<_> = names.into_iter().collect();
    Stop::usage(format!(
        "there is no form `{}`; there are: {}",
        text::clean_line(name),
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/forms.md` is this table; with `OBDECK_WRITE_DOCS` it is written anew.
    #[test]
    fn the_reference_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/forms.md");
        let wanted = reference();
        if std::env::var_os("OBDECK_WRITE_DOCS").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == wanted,
            "docs/forms.md is out of date: OBDECK_WRITE_DOCS=1 cargo test the_reference_page writes it"
        );
    }

    #[test]
    fn every_field_is_on_the_page() {
        let all = [Source::Obshell, Source::Ocp].map(forms::of);
        for form in all.into_iter().flatten() {
            let page = super::form(form);
            for field in form.fields {
                assert!(page.contains(field.name), "{} {page}", field.name);
            }
            assert!(list().contains(form.name));
        }
        assert!(command().contains("--dry-run"));
    }
}
