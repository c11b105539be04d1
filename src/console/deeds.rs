//! What may be done with the row under the cursor: forms with its name in them.

use rust_i18n::t;

use super::listing::{self, Listing};
use super::model::Model;
use super::nav::Screen;
use super::overlay::{Choice, Filling, Offer};
use super::panes::{Pane, ZoneRow};
use crate::fleet::Address;
use crate::fleet::cluster::{Agent, Cluster};
use crate::fleet::forms::{self, Given};

/// A form and what is known of its fields.
type Deed<'a> = (&'static str, Vec<(&'static str, &'a str)>);

/// The forms for the selected row, each with the words that it would have on its button.
#[must_use]
pub fn selected(model: &Model) -> Vec<Offer> {
    let Some(cluster) = model.data.cluster() else {
        return Vec::new();
    };
    if let Screen::List(listing) = model.screen() {
        return of_list(model, cluster, *listing);
    }
    if !model.screen().is_cluster() {
        return Vec::new();
    }
    let panes = &model.screens.panes;
    match panes.focus {
        Pane::Zones => match panes.zones.list.selected() {
            Some(ZoneRow::Zone(zone)) => zone_deeds(cluster, zone),
            Some(ZoneRow::Server(_, address)) => {
                let server = cluster.servers().find(|server| server.address == *address);
                let agent = server.and_then(|server| server.agent.as_ref());
                agent.map_or_else(Vec::new, |agent| server_deeds(cluster, agent))
            }
            Some(ZoneRow::Agent(_, address)) => agent_deeds(cluster, address),
            None => Vec::new(),
        },
        Pane::Proxies => match panes.proxies.selected() {
            Some(address) => {
                let agent = address.to_string();
                offers(
                    cluster,
                    ["proxy-start", "proxy-stop", "proxy-delete"]
                        .map(|form| (form, vec![("agent", agent.as_str())])),
                )
            }
            None => offers(cluster, [("proxy-add", Vec::new())]),
        },
        Pane::Cluster => cluster_deeds(cluster),
        Pane::Tasks => Vec::new(),
    }
}

/// What may be done with the selected row of a list, then what needs none.
fn of_list(model: &Model, cluster: &Cluster, listing: Listing) -> Vec<Offer> {
    let selected = model.listing().and_then(|(_, state)| state.selected());
    let about = selected.and_then(|row| row.about.as_ref());
    let general = listing.deeds(model.source());
    let deeds = about.iter().flat_map(|about| &about.deeds).chain(&general);
    let mut out = Vec::new();
    for (form, values) in deeds {
        let values = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        out.extend(offers(cluster, [(*form, values)]));
    }
    out
}

/// The forms for the server beside an agent.
pub fn of_server(cluster: &Cluster, agent: &Address) -> Vec<listing::Deed> {
    owned(server_forms(cluster, agent, &agent.to_string()))
}

/// The forms for an agent.
pub fn of_agent(cluster: &Cluster, agent: &Address) -> Vec<listing::Deed> {
    let master = master(cluster).map(|agent| agent.address.to_string());
    owned(agent_forms(
        cluster,
        agent,
        &agent.to_string(),
        master.as_deref(),
    ))
}

fn owned(deeds: Vec<Deed<'_>>) -> Vec<listing::Deed> {
    let texts = |values: Vec<(&'static str, &str)>| {
        let each = values.into_iter();
        each.map(|(name, value)| (name, value.to_owned())).collect()
    };
    deeds
        .into_iter()
        .map(|(form, values)| (form, texts(values)))
        .collect()
}

fn zone_deeds(cluster: &Cluster, zone: &str) -> Vec<Offer> {
    if !cluster.is_initialised() {
        let scope = vec![("scope.type", "ZONE"), ("scope.target", zone)];
        return offers(cluster, [("observer-config", scope)]);
    }
    let scope = || vec![("scope.type", "ZONE"), ("scope.target", zone)];
    let mut all = vec![("start", scope())];
    all.extend(stops(&scope));
    all.push(("zone-stop", vec![("zone_name", zone)]));
    all.push(("scale-out", vec![("zone", zone)]));
    all.push(("zone-delete", vec![("zone_name", zone)]));
    offers(cluster, all)
}

fn server_deeds(cluster: &Cluster, agent: &Address) -> Vec<Offer> {
    let named = agent.to_string();
    offers(cluster, server_forms(cluster, agent, &named))
}

