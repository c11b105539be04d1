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
