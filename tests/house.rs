//! The rule of the house: a floor uses only the floors below it, rooms on one
//! floor do not see each other, files stay small, and nothing outside the
//! tests gives up by panicking.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// Longest file that still holds one idea.
const LINES: usize = 500;

/// Rooms by floor, from the ground up.
const FLOORS: [&[&str]; 8] = [
    &["base"],
    &["fleet"],
    &["wire", "sim"],
    &["config"],
    &["link", "setup"],
    &["console", "term"],
    &["view"],
    &["faces"],
];

/// `setup` may use its neighbour `link`.
const NEIGHBOURS: [(&str, &str); 1] = [("setup", "link")];

const GIVE_UP: [&str; 8] = [
    ".unwrap()",
    ".unwrap_err()",
    ".expect(",
    ".expect_err(",
    "panic!(",
    "todo!(",
    "unimplemented!(",
    "unreachable!(",
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// What is wrong with one source file; `path` is relative to `src`. `tests_only`
/// is true for a file that only `#[cfg(test)]` declares.
fn faults(path: &str, text: &str, tests_only: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > LINES {
        faults.push(format!("{path}: {lines} lines, {LINES} are allowed"));
    }
    let code = without_comments_and_strings(text);
    let room = path.split(['/', '.']).next().unwrap_or_default();
    if let Some(own) = floor(room) {
        for used in rooms_used(&code) {
            let Some(other) = floor(&used) else {
                faults.push(format!("{path}: uses `crate::{used}`, which is no room"));
                continue;
            };
            let allowed =
                used == room || other < own || NEIGHBOURS.contains(&(room, used.as_str()));
            if !allowed {
                faults.push(format!(
                    "{path}: floor {own} ({room}) uses floor {other} ({used})"
                ));
            }
        }
    } else if !matches!(room, "lib" | "main") {
        faults.push(format!("{path}: `{room}` is no room of the house"));
    }
    if !tests_only {
        for (at, line) in product_lines(&code) {
            for word in GIVE_UP {
                if line.contains(word) {
                    faults.push(format!("{path}:{at}: `{word}` outside the tests"));
                }
            }
        }
    }
    faults
}

/// The files that this one declares under `#[cfg(test)]`, relative to `src`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let code = without_comments_and_strings(text);
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.trim_end_matches(".rs");
    let base = match (folder, stem) {
        ("", "lib" | "main") => String::new(),
        (folder, "mod") => format!("{folder}/"),
        ("", stem) => format!("{stem}/"),
        (folder, stem) => format!("{folder}/{stem}/"),
    };
    let mut found = Vec::new();
    for (at, mark) in code.match_indices("#[cfg(test)]") {
        let rest = code[at + mark.len()..].trim_start();
        let rest = rest.strip_prefix("pub").map_or(rest, str::trim_start);
        let rest = rest.strip_prefix("(crate)").map_or(rest, str::trim_start);
        let rest = rest.strip_prefix("(super)").map_or(rest, str::trim_start);
        if let Some(rest) = rest.strip_prefix("mod ") {
            let name = word(rest);
            if rest[name.len()..].trim_start().starts_with(';') {
                found.push(format!("{base}{name}.rs"));
                found.push(format!("{base}{name}/"));
            }
        }
    }
    found
}

/// Lines with their numbers, without items under `#[cfg(test)]`.
fn product_lines(code: &str) -> Vec<(usize, &str)> {
    let mut kept = Vec::new();
    let mut skipping = false;
    let mut depth = 0_i64;
    let mut opened = false;
    for (index, line) in code.lines().enumerate() {
        if !skipping && line.trim_start().starts_with("#[cfg(test)]") {
            (skipping, depth, opened) = (true, 0, false);
        }
        if !skipping {
            kept.push((index + 1, line));
            continue;
        }
        for c in line.chars() {
            match c {
                '{' => {
                    depth += 1;
                    opened = true;
                }
                '}' => depth -= 1,
                ';' if !opened => {
                    // `#[cfg(test)] mod tests;`
                    skipping = false;
                }
                _ => {}
            }
        }
        if opened && depth == 0 {
            skipping = false;
        }
    }
    kept
}

