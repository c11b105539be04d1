//! What stands on the terminal, cell by cell. It has no size of its own: where
//! nothing was put, it is blank.

use ratatui::buffer::{Cell, CellWidth as _};
use ratatui::style::Modifier;

/// What shows although nothing is written in the cell.
const SHOWS_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

static BLANK: Cell = Cell::EMPTY;

/// Rows of cells. The second half of a wide character is a cell without any text.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// Nothing stands anywhere.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    /// A row; what is beyond its end is blank.
    pub fn row(&self, y: usize) -> &[Cell] {
        self.rows.get(y).map_or(&[], Vec::as_slice)
    }

    /// Puts one cell. What a wide character covers goes, and of one that loses a
    /// half the other half too, as on a terminal.
    pub fn put(&mut self, x: usize, y: usize, cell: &Cell) {
        let width = usize::from(cell.cell_width()).max(1);
        let row = self.reach(x + width, y);
        if is_half(&row[x]) && x > 0 && is_wide(&row[x - 1]) {
            // Hidden behind a wide character: nobody sees what is put there.
            return;
        }
        if is_wide(&row[x + width - 1])
            && let Some(orphan) = row.get_mut(x + width).filter(|cell| is_half(cell))
        {
            orphan.reset();
        }
        row[x] = plain(cell);
        for covered in &mut row[x + 1..x + width] {
            covered.reset();
            covered.set_symbol("");
        }
    }

    /// Makes a row what it is in the other grid.
    pub fn copy_row(&mut self, y: usize, from: &Self) {
        let wanted = from.row(y);
        let row = self.reach(0, y);
        row.truncate(wanted.len());
        let have = row.len();
        for (cell, wanted) in row.iter_mut().zip(wanted) {
            if cell != wanted {
                cell.clone_from(wanted);
            }
        }
        row.extend_from_slice(&wanted[have..]);
    }

    fn reach(&mut self, width: usize, y: usize) -> &mut Vec<Cell> {
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Vec::new);
        }
        let row = &mut self.rows[y];
        if row.len() < width {
            row.resize(width, Cell::EMPTY);
        }
        row
    }
}

/// A cell of a row, blank beyond its end.
pub(super) fn at(row: &[Cell], x: usize) -> &Cell {
    row.get(x).unwrap_or(&BLANK)
}

/// Nothing is seen in it but the background.
pub(super) fn is_empty(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.modifier.is_empty()
}

/// Nothing at all is seen in it.
pub(super) fn is_blank(cell: &Cell) -> bool {
    *cell == BLANK
}

/// The second half of a wide character.
pub(super) fn is_half(cell: &Cell) -> bool {
    cell.symbol().is_empty()
}

/// Whether the pen may write blanks with these modifiers.
pub(super) fn shows_on_blank(modifier: Modifier) -> bool {
    modifier.intersects(SHOWS_ON_BLANK)
}

fn is_wide(cell: &Cell) -> bool {
    cell.symbol().len() > 1 && cell.cell_width() > 1
}

/// Of a blank only what is seen counts, so that two that look alike are alike.
fn plain(cell: &Cell) -> Cell {
    let mut seen = cell.clone();
    if seen.symbol() == " " && !shows_on_blank(seen.modifier) {
        seen.reset();
        seen.set_bg(cell.bg);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(grid: &Grid) -> String {
        grid.row(0).iter().map(Cell::symbol).collect()
    }

    fn written(cells: &[(usize, &'static str)]) -> Grid {
        let mut grid = Grid::default();
        for (x, symbol) in cells {
            grid.put(*x, 0, &Cell::new(symbol));
        }
        grid
    }

    #[test]
    fn a_wide_character_has_two_halves_or_none() {
        assert_eq!(text(&written(&[(0, "租"), (2, "a")])), "租a");
        // Over its first half, over its second half together with the first, across two.
        assert_eq!(text(&written(&[(0, "租"), (0, "a")])), "a ");
        assert_eq!(text(&written(&[(0, "租"), (0, "a"), (1, "b")])), "ab");
        assert_eq!(
            text(&written(&[(0, "a"), (1, "租"), (3, "b"), (0, "户")])),
            "户 b"
        );
        assert_eq!(text(&written(&[(0, "租"), (1, "x")])), "租");
    }

    #[test]
    fn blanks_that_look_alike_are_alike() {
        let mut dim = Cell::new(" ");
        dim.modifier = Modifier::DIM | Modifier::BOLD;
        let mut grid = Grid::default();
        grid.put(3, 0, &dim);
        assert!(grid.row(0).iter().all(is_blank));
        dim.modifier |= Modifier::REVERSED;
        grid.put(3, 0, &dim);
        assert!(!is_blank(at(grid.row(0), 3)) && is_blank(at(grid.row(0), 9)));
    }
}
