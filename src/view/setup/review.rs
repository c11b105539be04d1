//! The exact requests in their order, secrets masked.

use rust_i18n::t;

use super::page::Page;
use crate::base::text;
use crate::console::setup::{Setup, Spot, title};
use crate::setup::findings::{Weight, block};
use crate::view::{Glyph, Name};

pub fn fill(page: &mut Page<'_>, setup: &Setup) {
    let plan = setup.file().plan;
    if page.roomy {
        let text = if setup.has_begun() {
            t!("These are the requests; what is so already is found out and not sent again.")
        } else {
            t!("These requests are sent, each once, in this order. Nothing was sent yet.")
        };
        page.say(2, None, Name::Dim, &text);
        page.blank();
    }
    for (at, step) in setup.steps().iter().enumerate() {
        let request = &step.request;
        let target = request
            .target
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let heading = format!("{}. {}", at + 1, title(&step.kind));
        let spot = Spot::Request(at);
        page.note(&spot, None, Name::Title, &heading);
        let line = format!("{} http://{target}{}", request.method.word(), request.path);
        page.say(5, None, Name::Text, &line);
        if let Some(body) = &request.body {
            page.say(
                5,
                None,
                Name::Dim,
                &text::clean_line(&body.masked().to_string()),
            );
        }
        page.keep(&spot);
    }
    let found = setup.findings();
    if !found.is_empty() {
        page.blank();
        page.findings(&found);
    }
    if let Some(path) = setup.path() {
        page.blank();
        let mut row = page.row(&Spot::Path);
        row.put(format!("{} ", t!("Save as")), page.paint.style(Name::Text));
        let cells = page.width.saturating_sub(row.width() + 1).min(60);
        page.field(&mut row, &Spot::Path, path, cells);
        page.push(row);
    }
    let warnings = found
        .iter()
        .filter(|one| one.weight == Weight::Warns)
        .count();
    let deed = match (setup.has_begun(), warnings) {
        (true, _) => t!("Go on with %{name}", name = plan.name),
        (false, 0) => t!("Set up %{name}", name = plan.name),
        (false, n) => t!("Set up %{name} (warnings: %{n})", name = plan.name, n = n),
    };
    page.button(&deed, &t!("s saves the plan as a file"));
    if block(&found) {
        page.say(
            2,
            Some(Glyph::Failed),
            Name::Failed,
            &t!("Something blocks: it must fail as it stands."),
        );
    }
}
