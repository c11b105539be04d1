//! What keys do in a table.

use super::action::Action;
use super::model::Model;
use super::nav::Screen;
use super::table::Table;
use super::walk::step;

/// Opens a table with a filter.
pub fn show(model: &mut Model, table: Table, filter: String) {
    model.open(Screen::Table(table));
    if let Some(screen) = model.screens.tables.get_mut(&table) {
        screen.filter = filter;
        screen.opened = false;
    }
}

/// Lets the selected row fill the screen, or the rows again.
pub fn open(model: &mut Model, table: Table) {
    if let Some(screen) = model.screens.tables.get_mut(&table) {
        screen.opened = !screen.opened;
        screen.scroll = 0;
    }
}

/// Closes what is opened of a table, then its filter; false if there is neither.
pub fn close(model: &mut Model) -> bool {
    let Screen::Table(table) = model.history.current() else {
        return false;
    };
    let Some(screen) = model.screens.tables.get_mut(table) else {
        return false;
    };
    if screen.opened {
        screen.opened = false;
        return true;
    }
    let filtered = !screen.filter.is_empty();
    screen.filter.clear();
    filtered
}

/// What is copied of the selected row.
pub fn copied(model: &Model, table: Table) -> Option<String> {
    let sheet = table.sheet(model);
    let screen = model.screens.tables.get(&table)?;
    screen.selected(&sheet).map(|line| line.copy.clone())
}

/// Moves in a table, or through what is opened of it.
pub fn walk(model: &mut Model, table: Table, action: Action) {
    let sheet = table.sheet(model);
    let (room, lines) = (model.geometry.table, model.geometry.detail);
    let Some(screen) = model.screens.tables.get_mut(&table) else {
        return;
    };
    if screen.opened {
        let last = lines.saturating_sub(usize::from(room.height));
        step(&mut screen.scroll, action, last + 1, room.height);
        return;
    }
    let ids = screen.ids(&sheet);
    screen.list.act(action, &ids, room.height);
}
