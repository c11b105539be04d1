//! Moving about: within lists, between panes, into what is selected.

use super::action::Action;
use super::effect::Effect;
use super::list::List;
use super::listing::Listing;
use super::model::Model;
use super::nav::Screen;
use super::panes::{Pane, ZoneRow};
use super::{act, offers};
use crate::fleet::task::Source;

/// The cluster that was looked at last; from there, and on a platform where
/// none was, the overview.
pub(super) fn open_cluster(model: &mut Model) {
    let screen = match (model.source(), model.data.chosen()) {
        (Source::Obshell, _) => Screen::Cluster,
        (Source::Ocp, Some(id)) if !model.screen().is_cluster() => Screen::Managed(id.to_owned()),
        (Source::Ocp, _) => Screen::List(Listing::Clusters),
    };
    model.open(screen);
}

/// The tasks of the cluster that is looked at; from there, those of everything.
pub(super) fn open_tasks(model: &mut Model) {
    let screen = match (model.data.chosen(), model.screen()) {
        (Some(id), screen) if !screen.is_tasks() => Screen::TasksOf(id.to_owned()),
        _ => Screen::Tasks,
    };
    model.open(screen);
}

pub(super) fn walk(model: &mut Model, action: Action) {
    let rooms = model.geometry;
    if let Some((_, state)) = model.listing_mut() {
        return state.act(action, rooms.rows.height, rooms.detail);
    }
    let panes = &mut model.screens.panes;
    match model.history.current() {
        Screen::Tasks | Screen::TasksOf(_) => {
            panes.tasks.act(action, rooms.tasks.height);
        }
        Screen::Cluster | Screen::Managed(_) => match panes.focus {
            Pane::Tasks => {
                panes.tasks.act(action, rooms.tasks.height);
            }
            Pane::Zones => {
                if let Some(cluster) = model.data.cluster() {
                    let rows = panes.zones.rows(cluster);
                    panes.zones.list.act(action, &rows, rooms.zones.height);
                }
            }
            Pane::Proxies => {
                if let Some(cluster) = model.data.cluster() {
                    let rows: Vec<_> = cluster.proxies.iter().map(|p| p.address.clone()).collect();
                    panes.proxies.act(action, &rows, rooms.proxies.height);
                }
            }
            Pane::Cluster => {}
        },
        Screen::Welcome => {
            step(
                &mut model.screens.welcome,
                action,
                offers::welcome(model.screens.setup.unfinished()).len(),
                rooms.body.height,
            );
        }
        Screen::Messages => {
            let count = model.notices.all().len();
            step(
                &mut model.screens.messages,
                action,
                count,
                rooms.body.height,
            );
        }
        Screen::List(_) | Screen::Task(_) | Screen::Form(_) | Screen::Setup => {}
    }
}

/// Moves a plain number as a list moves.
pub(super) fn step(at: &mut usize, action: Action, count: usize, height: u16) {
    let rows: Vec<usize> = (0..count).collect();
    let mut list = List::default();
    list.select(*at);
    list.settle(&rows, height);
    list.act(action, &rows, height);
    *at = list.index();
}

pub(super) fn fold(model: &mut Model, unfold: bool) {
    let panes = &mut model.screens.panes;
    let selected = panes.zones.list.selected().cloned();
    if panes.focus == Pane::Zones
        && model.history.current().is_cluster()
        && let Some(row) = selected
    {
        let zone = row.zone().to_owned();
        let folded = panes.zones.folded.contains(&zone);
        match (unfold, &row) {
            (true, _) if folded => {
                panes.zones.folded.remove(&zone);
                return;
            }
            (false, ZoneRow::Zone(_)) if !folded => {
                panes.zones.folded.insert(zone);
                return;
            }
            (false, ZoneRow::Server(..) | ZoneRow::Agent(..)) => {
                panes.zones.list.select(ZoneRow::Zone(zone));
                return;
            }
            _ => {}
        }
    }
    let to = if unfold {
        panes.focus.next()
    } else {
        panes.focus.previous()
    };
    focus(model, to);
}

pub(super) fn focus(model: &mut Model, pane: Pane) {
    if model.screen().is_cluster() {
        model.screens.panes.focus = pane;
    }
}

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let panes = &mut model.screens.panes;
    let task = panes.tasks.list.selected().cloned();
    match model.history.current() {
        Screen::Tasks | Screen::TasksOf(_) => {
            if let Some(id) = task {
                model.open(Screen::Task(id));
            }
        }
        Screen::Cluster | Screen::Managed(_) => match panes.focus {
            Pane::Tasks => {
                if let Some(id) = task {
                    model.open(Screen::Task(id));
                }
            }
            Pane::Zones => open_zone_row(model),
            Pane::Proxies | Pane::Cluster => {}
        },
        Screen::Welcome => {
            let offers = offers::welcome(model.screens.setup.unfinished());
            if let Some(offer) = offers.get(model.screens.welcome) {
                return act::choose(model, offer.choice.clone());
            }
        }
        Screen::List(_) => open_row(model),
        Screen::Task(_) | Screen::Form(_) | Screen::Setup | Screen::Messages => {}
    }
    Vec::new()
}

/// A cluster opens its panes; any other row shows all that is known of it.
fn open_row(model: &mut Model) {
    let Some((listing, state)) = model.listing_mut() else {
        return;
    };
    let Some(id) = state.list.selected().cloned() else {
        return;
    };
    if listing.leads_on() {
        model.open(Screen::Managed(id));
    } else {
        state.open();
    }
}

/// A zone folds; a server that a task changes opens the task.
fn open_zone_row(model: &mut Model) {
    let Some(row) = model.screens.panes.zones.list.selected().cloned() else {
        return;
    };
    let ZoneRow::Server(_, address) = &row else {
        let folded = model.screens.panes.zones.folded.contains(row.zone());
        if matches!(row, ZoneRow::Zone(_)) {
            fold(model, folded);
        }
        return;
    };
    let task = model
        .data
        .cluster()
        .into_iter()
        .flat_map(crate::fleet::cluster::Cluster::servers)
        .find(|server| server.address == *address)
        .and_then(|server| server.task.clone());
    if let Some(id) = task {
        model.open(Screen::Task(id));
    }
}
