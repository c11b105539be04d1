//! How many colours the terminal shows, and which characters.

/// How many colours there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: glyphs, words, bold and reverse must do.
    Mono,
    /// The sixteen of ANSI.
    Ansi16,
    /// The palette of xterm.
    Ansi256,
    /// 24 bit.
    True,
}

/// Which characters there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Charset {
    /// All.
    Utf8,
    /// The ASCII twins.
    Ascii,
}

impl Depth {
    /// Finds out from the environment; `no_color` is the flag, which wins.
    pub fn detect(no_color: bool, env: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name: &str| env(name).unwrap_or_default().to_ascii_lowercase();
        if no_color || !word("NO_COLOR").is_empty() {
            return Self::Mono;
        }
        let term = word("TERM");
        let has = |part: &str| term.contains(part);
        if matches!(word("COLORTERM").as_str(), "truecolor" | "24bit") || has("direct") {
            Self::True
        } else if ["kitty", "alacritty", "ghostty", "wezterm", "foot"]
            .iter()
            .any(|t| has(t))
        {
            Self::True
        } else if has("256") || matches!(word("TERM_PROGRAM").as_str(), "apple_terminal") {
            Self::Ansi256
        } else if has("mono") || term == "vt100" || term == "vt220" || term == "dumb" {
            Self::Mono
        } else {
            Self::Ansi16
        }
    }
}

impl Charset {
    /// Finds out from the environment; `ascii` is the flag, which wins. The
    /// locale's own order counts: `LC_ALL`, `LC_CTYPE`, `LANG`; none of them
    /// set is today a bare container in a UTF-8 terminal.
    pub fn detect(ascii: bool, env: impl Fn(&str) -> Option<String>) -> Self {
        if ascii {
            return Self::Ascii;
        }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .filter_map(|name| env(name))
            .find(|value| !value.is_empty());
        match locale {
            Some(value) => {
                let value = value.to_ascii_lowercase().replace('-', "");
                if value.contains("utf8") {
                    Self::Utf8
                } else {
                    Self::Ascii
                }
            }
            None => Self::Utf8,
        }
    }
}

/// The colour of xterm's palette nearest to a 24-bit one.
#[must_use]
pub fn nearest_256((r, g, b): (u8, u8, u8)) -> u8 {
    let step = |v: u8| -> (u8, i32) {
        (0..6u8)
            .map(|i| (i, CUBE[usize::from(i)]))
            .min_by_key(|&(_, level)| (level - i32::from(v)).abs())
            .unwrap_or((0, 0))
    };
    let ((ri, rl), (gi, gl), (bi, bl)) = (step(r), step(g), step(b));
    let mean = (i32::from(r) + i32::from(g) + i32::from(b)) / 3;
    let grey = ((mean - 3) / 10).clamp(0, 23);
    let level = 8 + 10 * grey;
    let here = (r, g, b);
    if distance(here, (level, level, level)) < distance(here, (rl, gl, bl)) {
        232 + grey as u8
    } else {
        16 + 36 * ri + 6 * gi + bi
    }
}

/// The colour of the sixteen nearest to a 24-bit one, by xterm's values.
#[must_use]
pub fn nearest_16(rgb: (u8, u8, u8)) -> u8 {
    (0..16u8)
        .min_by_key(|&i| distance(rgb, ANSI[usize::from(i)]))
        .unwrap_or(7)
}

const CUBE: [i32; 6] = [0, 95, 135, 175, 215, 255];
const ANSI: [(i32, i32, i32); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

fn distance((r, g, b): (u8, u8, u8), (x, y, z): (i32, i32, i32)) -> i32 {
    let (r, g, b) = (i32::from(r) - x, i32::from(g) - y, i32::from(b) - z);
    2 * r * r + 4 * g * g + 3 * b * b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_depth_of_known_terminals() {
        let cases: [(&[(&str, &str)], Depth); 8] = [
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Depth::True,
            ),
            (&[("TERM", "tmux-256color")], Depth::Ansi256),
            (&[("TERM", "xterm")], Depth::Ansi16),
            (&[("TERM", "linux")], Depth::Ansi16),
            (&[], Depth::Ansi16),
            (&[("TERM", "vt100")], Depth::Mono),
            (&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")], Depth::Mono),
            (&[("TERM", "xterm-kitty"), ("NO_COLOR", "")], Depth::True),
        ];
        for (pairs, depth) in cases {
            assert_eq!(Depth::detect(false, env(pairs)), depth, "{pairs:?}");
        }
        assert_eq!(Depth::detect(true, env(cases[0].0)), Depth::Mono);
    }

    #[test]
    fn the_locale_chooses_the_glyphs() {
        let of = |pairs: &[(&str, &str)]| Charset::detect(false, env(pairs));
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), Charset::Utf8);
        assert_eq!(of(&[("LANG", "C.utf8")]), Charset::Utf8);
        assert_eq!(
            of(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]),
            Charset::Ascii
        );
        assert_eq!(of(&[("LANG", "zh_CN.GB18030")]), Charset::Ascii);
        assert_eq!(of(&[]), Charset::Utf8);
        assert_eq!(Charset::detect(true, env(&[])), Charset::Ascii);
    }

    #[test]
    fn palette_colours_find_themselves() {
        for i in 0..6 {
            for j in 0..6 {
                let (r, b) = (CUBE[i] as u8, CUBE[j] as u8);
                assert_eq!(nearest_256((r, 0, b)), (16 + 36 * i + j) as u8);
            }
        }
        assert_eq!(nearest_256((128, 128, 128)), 244);
        assert_eq!(nearest_16((255, 0, 0)), 9);
        assert_eq!(nearest_16((1, 2, 3)), 0);
    }
}
