//! The recordings: see `captures/README.md`.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Every recorded file with that ending, and its content. The list is never empty.
pub fn files(extension: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/captures");
    let mut found = Vec::new();
    collect(&root, extension, &mut found);
    found.sort();
    assert!(
        !found.is_empty(),
        "no .{extension} below {}",
        root.display()
    );
    found
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|have| have == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// Every recorded exchange.
pub fn exchanges() -> Vec<(PathBuf, Value)> {
    let parsed = |(path, text): (PathBuf, String)| {
        let value = serde_json::from_str(&text).unwrap();
        (path, value)
    };
    files("json").into_iter().map(parsed).collect()
}

/// The recorded exchange of that name.
pub fn exchange(name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/captures");
    let text = std::fs::read_to_string(root.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// `data` of the recorded exchange of that name.
pub fn data(name: &str) -> Value {
    exchange(name)["response"]["body"]["data"].take()
}

/// The body as it came over the wire.
pub fn body(exchange: &Value) -> Vec<u8> {
    match &exchange["response"]["body"] {
        Value::String(text) => text.clone().into_bytes(),
        value => serde_json::to_vec(value).unwrap(),
    }
}
