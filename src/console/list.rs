//! A list whose selection is an id, never an index: rows may come and go
//! under it and the cursor stays on its row.

use super::action::Action;

/// Selection and scroll of a list.
#[derive(Clone, Debug)]
pub struct List<Id> {
    selected: Option<Id>,
    index: usize,
    offset: usize,
}

impl<Id> Default for List<Id> {
    fn default() -> Self {
        Self {
            selected: None,
            index: 0,
            offset: 0,
        }
    }
}

impl<Id: Clone + PartialEq> List<Id> {
    /// What is selected.
    #[must_use]
    pub fn selected(&self) -> Option<&Id> {
        self.selected.as_ref()
    }

    /// Its place among the rows when they were last seen.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The first row that is shown.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Selects a row by its id; it need not be there yet.
    pub fn select(&mut self, id: Id) {
        self.selected = Some(id);
    }

    /// Selects a row that is shown; whether it was the selected one already.
    pub fn choose(&mut self, id: Id) -> bool {
        let same = self.selected.as_ref() == Some(&id);
        self.selected = Some(id);
        same
    }

    /// Finds the selection again among new rows and scrolls it into view. A
    /// row that is gone gives the selection to the one that took its place.
    pub fn settle(&mut self, rows: &[Id], height: u16) {
        let found = self
            .selected
            .as_ref()
            .and_then(|id| rows.iter().position(|row| row == id));
        if let Some(index) = found {
            self.index = index;
        } else {
            self.index = self.index.min(rows.len().saturating_sub(1));
            self.selected = rows.get(self.index).cloned();
        }
        let height = usize::from(height.max(1));
        self.offset = self
            .offset
            .min(self.index)
            .max((self.index + 1).saturating_sub(height))
            .min(rows.len().saturating_sub(height));
    }

    /// Moves the selection; false if the action does not move.
    pub fn act(&mut self, action: Action, rows: &[Id], height: u16) -> bool {
        let half = usize::from((height / 2).max(1));
        let last = rows.len().saturating_sub(1);
        let index = match action {
            Action::Down => self.index.saturating_add(1),
            Action::Up => self.index.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => last,
            Action::HalfDown => self.index.saturating_add(half),
            Action::HalfUp => self.index.saturating_sub(half),
            _ => return false,
        };
        self.index = index.min(last);
        self.selected = rows.get(self.index).cloned();
        self.settle(rows, height);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_on_its_row_when_rows_come_and_go() {
        let mut list = List::default();
        list.settle(&[1, 2, 3], 2);
        assert_eq!(list.selected(), Some(&1));
        list.act(Action::Down, &[1, 2, 3], 2);
        list.settle(&[9, 8, 1, 2, 3], 2);
        assert_eq!((list.selected(), list.index()), (Some(&2), 3));
        assert_eq!(list.offset(), 2);
        list.settle(&[9, 8, 1], 2);
        assert_eq!(list.selected(), Some(&1));
        list.settle(&[], 2);
        assert_eq!(list.selected(), None);
    }
}