/// The first segments behind `crate::` and `obdeck::`, also in braces.
fn rooms_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for root in ["crate::", "obdeck::"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &code[at + root.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                used.extend(first_segments(group));
            } else {
                used.push(word(rest));
            }
        }
    }
    used.retain(|room| !room.is_empty());
    used.sort();
    used.dedup();
    used
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// First segments of the members of a brace group whose `{` is already gone.
fn first_segments(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut segments = Vec::new();
    let mut start = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                segments.push(word(group[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                segments.push(word(group[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    segments
}

/// The code with comments and the insides of literals blanked; line breaks stay.
fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let end = if rest.starts_with(&['/', '/']) {
            rest.iter().position(|c| *c == '\n')
        } else if rest.starts_with(&['/', '*']) {
            Some(block_comment(rest))
        } else if rest[0] == '"' {
            Some(string(rest))
        } else if let Some(hashes) = raw_string(&chars, at) {
            Some(raw_end(rest, hashes))
        } else if rest[0] == '\'' {
            Some(quote(rest))
        } else {
            Some(0)
        };
        let end = end.unwrap_or(rest.len());
        if end == 0 {
            out.push(rest[0]);
            at += 1;
        } else {
            out.extend(rest[..end].iter().filter(|c| **c == '\n'));
            at += end;
        }
    }
    out
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The number of `#` when a raw string begins here.
fn raw_string(chars: &[char], at: usize) -> Option<usize> {
    if chars[at] != 'r' || at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

fn raw_end(rest: &[char], hashes: usize) -> usize {
    let mut at = hashes + 2;
    while at < rest.len() {
        let closes =
            rest[at] == '"' && rest[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    rest.len()
}

/// A character literal; a lifetime is left as it is.
fn quote(rest: &[char]) -> usize {
    match rest {
        [_, '\\', ..] => rest[2..]
            .iter()
            .skip(1)
            .position(|c| *c == '\'')
            .map_or(0, |at| at + 4),
        [_, _, '\'', ..] => 3,
        _ => 0,
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_house_stands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 20, "only {} files found", files.len());
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|file| {
            let path = file.strip_prefix(&root).expect("below src");
            let text = fs::read_to_string(file).expect("a source file is text");
            (path.to_string_lossy().into_owned(), text)
        })
        .collect();
    let only_tests: Vec<String> = texts
        .iter()
        .flat_map(|(path, text)| test_modules(path, text))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in &texts {
        let tests_only = only_tests
            .iter()
            .any(|test| path == test || test.ends_with('/') && path.starts_with(test));
        wrong.extend(faults(path, text, tests_only));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).expect("src can be read") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(floor(&name).is_some(), "src/{name} is no room of the house");
        }
    }
}

/// A check that cannot fail is a defect: each rule meets one that breaks it.
#[test]
fn the_check_sees_each_fault() {
    let bad: [(&str, &str, &str); 12] = [
        (
            "fleet/a.rs",
            "use crate::link::Ask;",
            "(fleet) uses floor 4 (link)",
        ),
        (
            "wire/a.rs",
            "use crate::sim::Sim;",
            "(wire) uses floor 2 (sim)",
        ),
        (
            "sim/a.rs",
            "fn f() { crate::wire::g(); }",
            "(sim) uses floor 2 (wire)",
        ),
        (
            "console/a.rs",
            "use crate::{\n  base::{A, B},\n  term::C,\n};",
            "(console) uses floor 5 (term)",
        ),
        (
            "term/mod.rs",
            "use crate::console;",
            "(term) uses floor 5 (console)",
        ),
        (
            "view/a.rs",
            "use crate::faces::exit;",
            "(view) uses floor 7 (faces)",
        ),
        ("base/a.rs", "use crate::cellar::Wine;", "which is no room"),
        ("attic/a.rs", "", "`attic` is no room"),
        (
            "base/a.rs",
            "fn f() {\n    g().unwrap();\n}",
            "base/a.rs:2: `.unwrap()`",
        ),
        ("base/a.rs", "fn f() { panic!(\"x\") }", "`panic!(`"),
        (
            "base/a.rs",
            "#[cfg(test)]\nmod tests;\nfn f() { g.expect(\"x\") }",
            "base/a.rs:3",
        ),
        (
            "base/a.rs",
            "#[cfg(test)]\nmod t { fn f() { \"}\"; } }\nfn f() { todo!() }",
            "base/a.rs:3",
        ),
    ];
    for (path, text, said) in bad {
        let found = faults(path, text, false);
        assert!(
            found.iter().any(|fault| fault.contains(said)),
            "{path}: {text}\ngave {found:?}"
        );
    }
    let long = "// one line\n".repeat(LINES + 1);
    assert_eq!(faults("base/a.rs", &long, false).len(), 1);
}

#[test]
fn the_check_lets_the_good_pass() {
    let good: [(&str, &str); 9] = [
        (
            "faces/a.rs",
            "use crate::{base::A, sim::Sim, view, faces::exit};",
        ),
        (
            "link/a.rs",
            "use crate::wire::obshell; use crate::link::Ask;",
        ),
        ("setup/a.rs", "use crate::link::Ask;"),
        (
            "wire/a.rs",
            "// use crate::sim::Sim;\n/* crate::link */ fn f() {}",
        ),
        ("wire/a.rs", "fn f() -> &'static str { \"crate::sim::x\" }"),
        (
            "wire/a.rs",
            "fn f() -> &'static str { r#\"say \"panic!(\" \"# }",
        ),
        (
            "base/a.rs",
            "fn f(c: char) -> bool { c == '\"' }\n// .unwrap()",
        ),
        (
            "base/a.rs",
            "#[cfg(test)]\nmod tests {\n  fn f() { g().unwrap(); }\n}\n",
        ),
        ("main.rs", "fn main() { obdeck::faces::run() }"),
    ];
    for (path, text) in good {
        assert_eq!(
            faults(path, text, false),
            Vec::<String>::new(),
            "{path}: {text}"
        );
    }
}

#[test]
fn a_file_that_only_tests_see_may_give_up() {
    let declared = "mod a;\n#[cfg(test)]\nmod fixtures;\n#[cfg(test)]\nmod tests { fn f() {} }\n";
    let found = test_modules("console/task/mod.rs", declared);
    assert_eq!(
        found,
        ["console/task/fixtures.rs", "console/task/fixtures/"]
    );
    assert_eq!(
        test_modules("link/poll.rs", "#[cfg(test)]\nmod tests;"),
        ["link/poll/tests.rs", "link/poll/tests/"]
    );
    let text = "fn f() { g().unwrap(); }";
    assert_eq!(faults("base/a.rs", text, true), Vec::<String>::new());
    assert_eq!(faults("base/a.rs", text, false).len(), 1);
}
