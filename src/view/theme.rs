//! The names by which every drawing asks for a style, and how they degrade
//! with the terminal. No other file of the view names a colour.

use std::path::Path;
use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};

use crate::config::theme::{BUILT_IN, Colour, DEFAULT, Face, Theme as Faces};
use crate::console::Colours;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        /// A semantic name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Name { $($(#[$doc])* $name),* }

        /// Every name, as theme files write it.
        pub const NAMES: &[(&str, Name)] = &[$(($word, Name::$name)),*];
    };
}

names! {
    /// Ordinary text.
    Text = "text",
    /// What may be overlooked: help, units, finished work.
    Dim = "dim",
    /// Headings and the name of where one is.
    Title = "title",
    /// The focused border and what leads the eye.
    Accent = "accent",
    /// Borders and rules without focus.
    Border = "border",
    /// The selected row.
    Selected = "selected",
    /// A key in the last line and in help.
    Key = "key",
    /// Letters that a filter or a search matched.
    Match = "match",
    /// Works now.
    Running = "running",
    /// Reached its end.
    Done = "done",
    /// Failed.
    Failed = "failed",
    /// Its turn has not come.
    Pending = "pending",
    /// Waits for another.
    Waiting = "waiting",
    /// Needs the operator.
    Warning = "warning",
    /// Stopped, cancelled, skipped because somebody wanted it.
    Stopped = "stopped",
    /// A state that nobody knows.
    Unknown = "unknown",
    /// Data that is old.
    Stale = "stale",
    /// The word READ-ONLY.
    ReadOnly = "read_only",
    /// The word PRODUCTION and its frame.
    Production = "production",
    /// A field that can be typed into.
    Field = "field",
    /// The field that has the cursor.
    FieldFocus = "field_focus",
    /// The button that sends, and what destroys.
    Button = "button",
}

/// A style for each name, as this terminal can show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; NAMES.len()],
}

impl Theme {
    /// Fits a theme to what the terminal shows. Without colours every colour
    /// becomes the terminal's own, so that nothing is printed that would reset
    /// bold and reverse.
    #[must_use]
    pub fn resolve(faces: &Faces, colours: Colours) -> Self {
        let mut styles = [Style::new(); NAMES.len()];
        for ((word, name), style) in NAMES.iter().zip(&mut styles) {
            let face = faces.faces.get(*word).or_else(|| USUAL.faces.get(*word));
            *style = fit(face.copied().unwrap_or_default(), *name, colours);
        }
        Self { styles }
    }

    /// The style of a name.
    #[must_use]
    pub fn style(&self, name: Name) -> Style {
        self.styles[name as usize]
    }
}

/// What a name looks like where a theme says nothing of it.
static USUAL: LazyLock<Faces> = LazyLock::new(|| {
    let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
    let text = BUILT_IN
        .iter()
        .find(|(name, _)| *name == DEFAULT)
        .map_or("", |(_, text)| text);
    // A test holds that the built-in text can be read.
    Faces::parse(Path::new("default.toml"), text, &names).unwrap_or_default()
});

