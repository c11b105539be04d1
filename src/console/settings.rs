//! What was decided before the session began.

use crate::fleet::task::Source;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::theme::Theme;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None: `NO_COLOR`, `--no-color` or a terminal without.
    None,
    /// The sixteen of the user's own palette.
    #[default]
    Sixteen,
    /// 256.
    Indexed,
    /// 24 bits.
    True,
}

/// Where the session points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Name of the context, or the address it was opened with.
    pub name: String,
    /// Who answers, before anything has answered.
    pub endpoint: String,
    /// Whether the configuration calls it production.
    pub production: bool,
    /// Whether a platform over many clusters answers.
    pub platform: bool,
    /// When what it shows was taken, for a file: time stands still there.
    pub saved_at: Option<Timestamp>,
}

/// Choices that hold for the whole session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// No request that changes anything may be sent.
    pub read_only: bool,
    /// Glyphs and lines of plain ASCII only.
    pub ascii: bool,
    /// How many colours there are.
    pub colours: Colours,
    /// Colours and weights by semantic name; a name without one looks as usual.
    pub theme: Theme,
    /// Where times of day are told; `None` for the system's time zone.
    pub zone: Option<TimeZone>,
    /// Where it points; `None` shows the welcome page.
    pub place: Option<Place>,
}

impl Settings {
    /// Which API answers.
    #[must_use]
    pub fn source(&self) -> Source {
        match &self.place {
            Some(place) if place.platform => Source::Ocp,
            _ => Source::Obshell,
        }
    }
}
