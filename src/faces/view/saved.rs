//! What a saved answer holds: bare, in its envelope, as a recorded exchange, or
//! as JSON lines of any of these (`INTERFACE §4`).

use serde_json::Value;

use super::story::{self, Story};
use crate::fleet::task::Task;
use crate::wire::{obshell, ocp};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// One task or more.
    Tasks(Vec<Story>),
    /// An answer without a task.
    Nothing(Value),
}

/// Why a text is no saved answer.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Neither one JSON value nor one a line.
    #[error("line {line}: not JSON: {error}")]
    Json {
        /// From 1.
        line: usize,
        /// The parser's words.
        error: serde_json::Error,
    },
    /// It looks like a task and cannot be read as one.
    #[error("{0}")]
    Task(String),
}

/// Reads the text of a file.
///
/// # Errors
/// With the line.
pub fn read(text: &str) -> Result<Found, Wrong> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    let error = match serde_json::from_str::<Value>(text) {
        Ok(value) => return one(value),
        Err(error) => error,
    };
    let mut values = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(value) => values.push(value),
            // One value over many lines: its own place is the better one.
            Err(_) if values.is_empty() => {
                return Err(Wrong::Json {
                    line: error.line(),
                    error,
                });
            }
            Err(error) => {
                return Err(Wrong::Json {
                    line: at + 1,
                    error,
                });
            }
        }
    }
    many(values)
}

fn one(value: Value) -> Result<Found, Wrong> {
    let stories: Vec<_> = tasks(&value)?
        .into_iter()
        .map(|task| Story::new(story::taken(&value, &task, None), task))
        .collect();
    if stories.is_empty() {
        return Ok(Found::Nothing(data(value)));
    }
    Ok(Found::Tasks(stories))
}

/// Lines: of each task the last picture that has nodes; the others are its history.
fn many(values: Vec<Value>) -> Result<Found, Wrong> {
    let mut kept: Vec<Story> = Vec::new();
    let mut pictures = Vec::new();
    for value in &values {
        pictures.extend(tasks(value)?.into_iter().map(|task| (value, task)));
    }
    let origin = story::origin(&pictures);
    for (value, task) in pictures {
        let at = story::taken(value, &task, origin);
        let same = |old: &&mut Story| old.task.id == task.id && old.task.source == task.source;
        match kept.iter_mut().find(same) {
            Some(old) => old.goes_on(at, task),
            None => kept.push(Story::new(at, task)),
        }
    }
    if kept.is_empty() {
        return Ok(Found::Nothing(values.into_iter().map(data).collect()));
    }
    Ok(Found::Tasks(kept))
}

fn tasks(value: &Value) -> Result<Vec<Task>, Wrong> {
    if let Some(body) = body(value) {
        return tasks(&body);
    }
    let data = match value.get("data") {
        Some(data) if !is_dag(value) => data,
        _ => value,
    };
    let garbled = |error: obshell::Garbled| Wrong::Task(error.to_string());
    if is_dag(data) {
        return Ok(vec![obshell::dto::task(data.clone()).map_err(garbled)?]);
    }
    let contents = data.get("contents").and_then(Value::as_array);
    if let Some(items) = contents.or(data.as_array())
        && items.first().is_some_and(is_dag)
    {
        let list = serde_json::json!({ "contents": items });
        return obshell::dto::tasks(list).map_err(garbled);
    }
    Ok(match ocp::saved(value) {
        Some(ocp::Saved::Task(task)) => vec![*task],
        Some(ocp::Saved::Tasks(tasks)) => tasks,
        None => Vec::new(),
    })
}

/// The body of a recorded exchange; recorders that do not parse keep it as text.
fn body(value: &Value) -> Option<Value> {
    match value.get("response")?.get("body")? {
        Value::String(text) => {
            Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())))
        }
        body => Some(body.clone()),
    }
}

/// Whether it is a `DagDetailDTO` (`api/obshell.md §5.2`).
fn is_dag(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    has("id") && has("operator") && (has("dag_id") || has("max_stage"))
}