fn server_forms<'a>(cluster: &Cluster, agent: &Address, named: &'a str) -> Vec<Deed<'a>> {
    // A scope names servers by the address of their agent.
    let scope = || vec![("scope.type", "SERVER"), ("scope.target", named)];
    let mut all = vec![("start", scope())];
    all.extend(stops(&scope));
    all.push(("scale-in", vec![("agent_info", named)]));
    all.push(("agent-password", vec![("agent", named)]));
    all.extend(of_proxy(cluster, agent, named));
    all
}

fn agent_deeds(cluster: &Cluster, address: &Address) -> Vec<Offer> {
    let named = address.to_string();
    let master = master(cluster).map(|agent| agent.address.to_string());
    offers(
        cluster,
        agent_forms(cluster, address, &named, master.as_deref()),
    )
}

fn agent_forms<'a>(
    cluster: &Cluster,
    address: &Address,
    named: &'a str,
    master: Option<&'a str>,
) -> Vec<Deed<'a>> {
    let known = cluster
        .agents
        .iter()
        .find(|agent| agent.address == *address);
    let identity = known.map_or("", |agent| agent.identity.as_str());
    let mut all = Vec::new();
    match identity {
        "SINGLE" => all.push(("join", vec![("agent", named)])),
        "MASTER" | "FOLLOWER" => {
            let scope = vec![("scope.type", "SERVER"), ("scope.target", named)];
            all.push(("observer-config", scope));
            if identity == "MASTER" {
                all.push(("cluster-config", vec![("master", named)]));
                all.push(("init", vec![("master", named)]));
            }
            let mut remove = vec![("ip", named)];
            if let Some(master) = master {
                remove.push(("master", master));
            }
            all.push(("remove", remove));
            return all;
        }
        _ => {}
    }
    all.push(("agent-password", vec![("agent", named)]));
    all.extend(of_proxy(cluster, address, named));
    all
}

fn cluster_deeds(cluster: &Cluster) -> Vec<Offer> {
    if cluster.is_initialised() {
        let all = || vec![("scope.type", "GLOBAL")];
        let mut deeds: Vec<Deed<'_>> = vec![("start", all())];
        // The service of all servers cannot be stopped.
        deeds.extend(stops(&all).into_iter().skip(1));
        deeds.push(("scale-out", Vec::new()));
        deeds.push(("parameter-set", Vec::new()));
        deeds.push(("tenant-create", Vec::new()));
        return offers(cluster, deeds);
    }
    let master = master(cluster).map(|agent| agent.address.to_string());
    let with = || {
        master
            .iter()
            .map(|master| ("master", master.as_str()))
            .collect()
    };
    offers(
        cluster,
        [
            ("observer-config", vec![("scope.type", "GLOBAL")]),
            ("cluster-config", with()),
            ("init", with()),
        ],
    )
}

/// The three ways of stopping: each is an offer of its own, none is preselected.
fn stops<'a>(scope: &dyn Fn() -> Vec<(&'static str, &'a str)>) -> Vec<Deed<'a>> {
    [("false", "false"), ("true", "false"), ("false", "true")]
        .into_iter()
        .map(|(terminate, force)| {
            let mut values = scope();
            values.push(("terminate", terminate));
            values.push(("force", force));
            ("stop", values)
        })
        .collect()
}

fn of_proxy<'a>(cluster: &Cluster, agent: &Address, named: &'a str) -> Vec<Deed<'a>> {
    let known = cluster.agents.iter().find(|known| known.address == *agent);
    let forms: &[&'static str] = match known.and_then(|known| known.has_proxy) {
        Some(true) => &["proxy-start", "proxy-stop", "proxy-delete"],
        _ => &["proxy-add"],
    };
    forms
        .iter()
        .map(|form| (*form, vec![("agent", named)]))
        .collect()
}

fn master(cluster: &Cluster) -> Option<&Agent> {
    cluster
        .agents
        .iter()
        .find(|agent| agent.identity == "MASTER")
}

fn offers<'a>(cluster: &Cluster, deeds: impl IntoIterator<Item = Deed<'a>>) -> Vec<Offer> {
    deeds
        .into_iter()
        .filter_map(|(name, values)| {
            let form = forms::find(name)?;
            let given: Given = values
                .iter()
                .filter_map(|(field, value)| {
                    let field = form.field(field)?;
                    Some((field.name.to_owned(), field.entry(value)))
                })
                .collect();
            let values = values
                .into_iter()
                .map(|(field, value)| (field, value.to_owned()));
            Some(Offer {
                choice: Choice::Fill(Filling {
                    form: form.name,
                    values: values.collect(),
                }),
                title: (form.deed)(&given, Some(cluster)),
                hint: t!(form.title).into_owned(),
            })
        })
        .collect()
}
