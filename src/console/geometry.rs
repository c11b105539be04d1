//! How much room the view has given to what scrolls. It comes back to the
//! model as a message, so that half a page and `G` know their size.

/// Rows and columns of something that scrolls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Columns inside borders.
    pub width: u16,
    /// Rows inside borders.
    pub height: u16,
}

/// The rooms of one frame; zero where something is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Geometry {
    /// The whole screen between header and footer.
    pub body: Room,
    /// The cluster pane.
    pub cluster: Room,
    /// Rows of zones and servers.
    pub zones: Room,
    /// Rows of proxies.
    pub proxies: Room,
    /// Rows of tasks, in the pane or on the full screen.
    pub tasks: Room,
    /// Rows of a list that fills the screen.
    pub rows: Room,
    /// Lines of the row that is opened.
    pub detail: usize,
    /// Whether the panes stand side by side.
    pub together: bool,
}
