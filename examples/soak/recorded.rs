//! The answers that the tests keep, of both APIs.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Their bodies.
pub fn recorded() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut answers = Vec::new();
    for path in files(&root) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let recorded = text
            .lines()
            .filter_map(moment)
            .chain(exchange(&text))
            .chain(platform(&text));
        answers.extend(recorded.map(|body| body.to_string().into_bytes()));
    }
    assert!(
        !answers.is_empty(),
        "no recorded answers under {}",
        root.display()
    );
    answers
}

/// The envelope around one moment of a recorded task.
fn moment(line: &str) -> Option<Value> {
    let mut line: Value = serde_json::from_str(line).ok()?;
    let data = line.get_mut("data")?.take();
    Some(serde_json::json!({"successful": true, "status": 200, "data": data}))
}

/// The body of a recorded exchange.
fn exchange(text: &str) -> Option<Value> {
    let mut whole: Value = serde_json::from_str(text).ok()?;
    let body = whole.get_mut("response")?.get_mut("body")?.take();
    body.is_object().then_some(body)
}

/// An answer of a platform, as documented.
fn platform(text: &str) -> Option<Value> {
    let whole: Value = serde_json::from_str(text).ok()?;
    whole.get("successful").is_some().then_some(whole)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "json" || end == "jsonl")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}