/// What an answer without a task says: its data, or all of it where there is none.
fn data(value: Value) -> Value {
    let value = body(&value).unwrap_or(value);
    match value.get("data") {
        Some(data) if !data.is_null() => data.clone(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dag(state: &str, nodes: &Value) -> Value {
        json!({
            "id": "22130706433028868", "dag_id": 8, "name": "Initialize cluster",
            "stage": 1, "max_stage": 1, "maintenance_type": 2, "maintenance_key": "",
            "state": state, "operator": "RUN",
            "start_time": "2026-11-21T01:11:45Z", "end_time": "2026-11-21T01:11:46Z",
            "additional_data": null, "nodes": nodes,
        })
    }

    fn node() -> Value {
        json!([{
            "id": "22130706433028818", "node_id": 18, "name": "Integrate config",
            "state": "SUCCEED", "operator": "RUN",
            "start_time": "2026-11-21T01:11:45Z", "end_time": "2026-11-21T01:11:46Z",
            "additional_data": null, "sub_tasks": null,
        }])
    }

    fn found(text: &str) -> Vec<Story> {
        match read(text).unwrap() {
            Found::Tasks(stories) => stories,
            Found::Nothing(data) => panic!("no task in {data}"),
        }
    }

    #[test]
    fn the_same_task_in_each_wrapping() {
        let bare = dag("SUCCEED", &node());
        let envelope = json!({"successful": true, "status": 200, "data": bare.clone()});
        let exchange =
            json!({"request": {}, "response": {"status": 200, "body": envelope.clone()}});
        let as_text = json!({"response": {"body": envelope.to_string()}});
        let line = json!({"ms": 5, "status": 200, "data": bare.clone()});
        let listed = json!({"data": {"contents": [bare.clone()]}});
        for value in [&bare, &envelope, &exchange, &as_text, &line, &listed] {
            let tasks = found(&value.to_string());
            assert_eq!(tasks.len(), 1, "{value}");
            assert_eq!(tasks[0].task.name, "Initialize cluster");
            assert_eq!(tasks[0].task.nodes.len(), 1);
        }
        assert_eq!(
            found(&serde_json::to_string_pretty(&bare).unwrap()).len(),
            1
        );
    }

    #[test]
    fn of_json_lines_the_last_picture_with_nodes_is_shown() {
        let lines = [
            json!({"ms": 1, "data": dag("RUNNING", &node())}),
            json!({"ms": 2, "data": dag("SUCCEED", &node())}),
            json!({"ms": 3, "data": dag("SUCCEED", &Value::Null)}),
            json!({"ms": 4, "data": null, "error": {"code": 1}}),
        ]
        .map(|line| line.to_string())
        .join("\n");
        let tasks = found(&lines);
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].task.raw.state, "SUCCEED");
        assert_eq!(tasks[0].task.nodes.len(), 1);
        assert_eq!(tasks[0].before.len(), 1);
        assert_eq!((tasks[0].at - tasks[0].before[0].0).get_milliseconds(), 1);
    }

    #[test]
    fn a_picture_is_as_old_as_its_answer() {
        let answer =
            json!({"timestamp": "2026-11-21T01:11:51.5Z", "data": dag("RUNNING", &node())});
        assert_eq!(
            found(&answer.to_string())[0].at,
            "2026-11-21T01:11:51.5Z".parse().unwrap()
        );
        // Without a time of its own: the last thing that is known to have happened.
        let bare = dag("RUNNING", &node());
        assert_eq!(
            found(&bare.to_string())[0].at,
            "2026-11-21T01:11:46Z".parse().unwrap()
        );
    }

    #[test]
    fn an_answer_without_a_task_is_an_answer() {
        let value = json!({"response": {"body": {"data": {"identity": "SINGLE"}}}});
        assert_eq!(
            read(&value.to_string()).unwrap(),
            Found::Nothing(json!({"identity": "SINGLE"}))
        );
        let refusal = json!({"successful": false, "error": {"code": 1}});
        assert_eq!(read(&refusal.to_string()).unwrap(), Found::Nothing(refusal));
    }

    #[test]
    fn a_fault_names_its_line() {
        assert!(matches!(read("  \n"), Err(Wrong::Empty)));
        assert!(matches!(
            read("{\"a\":\n 1,,}"),
            Err(Wrong::Json { line: 2, .. })
        ));
        assert!(matches!(
            read("{\"a\":1}\n{\"a\":2}\n{\"a\":"),
            Err(Wrong::Json { line: 3, .. })
        ));
    }
}
