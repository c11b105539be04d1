//! What a press of the pointer's button does: it selects, and on what is
//! selected it does what `enter` does.

use super::action::Action;
use super::effect::Effect;
use super::model::Model;
use super::nav::Screen;
use super::panes::Pane;
use super::walk;

/// What is drawn under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The pane, on the screen that has panes.
    pub pane: Option<Pane>,
    /// The row, counted from the first one that is shown.
    pub row: Option<usize>,
}

/// Selects what is there.
pub(super) fn press(model: &mut Model, spot: Spot) -> Vec<Effect> {
    let elsewhere = spot.pane.filter(|pane| *pane != model.screens.panes.focus);
    if let Some(pane) = elsewhere {
        walk::focus(model, pane);
    }
    let Some(row) = spot.row else {
        return Vec::new();
    };
    let same = select(model, row).is_some_and(|same| same);
    if same && elsewhere.is_none() {
        return super::act::act(model, Action::Open);
    }
    Vec::new()
}

/// Whether the row was the selected one already; `None` where there is no row.
fn select(model: &mut Model, row: usize) -> Option<bool> {
    if let Screen::Task(_) = model.screen() {
        let room = model.geometry.body;
        return model.task_mut()?.point(row, room);
    }
    if let Some((_, state)) = model.listing_mut() {
        let id = state.ids().get(state.list.offset() + row)?.clone();
        return Some(state.list.choose(id));
    }
    let panes = &mut model.screens.panes;
    let tasks = model.history.current().is_tasks() || panes.focus == Pane::Tasks;
    if tasks {
        let id = panes.tasks.ids().get(panes.tasks.list.offset() + row)?;
        return Some(panes.tasks.list.choose(id.clone()));
    }
    let cluster = model.data.cluster()?;
    match panes.focus {
        Pane::Zones => {
            let rows = panes.zones.rows(cluster);
            let id = rows.get(panes.zones.list.offset() + row)?;
            Some(panes.zones.list.choose(id.clone()))
        }
        Pane::Proxies => {
            let proxy = cluster.proxies.get(panes.proxies.offset() + row)?;
            Some(panes.proxies.choose(proxy.address.clone()))
        }
        Pane::Tasks | Pane::Cluster => None,
    }
}
