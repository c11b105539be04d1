//! Any saved JSON: a bare answer, one with its envelope, a recorded exchange,
//! or JSON lines whose `data` is a DAG.

use rust_i18n::t;
use serde_json::Value;

use super::task::{task, tasks};
use crate::fleet::task::Task;
use crate::wire::clean;
use crate::wire::obshell::envelope::{self, Garbled};

/// An earlier or later look at the same task.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Milliseconds since the recording began, where it says.
    pub ms: Option<i64>,
    /// The task as it was then.
    pub task: Task,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// One task.
    Task {
        /// The last look that has nodes.
        task: Box<Task>,
        /// The others, in the order of the file.
        history: Vec<Moment>,
    },
    /// Several tasks.
    Tasks(Vec<Task>),
    /// No task: the data as it is, unwrapped.
    Answer(Value),
}

/// Reads a saved file.
pub fn saved(bytes: &[u8]) -> Result<Saved, Garbled> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(Garbled::Syntax {
            line: 1,
            column: 1,
            reason: t!("it is empty").into_owned(),
        });
    }
    match envelope::json(bytes) {
        Ok(value) => one(value),
        Err(error) => match lines(bytes)? {
            Some(values) => many(values),
            None => Err(error),
        },
    }
}

/// The values of JSON lines; `None` where the first line is no JSON by itself.
fn lines(bytes: &[u8]) -> Result<Option<Vec<Value>>, Garbled> {
    let mut values = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(value) => values.push(value),
            Err(_) if values.is_empty() => return Ok(None),
            Err(error) => {
                return Err(Garbled::Syntax {
                    line: at + 1,
                    column: error.column(),
                    reason: clean::line(&error.to_string()),
                });
            }
        }
    }
    Ok(Some(values))
}

fn one(value: Value) -> Result<Saved, Garbled> {
    let data = unwrap(value);
    if is_dag(&data) {
        return Ok(Saved::Task {
            task: Box::new(task(data)?),
            history: Vec::new(),
        });
    }
    let is_list = data.get("contents").or(Some(&data)).is_some_and(is_dags);
    if !is_list {
        return Ok(Saved::Answer(data));
    }
    let mut tasks = tasks(data)?;
    match (tasks.pop(), tasks.is_empty()) {
        (Some(only), true) => Ok(Saved::Task {
            task: Box::new(only),
            history: Vec::new(),
        }),
        (Some(last), false) => {
            tasks.push(last);
            Ok(Saved::Tasks(tasks))
        }
        (None, _) => Ok(Saved::Tasks(tasks)),
    }
}

fn many(values: Vec<Value>) -> Result<Saved, Garbled> {
    let any = |value: &Value| is_dag(value) || value.get("data").is_some_and(is_dag);
    if !values.iter().any(any) {
        let data = values.into_iter().map(unwrap).collect();
        return Ok(Saved::Answer(Value::Array(data)));
    }
    let mut history = Vec::with_capacity(values.len());
    for (at, value) in values.into_iter().enumerate() {
        let ms = value.get("ms").and_then(Value::as_i64);
        let data = unwrap(value);
        // Between the looks stand refusals: a poll may meet a password that just changed.
        if is_dag(&data) {
            let task = task(data).map_err(|error| at_line(error, at + 1))?;
            history.push(Moment { ms, task });
        }
    }
    let with_nodes = history.iter().rposition(|look| !look.task.nodes.is_empty());
    let shown = with_nodes.unwrap_or(history.len().saturating_sub(1));
    let task = Box::new(history.remove(shown).task);
    Ok(Saved::Task { task, history })
}

fn at_line(error: Garbled, line: usize) -> Garbled {
    match error {
        Garbled::Shape {
            path,
            found,
            wanted,
        } => Garbled::Shape {
            path: format!("line {line}: {path}"),
            found,
            wanted,
        },
        other => other,
    }
}

