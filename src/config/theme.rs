//! A theme as plain data: what a file says, before it meets a terminal.
//!
//! ```toml
//! name  = "night"                 # optional: the file's name else
//! text  = "#d8dee9"               # a colour: #rgb, #rrggbb, a name, 0 to 255, default
//! title = { fg = "white", bold = true }
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use rust_i18n::t;

use super::mistake::FileError;
use super::reader::{Doc, Place, Section};

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
#[allow(
    clippy::struct_excessive_bools,
    reason = "the attributes of a terminal are independent of each other"
)]
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

/// The theme that needs no file and stands in where a theme says nothing.
pub const DEFAULT: &str = "default";

/// The built-in themes: name and text.
pub const BUILT_IN: &[(&str, &str)] = &[
    (DEFAULT, include_str!("../../themes/default.toml")),
    (
        "high-contrast",
        include_str!("../../themes/high-contrast.toml"),
    ),
    ("light", include_str!("../../themes/light.toml")),
];

const COLOURS: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

impl Theme {
    /// Reads a theme file. `names` are the semantic names that there are.
    pub fn parse(file: &Path, text: &str, names: &[&str]) -> Result<Self, FileError> {
        let doc = Doc::new(file, text);
        let table = doc.parse();
        let stem = file.file_stem().unwrap_or_default();
        let mut theme = Self {
            name: stem.to_string_lossy().into_owned(),
            faces: BTreeMap::new(),
        };
        for (name, place) in Section::root(&doc, &table).entries() {
            if name == "name" {
                if let Some(name) = place.text() {
                    name.clone_into(&mut theme.name);
                }
            } else if !names.contains(&name) {
                place.wrong(
                    &t!("an unknown key"),
                    &format!("name, {}", names.join(", ")),
                );
            } else if let Some(face) = face(&place) {
                theme.faces.insert(name.to_owned(), face);
            }
        }
        let mistakes = doc.into_mistakes();
        if mistakes.is_empty() {
            Ok(theme)
        } else {
            Err(FileError::Mistakes(mistakes))
        }
    }

    /// A theme by name: one of the user's folder, else a built-in one. `None`:
    /// there is none of that name. What it leaves out comes from the default.
    pub fn load(
        name: &str,
        folder: Option<&Path>,
        names: &[&str],
    ) -> Result<Option<Self>, FileError> {
        let mut theme = match Self::text(name, folder)? {
            Some((file, text)) => Self::parse(&file, &text, names)?,
            None => return Ok(None),
        };
        for (default, text) in BUILT_IN.iter().filter(|(name, _)| *name == DEFAULT) {
            for (name, face) in Self::parse(Path::new(default), text, names)?.faces {
                theme.faces.entry(name).or_insert(face);
            }
        }
        Ok(Some(theme))
    }

    /// The text of a theme and where it stands.
    pub fn text(
        name: &str,
        folder: Option<&Path>,
    ) -> Result<Option<(std::path::PathBuf, String)>, FileError> {
        // A name is no path: `../x` names no theme.
        if let Some(folder) = folder.filter(|_| !name.contains(['/', '\\'])) {
            let file = folder.join(format!("{name}.toml"));
            match std::fs::read_to_string(&file) {
                Ok(text) => return Ok(Some((file, text))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(FileError::io(&file, error)),
            }
        }
        let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
        Ok(built_in.map(|(name, text)| (format!("{name}.toml").into(), (*text).to_owned())))
    }

    /// Names of all themes: the built-in ones, then the user's, each once.
    pub fn list(folder: Option<&Path>) -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        let mut own: Vec<String> = entries
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|file| file.strip_suffix(".toml").map(str::to_owned))
            .filter(|name| !names.contains(name))
            .collect();
        own.sort();
        names.append(&mut own);
        names
    }
}

fn face(place: &Place) -> Option<Face> {
    if place.value.as_table().is_none() {
        return colour(place).map(|fg| Face {
            fg: Some(fg),
            ..Face::default()
        });
    }
    let section = place.section()?;
    let of = |key| section.get(key).and_then(|place| colour(&place));
    let on = |key| {
        section
            .get(key)
            .and_then(|place| place.flag())
            .unwrap_or(false)
    };
    let face = Face {
        fg: of("fg"),
        bg: of("bg"),
        bold: on("bold"),
        dim: on("dim"),
        reverse: on("reverse"),
        underline: on("underline"),
    };
    section.close();
    Some(face)
}

