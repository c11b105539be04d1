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
        let declared = matches!(word("COLORTERM").as_str(), "truecolor" | "24bit");
        let able = ["direct", "kitty", "alacritty", "ghostty", "wezterm", "foot"];
        if declared || able.iter().any(|name| has(name)) {
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
}