fn fit(face: Face, name: Name, colours: Colours) -> Style {
    let mut style = Style::new();
    for (on, modifier) in [
        (face.bold, Modifier::BOLD),
        (face.dim, Modifier::DIM),
        (face.reverse, Modifier::REVERSED),
        (face.underline, Modifier::UNDERLINED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    if colours == Colours::None {
        // A background is all that marks these in colour; without it they need reverse.
        if face.bg.is_some() || name == Name::Selected {
            style = style.add_modifier(Modifier::REVERSED);
        }
        return style;
    }
    if let Some(fg) = face.fg {
        style = style.fg(nearest(fg, colours));
    }
    match face.bg {
        // The nearest of sixteen to a soft background is often black: reverse is sure.
        Some(Colour::Rgb(..) | Colour::Indexed(_)) if colours == Colours::Sixteen => {
            style = style.add_modifier(Modifier::REVERSED);
        }
        Some(bg) => style = style.bg(nearest(bg, colours)),
        None => {}
    }
    style
}

fn nearest(colour: Colour, colours: Colours) -> Color {
    match (colour, colours) {
        (Colour::Default, _) | (_, Colours::None) => Color::Reset,
        (Colour::Ansi(number), _) => ansi(number),
        (Colour::Indexed(number), Colours::Sixteen) => {
            let (r, g, b) = of_indexed(number);
            to_sixteen(r, g, b)
        }
        (Colour::Indexed(number), _) => Color::Indexed(number),
        (Colour::Rgb(r, g, b), Colours::True) => Color::Rgb(r, g, b),
        (Colour::Rgb(r, g, b), Colours::Indexed) => Color::Indexed(to_indexed(r, g, b)),
        (Colour::Rgb(r, g, b), Colours::Sixteen) => to_sixteen(r, g, b),
    }
}

/// The sixteen in their order, with the colours most terminals give them.
const SIXTEEN: [(Color, u8, u8, u8); 16] = [
    (Color::Black, 0, 0, 0),
    (Color::Red, 205, 0, 0),
    (Color::Green, 0, 205, 0),
    (Color::Yellow, 205, 205, 0),
    (Color::Blue, 0, 0, 238),
    (Color::Magenta, 205, 0, 205),
    (Color::Cyan, 0, 205, 205),
    (Color::Gray, 229, 229, 229),
    (Color::DarkGray, 127, 127, 127),
    (Color::LightRed, 255, 0, 0),
    (Color::LightGreen, 0, 255, 0),
    (Color::LightYellow, 255, 255, 0),
    (Color::LightBlue, 92, 92, 255),
    (Color::LightMagenta, 255, 0, 255),
    (Color::LightCyan, 0, 255, 255),
    (Color::White, 255, 255, 255),
];

fn ansi(number: u8) -> Color {
    SIXTEEN[usize::from(number % 16)].0
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    [(a.0, b.0), (a.1, b.1), (a.2, b.2)]
        .iter()
        .map(|(x, y)| u32::from(x.abs_diff(*y)).pow(2))
        .sum()
}

fn to_sixteen(r: u8, g: u8, b: u8) -> Color {
    SIXTEEN
        .iter()
        .min_by_key(|(_, r2, g2, b2)| distance((r, g, b), (*r2, *g2, *b2)))
        .map_or(Color::Reset, |(colour, ..)| *colour)
}

const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn of_indexed(number: u8) -> (u8, u8, u8) {
    match number {
        0..16 => {
            let (_, r, g, b) = SIXTEEN[usize::from(number)];
            (r, g, b)
        }
        16..232 => {
            let cube = usize::from(number - 16);
            (STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6])
        }
        _ => {
            let grey = 8 + 10 * (number - 232);
            (grey, grey, grey)
        }
    }
}

fn to_indexed(r: u8, g: u8, b: u8) -> u8 {
    (16..=255u8)
        .min_by_key(|number| distance((r, g, b), of_indexed(*number)))
        .unwrap_or(15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faces(name: &str, face: Face) -> Faces {
        Faces {
            name: "test".into(),
            faces: [(name.to_owned(), face)].into(),
        }
    }

    #[test]
    fn a_colour_steps_down_the_ladder() {
        let red = Face {
            fg: Some(Colour::Rgb(255, 0, 0)),
            ..Face::default()
        };
        let fg = |colours| {
            Theme::resolve(&faces("failed", red), colours)
                .style(Name::Failed)
                .fg
        };
        assert_eq!(fg(Colours::True), Some(Color::Rgb(255, 0, 0)));
        assert_eq!(fg(Colours::Indexed), Some(Color::Indexed(196)));
        assert_eq!(fg(Colours::Sixteen), Some(Color::LightRed));
        assert_eq!(fg(Colours::None), None);
    }

    #[test]
    fn the_selected_row_shows_without_colour() {
        let theme = Theme::resolve(&faces("selected", Face::default()), Colours::None);
        assert!(
            theme
                .style(Name::Selected)
                .add_modifier
                .contains(Modifier::REVERSED)
        );
    }

    #[test]
    fn the_built_in_theme_says_something_of_every_name() {
        for (word, _) in NAMES {
            assert!(USUAL.faces.contains_key(*word), "{word}");
        }
    }

    #[test]
    fn every_built_in_theme_is_read_and_tells_good_from_bad_without_red_and_green() {
        let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
        for (name, text) in BUILT_IN {
            let theme = Faces::parse(Path::new("built-in.toml"), text, &names).unwrap();
            assert_eq!(theme.name, *name);
            for word in &names {
                assert!(theme.faces.contains_key(*word), "{name}: {word}");
            }
            if *name == DEFAULT {
                continue;
            }
            let rgb = |word: &str| match theme.faces[word].fg {
                Some(Colour::Rgb(red, green, blue)) => (red, green, blue),
                other => panic!("{name}: {word} is {other:?}"),
            };
            let (good, bad) = (rgb("done"), rgb("failed"));
            assert!(good.2 > good.0 && good.2 > good.1, "{name}: {good:?}");
            assert!(bad.0 > bad.1 && bad.1 > bad.2, "{name}: {bad:?}");
        }
    }

    #[test]
    fn each_name_finds_its_own_style() {
        for (index, (_, name)) in NAMES.iter().enumerate() {
            assert_eq!(*name as usize, index);
        }
    }
}