fn colour(place: &Place) -> Option<Colour> {
    let found = match (place.value.as_str(), place.value.as_integer()) {
        (Some(text), _) => named(text),
        (_, Some(number)) => number.as_str().parse::<u8>().ok().map(numbered),
        _ => None,
    };
    if found.is_none() {
        let names = COLOURS.join(", ");
        place.wrong(
            &place.found(),
            &t!(
                "a colour: \"#rgb\", \"#rrggbb\", 0 to 255, default, %{names}",
                names = names
            ),
        );
    }
    found
}

fn numbered(number: u8) -> Colour {
    if number < 16 {
        Colour::Ansi(number)
    } else {
        Colour::Indexed(number)
    }
}

fn named(text: &str) -> Option<Colour> {
    if text == "default" {
        return Some(Colour::Default);
    }
    if let Some(hex) = text.strip_prefix('#') {
        if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(hex, 16).ok()?;
        let [_, r, g, b] = value.to_be_bytes();
        return match hex.len() {
            6 => Some(Colour::Rgb(r, g, b)),
            3 => {
                let [r, g, b] = [value >> 8, value >> 4, value].map(|v| (v & 15) as u8 * 17);
                Some(Colour::Rgb(r, g, b))
            }
            _ => None,
        };
    }
    let index = COLOURS.iter().position(|name| *name == text)?;
    Some(Colour::Ansi(index as u8))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 4] = ["text", "title", "failed", "selected"];

    fn parse(text: &str) -> Result<Theme, FileError> {
        Theme::parse(Path::new("themes/night.toml"), text, &NAMES)
    }

    #[test]
    fn reads_every_kind_of_colour() {
        let theme = parse(
            "text = '#fa0'\ntitle = { fg = '#102030', bg = 200, bold = true }\nfailed = { fg = 9 }\nselected = { fg = 'default', bg = 'bright-blue', reverse = true }\n",
        )
        .unwrap();
        assert_eq!(theme.name, "night");
        assert_eq!(theme.faces["text"].fg, Some(Colour::Rgb(0xff, 0xaa, 0)));
        let title = theme.faces["title"];
        assert_eq!(
            (title.fg, title.bg),
            (Some(Colour::Rgb(16, 32, 48)), Some(Colour::Indexed(200)))
        );
        assert!(title.bold && !title.dim);
        assert_eq!(theme.faces["failed"].fg, Some(Colour::Ansi(9)));
        let selected = theme.faces["selected"];
        assert_eq!(
            (selected.fg, selected.bg),
            (Some(Colour::Default), Some(Colour::Ansi(12)))
        );
    }

    #[test]
    fn every_mistake_names_file_line_and_value() {
        let text = "text = '#12'\ntitel = 'red'\nfailed = { fg = 'redd', bold = 'yes', blink = true }\nselected = 256\n";
        let FileError::Mistakes(mistakes) = parse(text).unwrap_err() else {
            panic!("not a file error");
        };
        let shown: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 6, "{shown:#?}");
        assert!(
            shown[0].starts_with("themes/night.toml:1: text: found \"#12\""),
            "{shown:#?}"
        );
        assert!(
            shown[1].contains(":2: titel") && shown[1].contains("selected"),
            "{shown:#?}"
        );
        assert!(
            shown.iter().any(|one| one.contains("failed.blink")),
            "{shown:#?}"
        );
        assert!(
            shown.iter().any(|one| one.contains("found \"redd\"")),
            "{shown:#?}"
        );
        assert!(shown[5].contains(":4: selected: found 256"), "{shown:#?}");
    }

    #[test]
    fn no_toml_is_named_with_its_line() {
        let error = parse("text = '#fff'\ntitle = = 3\n")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("themes/night.toml:2: "), "{error}");
    }

    #[test]
    fn the_users_theme_is_filled_up_from_the_default() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("night.toml"), "text = 'red'\n").unwrap();
        let all: Vec<String> = default_names();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let theme = Theme::load("night", Some(folder.path()), &all)
            .unwrap()
            .unwrap();
        assert_eq!(theme.faces["text"].fg, Some(Colour::Ansi(1)));
        assert_eq!(theme.faces.len(), all.len());
        assert_eq!(
            Theme::list(Some(folder.path())),
            ["default", "high-contrast", "light", "night"]
        );
        assert_eq!(
            Theme::load("../night", Some(folder.path()), &all).unwrap(),
            None
        );
        assert_eq!(Theme::load("dusk", None, &all).unwrap(), None);
    }

    fn default_names() -> Vec<String> {
        let table: toml::Table = BUILT_IN[0].1.parse().unwrap();
        table.keys().filter(|key| *key != "name").cloned().collect()
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            let _ = parse(&text);
            let _ = parse(&format!("text = '{text}'"));
        }
    }
}