/// Takes the envelope and the record of an exchange off.
fn unwrap(mut value: Value) -> Value {
    if let Some(body) = value.pointer_mut("/response/body") {
        value = body.take();
    }
    let is_envelope = !is_dag(&value)
        && value.get("data").is_some()
        && ["successful", "traceId", "ms", "status"]
            .iter()
            .any(|key| value.get(key).is_some());
    match value.get_mut("data") {
        Some(data) if is_envelope => data.take(),
        _ => value,
    }
}

fn is_dag(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    has("dag_id") || (has("id") && has("state") && has("max_stage"))
}

fn is_dags(value: &Value) -> bool {
    matches!(value, Value::Array(items) if !items.is_empty() && items.iter().all(is_dag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAG: &str = r#"{"id":"11","dag_id":1,"name":"A","stage":1,"max_stage":1,"state":"RUNNING","operator":"RUN","nodes":null}"#;

    fn id(saved: &Saved) -> &str {
        match saved {
            Saved::Task { task, .. } => &task.id.0,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn finds_a_task_in_each_wrapping() {
        for text in [
            DAG.to_owned(),
            format!("\u{feff}{DAG}\n"),
            format!(r#"{{"successful":true,"data":{DAG}}}"#),
            format!(
                r#"{{"name":"x","request":{{}},"response":{{"status":200,"body":{{"successful":true,"data":{DAG}}}}}}}"#
            ),
            format!(r#"{{"ms":5,"status":200,"data":{DAG}}}"#),
            format!(r#"{{"contents":[{DAG}]}}"#),
            format!("[{DAG}]"),
        ] {
            assert_eq!(id(&saved(text.as_bytes()).unwrap()), "11", "{text}");
        }
        let two = format!(r#"{{"successful":true,"data":{{"contents":[{DAG},{DAG}]}}}}"#);
        assert!(matches!(saved(two.as_bytes()), Ok(Saved::Tasks(tasks)) if tasks.len() == 2));
    }

    #[test]
    fn what_has_no_task_stays_as_it_is() {
        let data = |text: &str| match saved(text.as_bytes()) {
            Ok(Saved::Answer(data)) => data.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            data(r#"{"successful":true,"data":{"contents":[]}}"#),
            r#"{"contents":[]}"#
        );
        assert_eq!(data("[1,2]"), "[1,2]");
        assert_eq!(data("{\"a\":1}\n{\"ms\":1,\"data\":2}"), r#"[{"a":1},2]"#);
    }

    #[test]
    fn the_last_look_with_nodes_is_shown() {
        let with = DAG.replace(
            "null",
            r#"[{"id":"12","state":"RUNNING","operator":"RUN"}]"#,
        );
        let lines = format!(
            "{{\"ms\":1,\"data\":{DAG}}}\n{{\"ms\":2,\"data\":null,\"error\":{{}}}}\n{{\"ms\":3,\"data\":{with}}}\n\n{{\"ms\":4,\"data\":{DAG}}}\n"
        );
        let Saved::Task { task, history } = saved(lines.as_bytes()).unwrap() else {
            panic!("no task");
        };
        assert_eq!(task.nodes.len(), 1);
        let times: Vec<_> = history.iter().map(|look| look.ms).collect();
        assert_eq!(times, [Some(1), Some(4)]);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let error = saved(format!("{DAG}\n{{\"a\":").as_bytes()).unwrap_err();
        assert!(matches!(error, Garbled::Syntax { line: 2, .. }), "{error}");
        assert!(matches!(saved(b"{\"a\":"), Err(Garbled::Truncated { .. })));
        assert!(matches!(saved(b" \n"), Err(Garbled::Syntax { .. })));
        let bad = DAG.replace("\"RUNNING\"", "[]");
        assert_eq!(
            saved(bad.as_bytes()).unwrap_err().to_string(),
            "data.state is a list, not a string"
        );
    }
}
