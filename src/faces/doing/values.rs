//! Values of a form: from `--from FILE`, then from `--set`, which wins.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::faces::exit::{Exit, Stop};
use crate::fleet::forms::{self, FieldError, Form, Given, Kind};

/// What was given.
///
/// # Errors
/// A file that cannot be read (1), a field that does not exist (2).
pub fn given(form: &'static Form, sets: &[String], from: Option<&Path>) -> Result<Given, Stop> {
    let mut given = Given::new();
    if let Some(path) = from {
        for (line, value) in read(form, path)? {
            let set = from_variable(form, &format!("{line}={value}"))?;
            forms::set(form, &mut given, &set)
                .map_err(|error| Stop::usage(format!("{}: {error}", path.display())))?;
        }
    }
    for set in sets {
        let set = &from_variable(form, set)?;
        forms::set(form, &mut given, set)
            .map_err(|error| Stop::usage(format!("--set: {error}")))?;
    }
    Ok(given)
}

/// A password may be named by a variable, so that it stands in no list of
/// processes: `--set rootPwd.env=OB_ROOT`.
fn from_variable(form: &Form, set: &str) -> Result<String, Stop> {
    let named = set
        .split_once('=')
        .and_then(|(name, variable)| Some((name.strip_suffix(".env")?, variable)))
        .filter(|(name, _)| {
            form.field(name)
                .is_some_and(|field| field.kind == Kind::Password)
        });
    let Some((name, variable)) = named else {
        return Ok(set.to_owned());
    };
    match std::env::var(variable) {
        Ok(value) => Ok(format!("{name}={value}")),
        Err(_) => Err(Stop::usage(format!(
            "{name}: the variable {variable} is not set"
        ))),
    }
}

/// Every sentence at its field.
pub fn wrong(form: &'static Form, errors: &[FieldError]) -> Stop {
    let mut message = format!("form {}:", form.name);
    for error in errors {
        let field = if error.field.is_empty() {
            form.name
        } else {
            &error.field
        };
        let _ = write!(message, "\n  {field}: {}", error.message);
    }
    let _ = write!(message, "\nobdeck do {} --help lists the fields", form.name);
    Stop::usage(message)
}

fn read(form: &Form, path: &Path) -> Result<Vec<(String, String)>, Stop> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| Stop::failed(format!("{name}: {error}")))?;
    let is_json =
        path.extension().is_some_and(|end| end == "json") || text.trim_start().starts_with('{');
    let value: Value = if is_json {
        serde_json::from_str(&text).map_err(|error| Stop::failed(format!("{name}: {error}")))?
    } else {
        toml::from_str(&text).map_err(|error| Stop::failed(format!("{name}: {error}")))?
    };
    let Value::Object(fields) = value else {
        return Err(Stop::new(
            Exit::Failed,
            format!("{name}: a table of fields is expected"),
        ));
    };
    let mut flat = Vec::new();
    for (key, value) in fields {
        match forms::zone_list(form, &key, &value) {
            Some(Ok(fields)) => flat.extend(fields),
            Some(Err(why)) => return Err(Stop::usage(format!("{name}: {key}: {why}"))),
            None => flatten(key, value, &mut flat),
        }
    }
    Ok(flat)
}

/// `{"a":{"b":1},"c":[1,2]}` as `a.b=1`, `c=1,2`; a list of tables as `c.0.x=…`.
fn flatten(key: String, value: Value, flat: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => flat.push((key, text)),
        Value::Object(fields) => {
            for (part, value) in fields {
                flatten(format!("{key}.{part}"), value, flat);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            let words: Vec<String> = items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => text,
                    other => other.to_string(),
                })
                .collect();
            flat.push((key, words.join(",")));
        }
        Value::Array(items) => {
            for (at, item) in items.into_iter().enumerate() {
                flatten(format!("{key}.{at}"), item, flat);
            }
        }
        other => flat.push((key, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::forms::Entry;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let form = forms::find("join").unwrap();
        let text = "agent = \"10.0.0.7\"\nzone = \"zone1\"\n";
        let (_kept, path) = file("join.toml", text);
        let given = given(form, &["zone=zone2".into()], Some(&path)).unwrap();
        assert_eq!(given.get("zone").and_then(Entry::text), Some("zone2"));
        assert_eq!(given.get("agent").and_then(Entry::text), Some("10.0.0.7"));
    }

    #[test]
    fn faults_are_told_apart() {
        let form = forms::find("join").unwrap();
        let (_kept, path) = file("join.json", "{\"agent\": ");
        assert_eq!(
            given(form, &[], Some(&path)).unwrap_err().exit,
            Exit::Failed
        );
        let (_kept, path) = file("join.json", "{\"agnet\": \"x\"}");
        let stop = given(form, &[], Some(&path)).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
        assert!(stop.message.contains("agnet") && stop.message.contains("agent"));
        let stop = given(form, &["zone".into()], None).unwrap_err();
        assert_eq!(stop.exit, Exit::Usage);
    }

    #[test]
    fn tables_and_lists_become_parts() {
        let value = serde_json::json!({
            "obConfigs": {"memory_limit": "16G", "cpu_count": 16},
            "hostIds": [1, 2],
            "obLinks": [{"clusterName": "x"}],
        });
        let mut flat = Vec::new();
        for (key, value) in value.as_object().unwrap().clone() {
            flatten(key, value, &mut flat);
        }
        let flat: Vec<_> = flat.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            flat,
            [
                "obConfigs.memory_limit=16G",
                "obConfigs.cpu_count=16",
                "hostIds=1,2",
                "obLinks.0.clusterName=x"
            ]
        );
    }
}
