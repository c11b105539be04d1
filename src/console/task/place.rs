//! Where the cursor is, and which rows are shown around it.

use crate::fleet::task::Key;

/// Where the operator is in the rows.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The selected node: a key, because rows come and go.
    pub key: Option<Key>,
    /// The row of a reference that is selected in place of its node, counted from the top.
    pub reference: Option<usize>,
    /// Whether the operator has moved; until then the cursor goes where the work is.
    pub moved: bool,
    /// First row on the screen once the operator has moved.
    pub top: usize,
}

/// The first row to show so that the selected one is on the screen.
pub(super) fn top_for(top: usize, at: Option<usize>, height: usize, rows: usize) -> usize {
    let top = top.min(rows.saturating_sub(height));
    match at {
        Some(at) if at < top => at,
        Some(at) if at >= top + height => at + 1 - height.max(1),
        _ => top,
    }
}

/// The first row to show after the cursor has moved. A step over an edge moves the
/// rows by one; who jumps further also wants to see what is around.
pub(super) fn top_after(top: usize, at: usize, height: usize, rows: usize) -> usize {
    let last = rows.saturating_sub(height);
    let top = top.min(last);
    let end = top + height;
    if (top..end).contains(&at) {
        return top;
    }
    let around = if at == end || at + 1 == top {
        0
    } else {
        height / 4
    };
    if at < top {
        at.saturating_sub(around)
    } else {
        (at + 1 + around).saturating_sub(height.max(1)).min(last)
    }
}
