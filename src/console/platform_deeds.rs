//! What may be done with the row under the cursor on a platform's screens.

use rust_i18n::t;

use super::listing::Listing;
use super::model::Model;
use super::nav::Screen;
use super::overlay::{Choice, Filling, Offer};
use super::panes::{Pane, ZoneRow};
use crate::fleet::forms::{self, Given};
use crate::fleet::task::Source;

type Values = Vec<(&'static str, String)>;

/// The forms for the selected row, with its ids in them.
#[must_use]
pub fn selected(model: &Model) -> Vec<Offer> {
    let deeds = match model.screen() {
        Screen::List(listing) => of_list(model, *listing),
        Screen::Managed(id) => of_cluster(model, id),
        _ => Vec::new(),
    };
    deeds
        .into_iter()
        .filter_map(|(name, values)| offer(name, values))
        .collect()
}

fn of_list(model: &Model, listing: Listing) -> Vec<(&'static str, Values)> {
    let Some((_, state)) = model.listing() else {
        return Vec::new();
    };
    let Some(row) = state.selected() else {
        return Vec::new();
    };
    let id = || row.id.clone();
    match listing {
        Listing::Clusters => vec![("servers-add", vec![("clusterId", id())])],
        Listing::Hosts => vec![
            ("servers-add", vec![("servers", id())]),
            ("proxy-cluster-create", vec![("hostIds", id())]),
            ("host-add", Vec::new()),
        ],
        Listing::Packages => {
            let file = row.cells.first().map(|cell| cell.text().to_owned());
            let proxy = file.filter(|file| file.starts_with("obproxy"));
            let create = proxy.map(|file| ("proxy-cluster-create", vec![("version", file)]));
            create
                .into_iter()
                .chain([("package-upload", Vec::new())])
                .collect()
        }
        Listing::Proxies => vec![
            ("proxy-cluster-scale", vec![("id", id())]),
            ("proxy-cluster-create", Vec::new()),
            ("proxy-cluster-delete", vec![("id", id())]),
        ],
        _ => Vec::new(),
    }
}

fn of_cluster(model: &Model, id: &str) -> Vec<(&'static str, Values)> {
    let with = |more: &[(&'static str, &str)]| {
        let more = more
            .iter()
            .map(|(field, value)| (*field, (*value).to_owned()));
        std::iter::once(("clusterId", id.to_owned()))
            .chain(more)
            .collect::<Values>()
    };
    let panes = &model.screens.panes;
    match (panes.focus, panes.zones.list.selected()) {
        (Pane::Zones, Some(ZoneRow::Zone(zone))) => [
            "servers-add",
            "zone-start",
            "zone-stop",
            "zone-restart",
            "zone-delete",
        ]
        .map(|form| (form, with(&[("zoneName", zone)])))
        .to_vec(),
        (Pane::Zones, Some(ZoneRow::Server(_, address))) => {
            let members = model.data.managed().map(|managed| &managed.members);
            let mut members = members.into_iter().flatten();
            let Some(member) = members.find(|member| member.address == *address) else {
                return Vec::new();
            };
            let mut deeds: Vec<_> = ["server-start", "server-stop", "server-restart"]
                .map(|form| (form, with(&[("serverId", &member.server)])))
                .to_vec();
            if let Some(host) = &member.host {
                deeds.push(("server-delete", with(&[("servers", host)])));
            }
            deeds
        }
        (Pane::Proxies, _) => vec![("proxy-cluster-create", Vec::new())],
        (Pane::Tasks, _) => Vec::new(),
        _ => vec![("servers-add", with(&[]))],
    }
}

fn offer(name: &'static str, values: Values) -> Option<Offer> {
    let form = forms::find_of(Source::Ocp, name)?;
    let given: Given = values
        .iter()
        .filter_map(|(field, value)| {
            let field = form.field(field)?;
            Some((field.name.to_owned(), field.entry(value)))
        })
        .collect();
    Some(Offer {
        title: (form.deed)(&given, None),
        hint: t!(form.title).into_owned(),
        choice: Choice::Fill(Filling {
            form: form.name,
            values,
        }),
    })
}
