//! Whether the terminal knows more than a VT100: to take lines out and put them
//! in (`CSI M`, `CSI L`), and to go to a column (`CSI G`).

/// Names of terminals that do, up to the first `-` or `.` of `TERM`.
const SKILLED: &[&str] = &[
    "alacritty",
    "contour",
    "dvtm",
    "foot",
    "ghostty",
    "gnome",
    "hterm",
    "iterm",
    "iterm2",
    "kitty",
    "konsole",
    "linux",
    "mintty",
    "mlterm",
    "nsterm",
    "putty",
    "rxvt",
    "screen",
    "st",
    "stterm",
    "teraterm",
    "tmux",
    "vte",
    "wezterm",
    "xterm",
];

/// What is not known to be able to is written in full.
pub(super) fn is_skilled(term: Option<&str>) -> bool {
    let family = term.and_then(|term| term.split(['-', '.']).next());
    family.is_some_and(|family| SKILLED.contains(&family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_families_are_trusted() {
        for term in [
            "xterm-256color",
            "screen.xterm-256color",
            "linux",
            "tmux-direct",
        ] {
            assert!(is_skilled(Some(term)), "{term}");
        }
        for term in ["vt100", "vt220", "ansi", "stv52", "dumb", ""] {
            assert!(!is_skilled(Some(term)), "{term}");
        }
        assert!(!is_skilled(None));
    }
}
