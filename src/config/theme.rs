//! A theme as plain data: what a file says, before it meets a terminal.

use std::collections::BTreeMap;

/// A colour as a theme names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own.
    Default,
    /// One of 16 of the user's palette.
    Ansi(u8),
    /// One of 256.
    Indexed(u8),
    /// 24 bits.
    Rgb(u8, u8, u8),
}

/// How one semantic name looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Foreground.
    pub fg: Option<Colour>,
    /// Background.
    pub bg: Option<Colour>,
    /// Bold.
    pub bold: bool,
    /// Dim.
    pub dim: bool,
    /// Reverse.
    pub reverse: bool,
    /// Underlined.
    pub underline: bool,
}

/// A theme: a face for each name. Names that are missing look like the default theme's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// Its own name.
    pub name: String,
    /// Faces by semantic name (`view::theme::Name`).
    pub faces: BTreeMap<String, Face>,
}
