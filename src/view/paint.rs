//! What every drawing needs to know besides the model: styles, glyphs, now.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::header;
use super::theme::{Name, Theme};
use crate::base::text;
use crate::console::Model;

/// Styles and glyphs for one frame.
#[derive(Clone, Debug)]
pub struct Paint {
    /// The resolved theme.
    pub theme: Theme,
    /// Plain ASCII only.
    pub ascii: bool,
    /// The time of the frame.
    pub now: Timestamp,
    /// Where times of day are told: the operator's time zone.
    pub zone: TimeZone,
    /// The data is old: everything but failures dims.
    pub stale: bool,
}

/// A sign of one column, with its ASCII twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it; the signs stand below")]
pub enum Glyph {
    Done,
    Failed,
    Running,
    Waiting,
    Pending,
    Folded,
    Unfolded,
    RollingBack,
    RolledBack,
    Skipped,
    Cancelled,
    Warning,
    Dot,
    Unknown,
    Branch,
    LastBranch,
    Trunk,
    Selected,
    Full,
    /// The used part of a gauge: thin, so that gauges in neighbouring rows stay apart.
    Used,
    /// The rest of a gauge.
    Free,
    Empty,
    Cut,
}

impl Paint {
    /// What a frame of this session is drawn with.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        Self {
            theme: Theme::resolve(&model.settings.theme, model.settings.colours),
            ascii: model.settings.ascii,
            now: model.moment(),
            zone: model.settings.zone.clone().unwrap_or_else(TimeZone::system),
            stale: header::is_stale(model),
        }
    }

    /// Makes what is written in a row look selected, all of it.
    pub fn select(&self, buffer: &mut Buffer, row: Rect) {
        let row = row.intersection(buffer.area);
        let selected = self.style(Name::Selected);
        if selected.add_modifier.contains(Modifier::REVERSED) {
            // Reversed, every colour of the row would become a patch of paper.
            for position in row.positions() {
                if let Some(cell) = buffer.cell_mut(position) {
                    cell.fg = Color::Reset;
                    cell.modifier.remove(Modifier::DIM);
                }
            }
        }
        buffer.set_style(row, selected);
    }

    /// The style of ordinary text: dim where the data is old.
    #[must_use]
    pub fn text(&self) -> Style {
        self.style(if self.stale { Name::Stale } else { Name::Text })
    }

    /// At most that many cells; what is too long loses its end.
    #[must_use]
    pub fn cut(&self, value: &str, cells: usize) -> String {
        text::cut_end_with(value, cells, self.glyph(Glyph::Cut)).into_owned()
    }

    /// At most that many cells; what is too long loses its middle.
    #[must_use]
    pub fn cut_middle(&self, value: &str, cells: usize) -> String {
        text::cut_middle_with(value, cells, self.glyph(Glyph::Cut)).into_owned()
    }

    /// The style of a name.
    #[must_use]
    pub fn style(&self, name: Name) -> Style {
        self.theme.style(name)
    }

    /// The time of day, `01:11:46`.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone())
            .strftime("%H:%M:%S")
            .to_string()
    }

    /// The sign as this terminal can show it, always one column.
    #[must_use]
    pub fn glyph(&self, glyph: Glyph) -> &'static str {
        let (sign, twin) = match glyph {
            Glyph::Done => ("✓", "v"),
            Glyph::Failed => ("✗", "x"),
            Glyph::Running => ("◉", "*"),
            Glyph::Waiting => ("⧗", "w"),
            Glyph::Pending => ("◌", "."),
            Glyph::Folded => ("▸", "+"),
            Glyph::Unfolded => ("▾", "-"),
            Glyph::RollingBack | Glyph::RolledBack => ("⟲", "<"),
            Glyph::Skipped => ("⤼", ">"),
            Glyph::Cancelled => ("⊘", "/"),
            Glyph::Warning => ("⚠", "!"),
            Glyph::Dot => ("∙", "."),
            Glyph::Unknown => ("?", "?"),
            Glyph::Branch => ("├", "|"),
            Glyph::LastBranch => ("└", "`"),
            Glyph::Trunk => ("│", "|"),
            Glyph::Selected => ("▸", ">"),
            Glyph::Full => ("█", "#"),
            Glyph::Used => ("━", "#"),
            Glyph::Free => ("─", "."),
            Glyph::Empty => ("░", "."),
            Glyph::Cut => ("⋯", "~"),
        };
        if self.ascii { twin } else { sign }
    }
}
